#include "grafana/queries/exemplars.h"

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "base/numbers.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "net/http.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr size_t kMaxColumns = 50;

struct Row {
  TimeMs t = 0;
  double v = 0;
  std::map<std::string, std::string> labels;  // the series' and its own
};

void AddLabels(const Json* labels, Row* row) {
  if (labels == nullptr || labels->AsObject() == nullptr) return;
  for (const Json::Member& label : *labels->AsObject()) {
    if (label.value.AsString() != nullptr) row->labels[label.name] = *label.value.AsString();
  }
}

std::optional<Row> ReadRow(const Json& exemplar, const Json* series_labels) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const Json* time = exemplar.Find("timestamp");
  const Json* value = exemplar.Find("value");
  if (time == nullptr || value == nullptr) return std::nullopt;
  double seconds = time->AsDouble().value_or(kNone);
  const std::string* text = value->AsString();
  double v = (text != nullptr ? ParseFloat(*text) : value->AsDouble()).value_or(kNone);
  if (!std::isfinite(v) || !(std::abs(seconds) < 1e12)) return std::nullopt;
  Row row;
  row.t = static_cast<TimeMs>(std::llround(seconds * 1000));
  row.v = v;
  AddLabels(series_labels, &row);
  AddLabels(exemplar.Find("labels"), &row);
  return row;
}

// By the number of their step; at most as many as the graph has points.
std::map<int64_t, Row> ReadRows(const QueryPlan& plan, const Json& body) {
  std::map<int64_t, Row> rows;
  const Json* data = body.Find("data");
  if (data == nullptr || data->AsArray() == nullptr) return rows;
  for (const Json& series : *data->AsArray()) {
    const Json* exemplars = series.Find("exemplars");
    if (exemplars == nullptr || exemplars->AsArray() == nullptr) continue;
    for (const Json& exemplar : *exemplars->AsArray()) {
      std::optional<Row> row = ReadRow(exemplar, series.Find("seriesLabels"));
      if (!row || row->t < plan.start || row->t > plan.time) continue;
      int64_t step = (row->t - plan.start) / plan.step_ms;
      auto [at, added] = rows.try_emplace(step, *row);
      if (!added && at->second.v < row->v) at->second = std::move(*row);
    }
  }
  return rows;
}

void WriteField(codec::JsonWriter& json, std::string_view name, std::string_view type,
                std::string_view frame) {
  json.BeginObject().Field("name", name).Field("type", type);
  json.Key("typeInfo").BeginObject().Field("frame", frame).EndObject().EndObject();
}

}  // namespace

std::string ExemplarsPath(const QueryPlan& plan) {
  net::Values form;
  form.Add("query", plan.expr);
  form.Add("start", FormatFloatFixed(static_cast<double>(plan.start) / 1000));
  form.Add("end", FormatFloatFixed(static_cast<double>(plan.time) / 1000));
  return "api/v1/query_exemplars?" + form.Encode();
}

std::string ExemplarFrame(const QueryPlan& plan, std::string_view body) {
  Result<Json> parsed = Json::Parse(body);
  if (!parsed.ok()) return {};
  std::map<int64_t, Row> rows = ReadRows(plan, *parsed);
  if (rows.empty()) return {};
  std::set<std::string> names;
  for (const auto& [step, row] : rows) {
    for (const auto& [name, value] : row.labels) {
      if (names.size() < kMaxColumns) names.insert(name);
    }
  }
  codec::JsonWriter json;
  json.BeginObject().Key("schema").BeginObject();
  json.Field("name", "exemplar").Field("refId", plan.ref_id).Key("meta").BeginObject();
  json.Key("custom").BeginObject().Field("resultType", "exemplar").EndObject();
  json.Field("dataTopic", "annotations").EndObject().Key("fields").BeginArray();
  WriteField(json, "Time", "time", "time.Time");
  WriteField(json, "Value", "number", "float64");
  for (const std::string& name : names) WriteField(json, name, "string", "string");
  json.EndArray().EndObject().Key("data").BeginObject().Key("values").BeginArray();
  json.BeginArray();
  for (const auto& [step, row] : rows) json.Int(row.t);
  json.EndArray().BeginArray();
  for (const auto& [step, row] : rows) json.Double(row.v);
  json.EndArray();
  for (const std::string& name : names) {
    json.BeginArray();
    for (const auto& [step, row] : rows) {
      auto label = row.labels.find(name);
      if (label == row.labels.end()) {
        json.Null();
      } else {
        json.String(label->second);
      }
    }
    json.EndArray();
  }
  json.EndArray().EndObject().EndObject();
  return json.Take();
}

}  // namespace watchfire::grafana

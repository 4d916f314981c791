#include "grafana/queries/remote_answer.h"

#include <cmath>

#include "base/numbers.h"
#include "base/text.h"
#include "codec/json.h"
#include "net/http.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

std::string_view TextOf(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::optional<TimeMs> TimeOf(const Json& value) {
  std::optional<double> seconds = value.AsDouble();
  if (!seconds || !(std::abs(*seconds) < 1e13)) return std::nullopt;
  return static_cast<TimeMs>(std::llround(*seconds * 1000));
}

// [seconds, "text"]
struct Pair {
  TimeMs t = 0;
  const std::string* text = nullptr;
};
std::optional<Pair> PairOf(const Json& json) {
  const Json::Array* list = json.AsArray();
  if (list == nullptr || list->size() != 2) return std::nullopt;
  std::optional<TimeMs> t = TimeOf((*list)[0]);
  const std::string* text = (*list)[1].AsString();
  if (!t || text == nullptr) return std::nullopt;
  return Pair{*t, text};
}

bool AddPoint(const Json& json, AnswerSeries* series) {
  std::optional<Pair> pair = PairOf(json);
  std::optional<double> value = pair ? ParseFloat(*pair->text) : std::nullopt;
  if (!value) return false;
  series->t.push_back(pair->t);
  series->v.push_back(*value);
  return true;
}

// [seconds, {"count":…,"sum":…,"buckets":[[rule,"lower","upper","count"],…]}]
bool AddHistogram(const Json& json, AnswerSeries* series) {
  const Json::Array* list = json.AsArray();
  if (list == nullptr || list->size() != 2) return false;
  std::optional<TimeMs> t = TimeOf((*list)[0]);
  if (!t) return false;
  const Json* buckets = (*list)[1].Find("buckets");
  const Json::Array* rows = buckets == nullptr ? nullptr : buckets->AsArray();
  if (rows == nullptr) return true;
  for (const Json& row : *rows) {
    const Json::Array* cells = row.AsArray();
    if (cells == nullptr || cells->size() != 4) return false;
    HistogramCell cell;
    cell.t = *t;
    cell.layout = static_cast<int8_t>((*cells)[0].AsInt().value_or(0));
    double* const numbers[] = {&cell.lower, &cell.upper, &cell.count};
    for (size_t i = 0; i < 3; ++i) {
      const std::string* text = (*cells)[i + 1].AsString();
      std::optional<double> number = text == nullptr ? std::nullopt : ParseFloat(*text);
      if (!number) return false;
      *numbers[i] = *number;
    }
    series->cells.push_back(cell);
  }
  return true;
}

bool AddSeries(const Json& json, Answer* answer) {
  AnswerSeries series;
  const Json* metric = json.Find("metric");
  const Json::Object* labels = metric == nullptr ? nullptr : metric->AsObject();
  if (labels == nullptr) return false;
  std::vector<model::LabelView> pairs;
  for (const Json::Member& label : *labels) {
    const std::string* value = label.value.AsString();
    if (value == nullptr) return false;
    pairs.push_back({label.name, *value});
  }
  series.labels = model::Labels::FromPairs(std::move(pairs));
  if (const Json* value = json.Find("value"); value && !AddPoint(*value, &series)) return false;
  if (const Json* one = json.Find("histogram"); one && !AddHistogram(*one, &series)) return false;
  const std::pair<std::string_view, bool (*)(const Json&, AnswerSeries*)> lists[] = {
      {"values", AddPoint}, {"histograms", AddHistogram}};
  for (const auto& [key, add] : lists) {
    const Json* list = json.Find(key);
    if (list == nullptr) continue;
    if (list->AsArray() == nullptr) return false;
    for (const Json& one : *list->AsArray()) {
      if (!add(one, &series)) return false;
    }
  }
  answer->series.push_back(std::move(series));
  return true;
}

bool ReadData(const Json& data, Answer* answer) {
  std::string_view type = TextOf(data, "resultType");
  const Json* result = data.Find("result");
  if (result == nullptr) return false;
  if (type == "scalar" || type == "string") {
    std::optional<Pair> pair = PairOf(*result);
    if (!pair) return false;
    if (type == "scalar") {
      answer->kind = AnswerKind::kScalar;
      return AddPoint(*result, &answer->series.emplace_back());
    }
    answer->kind = AnswerKind::kString;
    answer->text_time = pair->t;
    answer->text = *pair->text;
    return true;
  }
  if (type != "matrix" && type != "vector") return false;
  answer->kind = type == "matrix" ? AnswerKind::kMatrix : AnswerKind::kVector;
  const Json::Array* list = result->AsArray();
  if (list == nullptr) return false;
  for (const Json& series : *list) {
    if (!AddSeries(series, answer)) return false;
  }
  return true;
}

std::vector<std::string> TextsOf(const Json& body, std::string_view key) {
  std::vector<std::string> texts;
  const Json* list = body.Find(key);
  if (list == nullptr || list->AsArray() == nullptr) return texts;
  for (const Json& text : *list->AsArray()) {
    if (text.AsString() != nullptr) texts.push_back(*text.AsString());
  }
  return texts;
}

// What a proxy or a wrong address says instead.
Failure Strange(int status, std::string_view body) {
  constexpr size_t kShown = 200;
  std::string text = fmt::format("the server answered {} {}", status, net::StatusText(status));
  std::string_view begin = TrimSpace(body.substr(0, kShown));
  if (status < 400) {
    text += ", which is no answer of a Prometheus";
    if (begin.starts_with("<")) text += " but a page; is the address that of its API?";
  }
  if (!begin.empty() && !begin.starts_with("<")) text += ": " + std::string(begin);
  Failure failure;
  failure.status = status >= 400 ? status : 502;
  failure.message = std::move(text);
  return failure;
}

}  // namespace

bool IsPrometheusError(std::string_view body) {
  Result<Json> json = Json::Parse(body);
  return json.ok() && TextOf(*json, "status") == "error" && !TextOf(*json, "error").empty();
}

Outcome ReadRemoteAnswer(int status, std::string_view body) {
  Result<Json> json = Json::Parse(body);
  if (!json.ok()) return Strange(status, body);
  if (TextOf(*json, "status") == "error") {
    Failure failure;
    failure.status = status >= 400 ? status : 500;
    failure.message =
        std::string(TextOf(*json, "errorType")) + ": " + std::string(TextOf(*json, "error"));
    return failure;
  }
  const Json* data = json->Find("data");
  Answer answer;
  if (status >= 300 || data == nullptr || !ReadData(*data, &answer)) return Strange(status, body);
  answer.warnings = TextsOf(*json, "warnings");
  answer.infos = TextsOf(*json, "infos");
  return answer;
}

}  // namespace watchfire::grafana

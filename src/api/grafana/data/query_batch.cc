#include "api/grafana/data/query_batch.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "codec/json_writer.h"

namespace watchfire::api {
namespace {

using codec::Json;
using grafana::DataSources;
using grafana::NodeValue;

constexpr std::string_view kExpressionUid = "__expr__";

std::string TextOf(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? std::string() : *text;
}
// Numbers, also as texts.
int64_t IntOf(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  if (value == nullptr) return 0;
  std::optional<double> number = value->AsDouble();
  if (number && std::abs(*number) < 1e15) return static_cast<int64_t>(*number);
  return 0;
}

// What a query says of its source: a uid or name, or an object with them, or a number.
struct SourceReference {
  std::string text;
  std::string type;
  int64_t id = 0;
};
SourceReference ReferenceOf(const Json& query) {
  SourceReference reference;
  reference.id = IntOf(query, "datasourceId");
  const Json* source = query.Find("datasource");
  if (source == nullptr) return reference;
  if (source->AsString() != nullptr) {
    reference.text = *source->AsString();
  } else {
    reference.text = TextOf(*source, "uid");
    reference.type = TextOf(*source, "type");
  }
  return reference;
}

bool IsExpression(const SourceReference& reference) {
  return reference.text == kExpressionUid || reference.type == kExpressionUid ||
         reference.text == "-100" || reference.id == -100;
}
bool IsBuiltin(const SourceReference& reference) {
  return reference.text == "grafana" || reference.text == "-- Grafana --" ||
         reference.text == "-- Dashboard --" || reference.type == "grafana";
}

void FindSource(const SourceReference& reference, const DataSources& sources, BatchQuery* query) {
  if (IsExpression(reference)) {
    query->is_expression = true;
  } else if (IsBuiltin(reference)) {
    query->is_builtin = true;
  } else {
    bool by_id = reference.text.empty() && reference.id > 0;
    query->panel.source = by_id ? sources.ById(reference.id) : sources.Resolve(reference.text);
    if (query->panel.source != nullptr) return;
    query->status = 404;
    query->error = reference.text.empty() ? "data source not found"
                                          : "data source " + reference.text + " not found";
  }
}

Result<BatchQuery> ReadQuery(const Json& json, const DataSources& sources, const TimeRange& range,
                             TimeMs now) {
  if (json.AsObject() == nullptr) return Error::Invalid("a query must be an object");
  BatchQuery query;
  const Json* hide = json.Find("hide");
  query.hidden = hide != nullptr && hide->AsBool().value_or(false);
  query.panel.ref_id = TextOf(json, "refId");
  query.panel.model = json;
  query.panel.interval_ms = std::max<int64_t>(IntOf(json, "intervalMs"), 0);
  query.panel.max_data_points = std::max<int64_t>(IntOf(json, "maxDataPoints"), 0);
  query.panel.utc_offset_s = IntOf(json, "utcOffsetSec");
  TimeRange own = range;
  const Json* own_range = json.Find("timeRange");
  if (own_range != nullptr && own_range->AsObject() != nullptr) {
    own = TRY(ParseTimeRange(*own_range, now));
  }
  query.panel.from = own.from;
  query.panel.to = own.to;
  FindSource(ReferenceOf(json), sources, &query);
  return query;
}

// A, B, … Z, AA, …
std::string RefAt(size_t index) {
  std::string ref(1, static_cast<char>('A' + index % 26));
  return index < 26 ? ref : RefAt(index / 26 - 1) + ref;
}

void NameTheNameless(Batch* batch) {
  std::set<std::string> taken;
  for (const BatchQuery& query : batch->queries) taken.insert(query.panel.ref_id);
  size_t next = 0;
  for (BatchQuery& query : batch->queries) {
    if (!query.panel.ref_id.empty()) continue;
    while (taken.contains(RefAt(next))) ++next;
    query.panel.ref_id = RefAt(next++);
  }
}

// `,"executedQueryString":"…"` of frames; a key cannot be part of a text, whose quotes are escaped.
std::string WithoutQueries(std::string_view frames) {
  constexpr std::string_view kKey = ",\"executedQueryString\":\"";
  std::string out;
  while (true) {
    size_t at = frames.find(kKey);
    out.append(frames.substr(0, at));
    if (at == std::string_view::npos) return out;
    frames.remove_prefix(at + kKey.size());
    size_t end = 0;
    while (end < frames.size() && frames[end] != '"') end += frames[end] == '\\' ? 2 : 1;
    frames.remove_prefix(std::min(end + 1, frames.size()));
  }
}

// One result as it will be written.
struct Entry {
  int status = 200;
  std::string error;
  std::string error_source;
  std::shared_ptr<const std::string> frames;
  int64_t took_ms = 0;
};

class Runner {
 public:
  Runner(const Batch& batch, const BatchOptions& options)
      : batch_(batch), options_(options), entries_(batch.queries.size()) {}

  BatchAnswer Run() {
    RunQueries();
    RunExpressions();
    return Written();
  }

 private:
  void RunQueries() {
    std::vector<size_t> asked;
    for (size_t i = 0; i < entries_.size(); ++i) {
      const BatchQuery& query = batch_.queries[i];
      if (!query.error.empty()) {
        entries_[i] = {query.status, query.error, "plugin", nullptr, 0};
      } else if (query.is_builtin) {
        entries_[i].frames = std::make_shared<const std::string>("[]");
      } else if (!query.is_expression && !query.hidden) {
        asked.push_back(i);
      }
    }
    ForAll(asked, [&](size_t i) {
      int64_t start = options_.clock->MonotonicNs();
      auto answer = options_.queries->Run(batch_.queries[i].panel, options_.cancelled);
      entries_[i] = {answer.status, answer.error, answer.error_source, answer.frames,
                     (options_.clock->MonotonicNs() - start) / 1'000'000};
    });
  }

  void RunExpressions() {
    std::vector<grafana::Node> nodes;
    bool any = false;
    for (const BatchQuery& query : batch_.queries) {
      nodes.push_back({query.panel.ref_id, query.is_expression, query.panel.model});
      any = any || query.is_expression;
    }
    if (!any) return;
    auto order = grafana::Order(nodes);
    std::map<std::string, size_t> index;
    for (size_t i = 0; i < nodes.size(); ++i) index.emplace(nodes[i].ref_id, i);
    if (!order.ok()) {
      for (size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].is_expression) entries_[i] = {400, order.error().message(), "plugin", {}, 0};
      }
      return;
    }
    ReadValues(nodes, index);
    for (size_t i : *order) {
      if (nodes[i].is_expression) Evaluate(nodes[i], i, index);
    }
  }

  // What expressions read of queries, each once.
  void ReadValues(const std::vector<grafana::Node>& nodes,
                  const std::map<std::string, size_t>& index) {
    std::set<size_t> wanted;
    for (const grafana::Node& node : nodes) {
      if (!node.is_expression) continue;
      auto refs = grafana::References(node.model);
      if (!refs.ok()) continue;
      for (const std::string& ref : *refs) {
        size_t i = index.at(ref);
        if (!nodes[i].is_expression && batch_.queries[i].error.empty()) wanted.insert(i);
      }
    }
    std::vector<size_t> asked(wanted.begin(), wanted.end());
    std::vector<Result<NodeValue>> values(nodes.size(), NodeValue{});
    ForAll(asked, [&](size_t i) {
      if (batch_.queries[i].is_builtin || entries_[i].status >= 300) return;
      values[i] = options_.queries->Values(batch_.queries[i].panel, options_.cancelled);
    });
    for (size_t i : asked) {
      if (values[i].ok()) {
        context_.values.emplace(nodes[i].ref_id, std::move(*values[i]));
      } else if (entries_[i].error.empty()) {
        entries_[i] = {400, values[i].error().message(), "downstream", nullptr, 0};
      }
    }
    context_.now = options_.clock->Now();
    context_.from = batch_.range.from;
    context_.to = batch_.range.to;
  }

  void Evaluate(const grafana::Node& node, size_t i, const std::map<std::string, size_t>& index) {
    for (const std::string& ref : grafana::References(node.model).value_or({})) {
      const Entry& input = entries_[index.at(ref)];
      if (input.error.empty()) continue;
      entries_[i] = {400, "failed to read " + ref + ": " + input.error, "plugin", nullptr, 0};
      return;
    }
    auto result = grafana::Evaluate(node.model, context_);
    if (!result.ok()) {
      entries_[i] = {400, result.error().message(), "plugin", nullptr, 0};
      return;
    }
    entries_[i].frames = std::make_shared<const std::string>(FramesOf(node.ref_id, result->value));
    context_.values[node.ref_id] = std::move(result->value);
  }

  void ForAll(const std::vector<size_t>& indices, const std::function<void(size_t)>& body) {
    if (options_.pool == nullptr || indices.size() < 2) {
      for (size_t i : indices) body(i);
    } else {
      options_.pool->ParallelFor(indices.size(), [&](size_t i) { body(indices[i]); });
    }
  }

  BatchAnswer Written() {
    BatchAnswer answer;
    codec::JsonWriter json;
    size_t bytes = 100;
    for (const Entry& entry : entries_)
      bytes += entry.frames == nullptr ? 200 : entry.frames->size();
    json.out().reserve(bytes + 100 * entries_.size());
    json.BeginObject().Key("results").BeginObject();
    for (size_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      if (batch_.queries[i].hidden && entry.error.empty()) continue;
      json.Key(batch_.queries[i].panel.ref_id).BeginObject();
      if (!entry.error.empty()) {
        answer.failed = true;
        // Messages quote the query, or name the server that was asked.
        json.Field("error", options_.hide_queries ? "the query failed" : entry.error);
        json.Field("errorSource", entry.error_source);
      }
      json.Field("status", entry.status).Key("frames");
      if (entry.frames == nullptr) {
        json.BeginArray().EndArray();
      } else if (options_.hide_queries) {
        json.Raw(WithoutQueries(*entry.frames));
      } else {
        json.Raw(*entry.frames);
      }
      json.Field("timeMs", entry.took_ms).EndObject();
    }
    json.EndObject().EndObject();
    answer.json = json.Take();
    return answer;
  }

  const Batch& batch_;
  const BatchOptions& options_;
  std::vector<Entry> entries_;  // one a query
  grafana::ExpressionContext context_;
};

// ---- frames of expressions

struct Column {
  std::vector<std::optional<double>> values;
  const model::Labels* labels;
  const std::vector<TimeMs>* times;  // null: of a number
};

void WriteColumn(codec::JsonWriter& json, const Column& column) {
  json.BeginArray();
  for (std::optional<double> v : column.values) {
    if (v && std::isfinite(*v)) {
      json.Double(*v);
    } else {
      json.Null();
    }
  }
  json.EndArray();
}

// Indices of what JSON has no number for; null itself is none of them.
void WriteEntities(codec::JsonWriter& json, const Column& column) {
  bool any = std::any_of(column.values.begin(), column.values.end(),
                         [](std::optional<double> v) { return v && !std::isfinite(*v); });
  if (!any) return;
  json.Key("entities").BeginArray();
  if (column.times != nullptr) json.Null();
  json.BeginObject();
  auto list = [&](std::string_view key, auto&& is) {
    json.Key(key).BeginArray();
    for (size_t i = 0; i < column.values.size(); ++i) {
      if (column.values[i] && is(*column.values[i])) json.Uint(i);
    }
    json.EndArray();
  };
  list("NaN", [](double v) { return std::isnan(v); });
  list("Inf", [](double v) { return std::isinf(v) && v > 0; });
  list("NegInf", [](double v) { return std::isinf(v) && v < 0; });
  json.EndObject().EndArray();
}

void WriteFrame(codec::JsonWriter& json, const std::string& ref_id, const Column& column) {
  bool series = column.times != nullptr;
  json.BeginObject().Key("schema").BeginObject().Field("refId", ref_id).Key("meta").BeginObject();
  json.Field("type", series ? "timeseries-multi" : "numeric-multi");
  json.Key("typeVersion").BeginArray().Int(0).Int(1).EndArray().EndObject();
  json.Key("fields").BeginArray();
  if (series) {
    json.BeginObject().Field("name", "Time").Field("type", "time");
    json.Key("typeInfo").BeginObject().Field("frame", "time.Time").EndObject().EndObject();
  }
  json.BeginObject().Field("name", ref_id).Field("type", "number");
  json.Key("typeInfo").BeginObject().Field("frame", "float64").Field("nullable", true).EndObject();
  json.Key("labels").BeginObject();
  for (const model::LabelView& label : *column.labels) json.Field(label.name, label.value);
  json.EndObject().EndObject().EndArray().EndObject();
  json.Key("data").BeginObject().Key("values").BeginArray();
  if (series) {
    json.BeginArray();
    for (TimeMs t : *column.times) json.Int(t);
    json.EndArray();
  }
  WriteColumn(json, column);
  json.EndArray();
  WriteEntities(json, column);
  json.EndObject().EndObject();
}

}  // namespace

std::string FramesOf(const std::string& ref_id, const NodeValue& value) {
  codec::JsonWriter json;
  json.BeginArray();
  if (const auto* numbers = std::get_if<std::vector<grafana::Number>>(&value.data)) {
    for (const grafana::Number& number : *numbers) {
      WriteFrame(json, ref_id, {{number.value}, &number.labels, nullptr});
    }
  } else if (const auto* all = std::get_if<std::vector<grafana::TimeSeries>>(&value.data)) {
    for (const grafana::TimeSeries& series : *all) {
      WriteFrame(json, ref_id, {series.v, &series.labels, &series.t});
    }
  }
  json.EndArray();
  return json.Take();
}

Result<Batch> ReadBatch(const Json& body, const DataSources& sources, TimeMs now) {
  Batch batch;
  batch.range = TRY(ParseTimeRange(body, now));
  const Json* queries = body.Find("queries");
  const Json::Array* list = queries == nullptr ? nullptr : queries->AsArray();
  if (list == nullptr || list->empty()) return Error::Invalid("no queries found");
  if (list->size() > kMaxQueries) return Error::Invalid("more than {} queries", kMaxQueries);
  std::set<std::string> refs;
  for (const Json& json : *list) {
    batch.queries.push_back(TRY(ReadQuery(json, sources, batch.range, now)));
    const std::string& ref = batch.queries.back().panel.ref_id;
    if (!ref.empty() && !refs.insert(ref).second) {
      return Error::Invalid("two queries have the refId {}", ref);
    }
  }
  NameTheNameless(&batch);
  return batch;
}

BatchAnswer RunBatch(const Batch& batch, const BatchOptions& options) {
  return Runner(batch, options).Run();
}

}  // namespace watchfire::api

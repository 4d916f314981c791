// /query_explain: a query, run and measured part by part.
#include "api/prometheus_api.h"
#include "api/query_request.h"
#include "codec/json_writer.h"

namespace watchfire::api {
namespace {

const char* ResultTypeOf(promql::ValueType type) {
  switch (type) {
    case promql::ValueType::kMatrix:
      return "matrix";
    case promql::ValueType::kScalar:
      return "scalar";
    case promql::ValueType::kString:
      return "string";
    default:
      return "vector";
  }
}

void WriteNode(codec::JsonWriter& json, const promql::ExplainNode& node) {
  json.BeginObject();
  json.Field("id", uint64_t{node.id}).Field("operator", node.operator_kind);
  json.Field("label", node.label).Field("expr", node.expr);
  json.Key("position").BeginObject();
  json.Field("start", uint64_t{node.position.start});
  json.Field("end", uint64_t{node.position.end}).EndObject();
  json.Key("details").BeginArray();
  for (const std::string& detail : node.details) json.String(detail);
  json.EndArray();
  json.Field("series", node.series).Field("points", node.points);
  json.Field("samplesRead", node.samples_read);
  json.Field("seconds", node.seconds).Field("selfSeconds", node.self_seconds);
  json.Field("memoryBytes", node.memory_bytes);
  json.Key("children").BeginArray();
  for (const promql::ExplainNode& child : node.children) WriteNode(json, child);
  json.EndArray().EndObject();
}

std::string ExplanationJson(const promql::Explanation& explanation) {
  codec::JsonWriter json;
  json.BeginObject();
  json.Field("query", explanation.query);
  json.Field("resultType", ResultTypeOf(explanation.type));
  json.Key("plan");
  WriteNode(json, explanation.plan);
  const promql::ExplainTotals& totals = explanation.totals;
  json.Key("totals").BeginObject();
  json.Field("series", totals.series).Field("points", totals.points);
  json.Field("samplesRead", totals.samples_read);
  json.Field("totalQueryableSamples", totals.total_queryable_samples);
  json.Field("peakSamples", totals.peak_samples);
  json.Field("peakMemoryBytes", totals.peak_memory_bytes);
  json.Field("seconds", totals.seconds).Field("threads", uint64_t{totals.threads});
  json.EndObject().EndObject();
  return json.Take();
}

}  // namespace

net::Response PrometheusApi::QueryExplain(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  bool range = form->Has("start") || form->Has("end") || form->Has("step");
  ReadQuery read = range ? ReadRangeQuery(*form) : ReadInstantQuery(*form, deps_.clock->Now());
  if (auto* response = std::get_if<net::Response>(&read)) return std::move(*response);
  auto& query = std::get<promql::QueryRequest>(read);
  Attribute(request, &query);
  auto outcome = deps_.engine->Explain(*deps_.database(), query);
  if (const auto* failure = std::get_if<promql::QueryFailure>(&outcome)) {
    return QueryFailed(*failure);
  }
  const auto& explanation = std::get<promql::Explanation>(outcome);
  return Success(ExplanationJson(explanation), explanation.warnings, explanation.infos);
}

}  // namespace watchfire::api

// /api/ds/why-no-data: for each query of an empty panel, why there is nothing.
#include "api/grafana/data/data_api.h"
#include "api/grafana/data/diagnosis.h"
#include "api/grafana/data/query_batch.h"
#include "codec/json_writer.h"

namespace watchfire::api {
namespace {

void WriteReason(codec::JsonWriter& json, const Reason& reason) {
  json.BeginObject().Field("kind", ReasonKindName(reason.kind)).Field("text", reason.text);
  json.Field("hint", reason.hint).Field("link", reason.link).Field("linkText", reason.link_text);
  json.Field("suggestion", reason.suggestion);
  if (reason.position) {
    json.Key("position").BeginArray();
    json.Uint(reason.position->start).Uint(reason.position->end).EndArray();
  }
  json.EndObject();
}

}  // namespace

net::Response DataApi::WhyNoData(const Call& call) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Result<Batch> batch = ReadBatch(*body, *deps_.sources, deps_.clock->Now());
  if (!batch.ok()) return ErrorAnswer(batch.error());
  codec::JsonWriter json;
  json.BeginObject().Key("results").BeginObject();
  for (const BatchQuery& query : batch->queries) {
    if (query.is_expression || query.is_builtin) continue;
    json.Key(query.panel.ref_id).BeginObject().Key("reasons").BeginArray();
    for (const Reason& reason : Diagnose(deps_, query.panel, call.request.cancelled)) {
      WriteReason(json, reason);
    }
    json.EndArray().EndObject();
  }
  json.EndObject().EndObject();
  return net::Response::Json(200, json.Take());
}

}  // namespace watchfire::api

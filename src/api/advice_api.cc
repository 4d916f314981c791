// /query_advice: what is wrong with a query, where, why, and the query corrected.
#include "api/advice_catalog.h"
#include "api/params.h"
#include "api/prometheus_api.h"
#include "base/text.h"
#include "codec/json_writer.h"
#include "promql/advice/advice.h"

namespace watchfire::api {
namespace {

void WriteAdvice(codec::JsonWriter& json, const advice::Advice& advice) {
  json.BeginObject();
  json.Field("code", advice.code).Field("severity", advice::SeverityName(advice.severity));
  json.Field("message", advice.message).Field("reason", advice.reason);
  json.Key("position").BeginObject();
  json.Field("start", uint64_t{advice.position.start});
  json.Field("end", uint64_t{advice.position.end}).EndObject();
  json.Field("line", advice.line).Field("column", advice.column);
  if (advice.fix) {
    json.Key("fix").BeginObject();
    json.Field("label", advice.fix->label).Field("query", advice.fix->query).EndObject();
  }
  json.EndObject();
}

}  // namespace

net::Response PrometheusApi::QueryAdvice(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  advice::Options options;
  options.parse = deps_.engine->options().parse;
  if (form->Has("context")) {
    std::optional<advice::Purpose> purpose = advice::ParsePurpose(form->Get("context"));
    if (!purpose) {
      return InvalidParam("context", Error::Invalid("expected query, recording or alert, got {}",
                                                    GoQuote(form->Get("context"))));
    }
    options.purpose = *purpose;
  }
  Result<TimeMs> time = ParseTimeParam(*form, "time", deps_.clock->Now());
  if (!time.ok()) return InvalidParam("time", time.error());
  AdviceBounds bounds;
  bounds.now = *time;
  bounds.lookback_ms = deps_.engine->options().lookback_delta_ms;
  bounds.cancelled = request.cancelled;
  const scrape::Manager* scrape = deps_.scrape ? deps_.scrape() : nullptr;
  AdviceCatalog catalog(deps_.database(), scrape, deps_.clock, std::move(bounds));
  codec::JsonWriter json;
  json.BeginObject().Key("advice").BeginArray();
  for (const advice::Advice& one : advice::Advise(form->Get("query"), options, &catalog)) {
    WriteAdvice(json, one);
  }
  json.EndArray().EndObject();
  return Success(json.Take());
}

}  // namespace watchfire::api

// /api/v2/deliveries: who was told what, when and why, and why not.
#include "api/alerting/deliveries_api.h"

#include "alerting/routing/route_tree.h"
#include "api/alerting/alert_json.h"
#include "api/alerting/alerting_api.h"
#include "api/alerting/framework.h"
#include "api/alerting/parameters.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

constexpr int64_t kMaxPage = 1000;

Result<alerting::DeliveryQuery> ParseDeliveryQuery(const net::Values& query) {
  alerting::DeliveryQuery wanted;
  if (std::string_view text = query.Get("fingerprint"); !text.empty()) {
    wanted.fingerprint = TRY(ParseFingerprint(text));
  }
  wanted.receiver = query.Get("receiver");
  wanted.integration = query.Get("integration");
  wanted.group_key = query.Get("group_key");
  wanted.outcome = query.Get("outcome");
  const std::string& outcome = wanted.outcome;
  if (!outcome.empty() && outcome != "delivered" && outcome != "failed" && outcome != "skipped" &&
      outcome != "muted") {
    return Error::Invalid(
        "invalid parameter \"outcome\": {} is none of delivered, failed, "
        "skipped, muted",
        GoQuote(outcome));
  }
  wanted.start = TRY(TimeParam(query, "start", kMinTime));
  wanted.end = TRY(TimeParam(query, "end", kMaxTime));
  wanted.before_id = TRY(NumberParam(query, "before", INT64_MAX, 0, INT64_MAX));
  wanted.limit = static_cast<size_t>(TRY(NumberParam(query, "limit", 100, 1, kMaxPage)));
  return wanted;
}

void WriteAlertPart(codec::JsonWriter& out, const alerting::Delivery::AlertPart& part) {
  out.BeginObject();
  out.Field("fingerprint", routing::FingerprintText(part.fingerprint));
  WriteLabelSet(out.Key("labels"), part.labels);
  out.Field("resolved", part.resolved);
  out.Field("muted", part.muted);
  WriteNames(out.Key("mutedBy"), part.muted_by);
  out.EndObject();
}

}  // namespace

void WriteAttempt(codec::JsonWriter& out, const alerting::AttemptRecord& record, bool with_body) {
  const alerting::Attempt& attempt = record.attempt;
  out.BeginObject();
  WriteTime(out, "at", record.at);
  out.Field("durationMs", record.duration_ms);
  out.Field("delivered", attempt.delivered);
  out.Field("retry", attempt.retry);
  out.Field("status", attempt.status);
  out.Field("error", attempt.error);
  out.Field("failure", attempt.delivered ? "" : alerting::FailureText(attempt.failure));
  out.Field("request", attempt.request);
  out.Field("response", attempt.response);
  if (with_body) out.Field("body", attempt.body);
  out.EndObject();
}

void WriteDelivery(codec::JsonWriter& out, const alerting::Delivery& delivery, bool with_bodies) {
  out.BeginObject();
  out.Field("id", delivery.id);
  WriteTime(out, "tick", delivery.tick);
  WriteTime(out, "lastTick", delivery.last_tick);
  out.Field("ticks", delivery.ticks);
  out.Field("receiver", delivery.receiver);
  out.Field("integration", delivery.integration);
  out.Field("index", static_cast<uint64_t>(delivery.index));
  out.Field("routeId", delivery.route_id);
  out.Field("groupKey", delivery.group_key);
  WriteLabelSet(out.Key("groupLabels"), delivery.group_labels);
  out.Field("outcome", delivery.outcome);
  out.Field("reason", delivery.reason);
  out.Field("decision", delivery.decision);
  out.Field("test", delivery.test);
  out.Field("alertCount", static_cast<uint64_t>(delivery.alert_count));
  out.Key("alerts").BeginArray();
  for (const alerting::Delivery::AlertPart& part : delivery.alerts) WriteAlertPart(out, part);
  out.EndArray();
  out.Key("attempts").BeginArray();
  for (const alerting::AttemptRecord& record : delivery.attempts) {
    WriteAttempt(out, record, with_bodies);
  }
  out.EndArray().EndObject();
}

net::Response AlertingApi::GetDeliveries(const net::Request& request) {
  Result<alerting::DeliveryQuery> wanted = ParseDeliveryQuery(QueryOf(request));
  if (!wanted.ok()) return HandlerError(wanted.error());
  std::vector<alerting::Delivery> page;
  if (deps_.deliveries != nullptr) {
    Result<std::vector<alerting::Delivery>> found = deps_.deliveries->Find(*wanted);
    if (!found.ok()) return HandlerError(found.error());
    page = std::move(*found);
  }
  codec::JsonWriter out;
  out.BeginObject().Key("deliveries").BeginArray();
  for (const alerting::Delivery& delivery : page) WriteDelivery(out, delivery, false);
  out.EndArray().Key("next");
  // A full page may have a next one.
  if (page.size() < wanted->limit) {
    out.Null();
  } else {
    out.Int(page.back().id);
  }
  out.EndObject();
  return JsonAnswer(out.Take());
}

net::Response AlertingApi::GetDelivery(const net::Request& request) {
  net::Values path;
  path.Add("id", std::string(request.PathParam("id")));
  Result<int64_t> id = NumberParam(path, "id", 0, 0, INT64_MAX);
  if (!id.ok()) return HandlerError(id.error());
  if (deps_.deliveries == nullptr) return HandlerError(404, "no deliveries are kept");
  Result<alerting::Delivery> delivery = deps_.deliveries->Get(*id);
  if (!delivery.ok()) return HandlerError(delivery.error());
  codec::JsonWriter out;
  WriteDelivery(out, *delivery, true);
  return JsonAnswer(out.Take());
}

}  // namespace watchfire::api

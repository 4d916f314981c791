#include "notify/parts/managed_body.h"

#include <cmath>

#include "codec/json_writer.h"

namespace watchfire::notify {
namespace {

using codec::JsonWriter;
using templates::NamesAndValues;

void Pairs(JsonWriter& json, std::string_view key, const NamesAndValues& pairs) {
  json.Key(key).BeginObject();
  for (const auto& [name, value] : pairs) json.Field(name, value);
  json.EndObject();
}

void Pairs(JsonWriter& json, std::string_view key, const templates::SharedPairs& pairs) {
  static const NamesAndValues kNone;
  Pairs(json, key, pairs == nullptr ? kNone : *pairs);
}

void Alert(JsonWriter& json, const templates::AlertData& alert) {
  json.BeginObject().Field("status", alert.resolved ? "resolved" : "firing");
  Pairs(json, "labels", alert.labels);
  Pairs(json, "annotations", alert.annotations);
  json.Field("startsAt", templates::Rfc3339NanoText(alert.starts_at));
  json.Field("endsAt", templates::Rfc3339NanoText(alert.ends_at));
  json.Field("generatorURL", alert.generator_url);
  json.Field("fingerprint", alert.fingerprint);
  static const templates::ManagedAlertData kNothing;
  const templates::ManagedAlertData& managed = alert.managed == nullptr ? kNothing : *alert.managed;
  json.Field("silenceURL", managed.silence_url);
  json.Field("dashboardURL", managed.dashboard_url);
  json.Field("panelURL", managed.panel_url);
  json.Key("values");
  if (managed.values.empty()) {
    json.Null();
  } else {
    json.BeginObject();
    for (const auto& [ref, value] : managed.values) {
      json.Key(ref);
      std::isfinite(value) ? json.Double(value) : json.Null();
    }
    json.EndObject();
  }
  json.Field("valueString", managed.value_string).Field("orgId", managed.org_id).EndObject();
}

}  // namespace

std::string ManagedBody(const alerting::Notification& notification,
                        const templates::NotificationData& data, const std::string& title,
                        const std::string& message) {
  JsonWriter json;
  json.BeginObject().Field("receiver", notification.receiver);
  json.Field("status", data.firing() ? "firing" : "resolved").Field("orgId", int64_t{1});
  json.Key("alerts").BeginArray();
  for (const templates::AlertData& alert : data.alerts) Alert(json, alert);
  json.EndArray();
  Pairs(json, "groupLabels", data.group_labels);
  Pairs(json, "commonLabels", data.common_labels);
  Pairs(json, "commonAnnotations", data.common_annotations);
  json.Field("externalURL", data.external_url).Field("version", "1");
  json.Field("groupKey", notification.group_key);
  json.Field("truncatedAlerts",
             static_cast<uint64_t>(notification.alerts.size() - data.alerts.size()));
  json.Field("title", title).Field("state", data.firing() ? "alerting" : "ok");
  json.Field("message", message).EndObject();
  return json.Take();
}

}  // namespace watchfire::notify

#include "api/rules_json.h"

#include <charconv>
#include <cmath>

#include "api/query_json.h"

namespace watchfire::api {

std::string TimeText(const std::optional<TimeMs>& t) {
  return t ? FormatRfc3339(*t) : "0001-01-01T00:00:00Z";
}

void WriteTime(codec::JsonWriter& json, const std::optional<TimeMs>& t) {
  if (t) {
    json.String(FormatRfc3339(*t));
  } else {
    json.Null();
  }
}

std::string ExponentText(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
  char text[40];
  char* end = std::to_chars(text, text + sizeof text, v, std::chars_format::scientific).ptr;
  return std::string(text, end);
}

void WriteAlert(codec::JsonWriter& json, const rules::AlertView& alert) {
  json.BeginObject().Key("labels");
  WriteLabels(json, alert.labels);
  json.Key("annotations").BeginObject();
  for (const auto& [name, text] : *alert.annotations) json.Field(name, text);
  json.EndObject();
  json.Field("state", rules::AlertStateText(alert.state));
  json.Field("activeAt", FormatRfc3339(alert.active_at));
  if (alert.keep_firing_since) {
    json.Field("keepFiringSince", FormatRfc3339(*alert.keep_firing_since));
  }
  json.Field("value", ExponentText(alert.value));
  json.Field("fingerprint", fmt::format("{:016x}", alert.fingerprint)).EndObject();
}

void WriteThreshold(codec::JsonWriter& json, const std::optional<rules::Threshold>& threshold) {
  if (!threshold) {
    json.Null();
    return;
  }
  json.BeginObject().Field("left", threshold->left).Field("op", threshold->op).Key("value");
  if (std::isfinite(threshold->value)) {
    json.Double(threshold->value);
  } else {
    json.String(ExponentText(threshold->value));
  }
  json.EndObject();
}

namespace {

void WriteAlertingHead(codec::JsonWriter& json, const rules::RuleView& rule) {
  const rules::RuleSpec& spec = *rule.spec;
  json.Field("state", rule.state ? rules::AlertStateText(*rule.state) : "unknown");
  json.Field("name", spec.name).Field("query", spec.query);
  json.Field("duration", ToSeconds(spec.for_ms));
  json.Field("keepFiringFor", ToSeconds(spec.keep_firing_for_ms));
}

void WriteAlertingBody(codec::JsonWriter& json, const rules::RuleView& rule, bool exclude_alerts) {
  json.Key("annotations").BeginObject();
  for (const rules::TextSpec& text : rule.spec->annotations) json.Field(text.name, text.text);
  json.EndObject().Key("alerts");
  if (exclude_alerts) {
    json.Null();
    return;
  }
  json.BeginArray();
  for (const rules::AlertView& alert : rule.alerts) WriteAlert(json, alert);
  json.EndArray();
}

}  // namespace

void WriteRule(codec::JsonWriter& json, const rules::RuleView& rule, bool exclude_alerts) {
  const rules::RuleSpec& spec = *rule.spec;
  json.BeginObject();
  if (spec.alerting) {
    WriteAlertingHead(json, rule);
  } else {
    json.Field("name", spec.name).Field("query", spec.query);
  }
  json.Key("labels");
  WriteLabels(json, spec.label_set);
  if (spec.alerting) WriteAlertingBody(json, rule, exclude_alerts);
  json.Field("health", rules::HealthText(rule.health));
  if (!rule.last_error.empty()) json.Field("lastError", rule.last_error);
  json.Field("evaluationTime", rule.evaluation_seconds);
  json.Field("lastEvaluation", TimeText(rule.last_evaluation));
  json.Field("type", spec.alerting ? "alerting" : "recording");
  json.Field("samples", rule.samples);
  if (spec.alerting) {
    json.Key("threshold");
    WriteThreshold(json, spec.threshold);
  }
  json.EndObject();
}

}  // namespace watchfire::api

// Rules and alerts: /rules, /alerts, /alertmanagers.
#include <set>

#include "api/params.h"
#include "api/prometheus_api.h"
#include "api/query_json.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

constexpr std::string_view kNever = "0001-01-01T00:00:00Z";

// The filters of /rules.
struct RuleFilter {
  bool alerting = true;
  bool recording = true;
  std::set<std::string> names;
  std::set<std::string> groups;
  std::set<std::string> files;
  std::vector<model::Matchers> matches;

  bool Wants(const rules::Group& group) const {
    return (groups.empty() || groups.contains(group.name)) &&
           (files.empty() || files.contains(group.file));
  }
  bool Wants(const rules::Rule& rule) const {
    if (!(rule.alerting ? alerting : recording)) return false;
    if (!names.empty() && !names.contains(rule.name)) return false;
    return matches.empty() ||
           std::any_of(matches.begin(), matches.end(), [&](const model::Matchers& matchers) {
             return model::MatchesAll(matchers, rule.labels);
           });
  }
};

std::set<std::string> SetOf(const net::Values& form, std::string_view name) {
  std::vector<std::string> all = form.GetAll(name);
  return {all.begin(), all.end()};
}

Result<RuleFilter> ReadFilter(const net::Values& form) {
  RuleFilter filter;
  std::string type = ToLower(form.Get("type"));
  if (!type.empty() && type != "alert" && type != "record") {
    return Error::Invalid("invalid parameter \"type\": not supported value {}", GoQuote(type));
  }
  filter.alerting = type != "record";
  filter.recording = type != "alert";
  filter.names = SetOf(form, "rule_name[]");
  filter.groups = SetOf(form, "rule_group[]");
  filter.files = SetOf(form, "file[]");
  for (const std::string& text : form.GetAll("match[]")) {
    filter.matches.push_back(TRY(promql::ParseSelector(text)));
  }
  return filter;
}

void WriteRule(codec::JsonWriter& json, const rules::Rule& rule, bool exclude_alerts) {
  json.BeginObject();
  if (rule.alerting) json.Field("state", "unknown");
  json.Field("name", rule.name).Field("query", rule.query);
  if (rule.alerting) {
    json.Field("duration", ToSeconds(rule.for_ms));
    json.Field("keepFiringFor", ToSeconds(rule.keep_firing_for_ms));
  }
  json.Key("labels");
  WriteLabels(json, rule.labels);
  if (rule.alerting) {
    json.Key("annotations").BeginObject();
    for (const auto& [name, value] : rule.annotations) json.Field(name, value);
    json.EndObject().Key("alerts");
    if (exclude_alerts) {
      json.Null();
    } else {
      json.BeginArray().EndArray();
    }
  }
  json.Field("health", "unknown").Field("evaluationTime", 0).Field("lastEvaluation", kNever);
  json.Field("type", rule.alerting ? "alerting" : "recording").EndObject();
}

}  // namespace

net::Response PrometheusApi::Rules(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  Result<RuleFilter> filter = ReadFilter(*form);
  if (!filter.ok()) return Failure(ErrorType::kBadData, filter.error().message());
  bool exclude_alerts = ToLower(form->Get("exclude_alerts")) == "true";
  std::shared_ptr<const rules::Groups> groups = deps_.rules->groups();
  codec::JsonWriter json;
  json.BeginObject().Key("groups").BeginArray();
  for (const rules::Group& group : *groups) {
    if (!filter->Wants(group)) continue;
    bool any = std::any_of(group.rules.begin(), group.rules.end(),
                           [&](const rules::Rule& rule) { return filter->Wants(rule); });
    if (!any && !group.rules.empty()) continue;
    json.BeginObject().Field("name", group.name).Field("file", group.file);
    json.Key("rules").BeginArray();
    for (const rules::Rule& rule : group.rules) {
      if (filter->Wants(rule)) WriteRule(json, rule, exclude_alerts);
    }
    json.EndArray().Field("interval", ToSeconds(group.interval_ms)).Field("limit", group.limit);
    json.Field("evaluationTime", 0).Field("lastEvaluation", kNever).EndObject();
  }
  json.EndArray().EndObject();
  return Success(json.Take());
}

net::Response PrometheusApi::Alerts(const net::Request&) {
  return Success(R"({"alerts":[]})");
}

net::Response PrometheusApi::Alertmanagers(const net::Request&) {
  return Success(R"({"activeAlertmanagers":[],"droppedAlertmanagers":[]})");
}

}  // namespace watchfire::api

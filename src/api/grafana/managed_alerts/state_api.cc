// How rules and their alerts are now, in Prometheus' shape and in ours.

#include <algorithm>
#include <cmath>

#include "api/grafana/managed_alerts/managed_alerts_api.h"
#include "api/grafana/managed_alerts/shapes.h"
#include "base/numbers.h"
#include "model/duration.h"

namespace watchfire::api {
namespace {

using codec::Json;
using grafana::Instance;
using grafana::InstanceState;
using grafana::ManagedRule;
using grafana::RuleStatus;

constexpr size_t kMaxHistory = 5'000;

Json ValuesObject(const Instance& instance) {
  Json values = Json::OfObject({});
  for (const templates::RefValue& value : instance.values) {
    values.Set(value.ref, std::isfinite(value.value) ? Json::OfDouble(value.value) : Json());
  }
  return values;
}

Json AlertObject(const Instance& instance) {
  Json json = Json::OfObject({});
  json.Set("labels", LabelsObject(instance.labels));
  json.Set("annotations", MapObject(instance.annotations));
  json.Set("state", Text(instance.StateWithReason()));
  json.Set("activeAt", Text(GoTime(instance.active_at == 0 ? instance.since : instance.active_at)));
  json.Set("value", Text(instance.value_string));
  json.Set("values", ValuesObject(instance));
  return json;
}

// The models, for people who look at what a rule asks.
std::string QueryText(const ManagedRule& rule) {
  Json::Array data;
  Json json = RuleJson(rule, grafana::Spelling::kProvisioning);
  return json.Find("data")->ToString();
}

std::string_view PrometheusHealth(const RuleStatus& status) {
  return status.evaluated_at == 0 ? "unknown" : std::string_view(status.health);
}

Json Totals(const std::vector<Instance>& instances) {
  std::map<std::string, int64_t> counts;
  for (const Instance& instance : instances) {
    std::string name(StateText(instance.state));
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    ++counts[name];
  }
  Json json = Json::OfObject({});
  for (const auto& [name, count] : counts) json.Set(name, Json::OfInt(count));
  return json;
}

Json RuleObject(const RuleStatus& status, size_t limit_alerts) {
  const ManagedRule& rule = *status.rule;
  Json json = Json::OfObject({});
  if (!rule.record) json.Set("state", Text(status.State()));
  json.Set("name", Text(rule.title));
  json.Set("uid", Text(rule.uid));
  json.Set("folderUid", Text(rule.folder_uid));
  json.Set("query", Text(QueryText(rule)));
  json.Set("isPaused", Json::OfBool(rule.paused));
  if (!rule.record) {
    json.Set("duration", Json::OfDouble(static_cast<double>(rule.for_ms) / 1000));
    json.Set("keepFiringFor", Json::OfDouble(static_cast<double>(rule.keep_firing_ms) / 1000));
    json.Set("annotations", MapObject(rule.annotations));
    Json::Array alerts;
    TimeMs active_at = 0;
    for (const Instance& instance : status.instances) {
      if (instance.active_at != 0 && (active_at == 0 || instance.active_at < active_at)) {
        active_at = instance.active_at;
      }
      if (alerts.size() < limit_alerts) alerts.push_back(AlertObject(instance));
    }
    json.Set("activeAt", Text(GoTime(active_at)));
    json.Set("alerts", Json::OfArray(std::move(alerts)));
    json.Set("totals", Totals(status.instances));
  }
  json.Set("labels", MapObject(rule.labels));
  json.Set("health", Text(PrometheusHealth(status)));
  if (!status.last_error.empty()) json.Set("lastError", Text(status.last_error));
  json.Set("type", Text(rule.record ? "recording" : "alerting"));
  json.Set("lastEvaluation", Text(GoTime(status.evaluated_at)));
  json.Set("evaluationTime", Json::OfDouble(status.evaluation_seconds));
  json.Set("provenance", Text(rule.provenance));
  return json;
}

bool Wanted(const RuleStatus& status, const net::Values& query) {
  const ManagedRule& rule = *status.rule;
  auto is = [&query](std::string_view name, std::string_view value) {
    std::string_view wanted = query.Get(name);
    return wanted.empty() || wanted == value;
  };
  if (!is("dashboard_uid", rule.Annotation(std::string(grafana::kDashboardUidAnnotation))) ||
      !is("panel_id", rule.Annotation(std::string(grafana::kPanelIdAnnotation))) ||
      !is("rule_name", rule.title) || !is("rule_uid", rule.uid) || !is("rule_group", rule.group) ||
      !is("folder_uid", rule.folder_uid)) {
    return false;
  }
  std::vector<std::string> states = query.GetAll("state");
  return states.empty() || std::ranges::count(states, std::string(status.State())) != 0;
}

Json Success(Json data) {
  Json json = Json::OfObject({});
  json.Set("status", Text("success"));
  json.Set("data", std::move(data));
  return json;
}

size_t LimitOf(const net::Values& query, std::string_view name) {
  std::optional<int64_t> limit = ParseInt(query.Get(name));
  return limit && *limit >= 0 ? static_cast<size_t>(*limit) : SIZE_MAX;
}

Json OverviewOf(const RuleStatus& status) {
  const ManagedRule& rule = *status.rule;
  Json json = Json::OfObject({});
  json.Set("source", Text("grafana"));
  json.Set("uid", Text(rule.uid));
  json.Set("name", Text(rule.title));
  json.Set("folder", Text(status.folder_title));
  json.Set("folderUid", Text(rule.folder_uid));
  json.Set("group", Text(rule.group));
  json.Set("type", Text(rule.record ? "recording" : "alerting"));
  json.Set("state", Text(status.State()));
  json.Set("health", Text(PrometheusHealth(status)));
  json.Set("lastError", Text(status.last_error));
  json.Set("lastEvaluation", Text(GoTime(status.evaluated_at)));
  json.Set("interval", Text(model::FormatDuration(status.group->interval_ms)));
  json.Set("for", Text(model::FormatDuration(rule.for_ms)));
  json.Set("sentence", Text(RuleSentence(rule)));
  json.Set("labels", MapObject(rule.labels));
  json.Set("annotations", MapObject(rule.annotations));
  Json::Array alerts;
  for (const Instance& instance : status.instances) alerts.push_back(AlertObject(instance));
  json.Set("alerts", Json::OfArray(std::move(alerts)));
  json.Set("paused", Json::OfBool(rule.paused));
  json.Set("provenance", Text(rule.provenance));
  json.Set("dashboardUid", Text(rule.Annotation(std::string(grafana::kDashboardUidAnnotation))));
  json.Set("panelId", Text(rule.Annotation(std::string(grafana::kPanelIdAnnotation))));
  return json;
}

// Prometheus' alerting rules out of its own answer.
void AddPrometheusRules(const Json& answer, Json::Array& into) {
  const Json* data = answer.Find("data");
  const Json* groups = data == nullptr ? nullptr : data->Find("groups");
  if (groups == nullptr || groups->AsArray() == nullptr) return;
  auto copy = [](const Json& from, std::string_view key, Json& to, Json otherwise) {
    const Json* value = from.Find(key);
    to.Set(key, value == nullptr ? std::move(otherwise) : *value);
  };
  for (const Json& group : *groups->AsArray()) {
    const Json* rules = group.Find("rules");
    if (rules == nullptr || rules->AsArray() == nullptr) continue;
    for (const Json& rule : *rules->AsArray()) {
      if (MemberText(rule, "type") != "alerting") continue;
      Json json = Json::OfObject({});
      json.Set("source", Text("prometheus"));
      json.Set("uid", Text(""));
      copy(rule, "name", json, Text(""));
      json.Set("folder", Text(MemberText(group, "file")));
      json.Set("group", Text(MemberText(group, "name")));
      json.Set("type", Text("alerting"));
      copy(rule, "state", json, Text("inactive"));
      copy(rule, "health", json, Text("unknown"));
      copy(rule, "lastError", json, Text(""));
      copy(rule, "lastEvaluation", json, Text(""));
      const Json* duration = rule.Find("duration");
      double seconds = duration == nullptr ? 0 : duration->AsDouble().value_or(0);
      json.Set("for", Text(model::FormatDuration(std::llround(seconds * 1000))));
      copy(rule, "query", json, Text(""));
      copy(rule, "labels", json, Json::OfObject({}));
      copy(rule, "annotations", json, Json::OfObject({}));
      copy(rule, "alerts", json, Json::OfArray({}));
      json.Set("paused", Json::OfBool(false));
      json.Set("provenance", Text("file"));
      json.Set("dashboardUid", Text(""));
      json.Set("panelId", Text(""));
      into.push_back(std::move(json));
    }
  }
}

}  // namespace

net::Response ManagedAlertsApi::PrometheusRules(const Call& call) {
  size_t limit_alerts = LimitOf(call.query, "limit_alerts");
  size_t limit_groups = LimitOf(call.query, "group_limit");
  Json::Array groups;
  std::map<std::string, int64_t> totals;
  std::vector<RuleStatus> statuses = impl().evaluator->Statuses();
  for (size_t i = 0; i < statuses.size() && groups.size() < limit_groups;) {
    const std::shared_ptr<const grafana::RuleGroup> group = statuses[i].group;
    Json::Array rules;
    TimeMs evaluated_at = 0;
    double seconds = 0;
    std::string folder = statuses[i].folder_title;
    for (; i < statuses.size() && statuses[i].group == group; ++i) {
      evaluated_at = std::max(evaluated_at, statuses[i].evaluated_at);
      seconds += statuses[i].evaluation_seconds;
      if (!Wanted(statuses[i], call.query)) continue;
      ++totals[std::string(statuses[i].State())];
      rules.push_back(RuleObject(statuses[i], limit_alerts));
    }
    if (rules.empty()) continue;
    Json json = Json::OfObject({});
    json.Set("name", Text(group->name));
    json.Set("file", Text(folder));
    json.Set("folderUid", Text(group->folder_uid));
    json.Set("rules", Json::OfArray(std::move(rules)));
    json.Set("interval", Json::OfInt(group->interval_ms / 1000));
    json.Set("lastEvaluation", Text(GoTime(evaluated_at)));
    json.Set("evaluationTime", Json::OfDouble(seconds));
    groups.push_back(std::move(json));
  }
  Json all = Json::OfObject({});
  for (const auto& [state, count] : totals) all.Set(state, Json::OfInt(count));
  Json data = Json::OfObject({});
  data.Set("groups", Json::OfArray(std::move(groups)));
  data.Set("totals", std::move(all));
  return JsonAnswer(200, Success(std::move(data)));
}

net::Response ManagedAlertsApi::PrometheusAlerts(const Call& call) {
  Json::Array alerts;
  for (const RuleStatus& status : impl().evaluator->Statuses()) {
    if (!Wanted(status, call.query)) continue;
    for (const Instance& instance : status.instances) {
      if (instance.state != InstanceState::kNormal) alerts.push_back(AlertObject(instance));
    }
  }
  Json data = Json::OfObject({});
  data.Set("alerts", Json::OfArray(std::move(alerts)));
  return JsonAnswer(200, Success(std::move(data)));
}

net::Response ManagedAlertsApi::SourceRules(const Call& call) {
  if (!deps_.prometheus_rules) return Message(404, "there are no rules of this data source");
  return deps_.prometheus_rules(call.Param("source"), call.request);
}

net::Response ManagedAlertsApi::Overview(const Call& call) {
  Json::Array rules;
  for (const RuleStatus& status : impl().evaluator->Statuses()) {
    rules.push_back(OverviewOf(status));
  }
  if (deps_.prometheus_rules) {
    net::Response answer = deps_.prometheus_rules("", call.request);
    Result<Json> json = Json::Parse(answer.body + answer.tail.TakeJoined());
    if (json.ok()) AddPrometheusRules(*json, rules);
  }
  return JsonAnswer(200, Json::OfArray(std::move(rules)));
}

net::Response ManagedAlertsApi::History(const Call& call) {
  auto seconds = [&](std::string_view name, TimeMs otherwise) {
    std::optional<int64_t> value = ParseInt(call.query.Get(name));
    if (!value || *value < 0) return otherwise;
    // Grafana's own pages send seconds.
    return *value < 100'000'000'000 ? *value * 1000 : *value;
  };
  size_t limit = std::min(LimitOf(call.query, "limit"), kMaxHistory);
  TimeMs now = deps_.clock->Now();
  Result<std::vector<grafana::HistoryEntry>> entries = impl().rules->History(
      call.query.Get("ruleUID"), seconds("from", 0), seconds("to", now), limit);
  if (!entries.ok()) return ErrorAnswer(entries.error());
  std::string_view dashboard = call.query.Get("dashboardUID");
  std::string_view panel = call.query.Get("panelID");
  Json::Array times, lines, labels;
  for (const grafana::HistoryEntry& entry : *entries) {
    if (!dashboard.empty() && entry.dashboard_uid != dashboard) continue;
    if (!panel.empty() && std::to_string(entry.panel_id) != panel) continue;
    times.push_back(Json::OfInt(entry.at));
    Json line = Json::OfObject({});
    line.Set("schemaVersion", Json::OfInt(1));
    line.Set("previous", Text(entry.previous));
    line.Set("current", Text(entry.current));
    Result<Json> values = Json::Parse(entry.values);
    line.Set("values", values.ok() ? *values : Json());
    Result<Json> of_alert = Json::Parse(entry.labels);
    line.Set("labels", of_alert.ok() ? *of_alert : Json());
    line.Set("ruleUID", Text(entry.rule_uid));
    line.Set("dashboardUID", Text(entry.dashboard_uid));
    line.Set("panelID", Json::OfInt(entry.panel_id));
    lines.push_back(std::move(line));
    labels.push_back(of_alert.ok() ? *of_alert : Json());
  }
  Result<Json> frame = Json::Parse(
      R"({"schema":{"fields":[{"name":"time","type":"time"},{"name":"line","type":"other"},)"
      R"({"name":"labels","type":"other"}]},"data":{"values":[]}})");
  Json::Array values = {Json::OfArray(std::move(times)), Json::OfArray(std::move(lines)),
                        Json::OfArray(std::move(labels))};
  frame->Find("data")->Set("values", Json::OfArray(std::move(values)));
  return JsonAnswer(200, *frame);
}

net::Response ManagedAlertsApi::LegacyAlerts(const Call&) {
  return Message(404, "legacy alerting is gone: see /api/v1/provisioning/alert-rules");
}

}  // namespace watchfire::api

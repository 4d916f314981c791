// Rules tried without being saved.

#include <cmath>

#include "api/grafana/managed_alerts/managed_alerts_api.h"
#include "api/grafana/managed_alerts/shapes.h"
#include "grafana/managed/legacy_alert.h"
#include "model/duration.h"

namespace watchfire::api {
namespace {

using codec::Json;
using grafana::Evaluation;
using grafana::InstanceOutcome;
using grafana::ManagedRule;
using grafana::Verdict;

constexpr TimeMs kLatest = 253'402'300'800'000;  // the year 10000

TimeMs MomentOf(const Json& body, TimeMs otherwise) {
  const Json* now = body.Find("now");
  if (now == nullptr) return otherwise;
  if (std::optional<int64_t> ms = now->AsInt()) {
    return *ms >= 0 && *ms < kLatest ? *ms : otherwise;
  }
  std::optional<TimeMs> time =
      now->AsString() == nullptr ? std::nullopt : ParseRfc3339(*now->AsString());
  return time.value_or(otherwise);
}

std::string_view StateOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBreach:
      return "Alerting";
    case Verdict::kNoData:
      return "NoData";
    case Verdict::kError:
      return "Error";
    default:
      return "Normal";
  }
}

Json ValuesObject(const InstanceOutcome& outcome) {
  Json values = Json::OfObject({});
  for (const templates::RefValue& value : outcome.values) {
    values.Set(value.ref, std::isfinite(value.value) ? Json::OfDouble(value.value) : Json());
  }
  return values;
}

// What the condition looks at, if it is one number: the ref that is no expression, else any.
Json MainValue(const ManagedRule& rule, const InstanceOutcome& outcome) {
  const templates::RefValue* best = nullptr;
  for (const templates::RefValue& value : outcome.values) {
    if (value.ref == rule.condition && outcome.values.size() > 1) continue;
    best = &value;
  }
  if (best == nullptr || !std::isfinite(best->value)) return Json();
  return Json::OfDouble(best->value);
}

// Panels with an alert, in rows too.
void CollectPanels(const Json& dashboard, std::vector<const Json*>& into) {
  const Json* panels = dashboard.Find("panels");
  if (panels == nullptr || panels->AsArray() == nullptr) return;
  for (const Json& panel : *panels->AsArray()) {
    const Json* alert = panel.Find("alert");
    if (alert != nullptr && alert->AsObject() != nullptr) into.push_back(&panel);
    CollectPanels(panel, into);
  }
}

// What a panel says of its source: a name, or {uid}.
std::string SourceReference(const Json& source) {
  if (source.AsString() != nullptr) return *source.AsString();
  return MemberText(source, "uid");
}

}  // namespace

// Alerts of old panels of a dashboard as rules: {dashboard, folderUid, dryRun}.
net::Response ManagedAlertsApi::ImportLegacy(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  const Json* dashboard = body->Find("dashboard");
  if (dashboard == nullptr) return Message(400, "dashboard is required");
  std::vector<const Json*> panels;
  CollectPanels(*dashboard, panels);
  const Json* dry = body->Find("dryRun");
  bool keep = dry == nullptr || !dry->AsBool().value_or(false);
  Json::Array rules, notes;
  for (const Json* panel : panels) {
    Result<grafana::LegacyAlert> legacy =
        grafana::RuleOfPanel(*panel, MemberText(*dashboard, "uid"), [this](const Json& source) {
          grafana::DataSourcePtr found = impl().deps.sources->Resolve(SourceReference(source));
          return found == nullptr ? std::string("default") : found->uid;
        });
    if (!legacy.ok()) {
      notes.push_back(Text(MemberText(*panel, "title") + ": " + legacy.error().message()));
      continue;
    }
    for (const std::string& note : legacy->notes) {
      notes.push_back(Text(legacy->rule.title + ": " + note));
    }
    ManagedRule rule = legacy->rule;
    rule.folder_uid = MemberText(*body, "folderUid");
    rule.group = fmt::format("{} {}", MemberText(*dashboard, "title"),
                             model::FormatDuration(legacy->interval_ms));
    if (keep) {
      grafana::RuleGroup group;
      group.folder_uid = rule.folder_uid;
      group.name = rule.group;
      if (auto there = impl().rules->FindGroup(rule.folder_uid, rule.group)) group = *there;
      group.interval_ms = legacy->interval_ms;
      // Imported again: in place of what was imported before.
      std::erase_if(group.rules, [&](const ManagedRule& old) { return old.title == rule.title; });
      group.rules.push_back(rule);
      Result<void> put = impl().PutGroups({std::move(group)}, EditorOf(call, false));
      if (!put.ok()) return ErrorAnswer(put.error());
    }
    rules.push_back(RuleJson(rule, grafana::Spelling::kProvisioning));
  }
  Json answer = Json::OfObject({});
  answer.Set("rules", Json::OfArray(std::move(rules)));
  answer.Set("notes", Json::OfArray(std::move(notes)));
  return JsonAnswer(200, answer);
}

net::Response ManagedAlertsApi::Eval(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  body->Set("title", Text("preview"));
  Result<ManagedRule> rule = grafana::ParseRule(*body);
  if (!rule.ok()) return ErrorAnswer(rule.error());
  if (rule->condition.empty() && !rule->data.empty()) rule->condition = rule->data.back().ref_id;
  Result<void> valid = Validate(*rule);
  if (!valid.ok()) return ErrorAnswer(valid.error());
  Evaluation evaluation = impl().Preview(*rule, MomentOf(*body, deps_.clock->Now()));
  Json results = Json::OfObject({});
  for (const auto& [ref, value] : evaluation.nodes) {
    Json result = Json::OfObject({});
    result.Set("frames", FramesOf(value, ref));
    results.Set(ref, std::move(result));
  }
  if (evaluation.error && !evaluation.ref_id.empty()) {
    Json result = Json::OfObject({});
    result.Set("error", Text(evaluation.error->message()));
    result.Set("frames", Json::OfArray({}));
    results.Set(evaluation.ref_id, std::move(result));
  }
  Json answer = Json::OfObject({});
  answer.Set("results", std::move(results));
  return JsonAnswer(200, answer);
}

net::Response ManagedAlertsApi::TestRule(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  const Json* given = body->Find("rule");
  Result<ManagedRule> rule = grafana::ParseRule(given == nullptr ? *body : *given);
  if (!rule.ok()) return ErrorAnswer(rule.error());
  Result<void> valid = Validate(*rule);
  if (!valid.ok()) return ErrorAnswer(valid.error());
  TimeMs now = deps_.clock->Now();
  // As if it had breached for long enough.
  rule->for_ms = 0;
  Evaluation evaluation = impl().Preview(*rule, now);
  grafana::RulePlace place;
  place.external_url = impl().deps.external_url;
  place.folder_title = MemberText(*body, "folderTitle");
  grafana::RuleState state(std::make_shared<const ManagedRule>(*rule));
  Json::Array alerts;
  for (const alerting::Alert& alert : state.Apply(evaluation, now, place).alerts) {
    Json json = Json::OfObject({});
    json.Set("labels", LabelsObject(alert.labels));
    Json annotations = Json::OfObject({});
    for (const auto& [name, value] : alert.annotations) annotations.Set(name, Text(value));
    json.Set("annotations", std::move(annotations));
    json.Set("startsAt", Text(GoTime(now)));
    json.Set("endsAt", Text(GoTime(alert.ends_at.ms())));
    json.Set("generatorURL", Text(alert.generator_url));
    alerts.push_back(std::move(json));
  }
  return JsonAnswer(200, Json::OfArray(std::move(alerts)));
}

net::Response ManagedAlertsApi::Preview(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  const Json* given = body->Find("rule");
  Json rule_json = given == nullptr ? *body : *given;
  if (rule_json.AsObject() != nullptr && MemberText(rule_json, "title").empty() &&
      rule_json.Find("grafana_alert") == nullptr) {
    rule_json.Set("title", Text("preview"));
  }
  Result<ManagedRule> rule = grafana::ParseRule(rule_json);
  if (!rule.ok()) return ErrorAnswer(rule.error());
  Result<void> valid = Validate(*rule);
  if (!valid.ok()) return ErrorAnswer(valid.error());
  Evaluation evaluation = impl().Preview(*rule, MomentOf(*body, deps_.clock->Now()));
  Json answer = Json::OfObject({});
  answer.Set("sentence", Text(RuleSentence(*rule)));
  Json frames = Json::OfObject({});
  for (const auto& [ref, value] : evaluation.nodes) frames.Set(ref, FramesOf(value, ref));
  answer.Set("frames", std::move(frames));
  Json::Array instances;
  for (const InstanceOutcome& outcome : evaluation.outcomes) {
    Json instance = Json::OfObject({});
    instance.Set("labels", LabelsObject(outcome.labels));
    instance.Set("state", Text(StateOf(outcome.outcome)));
    instance.Set("value", MainValue(*rule, outcome));
    instance.Set("values", ValuesObject(outcome));
    instances.push_back(std::move(instance));
  }
  answer.Set("instances", Json::OfArray(std::move(instances)));
  answer.Set("error", Text(evaluation.error ? evaluation.error->message() : ""));
  return JsonAnswer(200, answer);
}

}  // namespace watchfire::api

// Rules and groups of the provisioning API.

#include "api/grafana/managed_alerts/managed_alerts_api.h"
#include "api/grafana/managed_alerts/shapes.h"

namespace watchfire::api {
namespace {

using codec::Json;
using grafana::ManagedRule;
using grafana::RuleGroup;
using grafana::Spelling;

Json Document(std::string_view key, Json::Array items) {
  Json document = Json::OfObject({});
  document.Set("apiVersion", Json::OfInt(1));
  document.Set(key, Json::OfArray(std::move(items)));
  return document;
}

Json GroupObject(const RuleGroup& group) {
  Json json = Json::OfObject({});
  json.Set("title", Text(group.name));
  json.Set("folderUid", Text(group.folder_uid));
  json.Set("interval", Json::OfInt(group.interval_ms / 1000));
  Json::Array rules;
  for (const ManagedRule& rule : group.rules) {
    rules.push_back(RuleJson(rule, Spelling::kProvisioning));
  }
  json.Set("rules", Json::OfArray(std::move(rules)));
  return json;
}

net::Response NoSuchRule() {
  return Message(404, "alert rule not found");
}

}  // namespace

net::Response ManagedAlertsApi::ListRules(const Call&) {
  Json::Array rules;
  for (const auto& group : *impl().rules->groups()) {
    for (const ManagedRule& rule : group->rules) {
      rules.push_back(RuleJson(rule, Spelling::kProvisioning));
    }
  }
  return JsonAnswer(200, Json::OfArray(std::move(rules)));
}

net::Response ManagedAlertsApi::GetRule(const Call& call) {
  grafana::FoundRule found = impl().rules->Find(call.Param("uid"));
  if (found.rule == nullptr) return NoSuchRule();
  return JsonAnswer(200, RuleJson(*found.rule, Spelling::kProvisioning));
}

net::Response ManagedAlertsApi::PostRule(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Result<ManagedRule> rule = grafana::ParseRule(*body);
  if (!rule.ok()) return ErrorAnswer(rule.error());
  if (!rule->uid.empty() && impl().rules->Find(rule->uid).rule != nullptr) {
    return Message(409, fmt::format("a rule with the uid \"{}\" exists already", rule->uid));
  }
  Result<ManagedRule> put = impl().PutRule(*std::move(rule), EditorOf(call, true));
  if (!put.ok()) return ErrorAnswer(put.error());
  return JsonAnswer(201, RuleJson(*put, Spelling::kProvisioning));
}

net::Response ManagedAlertsApi::PutRule(const Call& call) {
  grafana::FoundRule found = impl().rules->Find(call.Param("uid"));
  if (found.rule == nullptr) return NoSuchRule();
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Result<ManagedRule> rule = grafana::ParseRule(*body);
  if (!rule.ok()) return ErrorAnswer(rule.error());
  rule->uid = call.Param("uid");
  if (rule->folder_uid.empty()) rule->folder_uid = found.rule->folder_uid;
  if (rule->group.empty()) rule->group = found.rule->group;
  Result<ManagedRule> put = impl().PutRule(*std::move(rule), EditorOf(call, true));
  if (!put.ok()) return ErrorAnswer(put.error());
  return JsonAnswer(200, RuleJson(*put, Spelling::kProvisioning));
}

net::Response ManagedAlertsApi::DeleteRule(const Call& call) {
  Result<void> deleted = impl().DeleteRule(call.Param("uid"), EditorOf(call, true));
  // What is gone is gone, as Grafana answers.
  bool gone = !deleted.ok() && deleted.error().code() == ErrorCode::kNotFound;
  if (!deleted.ok() && !gone) return ErrorAnswer(deleted.error());
  return EmptyAnswer();
}

net::Response ManagedAlertsApi::GetRuleGroup(const Call& call) {
  auto group = impl().rules->FindGroup(call.Param("folder"), call.Param("group"));
  if (group == nullptr) return Message(404, "rule group not found");
  return JsonAnswer(200, GroupObject(*group));
}

net::Response ManagedAlertsApi::PutRuleGroup(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  RuleGroup group;
  group.folder_uid = call.Param("folder");
  group.name = call.Param("group");
  if (Result<void> read = ReadRules(*body, &group); !read.ok()) return ErrorAnswer(read.error());
  std::string folder = group.folder_uid, name = group.name;
  Result<void> put = impl().PutGroups({std::move(group)}, EditorOf(call, true));
  if (!put.ok()) return ErrorAnswer(put.error());
  auto stored = impl().rules->FindGroup(folder, name);
  return JsonAnswer(200, stored == nullptr ? *body : GroupObject(*stored));
}

net::Response ManagedAlertsApi::DeleteRuleGroup(const Call& call) {
  Result<void> deleted =
      impl().DeleteGroup(call.Param("folder"), call.Param("group"), EditorOf(call, true));
  if (!deleted.ok()) return ErrorAnswer(deleted.error());
  return EmptyAnswer();
}

net::Response ManagedAlertsApi::ExportRules(const Call& call) {
  std::vector<std::string> folders = call.query.GetAll("folderUid");
  std::string_view name = call.query.Get("group");
  std::string_view uid = call.query.Get("ruleUid");
  Json::Array groups;
  for (const auto& group : *impl().rules->groups()) {
    bool wanted = folders.empty() || std::ranges::count(folders, group->folder_uid) != 0;
    if (!wanted || (!name.empty() && group->name != name)) continue;
    RuleGroup part = *group;
    if (!uid.empty()) {
      std::erase_if(part.rules, [&](const ManagedRule& rule) { return rule.uid != uid; });
    }
    if (part.rules.empty()) continue;
    groups.push_back(GroupForFile(part, impl().FolderTitle(group->folder_uid)));
  }
  return ExportAnswer(call, Document("groups", std::move(groups)));
}

net::Response ManagedAlertsApi::ExportRule(const Call& call) {
  grafana::FoundRule found = impl().rules->Find(call.Param("uid"));
  if (found.rule == nullptr) return NoSuchRule();
  RuleGroup part = *found.group;
  part.rules = {*found.rule};
  return ExportAnswer(
      call, Document("groups", {GroupForFile(part, impl().FolderTitle(part.folder_uid))}));
}

net::Response ManagedAlertsApi::ExportRuleGroup(const Call& call) {
  auto group = impl().rules->FindGroup(call.Param("folder"), call.Param("group"));
  if (group == nullptr) return Message(404, "rule group not found");
  return ExportAnswer(
      call, Document("groups", {GroupForFile(*group, impl().FolderTitle(group->folder_uid))}));
}

net::Response ManagedAlertsApi::RuleVersions(const Call& call) {
  Result<std::vector<grafana::RuleVersion>> versions = impl().rules->Versions(call.Param("uid"));
  if (!versions.ok()) return ErrorAnswer(versions.error());
  Json::Array list;
  for (const grafana::RuleVersion& version : *versions) {
    Json json = Json::OfObject({});
    json.Set("version", Json::OfInt(version.version));
    json.Set("created", Text(GoTime(version.created)));
    json.Set("createdBy", Text(version.created_by));
    json.Set("rule", version.rule);
    list.push_back(std::move(json));
  }
  return JsonAnswer(200, Json::OfArray(std::move(list)));
}

}  // namespace watchfire::api

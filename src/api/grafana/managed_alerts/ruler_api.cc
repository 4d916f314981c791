// Rules in the form that Grafana's pages edit.

#include "api/grafana/managed_alerts/managed_alerts_api.h"
#include "api/grafana/managed_alerts/shapes.h"
#include "model/duration.h"

namespace watchfire::api {
namespace {

using codec::Json;
using grafana::ManagedRule;
using grafana::RuleGroup;

Json GroupObject(const RuleGroup& group) {
  Json json = Json::OfObject({});
  json.Set("name", Text(group.name));
  json.Set("interval", Text(model::FormatDuration(group.interval_ms)));
  Json::Array rules;
  for (const ManagedRule& rule : group.rules) {
    rules.push_back(RulerJson(rule, group.interval_ms));
  }
  json.Set("rules", Json::OfArray(std::move(rules)));
  return json;
}

// {"Folder": [group, …]}
Json ByFolder(grafana::ManagedAlerting::Impl& impl,
              const std::function<bool(const RuleGroup&)>& wanted) {
  Json json = Json::OfObject({});
  for (const auto& group : *impl.rules->groups()) {
    if (!wanted(*group)) continue;
    std::string title = impl.FolderTitle(group->folder_uid);
    if (json.Find(title) == nullptr) json.Set(title, Json::OfArray({}));
    json.Find(title)->AsArray()->push_back(GroupObject(*group));
  }
  return json;
}

}  // namespace

net::Response ManagedAlertsApi::RulerAll(const Call& call) {
  std::string_view dashboard = call.query.Get("dashboard_uid");
  std::string_view panel = call.query.Get("panel_id");
  return JsonAnswer(200, ByFolder(impl(), [&](const RuleGroup& group) {
                      if (dashboard.empty()) return true;
                      return std::ranges::any_of(group.rules, [&](const ManagedRule& rule) {
                        return rule.Annotation(std::string(grafana::kDashboardUidAnnotation)) ==
                                   dashboard &&
                               (panel.empty() ||
                                rule.Annotation(std::string(grafana::kPanelIdAnnotation)) == panel);
                      });
                    }));
}

net::Response ManagedAlertsApi::RulerFolder(const Call& call) {
  return JsonAnswer(200, ByFolder(impl(), [&](const RuleGroup& group) {
                      return group.folder_uid == call.Param("folder");
                    }));
}

net::Response ManagedAlertsApi::RulerGroup(const Call& call) {
  auto group = impl().rules->FindGroup(call.Param("folder"), call.Param("group"));
  if (group == nullptr) return Message(404, "rule group not found");
  return JsonAnswer(202, GroupObject(*group));
}

net::Response ManagedAlertsApi::RulerPost(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  RuleGroup group;
  group.folder_uid = call.Param("folder");
  group.name = MemberText(*body, "name");
  if (Result<void> read = ReadRules(*body, &group); !read.ok()) return ErrorAnswer(read.error());
  std::string name = group.name, folder = group.folder_uid;
  Result<void> put = impl().PutGroups({std::move(group)}, EditorOf(call, false));
  if (!put.ok()) return ErrorAnswer(put.error());
  Json answer = Json::OfObject({});
  answer.Set("message", Text("rule group updated successfully"));
  Json::Array uids;
  if (auto stored = impl().rules->FindGroup(folder, name)) {
    for (const ManagedRule& rule : stored->rules) uids.push_back(Text(rule.uid));
  }
  answer.Set("uids", Json::OfArray(std::move(uids)));
  return JsonAnswer(202, answer);
}

net::Response ManagedAlertsApi::RulerDelete(const Call& call) {
  std::string folder(call.Param("folder"));
  std::vector<std::string> names;
  if (!call.Param("group").empty()) {
    names.emplace_back(call.Param("group"));
  } else {
    for (const auto& group : *impl().rules->groups()) {
      if (group->folder_uid == folder) names.push_back(group->name);
    }
  }
  if (names.empty()) return Message(404, "no rule group is in this folder");
  for (const std::string& name : names) {
    Result<void> deleted = impl().DeleteGroup(folder, name, EditorOf(call, false));
    if (!deleted.ok()) return ErrorAnswer(deleted.error());
  }
  return Message(202, "rules deleted");
}

net::Response ManagedAlertsApi::RulerOfSource(const Call&) {
  return Message(404,
                 "the rules of this data source cannot be edited here: read them at "
                 "/api/prometheus/<uid>/api/v1/rules");
}

}  // namespace watchfire::api

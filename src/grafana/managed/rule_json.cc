// Rules as JSON, in the spelling of whoever asks.

#include "grafana/managed/rule.h"
#include "model/duration.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

Json Text(std::string_view text) {
  return Json::OfString(std::string(text));
}

Json Map(const std::map<std::string, std::string>& map) {
  Json object = Json::OfObject({});
  for (const auto& [name, value] : map) object.Set(name, Text(value));
  return object;
}

Json Texts(const std::vector<std::string>& texts) {
  Json::Array array;
  for (const std::string& text : texts) array.push_back(Text(text));
  return Json::OfArray(std::move(array));
}

Json Data(const ManagedRule& rule) {
  Json::Array data;
  for (const RuleQuery& query : rule.data) {
    Json one = Json::OfObject({});
    one.Set("refId", Text(query.ref_id));
    one.Set("queryType", Text(query.query_type));
    Json range = Json::OfObject({});
    range.Set("from", Json::OfInt(query.is_expression() ? 0 : query.from_s));
    range.Set("to", Json::OfInt(query.is_expression() ? 0 : query.to_s));
    one.Set("relativeTimeRange", std::move(range));
    one.Set("datasourceUid", Text(query.datasource_uid));
    one.Set("model", query.model);
    data.push_back(std::move(one));
  }
  return Json::OfArray(std::move(data));
}

Json Route(const RuleRoute& route) {
  Json json = Json::OfObject({});
  json.Set("receiver", Text(route.receiver));
  if (route.group_by) json.Set("group_by", Texts(*route.group_by));
  auto set = [&json](std::string_view key, const std::string& text) {
    if (!text.empty()) json.Set(key, Text(text));
  };
  set("group_wait", route.group_wait);
  set("group_interval", route.group_interval);
  set("repeat_interval", route.repeat_interval);
  if (!route.mute_time_intervals.empty()) {
    json.Set("mute_time_intervals", Texts(route.mute_time_intervals));
  }
  if (!route.active_time_intervals.empty()) {
    json.Set("active_time_intervals", Texts(route.active_time_intervals));
  }
  return json;
}

Json Record(const RecordTarget& record, bool snake) {
  Json json = Json::OfObject({});
  json.Set("metric", Text(record.metric));
  json.Set("from", Text(record.from));
  if (!record.datasource_uid.empty()) {
    json.Set(snake ? "target_datasource_uid" : "targetDatasourceUid", Text(record.datasource_uid));
  }
  return json;
}

std::string TimeText(TimeMs time) {
  return time == 0 ? "0001-01-01T00:00:00Z" : FormatRfc3339(time);
}

void SetOptional(Json& json, const ManagedRule& rule) {
  if (rule.missing_evals != 0) {
    json.Set("missing_series_evals_to_resolve", Json::OfInt(rule.missing_evals));
  }
  if (rule.route) json.Set("notification_settings", Route(*rule.route));
}

}  // namespace

Json RuleJson(const ManagedRule& rule, Spelling spelling) {
  bool file = spelling == Spelling::kFile;
  Json json = Json::OfObject({});
  if (!file) json.Set("id", Json::OfInt(rule.id));
  json.Set("uid", Text(rule.uid));
  if (!file) {
    json.Set("orgID", Json::OfInt(1));
    json.Set("folderUID", Text(rule.folder_uid));
    json.Set("ruleGroup", Text(rule.group));
  }
  json.Set("title", Text(rule.title));
  if (!rule.record) json.Set("condition", Text(rule.condition));
  json.Set("data", Data(rule));
  if (!file) json.Set("updated", Text(TimeText(rule.updated)));
  if (!rule.record) {
    json.Set("noDataState", Text(PolicyText(rule.no_data)));
    json.Set("execErrState", Text(PolicyText(rule.error)));
    json.Set("for", Text(model::FormatDuration(rule.for_ms)));
    if (rule.keep_firing_ms != 0) {
      json.Set(file ? "keepFiringFor" : "keep_firing_for",
               Text(model::FormatDuration(rule.keep_firing_ms)));
    }
  }
  json.Set("annotations", Map(rule.annotations));
  json.Set("labels", Map(rule.labels));
  if (file) {
    std::string dashboard = rule.Annotation(std::string(kDashboardUidAnnotation));
    std::string panel = rule.Annotation(std::string(kPanelIdAnnotation));
    if (!dashboard.empty()) json.Set("dashboardUid", Text(dashboard));
    if (!panel.empty()) json.Set("panelId", Text(panel));
  } else {
    json.Set("provenance", Text(rule.provenance));
  }
  json.Set("isPaused", Json::OfBool(rule.paused));
  SetOptional(json, rule);
  if (rule.record) json.Set("record", Record(*rule.record, false));
  return json;
}

Json RulerJson(const ManagedRule& rule, int64_t interval_ms) {
  Json alert = Json::OfObject({});
  alert.Set("id", Json::OfInt(rule.id));
  alert.Set("orgId", Json::OfInt(1));
  alert.Set("title", Text(rule.title));
  alert.Set("condition", Text(rule.condition));
  alert.Set("data", Data(rule));
  alert.Set("updated", Text(TimeText(rule.updated)));
  alert.Set("intervalSeconds", Json::OfInt(interval_ms / 1000));
  alert.Set("version", Json::OfInt(rule.version));
  alert.Set("uid", Text(rule.uid));
  alert.Set("namespace_uid", Text(rule.folder_uid));
  alert.Set("rule_group", Text(rule.group));
  alert.Set("no_data_state", Text(PolicyText(rule.no_data)));
  alert.Set("exec_err_state", Text(PolicyText(rule.error)));
  alert.Set("is_paused", Json::OfBool(rule.paused));
  alert.Set("provenance", Text(rule.provenance));
  alert.Set("updated_by", Text(rule.updated_by));
  SetOptional(alert, rule);
  if (rule.record) alert.Set("record", Record(*rule.record, true));
  Json json = Json::OfObject({});
  json.Set("expr", Text(""));
  json.Set("for", Text(model::FormatDuration(rule.for_ms)));
  if (rule.keep_firing_ms != 0) {
    json.Set("keep_firing_for", Text(model::FormatDuration(rule.keep_firing_ms)));
  }
  json.Set("labels", Map(rule.labels));
  json.Set("annotations", Map(rule.annotations));
  json.Set("grafana_alert", std::move(alert));
  return json;
}

}  // namespace watchfire::grafana

#include "grafana/managed/rule.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "grafana/expressions/expressions.h"
#include "model/duration.h"
#include "model/labels.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr int64_t kLongestRange = 100LL * 365 * 86'400;  // seconds
constexpr size_t kMaxQueries = 64;
constexpr size_t kMaxTitleBytes = 190;
constexpr size_t kMaxUidBytes = 40;
constexpr int64_t kIntervalStepMs = 10'000;
constexpr int64_t kNanosecondsFrom = 1'000'000;

constexpr std::pair<std::string_view, NoDataPolicy> kNoDataTexts[] = {
    {"NoData", NoDataPolicy::kNoData},
    {"Alerting", NoDataPolicy::kAlerting},
    {"OK", NoDataPolicy::kOk},
    {"KeepLast", NoDataPolicy::kKeepLast},
};
constexpr std::pair<std::string_view, ErrorPolicy> kErrorTexts[] = {
    {"Error", ErrorPolicy::kError},
    {"Alerting", ErrorPolicy::kAlerting},
    {"OK", ErrorPolicy::kOk},
    {"KeepLast", ErrorPolicy::kKeepLast},
};

template <typename Table, typename Policy>
std::string_view NameOf(const Table& table, Policy policy) {
  for (const auto& [text, value] : table) {
    if (value == policy) return text;
  }
  return "";
}

// One object under any of its spellings.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {
    alert_ = json.Find("grafana_alert");
    const Json* title = Find({"title", "alert"});
    if (title != nullptr && title->AsString() != nullptr) name_ = *title->AsString();
  }

  const Json* Find(std::initializer_list<std::string_view> names) const {
    for (std::string_view name : names) {
      const Json* value = alert_ == nullptr ? nullptr : alert_->Find(name);
      if (value == nullptr) value = json_.Find(name);
      if (value != nullptr && !value->is_null()) return value;
    }
    return nullptr;
  }
  template <typename... Args>
  Error Wrong(fmt::format_string<Args...> format, Args&&... args) const {
    return Error::Invalid("rule \"{}\": {}", name_, fmt::format(format, args...));
  }
  Result<std::string> Text(std::initializer_list<std::string_view> names) const {
    const Json* value = Find(names);
    if (value == nullptr) return std::string();
    if (const std::string* text = value->AsString()) return *text;
    if (value->AsArray() != nullptr || value->AsObject() != nullptr) {
      return Wrong("{} must be a text", *names.begin());
    }
    return value->ToString();
  }
  Result<bool> Flag(std::initializer_list<std::string_view> names) const {
    const Json* value = Find(names);
    if (value == nullptr) return false;
    if (auto flag = value->AsBool()) return *flag;
    const std::string* text = value->AsString();
    if (text != nullptr && (*text == "true" || *text == "false")) return *text == "true";
    return Wrong("{} must be true or false", *names.begin());
  }
  Result<int64_t> Duration(std::initializer_list<std::string_view> names) const {
    const Json* value = Find(names);
    if (value == nullptr) return 0;
    Result<int64_t> ms = ParseRuleDuration(*value, *names.begin());
    if (!ms.ok()) return Wrong("{}", ms.error().message());
    return ms;
  }
  Result<std::map<std::string, std::string>> Map(std::string_view name) const {
    std::map<std::string, std::string> map;
    const Json* value = Find({name});
    if (value == nullptr) return map;
    if (value->AsObject() == nullptr) return Wrong("{} must be an object", name);
    for (const Json::Member& member : *value->AsObject()) {
      const std::string* text = member.value.AsString();
      if (member.value.AsObject() != nullptr || member.value.AsArray() != nullptr) {
        return Wrong("{}.{} must be a text", name, member.name);
      }
      map[member.name] = text != nullptr          ? *text
                         : member.value.is_null() ? std::string()
                                                  : member.value.ToString();
    }
    return map;
  }
  const std::string& name() const { return name_; }

 private:
  const Json& json_;
  const Json* alert_;
  std::string name_;
};

Result<std::vector<std::string>> Texts(const Json& json, std::string_view field) {
  if (json.AsArray() == nullptr) return Error::Invalid("{} must be a list", field);
  std::vector<std::string> texts;
  for (const Json& item : *json.AsArray()) {
    if (item.AsString() == nullptr) return Error::Invalid("{} must hold texts", field);
    texts.push_back(*item.AsString());
  }
  return texts;
}

std::string Member(const Json& json, std::string_view name) {
  const Json* value = json.Find(name);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

Result<RuleRoute> ParseRoute(const Json& json) {
  if (json.AsObject() == nullptr) return Error::Invalid("must be an object");
  RuleRoute route;
  route.receiver = Member(json, "receiver");
  if (route.receiver.empty()) return Error::Invalid("receiver is required");
  if (const Json* by = json.Find("group_by"); by != nullptr && !by->is_null()) {
    route.group_by = TRY(Texts(*by, "group_by"));
  }
  route.group_wait = Member(json, "group_wait");
  route.group_interval = Member(json, "group_interval");
  route.repeat_interval = Member(json, "repeat_interval");
  for (const char* key : {"mute_time_intervals", "mute_timings"}) {
    if (const Json* list = json.Find(key); list != nullptr && !list->is_null()) {
      route.mute_time_intervals = TRY(Texts(*list, key));
    }
  }
  for (const char* key : {"active_time_intervals", "active_timings"}) {
    if (const Json* list = json.Find(key); list != nullptr && !list->is_null()) {
      route.active_time_intervals = TRY(Texts(*list, key));
    }
  }
  return route;
}

Result<RuleQuery> ParseQuery(const Json& json) {
  if (json.AsObject() == nullptr) return Error::Invalid("must be an object");
  RuleQuery query;
  query.ref_id = Member(json, "refId");
  query.query_type = Member(json, "queryType");
  query.datasource_uid = Member(json, "datasourceUid");
  const Json* model = json.Find("model");
  query.model = model == nullptr ? Json::OfObject({}) : *model;
  if (query.model.AsObject() == nullptr) return Error::Invalid("model must be an object");
  if (query.ref_id.empty()) query.ref_id = Member(query.model, "refId");
  if (query.datasource_uid.empty()) {
    if (const Json* source = query.model.Find("datasource")) {
      query.datasource_uid =
          source->AsString() != nullptr ? *source->AsString() : Member(*source, "uid");
    }
  }
  // Old numbers of the source that expressions were.
  if (query.datasource_uid == "-100") query.datasource_uid = kExpressionUid;
  const Json* range = json.Find("relativeTimeRange");
  for (auto [key, into] : {std::pair("from", &query.from_s), std::pair("to", &query.to_s)}) {
    const Json* value = range == nullptr ? nullptr : range->Find(key);
    if (value == nullptr || value->is_null()) continue;
    std::optional<int64_t> seconds = value->AsInt();
    if (!seconds && value->AsString() != nullptr) {
      Result<int64_t> ms = model::ParseDurationMs(*value->AsString());
      if (ms.ok()) seconds = *ms / 1000;
    }
    if (!seconds) return Error::Invalid("relativeTimeRange.{} must be seconds", key);
    if (*seconds < -kLongestRange || *seconds > kLongestRange) {
      return Error::Invalid("relativeTimeRange.{} is longer than a hundred years", key);
    }
    *into = *seconds;
  }
  return query;
}

Result<void> ReadPolicies(const Reader& from, ErrorPolicy otherwise, ManagedRule& rule) {
  std::string text = TRY(from.Text({"noDataState", "no_data_state"}));
  bool known = text.empty();
  for (const auto& [name, value] : kNoDataTexts) {
    // Old words: "ok", "alerting", "no_data", "keep_state".
    if (!EqualsIgnoreCase(text, name)) continue;
    rule.no_data = value;
    known = true;
  }
  if (!known) {
    return from.Wrong("noDataState is \"{}\", expected NoData, Alerting, OK or KeepLast", text);
  }
  text = TRY(from.Text({"execErrState", "exec_err_state"}));
  known = text.empty();
  rule.error = otherwise;
  for (const auto& [name, value] : kErrorTexts) {
    if (!EqualsIgnoreCase(text, name)) continue;
    rule.error = value;
    known = true;
  }
  if (!known) {
    return from.Wrong("execErrState is \"{}\", expected Error, Alerting, OK or KeepLast", text);
  }
  return {};
}

Result<void> ReadLink(const Reader& from, ManagedRule& rule) {
  std::string dashboard = TRY(from.Text({"dashboardUid", "dasboardUid"}));
  std::string panel = TRY(from.Text({"panelId"}));
  if (!dashboard.empty()) rule.annotations[std::string(kDashboardUidAnnotation)] = dashboard;
  if (!panel.empty() && panel != "0") rule.annotations[std::string(kPanelIdAnnotation)] = panel;
  return {};
}

Result<void> ReadData(const Reader& from, ManagedRule& rule) {
  const Json* data = from.Find({"data"});
  if (data == nullptr) return {};
  if (data->AsArray() == nullptr) return from.Wrong("data must be a list");
  if (data->AsArray()->size() > kMaxQueries) return from.Wrong("data has too many queries");
  for (size_t i = 0; i < data->AsArray()->size(); ++i) {
    Result<RuleQuery> query = ParseQuery((*data->AsArray())[i]);
    if (!query.ok()) return from.Wrong("data[{}]: {}", i, query.error().message());
    rule.data.push_back(*std::move(query));
  }
  return {};
}

Result<void> CheckNames(const ManagedRule& rule) {
  for (const auto& [name, value] : rule.labels) {
    if (!model::IsValidLabelName(name)) {
      return Error::Invalid("rule \"{}\": labels: \"{}\" is no name", rule.title, name);
    }
  }
  for (char c : rule.uid) {
    bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '-' || c == '_';
    if (!fine) {
      return Error::Invalid("rule \"{}\": uid may hold letters, digits, - and _ alone", rule.title);
    }
  }
  if (rule.uid.size() > kMaxUidBytes) {
    return Error::Invalid("rule \"{}\": uid is longer than {} bytes", rule.title, kMaxUidBytes);
  }
  return {};
}

Result<void> CheckQueries(const ManagedRule& rule) {
  std::vector<Node> nodes;
  for (const RuleQuery& query : rule.data) {
    if (query.ref_id.empty()) {
      return Error::Invalid("rule \"{}\": data: refId is required", rule.title);
    }
    if (query.datasource_uid.empty()) {
      return Error::Invalid("rule \"{}\": data: query {} needs a datasourceUid", rule.title,
                            query.ref_id);
    }
    if (!query.is_expression() && query.from_s <= query.to_s) {
      return Error::Invalid("rule \"{}\": data: relativeTimeRange of {}: from must be before to",
                            rule.title, query.ref_id);
    }
    nodes.push_back({query.ref_id, query.is_expression(), query.model});
  }
  Result<std::vector<size_t>> order = Order(nodes);
  if (!order.ok()) return order.error().With("rule \"{}\": data", rule.title);
  return {};
}

}  // namespace

std::string_view PolicyText(NoDataPolicy policy) {
  return NameOf(kNoDataTexts, policy);
}
std::string_view PolicyText(ErrorPolicy policy) {
  return NameOf(kErrorTexts, policy);
}

bool RuleQuery::is_expression() const {
  return datasource_uid == kExpressionUid;
}

const RuleQuery* ManagedRule::Find(std::string_view ref) const {
  auto at = std::ranges::find(data, ref, &RuleQuery::ref_id);
  return at == data.end() ? nullptr : &*at;
}

std::string ManagedRule::Annotation(const std::string& name) const {
  auto at = annotations.find(name);
  return at == annotations.end() ? "" : at->second;
}

Result<int64_t> ParseRuleDuration(const Json& json, std::string_view field) {
  if (std::optional<int64_t> number = json.AsInt()) {
    if (*number < 0) return Error::Invalid("{} must not be negative", field);
    return *number >= kNanosecondsFrom ? *number / 1'000'000 : *number * 1000;
  }
  const std::string* text = json.AsString();
  if (text == nullptr) return Error::Invalid("{} must be a duration", field);
  if (text->empty()) return 0;
  Result<int64_t> ms = model::ParseDurationMs(*text);
  if (!ms.ok()) return Error::Invalid("{}: {}", field, ms.error().message());
  return ms;
}

Result<ManagedRule> ParseRule(const Json& json, ErrorPolicy otherwise) {
  if (json.AsObject() == nullptr) return Error::Invalid("a rule must be an object");
  Reader from(json);
  ManagedRule rule;
  rule.title = from.name();
  rule.uid = TRY(from.Text({"uid"}));
  rule.folder_uid = TRY(from.Text({"folderUID", "folderUid", "namespace_uid"}));
  rule.group = TRY(from.Text({"ruleGroup", "rule_group"}));
  rule.condition = TRY(from.Text({"condition"}));
  rule.for_ms = TRY(from.Duration({"for"}));
  rule.keep_firing_ms = TRY(from.Duration({"keepFiringFor", "keep_firing_for"}));
  rule.paused = TRY(from.Flag({"isPaused", "is_paused"}));
  rule.labels = TRY(from.Map("labels"));
  rule.annotations = TRY(from.Map("annotations"));
  if (const Json* missing =
          from.Find({"missing_series_evals_to_resolve", "missingSeriesEvalsToResolve"})) {
    rule.missing_evals = missing->AsInt().value_or(-1);
    if (rule.missing_evals < 1) {
      return from.Wrong("missing_series_evals_to_resolve must be a number from 1 on");
    }
  }
  TRY(ReadLink(from, rule));
  TRY(ReadPolicies(from, otherwise, rule));
  TRY(ReadData(from, rule));
  if (const Json* settings = from.Find({"notification_settings", "notificationSettings"})) {
    Result<RuleRoute> route = ParseRoute(*settings);
    if (!route.ok()) return from.Wrong("notification_settings: {}", route.error().message());
    rule.route = *std::move(route);
  }
  if (const Json* record = from.Find({"record"})) {
    RecordTarget target{Member(*record, "metric"), Member(*record, "from"),
                        Member(*record, "targetDatasourceUid")};
    if (target.datasource_uid.empty()) {
      target.datasource_uid = Member(*record, "target_datasource_uid");
    }
    rule.record = std::move(target);
  }
  return rule;
}

Result<void> Validate(const ManagedRule& rule) {
  if (rule.title.empty()) return Error::Invalid("rule \"{}\": title is required", rule.uid);
  if (rule.title.size() > kMaxTitleBytes) {
    return Error::Invalid("rule \"{}\": title is longer than {} bytes", rule.title, kMaxTitleBytes);
  }
  if (rule.data.empty()) return Error::Invalid("rule \"{}\": data is required", rule.title);
  TRY(CheckNames(rule));
  TRY(CheckQueries(rule));
  if (rule.record) {
    if (!model::IsValidMetricName(rule.record->metric)) {
      return Error::Invalid("rule \"{}\": record.metric \"{}\" is no metric name", rule.title,
                            rule.record->metric);
    }
    if (rule.Find(rule.record->from) == nullptr) {
      return Error::Invalid("rule \"{}\": record.from is \"{}\", which is no refId of data",
                            rule.title, rule.record->from);
    }
    return {};
  }
  if (rule.condition.empty()) {
    return Error::Invalid("rule \"{}\": condition is required", rule.title);
  }
  if (rule.Find(rule.condition) == nullptr) {
    return Error::Invalid("rule \"{}\": condition is \"{}\", which is no refId of data", rule.title,
                          rule.condition);
  }
  return {};
}

Result<void> ValidateInterval(int64_t interval_ms, int64_t minimum_ms) {
  if (interval_ms < minimum_ms) {
    return Error::Invalid("interval {} is shorter than {}", model::FormatDuration(interval_ms),
                          model::FormatDuration(minimum_ms));
  }
  if (interval_ms % kIntervalStepMs != 0) {
    return Error::Invalid("interval {} is no multiple of 10s", model::FormatDuration(interval_ms));
  }
  return {};
}

std::string RuleSentence(const ManagedRule& rule) {
  if (rule.record) {
    return fmt::format("RECORD {} AS {}", rule.record->from, rule.record->metric);
  }
  std::vector<Node> nodes;
  for (const RuleQuery& query : rule.data) {
    nodes.push_back({query.ref_id, query.is_expression(), query.model});
  }
  return Sentence(nodes, rule.condition);
}

}  // namespace watchfire::grafana

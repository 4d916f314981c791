#include "grafana/managed/legacy_alert.h"

#include <algorithm>
#include <map>

#include "model/duration.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr int64_t kIntervalStepMs = 10'000;
constexpr std::string_view kChannelsNote =
    "notification channels are not taken over: choose a contact point or let the policies decide";

std::string TextOf(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

// "5m" ago, "now-5m", "now": seconds ago.
Result<int64_t> SecondsAgo(std::string_view text) {
  if (text == "now" || text.empty()) return 0;
  if (text.starts_with("now-")) text.remove_prefix(4);
  return TRY(model::ParseDurationMs(text)) / 1000;
}

const Json* FindTarget(const Json& panel, std::string_view ref) {
  const Json* targets = panel.Find("targets");
  if (targets == nullptr || targets->AsArray() == nullptr) return nullptr;
  for (const Json& target : *targets->AsArray()) {
    if (TextOf(target, "refId") == ref) return &target;
  }
  return nullptr;
}

// The queries that conditions read: one for each target and range.
class Queries {
 public:
  Queries(const Json& panel, const std::function<std::string(const Json&)>& source_uid)
      : panel_(panel), source_uid_(source_uid) {}

  // The ref of the rule's query.
  Result<std::string> RefOf(const std::string& target_ref, int64_t from_s, int64_t to_s) {
    auto key = std::make_tuple(target_ref, from_s, to_s);
    auto known = refs_.find(key);
    if (known != refs_.end()) return known->second;
    const Json* target = FindTarget(panel_, target_ref);
    if (target == nullptr) {
      return Error::Invalid("the alert reads query {}, which the panel has not", target_ref);
    }
    const Json* source = target->Find("datasource");
    if (source == nullptr || source->is_null()) source = panel_.Find("datasource");
    RuleQuery query;
    query.ref_id = FreeRef(target_ref);
    query.from_s = from_s;
    query.to_s = to_s;
    query.datasource_uid = source_uid_(source == nullptr ? Json() : *source);
    query.model = *target;
    query.model.Set("refId", Json::OfString(query.ref_id));
    query.model.Set("range", Json::OfBool(true));
    query.model.Set("instant", Json::OfBool(false));
    refs_[key] = query.ref_id;
    data.push_back(std::move(query));
    return data.back().ref_id;
  }

  std::string FreeRef(const std::string& wanted) const {
    auto taken = [this](const std::string& ref) {
      return std::ranges::find(data, ref, &RuleQuery::ref_id) != data.end();
    };
    if (!taken(wanted)) return wanted;
    for (int i = 1;; ++i) {
      std::string ref = wanted + std::to_string(i);
      if (!taken(ref)) return ref;
    }
  }

  std::vector<RuleQuery> data;

 private:
  const Json& panel_;
  const std::function<std::string(const Json&)>& source_uid_;
  std::map<std::tuple<std::string, int64_t, int64_t>, std::string> refs_;
};

Result<Json> Conditions(const Json& alert, Queries& queries) {
  const Json* given = alert.Find("conditions");
  if (given == nullptr || given->AsArray() == nullptr || given->AsArray()->empty()) {
    return Error::Invalid("the alert has no conditions");
  }
  Json::Array conditions;
  for (Json condition : *given->AsArray()) {
    Json* query = condition.Find("query");
    Json* params = query == nullptr ? nullptr : query->Find("params");
    if (params == nullptr || params->AsArray() == nullptr || params->AsArray()->empty()) {
      return Error::Invalid("a condition of the alert names no query");
    }
    std::vector<std::string> texts;
    for (const Json& param : *params->AsArray()) {
      texts.push_back(param.AsString() == nullptr ? "" : *param.AsString());
    }
    int64_t from_s = TRY(SecondsAgo(texts.size() > 1 ? texts[1] : "5m"));
    int64_t to_s = TRY(SecondsAgo(texts.size() > 2 ? texts[2] : "now"));
    std::string ref = TRY(queries.RefOf(texts[0], from_s, to_s));
    *params = Json::OfArray({Json::OfString(std::move(ref))});
    conditions.push_back(std::move(condition));
  }
  Json model = Json::OfObject({});
  model.Set("type", Json::OfString("classic_conditions"));
  model.Set("conditions", Json::OfArray(std::move(conditions)));
  return model;
}

void ReadPolicies(const Json& alert, ManagedRule& rule) {
  std::string no_data = TextOf(alert, "noDataState");
  rule.no_data = no_data == "alerting"     ? NoDataPolicy::kAlerting
                 : no_data == "ok"         ? NoDataPolicy::kOk
                 : no_data == "keep_state" ? NoDataPolicy::kKeepLast
                                           : NoDataPolicy::kNoData;
  std::string error = TextOf(alert, "executionErrorState");
  rule.error = error == "keep_state" ? ErrorPolicy::kKeepLast
               : error == "ok"       ? ErrorPolicy::kOk
                                     : ErrorPolicy::kAlerting;
}

// A group's interval is a multiple of ten seconds.
int64_t IntervalOf(const Json& alert) {
  Result<int64_t> ms = model::ParseDurationMs(TextOf(alert, "frequency"));
  if (!ms.ok() || *ms <= 0) return 60'000;
  return (*ms + kIntervalStepMs - 1) / kIntervalStepMs * kIntervalStepMs;
}

}  // namespace

Result<LegacyAlert> RuleOfPanel(const Json& panel, const std::string& dashboard_uid,
                                const std::function<std::string(const Json&)>& source_uid) {
  const Json* alert = panel.Find("alert");
  if (alert == nullptr || alert->AsObject() == nullptr) {
    return Error::Invalid("the panel has no alert");
  }
  LegacyAlert out;
  ManagedRule& rule = out.rule;
  rule.title = TextOf(*alert, "name");
  if (rule.title.empty()) rule.title = TextOf(panel, "title") + " alert";
  Queries queries(panel, source_uid);
  Json model = TRY(Conditions(*alert, queries));
  RuleQuery condition;
  condition.ref_id = queries.FreeRef("B");
  condition.from_s = 0;
  condition.datasource_uid = kExpressionUid;
  condition.model = std::move(model);
  rule.condition = condition.ref_id;
  rule.data = std::move(queries.data);
  rule.data.push_back(std::move(condition));
  if (const Json* lasting = alert->Find("for")) {
    rule.for_ms = TRY(ParseRuleDuration(*lasting, "for"));
  }
  ReadPolicies(*alert, rule);
  if (std::string message = TextOf(*alert, "message"); !message.empty()) {
    rule.annotations["description"] = message;
  }
  if (const Json* tags = alert->Find("alertRuleTags"); tags && tags->AsObject()) {
    for (const Json::Member& tag : *tags->AsObject()) {
      if (tag.value.AsString()) rule.labels[tag.name] = *tag.value.AsString();
    }
  }
  if (!dashboard_uid.empty()) {
    rule.annotations[std::string(kDashboardUidAnnotation)] = dashboard_uid;
    if (const Json* id = panel.Find("id"); id != nullptr && id->AsInt()) {
      rule.annotations[std::string(kPanelIdAnnotation)] = std::to_string(*id->AsInt());
    }
  }
  const Json* notified = alert->Find("notifications");
  if (notified != nullptr && notified->AsArray() && !notified->AsArray()->empty()) {
    out.notes.emplace_back(kChannelsNote);
  }
  out.interval_ms = IntervalOf(*alert);
  TRY(Validate(rule));
  return out;
}

}  // namespace watchfire::grafana

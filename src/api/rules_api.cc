// Rules and alerts: /rules, /alerts, /alertmanagers.
#include <algorithm>
#include <set>

#include "alerting/routing/route_tree.h"
#include "api/params.h"
#include "api/prometheus_api.h"
#include "api/rules_json.h"
#include "base/numbers.h"
#include "base/text.h"
#include "net/digest.h"

namespace watchfire::api {
namespace {

// The filters of /rules.
struct RuleFilter {
  bool alerting = true;
  bool recording = true;
  bool exclude_alerts = false;
  std::set<std::string> names;
  std::set<std::string> groups;
  std::set<std::string> files;
  std::vector<model::Matchers> matches;

  bool Wants(const rules::GroupSpec& group) const {
    return (groups.empty() || groups.contains(group.name)) &&
           (files.empty() || files.contains(group.file));
  }
  bool Wants(const rules::RuleSpec& rule) const {
    if (!(rule.alerting ? alerting : recording)) return false;
    if (!names.empty() && !names.contains(rule.name)) return false;
    return matches.empty() ||
           std::any_of(matches.begin(), matches.end(), [&](const model::Matchers& matchers) {
             return model::MatchesAll(matchers, rule.label_set);
           });
  }
};

// One page of groups.
struct Page {
  size_t limit = SIZE_MAX;
  std::string token;  // of the first group; "": from the beginning
};

std::string TokenOf(const rules::GroupSpec& group) {
  return net::Hex(net::Sha256(group.key()));
}

std::set<std::string> SetOf(const net::Values& form, std::string_view name) {
  std::vector<std::string> all = form.GetAll(name);
  return {all.begin(), all.end()};
}

// As Go's strconv.ParseBool reads what is in lower case already.
Result<bool> ParseBool(const std::string& text) {
  if (text == "1" || text == "t" || text == "true") return true;
  if (text.empty() || text == "0" || text == "f" || text == "false") return false;
  return Error::Invalid(
      "error converting exclude_alerts: strconv.ParseBool: parsing {}: invalid syntax",
      GoQuote(text));
}

// `name` is the parameter that is being read.
Result<RuleFilter> ReadFilter(const net::Values& form, std::string* name) {
  RuleFilter filter;
  filter.names = SetOf(form, "rule_name[]");
  filter.groups = SetOf(form, "rule_group[]");
  filter.files = SetOf(form, "file[]");
  filter.matches = TRY(ParseMatchParams(form));
  *name = "type";
  std::string type = ToLower(form.Get("type"));
  if (!type.empty() && type != "alert" && type != "record") {
    return Error::Invalid("not supported value {}", GoQuote(type));
  }
  filter.alerting = type != "record";
  filter.recording = type != "alert";
  *name = "exclude_alerts";
  filter.exclude_alerts = TRY(ParseBool(ToLower(form.Get("exclude_alerts"))));
  return filter;
}

Result<Page> ReadPage(const net::Values& form, std::string* name) {
  Page page;
  page.token = form.Get("group_next_token");
  std::string limit(form.Get("group_limit"));
  *name = "group_next_token";
  if (limit.empty() && !page.token.empty()) {
    return Error::Invalid("group_limit needs to be present in order to paginate over the groups");
  }
  if (limit.empty()) return page;
  *name = "group_limit";
  std::optional<int64_t> number = ParseInt(limit);
  if (!number) {
    return Error::Invalid(
        "group_limit needs to be a valid number: strconv.ParseInt: parsing {}: invalid syntax",
        GoQuote(limit));
  }
  if (*number <= 0) return Error::Invalid("group_limit needs to be greater than 0");
  page.limit = static_cast<size_t>(*number);
  return page;
}

bool WantsAny(const RuleFilter& filter, const rules::GroupView& group) {
  return filter.Wants(*group.spec) &&
         std::any_of(group.rules.begin(), group.rules.end(),
                     [&filter](const rules::RuleView& rule) { return filter.Wants(*rule.spec); });
}

void WriteGroup(codec::JsonWriter& json, const rules::GroupView& group, const RuleFilter& filter) {
  const rules::GroupSpec& spec = *group.spec;
  json.BeginObject().Field("name", spec.name).Field("file", spec.file);
  json.Key("rules").BeginArray();
  for (const rules::RuleView& rule : group.rules) {
    if (filter.Wants(*rule.spec)) WriteRule(json, rule, filter.exclude_alerts);
  }
  json.EndArray().Field("interval", ToSeconds(spec.interval_ms)).Field("limit", spec.limit);
  json.Field("evaluationTime", group.evaluation_seconds);
  json.Field("lastEvaluation", TimeText(group.last_evaluation));
  json.Field("missedIterations", group.missed_iterations).Key("nextEvaluation");
  WriteTime(json, group.next_evaluation);
  json.EndObject();
}

}  // namespace

// Silences, deliveries and explanations know an alert by the labels that it is sent under.
void PrometheusApi::NameAsRouted(std::vector<rules::AlertView>& alerts) const {
  if (deps_.notifier == nullptr) return;
  for (rules::AlertView& alert : alerts) {
    if (auto labels = deps_.notifier->Routed(alert.labels)) {
      alert.fingerprint = routing::Fingerprint(*labels);
    }
  }
}

net::Response PrometheusApi::Rules(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  std::string name;
  Result<RuleFilter> filter = ReadFilter(*form, &name);
  if (!filter.ok()) {
    return name.empty() ? Failure(ErrorType::kBadData, filter.error().message())
                        : InvalidParam(name, filter.error());
  }
  Result<Page> page = ReadPage(*form, &name);
  if (!page.ok()) return InvalidParam(name, page.error());

  std::vector<rules::GroupView> groups =
      deps_.rules->Views(filter->alerting && !filter->exclude_alerts);
  auto at = groups.begin();
  if (!page->token.empty()) {
    at = std::find_if(at, groups.end(), [&page](const rules::GroupView& group) {
      return TokenOf(*group.spec) == page->token;
    });
    if (at == groups.end()) {
      return InvalidParam(
          "group_next_token",
          Error::Invalid("invalid group_next_token '{}'. were rule groups changed?", page->token));
    }
  }
  codec::JsonWriter json;
  json.BeginObject().Key("groups").BeginArray();
  std::string next;
  size_t written = 0;
  for (; at != groups.end(); ++at) {
    if (!WantsAny(*filter, *at)) continue;
    if (written == page->limit) {
      next = TokenOf(*at->spec);
      break;
    }
    for (rules::RuleView& rule : at->rules) NameAsRouted(rule.alerts);
    WriteGroup(json, *at, *filter);
    ++written;
  }
  json.EndArray();
  if (!next.empty()) json.Field("groupNextToken", next);
  json.EndObject();
  return Success(json.Take());
}

net::Response PrometheusApi::Alerts(const net::Request&) {
  codec::JsonWriter json;
  json.BeginObject().Key("alerts").BeginArray();
  std::vector<rules::AlertView> alerts = deps_.rules->Alerts();
  NameAsRouted(alerts);
  for (const rules::AlertView& alert : alerts) WriteAlert(json, alert);
  json.EndArray().EndObject();
  return Success(json.Take());
}

net::Response PrometheusApi::Alertmanagers(const net::Request&) {
  codec::JsonWriter json;
  auto write = [&json](std::string_view key, const std::vector<std::string>& urls) {
    json.Key(key).BeginArray();
    for (const std::string& url : urls) json.BeginObject().Field("url", url).EndObject();
    json.EndArray();
  };
  const rules::Notifier* notifier = deps_.notifier;
  json.BeginObject();
  write("activeAlertmanagers",
        notifier == nullptr ? std::vector<std::string>() : notifier->Active());
  write("droppedAlertmanagers",
        notifier == nullptr ? std::vector<std::string>() : notifier->Dropped());
  json.EndObject();
  return Success(json.Take());
}

}  // namespace watchfire::api

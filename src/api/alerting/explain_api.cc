// /api/v2/explain: where an alert goes, what mutes it, what was sent and what will be.
#include <algorithm>

#include "alerting/routing/route_tree.h"
#include "api/alerting/alert_json.h"
#include "api/alerting/alerting_api.h"
#include "api/alerting/framework.h"
#include "api/alerting/parameters.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

constexpr size_t kMaxLabels = 256;

Result<model::Labels> ParseLabels(const net::Values& query) {
  std::vector<std::string> texts = query.GetAll("label");
  if (texts.empty()) return Error::Invalid("either fingerprint or label must be given");
  if (texts.size() > kMaxLabels) return Error::Invalid("more than {} labels", kMaxLabels);
  model::LabelsBuilder labels;
  for (const std::string& text : texts) {
    size_t equals = text.find('=');
    if (equals == std::string::npos || !model::IsValidLabelName(text.substr(0, equals))) {
      return Error::Invalid("invalid parameter \"label\": {} is not of the form name=value",
                            GoQuote(text));
    }
    labels.Set(text.substr(0, equals), text.substr(equals + 1));
  }
  return labels.Build();
}

// The first rule by which `source` inhibits `target`, if the configuration still has one.
std::optional<size_t> InhibitingRule(const amconfig::Config& config, const model::Labels& source,
                                     const model::Labels& target) {
  for (size_t i = 0; i < config.inhibit_rules.size(); ++i) {
    const amconfig::InhibitRule& rule = config.inhibit_rules[i];
    amconfig::Matchers sources =
        amconfig::JoinMatchers(rule.source_match, rule.source_match_re, rule.source_matchers);
    amconfig::Matchers targets =
        amconfig::JoinMatchers(rule.target_match, rule.target_match_re, rule.target_matchers);
    bool applies = amconfig::MatchesAll(targets, target) && amconfig::MatchesAll(sources, source);
    bool equal = std::all_of(rule.equal.begin(), rule.equal.end(), [&](const std::string& name) {
      return source.Get(name) == target.Get(name);
    });
    // What matches both sides is not inhibited by what does so, too.
    bool both = amconfig::MatchesAll(sources, target) && amconfig::MatchesAll(targets, source);
    if (applies && equal && !both) return i;
  }
  return std::nullopt;
}

void WriteInhibitors(codec::JsonWriter& out, const alerting::Alertmanager& manager,
                     const alerting::Explanation& explained) {
  auto loaded = manager.config();
  out.BeginArray();
  for (const std::string& text : explained.mutes.inhibited_by) {
    Result<uint64_t> fingerprint = ParseFingerprint(text);
    alerting::AlertPtr source = fingerprint.ok() ? manager.Find(*fingerprint) : nullptr;
    out.BeginObject().Field("fingerprint", text);
    WriteLabelSet(out.Key("labels"), source ? source->labels : model::Labels());
    std::optional<size_t> rule =
        source ? InhibitingRule(*loaded->config, source->labels, explained.labels) : std::nullopt;
    if (rule) {
      out.Field("ruleIndex", static_cast<uint64_t>(*rule));
      out.Field("ruleName", loaded->config->inhibit_rules[*rule].name);
    } else {
      out.Key("ruleIndex").Null().Key("ruleName").Null();
    }
    out.EndObject();
  }
  out.EndArray();
}

void WriteIntegration(codec::JsonWriter& out,
                      const alerting::RouteExplanation::Integration& integration) {
  out.BeginObject();
  out.Field("integration", integration.integration);
  out.Field("index", static_cast<uint64_t>(integration.index));
  out.Field("sendResolved", integration.send_resolved);
  WriteTime(out, "lastSent", integration.last_sent);
  out.Field("lastError", integration.last_error);
  WriteTime(out, "lastErrorAt", integration.last_error_at);
  out.Field("nextReason", alerting::ReasonText(integration.next_reason));
  WriteTime(out, "nextSend", integration.next_send);
  out.Field("verdict", integration.verdict);
  out.EndObject();
}

const routing::RouteNode* NodeOf(const routing::RouteTree& tree, const std::string& id) {
  for (const routing::RouteNode* node : tree.nodes()) {
    if (node->id == id) return node;
  }
  return nullptr;
}

void WriteRoute(codec::JsonWriter& out, const routing::RouteTree& tree,
                const alerting::RouteExplanation& route) {
  const routing::RouteNode* node = NodeOf(tree, route.route_id);
  const alerting::GroupView& group = route.group;
  bool exists = route.group_exists;
  out.BeginObject();
  out.Field("routeId", route.route_id);
  out.Field("receiver", route.receiver);
  WriteNames(out.Key("path"), route.path);
  WriteLabelSet(out.Key("groupLabels"), route.group_labels);
  out.Field("groupKey", route.group_key);
  out.Field("groupExists", exists);
  bool of_group = exists || node == nullptr;
  out.Field("groupWaitMs", of_group ? group.group_wait_ms : node->group_wait_ms);
  out.Field("groupIntervalMs", of_group ? group.group_interval_ms : node->group_interval_ms);
  out.Field("repeatIntervalMs", of_group ? group.repeat_interval_ms : node->repeat_interval_ms);
  WriteTime(out, "created", exists ? group.created : 0);
  WriteTime(out, "lastFlush", exists ? group.last_flush : 0);
  WriteTime(out, "nextFlush", exists ? group.next_flush : 0);
  out.Field("flushing", exists && group.flushing);
  WriteNames(out.Key("mutedByIntervals"), route.muted_by_intervals);
  out.Key("integrations").BeginArray();
  for (const alerting::RouteExplanation::Integration& integration : route.integrations) {
    WriteIntegration(out, integration);
  }
  out.EndArray().EndObject();
}

void WriteRule(codec::JsonWriter& out, const std::optional<RuleView>& rule) {
  if (!rule) {
    out.Null();
    return;
  }
  out.BeginObject();
  out.Field("group", rule->group);
  out.Field("file", rule->file);
  out.Field("name", rule->name);
  out.Field("query", rule->query);
  out.Field("state", rule->state);
  out.Field("forSeconds", rule->for_seconds);
  out.Field("health", rule->health);
  out.Field("lastError", rule->last_error);
  WriteTime(out, "activeAt", rule->active_at);
  out.Field("value", rule->value);
  out.Key("threshold");
  if (rule->threshold) {
    out.BeginObject().Field("left", rule->threshold->left).Field("op", rule->threshold->op);
    out.Field("value", rule->threshold->value).EndObject();
  } else {
    out.Null();
  }
  out.EndObject();
}

std::vector<std::string> ReceiversOf(const alerting::Explanation& explained) {
  std::vector<std::string> names;
  for (const alerting::RouteExplanation& route : explained.routes) names.push_back(route.receiver);
  return names;
}

}  // namespace

net::Response AlertingApi::Explain(const net::Request& request) {
  net::Values query = QueryOf(request);
  model::Labels labels;
  if (std::string_view text = query.Get("fingerprint"); !text.empty()) {
    Result<uint64_t> fingerprint = ParseFingerprint(text);
    if (!fingerprint.ok()) return HandlerError(fingerprint.error());
    alerting::AlertPtr alert = deps_.manager->Find(*fingerprint);
    if (!alert) return HandlerError(404, fmt::format("no alert {} is known", text));
    labels = alert->labels;
  } else {
    Result<model::Labels> parsed = ParseLabels(query);
    if (!parsed.ok()) return HandlerError(parsed.error());
    labels = std::move(*parsed);
  }
  alerting::Explanation explained = deps_.manager->Explain(labels);
  codec::JsonWriter out;
  out.BeginObject().Key("alert");
  if (explained.alert) {
    WriteAlert(out, *explained.alert, ReceiversOf(explained), explained.mutes,
               explained.mutes.muted_by);
  } else {
    out.Null();
  }
  WriteLabelSet(out.Key("labels"), explained.labels);
  out.Field("fingerprint", routing::FingerprintText(routing::Fingerprint(explained.labels)));
  out.Field("resolved", explained.resolved);
  out.Field("verdict", explained.verdict);
  WriteAlertStatus(out.Key("status"), explained.mutes, explained.mutes.muted_by);
  out.Key("silences").BeginArray();
  for (const std::string& id : explained.mutes.silenced_by) {
    Result<alerting::Silence> silence = deps_.manager->silences().Get(id);
    if (!silence.ok() || silence->matcher_sets.size() != 1) continue;  // gone since, or not ours
    (void)WriteSilence(out, *silence, deps_.clock->Now());
  }
  out.EndArray();
  WriteInhibitors(out.Key("inhibitedBy"), *deps_.manager, explained);
  auto tree = deps_.manager->routes();
  out.Key("routes").BeginArray();
  for (const alerting::RouteExplanation& route : explained.routes) WriteRoute(out, *tree, route);
  out.EndArray();
  WriteRule(out.Key("rule"), deps_.rule ? deps_.rule(explained.labels) : std::nullopt);
  out.EndObject();
  return JsonAnswer(out.Take());
}

}  // namespace watchfire::api

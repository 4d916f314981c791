// /api/v2/routes, /api/v2/groups/state and what is known about receivers.
#include <algorithm>
#include <map>

#include "alerting/routing/route_tree.h"
#include "alerting/routing/time_intervals.h"
#include "api/alerting/alert_json.h"
#include "api/alerting/alerting_api.h"
#include "api/alerting/bodies.h"
#include "api/alerting/deliveries_api.h"
#include "api/alerting/framework.h"

namespace watchfire::api {
namespace {

struct Counts {
  uint64_t groups = 0;
  uint64_t alerts = 0;
};

struct RouteTable {
  std::map<std::string, Counts, std::less<>> counts;  // by route id
  routing::TimeIntervals intervals;
  TimeMs now = 0;

  bool Muted(const routing::RouteNode& node) const {
    if (!intervals.ActiveAt(node.mute_time_intervals, now).empty()) return true;
    return !node.active_time_intervals.empty() &&
           intervals.ActiveAt(node.active_time_intervals, now).empty();
  }
};

void WriteNode(codec::JsonWriter& out, const routing::RouteNode& node, const RouteTable& table) {
  out.BeginObject();
  out.Field("id", node.id);
  out.Field("key", node.key);
  out.Field("receiver", node.receiver);
  out.Key("matchers").BeginArray();
  for (const amconfig::Matcher& matcher : node.matchers) out.String(matcher.ToString());
  out.EndArray();
  out.Field("continue", node.continue_matching);
  WriteNames(out.Key("groupBy"), node.group_by);
  out.Field("groupByAll", node.group_by_all);
  out.Field("groupWaitMs", node.group_wait_ms);
  out.Field("groupIntervalMs", node.group_interval_ms);
  out.Field("repeatIntervalMs", node.repeat_interval_ms);
  WriteNames(out.Key("muteTimeIntervals"), node.mute_time_intervals);
  WriteNames(out.Key("activeTimeIntervals"), node.active_time_intervals);
  out.Field("mutedNow", table.Muted(node));
  auto found = table.counts.find(node.id);
  Counts counts = found != table.counts.end() ? found->second : Counts{};
  out.Field("groups", counts.groups);
  out.Field("alerts", counts.alerts);
  out.Key("children").BeginArray();
  for (const auto& child : node.children) WriteNode(out, *child, table);
  out.EndArray().EndObject();
}

struct IntegrationView {
  std::string_view name;
  size_t index = 0;
  bool send_resolved = true;
};

template <typename Configs>
void AddIntegrations(std::string_view name, const Configs& configs,
                     std::vector<IntegrationView>* all) {
  for (size_t i = 0; i < configs.size(); ++i) {
    all->push_back({.name = name, .index = i, .send_resolved = configs[i].send_resolved});
  }
}

// In the order in which upstream builds them.
std::vector<IntegrationView> IntegrationsOf(const amconfig::Receiver& receiver) {
  std::vector<IntegrationView> all;
  AddIntegrations("webhook", receiver.webhook_configs, &all);
  AddIntegrations("email", receiver.email_configs, &all);
  AddIntegrations("pagerduty", receiver.pagerduty_configs, &all);
  AddIntegrations("opsgenie", receiver.opsgenie_configs, &all);
  AddIntegrations("wechat", receiver.wechat_configs, &all);
  AddIntegrations("slack", receiver.slack_configs, &all);
  AddIntegrations("victorops", receiver.victorops_configs, &all);
  AddIntegrations("pushover", receiver.pushover_configs, &all);
  AddIntegrations("sns", receiver.sns_configs, &all);
  AddIntegrations("telegram", receiver.telegram_configs, &all);
  AddIntegrations("discord", receiver.discord_configs, &all);
  AddIntegrations("webex", receiver.webex_configs, &all);
  AddIntegrations("msteams", receiver.msteams_configs, &all);
  AddIntegrations("msteamsv2", receiver.msteamsv2_configs, &all);
  AddIntegrations("jira", receiver.jira_configs, &all);
  AddIntegrations("incidentio", receiver.incidentio_configs, &all);
  AddIntegrations("rocketchat", receiver.rocketchat_configs, &all);
  AddIntegrations("mattermost", receiver.mattermost_configs, &all);
  return all;
}

// The newest delivery of a receiver's integration in which something was tried.
Result<std::optional<alerting::Delivery>> LastTried(const alerting::DeliveryLog& log,
                                                    const std::string& receiver,
                                                    const IntegrationView& integration) {
  std::optional<alerting::Delivery> last;
  for (const char* outcome : {"delivered", "failed"}) {
    alerting::DeliveryQuery query;
    query.receiver = receiver;
    query.integration = integration.name;
    query.outcome = outcome;
    query.limit = 20;  // of all indexes together
    for (alerting::Delivery& delivery : TRY(log.Find(query))) {
      if (delivery.index != integration.index || delivery.test) continue;
      if (!last || delivery.last_tick > last->last_tick) last = std::move(delivery);
      break;
    }
  }
  return last;
}

void WriteIntegration(codec::JsonWriter& out, const IntegrationView& integration,
                      const std::optional<alerting::Delivery>& last) {
  out.BeginObject();
  out.Field("integration", integration.name);
  out.Field("index", static_cast<uint64_t>(integration.index));
  out.Field("sendResolved", integration.send_resolved);
  out.Key("lastOutcome");
  last ? out.String(last->outcome) : out.Null();
  WriteTime(out, "lastAt", last ? last->last_tick : 0);
  bool has_error = last && !last->attempts.empty();
  out.Field("lastError", has_error ? last->attempts.back().attempt.error : std::string());
  out.EndObject();
}

struct TestRequest {
  std::string receiver;
  std::string integration;
  size_t index = 0;
  std::optional<alerting::Alert> alert;
};

Posted<TestRequest> ReadTest(const codec::Json& body, TimeMs now) {
  Posted<TestRequest> posted;
  const codec::Json* receiver = Member(body, "receiver");
  if (receiver == nullptr || receiver->AsString() == nullptr) {
    posted.refused = FrameworkError(kRequired, "receiver in body is required");
    return posted;
  }
  posted.value.receiver = *receiver->AsString();
  const codec::Json* integration = Member(body, "integration");
  if (integration != nullptr && integration->AsString() != nullptr) {
    posted.value.integration = *integration->AsString();
  }
  const codec::Json* index = Member(body, "index");
  if (index != nullptr && index->AsUint()) posted.value.index = *index->AsUint();
  const codec::Json* alert = Member(body, "alert");
  if (alert == nullptr || alert->is_null()) return posted;
  Posted<alerting::Alert> read = ReadAlert(*alert, "test", "alert.");
  posted.refused = std::move(read.refused);
  if (posted.refused) return posted;
  alerting::Alert& made = posted.value.alert.emplace(std::move(read.value));
  made.updated_at = alerting::AlertTime::OfMs(now);
  if (made.starts_at.absent()) made.starts_at = made.updated_at;
  if (made.ends_at.absent()) made.ends_at = alerting::AlertTime::OfMs(now + 5 * 60'000);
  if (Result<void> checked = alerting::Validate(made); !checked.ok()) {
    posted.refused = HandlerError(checked.error());
    return posted;
  }
  made.Seal();
  return posted;
}

}  // namespace

net::Response AlertingApi::GetRoutes(const net::Request&) {
  auto tree = deps_.manager->routes();
  RouteTable table;
  table.intervals = routing::TimeIntervals(*deps_.manager->config()->config);
  table.now = deps_.clock->Now();
  for (const alerting::GroupView& group : deps_.manager->Groups()) {
    Counts& counts = table.counts[group.route_id];
    ++counts.groups;
    counts.alerts += group.alerts.size();
  }
  codec::JsonWriter out;
  out.BeginObject();
  WriteNode(out.Key("root"), tree->root(), table);
  out.EndObject();
  return JsonAnswer(out.Take());
}

net::Response AlertingApi::GetGroupStates(const net::Request&) {
  TimeMs now = deps_.clock->Now();
  codec::JsonWriter out;
  out.BeginObject().Key("groups").BeginArray();
  for (const alerting::GroupView& group : deps_.manager->Groups()) {
    auto firing = std::count_if(
        group.alerts.begin(), group.alerts.end(),
        [&](const alerting::AlertView& view) { return !view.alert->ResolvedAt(now); });
    out.BeginObject();
    out.Field("receiver", group.receiver);
    out.Field("routeId", group.route_id);
    out.Field("groupKey", group.group_key);
    WriteLabelSet(out.Key("labels"), group.labels);
    WriteTime(out, "created", group.created);
    WriteTime(out, "lastFlush", group.last_flush);
    WriteTime(out, "nextFlush", group.next_flush);
    out.Field("flushing", group.flushing);
    WriteNames(out.Key("mutedBy"), group.muted_by);
    out.Field("alerts", static_cast<uint64_t>(group.alerts.size()));
    out.Field("firing", static_cast<int64_t>(firing)).EndObject();
  }
  out.EndArray().EndObject();
  return JsonAnswer(out.Take());
}

net::Response AlertingApi::GetIntegrations(const net::Request&) {
  auto loaded = deps_.manager->config();
  codec::JsonWriter out;
  out.BeginObject().Key("receivers").BeginArray();
  for (const amconfig::Receiver& receiver : loaded->config->receivers) {
    out.BeginObject().Field("name", receiver.name).Key("integrations").BeginArray();
    for (const IntegrationView& integration : IntegrationsOf(receiver)) {
      std::optional<alerting::Delivery> last;
      if (deps_.deliveries != nullptr) {
        auto found = LastTried(*deps_.deliveries, receiver.name, integration);
        if (!found.ok()) return HandlerError(found.error());
        last = std::move(*found);
      }
      WriteIntegration(out, integration, last);
    }
    out.EndArray().EndObject();
  }
  out.EndArray().EndObject();
  return JsonAnswer(out.Take());
}

net::Response AlertingApi::TestReceiver(const net::Request& request) {
  JsonBody body = ReadJsonBody(request, "test");
  if (body.refused) return std::move(*body.refused);
  Posted<TestRequest> test = ReadTest(body.json, deps_.clock->Now());
  if (test.refused) return std::move(*test.refused);
  auto sent = deps_.manager->SendTest(test.value.receiver, test.value.integration, test.value.index,
                                      std::move(test.value.alert));
  if (!sent.ok()) return HandlerError(sent.error());
  codec::JsonWriter out;
  out.BeginObject().Key("results").BeginArray();
  for (const alerting::IntegrationRecord& record : *sent) {
    out.BeginObject();
    out.Field("integration", record.integration);
    out.Field("index", static_cast<uint64_t>(record.index));
    out.Field("delivered", record.delivered);
    out.Key("attempts").BeginArray();
    for (const alerting::AttemptRecord& attempt : record.attempts) {
      WriteAttempt(out, attempt, true);
    }
    out.EndArray().EndObject();
  }
  out.EndArray().EndObject();
  return JsonAnswer(out.Take());
}

}  // namespace watchfire::api

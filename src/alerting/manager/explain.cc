// Why an alert was told of or not, and what comes next.
#include <algorithm>

#include "alerting/dispatch/dedup.h"
#include "alerting/dispatch/forecast.h"
#include "alerting/manager/alertmanager_impl.h"
#include "base/text.h"

namespace watchfire::alerting {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;

std::vector<std::string> PathOf(const routing::RouteNode& route) {
  std::vector<std::string> path;
  for (const routing::RouteNode* node = &route; node != nullptr; node = node->parent) {
    path.push_back(amconfig::MatchersText(node->matchers));
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::string NameOf(const std::string& receiver, const RouteExplanation::Integration& integration) {
  return fmt::format("{}/{}[{}]", receiver, integration.integration, integration.index);
}

// The alert that a group would begin with.
AlertPtr Imagine(const Explanation& about, TimeMs now) {
  if (about.alert != nullptr) return about.alert;
  Alert alert;
  alert.labels = about.labels;
  alert.starts_at = AlertTime::OfMs(now);
  alert.Seal();
  return std::make_shared<const Alert>(std::move(alert));
}

}  // namespace

std::vector<RouteExplanation> Alertmanager::Impl::ExplainRoutes(const Explanation& about) const {
  std::vector<RouteExplanation> out;
  std::shared_ptr<const Routing> routing = CurrentRouting();
  if (routing == nullptr) return out;
  TimeMs now = options.clock->Now();
  for (const routing::RouteNode* route : routing->tree->Match(about.labels)) {
    RouteExplanation one;
    one.route_id = route->id;
    one.receiver = route->receiver;
    one.path = PathOf(*route);
    one.group_labels = route->GroupLabels(about.labels);
    one.group_key = route->GroupKey(one.group_labels);
    one.muted_by_intervals = MuteOfRoute(*routing, *route, now).by;
    ForecastInput input{routing.get(), route, one.group_key, {}, now, now};
    std::optional<GroupState> state = dispatcher->FindGroup(*route, one.group_labels);
    if (state) {
      one.group_exists = true;
      one.group = ViewOf(*state);
      input.alerts = state->alerts;
      input.next_tick = std::max(state->next_flush, now);
    } else {
      AlertPtr alert = Imagine(about, now);
      input.alerts = {alert};
      input.next_tick = std::max(now, alert->starts_at.ms() + route->group_wait_ms);
    }
    for (IntegrationForecast& forecast : Forecast(input, silences, nflog)) {
      RouteExplanation::Integration integration;
      integration.integration = forecast.integration;
      integration.index = forecast.index;
      integration.send_resolved = forecast.send_resolved;
      integration.last_sent = forecast.last_sent;
      integration.next_reason = forecast.next_reason;
      integration.next_send = forecast.next_send;
      integration.verdict = std::move(forecast.verdict);
      for (const IntegrationFailure& failure :
           state ? state->failures : std::vector<IntegrationFailure>()) {
        if (failure.integration != forecast.integration || failure.index != forecast.index) {
          continue;
        }
        integration.last_error = failure.error;
        integration.last_error_at = failure.at;
      }
      one.integrations.push_back(std::move(integration));
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::string Alertmanager::Impl::MutedVerdict(const Explanation& about) const {
  TimeMs now = options.clock->Now();
  if (!about.mutes.inhibited_by.empty()) {
    const std::string& source = about.mutes.inhibited_by.front();
    std::string name = source;
    for (const AlertPtr& alert : store.All()) {
      if (routing::FingerprintText(alert->fingerprint) == source) name = alert->labels.ToString();
    }
    return fmt::format("Not sent: inhibited by {}.", name);
  }
  if (!about.mutes.silenced_by.empty()) {
    const std::string& id = about.mutes.silenced_by.front();
    Result<Silence> silence = silences.Get(id);
    if (!silence.ok()) return fmt::format("Not sent: silenced by {}.", id);
    std::string until = silence->annotations.count(std::string(kAcknowledgedAnnotation)) > 0
                            ? "until it is resolved"
                            : "for another " + AgeText(silence->ends_at_ns / kNsPerMs - now);
    return fmt::format("Not sent: silenced {} by {} ({}).", until, silence->created_by,
                       silence->comment.empty() ? id : silence->comment);
  }
  return "";
}

std::string Alertmanager::Impl::Verdict(const Explanation& about) const {
  if (std::string muted = MutedVerdict(about); !muted.empty()) return muted;
  TimeMs now = options.clock->Now();
  bool any_integration = false;
  bool all_muted = !about.routes.empty();
  TimeMs last_sent = 0;
  TimeMs next_send = 0;
  std::string failing;
  for (const RouteExplanation& route : about.routes) {
    all_muted = all_muted && !route.muted_by_intervals.empty();
    for (const RouteExplanation::Integration& integration : route.integrations) {
      any_integration = true;
      last_sent = std::max(last_sent, integration.last_sent);
      if (integration.next_send != 0 && (next_send == 0 || integration.next_send < next_send)) {
        next_send = integration.next_send;
      }
      if (!integration.last_error.empty() && failing.empty()) {
        failing = fmt::format("Sending to {} fails: {}", NameOf(route.receiver, integration),
                              integration.last_error);
      }
    }
  }
  std::string next =
      next_send == 0
          ? "Nothing more will be sent as long as nothing changes."
          : fmt::format("Next: {}.",
                        next_send <= now ? std::string("now") : "in " + AgeText(next_send - now));
  if (about.alert == nullptr) {
    if (!any_integration) return "Such an alert would be told to nobody.";
    return fmt::format("There is no such alert; it would go to {} {}.", about.routes.size(),
                       about.routes.size() == 1 ? "group" : "groups");
  }
  if (!failing.empty()) return failing + ". " + next;
  if (!any_integration) return "Not sent: its receivers have no integrations.";
  if (all_muted) {
    return fmt::format("Not sent: the route is muted by time interval {}. {}",
                       Join(about.routes.front().muted_by_intervals, ", "), next);
  }
  if (last_sent == 0) {
    return about.resolved ? "Resolved before anybody was told. " + next
                          : "Not sent yet: the group waits. " + next;
  }
  return fmt::format("{}The group was last told {} ago. {}", about.resolved ? "Resolved. " : "",
                     AgeText(now - last_sent), next);
}

Explanation Alertmanager::Explain(const model::Labels& labels) const {
  Explanation about;
  about.labels = labels;
  uint64_t fingerprint = routing::Fingerprint(labels);
  about.alert = impl_->store.Get(fingerprint);
  if (about.alert != nullptr) {
    about.resolved = about.alert->ResolvedAt(impl_->options.clock->Now());
  }
  about.mutes = impl_->MutesOf(fingerprint, labels);
  about.routes = impl_->ExplainRoutes(about);
  for (const RouteExplanation& route : about.routes) {
    for (const std::string& name : route.muted_by_intervals) about.mutes.muted_by.push_back(name);
  }
  about.verdict = impl_->Verdict(about);
  return about;
}

}  // namespace watchfire::alerting

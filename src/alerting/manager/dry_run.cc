// What another configuration would do to the alerts of now.
#include <algorithm>
#include <map>

#include "alerting/dispatch/forecast.h"
#include "alerting/manager/alertmanager_impl.h"

namespace watchfire::alerting {
namespace {

// Where one alert goes under one configuration.
struct Fate {
  std::vector<std::string> receivers;
  std::vector<std::string> groups;  // keys, with the receiver
  std::vector<bool> muted;          // in each
  bool operator==(const Fate&) const = default;
};

struct GroupSide {
  const routing::RouteNode* route = nullptr;
  std::vector<AlertPtr> alerts;
};
using GroupSides = std::map<std::pair<std::string, std::string>, GroupSide>;

Fate FateOf(const Routing& routing, const Silences& silences, const AlertPtr& alert, TimeMs now,
            GroupSides* groups) {
  Fate fate;
  for (const routing::RouteNode* route : routing.tree->Match(alert->labels)) {
    std::string key = route->GroupKey(route->GroupLabels(alert->labels));
    GroupSide& side = (*groups)[{route->receiver, key}];
    side.route = route;
    side.alerts.push_back(alert);
    FlushedAlert flushed{alert, false, MuteKind::kNone, {}};
    MuteAlert(routing, silences, MuteOfRoute(routing, *route, now), now, &flushed);
    fate.receivers.push_back(route->receiver);
    fate.groups.push_back(route->receiver + key);
    fate.muted.push_back(flushed.muted != MuteKind::kNone);
  }
  return fate;
}

}  // namespace

DryRun Alertmanager::Impl::Try(const LoadedConfig& candidate) const {
  DryRun result;
  result.warnings = candidate.warnings;
  TimeMs now = options.clock->Now();
  Result<std::shared_ptr<Routing>> built = BuildRouting(candidate);
  if (!built.ok()) {
    result.warnings.push_back("cannot be applied: " + built.error().message());
    return result;
  }
  std::shared_ptr<Routing> after = *built;
  std::vector<AlertPtr> all = store.All();
  auto rules = std::make_shared<Inhibitor>(candidate.config->inhibit_rules);
  rules->Update(all);
  after->inhibitor = rules;
  std::shared_ptr<const Routing> before = CurrentRouting();

  GroupSides groups_before;
  GroupSides groups_after;
  for (const AlertPtr& alert : all) {
    if (alert->ResolvedAt(now)) continue;
    ++result.alerts;
    Fate was;
    if (before != nullptr) was = FateOf(*before, silences, alert, now, &groups_before);
    Fate is = FateOf(*after, silences, alert, now, &groups_after);
    if (was == is) continue;
    result.changes.push_back({alert, std::move(was.receivers), std::move(is.receivers)});
  }
  for (const auto& [key, side] : groups_after) {
    DryRun::GroupChange change{key.first, key.second, 0, side.alerts.size(), false};
    auto was = groups_before.find(key);
    if (was != groups_before.end()) change.alerts_before = was->second.alerts.size();
    ForecastInput input{after.get(), side.route, key.second, side.alerts, now, now};
    for (const IntegrationForecast& forecast : Forecast(input, silences, nflog)) {
      change.notifies = change.notifies || forecast.next_send == now;
    }
    if (change.notifies || change.alerts_before != change.alerts_after) {
      result.groups.push_back(std::move(change));
    }
  }
  for (const auto& [key, side] : groups_before) {
    if (groups_after.count(key) > 0) continue;
    result.groups.push_back({key.first, key.second, side.alerts.size(), 0, false});
  }
  return result;
}

DryRun Alertmanager::Try(const LoadedConfig& candidate) const {
  return impl_->Try(candidate);
}

}  // namespace watchfire::alerting

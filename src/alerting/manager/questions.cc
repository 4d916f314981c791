// What the API asks: alerts, groups, and what mutes them now.
#include <algorithm>
#include <map>
#include <set>

#include "alerting/manager/alertmanager_impl.h"

namespace watchfire::alerting {

std::shared_ptr<const Inhibitor> Alertmanager::Impl::CurrentInhibitor() const {
  MutexLock lock(mutex);
  return inhibitor;
}

std::shared_ptr<const Routing> Alertmanager::Impl::CurrentRouting() const {
  MutexLock lock(mutex);
  return active_routing;
}

Mutes Alertmanager::Impl::MutesOf(uint64_t fingerprint, const model::Labels& labels) const {
  TimeMs now = options.clock->Now();
  Mutes mutes;
  mutes.silenced_by = silences.MutedBy(fingerprint, labels, now);
  if (std::shared_ptr<const Inhibitor> current = CurrentInhibitor()) {
    if (std::optional<Inhibition> inhibition = current->Mutes(labels, now)) {
      mutes.inhibited_by = {routing::FingerprintText(inhibition->source)};
    }
  }
  return mutes;
}

AlertView Alertmanager::Impl::ViewOf(const AlertPtr& alert) const {
  AlertView view;
  view.alert = alert;
  view.mutes = MutesOf(alert->fingerprint, alert->labels);
  return view;
}

GroupView Alertmanager::Impl::ViewOf(const GroupState& state) const {
  GroupView view;
  view.labels = state.labels;
  view.receiver = state.route->receiver;
  view.route_id = state.route->id;
  view.group_key = state.key;
  view.route_labels = state.route->labels;
  view.muted_by = state.muted_by;
  view.created = state.created;
  view.last_flush = state.last_flush;
  view.next_flush = state.next_flush;
  view.flushing = state.flushing;
  view.group_wait_ms = state.route->group_wait_ms;
  view.group_interval_ms = state.route->group_interval_ms;
  view.repeat_interval_ms = state.route->repeat_interval_ms;
  return view;
}

std::vector<AlertView> Alertmanager::Alerts() const {
  TimeMs now = impl_->options.clock->Now();
  std::shared_ptr<const Routing> routing = impl_->CurrentRouting();
  std::vector<AlertView> views;
  for (const AlertPtr& alert : impl_->store.All()) {
    if (alert->ResolvedAt(now)) continue;
    AlertView view = impl_->ViewOf(alert);
    if (routing != nullptr) {
      for (const routing::RouteNode* node : routing->tree->Match(alert->labels)) {
        view.receivers.push_back(node->receiver);
      }
    }
    views.push_back(std::move(view));
  }
  return views;
}

Mutes Alertmanager::MutesOf(uint64_t fingerprint, const model::Labels& labels) const {
  return impl_->MutesOf(fingerprint, labels);
}

std::vector<GroupView> Alertmanager::Groups() const {
  std::vector<GroupState> states = impl_->dispatcher->Groups();
  // An alert names the receivers of all its groups, and what mutes it is the same in each.
  std::map<uint64_t, std::set<std::string>> receivers;
  std::map<uint64_t, Mutes> mutes;
  for (const GroupState& state : states) {
    for (const AlertPtr& alert : state.alerts) {
      receivers[alert->fingerprint].insert(state.route->receiver);
    }
  }
  std::vector<GroupView> views;
  for (GroupState& state : states) {
    GroupView view = impl_->ViewOf(state);
    std::sort(state.alerts.begin(), state.alerts.end(),
              [](const AlertPtr& a, const AlertPtr& b) { return BeforeInGroup(*a, *b); });
    for (const AlertPtr& alert : state.alerts) {
      const std::set<std::string>& names = receivers[alert->fingerprint];
      auto [known, fresh] = mutes.try_emplace(alert->fingerprint);
      if (fresh) known->second = impl_->MutesOf(alert->fingerprint, alert->labels);
      AlertView one{alert, {names.begin(), names.end()}, known->second};
      one.mutes.muted_by = state.muted_by;
      view.alerts.push_back(std::move(one));
    }
    views.push_back(std::move(view));
  }
  std::sort(views.begin(), views.end(), [](const GroupView& a, const GroupView& b) {
    int order = CompareLabelSets(a.labels, b.labels);
    if (order != 0) return order < 0;
    return a.receiver != b.receiver ? a.receiver < b.receiver : a.route_id < b.route_id;
  });
  return views;
}

}  // namespace watchfire::alerting

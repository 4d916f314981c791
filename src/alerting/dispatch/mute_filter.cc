#include "alerting/dispatch/mute_filter.h"

namespace watchfire::alerting {

RouteMute MuteOfRoute(const Routing& routing, const routing::RouteNode& route, TimeMs tick) {
  if (!route.active_time_intervals.empty() &&
      routing.intervals.ActiveAt(route.active_time_intervals, tick).empty()) {
    return {MuteKind::kActiveInterval, route.active_time_intervals};
  }
  if (!route.mute_time_intervals.empty()) {
    std::vector<std::string> on = routing.intervals.ActiveAt(route.mute_time_intervals, tick);
    if (!on.empty()) return {MuteKind::kMuteInterval, std::move(on)};
  }
  return {};
}

void MuteAlert(const Routing& routing, const Silences& silences, const RouteMute& route, TimeMs now,
               FlushedAlert* flushed) {
  const Alert& alert = *flushed->alert;
  flushed->muted = MuteKind::kNone;
  flushed->muted_by.clear();
  if (routing.inhibitor != nullptr) {
    if (std::optional<Inhibition> inhibition = routing.inhibitor->Mutes(alert.labels, now)) {
      flushed->muted = MuteKind::kInhibition;
      flushed->muted_by = {routing::FingerprintText(inhibition->source)};
      return;
    }
  }
  if (route.kind != MuteKind::kNone) {
    flushed->muted = route.kind;
    flushed->muted_by = route.by;
    return;
  }
  std::vector<std::string> ids = silences.MutedBy(alert.fingerprint, alert.labels, now);
  if (!ids.empty()) {
    flushed->muted = MuteKind::kSilence;
    flushed->muted_by = std::move(ids);
  }
}

RouteMute FilterMuted(const Routing& routing, const Silences& silences,
                      const routing::RouteNode& route, TimeMs tick, TimeMs now,
                      std::vector<FlushedAlert>* alerts) {
  RouteMute whole = MuteOfRoute(routing, route, tick);
  for (FlushedAlert& flushed : *alerts) {
    MuteAlert(routing, silences, whole, now, &flushed);
  }
  return whole;
}

}  // namespace watchfire::alerting

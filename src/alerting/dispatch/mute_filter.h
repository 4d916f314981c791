#pragma once
// MuteFilter: which alerts of a group are kept quiet at a tick, by what: inhibition, then the
// route's active and mute intervals, then silences; the first that applies is named. Used by
// flushes, by forecasts and by the metric of alerts. Holds no state; thread-safe.

#include <string>
#include <vector>

#include "alerting/alerts/flush_record.h"
#include "alerting/dispatch/routing_state.h"
#include "alerting/silences/silences.h"

namespace watchfire::alerting {

// What keeps a whole route quiet.
struct RouteMute {
  MuteKind kind = MuteKind::kNone;
  std::vector<std::string> by;  // names of intervals
};
// Active intervals go first: a route that is not active names all of them.
RouteMute MuteOfRoute(const Routing& routing, const routing::RouteNode& route, TimeMs tick);

// What keeps one alert of such a route quiet; the first that applies of inhibition, the route and
// silences. `now` is really now: what silences remember of an alert does not look ahead.
void MuteAlert(const Routing& routing, const Silences& silences, const RouteMute& route, TimeMs now,
               FlushedAlert* alert);

// Sets `muted` and `muted_by` of alerts whose `alert` and `resolved` are set. Intervals are asked
// for the tick, everything else for `now`. Returns what keeps the route quiet.
RouteMute FilterMuted(const Routing& routing, const Silences& silences,
                      const routing::RouteNode& route, TimeMs tick, TimeMs now,
                      std::vector<FlushedAlert>* alerts);

}  // namespace watchfire::alerting

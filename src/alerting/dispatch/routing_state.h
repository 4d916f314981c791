#pragma once
// Routing: what one configuration means to the dispatcher: where alerts go, when routes speak, what
// mutes what, and the notifiers of every receiver that a route names. Built by the manager, handed
// over whole; flushes that run hold on to the one they began with. Immutable.

#include <map>
#include <memory>
#include <string>

#include "alerting/alerts/notification.h"
#include "alerting/inhibit/inhibitor.h"
#include "alerting/routing/route_tree.h"
#include "alerting/routing/time_intervals.h"

namespace watchfire::alerting {

struct Routing {
  std::shared_ptr<const routing::RouteTree> tree;
  routing::TimeIntervals intervals;
  std::shared_ptr<const Inhibitor> inhibitor;  // fed by the manager; null: nothing inhibits
  // By name. One without notifiers tells nobody.
  std::map<std::string, ReceiverNotifiers> receivers;

  const ReceiverNotifiers* Find(const std::string& receiver) const {
    auto found = receivers.find(receiver);
    return found == receivers.end() ? nullptr : &found->second;
  }
};

}  // namespace watchfire::alerting

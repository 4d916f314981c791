#pragma once
// What the next ticks of a group will say to each integration if nothing changes: alerts that fire
// go on firing, what inhibits goes on inhibiting, silences and intervals run their course. Asks the
// same functions as the pipeline, tick after tick, and writes nothing. Thread-safe.

#include <string>
#include <vector>

#include "alerting/dispatch/mute_filter.h"
#include "alerting/dispatch/routing_state.h"
#include "alerting/nflog/notification_log.h"
#include "alerting/silences/silences.h"

namespace watchfire::alerting {

struct ForecastInput {
  const Routing* routing = nullptr;
  const routing::RouteNode* route = nullptr;
  std::string group_key;
  std::vector<AlertPtr> alerts;
  TimeMs now = 0;
  TimeMs next_tick = 0;
};

struct IntegrationForecast {
  std::string integration;
  size_t index = 0;
  bool send_resolved = true;
  TimeMs last_sent = 0;                // 0: never
  Reason next_reason = Reason::kNone;  // at the next tick
  TimeMs next_send = 0;                // 0: none in sight
  std::string verdict;                 // sentences
};

std::vector<IntegrationForecast> Forecast(const ForecastInput& input, const Silences& silences,
                                          const NotificationLog& nflog);

}  // namespace watchfire::alerting

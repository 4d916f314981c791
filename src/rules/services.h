#pragma once
// Services: what rules need of the rest of the program, and the settings that hold for all of
// them. Borrowed: everything it points to outlives the groups that were given it.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "alerting/alerts/alert_sink.h"
#include "base/clock.h"
#include "promql/engine/engine.h"
#include "rules/metrics.h"
#include "storage/appender.h"
#include "storage/querier.h"

namespace watchfire::rules {

class EvaluationSlots;

struct Services {
  promql::Engine* engine = nullptr;
  storage::Queryable* queryable = nullptr;
  storage::Appendable* appendable = nullptr;
  alerting::AlertSink* sink = nullptr;  // null: alerts are sent to nobody
  const Clock* clock = Clock::System();
  Metrics* metrics = nullptr;  // null: nothing is counted
  std::string external_url;    // without a trailing slash
  int64_t resend_delay_ms = 60'000;
  int64_t outage_tolerance_ms = 3'600'000;
  int64_t grace_period_ms = 600'000;
  // Rules of one group beside each other, where they do not depend on each other; null: one by one.
  EvaluationSlots* slots = nullptr;
  std::shared_ptr<const std::atomic<bool>> cancelled;  // ends running queries; may be null
};

}  // namespace watchfire::rules

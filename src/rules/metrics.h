#pragma once
// What rules tell about themselves, under upstream's names. Metrics belongs to the manager;
// a GroupMetrics is one group's part of it, whose references are valid until Forget. Without a
// Metrics, a GroupMetrics counts nowhere. Thread-safe.

#include <memory>
#include <string>

#include "client/registry.h"

namespace watchfire::rules {

class Metrics {
 public:
  explicit Metrics(client::Registry& registry);
  // Takes the group's series away; nobody holds its GroupMetrics any more.
  void Forget(const std::string& group_key);

  client::Summary& evaluation_seconds;
  client::Summary& iteration_seconds;
  client::Family<client::Counter>& iterations;
  client::Family<client::Counter>& iterations_missed;
  client::Family<client::Counter>& evaluations;
  client::Family<client::Counter>& failures;
  client::Family<client::Gauge>& interval_seconds;
  client::Family<client::Gauge>& last_evaluation;
  client::Family<client::Gauge>& last_duration;
  client::Family<client::Gauge>& last_rule_duration_sum;
  client::Family<client::Gauge>& last_restore_duration;
  client::Family<client::Gauge>& rules;
  client::Family<client::Gauge>& samples;
  client::Counter& expansions;
  client::Counter& expansion_failures;
};

// All null, or none.
struct GroupMetrics {
  GroupMetrics() = default;
  GroupMetrics(Metrics* all, const std::string& key);

  Metrics* all = nullptr;
  client::Counter* iterations = nullptr;
  client::Counter* iterations_missed = nullptr;
  client::Counter* evaluations = nullptr;
  client::Counter* failures = nullptr;
  client::Gauge* interval_seconds = nullptr;
  client::Gauge* last_evaluation = nullptr;
  client::Gauge* last_duration = nullptr;
  client::Gauge* last_rule_duration_sum = nullptr;
  client::Gauge* last_restore_duration = nullptr;
  client::Gauge* rules = nullptr;
  client::Gauge* samples = nullptr;
};

}  // namespace watchfire::rules

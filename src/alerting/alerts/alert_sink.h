#pragma once
// The alert door: everything that finds out that something is wrong (rules, the API, tests) hands
// it in here and knows nothing of routes, groups or receivers.

#include <vector>

#include "alerting/alerts/alert.h"

namespace watchfire::alerting {

class AlertSink {
 public:
  virtual ~AlertSink() = default;
  // Sealed alerts that passed Validate, with all times set. Thread-safe; never waits for a
  // receiver.
  virtual void Put(std::vector<Alert> alerts) = 0;
};

}  // namespace watchfire::alerting

#pragma once
// Whether a group has something to say to one integration: what fires and what is resolved now,
// compared with what it was told last. Upstream's table, and the same decision in words for people.
// Pure functions, used by the pipeline and by every forecast of it, so that an explanation cannot
// differ from what happens.

#include <cstdint>
#include <string>
#include <vector>

#include "alerting/alerts/notification.h"
#include "alerting/nflog/notification_log.h"
#include "base/clock.h"

namespace watchfire::alerting {

struct DedupInput {
  const NflogEntry* entry = nullptr;  // null: it was never told anything
  // Sorted hashes of the alerts that are not muted.
  const std::vector<uint64_t>* firing = nullptr;
  const std::vector<uint64_t>* resolved = nullptr;
  bool send_resolved = true;
  int64_t repeat_interval_ms = 0;
  TimeMs tick = 0;
};

// kNone: nothing is to be said.
Reason Decide(const DedupInput& input);
// Whole sentences: "Nothing changed since the last notification 3m ago; repeats after 4h."
std::string DecisionText(const DedupInput& input, Reason reason);

// "3m 20s" without parts that do not matter at this size.
std::string AgeText(int64_t ms);

}  // namespace watchfire::alerting

#pragma once
// The record door: what happened at each tick of each group, handed on as plain values so that
// somebody can be told later why a notification came, or did not. The dispatcher fills one
// FlushRecord a flush; the delivery log keeps them.

#include <cstdint>
#include <string>
#include <vector>

#include "alerting/alerts/notification.h"

namespace watchfire::alerting {

enum class MuteKind : uint8_t { kNone, kSilence, kInhibition, kMuteInterval, kActiveInterval };
std::string_view MuteKindText(MuteKind kind);  // "silence", "inhibition", "mute_time_interval", …

struct FlushedAlert {
  AlertPtr alert;
  bool resolved = false;  // at the tick
  MuteKind muted = MuteKind::kNone;
  // Ids of silences, the fingerprint of the inhibiting alert, or names of intervals.
  std::vector<std::string> muted_by;
};

struct AttemptRecord {
  TimeMs at = 0;
  int64_t duration_ms = 0;
  Attempt attempt;
};

// What one integration did at this tick.
struct IntegrationRecord {
  std::string integration;
  size_t index = 0;
  Reason reason = Reason::kNone;
  // Says more than `reason`: "sent 3m ago, repeats after 4h", "send_resolved is off", "waiting for
  // peer …: it may have told already". Whole sentences, shown to people.
  std::string decision;
  bool delivered = false;
  std::vector<AttemptRecord> attempts;  // empty: nothing was to be said
};

struct FlushRecord {
  TimeMs tick = 0;
  std::string route_id;
  std::string group_key;
  model::Labels group_labels;
  std::string receiver;
  std::vector<FlushedAlert> alerts;
  std::vector<IntegrationRecord> integrations;  // empty: everything was muted
  bool test = false;                            // somebody tried a receiver
};

class FlushLog {
 public:
  virtual ~FlushLog() = default;
  // Thread-safe; queues, never waits for a disk.
  virtual void Record(FlushRecord record) = 0;
};

}  // namespace watchfire::alerting

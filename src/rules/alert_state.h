#pragma once
// The life of one alert, as a pure function of the times at which its condition held: pending since
// active_at, firing once that lasted for `for`, still firing for `keep_firing_for` after it ended,
// then resolved, and remembered for a while so that everybody hears of it. Evaluations of rules and
// back-tests both go through Advance. No clock, no labels, no threads.

#include <cstdint>
#include <string_view>

#include "base/clock.h"

namespace watchfire::rules {

enum class AlertState : uint8_t { kInactive, kPending, kFiring };
inline std::string_view AlertStateText(AlertState state) {
  return state == AlertState::kFiring    ? "firing"
         : state == AlertState::kPending ? "pending"
                                         : "inactive";
}

// How long resolved alerts are told of.
inline constexpr int64_t kResolvedRetentionMs = 15 * 60'000;

struct AlertTiming {
  int64_t for_ms = 0;
  int64_t keep_firing_for_ms = 0;
};

struct AlertProgress {
  static constexpr TimeMs kNever = kMinTime;

  AlertState state = AlertState::kPending;
  TimeMs active_at = 0;
  TimeMs fired_at = kNever;
  TimeMs resolved_at = kNever;
  TimeMs keep_firing_since = kNever;

  bool resolved() const { return resolved_at != kNever; }
};

enum class Standing : uint8_t {
  kActive,    // pending or firing: counts, and is written
  kResolved,  // remembered
  kGone,      // to be forgotten
};

// What has become of the alert at `t`, where its condition holds or not. A resolved alert whose
// condition holds again is not advanced: it is a new one.
inline Standing Advance(AlertProgress& alert, bool holds, TimeMs t, const AlertTiming& timing) {
  if (!holds) {
    if (alert.state == AlertState::kPending) return Standing::kGone;
    if (alert.state == AlertState::kInactive) {
      return t - alert.resolved_at > kResolvedRetentionMs ? Standing::kGone : Standing::kResolved;
    }
    if (timing.keep_firing_for_ms > 0 && alert.keep_firing_since == AlertProgress::kNever) {
      alert.keep_firing_since = t;
    }
    if (timing.keep_firing_for_ms <= 0 ||
        t - alert.keep_firing_since >= timing.keep_firing_for_ms) {
      alert.state = AlertState::kInactive;
      alert.resolved_at = t;
      return Standing::kResolved;
    }
  } else {
    alert.keep_firing_since = AlertProgress::kNever;
  }
  bool due = t - alert.active_at >= timing.for_ms;
  if (alert.state == AlertState::kPending && due) {
    alert.state = AlertState::kFiring;
    alert.fired_at = t;
  } else if (alert.state == AlertState::kFiring && !due && t >= alert.fired_at) {
    // `for` grew. A clock that was set back is no reason.
    alert.state = AlertState::kPending;
    alert.fired_at = AlertProgress::kNever;
  }
  return Standing::kActive;
}

}  // namespace watchfire::rules

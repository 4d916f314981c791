#pragma once
// Time. Everything in watchfire counts milliseconds since the Unix epoch in a TimeMs; durations are
// int64_t milliseconds named …_ms. Only a Clock knows what time it is, so that tests can move it
// (testing/fake_clock.h); std::chrono stays behind this header. Thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace watchfire {

using TimeMs = int64_t;

// The bounds used for "all of time"; far enough from the int64 limits that adding a day is safe.
inline constexpr TimeMs kMinTime = INT64_MIN / 4;
inline constexpr TimeMs kMaxTime = INT64_MAX / 4;

class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time. May jump when the machine's clock is set.
  virtual TimeMs Now() const = 0;
  // Monotonic nanoseconds, for measuring durations; its zero means nothing.
  virtual int64_t MonotonicNs() const = 0;

  // The machine's clock; lives for the whole process.
  static const Clock* System();
};

// Seconds with a fraction, as exposed in metrics and API answers.
inline double ToSeconds(int64_t ms) {
  return static_cast<double>(ms) / 1000.0;
}

// "2026-11-21T03:29:43.120Z"; nanoseconds are never printed. `t` is clamped to years 0..9999.
std::string FormatRfc3339(TimeMs t);
// RFC 3339 with an optional fraction and a zone ("Z" or "+02:00"); nothing else.
std::optional<TimeMs> ParseRfc3339(std::string_view text);

}  // namespace watchfire

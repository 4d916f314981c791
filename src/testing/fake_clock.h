#pragma once
// FakeClock: a clock that stands still until a test moves it. Wall time and monotonic time move
// together; Jump sets the wall alone, as an administrator or a time server does. Thread-safe.

#include <atomic>

#include "base/clock.h"

namespace watchfire::testing {

class FakeClock : public Clock {
 public:
  explicit FakeClock(TimeMs now = 1'700'000'000'000) : wall_ms_(now) {}

  TimeMs Now() const override { return wall_ms_.load(); }
  int64_t MonotonicNs() const override { return monotonic_ms_.load() * 1'000'000; }

  void Advance(int64_t by_ms) {
    wall_ms_ += by_ms;
    monotonic_ms_ += by_ms;
  }
  void AdvanceTo(TimeMs wall) { Advance(wall - Now()); }
  void Jump(int64_t by_ms) { wall_ms_ += by_ms; }

 private:
  std::atomic<TimeMs> wall_ms_;
  std::atomic<int64_t> monotonic_ms_{1'000};
};

}  // namespace watchfire::testing

#include "base/clock.h"

#include <time.h>

#include <algorithm>

#include <fmt/core.h>

namespace watchfire {
namespace {

class SystemClock final : public Clock {
 public:
  TimeMs Now() const override {
    timespec ts{};
    clock_gettime(CLOCK_REALTIME, &ts);
    return static_cast<TimeMs>(ts.tv_sec) * 1000 + ts.tv_nsec / 1'000'000;
  }
  int64_t MonotonicNs() const override {
    timespec ts{};
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return static_cast<int64_t>(ts.tv_sec) * 1'000'000'000 + ts.tv_nsec;
  }
};

}  // namespace

const Clock* Clock::System() {
  static const SystemClock clock;
  return &clock;
}

std::string FormatRfc3339(TimeMs t) {
  constexpr TimeMs kYear0 = -62'167'219'200'000;
  constexpr TimeMs kYear10000 = 253'402'300'799'999;
  t = std::clamp(t, kYear0, kYear10000);
  int64_t seconds = t / 1000;
  int64_t ms = t % 1000;
  if (ms < 0) {
    ms += 1000;
    seconds -= 1;
  }
  time_t when = static_cast<time_t>(seconds);
  tm parts{};
  gmtime_r(&when, &parts);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.tm_year + 1900,
                                 parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                                 parts.tm_sec);
  if (ms != 0) text += fmt::format(".{:03}", ms);
  return text + "Z";
}

}  // namespace watchfire

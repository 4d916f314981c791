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
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  if (ms != 0) text += fmt::format(".{:03}", ms);
  return text + "Z";
}

namespace {

// Reads `digits` decimal digits at the front of `text` and removes them; -1 if they are not there.
int TakeDigits(std::string_view& text, size_t digits) {
  if (text.size() < digits) return -1;
  int v = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    v = v * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return v;
}

bool TakeChar(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

// "Z", "+hh:mm" or "-hh:mm" as milliseconds to subtract.
std::optional<int64_t> TakeZone(std::string_view& text) {
  if (TakeChar(text, 'Z')) return 0;
  bool negative = !text.empty() && text[0] == '-';
  if (!negative && (text.empty() || text[0] != '+')) return std::nullopt;
  text.remove_prefix(1);
  int hours = TakeDigits(text, 2);
  if (hours < 0 || hours > 23 || !TakeChar(text, ':')) return std::nullopt;
  int minutes = TakeDigits(text, 2);
  if (minutes < 0 || minutes > 59) return std::nullopt;
  int64_t ms = (hours * 60 + minutes) * 60'000LL;
  return negative ? -ms : ms;
}

}  // namespace

std::optional<TimeMs> ParseRfc3339(std::string_view text) {
  tm parts{};
  parts.tm_year = TakeDigits(text, 4) - 1900;
  if (parts.tm_year < -1900 || !TakeChar(text, '-')) return std::nullopt;
  parts.tm_mon = TakeDigits(text, 2) - 1;
  if (parts.tm_mon < 0 || parts.tm_mon > 11 || !TakeChar(text, '-')) return std::nullopt;
  parts.tm_mday = TakeDigits(text, 2);
  if (parts.tm_mday < 1 || parts.tm_mday > 31 || !TakeChar(text, 'T')) return std::nullopt;
  parts.tm_hour = TakeDigits(text, 2);
  if (parts.tm_hour < 0 || parts.tm_hour > 23 || !TakeChar(text, ':')) return std::nullopt;
  parts.tm_min = TakeDigits(text, 2);
  if (parts.tm_min < 0 || parts.tm_min > 59 || !TakeChar(text, ':')) return std::nullopt;
  parts.tm_sec = TakeDigits(text, 2);
  if (parts.tm_sec < 0 || parts.tm_sec > 59) return std::nullopt;
  int64_t ms = 0;
  if (TakeChar(text, '.')) {
    size_t digits = 0;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; ++digits, text.remove_prefix(1)) {
      if (digits < 3) ms = ms * 10 + (text[0] - '0');
    }
    if (digits == 0 || digits > 9) return std::nullopt;
    for (; digits < 3; ++digits) ms *= 10;
  }
  std::optional<int64_t> zone_ms = TakeZone(text);
  if (!zone_ms || !text.empty()) return std::nullopt;
  int day = parts.tm_mday;
  auto seconds = static_cast<int64_t>(timegm(&parts));
  if (parts.tm_mday != day) return std::nullopt;  // 31 February and the like
  return seconds * 1000 + ms - *zone_ms;
}

}  // namespace watchfire

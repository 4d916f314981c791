#include "template/duration.h"

#include <fmt/core.h>

#include <array>
#include <cstdlib>

#include "template/function.h"
#include "template/value.h"

namespace watchfire::templates {
namespace {

constexpr int64_t kNanosPerMinute = 60 * kNanosPerSecond;
constexpr int64_t kNanosPerHour = 60 * kNanosPerMinute;

// "1.5" of 1500 thousandths: without trailing zeros.
std::string WithFraction(uint64_t value, unsigned decimals) {
  uint64_t scale = 1;
  for (unsigned i = 0; i < decimals; ++i) scale *= 10;
  std::string out = std::to_string(value / scale);
  uint64_t rest = value % scale;
  if (rest == 0) return out;
  std::string digits = fmt::format("{:0{}}", rest, decimals);
  digits.erase(digits.find_last_not_of('0') + 1);
  return out + "." + digits;
}

// Go converts whole units and the rest apart, for precision.
template <int64_t kUnit>
Result<Value> InUnits(const Value& self, Call&) {
  int64_t whole = self.integer() / kUnit;
  int64_t rest = self.integer() % kUnit;
  return Value::Float(static_cast<double>(whole) +
                      static_cast<double>(rest) / static_cast<double>(kUnit));
}

template <int64_t kUnit>
Result<Value> WholeUnits(const Value& self, Call&) {
  return Value::Int(self.integer() / kUnit, NumberType::kInt64);
}

template <int64_t (*Change)(int64_t, int64_t)>
Result<Value> Changed(const Value& self, Call& call) {
  return Value::Int(Change(self.integer(), call[0].integer()), NumberType::kDuration);
}

Result<Value> Absolute(const Value& self, Call&) {
  int64_t v = self.integer();
  if (v == INT64_MIN) v = INT64_MAX;
  return Value::Int(std::abs(v), NumberType::kDuration);
}

Result<Value> Text(const Value& self, Call&) {
  return Value::Text(*NumberText(self.integer(), self.number_type()));
}

}  // namespace

std::string FormatGoDuration(int64_t nanoseconds) {
  if (nanoseconds == 0) return "0s";
  bool negative = nanoseconds < 0;
  uint64_t left = static_cast<uint64_t>(nanoseconds);
  if (negative) left = 0 - left;
  std::string sign = negative ? "-" : "";
  if (left < 1'000) return sign + std::to_string(left) + "ns";
  if (left < 1'000'000) return sign + WithFraction(left, 3) + "µs";
  if (left < 1'000'000'000) return sign + WithFraction(left, 6) + "ms";
  uint64_t minutes = left / static_cast<uint64_t>(kNanosPerMinute);
  std::string seconds = WithFraction(left % static_cast<uint64_t>(kNanosPerMinute), 9) + "s";
  if (minutes == 0) return sign + seconds;
  if (minutes < 60) return fmt::format("{}{}m{}", sign, minutes, seconds);
  return fmt::format("{}{}h{}m{}", sign, minutes / 60, minutes % 60, seconds);
}

int64_t TruncateDuration(int64_t nanoseconds, int64_t unit) {
  return unit <= 0 ? nanoseconds : nanoseconds - nanoseconds % unit;
}

int64_t RoundDuration(int64_t nanoseconds, int64_t unit) {
  if (unit <= 0) return nanoseconds;
  int64_t rest = nanoseconds % unit;
  bool negative = nanoseconds < 0;
  int64_t down = nanoseconds - rest;
  uint64_t magnitude = negative ? 0 - static_cast<uint64_t>(rest) : static_cast<uint64_t>(rest);
  if (magnitude * 2 < static_cast<uint64_t>(unit)) return down;
  int64_t rounded = 0;
  if (__builtin_add_overflow(down, negative ? -unit : unit, &rounded)) {
    return negative ? INT64_MIN : INT64_MAX;
  }
  return rounded;
}

std::string MonthName(int64_t month) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  if (month < 1 || month > 12) return fmt::format("%!Month({})", static_cast<uint64_t>(month));
  return std::string(kNames[static_cast<size_t>(month - 1)]);
}

std::string WeekdayName(int64_t day) {
  static constexpr std::array<std::string_view, 7> kNames = {
      "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  if (day < 0 || day > 6) return fmt::format("%!Weekday({})", static_cast<uint64_t>(day));
  return std::string(kNames[static_cast<size_t>(day)]);
}

std::span<const Method> NumberMethods(NumberType type) {
  static const std::array<Method, 10> kDurationMethods = {{
      {"Hours", {}, false, InUnits<kNanosPerHour>},
      {"Minutes", {}, false, InUnits<kNanosPerMinute>},
      {"Seconds", {}, false, InUnits<kNanosPerSecond>},
      {"Milliseconds", {}, false, WholeUnits<1'000'000>},
      {"Microseconds", {}, false, WholeUnits<1'000>},
      {"Nanoseconds", {}, false, WholeUnits<1>},
      {"Round", {"time.Duration"}, false, Changed<RoundDuration>},
      {"Truncate", {"time.Duration"}, false, Changed<TruncateDuration>},
      {"Abs", {}, false, Absolute},
      {"String", {}, false, Text},
  }};
  static const std::array<Method, 1> kNameMethods = {{{"String", {}, false, Text}}};
  if (type == NumberType::kDuration) return kDurationMethods;
  if (type == NumberType::kMonth || type == NumberType::kWeekday) return kNameMethods;
  return {};
}

std::optional<std::string> NumberText(int64_t value, NumberType type) {
  switch (type) {
    case NumberType::kDuration:
      return FormatGoDuration(value);
    case NumberType::kMonth:
      return MonthName(value);
    case NumberType::kWeekday:
      return WeekdayName(value);
    default:
      return std::nullopt;
  }
}

}  // namespace watchfire::templates

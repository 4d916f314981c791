#include "template/library/go_time.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "template/duration.h"

namespace watchfire::templates {
namespace {

int64_t FloorDiv(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

CivilTime LocalCivil(const GoTime& time) {
  return CivilFromSeconds(time.seconds + time.zone.At(time.seconds).seconds);
}

const GoTime& TimeOf(const Value& value) {
  return value.As<TimeObject>()->time();
}

Result<Value> Format(const Value& self, Call& call) {
  std::string text = FormatTime(TimeOf(self), call[0].text());
  TRY(call.budget.Charge(text.size()));
  return Value::Text(std::move(text));
}

Result<Value> Unix(const Value& self, Call&) {
  return Value::Int(TimeOf(self).seconds, NumberType::kInt64);
}

Result<Value> UnixMilli(const Value& self, Call&) {
  const GoTime& time = TimeOf(self);
  int64_t ms = 0;
  if (__builtin_mul_overflow(time.seconds, 1000, &ms)) ms = 0;
  return Value::Int(ms + time.nanos / 1'000'000, NumberType::kInt64);
}

Result<Value> UnixNano(const Value& self, Call&) {
  const GoTime& time = TimeOf(self);
  auto nanos = static_cast<uint64_t>(time.seconds) * 1'000'000'000u;  // wraps, as Go's does
  return Value::Int(static_cast<int64_t>(nanos + static_cast<uint64_t>(time.nanos)),
                    NumberType::kInt64);
}

Result<Value> InUtc(const Value& self, Call&) {
  GoTime time = TimeOf(self);
  time.zone = TimeZone();
  return MakeTime(std::move(time));
}

Result<Value> InLocal(const Value& self, Call& call) {
  GoTime time = TimeOf(self);
  auto* environment = dynamic_cast<const TimeEnvironment*>(call.environment);
  time.zone = environment == nullptr ? TimeZone() : TRY(environment->Zone("Local"));
  return MakeTime(std::move(time));
}

Result<Value> Sub(const Value& self, Call& call) {
  return Value::Int(TimeOf(self).Since(TimeOf(call[0])), NumberType::kDuration);
}

Result<Value> Add(const Value& self, Call& call) {
  return MakeTime(TimeOf(self).Plus(call[0].integer()));
}

Result<Value> AddDate(const Value& self, Call& call) {
  GoTime time = TimeOf(self);
  CivilTime civil = LocalCivil(time);
  constexpr int64_t kMost = 100'000;
  for (size_t i = 0; i < 3; ++i) {
    if (std::abs(call[i].integer()) > kMost) return Error::Invalid("date out of range");
  }
  civil.year += call[0].integer();
  civil.month += static_cast<int>(call[1].integer());
  civil.day += static_cast<int>(call[2].integer());
  time.seconds = time.zone.SecondsAt(civil);
  return MakeTime(std::move(time));
}

template <bool (*Test)(int)>
Result<Value> Compared(const Value& self, Call& call) {
  return Value::Bool(Test(TimeOf(self).Compare(TimeOf(call[0]))));
}
bool IsBefore(int order) {
  return order < 0;
}
bool IsAfter(int order) {
  return order > 0;
}
bool IsEqual(int order) {
  return order == 0;
}

Result<Value> Compare(const Value& self, Call& call) {
  return Value::Int(TimeOf(self).Compare(TimeOf(call[0])));
}

Result<Value> IsZero(const Value& self, Call&) {
  return Value::Bool(TimeOf(self).IsZero());
}

template <int CivilTime::*kPart, NumberType kType = NumberType::kInt>
Result<Value> Part(const Value& self, Call&) {
  return Value::Int(LocalCivil(TimeOf(self)).*kPart, kType);
}

Result<Value> Year(const Value& self, Call&) {
  return Value::Int(LocalCivil(TimeOf(self)).year);
}

Result<Value> Nanosecond(const Value& self, Call&) {
  return Value::Int(TimeOf(self).nanos);
}

// Times are cut by the absolute time since year 1, whatever the zone shows.
GoTime Cut(const GoTime& time, int64_t unit, bool round) {
  if (unit <= 0) return time;
  __int128 nanos =
      static_cast<__int128>(time.seconds - GoTime::kZeroSeconds) * kNanosPerSecond + time.nanos;
  auto rest = static_cast<int64_t>(nanos % unit);
  if (rest < 0) rest += unit;
  bool up = round && rest >= unit - rest;
  return time.Plus(up ? unit - rest : -rest);
}

Result<Value> Truncate(const Value& self, Call& call) {
  return MakeTime(Cut(TimeOf(self), call[0].integer(), false));
}

Result<Value> Round(const Value& self, Call& call) {
  return MakeTime(Cut(TimeOf(self), call[0].integer(), true));
}

Result<Value> String(const Value& self, Call&) {
  return Value::Text(FormatTime(TimeOf(self), kTimeStringLayout));
}

}  // namespace

GoTime GoTime::OfMs(TimeMs ms) {
  int64_t seconds = FloorDiv(ms, 1000);
  return {seconds, static_cast<int32_t>((ms - seconds * 1000) * 1'000'000), {}};
}

GoTime GoTime::OfNanos(int64_t nanos) {
  int64_t seconds = FloorDiv(nanos, kNanosPerSecond);
  return {seconds, static_cast<int32_t>(nanos - seconds * kNanosPerSecond), {}};
}

int GoTime::Compare(const GoTime& other) const {
  if (seconds != other.seconds) return seconds < other.seconds ? -1 : 1;
  return nanos < other.nanos ? -1 : nanos > other.nanos ? 1 : 0;
}

int64_t GoTime::Since(const GoTime& other) const {
  __int128 difference =
      (static_cast<__int128>(seconds) - other.seconds) * kNanosPerSecond + (nanos - other.nanos);
  if (difference > INT64_MAX) return INT64_MAX;
  if (difference < INT64_MIN) return INT64_MIN;
  return static_cast<int64_t>(difference);
}

GoTime GoTime::Plus(int64_t duration_nanos) const {
  GoTime sum = *this;
  int64_t whole = FloorDiv(duration_nanos, kNanosPerSecond);
  int64_t rest = nanos + (duration_nanos - whole * kNanosPerSecond);
  if (rest >= kNanosPerSecond) {
    rest -= kNanosPerSecond;
    ++whole;
  }
  sum.seconds += whole;
  sum.nanos = static_cast<int32_t>(rest);
  return sum;
}

Result<TimeZone> TimeEnvironment::Zone(std::string_view name) const {
  if (name.empty() || name == "UTC") return TimeZone();
  if (zones == nullptr || !*zones) {
    if (name == "Local") return TimeZone();
    return Error::Invalid("unknown time zone {}", name);
  }
  return (*zones)(std::string(name));
}

std::span<const Method> TimeObject::methods() const {
  constexpr std::string_view kTime = "time.Time";
  constexpr std::string_view kSpan = "time.Duration";
  static const std::array<Method, 26> kMethods = {{
      {"Format", {"string"}, false, Format},
      {"Unix", {}, false, Unix},
      {"UnixMilli", {}, false, UnixMilli},
      {"UnixNano", {}, false, UnixNano},
      {"UTC", {}, false, InUtc},
      {"Local", {}, false, InLocal},
      {"Sub", {kTime}, false, Sub},
      {"Add", {kSpan}, false, Add},
      {"AddDate", {"int", "int", "int"}, false, AddDate},
      {"Before", {kTime}, false, Compared<IsBefore>},
      {"After", {kTime}, false, Compared<IsAfter>},
      {"Equal", {kTime}, false, Compared<IsEqual>},
      {"Compare", {kTime}, false, Compare},
      {"IsZero", {}, false, IsZero},
      {"Year", {}, false, Year},
      {"Month", {}, false, Part<&CivilTime::month, NumberType::kMonth>},
      {"Day", {}, false, Part<&CivilTime::day>},
      {"Hour", {}, false, Part<&CivilTime::hour>},
      {"Minute", {}, false, Part<&CivilTime::minute>},
      {"Second", {}, false, Part<&CivilTime::second>},
      {"Nanosecond", {}, false, Nanosecond},
      {"Weekday", {}, false, Part<&CivilTime::weekday, NumberType::kWeekday>},
      {"YearDay", {}, false, Part<&CivilTime::year_day>},
      {"Truncate", {kSpan}, false, Truncate},
      {"Round", {kSpan}, false, Round},
      {"String", {}, false, String},
  }};
  return kMethods;
}

std::string Rfc3339NanoText(const GoTime& time) {
  CivilTime civil = CivilFromSeconds(time.seconds);
  if (civil.year < 0 || civil.year > 9999 || time.zone.At(time.seconds).seconds != 0) {
    return FormatTime(time, kRfc3339NanoLayout);
  }
  std::string out = "0000-00-00T00:00:00";
  auto put = [&out](size_t end, int64_t v) {  // its last digit before `end`
    for (; v > 0; v /= 10) out[--end] = static_cast<char>('0' + v % 10);
  };
  put(4, civil.year);
  put(7, civil.month);
  put(10, civil.day);
  put(13, civil.hour);
  put(16, civil.minute);
  put(19, civil.second);
  if (time.nanos != 0) {
    out += ".000000000";
    put(out.size(), time.nanos);
    while (out.back() == '0') out.pop_back();
  }
  out += 'Z';
  return out;
}

std::optional<std::string> TimeObject::Text() const {
  return FormatTime(time_, kTimeStringLayout);
}

std::optional<std::string> TimeObject::JsonText() const {
  return Rfc3339NanoText(time_);
}

bool TimeObject::Equals(const Object& other) const {
  auto* time = dynamic_cast<const TimeObject*>(&other);
  return time != nullptr && time_.Compare(time->time_) == 0;
}

}  // namespace watchfire::templates

#include "api/grafana/data/time_range.h"

#include <algorithm>
#include <optional>

#include "base/numbers.h"
#include "base/text.h"
#include "base/time_zone.h"

namespace watchfire::api {
namespace {

constexpr int64_t kHour = 3'600'000;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kMaxAmount = 100'000'000;

// Months and years are those of the calendar; 0 for an unknown unit.
int64_t FixedUnit(char unit) {
  switch (unit) {
    case 's':
      return 1000;
    case 'm':
      return 60'000;
    case 'h':
      return kHour;
    case 'd':
      return kDay;
    case 'w':
      return 7 * kDay;
    default:
      return 0;
  }
}
int64_t MonthsOf(char unit) {
  return unit == 'M' ? 1 : unit == 'Q' ? 3 : unit == 'y' ? 12 : 0;
}

TimeMs AddMonths(TimeMs t, int64_t months) {
  CivilTime civil = CivilFromSeconds(t / 1000);
  int64_t month = civil.year * 12 + (civil.month - 1) + months;
  civil.year = month / 12;
  civil.month = static_cast<int>(month % 12) + 1;
  civil.day = std::min(civil.day, DaysInMonth(civil.year, civil.month));
  return SecondsFromCivil(civil) * 1000 + t % 1000;
}

// The beginning of the unit that `t` lies in.
TimeMs Begin(TimeMs t, char unit) {
  if (int64_t months = MonthsOf(unit); months > 0) {
    CivilTime civil = CivilFromSeconds(t / 1000);
    int first = (civil.month - 1) / static_cast<int>(months) * static_cast<int>(months) + 1;
    return DaysFromCivil(civil.year, first, 1) * kDay;
  }
  // Weeks begin on Monday; the epoch was a Thursday.
  int64_t shift = unit == 'w' ? 4 * kDay : 0;
  int64_t step = FixedUnit(unit);
  return (t - shift) / step * step + shift;
}
TimeMs Next(TimeMs begin, char unit) {
  int64_t months = MonthsOf(unit);
  return months > 0 ? AddMonths(begin, months) : begin + FixedUnit(unit);
}

// What stands behind "now": "-6h", "/d", "-1d/d".
std::optional<TimeMs> Apply(std::string_view steps, TimeMs now, bool end) {
  TimeMs t = now;
  while (!steps.empty()) {
    char sign = steps.front();
    steps.remove_prefix(1);
    size_t digits = std::min(steps.find_first_not_of("0123456789"), steps.size());
    std::optional<int64_t> amount = digits == 0 ? 1 : ParseInt(steps.substr(0, digits));
    steps.remove_prefix(digits);
    if (sign == '/' && steps.starts_with('f')) steps.remove_prefix(1);  // a fiscal year is a year
    if (steps.empty() || !amount || *amount > kMaxAmount) return std::nullopt;
    char unit = steps.front();
    steps.remove_prefix(1);
    int64_t fixed = FixedUnit(unit);
    int64_t months = MonthsOf(unit);
    if (fixed == 0 && months == 0) return std::nullopt;
    if (sign == '/') {
      if (digits != 0) return std::nullopt;
      t = Begin(t, unit);
      if (end) t = Next(t, unit) - 1;
    } else if (sign == '+' || sign == '-') {
      int64_t times = sign == '-' ? -*amount : *amount;
      if (months > 0 && *amount > 12'000) return std::nullopt;
      t = months > 0 ? AddMonths(t, times * months) : t + times * fixed;
      if (t < 0) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  return t;
}

}  // namespace

Result<TimeMs> ParseDashboardTime(const codec::Json& value, TimeMs now, bool end) {
  constexpr TimeMs kFar = 253'402'300'800'000;
  std::optional<TimeMs> t = value.AsInt();
  if (std::optional<double> ms = value.AsDouble(); !t && ms && *ms > -1e15 && *ms < 1e15) {
    t = static_cast<TimeMs>(*ms);
  }
  const std::string* text = value.AsString();
  if (text != nullptr) {
    std::string_view trimmed = TrimSpace(*text);
    if (trimmed.starts_with("now")) {
      t = Apply(trimmed.substr(3), now, end);
    } else {
      t = ParseInt(trimmed);
      if (!t) t = ParseRfc3339(trimmed);
    }
  }
  if (t && *t > -kFar && *t < kFar) return *t;
  return Error::Invalid("not a time: {}", value.ToString());
}

Result<TimeRange> ParseTimeRange(const codec::Json& object, TimeMs now) {
  TimeRange range = {now - kHour, now};
  const codec::Json* from = object.Find("from");
  const codec::Json* to = object.Find("to");
  if (from != nullptr && !from->is_null()) range.from = TRY(ParseDashboardTime(*from, now, false));
  if (to != nullptr && !to->is_null()) range.to = TRY(ParseDashboardTime(*to, now, true));
  return range;
}

}  // namespace watchfire::api

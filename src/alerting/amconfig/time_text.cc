#include "alerting/amconfig/time_text.h"

#include <array>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::amconfig {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 13> kMonths = {
    "",     "january", "february",  "march",   "april",    "may",     "june",
    "july", "august",  "september", "october", "november", "december"};

template <size_t N>
std::optional<int> IndexOf(const std::array<std::string_view, N>& names, std::string_view word) {
  for (size_t i = 0; i < N; ++i) {
    if (!names[i].empty() && names[i] == word) return static_cast<int>(i);
  }
  return std::nullopt;
}

Result<int> Number(const std::string& text) {
  std::string_view digits = text;
  if (!digits.empty() && digits[0] == '+') digits.remove_prefix(1);
  std::optional<int64_t> value = ParseInt(digits);
  if (!value || *value > INT32_MAX || *value < INT32_MIN) {
    return Error::Invalid("strconv.Atoi: parsing {}: {}", GoQuote(text),
                          value ? "value out of range" : "invalid syntax");
  }
  return static_cast<int>(*value);
}

Result<int> Weekday(const std::string& text) {
  std::optional<int> day = IndexOf(kWeekdays, text);
  if (!day) return Error::Invalid("{} is not a valid weekday", text);
  return *day;
}

Result<int> Month(const std::string& text) {
  if (std::optional<int> month = IndexOf(kMonths, text)) return *month;
  Result<int> number = Number(text);
  if (!number.ok()) return Error::Invalid("{} is not a valid month", text);
  return number;
}

std::string_view MonthName(int month) {
  return month >= 1 && month <= 12 ? kMonths[static_cast<size_t>(month)] : "";
}

// `a` or `a:b`, in any case.
Result<Range> ParseRange(const std::string& text, Result<int> (*member)(const std::string&)) {
  std::string lower = ToLower(text);
  size_t colon = lower.find(':');
  if (colon == std::string::npos) {
    int one = TRY(member(lower));
    return Range{one, one};
  }
  if (lower.find(':', colon + 1) != std::string::npos) {
    return Error::Invalid("couldn't parse range {}, invalid format", lower);
  }
  return Range{TRY(member(lower.substr(0, colon))), TRY(member(lower.substr(colon + 1)))};
}

}  // namespace

Result<Range> ParseWeekdays(const std::string& text) {
  Range range = TRY(ParseRange(text, Weekday));
  if (range.begin > range.end) return Error::Invalid("start day cannot be before end day");
  return range;
}

Result<Range> ParseDaysOfMonth(const std::string& text) {
  constexpr int kShortestMonth = 28;
  Range range = TRY(ParseRange(text, Number));
  for (int day : {range.begin, range.end}) {
    if (day == 0 || day < -31 || day > 31) {
      return Error::Invalid("{} is not a valid day of the month: out of range", day);
    }
  }
  if (range.begin < 0 && range.end > 0) {
    return Error::Invalid("end day must be negative if start day is negative");
  }
  int begin = range.begin < 0 ? kShortestMonth + range.begin : range.begin;
  int end = range.end < 0 ? kShortestMonth + range.end : range.end;
  if (begin > end) {
    return Error::Invalid("end day {} is always before start day {}", range.end, range.begin);
  }
  return range;
}

Result<Range> ParseMonths(const std::string& text) {
  Range range = TRY(ParseRange(text, Month));
  if (range.begin > range.end) {
    return Error::Invalid("end month {} is before start month {}", MonthName(range.end),
                          MonthName(range.begin));
  }
  return range;
}

Result<Range> ParseYears(const std::string& text) {
  Range range = TRY(ParseRange(text, Number));
  if (range.begin > range.end) {
    return Error::Invalid("end year {} is before start year {}", range.end, range.begin);
  }
  return range;
}

Result<int> ParseMinute(const std::string& text) {
  auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  bool shaped = text.size() == 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) && digit(4);
  int hour = shaped ? (text[0] - '0') * 10 + text[1] - '0' : 99;
  int minute = shaped ? (text[3] - '0') * 10 + text[4] - '0' : 99;
  if (minute > 59 || hour > 24 || (hour == 24 && minute > 0)) {
    return Error::Invalid("couldn't parse timestamp {}, invalid format", text);
  }
  return hour * 60 + minute;
}

std::string WeekdaysText(const Range& range) {
  std::string begin(kWeekdays[static_cast<size_t>(range.begin)]);
  if (range.begin == range.end) return begin;
  return begin + ":" + std::string(kWeekdays[static_cast<size_t>(range.end)]);
}

std::string NumbersText(const Range& range) {
  if (range.begin == range.end) return std::to_string(range.begin);
  return fmt::format("{}:{}", range.begin, range.end);
}

}  // namespace watchfire::amconfig

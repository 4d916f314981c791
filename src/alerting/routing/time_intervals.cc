#include "alerting/routing/time_intervals.h"

#include <algorithm>

namespace watchfire::routing {
namespace {

using Ranges = std::optional<std::vector<amconfig::Range>>;

bool Holds(const Ranges& ranges, int64_t value) {
  if (!ranges) return true;
  return std::any_of(ranges->begin(), ranges->end(), [value](const amconfig::Range& range) {
    return value >= range.begin && value <= range.end;
  });
}

bool HoldsDay(const Ranges& ranges, const CivilTime& now) {
  if (!ranges) return true;
  int days = DaysInMonth(now.year, now.month);
  return std::any_of(ranges->begin(), ranges->end(), [&](const amconfig::Range& range) {
    int begin = range.begin < 0 ? days + range.begin + 1 : range.begin;
    int end = range.end < 0 ? days + range.end + 1 : range.end;
    // A range that begins after the month does not reach into it.
    return begin <= days && now.day >= begin && now.day <= end;
  });
}

bool HoldsTime(const std::optional<std::vector<amconfig::TimeRange>>& times, const CivilTime& now) {
  if (!times) return true;
  int minute = now.hour * 60 + now.minute;
  return std::any_of(times->begin(), times->end(), [minute](const amconfig::TimeRange& range) {
    return minute >= range.start_minute && minute < range.end_minute;
  });
}

}  // namespace

bool ActiveAt(const amconfig::TimeSpec& spec, TimeMs t) {
  CivilTime now = spec.zone.Civil(t);
  return HoldsTime(spec.times, now) && Holds(spec.weekdays, now.weekday) &&
         HoldsDay(spec.days_of_month, now) && Holds(spec.months, now.month) &&
         Holds(spec.years, now.year);
}

bool ActiveAt(const std::vector<amconfig::TimeSpec>& specs, TimeMs t) {
  return std::any_of(specs.begin(), specs.end(),
                     [t](const amconfig::TimeSpec& spec) { return ActiveAt(spec, t); });
}

TimeIntervals::TimeIntervals(const amconfig::Config& config) {
  for (const auto& interval : config.mute_time_intervals) {
    by_name_[interval.name] = interval.time_intervals;
  }
  for (const auto& interval : config.time_intervals) {
    by_name_[interval.name] = interval.time_intervals;
  }
}

std::vector<std::string> TimeIntervals::ActiveAt(const std::vector<std::string>& names,
                                                 TimeMs t) const {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    auto found = by_name_.find(name);
    if (found != by_name_.end() && routing::ActiveAt(found->second, t)) out.push_back(name);
  }
  return out;
}

}  // namespace watchfire::routing

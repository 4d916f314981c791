#pragma once
// The entries of time intervals as text: "monday:friday", "-3:-1", "09:00". Internal to the room;
// pure functions with upstream's error texts.

#include "alerting/amconfig/config.h"

namespace watchfire::amconfig {

Result<Range> ParseWeekdays(const std::string& text);
Result<Range> ParseDaysOfMonth(const std::string& text);
Result<Range> ParseMonths(const std::string& text);
Result<Range> ParseYears(const std::string& text);
// Minutes since midnight of "HH:MM"; "24:00" is the end of the day.
Result<int> ParseMinute(const std::string& text);

std::string WeekdaysText(const Range& range);
std::string NumbersText(const Range& range);

}  // namespace watchfire::amconfig

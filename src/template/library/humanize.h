#pragma once
// Numbers for people, as both projects' templates write them. Pure functions.

#include <optional>
#include <string>

#include "base/result.h"
#include "template/library/go_time.h"
#include "template/value.h"

namespace watchfire::templates {

// Floats, integers, texts of numbers, durations (in seconds). Errors are upstream's.
Result<double> ConvertToFloat(const Value& value);

std::string Humanize(double v);          // 1.235M, 12m: powers of 1000
std::string Humanize1024(double v);      // 1.5Mi
std::string HumanizeDuration(double v);  // 1d 2h 3m 4s, 12ms
std::string HumanizePercentage(double v);
Result<std::string> HumanizeTimestamp(double v);

// Seconds since the epoch, to the millisecond.
Result<GoTime> TimeOfSeconds(double v);
Result<int64_t> DurationOfSeconds(double v);

}  // namespace watchfire::templates

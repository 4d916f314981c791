#pragma once
// Go's time.Duration: nanoseconds in an int64, written like `1h30m0.5s`. Pure functions.

#include <cstdint>
#include <string>

namespace watchfire::templates {

inline constexpr int64_t kNanosPerSecond = 1'000'000'000;

// Duration.String.
std::string FormatGoDuration(int64_t nanoseconds);
// Duration.Truncate and Round: towards zero, and to the nearest with halves away from zero.
int64_t TruncateDuration(int64_t nanoseconds, int64_t unit);
int64_t RoundDuration(int64_t nanoseconds, int64_t unit);

// 1 = January, 0 = Sunday; "%!Month(13)" for what is none.
std::string MonthName(int64_t month);
std::string WeekdayName(int64_t day);

}  // namespace watchfire::templates

#pragma once
// Columns as Go's tabwriter lays them out for promtool: at least thirteen wide, two blanks between.
// And the forms in which promtool prints times, durations and sizes. Pure functions.

#include <string>
#include <vector>

#include "base/clock.h"

namespace watchfire::tool {

// Rows of equal length; the last cell of a row is not padded.
std::string Align(const std::vector<std::vector<std::string>>& rows);

std::string GoDuration(int64_t ms);      // "1h46m30.001s"
std::string GoUtcTime(TimeMs t);         // "2023-11-14 22:13:20 +0000 UTC"
std::string BinarySize(uint64_t bytes);  // "26KiB359B"

}  // namespace watchfire::tool

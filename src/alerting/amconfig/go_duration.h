#pragma once
// Go's time.Duration as text: "1m30s", "1.5h", "-2us". Some keys of alertmanager.yml have it where
// all others have Prometheus' durations. Pure functions on nanoseconds.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace watchfire::amconfig {

// Errors are upstream's: `time: invalid duration "x"`, `time: missing unit in duration "3"`, ….
Result<int64_t> ParseGoDuration(std::string_view text);
// "1h0m0s", "1.5s", "0s".
std::string FormatGoDuration(int64_t ns);

}  // namespace watchfire::amconfig

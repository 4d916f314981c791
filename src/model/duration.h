#pragma once
// Durations as Prometheus writes them: `1h30m`, `15s`, `500ms`, `0`; units y w d h m s ms in
// descending order, each once, y = 365d. Kept as int64 milliseconds.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace watchfire::model {

// Errors are upstream's: `not a valid duration string: "x"`, `unknown unit "x" in duration "y"`,
// `empty duration string`, `duration out of range`.
Result<int64_t> ParseDurationMs(std::string_view text);

// `0s` for zero; `y` and `w` only where they divide the rest exactly; then d, h, m, s, ms.
std::string FormatDuration(int64_t ms);

// Sizes: numbers with units, powers of 1024 (`512MB`, `1GiB`, `1GiB512MiB`, `1.5KB`), or `0`.
Result<uint64_t> ParseSizeBytes(std::string_view text);
// Every unit that is not zero, largest first: `10GiB`, `1GiB512MiB`, as upstream prints it.
std::string FormatSizeBytes(uint64_t bytes);

}  // namespace watchfire::model

#pragma once
// Durations as settings have them.

#include <cstdint>
#include <optional>
#include <string_view>

namespace watchfire::grafana {

// "90s", "1h30m", "7d", "2w", "1M" (30 days), "1y"; a bare number counts seconds. In milliseconds,
// at most a hundred years.
std::optional<int64_t> ParseSettingDuration(std::string_view text);

}  // namespace watchfire::grafana

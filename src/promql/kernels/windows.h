#pragma once
// Windows of a range vector: which samples of an array of timestamps each step looks at. They
// depend on timestamps only; series that share their timestamps share them.

#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.h"

namespace watchfire::promql {

// Step i looks at the samples [lo[i], hi[i]). Both never go down.
struct Windows {
  std::vector<uint32_t> lo;
  std::vector<uint32_t> hi;
  uint64_t total = 0;  // sum of all hi - lo
};

// The right edges of the windows, one a step; the left edge, not included, is `range_ms` before.
struct WindowGrid {
  std::vector<TimeMs> ends;
  int64_t range_ms = 0;
};

// One pass over times and steps.
void ComputeWindows(std::span<const TimeMs> t, const WindowGrid& grid, Windows* out);

}  // namespace watchfire::promql

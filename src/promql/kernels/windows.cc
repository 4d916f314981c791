#include "promql/kernels/windows.h"

namespace watchfire::promql {

void ComputeWindows(std::span<const TimeMs> t, const WindowGrid& grid, Windows* out) {
  size_t steps = grid.ends.size();
  out->lo.resize(steps);
  out->hi.resize(steps);
  out->total = 0;
  size_t lo = 0;
  size_t hi = 0;
  for (size_t i = 0; i < steps; ++i) {
    while (hi < t.size() && t[hi] <= grid.ends[i]) ++hi;
    TimeMs left = grid.ends[i] - grid.range_ms;
    while (lo < hi && t[lo] <= left) ++lo;
    out->lo[i] = static_cast<uint32_t>(lo);
    out->hi[i] = static_cast<uint32_t>(hi);
    out->total += hi - lo;
  }
}

}  // namespace watchfire::promql

#pragma once
// rate, increase and delta of ranges that are `anchored` or `smoothed`: nothing is extrapolated.
// An anchored range begins with the last sample at or before its start and ends with its last
// sample; a smoothed one has values at both its edges, interpolated between the samples around
// them. Both look at samples outside of the range, up to the lookback before it and (smoothed)
// after it; the caller has gathered them. Pure functions, any thread.

#include <cstddef>
#include <optional>
#include <span>

#include "promql/kernels/grid.h"

namespace watchfire::promql {

struct ExtendedRange {
  TimeMs start = 0;  // (start, end]
  TimeMs end = 0;
  bool smoothed = false;  // else anchored
};

// The samples that the edges of the range are made of; nothing if the range has no value. With
// smoothing, `first` may be before the start and `last` after the end, which needs interpolation
// with the sample after it, or before it.
struct ExtendedEdges {
  size_t first = 0;
  size_t last = 0;
};
std::optional<ExtendedEdges> FindEdges(std::span<const TimeMs> t, const ExtendedRange& range);

enum class RateKind : uint8_t { kDelta, kIncrease, kRate };
// kAbsent if the range has no value.
double ExtendedRate(std::span<const TimeMs> t, const double* v, const ExtendedRange& range,
                    RateKind kind);

// On the line between two samples. A counter that was reset between them grew from zero.
double Interpolate(TimeMs t1, double v1, TimeMs t2, double v2, TimeMs t, bool counter);

}  // namespace watchfire::promql

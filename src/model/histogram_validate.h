#pragma once
// Whether a native histogram is one: schema, spans, buckets, bounds and counts must fit together.
// Rules and texts are upstream's (Histogram.Validate, FloatHistogram.Validate), since clients see
// them in answers. Pure functions.

#include "base/result.h"
#include "model/histogram.h"

namespace watchfire::model {

inline constexpr int32_t kMinExponentialSchema = -4;
inline constexpr int32_t kMaxExponentialSchema = 8;

// kInvalid. A stale marker is valid.
Result<void> Validate(const Histogram& histogram);
// The counts of a float histogram are not added up: their sums need not be exact.
Result<void> Validate(const FloatHistogram& histogram);

}  // namespace watchfire::model

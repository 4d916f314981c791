#pragma once
// The exact bounds of exponential buckets. Every implementation of native histograms must agree on
// them to the bit, or an observation on a bound falls into different buckets. Pure functions.

#include <cstdint>

namespace watchfire::model {

// Upper bound of positive bucket `index`: 2^(index · 2^-schema). Schemas above 8 count as 8.
double ExponentialBound(int32_t index, int32_t schema);

}  // namespace watchfire::model

#pragma once
// Cutting a native histogram at a value: the operators `</` and `>/`. A bucket that the cut goes
// through keeps a share of its observations: in proportion to its width for custom buckets and the
// zero bucket, to the logarithm of its bounds for exponential ones. Buckets without an end are kept
// or dropped whole. The sum is guessed anew from the middles of the buckets, if anything was cut
// off. Pure functions.

#include "model/histogram.h"

namespace watchfire::model {

enum class TrimSide : uint8_t {
  kKeepBelow,  // h </ cut
  kKeepAbove,  // h >/ cut
};

FloatHistogram Trim(const FloatHistogram& histogram, double cut, TrimSide side);

}  // namespace watchfire::model

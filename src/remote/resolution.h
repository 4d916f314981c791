#pragma once
// Exponential histograms with buckets finer than the storage keeps: senders may have them, so the
// receiver merges neighbouring buckets until the schema is 8, as upstream does. Pure functions.

#include "base/result.h"
#include "model/histogram.h"

namespace watchfire::remote {

inline constexpr int32_t kFinestSchema = 8;

// Schemas from 9 to 52 become 8; all others stay as they are. kInvalid if the spans do not fit the
// buckets.
Result<void> ReduceToFinestSchema(model::Histogram* histogram);
Result<void> ReduceToFinestSchema(model::FloatHistogram* histogram);

}  // namespace watchfire::remote

#pragma once
// Histograms for tests, in few words.

#include "model/histogram.h"

namespace watchfire::model {

// Exponential buckets without gaps from `offset` on.
inline FloatHistogram Exponential(int32_t schema, double count, double sum, int32_t offset,
                                  std::vector<double> buckets) {
  FloatHistogram h;
  h.schema = schema;
  h.count = count;
  h.sum = sum;
  if (!buckets.empty()) h.positive_spans = {{offset, static_cast<uint32_t>(buckets.size())}};
  h.positive_buckets = std::move(buckets);
  return h;
}

// Custom buckets from the lowest on.
inline FloatHistogram Custom(double count, double sum, std::vector<double> bounds,
                             std::vector<double> buckets) {
  FloatHistogram h = Exponential(kCustomBucketsSchema, count, sum, 0, std::move(buckets));
  h.custom_values = std::move(bounds);
  return h;
}

inline FloatHistogram WithZero(FloatHistogram h, double threshold, double count) {
  h.zero_threshold = threshold;
  h.zero_count = count;
  return h;
}

inline FloatHistogram WithNegative(FloatHistogram h, int32_t offset, std::vector<double> buckets) {
  h.negative_spans = {{offset, static_cast<uint32_t>(buckets.size())}};
  h.negative_buckets = std::move(buckets);
  return h;
}

inline FloatHistogram WithHint(FloatHistogram h, CounterReset hint) {
  h.reset_hint = hint;
  return h;
}

}  // namespace watchfire::model

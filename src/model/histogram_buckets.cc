#include "model/histogram_buckets.h"

#include <algorithm>
#include <cmath>

#include "base/numbers.h"
#include "model/histogram_bounds.h"
#include "model/histogram_math.h"
#include "model/histogram_spans.h"

namespace watchfire::model {
namespace {

void AppendSide(const FloatHistogram& h, bool negative, std::vector<HistogramBucket>* out) {
  const auto& spans = negative ? h.negative_spans : h.positive_spans;
  const auto& counts = negative ? h.negative_buckets : h.positive_buckets;
  auto first = static_cast<ptrdiff_t>(out->size());
  bool custom = UsesCustomBuckets(h);
  BucketCursor cursor(spans);
  while (cursor.Next() && cursor.position() < counts.size()) {
    double lower = LowerBucketBound(h, cursor.index());
    double upper = BucketBound(h, cursor.index());
    double count = counts[cursor.position()];
    bool lowest = custom && cursor.index() == 0;
    out->push_back(negative ? HistogramBucket{-upper, -lower, count, true, false}
                            : HistogramBucket{lower, upper, count, lowest, true});
  }
  if (negative) std::reverse(out->begin() + first, out->end());
}

void AppendZeroBucket(const FloatHistogram& h, std::vector<HistogramBucket>* out) {
  if (h.zero_count == 0) return;
  out->push_back({-h.zero_threshold, h.zero_threshold, h.zero_count, true, true});
}

}  // namespace

double BucketBound(const FloatHistogram& h, int32_t index) {
  if (!UsesCustomBuckets(h)) return ExponentialBound(index, h.schema);
  auto i = static_cast<size_t>(index);
  return i < h.custom_values.size() ? h.custom_values[i] : HUGE_VAL;
}

double LowerBucketBound(const FloatHistogram& h, int32_t index) {
  if (UsesCustomBuckets(h) && index <= 0) return -HUGE_VAL;
  return BucketBound(h, index - 1);
}

void BucketsOf(const FloatHistogram& histogram, std::vector<HistogramBucket>* out) {
  out->clear();
  AppendSide(histogram, true, out);
  AppendZeroBucket(histogram, out);
  AppendSide(histogram, false, out);
  if (UsesCustomBuckets(histogram)) return;
  double threshold = histogram.zero_threshold;
  for (HistogramBucket& bucket : *out) {
    if (bucket.upper < 0) {
      bucket.upper = std::min(bucket.upper, -threshold);
    } else if (bucket.lower > 0) {
      bucket.lower = std::max(bucket.lower, threshold);
    }
  }
}

std::vector<HistogramBucket> BucketsOf(const FloatHistogram& histogram) {
  std::vector<HistogramBucket> buckets;
  BucketsOf(histogram, &buckets);
  return buckets;
}

std::string ToString(const FloatHistogram& histogram) {
  std::string out = "{count:" + FormatFloatGo(histogram.count);
  out += ", sum:" + FormatFloatGo(histogram.sum);
  std::vector<HistogramBucket> buckets;
  AppendSide(histogram, true, &buckets);
  AppendZeroBucket(histogram, &buckets);
  AppendSide(histogram, false, &buckets);
  for (const HistogramBucket& bucket : buckets) {
    if (bucket.count == 0) continue;
    out += bucket.lower_inclusive ? ", [" : ", (";
    out += FormatFloatGo(bucket.lower) + "," + FormatFloatGo(bucket.upper);
    out += bucket.upper_inclusive ? "]:" : "):";
    out += FormatFloatGo(bucket.count);
  }
  return out + "}";
}

}  // namespace watchfire::model

#include "model/histogram_buckets.h"

#include <algorithm>
#include <cmath>

#include "base/numbers.h"

namespace watchfire::model {
namespace {

void AppendSide(const FloatHistogram& h, bool negative, std::vector<HistogramBucket>* out) {
  const auto& spans = negative ? h.negative_spans : h.positive_spans;
  const auto& counts = negative ? h.negative_buckets : h.positive_buckets;
  auto first = static_cast<ptrdiff_t>(out->size());
  bool custom = h.schema == kCustomBucketsSchema;
  int32_t index = 0;
  size_t next = 0;
  for (const Span& span : spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length && next < counts.size(); ++i, ++index, ++next) {
      double lower = custom && index == 0 ? -HUGE_VAL : BucketBound(h, index - 1);
      double upper = BucketBound(h, index);
      out->push_back(negative
                         ? HistogramBucket{-upper, -lower, counts[next], true, false}
                         : HistogramBucket{lower, upper, counts[next], custom && index == 0, true});
    }
  }
  if (negative) std::reverse(out->begin() + first, out->end());
}

}  // namespace

double BucketBound(const FloatHistogram& h, int32_t index) {
  if (h.schema == kCustomBucketsSchema) {
    auto i = static_cast<size_t>(index);
    return i < h.custom_values.size() ? h.custom_values[i] : HUGE_VAL;
  }
  if (h.schema <= 0) return std::ldexp(1.0, index * (1 << -h.schema));
  int32_t parts = 1 << h.schema;
  int32_t whole = index >> h.schema;
  return std::ldexp(std::exp2(static_cast<double>(index - whole * parts) / parts), whole);
}

std::vector<HistogramBucket> BucketsOf(const FloatHistogram& histogram) {
  std::vector<HistogramBucket> buckets;
  AppendSide(histogram, true, &buckets);
  if (histogram.zero_count != 0) {
    buckets.push_back(
        {-histogram.zero_threshold, histogram.zero_threshold, histogram.zero_count, true, true});
  }
  AppendSide(histogram, false, &buckets);
  return buckets;
}

std::string ToString(const FloatHistogram& histogram) {
  std::string out = "{count:" + FormatFloatGo(histogram.count);
  out += ", sum:" + FormatFloatGo(histogram.sum);
  for (const HistogramBucket& bucket : BucketsOf(histogram)) {
    if (bucket.count == 0) continue;
    out += bucket.lower_inclusive ? ", [" : ", (";
    out += FormatFloatGo(bucket.lower) + "," + FormatFloatGo(bucket.upper);
    out += bucket.upper_inclusive ? "]:" : "):";
    out += FormatFloatGo(bucket.count);
  }
  return out + "}";
}

}  // namespace watchfire::model

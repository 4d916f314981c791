// Counter resets of native histograms.

#include "model/histogram_bounds.h"
#include "model/histogram_math.h"
#include "model/histogram_spans.h"

namespace watchfire::model {
namespace {

bool AnyLess(const std::vector<double>& now, const std::vector<double>& before) {
  for (size_t i = 0; i < before.size(); ++i) {
    if (now[i] < before[i]) return true;
  }
  return false;
}

// A bucket has shrunk, or a filled one is gone. Buckets inside the zero bucket do not matter.
bool SideShrank(const Spans& now_spans, const std::vector<double>& now, const Spans& before_spans,
                const std::vector<double>& before, double threshold, int32_t schema) {
  if (now_spans == before_spans) {
    // Also buckets that the zero bucket covers, but there should be none.
    return AnyLess(now, before);
  }
  BucketCursor at_now(now_spans);
  BucketCursor at_before(before_spans);
  bool more = at_now.Next();
  while (at_before.Next()) {
    double count = before[at_before.position()];
    while (more && at_now.index() < at_before.index()) more = at_now.Next();
    bool both = more && at_now.index() == at_before.index();
    if (both ? !(now[at_now.position()] < count) : count == 0) continue;
    bool inside = schema != kCustomBucketsSchema && threshold > 0 &&
                  ExponentialBound(at_before.index(), schema) <= threshold;
    if (!inside) return true;
  }
  return false;
}

bool CommonBucketsShrank(const FloatHistogram& now, const FloatHistogram& before) {
  std::vector<double> bounds = CommonBounds(now.custom_values, before.custom_values);
  return AnyLess(
      CountsBetween(now.positive_spans, now.positive_buckets, now.custom_values, bounds),
      CountsBetween(before.positive_spans, before.positive_buckets, before.custom_values, bounds));
}

bool BucketsShrank(const FloatHistogram& now, const FloatHistogram& before) {
  return SideShrank(now.positive_spans, now.positive_buckets, before.positive_spans,
                    before.positive_buckets, now.zero_threshold, now.schema) ||
         SideShrank(now.negative_spans, now.negative_buckets, before.negative_spans,
                    before.negative_buckets, now.zero_threshold, now.schema);
}

}  // namespace

bool HasReset(const FloatHistogram& now, const FloatHistogram& before) {
  if (now.reset_hint == CounterReset::kYes) return true;
  if (now.reset_hint == CounterReset::kNo) return false;
  if (now.count < before.count) return true;
  if (UsesCustomBuckets(now) != UsesCustomBuckets(before)) return true;
  if (!IsWellFormed(now) || !IsWellFormed(before)) return true;
  if (UsesCustomBuckets(now)) {
    if (now.custom_values == before.custom_values) return BucketsShrank(now, before);
    return CommonBucketsShrank(now, before);
  }
  // A running counter gets coarser, never finer, and its zero bucket wider.
  if (now.schema > before.schema || now.zero_threshold < before.zero_threshold) return true;
  if (now.schema == before.schema && now.zero_threshold == before.zero_threshold) {
    return now.zero_count < before.zero_count || BucketsShrank(now, before);
  }
  FloatHistogram alike = before;
  GrowZeroBucket(alike, now.zero_threshold);
  if (alike.zero_threshold != now.zero_threshold) return true;  // it cut a filled bucket
  if (now.zero_count < alike.zero_count) return true;
  ReduceResolution(alike, now.schema);
  return BucketsShrank(now, alike);
}

}  // namespace watchfire::model

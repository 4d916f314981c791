// Native histograms.

#include <cmath>
#include <optional>

#include "model/histogram_math.h"
#include "model/histogram_spans.h"
#include "model/sample.h"
#include "promql/kernels/histogram_quantile.h"
#include "promql/kernels/numerics.h"

namespace watchfire::promql {
namespace {

using model::FloatHistogram;
using model::HistogramBucket;

constexpr double kInf = std::numeric_limits<double>::infinity();

// Which bucket: the side and the position in its list of counts.
struct Place {
  enum class Side : uint8_t { kNegative, kZero, kPositive } side = Side::kZero;
  size_t position = 0;
  double count = 0;
};

// Calls `fn(Place)` for all buckets from low to high or from high to low, until it returns true.
template <typename Fn>
void Walk(const FloatHistogram& h, bool upwards, Fn fn) {
  using Side = Place::Side;
  auto side = [&](Side which, const std::vector<double>& counts, bool rising) {
    for (size_t i = 0; i < counts.size(); ++i) {
      size_t at = rising ? i : counts.size() - 1 - i;
      if (fn(Place{which, at, counts[at]})) return true;
    }
    return false;
  };
  auto negative = [&] { return side(Side::kNegative, h.negative_buckets, !upwards); };
  auto zero = [&] { return h.zero_count > 0 && fn(Place{Side::kZero, 0, h.zero_count}); };
  auto positive = [&] { return side(Side::kPositive, h.positive_buckets, upwards); };
  if (upwards) {
    static_cast<void>(negative() || zero() || positive());
  } else {
    static_cast<void>(positive() || zero() || negative());
  }
}

HistogramBucket BucketAt(const FloatHistogram& h, const Place& place) {
  using Side = Place::Side;
  if (place.side == Side::kZero) {
    return {-h.zero_threshold, h.zero_threshold, place.count, true, true};
  }
  bool negative = place.side == Side::kNegative;
  model::BucketCursor cursor(negative ? h.negative_spans : h.positive_spans);
  while (cursor.Next() && cursor.position() < place.position) {
  }
  double lower = model::LowerBucketBound(h, cursor.index());
  double upper = model::BucketBound(h, cursor.index());
  // The zero bucket may reach into it.
  if (!model::UsesCustomBuckets(h)) lower = std::max(lower, std::min(h.zero_threshold, upper));
  return negative ? HistogramBucket{-upper, -lower, place.count, true, false}
                  : HistogramBucket{lower, upper, place.count, false, true};
}

// With observations on one side only, the zero bucket is on that side, too.
void HalveZeroBucket(const FloatHistogram& h, HistogramBucket* bucket) {
  if (h.negative_buckets.empty() && !h.positive_buckets.empty()) bucket->lower = 0;
  if (h.positive_buckets.empty() && !h.negative_buckets.empty()) bucket->upper = 0;
}

double Interpolate(const HistogramBucket& b, double share, bool custom) {
  if (custom || (b.lower <= 0 && b.upper >= 0)) return b.lower + (b.upper - b.lower) * share;
  // Exponential buckets are equally wide on a logarithmic scale.
  double lower = std::log2(std::fabs(b.lower));
  double upper = std::log2(std::fabs(b.upper));
  if (b.lower > 0) return std::exp2(lower + (upper - lower) * share);
  return -std::exp2(upper + (lower - upper) * (1 - share));
}

double TotalOfBuckets(const FloatHistogram& h) {
  double total = 0;
  Walk(h, true, [&total](const Place& place) {
    total += place.count;
    return false;
  });
  return total;
}

// Observations in all buckets below `b`, and in `b` below `v`.
double RankIn(const FloatHistogram& h, const HistogramBucket& b, bool zero_bucket, double below,
              double v) {
  if (model::UsesCustomBuckets(h) || zero_bucket) {
    // Nothing can be said of the inside of a bucket without an end.
    if (b.lower == -kInf) return b.count;
    return below + b.count * (v - b.lower) / (b.upper - b.lower);
  }
  double lower = std::log2(std::fabs(b.lower));
  double upper = std::log2(std::fabs(b.upper));
  double at = std::log2(std::fabs(v));
  double share = v > 0 ? (at - lower) / (upper - lower) : 1 - ((at - upper) / (lower - upper));
  return below + b.count * share;
}

}  // namespace

double NativeQuantile(double q, const FloatHistogram& h, NanEffect* effect) {
  *effect = NanEffect::kNone;
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  if (h.count == 0 || std::isnan(q)) return model::kNormalNan;
  // The way to the bucket is shorter from the nearer end; but observations that are not a number
  // are beyond the upper one.
  bool has_nan = std::isnan(h.sum);
  bool upwards = has_nan || q < 0.5;
  double rank = (upwards ? q : 1 - q) * h.count;
  double count = 0;
  std::optional<Place> place;
  Walk(h, upwards, [&](const Place& at) {
    place = at;
    count += at.count;
    return at.count != 0 && count >= rank;
  });
  HistogramBucket bucket = place ? BucketAt(h, *place) : HistogramBucket();
  bool custom = model::UsesCustomBuckets(h);
  if (!custom && bucket.lower < 0 && bucket.upper > 0) {
    HalveZeroBucket(h, &bucket);
  } else if (custom && bucket.lower == -kInf) {
    if (bucket.upper <= 0) return bucket.upper;
    bucket.lower = 0;
  } else if (custom && bucket.upper == kInf) {
    return bucket.lower;
  }
  count = std::min(count, h.count);
  if (count < rank) {
    if (!has_nan) return bucket.upper;
    *effect = NanEffect::kResultIsNan;
    return model::kNormalNan;
  }
  rank = upwards ? rank - (count - bucket.count) : count - rank;
  if (has_nan && TotalOfBuckets(h) < h.count) *effect = NanEffect::kSkewed;
  return Interpolate(bucket, rank / bucket.count, custom);
}

double NativeFraction(double lower, double upper, const FloatHistogram& h,
                      std::vector<HistogramBucket>* scratch, NanEffect* effect) {
  *effect = NanEffect::kNone;
  if (h.count == 0 || std::isnan(lower) || std::isnan(upper)) return model::kNormalNan;
  if (lower >= upper) return 0;
  model::BucketsOf(h, scratch);
  double count = h.count;
  if (std::isnan(h.sum)) {
    count = TotalOfBuckets(h);
    if (count < h.count) *effect = NanEffect::kExcluded;
  }
  auto rank_of = [&](double v) {
    double below = 0;
    for (HistogramBucket b : *scratch) {
      bool zero_bucket = b.lower <= 0 && b.upper >= 0;
      if (zero_bucket) HalveZeroBucket(h, &b);
      if (b.lower >= v) return std::min(below, count);
      if (b.upper > v) return std::min(RankIn(h, b, zero_bucket, below, v), count);
      below += b.count;
    }
    return count;
  };
  double lower_rank = rank_of(lower);
  return (rank_of(upper) - lower_rank) / h.count;
}

double NativeVariance(const FloatHistogram& h, std::vector<HistogramBucket>* scratch) {
  model::BucketsOf(h, scratch);
  double mean = h.sum / h.count;
  KahanSum variance;
  for (const HistogramBucket& b : *scratch) {
    if (b.count == 0) continue;
    double middle = 0;
    if (model::UsesCustomBuckets(h)) {
      middle = (b.upper + b.lower) / 2;
    } else if (b.lower > 0 || b.upper < 0) {
      middle = std::sqrt(b.upper * b.lower);
      if (b.upper < 0) middle = -middle;
    }
    double delta = middle - mean;
    variance.Add(b.count * delta * delta);
  }
  return (variance.sum + variance.c) / h.count;
}

}  // namespace watchfire::promql

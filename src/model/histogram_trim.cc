#include "model/histogram_trim.h"

#include <cmath>
#include <limits>

#include "model/histogram_bounds.h"
#include "model/histogram_buckets.h"
#include "model/histogram_math.h"
#include "model/histogram_spans.h"

namespace watchfire::model {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// What is left of a bucket: how many observations, and a value that stands for them.
struct Rest {
  double count = 0;
  double middle = 0;
};

struct Bucket {
  double lower = 0;
  double upper = 0;
  double count = 0;
  bool negative = false;
  bool custom = false;
};

double MiddleOf(double lower, double upper, const Bucket& of) {
  if (std::isinf(lower)) {
    if (std::isinf(upper)) return 0;
    return upper > 0 ? upper / 2 : upper;
  }
  if (std::isinf(upper)) return lower;
  if (of.custom) return (lower + upper) / 2;
  double mean = std::sqrt(std::fabs(lower * upper));
  return of.negative ? -mean : mean;
}

double FiniteOrZero(double v) {
  return std::isinf(v) ? 0 : v;
}

// The lowest custom bucket. If it reaches above zero it is taken to begin there; otherwise nothing
// is known of where its observations are.
Rest TrimLowest(const Bucket& b, double cut, TrimSide side) {
  bool finite = !std::isinf(b.upper);
  if (side == TrimSide::kKeepBelow) {
    if (cut > 0 && b.upper > 0 && finite) return {b.count * cut / b.upper, cut / 2};
    if (b.upper <= 0) return {b.count, cut};
    return {0, FiniteOrZero(b.upper)};
  }
  if (cut >= 0 && b.upper > cut && finite) {
    return {b.count * (1 - cut / b.upper), (cut + b.upper) / 2};
  }
  return {0, FiniteOrZero(b.upper)};
}

Rest TrimHighest(const Bucket& b, double cut, TrimSide side) {
  if (side == TrimSide::kKeepAbove && cut >= b.lower) return {b.count, cut};
  return {0, FiniteOrZero(b.lower)};
}

// How many of its observations are below the cut, which is inside.
double CountBelow(const Bucket& b, double cut) {
  double share = 0;
  if (b.custom) {
    share = (cut - b.lower) / (b.upper - b.lower);
  } else {
    double lower = std::log2(std::fabs(b.lower));
    double upper = std::log2(std::fabs(b.upper));
    double at = std::log2(std::fabs(cut));
    share = b.negative ? 1 - (at - upper) / (lower - upper) : (at - lower) / (upper - lower);
  }
  return b.count * share;
}

Rest TrimCut(const Bucket& b, double cut, TrimSide side) {
  if (b.lower == -kInf) return TrimLowest(b, cut, side);
  if (b.upper == kInf) return TrimHighest(b, cut, side);
  double below = CountBelow(b, cut);
  if (side == TrimSide::kKeepBelow) return {below, MiddleOf(b.lower, cut, b)};
  return {b.count - below, MiddleOf(cut, b.upper, b)};
}

Rest TrimBucket(const Bucket& b, double cut, TrimSide side) {
  bool below = side == TrimSide::kKeepBelow;
  bool whole = below ? b.upper <= cut : b.lower >= cut;
  if (whole) return {b.count, MiddleOf(b.lower, b.upper, b)};
  bool some = below ? b.lower < cut : b.upper > cut;
  return some ? TrimCut(b, cut, side) : Rest{};
}

Rest TrimZeroBucket(double lower, double upper, double count, double cut, TrimSide side) {
  bool below = side == TrimSide::kKeepBelow;
  if (cut <= lower) return below ? Rest{} : Rest{count, (lower + upper) / 2};
  if (cut >= upper) return below ? Rest{count, (lower + upper) / 2} : Rest{};
  if (below) return {count * ((cut - lower) / (upper - lower)), (lower + cut) / 2};
  return {count * ((upper - cut) / (upper - lower)), (cut + upper) / 2};
}

class Trimmer {
 public:
  Trimmer(FloatHistogram* histogram, double cut, TrimSide side)
      : h_(histogram), cut_(cut), side_(side) {}

  // True if any bucket is filled.
  bool Side(const Spans& spans, std::vector<double>& counts, bool negative) {
    bool filled = false;
    BucketCursor cursor(spans);
    while (cursor.Next()) {
      double& count = counts[cursor.position()];
      if (count == 0) continue;
      filled = true;
      double lower = LowerBucketBound(*h_, cursor.index());
      double upper = BucketBound(*h_, cursor.index());
      Bucket bucket{negative ? -upper : lower, negative ? -lower : upper, count, negative,
                    UsesCustomBuckets(*h_)};
      Keep(TrimBucket(bucket, cut_, side_), &count);
    }
    return filled;
  }
  void ZeroBucket(bool positive, bool negative) {
    if (!(h_->zero_count > 0)) return;
    double lower = positive && !negative ? 0 : -h_->zero_threshold;
    double upper = negative && !positive ? 0 : h_->zero_threshold;
    Keep(TrimZeroBucket(lower, upper, h_->zero_count, cut_, side_), &h_->zero_count);
  }
  void Finish() {
    if (!trimmed_) return;
    h_->count = count_;
    h_->sum = sum_;
    Compact(*h_);
  }

 private:
  void Keep(const Rest& rest, double* count) {
    trimmed_ = trimmed_ || *count != rest.count;
    *count = rest.count;
    count_ += rest.count;
    sum_ += rest.middle * rest.count;
  }

  FloatHistogram* h_;
  double cut_;
  TrimSide side_;
  double count_ = 0;
  double sum_ = 0;
  bool trimmed_ = false;
};

}  // namespace

FloatHistogram Trim(const FloatHistogram& histogram, double cut, TrimSide side) {
  FloatHistogram trimmed = histogram;
  if (!IsWellFormed(trimmed)) return trimmed;
  Trimmer trimmer(&trimmed, cut, side);
  bool positive = trimmer.Side(trimmed.positive_spans, trimmed.positive_buckets, false);
  bool negative = trimmer.Side(trimmed.negative_spans, trimmed.negative_buckets, true);
  trimmer.ZeroBucket(positive, negative);
  trimmer.Finish();
  return trimmed;
}

}  // namespace watchfire::model

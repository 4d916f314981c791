#include "model/histogram_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace watchfire::model {
namespace {

// As for floats: nothing is compensated once the sum is infinite.
void Accumulate(double x, double& sum, double& lost) {
  double t = sum + x;
  if (std::isinf(t)) {
    lost = 0;
  } else if (std::fabs(sum) >= std::fabs(x)) {
    lost += (sum - t) + x;
  } else {
    lost += (x - t) + sum;
  }
  sum = t;
}

double Largest(const FloatHistogram& h) {
  double largest = std::max({std::fabs(h.zero_count), std::fabs(h.count), 0.0});
  // A sum that is not a number cannot overflow.
  if (std::fabs(h.sum) > largest) largest = std::fabs(h.sum);
  for (double count : h.positive_buckets) largest = std::max(largest, std::fabs(count));
  for (double count : h.negative_buckets) largest = std::max(largest, std::fabs(count));
  return largest;
}

void CoarsenSide(Spans& spans, std::vector<double>& sums, std::vector<double>& lost, int32_t by) {
  std::vector<size_t> positions;
  spans = CoarseSpans(spans, by, &positions);
  std::vector<double> coarse(CountBuckets(spans), 0.0);
  std::vector<double> coarse_lost(coarse.size(), 0.0);
  for (size_t i = 0; i < sums.size(); ++i) {
    size_t to = positions[i];
    Accumulate(sums[i], coarse[to], coarse_lost[to]);
    Accumulate(lost[i], coarse[to], coarse_lost[to]);
  }
  sums = std::move(coarse);
  lost = std::move(coarse_lost);
}

}  // namespace

template <typename Fn>
void HistogramSum::ForEachField(Fn fn) {
  fn(sum_->zero_count, lost_.zero_count);
  fn(sum_->count, lost_.count);
  fn(sum_->sum, lost_.sum);
  for (size_t i = 0; i < lost_.positive.size(); ++i) {
    fn(sum_->positive_buckets[i], lost_.positive[i]);
  }
  for (size_t i = 0; i < lost_.negative.size(); ++i) {
    fn(sum_->negative_buckets[i], lost_.negative[i]);
  }
}

Combination HistogramSum::Add(const FloatHistogram& histogram) {
  return AddWithLost(histogram, nullptr);
}

Combination HistogramSum::Merge(const HistogramSum& other) {
  return other.empty() ? Combination() : AddWithLost(*other.sum_, &other.lost_);
}

Combination HistogramSum::AddWithLost(const FloatHistogram& histogram, const Lost* lost) {
  Combination result;
  result.compatible = IsWellFormed(histogram) &&
                      (!sum_ || UsesCustomBuckets(*sum_) == UsesCustomBuckets(histogram));
  if (!result.compatible) return result;
  if (!sum_) {
    sum_ = histogram;
    lost_ = Lost();
    lost_.positive.resize(histogram.positive_buckets.size());
    lost_.negative.resize(histogram.negative_buckets.size());
    if (lost) lost_ = *lost;
    return result;
  }
  sum_->reset_hint = CombineHints(sum_->reset_hint, histogram.reset_hint, &result.resets_conflict);
  Accumulate(histogram.count, sum_->count, lost_.count);
  Accumulate(histogram.sum, sum_->sum, lost_.sum);
  if (lost) {
    Accumulate(lost->count, sum_->count, lost_.count);
    Accumulate(lost->sum, sum_->sum, lost_.sum);
  }
  if (UsesCustomBuckets(*sum_)) {
    AddCustom(histogram, lost, &result);
  } else {
    AddExponential(histogram, lost);
  }
  return result;
}

void HistogramSum::AddExponential(const FloatHistogram& histogram, const Lost* lost) {
  bool alike = histogram.schema <= sum_->schema &&
               !(histogram.zero_threshold < sum_->zero_threshold) &&
               !(sum_->zero_threshold < histogram.zero_threshold);
  if (alike) {
    ReduceResolution(histogram.schema);
    Accumulate(histogram.zero_count, sum_->zero_count, lost_.zero_count);
    if (lost) Accumulate(lost->zero_count, sum_->zero_count, lost_.zero_count);
    AddSide(false, histogram, lost);
    AddSide(true, histogram, lost);
    return;
  }
  FloatHistogram fitted = histogram;
  if (lost) {
    // Rare enough for what it lost to be rounded away.
    for (size_t i = 0; i < lost->positive.size(); ++i) {
      fitted.positive_buckets[i] += lost->positive[i];
    }
    for (size_t i = 0; i < lost->negative.size(); ++i) {
      fitted.negative_buckets[i] += lost->negative[i];
    }
    fitted.zero_count += lost->zero_count;
  }
  while (fitted.zero_threshold < sum_->zero_threshold ||
         sum_->zero_threshold < fitted.zero_threshold) {
    model::GrowZeroBucket(fitted, sum_->zero_threshold);
    GrowZeroBucket(fitted.zero_threshold);
  }
  model::ReduceResolution(fitted, sum_->schema);
  AddExponential(fitted, nullptr);
}

void HistogramSum::AddSide(bool negative, const FloatHistogram& histogram, const Lost* lost) {
  Spans& spans = negative ? sum_->negative_spans : sum_->positive_spans;
  std::vector<double>& sums = negative ? sum_->negative_buckets : sum_->positive_buckets;
  std::vector<double>& losses = negative ? lost_.negative : lost_.positive;
  const Spans& more_spans = negative ? histogram.negative_spans : histogram.positive_spans;
  const std::vector<double>& more =
      negative ? histogram.negative_buckets : histogram.positive_buckets;
  if (!MapRuns(spans, more_spans, &runs_)) {
    Spans joined = UnionOfSpans(spans, more_spans);
    sums = SpreadCounts(spans, sums, joined);
    losses = SpreadCounts(spans, losses, joined);
    spans = std::move(joined);
    MapRuns(spans, more_spans, &runs_);
  }
  for (const BucketRun& run : runs_) {
    for (size_t i = 0; i < run.length; ++i) {
      Accumulate(more[run.part + i], sums[run.whole + i], losses[run.whole + i]);
    }
  }
  if (!lost) return;
  const std::vector<double>& more_lost = negative ? lost->negative : lost->positive;
  for (const BucketRun& run : runs_) {
    for (size_t i = 0; i < run.length; ++i) {
      Accumulate(more_lost[run.part + i], sums[run.whole + i], losses[run.whole + i]);
    }
  }
}

void HistogramSum::AddCustom(const FloatHistogram& histogram, const Lost* lost,
                             Combination* result) {
  if (sum_->custom_values == histogram.custom_values) return AddSide(false, histogram, lost);
  result->bounds_reconciled = true;
  std::vector<double> bounds = CommonBounds(sum_->custom_values, histogram.custom_values);
  auto between = [&bounds](const FloatHistogram& h, const std::vector<double>& counts) {
    return CountsBetween(h.positive_spans, counts, h.custom_values, bounds);
  };
  std::vector<double> sums = between(*sum_, sum_->positive_buckets);
  std::vector<double> losses = between(*sum_, lost_.positive);
  std::vector<double> more = between(histogram, histogram.positive_buckets);
  for (size_t i = 0; i < sums.size(); ++i) Accumulate(more[i], sums[i], losses[i]);
  if (lost) {
    std::vector<double> more_lost = between(histogram, lost->positive);
    for (size_t i = 0; i < sums.size(); ++i) Accumulate(more_lost[i], sums[i], losses[i]);
  }
  sum_->positive_spans = {{0, static_cast<uint32_t>(sums.size())}};
  sum_->positive_buckets = std::move(sums);
  sum_->custom_values = std::move(bounds);
  lost_.positive = std::move(losses);
}

// What the buckets inside lost goes into the zero bucket along with them.
void HistogramSum::GrowZeroBucket(double threshold) {
  if (!(threshold > sum_->zero_threshold)) return;
  FloatHistogram losses = *sum_;
  FloatHistogram grown = *sum_;
  losses.positive_buckets = lost_.positive;
  losses.negative_buckets = lost_.negative;
  losses.zero_count = lost_.zero_count;
  model::GrowZeroBucket(grown, threshold);
  // The same bound for both, whatever is filled: buckets that lost something are.
  model::GrowZeroBucket(losses, grown.zero_threshold);
  lost_.zero_count = losses.zero_count;
  Spans all = UnionOfSpans(grown.positive_spans, losses.positive_spans);
  grown.positive_buckets = SpreadCounts(grown.positive_spans, grown.positive_buckets, all);
  lost_.positive = SpreadCounts(losses.positive_spans, losses.positive_buckets, all);
  grown.positive_spans = std::move(all);
  all = UnionOfSpans(grown.negative_spans, losses.negative_spans);
  grown.negative_buckets = SpreadCounts(grown.negative_spans, grown.negative_buckets, all);
  lost_.negative = SpreadCounts(losses.negative_spans, losses.negative_buckets, all);
  grown.negative_spans = std::move(all);
  sum_ = std::move(grown);
}

void HistogramSum::ReduceResolution(int32_t schema) {
  if (schema >= sum_->schema) return;
  int32_t by = sum_->schema - schema;
  CoarsenSide(sum_->positive_spans, sum_->positive_buckets, lost_.positive, by);
  CoarsenSide(sum_->negative_spans, sum_->negative_buckets, lost_.negative, by);
  sum_->schema = schema;
}

void HistogramSum::Multiply(double factor) {
  ForEachField([factor](double& sum, double& lost) {
    sum *= factor;
    lost *= factor;
  });
}

void HistogramSum::Divide(double divisor) {
  ForEachField([divisor](double& sum, double& lost) {
    sum /= divisor;
    lost /= divisor;
  });
}

bool HistogramSum::HasOverflow() const {
  auto infinite = [](double v) { return std::isinf(v); };
  return infinite(sum_->zero_count) || infinite(sum_->count) || infinite(sum_->sum) ||
         std::any_of(sum_->positive_buckets.begin(), sum_->positive_buckets.end(), infinite) ||
         std::any_of(sum_->negative_buckets.begin(), sum_->negative_buckets.end(), infinite);
}

FloatHistogram HistogramSum::Value() const {
  WF_CHECK(sum_.has_value());
  HistogramSum copy = *this;
  copy.ForEachField([](double& sum, double& lost) { sum += lost; });
  Compact(*copy.sum_);
  return std::move(*copy.sum_);
}

Combination HistogramMean::Add(const FloatHistogram& histogram) {
  double count = count_ + 1;
  if (!incremental_) {
    constexpr double kSafe = std::numeric_limits<double>::max() / 4;
    double peak = peak_ + Largest(histogram);
    if (count_ == 0 || peak < kSafe) {
      Combination result = sum_.Add(histogram);
      if (!result.compatible) return result;
      count_ = count;
      peak_ = peak;
      return result;
    }
    HistogramSum tried = sum_;
    Combination result = tried.Add(histogram);
    if (!result.compatible) return result;
    if (!tried.HasOverflow()) {
      sum_ = std::move(tried);
      count_ = count;
      peak_ = peak;
      return result;
    }
    MakeIncremental(count_);
  }
  HistogramSum before = sum_;
  FloatHistogram share = histogram;
  model::Divide(share, count);
  sum_.Multiply((count - 1) / count);
  Combination result = sum_.Add(share);
  if (!result.compatible) {
    sum_ = std::move(before);
    return result;
  }
  count_ = count;
  return result;
}

void HistogramMean::MakeIncremental(double count) {
  if (incremental_) return;
  sum_.Divide(count);
  incremental_ = true;
}

Combination HistogramMean::Merge(const HistogramMean& other) {
  if (other.empty()) return {};
  if (empty()) {
    *this = other;
    return {};
  }
  double count = count_ + other.count_;
  if (!incremental_ && !other.incremental_) {
    HistogramSum tried = sum_;
    Combination result = tried.Merge(other.sum_);
    if (!result.compatible) return result;
    if (!tried.HasOverflow()) {
      sum_ = std::move(tried);
      count_ = count;
      peak_ += other.peak_;
      return result;
    }
  }
  HistogramMean theirs = other;
  theirs.MakeIncremental(theirs.count_);
  theirs.sum_.Multiply(theirs.count_ / count);
  HistogramMean ours = *this;
  ours.MakeIncremental(count_);
  ours.sum_.Multiply(count_ / count);
  Combination result = ours.sum_.Merge(theirs.sum_);
  if (!result.compatible) return result;
  ours.count_ = count;
  *this = std::move(ours);
  return result;
}

FloatHistogram HistogramMean::Value() const {
  HistogramSum mean = sum_;
  if (!incremental_) mean.Divide(count_);
  return mean.Value();
}

}  // namespace watchfire::model

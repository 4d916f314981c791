#include "promql/kernels/histogram_window.h"

#include <algorithm>

#include "model/histogram_sum.h"
#include "promql/kernels/start_times.h"

namespace watchfire::promql {
namespace {

using model::CounterReset;
using model::FloatHistogram;

// Adds or subtracts; false if the two do not fit together. Hints may conflict here: whoever calls
// has looked for resets itself.
bool Put(FloatHistogram& h, const FloatHistogram& other, bool add, HistogramFindings* findings) {
  model::Combination result = add ? model::Add(h, other) : model::Subtract(h, other);
  if (!result.compatible) {
    *findings |= kMixedSchemas;
    return false;
  }
  if (result.bounds_reconciled) *findings |= add ? kReconciledAddition : kReconciledSubtraction;
  return true;
}

bool IsGauge(const FloatHistogram& h) {
  return h.reset_hint == CounterReset::kGauge;
}

// Whether the samples between first and last allow for a rate, and the schema that all have.
bool CheckMiddle(const HistogramSeries& series, const HistogramWindow& window, bool custom,
                 int32_t* schema, HistogramFindings* findings) {
  for (size_t i = window.lo + 1; i + 1 < window.hi; ++i) {
    const FloatHistogram& h = series.at(i);
    if (IsGauge(h)) *findings |= kNotACounter;
    *schema = std::min(*schema, h.schema);
    if (model::UsesCustomBuckets(h) != custom) {
      *findings |= kMixedSchemas;
      return false;
    }
  }
  return true;
}

SampleTimes TimesOf(const HistogramPoint& point) {
  return {point.t, point.st};
}

bool CountsInFull(const HistogramSeries& series, const HistogramWindow& window) {
  return BeganInside(TimesOf(series.points()[window.lo]), window.start);
}

// Nothing in the layout of `base`, to be subtracted from `h`.
FloatHistogram Zero(const FloatHistogram& base, const FloatHistogram& h) {
  FloatHistogram zero;
  zero.schema = base.schema;
  zero.custom_values = base.custom_values;
  zero.zero_threshold = h.zero_threshold;
  return zero;
}

// Last minus first, and for a counter what was there before each reset.
MaybeHistogram Increase(HistogramSeries& series, const HistogramWindow& window, bool counter,
                        HistogramFindings* findings) {
  const FloatHistogram& first = series.at(window.lo);
  const FloatHistogram& last = series.at(window.hi - 1);
  if (counter && (IsGauge(first) || IsGauge(last))) *findings |= kNotACounter;
  bool in_full = counter && CountsInFull(series, window);
  // After a reset the layout of the first sample does not matter, and nothing of it is subtracted.
  bool skip_first = counter && !in_full && series.IsReset(window.lo + 1);
  const FloatHistogram& base = skip_first ? series.at(window.lo + 1) : first;
  bool custom = model::UsesCustomBuckets(base);
  if (model::UsesCustomBuckets(last) != custom) {
    *findings |= kMixedSchemas;
    return std::nullopt;
  }
  int32_t schema = std::min(base.schema, last.schema);
  if (counter && !CheckMiddle(series, window, custom, &schema, findings)) return std::nullopt;
  FloatHistogram result = last;
  if (!custom) model::ReduceResolution(result, schema);
  bool from_zero = skip_first || in_full;
  if (!Put(result, from_zero ? Zero(base, result) : first, false, findings)) return std::nullopt;
  if (counter) {
    for (size_t i = window.lo + (skip_first ? 2 : 1); i < window.hi; ++i) {
      if (series.IsReset(i) && !Put(result, series.at(i - 1), true, findings)) return std::nullopt;
    }
  } else if (!IsGauge(first) || !IsGauge(last)) {
    *findings |= kNotAGauge;
  }
  return result;
}

// By how much an increase from the first sample to the last one is multiplied to be that of the
// whole range.
double ExtrapolationFactor(const HistogramSeries& series, const HistogramWindow& window,
                           double increase_of_count, bool counter) {
  const HistogramPoint& first = series.points()[window.lo];
  const HistogramPoint& last = series.points()[window.hi - 1];
  double interval = ToSeconds(last.t - first.t);
  double to_start = ToSeconds(first.t - window.start);
  double to_end = ToSeconds(window.end - last.t);
  auto gaps = static_cast<double>(window.hi - window.lo - 1);
  double average = gaps > 0 ? interval / gaps : 0;
  double threshold = average * 1.1;
  if (counter && CountsInFull(series, window)) {
    to_start = 0;  // as if there was an empty sample when it began
    interval = ToSeconds(last.t - first.st);
  } else {
    if (to_start >= threshold) to_start = average / 2;
    // A counter cannot have been below zero.
    double count = first.histogram->count;
    if (counter && increase_of_count > 0 && count >= 0) {
      to_start = std::min(to_start, interval * (count / increase_of_count));
    }
  }
  if (to_end >= threshold) to_end = average / 2;
  return (interval + to_start + to_end) / interval;
}

template <typename Accumulator>
MaybeHistogram Accumulate(std::span<const HistogramPoint> window, HistogramFindings* findings) {
  Accumulator all;
  bool reset = false;
  bool no_reset = false;
  for (const HistogramPoint& point : window) {
    reset = reset || point.histogram->reset_hint == CounterReset::kYes;
    no_reset = no_reset || point.histogram->reset_hint == CounterReset::kNo;
    model::Combination result = all.Add(*point.histogram);
    if (!result.compatible) {
      *findings |= kMixedSchemas;
      return std::nullopt;
    }
    if (result.bounds_reconciled) *findings |= kReconciledAggregation;
  }
  if (reset && no_reset) *findings |= kConflictingResets;
  return all.Value();
}

}  // namespace

bool HistogramSeries::IsReset(size_t i) {
  if (reset_.empty()) reset_.assign(points_.size(), -1);
  if (reset_[i] < 0) {
    bool reset = IsStartTimeReset(TimesOf(points_[i - 1]), TimesOf(points_[i])) ||
                 model::HasReset(at(i), at(i - 1));
    reset_[i] = reset ? 1 : 0;
  }
  return reset_[i] == 1;
}

bool HistogramSeries::IsChanged(size_t i) {
  if (changed_.empty()) changed_.assign(points_.size(), -1);
  if (changed_[i] < 0) changed_[i] = model::SameHistogram(at(i), at(i - 1)) ? 0 : 1;
  return changed_[i] == 1;
}

MaybeHistogram HistogramRate(HistogramSeries& series, const HistogramWindow& window, RateKind kind,
                             HistogramFindings* findings) {
  bool counter = kind != RateKind::kDelta;
  if (window.hi - window.lo < 2 && !(counter && CountsInFull(series, window))) return std::nullopt;
  if (counter) {
    for (size_t i = window.lo + 1; i < window.hi; ++i) {
      if (StartTimesOverlap(TimesOf(series.points()[i - 1]), TimesOf(series.points()[i]))) {
        *findings |= kOverlappingStartTimes;
      }
    }
  }
  MaybeHistogram result = Increase(series, window, counter, findings);
  if (!result) return std::nullopt;
  result->reset_hint = CounterReset::kGauge;
  model::Compact(*result);
  double factor = ExtrapolationFactor(series, window, result->count, counter);
  if (kind == RateKind::kRate) factor /= ToSeconds(window.end - window.start);
  model::Multiply(*result, factor);
  return result;
}

MaybeHistogram LastTwoHistograms(const HistogramPoint& before, const HistogramPoint& last,
                                 RateKind kind, HistogramFindings* findings) {
  bool rate = kind == RateKind::kRate;
  const FloatHistogram& a = *before.histogram;
  const FloatHistogram& b = *last.histogram;
  if (rate && (IsGauge(a) || IsGauge(b))) *findings |= kNotACounter;
  if (!rate && (!IsGauge(a) || !IsGauge(b))) *findings |= kNotAGauge;
  FloatHistogram result = b;
  bool reset = IsStartTimeReset(TimesOf(before), TimesOf(last)) || model::HasReset(b, a);
  if (!rate || !reset) {
    if (!Put(result, a, false, findings)) {
      // Only that is told then.
      *findings = kMixedSchemas;
      return std::nullopt;
    }
  }
  result.reset_hint = CounterReset::kGauge;
  model::Compact(result);
  if (rate) model::Divide(result, ToSeconds(last.t - before.t));
  return result;
}

MaybeHistogram SumOfHistograms(std::span<const HistogramPoint> window,
                               HistogramFindings* findings) {
  return Accumulate<model::HistogramSum>(window, findings);
}

MaybeHistogram MeanOfHistograms(std::span<const HistogramPoint> window,
                                HistogramFindings* findings) {
  return Accumulate<model::HistogramMean>(window, findings);
}

}  // namespace watchfire::promql

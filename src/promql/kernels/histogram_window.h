#pragma once
// Functions of range vectors over native histograms: rate, increase, delta, irate, idelta, resets,
// changes, sum_over_time and avg_over_time, for one window at a time. What a window's histograms
// have to say to the user is given back as findings; the operator makes annotations of them.
//
// A HistogramSeries keeps what is known of one series while its windows slide over it, so that each
// pair of neighbours is searched for a counter reset once and not once a window. It points at the
// samples and owns none. One thread.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/histogram_math.h"
#include "promql/kernels/extended_rate.h"
#include "promql/kernels/grid.h"

namespace watchfire::promql {

// Bits.
enum HistogramFinding : uint32_t {
  kNotACounter = 1,
  kNotAGauge = 2,
  kMixedSchemas = 4,  // exponential and custom: there is no result
  kReconciledAddition = 8,
  kReconciledSubtraction = 16,
  kReconciledAggregation = 32,
  kConflictingResets = 64,
  kOverlappingStartTimes = 128,
};
using HistogramFindings = uint32_t;

struct HistogramPoint {
  TimeMs t = 0;
  TimeMs st = 0;  // when its counting began; 0: unknown, or not to be looked at
  const model::FloatHistogram* histogram = nullptr;
};

class HistogramSeries {
 public:
  // Begins a series; the histograms must stay where they are until the next.
  void Begin() {
    points_.clear();
    reset_.clear();
    changed_.clear();
  }
  void Add(const HistogramPoint& point) { points_.push_back(point); }

  std::span<const HistogramPoint> points() const { return points_; }
  const model::FloatHistogram& at(size_t i) const { return *points_[i].histogram; }
  // Sample i against the one before it; i > 0.
  bool IsReset(size_t i);
  bool IsChanged(size_t i);

 private:
  std::vector<HistogramPoint> points_;
  // By sample: -1 not yet known.
  std::vector<int8_t> reset_;
  std::vector<int8_t> changed_;
};

// The samples [lo, hi) of a window over (start, end].
struct HistogramWindow {
  size_t lo = 0;
  size_t hi = 0;
  TimeMs start = 0;
  TimeMs end = 0;
};

using MaybeHistogram = std::optional<model::FloatHistogram>;

// With Prometheus' extrapolation. Nothing if there are fewer than two samples, unless the only one
// began counting inside the window.
MaybeHistogram HistogramRate(HistogramSeries& series, const HistogramWindow& window, RateKind kind,
                             HistogramFindings* findings);
// irate (`kRate`) and idelta (`kDelta`) of two neighbours.
MaybeHistogram LastTwoHistograms(const HistogramPoint& before, const HistogramPoint& last,
                                 RateKind kind, HistogramFindings* findings);
// Of a window that is not empty.
MaybeHistogram SumOfHistograms(std::span<const HistogramPoint> window, HistogramFindings* findings);
MaybeHistogram MeanOfHistograms(std::span<const HistogramPoint> window,
                                HistogramFindings* findings);

// ---- anchored and smoothed ranges, as ExtendedRate
MaybeHistogram ExtendedHistogramRate(std::span<const HistogramPoint> points,
                                     const ExtendedRange& range, RateKind kind,
                                     HistogramFindings* findings);
// On the line between two points, at `t` between them. A counter that was reset grew from zero.
MaybeHistogram InterpolateHistograms(const HistogramPoint& before, const HistogramPoint& after,
                                     TimeMs t, bool counter, HistogramFindings* findings);

}  // namespace watchfire::promql

// Native histograms in anchored and smoothed ranges.

#include "promql/kernels/histogram_window.h"

namespace watchfire::promql {
namespace {

using model::CounterReset;
using model::FloatHistogram;

using Points = std::span<const HistogramPoint>;

bool Fit(const model::Combination& result, HistogramFinding reconciled,
         HistogramFindings* findings) {
  if (!result.compatible) *findings |= kMixedSchemas;
  if (result.bounds_reconciled) *findings |= reconciled;
  return result.compatible;
}

bool Check(Points points, bool counter, HistogramFindings* findings) {
  for (const HistogramPoint& point : points) {
    if (model::UsesCustomBuckets(*point.histogram) !=
        model::UsesCustomBuckets(*points[0].histogram)) {
      *findings |= kMixedSchemas;
      return false;
    }
    bool gauge = point.histogram->reset_hint == CounterReset::kGauge;
    if (counter && gauge) *findings |= kNotACounter;
  }
  return true;
}

// What was counted before each reset between the edges, added to `increase`. The edges' own values
// may lie between samples, and the left one knows of a reset that it was interpolated across.
bool AddBeforeResets(Points points, const ExtendedEdges& edges, const ExtendedRange& range,
                     const FloatHistogram& left, const FloatHistogram& right,
                     FloatHistogram* increase, HistogramFindings* findings) {
  size_t next = edges.first + 1;
  const FloatHistogram* before = &left;
  if (range.smoothed && points[edges.first].t < range.start &&
      model::HasReset(*points[next].histogram, *points[edges.first].histogram)) {
    before = points[next++].histogram;
  }
  if (next > edges.last) return true;
  auto add = [&] { return Fit(model::Add(*increase, *before), kReconciledAddition, findings); };
  for (; next < edges.last; ++next) {
    const FloatHistogram& now = *points[next].histogram;
    if (model::HasReset(now, *before) && !add()) return false;
    before = &now;
  }
  return !model::HasReset(right, *before) || add();
}

}  // namespace

MaybeHistogram InterpolateHistograms(const HistogramPoint& before, const HistogramPoint& after,
                                     TimeMs t, bool counter, HistogramFindings* findings) {
  if (model::UsesCustomBuckets(*before.histogram) != model::UsesCustomBuckets(*after.histogram)) {
    *findings |= kMixedSchemas;
    return std::nullopt;
  }
  if (t == before.t) return *before.histogram;
  FloatHistogram result = *after.histogram;
  if (t == after.t) return result;
  double share = static_cast<double>(t - before.t) / static_cast<double>(after.t - before.t);
  if (counter && model::HasReset(result, *before.histogram)) {
    model::Multiply(result, share);
    return result;
  }
  if (!Fit(model::Subtract(result, *before.histogram), kReconciledSubtraction, findings)) {
    return std::nullopt;
  }
  model::Multiply(result, share);
  if (!Fit(model::Add(result, *before.histogram), kReconciledAddition, findings)) {
    return std::nullopt;
  }
  return result;
}

MaybeHistogram ExtendedHistogramRate(Points points, const ExtendedRange& range, RateKind kind,
                                     HistogramFindings* findings) {
  std::vector<TimeMs> times;
  for (const HistogramPoint& point : points) times.push_back(point.t);
  std::optional<ExtendedEdges> edges = FindEdges(times, range);
  if (!edges) return std::nullopt;
  size_t first = edges->first;
  size_t last = edges->last;
  bool counter = kind != RateKind::kDelta;
  if (!Check(points.subspan(first, last - first + 1), counter, findings)) return std::nullopt;
  MaybeHistogram left = *points[first].histogram;
  if (range.smoothed && points[first].t < range.start) {
    left = InterpolateHistograms(points[first], points[first + 1], range.start, counter, findings);
  }
  MaybeHistogram right = *points[last].histogram;
  if (range.smoothed && last > 0 && points[last].t > range.end) {
    right = InterpolateHistograms(points[last - 1], points[last], range.end, counter, findings);
  }
  if (!left || !right) return std::nullopt;
  bool gauges =
      left->reset_hint == CounterReset::kGauge && right->reset_hint == CounterReset::kGauge;
  if (!counter && !gauges) *findings |= kNotAGauge;
  FloatHistogram increase = *right;
  if (!Fit(model::Subtract(increase, *left), kReconciledSubtraction, findings)) {
    return std::nullopt;
  }
  if (counter && !AddBeforeResets(points, *edges, range, *left, *right, &increase, findings)) {
    return std::nullopt;
  }
  if (kind == RateKind::kRate) model::Divide(increase, ToSeconds(range.end - range.start));
  increase.reset_hint = CounterReset::kGauge;
  model::Compact(increase);
  return increase;
}

}  // namespace watchfire::promql

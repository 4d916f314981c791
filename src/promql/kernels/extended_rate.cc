#include "promql/kernels/extended_rate.h"

#include <algorithm>

namespace watchfire::promql {

double Interpolate(TimeMs t1, double v1, TimeMs t2, double v2, TimeMs t, bool counter) {
  if (counter && v2 < v1) v1 = 0;
  return v1 + (v2 - v1) * static_cast<double>(t - t1) / static_cast<double>(t2 - t1);
}

std::optional<ExtendedEdges> FindEdges(std::span<const TimeMs> t, const ExtendedRange& range) {
  if (t.empty()) return std::nullopt;
  ExtendedEdges edges;
  edges.last = t.size() - 1;
  auto before_last = t.end() - 1;
  auto after_start = std::upper_bound(t.begin(), before_last, range.start);
  if (after_start != t.begin()) {
    edges.first = static_cast<size_t>(after_start - t.begin()) - 1;
  }
  if (range.smoothed) {
    auto at_end = std::lower_bound(t.begin(), before_last, range.end);
    edges.last = static_cast<size_t>(at_end - t.begin());
  }
  if (t[edges.last] <= range.start) return std::nullopt;
  if (range.smoothed && t[edges.first] > range.end) return std::nullopt;
  return edges;
}

double ExtendedRate(std::span<const TimeMs> t, const double* v, const ExtendedRange& range,
                    RateKind kind) {
  std::optional<ExtendedEdges> edges = FindEdges(t, range);
  if (!edges) return kAbsent;
  bool counter = kind != RateKind::kDelta;
  size_t first = edges->first;
  size_t last = edges->last;
  double left = v[first];
  double right = v[last];
  if (range.smoothed && t[first] < range.start) {
    left = Interpolate(t[first], v[first], t[first + 1], v[first + 1], range.start, counter);
  }
  if (range.smoothed && last > 0 && t[last] > range.end) {
    right = Interpolate(t[last - 1], v[last - 1], t[last], v[last], range.end, counter);
  }
  double result = right - left;
  if (counter) {
    // Samples at the edges are in `left` and `right`; interpolation knows of resets there.
    size_t from = t[first] <= range.start ? first + 1 : first;
    size_t to = t[last] >= range.end ? last : last + 1;
    double before = left;
    double correction = 0;
    for (size_t i = from; i < to; ++i) {
      if (v[i] < before) correction += before;
      before = v[i];
    }
    if (right < before) correction += before;
    result += correction;
  }
  return kind == RateKind::kRate ? result / ToSeconds(range.end - range.start) : result;
}

}  // namespace watchfire::promql

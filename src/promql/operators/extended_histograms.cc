#include "promql/operators/extended_histograms.h"

#include "promql/operators/histogram_notes.h"

namespace watchfire::promql {

HistogramPtr ExtendedHistogramRate(const HistogramSpan& samples, const ExtendedRange& range,
                                   RateKind kind, const HistogramNotes& notes) {
  std::vector<HistogramPoint> points;
  points.reserve(samples.t.size());
  for (size_t i = 0; i < samples.t.size(); ++i) {
    points.push_back({samples.t[i], 0, &samples.samples[i].histogram});
  }
  HistogramFindings findings = 0;
  HistogramPtr result = ShareHistogram(ExtendedHistogramRate(points, range, kind, &findings));
  NoteFindings(notes.to, findings, notes.metric_name, notes.pos);
  return result;
}

HistogramPtr InterpolateHistograms(const storage::HistogramSample& before,
                                   const storage::HistogramSample& after, TimeMs t, bool counter,
                                   const HistogramNotes& notes) {
  HistogramFindings findings = 0;
  HistogramPtr result = ShareHistogram(InterpolateHistograms(
      {before.t, 0, &before.histogram}, {after.t, 0, &after.histogram}, t, counter, &findings));
  NoteFindings(notes.to, findings, notes.metric_name, notes.pos);
  return result;
}

}  // namespace watchfire::promql

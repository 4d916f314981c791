#include "promql/operators/extended_histograms.h"

namespace watchfire::promql {

HistogramPtr ExtendedHistogramRate(const HistogramSpan&, const ExtendedRange&, RateKind,
                                   const HistogramNotes&) {
  ThrowUnsupportedHistograms("extended rates");
}
HistogramPtr InterpolateHistograms(const storage::HistogramSample&, const storage::HistogramSample&,
                                   TimeMs, bool, const HistogramNotes&) {
  ThrowUnsupportedHistograms("smoothing");
}
bool IsHistogramReset(const model::FloatHistogram&, const model::FloatHistogram&) {
  ThrowUnsupportedHistograms("resets");
}
bool SameHistogram(const model::FloatHistogram&, const model::FloatHistogram&) {
  ThrowUnsupportedHistograms("changes");
}

}  // namespace watchfire::promql

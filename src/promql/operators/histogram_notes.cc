#include "promql/operators/histogram_notes.h"

#include <fmt/core.h>

#include "base/text.h"

namespace watchfire::promql {

void NoteFindings(Annotations& notes, HistogramFindings findings, std::string_view metric_name,
                  PosRange pos) {
  if (findings == 0) return;
  auto reconciled = [&](std::string_view operation) {
    notes.Info(fmt::format("mismatched custom buckets were reconciled during {}", operation), pos);
  };
  if (findings & kNotACounter) {
    notes.Warn("this native histogram metric is not a counter: " + GoQuote(metric_name), pos);
  }
  if (findings & kNotAGauge) {
    notes.Warn("this native histogram metric is not a gauge: " + GoQuote(metric_name), pos);
  }
  if (findings & kMixedSchemas) {
    notes.Warn("vector contains a mix of histograms with exponential and custom buckets schemas" +
                   ForMetricName(metric_name),
               pos);
  }
  if (findings & kReconciledAddition) reconciled("addition");
  if (findings & kReconciledSubtraction) reconciled("subtraction");
  if (findings & kReconciledAggregation) reconciled("aggregation");
  if (findings & kConflictingResets) {
    notes.Warn("conflicting counter resets during histogram aggregation", pos);
  }
  if (findings & kOverlappingStartTimes) {
    std::string text = "sample has start time that overlaps with previous sample timestamp";
    if (!metric_name.empty()) text += " for metric " + GoQuote(metric_name);
    notes.Warn(std::move(text), pos);
  }
}

void NoteMixedKinds(Annotations& notes, std::string_view metric_name, PosRange pos) {
  notes.Warn("encountered a mix of histograms and floats" + ForMetricName(metric_name), pos);
}

}  // namespace watchfire::promql

#pragma once
// Native histograms in anchored and smoothed ranges: the kernels of histogram_window.h over stored
// samples. What does not fit together gives nothing and a warning. One thread.

#include <span>
#include <string>

#include "promql/kernels/histogram_window.h"
#include "promql/operators/operator.h"
#include "storage/querier.h"

namespace watchfire::promql {

// Where annotations go and what they are about.
struct HistogramNotes {
  Annotations& to;
  std::string metric_name;
  PosRange pos;
};

struct HistogramSpan {
  std::span<const TimeMs> t;
  const storage::HistogramSample* samples = nullptr;
};

// Null if the range has no value.
HistogramPtr ExtendedHistogramRate(const HistogramSpan& samples, const ExtendedRange& range,
                                   RateKind kind, const HistogramNotes& notes);
// On the line between two samples, at `t` between them.
HistogramPtr InterpolateHistograms(const storage::HistogramSample& before,
                                   const storage::HistogramSample& after, TimeMs t, bool counter,
                                   const HistogramNotes& notes);

}  // namespace watchfire::promql

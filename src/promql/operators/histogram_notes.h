#pragma once
// What functions of native histograms found (kernels/histogram_window.h) as annotations, in
// upstream's words. One thread.

#include <string>

#include "promql/kernels/histogram_window.h"
#include "promql/operators/operator.h"

namespace watchfire::promql {

// `metric_name` may be empty. `pos` is where the histograms come from.
void NoteFindings(Annotations& notes, HistogramFindings findings, std::string_view metric_name,
                  PosRange pos);
void NoteMixedKinds(Annotations& notes, std::string_view metric_name, PosRange pos);

// Null for nothing.
inline HistogramPtr ShareHistogram(MaybeHistogram&& histogram) {
  if (!histogram) return nullptr;
  return std::make_shared<model::FloatHistogram>(std::move(*histogram));
}

}  // namespace watchfire::promql

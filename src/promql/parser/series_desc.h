#pragma once
// The notation of series in promqltest files and in rule unit tests:
//
//   http_requests{job="api"} 1 2 _ stale 5+10x3 7x2 _x4 {{schema:0 sum:1 buckets:[1 2]}}x3
//
// `a+bxN` counts from a in N steps of b (N+1 values), `axN` repeats a (N+1 values), `_` is no value
// at all. Histograms may be repeated and counted up and down, too; adding histograms is the
// business of those who evaluate, so such a value only says how often what is added to what.
// Pure functions; the number of values is limited.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/histogram.h"
#include "model/labels.h"

namespace watchfire::promql {

// A histogram as it was written, with what its run of values adds at each step.
struct HistogramRun {
  model::FloatHistogram base;
  model::FloatHistogram increment;  // meaningful if sign is not 0
  int sign = 0;                     // +1: added, -1: subtracted, 0: repeated
  // Whether a counter_reset_hint was written; without one, tests do not compare hints.
  bool reset_hint_set = false;
};

struct SeriesValue {
  bool omitted = false;
  double value = 0;                         // if histogram is null
  std::shared_ptr<const HistogramRun> run;  // base + steps · sign · increment
  uint64_t steps = 0;
};

struct SeriesDescription {
  model::Labels labels;
  std::vector<SeriesValue> values;
};

inline constexpr size_t kMaxSeriesValues = 1'000'000;

// Errors are like the parser's: `1:5: parse error: …`.
Result<SeriesDescription> ParseSeries(std::string_view line);

// Only the values, as expected results and rule tests have them.
Result<std::vector<SeriesValue>> ParseSeriesValues(std::string_view text);

}  // namespace watchfire::promql

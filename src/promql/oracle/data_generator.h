#pragma once
// Data for generated expressions: a few targets as production has them, and worse. Some are scraped
// on a common grid, some with an offset, some irregularly; series begin late and end early, with
// and without a stale marker; scrapes fail; counters restart; one gauge holds NaN, infinities,
// negative zeros and numbers at the ends of the range. All other values are small multiples of
// 1/8, whose sums are exact in any order: where two evaluators differ, it is not by rounding.
//
// The description tells the expression generator what there is to ask for. Values; one seed gives
// the same data everywhere.

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "testing/test_storage.h"

namespace watchfire::promql {

enum class MetricKind : uint8_t {
  kCounter,
  kGauge,
  kBuckets,  // classic histogram: with `le`
  kInfo,     // one series a job, to be joined with
};

struct MetricDescription {
  std::string name;
  MetricKind kind = MetricKind::kGauge;
  std::vector<std::string> labels;  // that its series have
};

struct LabelDescription {
  std::string name;
  std::vector<std::string> values;
};

struct DataDescription {
  std::vector<MetricDescription> metrics;
  std::vector<LabelDescription> labels;
  TimeMs start = 0;
  TimeMs end = 0;
};

struct DataOptions {
  uint64_t seed = 1;
  TimeMs start = 0;
  int64_t span_ms = 3'600'000;
  // NaN, infinities, negative zeros, huge and tiny numbers in one of the gauges.
  bool odd_values = true;
  // For comparison with versions whose windows are closed on the left: no sample at a whole second
  // nor 123 ms after one, so that windows between such times never end on a sample. And because
  // those extrapolate differently where a counter begins small behind a gap, none does. And as
  // their sums are not compensated, none of the odd values is tiny or huge.
  bool for_closed_windows = false;
};

struct GeneratedData {
  DataDescription description;
  testing::TestSeriesMap series;
};

GeneratedData GenerateData(const DataOptions& options);

// Puts the data into an empty storage; false if it refuses.
bool Append(const testing::TestSeriesMap& series, storage::Appendable& storage);

}  // namespace watchfire::promql

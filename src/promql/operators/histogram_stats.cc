#include "promql/operators/histogram_stats.h"

#include "model/histogram_math.h"
#include "model/sample.h"

namespace watchfire::promql {

std::vector<storage::HistogramSample> HistogramStats(
    const std::vector<storage::HistogramSample>& samples) {
  using model::CounterReset;
  std::vector<storage::HistogramSample> stats;
  stats.reserve(samples.size());
  const model::FloatHistogram* before = nullptr;
  for (const storage::HistogramSample& sample : samples) {
    const model::FloatHistogram& full = sample.histogram;
    storage::HistogramSample& reduced = stats.emplace_back();
    reduced.t = sample.t;
    reduced.st = sample.st;
    reduced.was_integer = sample.was_integer;
    reduced.histogram.schema = full.schema;
    reduced.histogram.reset_hint = full.reset_hint;
    reduced.histogram.count = full.count;
    reduced.histogram.sum = full.sum;
    if (model::IsStaleNan(full.sum)) continue;
    if (full.reset_hint == CounterReset::kUnknown && before != nullptr) {
      bool reset = model::HasReset(full, *before);
      reduced.histogram.reset_hint = reset ? CounterReset::kYes : CounterReset::kNo;
    }
    before = &full;
  }
  return stats;
}

size_t CountSamples(std::span<const storage::HistogramSample> samples) {
  size_t count = 0;
  for (const storage::HistogramSample& sample : samples) {
    count += model::SizeInSamples(sample.histogram);
  }
  return count;
}

}  // namespace watchfire::promql

#pragma once
// BlockImport: turns samples that come in any order into blocks, one for each aligned range of time
// that has some. Used by the imports of `tool tsdb`. Samples of a series are sorted; equal ones are
// kept once, differing ones of the same time are an error. Memory: 16 bytes a sample until Write.
// One thread.

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/labels.h"
#include "model/sample.h"
#include "tool/tsdb_commands.h"

namespace watchfire::tool {

// The largest of 2 h, 6 h, 18 h … that is at most `max_ms`.
int64_t CompatibleBlockMs(int64_t max_ms);
// Start of the aligned range that holds `t`.
TimeMs RangeStart(TimeMs t, int64_t range_ms);

class BlockImport {
 public:
  BlockImport(std::string directory, int64_t range_ms)
      : directory_(std::move(directory)), range_ms_(range_ms) {}

  size_t AddSeries(model::Labels labels);
  void Add(size_t series, TimeMs t, double v) {
    series_[series].samples.push_back({t, v});
    ++num_samples_;
  }
  uint64_t num_samples() const { return num_samples_; }
  size_t num_series() const { return series_.size(); }

  // Writes the blocks, appends what was made to `made` and forgets the samples, not the series.
  Result<void> Write(std::vector<SizedMeta>* made);
  // Without writing them.
  void ForgetSamples();

 private:
  struct Series {
    model::Labels labels;
    std::vector<model::Sample> samples;
  };
  void MergeEqualLabels(std::vector<uint32_t>* order);
  Result<void> SortSamples(Series* series);
  Result<void> WriteBlock(const std::vector<uint32_t>& order, TimeMs mint, TimeMs maxt,
                          std::vector<SizedMeta>* made);

  const std::string directory_;
  const int64_t range_ms_;
  std::vector<Series> series_;
  uint64_t num_samples_ = 0;
};

}  // namespace watchfire::tool

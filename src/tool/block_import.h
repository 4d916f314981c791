#pragma once
// BlockImport: turns samples that come in any order into blocks, one for each aligned range of time
// that has some. Used by the imports of `tool tsdb`. Samples of a series are sorted; equal ones are
// kept once, differing ones of the same time are an error. Memory: 16 bytes a sample until Write.
// For one thread, which is helped by workers of its own.
//
// Write makes the blocks aside, in `<ulid>.tmp-for-creation`, which the next start of a server
// removes if this process is killed; Publish moves all of them into the directory. Without Publish
// nothing is left.

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/thread.h"
#include "model/labels.h"
#include "model/sample.h"
#include "tool/tsdb_commands.h"
#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::tool {

// The largest of 2 h, 6 h, 18 h … that is at most `max_ms`; 2 h for less.
int64_t CompatibleBlockMs(int64_t max_ms);
// Start of the aligned range that holds `t`.
TimeMs RangeStart(TimeMs t, int64_t range_ms);

class BlockImport {
 public:
  BlockImport(std::string directory, int64_t range_ms);
  ~BlockImport();
  BlockImport(const BlockImport&) = delete;
  BlockImport& operator=(const BlockImport&) = delete;

  // Numbers count from zero.
  size_t AddSeries(model::Labels labels);
  void Add(size_t series, TimeMs t, double v) {
    series_[series].samples.push_back({t, v});
    ++num_samples_;
  }
  uint64_t num_samples() const { return num_samples_; }

  // Makes blocks of the samples and forgets them, not the series.
  Result<void> Write();
  // Without making blocks of them.
  void ForgetSamples();
  // Appends what has become visible to `made`.
  Result<void> Publish(std::vector<SizedMeta>* made);

 private:
  struct Series {
    model::Labels labels;
    std::vector<model::Sample> samples;
  };
  void MergeEqualLabels(std::vector<uint32_t>* order);
  Result<void> SortSamples(Series* series);
  Result<void> SortAll(const std::vector<uint32_t>& order, std::set<TimeMs>* ranges);

  // A series' samples of one block.
  struct Slice {
    const model::Labels* labels;
    std::span<const model::Sample> samples;
  };
  std::vector<Slice> SlicesOf(const std::vector<uint32_t>& order, TimeMs mint, TimeMs maxt) const;
  std::vector<std::vector<chunk::OwnedChunk>> Encode(std::span<const Slice> batch);
  Result<SizedMeta> WriteBlock(const std::vector<uint32_t>& order, TimeMs mint, TimeMs maxt);

  const std::string directory_;
  const int64_t range_ms_;
  std::vector<Series> series_;
  uint64_t num_samples_ = 0;
  std::string staging_;  // empty until something is written
  std::vector<SizedMeta> staged_;
  ThreadPool workers_;
};

}  // namespace watchfire::tool

#pragma once
// SeriesChunks: the samples of one series after the other as chunks for a block: floats in full
// chunks, histograms as upstream cuts them, and a cut at each change between the two. Owns the
// chunks until the next series. Thread-compatible.

#include <span>
#include <vector>

#include "storage/querier.h"
#include "tsdb/block/tombstones.h"
#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::head {

class SeriesChunks {
 public:
  // Floats and `points` ascend in time and share none. What `deleted` (may be null) covers is left
  // out, also of `points`.
  void Encode(storage::Columns floats, std::vector<chunk::HistogramPoint>* points,
              const block::Intervals* deleted);
  std::span<const chunk::ChunkView> views() const { return views_; }

 private:
  void EncodeFloats(const storage::Columns& floats, size_t from, size_t to);
  void EncodeBoth(const storage::Columns& floats, const std::vector<chunk::HistogramPoint>& points);

  std::vector<chunk::OwnedChunk> chunks_;
  std::vector<chunk::ChunkView> views_;
  std::vector<TimeMs> kept_times_;
  std::vector<double> kept_values_;
};

}  // namespace watchfire::head

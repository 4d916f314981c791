#pragma once
// SeriesChunks: the chunks of one series from several sources, made into those that a block gets.
// The rules are told in merge.h; this is where they are kept. Reused from series to series, so that
// its buffers are. One thread.

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tsdb/block/tombstones.h"
#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/chunk/encoded_chunk.h"
#include "tsdb/compact/merge.h"

namespace watchfire::compact {

class SeriesChunks {
 public:
  explicit SeriesChunks(const MergeOptions& options) : options_(options) {}

  void Reset();
  // The chunks of one source, ascending; `deleted` may be null. What they point to must live until
  // the result is no longer used. Sources in order of preference.
  void Add(std::span<const chunk::ChunkView> chunks, const block::Intervals* deleted);
  // Valid until the next Reset. kCorrupt: a chunk that had to be decoded cannot be.
  Result<std::span<const chunk::ChunkView>> Finish();

 private:
  // Which chunk of which source.
  struct Origin {
    uint32_t source = 0;
    uint32_t number = 0;
    bool is_last = false;  // of its source
  };
  // A chunk that came in.
  struct Piece {
    chunk::ChunkView chunk;
    Origin origin;
    const block::Intervals* deleted = nullptr;  // if any of it may be deleted
    bool clipped = false;                       // reaches over the end of the range
    bool untouched() const { return deleted == nullptr && !clipped; }
  };
  struct Floats {
    std::vector<TimeMs> times;
    std::vector<double> values;
    std::vector<TimeMs> starts;
  };
  // A stretch of the result: a chunk as it came, or samples.
  struct Part {
    bool is_float = true;
    bool decoded = false;
    chunk::ChunkView chunk;                             // if not decoded
    chunk::Encoding encoding = chunk::Encoding::kNone;  // to be
    uint64_t num_samples = 0;
    size_t num_bytes = 0;  // about
    Floats floats;         // these if decoded
    std::vector<chunk::HistogramPoint> points;
    uint8_t reset_flag = 0;  // of histograms: what is known of the sample before (series_chunks.cc)
    // None if samples were taken away from before or after.
    std::optional<Origin> first;
    std::optional<Origin> last;
  };
  // A sample of an overlap: where it lies in the decoded pieces.
  struct SampleView {
    TimeMs t = 0;
    uint32_t source = 0;
    uint32_t piece = 0;
    uint32_t index = 0;
  };

  Result<void> AddGroup(std::span<Piece> group);
  Result<Part> Decode(const Piece& piece) const;
  Result<void> MergeGroup(std::span<const Piece> group);
  Part AsItCame(const Piece& piece) const;
  chunk::Encoding TargetOf(chunk::Encoding encoding) const;

  Result<void> Push(Part part);
  void MendResetHint(Part* part);
  bool IsFull(const Part& part) const;
  bool MayJoin(const Part& part) const;
  Result<void> FlushPending();
  bool JoinPending();
  Result<void> EncodePendingFloats();
  Result<void> EncodePendingHistograms();
  void Emit(std::vector<chunk::OwnedChunk> chunks);

  const MergeOptions options_;
  uint32_t num_sources_ = 0;
  std::vector<Piece> pieces_;
  bool sorted_ = true;
  std::vector<Part> pending_;       // to be joined
  Floats floats_;                   // of the join
  std::optional<Origin> previous_;  // where the part before ended
  bool any_previous_ = false;

  std::deque<chunk::OwnedChunk> owned_;  // does not move what it holds
  std::vector<chunk::ChunkView> result_;
};

}  // namespace watchfire::compact

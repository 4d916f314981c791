#pragma once
// BlockSeries: one series of a block as a query shows it: the chunks that overlap the range,
// decoded into columns, without what is deleted. Made once per set and pointed at one series after
// the other; errors go to what the series of a set share. One thread.

#include <vector>

#include "storage/querier.h"
#include "tsdb/block/block.h"
#include "tsdb/block/chunk_reader.h"
#include "tsdb/block/time_arrays.h"

namespace watchfire::block {

// What all series of a set share.
struct BlockSetState {
  const Block* block = nullptr;
  const Tombstones* tombstones = nullptr;
  TimeMs mint = kMinTime;  // both inclusive
  TimeMs maxt = kMaxTime;
  SymbolCache symbols;
  TimeArrays arrays;
  Result<void> status;

  // The first error stays.
  void Fail(const Error& error) {
    if (status.ok()) status = error.With("block {}", block->meta().ulid.ToString());
  }
  void FailChunk(const ChunkMeta& chunk, const Error& error) {
    if (!status.ok()) return;
    status = error.With("cannot populate chunk {} from block {}", chunk.ref,
                        block->meta().ulid.ToString());
  }
};

class BlockSeries final : public storage::Series {
 public:
  explicit BlockSeries(BlockSetState* set) : set_(set) {}

  // False if it cannot be read.
  bool Point(uint32_t ref);
  // Whether the series has anything in the range of the set.
  bool Shows() { return !pieces_.empty() && (deleted_ == nullptr || HasSamplesLeft()); }
  const SeriesEntry& entry() const { return entry_; }

  const model::Labels& labels() const override;
  storage::Columns Read(TimeMs mint, TimeMs maxt) override;
  bool Latest(TimeMs mint, TimeMs maxt, model::Sample* out) override;
  std::vector<storage::HistogramSample> ReadHistograms(TimeMs mint, TimeMs maxt) override;
  // The same floats as Read gives, behind what `values` has; their times instead of what `times`
  // has.
  void ReadInto(TimeMs mint, TimeMs maxt, std::vector<TimeMs>* times, std::vector<double>* values);

 private:
  // A chunk that overlaps the range of the set.
  struct Piece {
    ChunkMeta meta;
    chunk::ChunkView view;
    bool loaded = false;
  };

  void FindPieces();
  bool Decode(TimeMs mint, TimeMs maxt, std::vector<TimeMs>* times, std::vector<double>* values);
  bool HasSamplesLeft();
  // nullptr after an error.
  const chunk::ChunkView* Load(Piece* piece);
  void SortColumns();
  void DropDeleted();
  bool IsDeleted(TimeMs t) const { return deleted_ != nullptr && IsCovered(t, *deleted_); }

  BlockSetState* set_;
  SeriesEntry entry_;
  std::vector<Piece> pieces_;
  bool overlap_ = false;  // pieces do
  const Intervals* deleted_ = nullptr;
  std::vector<TimeMs> times_;
  std::vector<double> values_;
  mutable model::Labels labels_;
  mutable bool has_labels_ = false;
};

}  // namespace watchfire::block

#pragma once
// MergeSource: several sources of chunks as one, which is what goes into a new block. Series come
// in label order with chunks that ascend and do not overlap: what lies outside the wanted range or
// under a tombstone is left out, chunks that several sources have are written once, overlapping
// ones are decoded and put together sample by sample (of equal timestamps one stays, that of the
// earlier source), and chunks that are far from full are joined
// (docs/decisions/0006-full-chunks.md). Chunks that need none of this pass through byte by byte.
//
// Memory: one series at a time. One thread.

#include <memory>
#include <vector>

#include "tsdb/block/tombstones.h"
#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/chunk/encoded_chunk.h"

namespace watchfire::compact {

struct MergeInput {
  chunk::ChunkSource* source = nullptr;  // outlives the MergeSource
  // By the series references of the source; null: none.
  std::shared_ptr<const block::Tombstones> tombstones;
};

struct MergeOptions {
  // Samples with mint ≤ t < maxt stay.
  TimeMs mint = kMinTime;
  TimeMs maxt = kMaxTime;
  // Join small chunks. Off, chunks that need not be touched stay as they are.
  bool fill_chunks = true;
  chunk::ChunkLimits limits = chunk::kFullLimits;
  // Of what is encoded anew: kXor or kXor2.
  chunk::Encoding float_encoding = chunk::Encoding::kXor;
};

class MergeSource final : public chunk::ChunkSource {
 public:
  MergeSource(std::vector<MergeInput> inputs, const MergeOptions& options)
      : inputs_(std::move(inputs)), options_(options) {}

  // The union of all inputs' symbols; views are valid as long as the inputs.
  Result<std::vector<std::string_view>> Symbols() override;
  // Must not outlive the MergeSource.
  Result<std::unique_ptr<chunk::ChunkSeriesSet>> Series() override;

 private:
  std::vector<MergeInput> inputs_;
  MergeOptions options_;
};

}  // namespace watchfire::compact

#pragma once
// Compactor: makes blocks out of what the head gives away and out of other blocks. It writes new
// directories and touches old blocks only in their meta.json (`failed`, `deletable`); which blocks
// exist, when they are opened and when the replaced ones go is the database's business:
//
//   Compactor compactor({.directory = "data", .stop = &stopping}, registry);
//   auto made = TRY(compactor.Write(head_range, {.mint = 0, .maxt = 7200000}));
//   …
//   auto listing = TRY(block::ListBlocks(fs, directory));         // plan.h
//   std::vector<std::string> plan = Plan(listing.blocks, ranges);
//   if (!plan.empty()) TRY(compactor.Compact(open_blocks_of(plan)));
//   // Reload: blocks that are a parent of another, or whose meta on disk says deletable, go.
//
// No locks are held. Several calls at a time are safe, but a block must not get tombstones while it
// is compacted (they would be lost): the database keeps deletions and compactions apart. A block
// being made is `<ulid>.tmp-for-creation`; it disappears on every error. Measurements go under
// upstream's names (prometheus_tsdb_compaction*).

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "client/registry.h"
#include "tsdb/block/block.h"
#include "tsdb/block/block_writer.h"
#include "tsdb/block/meta.h"
#include "tsdb/chunk/encoded_chunk.h"
#include "tsdb/compact/merge.h"

namespace watchfire::compact {

// Registered once per registry: asking again gives the same metrics.
struct CompactorMetrics {
  explicit CompactorMetrics(client::Registry& registry);

  client::Counter* compactions;  // every run, of each kind
  client::Counter* compactions_failed;
  client::Counter* vertical_compactions;  // over blocks that overlapped
  client::Gauge* populating_block;        // 1 while series are written
  client::Histogram* duration_seconds;
  client::Histogram* chunk_size_bytes;  // these three: of level 1 blocks
  client::Histogram* chunk_samples;
  client::Histogram* chunk_range_seconds;
};

struct CompactorOptions {
  FileSystem* fs = FileSystem::Local();
  const Clock* clock = Clock::System();
  std::string directory;  // the data directory
  uint64_t max_chunk_segment_bytes = block::kDefaultChunkSegmentBytes;
  // Of float chunks that are encoded anew: kXor or kXor2.
  chunk::Encoding float_encoding = chunk::Encoding::kXor;
  // Asked before each series; true: everything returns kCancelled soon.
  const std::atomic<bool>* stop = nullptr;
};

struct WriteOptions {
  TimeMs mint = 0;  // half open: [mint, maxt); samples outside are left out
  TimeMs maxt = 0;
  std::vector<std::string> hints{};  // block::kFromOutOfOrder …
  std::optional<block::BlockDesc> parent{};
  std::string directory{};  // instead of the data directory, as for snapshots; "": that one
};

class Compactor {
 public:
  Compactor(CompactorOptions options, client::Registry& registry);

  // A new block of level 1 with what `source` gives; nullopt when that is no sample. Several
  // sources, as the in-order and the out-of-order part of a head, go through a MergeSource.
  Result<std::optional<block::BlockMeta>> Write(chunk::ChunkSource& source,
                                                const WriteOptions& options);

  // One block out of `blocks` (at least one), without what their tombstones hide: level above
  // theirs, all their sources, they as parents; hints: out-of-order if all have it, stale or
  // selected series if any has it. nullopt: nothing was left, and the blocks are marked deletable
  // on disk. After an error other than kCancelled and kIo they are marked failed on disk, so that
  // the plan passes them by.
  Result<std::optional<block::BlockMeta>> Compact(
      std::span<const std::shared_ptr<block::Block>> blocks);

  // The block again without what its tombstones hide: as upstream makes it, of level 1, with the
  // old block as parent and its hints. nullopt with nothing to clean, or with nothing left; then
  // the old block is marked deletable on disk. The old block stays; the reload lets it go.
  Result<std::optional<block::BlockMeta>> CleanTombstones(block::Block& old);

 private:
  using Blocks = std::span<const std::shared_ptr<block::Block>>;

  // What a run works on.
  struct Job {
    block::BlockMeta meta;
    std::string directory;
    std::vector<MergeInput> inputs;
    Blocks blocks;  // behind the inputs, if they are blocks
  };
  // The job's block, measured; its stats tell whether there is one.
  Result<block::BlockMeta> Run(Job job);
  Result<block::BlockMeta> Populate(Job job);
  // Writes `deletable` or `failed` into the metas on disk.
  void Mark(Blocks blocks, bool block::BlockMeta::*flag) const;
  bool Stopped() const;

  const CompactorOptions options_;
  const CompactorMetrics metrics_;
};

// The meta of a block that replaces these: range, level, sources, parents, hints.
block::BlockMeta MergedMeta(std::span<const block::BlockMeta> metas, const block::Ulid& ulid);

}  // namespace watchfire::compact

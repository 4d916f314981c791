#pragma once
// Block: one immutable block directory, opened for reading: meta.json, the mapped index and chunk
// files, and the tombstones, which are all that may change. Its index is checked as far as upstream
// checks it when opening (magic, version, table of contents, checksums of symbols and tables); the
// rest is checked where it is read, and a broken chunk fails the query that needs it with kCorrupt.
//
// Shared: the database holds a shared_ptr, each querier another, so a block that compaction has
// replaced disappears when its last reader is gone. Thread-safe.

#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/matcher.h"
#include "storage/querier.h"
#include "tsdb/block/index_reader.h"
#include "tsdb/block/meta.h"
#include "tsdb/block/tombstones.h"
#include "tsdb/chunk/encoded_chunk.h"

namespace watchfire::block {

class ChunkReader;

class Block : public std::enable_shared_from_this<Block> {
 public:
  // kCorrupt: `corrupted block <ulid>: …`.
  static Result<std::shared_ptr<Block>> Open(FileSystem& fs, const std::string& directory);
  ~Block();

  // Deletions change its stats; what was returned before stays as it was while the block lives.
  const BlockMeta& meta() const EXCLUDES(mutex_);
  const std::string& directory() const { return directory_; }
  uint64_t size_bytes() const EXCLUDES(mutex_);  // of all its files
  const IndexReader& index() const { return *index_; }
  const ChunkReader& chunks() const { return *chunks_; }
  std::shared_ptr<const Tombstones> tombstones() const EXCLUDES(mutex_);

  // [mint, maxt], both inclusive; keeps the block alive. Series whose samples in the range are all
  // deleted do not show. Sets are always in label order.
  std::unique_ptr<storage::Querier> NewQuerier(TimeMs mint, TimeMs maxt);

  // Every series, tombstones not applied: for compaction and tools, which apply them themselves.
  // The sets tell each series' reference (ChunkSeriesSet::ref), as tombstones need it.
  std::unique_ptr<chunk::ChunkSource> Source();

  // Adds tombstones for what matches and lies in [mint, maxt]; written before they show. Returns
  // the number of intervals added.
  Result<uint64_t> Delete(TimeMs mint, TimeMs maxt, const model::Matchers& matchers)
      EXCLUDES(mutex_);

 private:
  Block(FileSystem& fs, std::string directory);
  Result<void> ReadFiles() EXCLUDES(mutex_);
  Result<Tombstones> FindDeleted(TimeMs mint, TimeMs maxt, const model::Matchers& matchers) const;
  Result<void> Publish(Tombstones tombstones) EXCLUDES(mutex_);

  FileSystem& fs_;
  const std::string directory_;
  std::unique_ptr<IndexReader> index_;
  std::unique_ptr<ChunkReader> chunks_;

  mutable Mutex mutex_;
  CondVar idle_;
  bool deleting_ GUARDED_BY(mutex_) = false;  // one at a time, and none under the lock
  std::vector<std::unique_ptr<const BlockMeta>> metas_ GUARDED_BY(mutex_);  // the newest is last
  uint64_t small_files_bytes_ GUARDED_BY(mutex_) = 0;                       // meta and tombstones
  std::shared_ptr<const Tombstones> tombstones_ GUARDED_BY(mutex_);
};

// Block directories of a data directory by name, with their metas; what is no block, or has a meta
// that cannot be read or is another block's, is listed in `broken` with the reason (missing
// meta.json: a block that was never finished).
struct BlockDirectory {
  std::string path;
  BlockMeta meta;
};
struct BrokenDirectory {
  std::string path;
  Error error;
};
struct BlockListing {
  std::vector<BlockDirectory> blocks;  // by mint, then ulid
  std::vector<BrokenDirectory> broken;
};
Result<BlockListing> ListBlocks(FileSystem& fs, const std::string& data_directory);

}  // namespace watchfire::block

#pragma once
// BlockSet: the blocks of a data directory that are open for queries. Reload brings it in line with
// the directory: opens what is new, lets go what compaction has replaced, what is marked deletable
// and what lies beyond the retention, and swaps the list at once, so that a query sees the blocks
// from before or from after. A block that cannot be opened is left where it is, told in the log
// once and counted at every reload; nothing is deleted because it cannot be read, and nothing
// because a meta.json says what cannot be: the file has no checksum, and a wrong word in it must
// not cost another block.
//
// Reload, RemoveLeftovers and Remove: one thread at a time (the database's maintenance lock); Get
// from any thread.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"
#include "client/registry.h"
#include "tsdb/block/block.h"

namespace watchfire::tsdb {

using Blocks = std::vector<std::shared_ptr<block::Block>>;

// What is kept; zero: no limit. All that are set hold.
struct Retention {
  int64_t duration_ms = 0;  // before the newest block's end
  uint64_t bytes = 0;       // of blocks, logs and head files together
};

// Which of `blocks` go, as upstream decides it (spec: time by the distance of their ends to the
// newest end, size from the newest to the oldest). Pure.
struct Expired {
  std::vector<block::Ulid> by_time;
  std::vector<block::Ulid> by_size;
};
struct SizedBlock {
  block::Ulid ulid;
  TimeMs maxt = 0;
  uint64_t bytes = 0;
};
Expired FindExpired(std::vector<SizedBlock> blocks, const Retention& retention,
                    uint64_t other_bytes);

// Whether such a block must have a wrong meta.json. It is served, and that is all: by its word no
// other block is old, no append too late, and it is not merged.
bool EndsInFarFuture(const block::BlockMeta& meta, TimeMs now);

class BlockSet {
 public:
  BlockSet(FileSystem* fs, const Clock* clock, std::string directory, client::Registry& registry);

  // Ascending by mint.
  std::shared_ptr<const Blocks> Get() const EXCLUDES(mutex_);

  // Removes what a crash left half made or half removed, as far as that can be.
  Result<void> RemoveLeftovers();
  // `other_bytes`: of the logs and head files, for the retention by size.
  Result<void> Reload(const Retention& retention, uint64_t other_bytes) EXCLUDES(mutex_);

  // The newest end of the blocks of regular samples: what the head need not hold twice, and
  // forgets. Only of those that end at a multiple of `range_ms`, as all do that come from a head,
  // and not in a far future: where a meta.json is wrong the head had better keep everything.
  TimeMs MaxRegularTime(int64_t range_ms) const;

 private:
  struct Survey;
  Result<Survey> Look();
  void OpenNew(Survey* survey);
  void DropExpired(const Retention& retention, uint64_t other_bytes, Survey* survey);
  Result<void> RemoveBlock(const std::string& path);
  void Tell(const std::string& path, const Error& error);
  void TellOddities(const block::Block& one);
  bool Replaces(const block::BlockMeta& child, const block::BlockDesc& parent,
                const Survey& survey);
  void Measure(const Blocks& blocks);

  FileSystem* const fs_;
  const Clock* const clock_;
  const std::string directory_;
  std::set<std::string> told_;  // what the log has already, by path

  client::Counter& reloads_;
  client::Counter& reload_failures_;
  client::Counter& time_retentions_;
  client::Counter& size_retentions_;
  client::Gauge& loaded_;
  client::Gauge& bytes_;
  client::Gauge& symbol_bytes_;

  mutable Mutex mutex_;
  std::shared_ptr<const Blocks> blocks_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::tsdb

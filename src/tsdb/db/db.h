#pragma once
// Db: one database directory, laid out as Prometheus lays it out (lock, wal/, wbl/, blocks), and
// the only thing that the rest of the program sees of the storage.
//
//   auto db = TRY(tsdb::Db::Open({.path = "data", .registry = &registry}));
//   auto appender = db->NewAppender();                 // storage/appender.h
//   auto querier = TRY(db->NewQuerier(mint, maxt));    // storage/querier.h: blocks and head as one
//   TRY(db->Close());                                  // idempotent; the destructor does it, too
//
// Open takes the directory's lock, opens the blocks, replays the logs (mending a torn end) and
// returns when everything is there; `progress` can be watched meanwhile from other threads.
// Appenders and queriers must be gone before the Db is. One thread, `compact`, turns what the head
// has completed into blocks, merges blocks and applies the retention. A failure there (disk full)
// is logged, counted and tried again, one second later at first and a minute at last; what was
// there before stays. Thread-safe.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "client/registry.h"
#include "model/matcher.h"
#include "storage/appender.h"
#include "storage/querier.h"
#include "tsdb/block/block.h"
#include "tsdb/block/block_writer.h"
#include "tsdb/compact/compactor.h"
#include "tsdb/db/block_set.h"
#include "tsdb/head/head.h"
#include "tsdb/index/index.h"
#include "tsdb/wal/segment.h"

namespace watchfire::tsdb {

using wal::Compression;
using wal::ParseCompression;

// For /api/v1/status/walreplay: numbers of segments; all zero before and after.
struct ReplayProgress {
  std::atomic<uint64_t> min{0};
  std::atomic<uint64_t> max{0};
  std::atomic<uint64_t> current{0};
};

struct DbOptions {
  std::string path;
  FileSystem* fs = nullptr;              // null: FileSystem::Local()
  const Clock* clock = nullptr;          // null: Clock::System()
  client::Registry* registry = nullptr;  // null: measurements go nowhere
  Retention retention;
  Compression wal_compression = Compression::kAuto;
  uint64_t wal_segment_bytes = wal::kDefaultSegmentBytes;
  int64_t min_block_ms = 2 * 3600 * 1000;  // also the head's chunk range
  int64_t max_block_ms = 0;                // 0: a tenth of the retention, at most 31 days
  uint64_t max_chunk_segment_bytes = block::kDefaultChunkSegmentBytes;
  bool xor2_chunks = false;  // floats of new blocks in the encoding that Prometheus 3.11 reads
  int64_t out_of_order_window_ms = 0;
  uint64_t max_exemplars = 0;  // 0: none are kept
  bool metadata_records = false;
  bool no_lockfile = false;
  bool background = true;  // false: tests call Maintain themselves
  std::shared_ptr<ReplayProgress> progress;
};

struct Stats {
  uint64_t num_series = 0;
  uint64_t num_label_pairs = 0;
  uint64_t chunk_count = 0;
  TimeMs min_time = kMaxTime;
  TimeMs max_time = kMinTime;  // below min_time while empty
};

class Db final : public storage::Appendable, public storage::Queryable {
 public:
  // kUnavailable when another process has the directory.
  static Result<std::unique_ptr<Db>> Open(const DbOptions& options);
  ~Db() override;

  std::unique_ptr<storage::Appender> NewAppender() override { return head_->NewAppender(); }
  Result<std::unique_ptr<storage::Querier>> NewQuerier(TimeMs mint, TimeMs maxt) override;

  // ---- what there is
  Stats GetStats();  // of the head
  // The lists of /api/v1/status/tsdb, at most `limit` entries each.
  index::Cardinality TopCardinality(size_t limit) const { return head_->TopCardinality(limit); }
  head::HeadMemory Memory() { return head_->Memory(); }
  std::vector<block::BlockMeta> BlockMetas() const;
  std::vector<head::SeriesExemplars> SelectExemplars(
      TimeMs mint, TimeMs maxt, const std::vector<model::Matchers>& sets) const {
    return head_->SelectExemplars(mint, maxt, sets);
  }
  // Damage found (and mended) by Open.
  uint64_t CorruptionCount() const { return corruptions_; }
  const std::string& path() const { return options_.path; }

  // ---- what an administrator may do
  // Samples in [mint, maxt] of series that match do not show any more.
  Result<void> Delete(TimeMs mint, TimeMs maxt, const model::Matchers& matchers)
      EXCLUDES(maintain_mutex_);
  // Rewrites the blocks that have deleted samples.
  Result<void> CleanTombstones() EXCLUDES(maintain_mutex_);
  // Hard links of all blocks, and the head as another block if asked, in `snapshots/<name>`;
  // returns the name.
  Result<std::string> Snapshot(bool with_head) EXCLUDES(maintain_mutex_);

  // ---- settings that a reload may change
  void SetRetention(const Retention& retention) EXCLUDES(settings_mutex_);
  void SetOutOfOrderWindow(int64_t window_ms) { head_->SetOutOfOrderWindow(window_ms); }
  void SetMaxExemplars(uint64_t max) { head_->SetMaxExemplars(max); }

  // What the background thread does once a minute, and as soon as the head has a whole block range
  // to give away: the head's completed ranges become blocks, blocks are merged as the plan says,
  // and what the retention does not cover goes.
  Result<void> Maintain() EXCLUDES(maintain_mutex_);
  Result<void> Close() EXCLUDES(stop_mutex_);

 private:
  struct Metrics;

  explicit Db(const DbOptions& options);
  Result<void> Start();
  Result<void> TakeLock();
  Result<void> OpenHead();
  void RunInBackground();
  bool WaitForWork(int64_t backoff_ms) EXCLUDES(stop_mutex_);

  Result<void> ReloadBlocks() REQUIRES(maintain_mutex_);
  Result<void> CompactHead() REQUIRES(maintain_mutex_);
  Result<void> CompactOutOfOrder() REQUIRES(maintain_mutex_);
  Result<void> CompactBlocks() REQUIRES(maintain_mutex_);
  Result<void> CheckRoomFor(const Blocks& merged) const;
  Result<void> LinkBlock(const block::Block& from, const std::string& directory);
  Result<void> FillSnapshot(const std::string& directory, bool with_head) REQUIRES(maintain_mutex_);
  Result<void> WriteHeadBlock(const std::string& directory) REQUIRES(maintain_mutex_);
  Retention CurrentRetention() const EXCLUDES(settings_mutex_);
  std::vector<int64_t> BlockRanges() const;
  uint64_t LogBytes() const;

  DbOptions options_;
  client::Registry own_registry_;  // when none is given
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<head::Head> head_;
  std::unique_ptr<BlockSet> blocks_;
  std::unique_ptr<compact::Compactor> compactor_;
  uint64_t corruptions_ = 0;
  std::atomic<bool> cancel_{false};  // the compactor's

  mutable Mutex settings_mutex_;
  Retention retention_ GUARDED_BY(settings_mutex_);

  // Held over whole compactions, deletions and snapshots.
  Mutex maintain_mutex_;
  Mutex stop_mutex_;
  CondVar stop_signal_;
  bool stopping_ GUARDED_BY(stop_mutex_) = false;
  bool closed_ GUARDED_BY(stop_mutex_) = false;
  Thread thread_;
};

}  // namespace watchfire::tsdb

#pragma once
// Db: one database directory, laid out as Prometheus lays it out (spec: lock, wal/, …), and the
// only thing that the rest of the program sees of the storage.
//
//   auto db = TRY(tsdb::Db::Open({.path = "data", .registry = &registry}));
//   auto appender = db->NewAppender();                 // storage/appender.h
//   auto querier = TRY(db->NewQuerier(mint, maxt));    // storage/querier.h
//   TRY(db->Close());                                  // idempotent; the destructor does it, too
//
// Open takes the directory's lock, replays the write-ahead log (mending a torn end) and returns
// when everything is there; `progress` can be watched meanwhile from other threads. Appenders and
// queriers must be gone before the Db is. One thread, `compact`, drops what is older than the
// retention in units of two hours. Blocks of a Prometheus are left as they are and are not read
// yet; one log line says so. Thread-safe.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "client/registry.h"
#include "storage/appender.h"
#include "storage/querier.h"
#include "tsdb/head/head.h"
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
  int64_t retention_ms = 0;              // 0: for ever
  Compression wal_compression = Compression::kAuto;
  uint64_t wal_segment_bytes = wal::kDefaultSegmentBytes;
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
  Result<std::unique_ptr<storage::Querier>> NewQuerier(TimeMs mint, TimeMs maxt) override {
    return head_->NewQuerier(mint, maxt);
  }

  Stats GetStats();
  // The lists of /api/v1/status/tsdb, at most `limit` entries each.
  index::Cardinality TopCardinality(size_t limit) const { return head_->TopCardinality(limit); }
  head::HeadMemory Memory() { return head_->Memory(); }
  // Damage found (and mended) by Open.
  uint64_t CorruptionCount() const { return corruptions_; }
  const std::string& path() const { return options_.path; }

  // Forgets what lies in whole two-hour ranges before `t`, in memory and in the log.
  Result<void> Truncate(TimeMs t) EXCLUDES(maintain_mutex_);
  // What the background thread does once a minute: Truncate by the retention.
  Result<void> Maintain() EXCLUDES(maintain_mutex_);
  Result<void> Close() EXCLUDES(stop_mutex_);

 private:
  explicit Db(const DbOptions& options) : options_(options) {}
  Result<void> Start();
  Result<void> TakeLock();
  void TellForeignData();
  void RunInBackground();

  DbOptions options_;
  client::Registry own_registry_;  // when none is given
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<head::Head> head_;
  uint64_t corruptions_ = 0;

  Mutex maintain_mutex_;
  Mutex stop_mutex_;
  CondVar stop_signal_;
  bool stopping_ GUARDED_BY(stop_mutex_) = false;
  bool closed_ GUARDED_BY(stop_mutex_) = false;
  Thread thread_;
};

}  // namespace watchfire::tsdb

#pragma once
// OutOfOrder: everything of the head that concerns samples older than its columns take: the window,
// the stores (ooo_store.h) and their log, `wbl/`, which is a log like `wal/` (docs/format/wal.md).
//
// Late samples are logged and published under the commit mutex, so that a cut of the stores is a
// cut of the log: Cut() seals the store and begins a segment, the database writes blocks of what
// was sealed, and Truncate() forgets both. The log is opened by the first who needs it: most
// databases never have one. Owned by the head. Thread-safe.

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"
#include "client/registry.h"
#include "tsdb/head/ooo_store.h"
#include "tsdb/wal/reader.h"
#include "tsdb/wal/writer.h"

namespace watchfire::head {

// Half open: [mint, maxt).
struct TimeRange {
  TimeMs mint = 0;
  TimeMs maxt = 0;
  bool operator==(const TimeRange&) const = default;
};

using OooStores = std::vector<std::shared_ptr<const OooStore>>;

// What one round of out-of-order compaction is about.
struct OutOfOrderCut {
  std::vector<TimeRange> ranges;  // aligned ranges with samples, ascending
  OooStores stores;
  uint64_t next_segment = 0;  // segments below hold nothing else
  bool empty() const { return stores.empty() && next_segment == 0; }
};

class OutOfOrder {
 public:
  struct Options {
    FileSystem* fs = nullptr;
    const Clock* clock = nullptr;
    std::string directory;
    uint64_t segment_bytes = wal::kDefaultSegmentBytes;
    client::Registry* registry = nullptr;
  };
  explicit OutOfOrder(const Options& options);

  // How much older than the head's newest sample a sample may be; 0: out of order is out of bounds.
  int64_t window_ms() const { return window_ms_.load(std::memory_order_relaxed); }
  void SetWindow(int64_t window_ms) { window_ms_.store(window_ms, std::memory_order_relaxed); }

  // Stores with samples, for a query that has its snapshot already. Costs nothing if there are
  // none.
  OooStores stores() const EXCLUDES(stores_mutex_);
  // Of all samples; mint > maxt if there are none.
  TimeMs mint() const;
  TimeMs maxt() const;
  bool Has(SeriesId id) const;
  // kMinTime if the series has none.
  TimeMs NewestTime(SeriesId id) const;

  // ---- commits: Log, then publish into current(), both under this mutex
  Mutex& commit_mutex() RETURN_CAPABILITY(commit_mutex_) { return commit_mutex_; }
  Result<void> Log(std::span<const wal::PreparedRecord> records) REQUIRES(commit_mutex_);
  OooStore& current() REQUIRES(commit_mutex_) { return *current_; }
  // Call after publishing the first samples, before the transaction shows.
  void Announce() { any_.store(true, std::memory_order_release); }

  // Reads what the log has, mending its damaged end; `apply` gets every record. Returns whether it
  // was mended.
  Result<bool> Replay(const std::function<Result<void>(std::string_view)>& apply);

  // ---- compaction
  // Empty when there is nothing to do.
  Result<OutOfOrderCut> Cut(int64_t width_ms) EXCLUDES(commit_mutex_);
  Result<void> Truncate(const OutOfOrderCut& cut) EXCLUDES(commit_mutex_);

  Result<void> Close() EXCLUDES(commit_mutex_);
  // Of the log, for the retention by size.
  uint64_t LogBytes() const;
  size_t bytes() const;

 private:
  Result<void> OpenLog() REQUIRES(commit_mutex_);
  const wal::WalMetrics& Metrics() REQUIRES(commit_mutex_);

  const Options options_;
  std::atomic<int64_t> window_ms_{0};
  std::atomic<bool> any_{false};

  mutable Mutex commit_mutex_;
  std::unique_ptr<wal::WalMetrics> metrics_ GUARDED_BY(commit_mutex_);
  std::unique_ptr<wal::Writer> writer_ GUARDED_BY(commit_mutex_);
  std::shared_ptr<OooStore> current_ GUARDED_BY(commit_mutex_);

  mutable Mutex stores_mutex_;
  std::vector<std::shared_ptr<OooStore>> stores_ GUARDED_BY(stores_mutex_);  // current_ is the last
};

}  // namespace watchfire::head

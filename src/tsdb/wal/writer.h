#pragma once
// Writer: appends records to the log. Every start opens a segment of its own; Log() writes the
// records of one transaction with a single write (two when they cross into a new segment) and is
// all or nothing: after an error (disk full) the file is cut back to where it was, and if even that
// fails, the cut is tried again before anything else is written. Data reach the disk at segment
// ends, Sync and Close, as upstream does it; a killed process loses nothing that Log returned ok
// for, a killed machine what the kernel had not written yet.
//
// Compression is done by Prepare, in the caller's thread and outside the lock. Thread-safe: one
// mutex puts the transactions in order and is held over the write, which is the one place where
// a lock spans I/O.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/result.h"
#include "client/registry.h"
#include "tsdb/wal/segment.h"

namespace watchfire::wal {

// Under upstream's names; made by MakeWalMetrics.
struct WalMetrics {
  client::Summary* fsync_duration_seconds;
  client::Counter* page_flushes;
  client::Counter* completed_pages;
  client::Counter* truncations;
  client::Counter* truncations_failed;
  client::Summary* truncate_duration_seconds;
  client::Counter* writes_failed;
  client::Counter* corruptions;
  client::Gauge* segment_current;
  client::Gauge* storage_size_bytes;
  client::Counter* record_part_writes;
  client::Counter* record_parts_bytes;
  client::Family<client::Counter>* record_bytes_saved;
};
// `prefix` of the names: the out-of-order log has one of its own.
WalMetrics MakeWalMetrics(client::Registry& registry,
                          const std::string& prefix = "prometheus_tsdb_wal_");

// A record as it goes into fragments: perhaps compressed.
struct PreparedRecord {
  std::string bytes;
  uint8_t flag = 0;
  size_t saved_bytes = 0;
};
PreparedRecord Prepare(Compression compression, std::string_view record);

struct WriterOptions {
  FileSystem* fs = nullptr;
  const Clock* clock = Clock::System();
  std::string directory;
  uint64_t segment_bytes = kDefaultSegmentBytes;  // a multiple of the page size
  const WalMetrics* metrics = nullptr;            // outlives the writer
};

class Writer {
 public:
  // Creates the directory if needed and opens segment `last + 1`.
  static Result<std::unique_ptr<Writer>> Open(const WriterOptions& options);
  ~Writer();

  Result<void> Log(std::span<const PreparedRecord> records) EXCLUDES(mutex_);
  Result<void> Sync() EXCLUDES(mutex_);
  Result<void> Close() EXCLUDES(mutex_);
  // Starts the next segment; returns its number. Earlier segments are complete then.
  Result<uint64_t> NextSegment() EXCLUDES(mutex_);
  uint64_t segment() const EXCLUDES(mutex_);

 private:
  // Where the log ends: everything before is whole.
  struct Position {
    uint64_t segment = 0;
    uint64_t size = 0;
  };

  Writer(const WriterOptions& options, uint64_t segment) : options_(options) {
    end_.segment = segment;
  }
  Result<void> OpenSegment(uint64_t number) REQUIRES(mutex_);
  Result<void> WriteAll(std::span<const PreparedRecord> records) REQUIRES(mutex_);
  Result<void> CutSegment() REQUIRES(mutex_);
  Result<void> Flush() REQUIRES(mutex_);
  Result<void> SyncFile() REQUIRES(mutex_);
  Result<void> CutBack() REQUIRES(mutex_);
  void Add(const PreparedRecord& record) REQUIRES(mutex_);
  uint64_t RoomInSegment() const REQUIRES(mutex_);

  const WriterOptions options_;
  mutable Mutex mutex_;
  std::unique_ptr<AppendFile> file_ GUARDED_BY(mutex_);
  uint64_t open_segment_ GUARDED_BY(mutex_) = 0;
  uint64_t size_ GUARDED_BY(mutex_) = 0;  // of the open segment, `buffer_` included
  std::string buffer_ GUARDED_BY(mutex_);
  Position end_ GUARDED_BY(mutex_);
  bool torn_ GUARDED_BY(mutex_) = false;  // bytes after end_ could not be cut off yet
};

}  // namespace watchfire::wal

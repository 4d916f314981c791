#include "tsdb/db/db.h"

#include <algorithm>

#include "base/log.h"

namespace watchfire::tsdb {
namespace {

constexpr int64_t kMaintainEveryMs = 60'000;

// Crockford's base 32, 26 digits: how Prometheus names its blocks.
bool IsUlid(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  return name.size() == 26 && name.find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace

Result<std::unique_ptr<Db>> Db::Open(const DbOptions& options) {
  std::unique_ptr<Db> db(new Db(options));
  if (db->options_.fs == nullptr) db->options_.fs = FileSystem::Local();
  if (db->options_.clock == nullptr) db->options_.clock = Clock::System();
  if (db->options_.registry == nullptr) db->options_.registry = &db->own_registry_;
  TRY(db->Start());
  return db;
}

Db::~Db() {
  if (Result<void> closed = Close(); !closed) {
    WF_LOG(kError, "Closing the database failed", {"err", closed.error()});
  }
}

Result<void> Db::TakeLock() {
  client::Gauge& clean_start = options_.registry->AddGauge(
      "prometheus_tsdb_clean_start",
      "-1: lockfile is disabled. 0: a lockfile from a previous execution was replaced. 1: lockfile "
      "creation was clean");
  clean_start.Set(-1);
  if (options_.no_lockfile) return {};
  bool existed = false;
  lock_ = TRY(FileLock::Acquire(JoinPath(options_.path, "lock"), &existed));
  clean_start.Set(existed ? 0 : 1);
  if (existed) {
    WF_LOG(kWarn, "A lockfile from a previous execution already existed. It was replaced",
           {"file", JoinPath(options_.path, "lock")});
  }
  return {};
}

void Db::TellForeignData() {
  Result<std::vector<DirEntry>> entries = options_.fs->ListDirectory(options_.path);
  if (!entries) return;
  auto blocks = std::count_if(entries->begin(), entries->end(), [](const DirEntry& entry) {
    return entry.is_directory && IsUlid(entry.name);
  });
  if (blocks > 0) {
    WF_LOG(kWarn,
           "Blocks of a Prometheus are in the data directory; this version leaves them "
           "untouched and does not read them yet",
           {"blocks", blocks}, {"dir", options_.path});
  }
  Result<std::vector<DirEntry>> wbl = options_.fs->ListDirectory(JoinPath(options_.path, "wbl"));
  if (wbl && !wbl->empty()) {
    WF_LOG(kWarn,
           "An out-of-order log is in the data directory; this version leaves it untouched "
           "and does not read it yet",
           {"dir", JoinPath(options_.path, "wbl")});
  }
}

Result<void> Db::Start() {
  TRY(options_.fs->CreateDirectories(options_.path));
  TRY(TakeLock());
  TRY(wal::RemoveObsolete(*options_.fs, JoinPath(options_.path, "wal")));
  TellForeignData();
  options_.registry
      ->AddGauge("prometheus_tsdb_retention_limit_seconds",
                 "How long to retain samples in storage.")
      .Set(ToSeconds(options_.retention_ms));
  options_.registry->AddGauge("prometheus_tsdb_blocks_loaded",
                              "Number of currently loaded data blocks");

  head::HeadOptions head_options;
  head_options.fs = options_.fs;
  head_options.clock = options_.clock;
  head_options.wal_directory = JoinPath(options_.path, "wal");
  head_options.compression = options_.wal_compression;
  if (head_options.compression == Compression::kAuto) {
    head_options.compression =
        TRY(wal::DetectCompression(*options_.fs, head_options.wal_directory));
  }
  head_options.segment_bytes = options_.wal_segment_bytes;
  head_options.registry = options_.registry;
  head_ = std::make_unique<head::Head>(head_options);

  WF_LOG(kInfo, "Replaying WAL, this may take a while", {"component", "tsdb"});
  int64_t start = options_.clock->MonotonicNs();
  std::shared_ptr<ReplayProgress> progress = options_.progress;
  head::ReplayResult replayed = TRY(head_->Replay([&](uint64_t segment, uint64_t last) {
    if (progress == nullptr) return;
    if (progress->max == 0) progress->min = segment;
    progress->max = last;
    progress->current = segment;
  }));
  if (replayed.repaired) ++corruptions_;
  WF_LOG(kInfo, "WAL replay completed", {"component", "tsdb"}, {"series", replayed.series},
         {"samples", replayed.samples},
         {"duration", fmt::format("{}ms", (options_.clock->MonotonicNs() - start) / 1'000'000)});
  TRY(head_->OpenLog());
  if (options_.background) thread_ = Thread("compact", [this] { RunInBackground(); });
  return {};
}

Result<void> Db::Truncate(TimeMs t) {
  MutexLock lock(maintain_mutex_);
  return head_->Truncate(t);
}

Result<void> Db::Maintain() {
  if (options_.retention_ms <= 0) return {};
  head::HeadStats stats = head_->Stats();
  if (stats.max_time < stats.min_time) return {};
  TimeMs oldest_kept = stats.max_time - options_.retention_ms;
  if (oldest_kept <= stats.min_time) return {};
  return Truncate(oldest_kept);
}

void Db::RunInBackground() {
  while (true) {
    {
      MutexLock lock(stop_mutex_);
      if (!stopping_) stop_signal_.WaitFor(stop_mutex_, kMaintainEveryMs);
      if (stopping_) return;
    }
    if (Result<void> done = Maintain(); !done) {
      WF_LOG(kError, "Dropping old samples failed", {"component", "tsdb"}, {"err", done.error()});
    }
  }
}

Stats Db::GetStats() {
  head::HeadStats head = head_->Stats();
  Stats stats;
  stats.num_series = head.num_series;
  stats.num_label_pairs = head_->TopCardinality(0).num_label_pairs;
  stats.chunk_count = head.chunk_count;
  stats.min_time = head.min_time;
  stats.max_time = head.max_time;
  return stats;
}

Result<void> Db::Close() {
  {
    MutexLock lock(stop_mutex_);
    if (closed_) return {};
    closed_ = true;
    stopping_ = true;
    stop_signal_.NotifyAll();
  }
  thread_.Join();
  Result<void> result = head_ ? head_->Close() : Result<void>();
  lock_.reset();
  return result;
}

}  // namespace watchfire::tsdb

#include "tsdb/db/db.h"

#include <algorithm>

#include "base/log.h"
#include "storage/merge.h"
#include "tsdb/db/db_metrics.h"

namespace watchfire::tsdb {
namespace {

uint64_t DirectoryBytes(FileSystem& fs, const std::string& path) {
  uint64_t bytes = 0;
  Result<std::vector<DirEntry>> entries = fs.ListDirectory(path);
  if (!entries) return 0;
  for (const DirEntry& entry : *entries) {
    bytes += entry.is_directory ? DirectoryBytes(fs, JoinPath(path, entry.name)) : entry.size;
  }
  return bytes;
}

}  // namespace

Db::Db(const DbOptions& options) : options_(options), retention_(options.retention) {
  if (options_.fs == nullptr) options_.fs = FileSystem::Local();
  if (options_.clock == nullptr) options_.clock = Clock::System();
  if (options_.registry == nullptr) options_.registry = &own_registry_;
  metrics_ = std::make_unique<Metrics>(*options_.registry);
}

Result<std::unique_ptr<Db>> Db::Open(const DbOptions& options) {
  std::unique_ptr<Db> db(new Db(options));
  TRY(db->Start());
  return db;
}

Db::~Db() {
  if (Result<void> closed = Close(); !closed) {
    WF_LOG(kError, "Closing the database failed", {"err", closed.error()});
  }
}

Result<void> Db::TakeLock() {
  metrics_->clean_start.Set(-1);
  if (options_.no_lockfile) return {};
  bool existed = false;
  lock_ = TRY(FileLock::Acquire(JoinPath(options_.path, "lock"), &existed));
  metrics_->clean_start.Set(existed ? 0 : 1);
  if (existed) {
    WF_LOG(kWarn, "A lockfile from a previous execution already existed. It was replaced",
           {"file", JoinPath(options_.path, "lock")});
  }
  return {};
}

Result<void> Db::Start() {
  TRY(options_.fs->CreateDirectories(options_.path));
  TRY(TakeLock());
  TRY(wal::RemoveObsolete(*options_.fs, JoinPath(options_.path, "wal")));
  SetRetention(options_.retention);
  blocks_ =
      std::make_unique<BlockSet>(options_.fs, options_.clock, options_.path, *options_.registry);
  TRY(blocks_->RemoveLeftovers());
  compactor_ = std::make_unique<compact::Compactor>(
      compact::CompactorOptions{
          .fs = options_.fs,
          .clock = options_.clock,
          .directory = options_.path,
          .max_chunk_segment_bytes = options_.max_chunk_segment_bytes,
          .float_encoding = options_.xor2_chunks ? chunk::Encoding::kXor2 : chunk::Encoding::kXor,
          .stop = &cancel_},
      *options_.registry);
  {
    MutexLock lock(maintain_mutex_);
    TRY(ReloadBlocks());
  }
  TRY(OpenHead());
  if (options_.background) thread_ = Thread("compact", [this] { RunInBackground(); });
  return {};
}

Result<void> Db::OpenHead() {
  head::HeadOptions head_options;
  head_options.fs = options_.fs;
  head_options.clock = options_.clock;
  head_options.wal_directory = JoinPath(options_.path, "wal");
  head_options.compression = options_.wal_compression;
  if (head_options.compression == Compression::kAuto) {
    head_options.compression =
        TRY(wal::DetectCompression(*options_.fs, head_options.wal_directory));
  }
  head_options.wbl_directory = JoinPath(options_.path, "wbl");
  head_options.out_of_order_window_ms = options_.out_of_order_window_ms;
  head_options.chunk_range_ms = options_.min_block_ms;
  head_options.max_exemplars = options_.max_exemplars;
  head_options.metadata_records = options_.metadata_records;
  head_options.segment_bytes = options_.wal_segment_bytes;
  head_options.registry = options_.registry;
  head_ = std::make_unique<head::Head>(head_options);
  // What the blocks hold needs no second place in memory.
  TimeMs held = blocks_->MaxRegularTime(options_.min_block_ms);
  if (held != kMinTime) head_->RaiseMinValidTime(held);

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
  return head_->OpenLog();
}

// The head first: what is truncated from it meanwhile is in a block that is in the list then.
Result<std::unique_ptr<storage::Querier>> Db::NewQuerier(TimeMs mint, TimeMs maxt) {
  std::unique_ptr<storage::Querier> newest = TRY(head_->NewQuerier(mint, maxt));
  std::vector<std::unique_ptr<storage::Querier>> parts;
  for (const std::shared_ptr<block::Block>& one : *blocks_->Get()) {
    if (one->meta().mint > maxt || one->meta().maxt <= mint) continue;
    parts.push_back(one->NewQuerier(mint, maxt));
  }
  parts.push_back(std::move(newest));
  return storage::MergeQueriers(std::move(parts));
}

void Db::SetRetention(const Retention& retention) {
  metrics_->retention_seconds.Set(ToSeconds(retention.duration_ms));
  metrics_->retention_bytes.Set(static_cast<double>(retention.bytes));
  MutexLock lock(settings_mutex_);
  retention_ = retention;
}

Retention Db::CurrentRetention() const {
  MutexLock lock(settings_mutex_);
  return retention_;
}

uint64_t Db::LogBytes() const {
  uint64_t bytes = 0;
  for (std::string_view name : {"wal", "wbl", "chunks_head"}) {
    bytes += DirectoryBytes(*options_.fs, JoinPath(options_.path, name));
  }
  return bytes;
}

std::vector<block::BlockMeta> Db::BlockMetas() const {
  std::vector<block::BlockMeta> metas;
  for (const std::shared_ptr<block::Block>& one : *blocks_->Get()) metas.push_back(one->meta());
  return metas;
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
    cancel_ = true;
    stop_signal_.NotifyAll();
  }
  thread_.Join();
  Result<void> result = head_ ? head_->Close() : Result<void>();
  lock_.reset();
  return result;
}

}  // namespace watchfire::tsdb

// What an administrator may do to a database: delete, clean, take a snapshot.
#include <random>

#include "base/log.h"
#include "tsdb/db/db.h"
#include "tsdb/db/db_metrics.h"

namespace watchfire::tsdb {
namespace {

constexpr std::string_view kSnapshots = "snapshots";

// `20060102T150405Z-` and sixteen hexadecimal digits.
std::string SnapshotName(TimeMs now) {
  std::random_device random;
  uint64_t suffix = (uint64_t{random()} << 32) | random();
  std::time_t seconds = now / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z-{:016x}", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, suffix);
}

}  // namespace

Result<void> Db::Delete(TimeMs mint, TimeMs maxt, const model::Matchers& matchers) {
  MutexLock lock(maintain_mutex_);
  for (const std::shared_ptr<block::Block>& one : *blocks_->Get()) {
    if (one->meta().mint > maxt || one->meta().maxt <= mint) continue;
    TRY(one->Delete(mint, maxt, matchers));
  }
  TRY(head_->Delete(mint, maxt, matchers));
  return {};
}

Result<void> Db::CleanTombstones() {
  MutexLock lock(maintain_mutex_);
  int64_t start = options_.clock->MonotonicNs();
  std::shared_ptr<const Blocks> blocks = blocks_->Get();
  for (const std::shared_ptr<block::Block>& one : *blocks) {
    TRY(compactor_->CleanTombstones(*one));
  }
  TRY(ReloadBlocks());
  metrics_->tombstone_cleanup_seconds.Observe(
      static_cast<double>(options_.clock->MonotonicNs() - start) / 1e9);
  return {};
}

Result<void> Db::LinkBlock(const block::Block& from, const std::string& directory) {
  FileSystem& fs = *options_.fs;
  std::string to = JoinPath(directory, BaseName(from.directory()));
  std::string chunks = JoinPath(to, block::kChunksDirectory);
  TRY(fs.CreateDirectories(chunks));
  // These two are replaced by renaming, never written to: a second name keeps today's content.
  for (std::string_view name : {block::kMetaFile, block::kIndexFile, block::kTombstonesFile}) {
    std::string file = JoinPath(from.directory(), name);
    if (fs.Exists(file)) TRY(fs.HardLink(file, JoinPath(to, name)));
  }
  std::string source = JoinPath(from.directory(), block::kChunksDirectory);
  for (const DirEntry& entry : TRY(fs.ListDirectory(source))) {
    TRY(fs.HardLink(JoinPath(source, entry.name), JoinPath(chunks, entry.name)));
  }
  return fs.SyncDirectory(to);
}

Result<void> Db::WriteHeadBlock(const std::string& directory) {
  head::HeadStats stats = head_->Stats();
  if (stats.max_time >= stats.min_time) {
    TimeMs end = stats.max_time + 1;
    std::unique_ptr<chunk::ChunkSource> source = head_->Source(stats.min_time, end);
    TRY(compactor_->Write(*source, {.mint = stats.min_time, .maxt = end, .directory = directory}));
  }
  head::OutOfOrderCut cut = TRY(head_->CutOutOfOrder());
  for (const head::TimeRange& range : cut.ranges) {
    std::unique_ptr<chunk::ChunkSource> source =
        head_->OutOfOrderSource(cut, range.mint, range.maxt);
    TRY(compactor_->Write(*source, {.mint = range.mint,
                                    .maxt = range.maxt,
                                    .hints = {std::string(block::kFromOutOfOrder)},
                                    .directory = directory}));
  }
  return {};
}

Result<void> Db::FillSnapshot(const std::string& directory, bool with_head) {
  TRY(options_.fs->CreateDirectories(directory));
  for (const std::shared_ptr<block::Block>& one : *blocks_->Get()) {
    TRY(LinkBlock(*one, directory));
  }
  if (with_head) TRY(WriteHeadBlock(directory));
  return options_.fs->SyncDirectory(directory);
}

Result<std::string> Db::Snapshot(bool with_head) {
  MutexLock lock(maintain_mutex_);
  std::string name = SnapshotName(options_.clock->Now());
  std::string directory = JoinPath(JoinPath(options_.path, kSnapshots), name);
  if (Result<void> filled = FillSnapshot(directory, with_head); !filled) {
    // Half a snapshot looks like a whole one.
    static_cast<void>(options_.fs->RemoveRecursively(directory));
    return filled.error();
  }
  WF_LOG(kInfo, "Snapshot taken", {"component", "tsdb"}, {"dir", directory});
  return name;
}

}  // namespace watchfire::tsdb

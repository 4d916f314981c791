#include "tsdb/db/block_set.h"

#include <algorithm>

#include "base/log.h"
#include "tsdb/block/block_writer.h"
#include "tsdb/block/tombstones.h"

namespace watchfire::tsdb {
namespace {

using block::Block;
using block::BlockMeta;
using block::Ulid;

bool IsLeftover(const DirEntry& entry) {
  if (!entry.is_directory) return false;
  size_t dot = entry.name.find('.');
  if (dot == std::string::npos || !Ulid::Parse(entry.name.substr(0, dot))) return false;
  std::string_view suffix = std::string_view(entry.name).substr(dot);
  return suffix == block::kCreationSuffix || suffix == block::kDeletionSuffix || suffix == ".tmp";
}

bool IsRegular(const BlockMeta& meta) {
  return !meta.HasHint(block::kFromOutOfOrder) && !meta.HasHint(block::kFromStaleSeries);
}

// Clocks jump, but not further.
constexpr int64_t kFarAheadMs = int64_t{24} * 3600 * 1000;

}  // namespace

bool EndsInFarFuture(const BlockMeta& meta, TimeMs now) {
  return meta.maxt > now + kFarAheadMs;
}

Expired FindExpired(std::vector<SizedBlock> blocks, const Retention& retention,
                    uint64_t other_bytes) {
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const SizedBlock& a, const SizedBlock& b) { return a.maxt > b.maxt; });
  Expired expired;
  bool too_old = false;
  bool too_large = false;
  uint64_t total = other_bytes;
  for (const SizedBlock& one : blocks) {
    too_old |= retention.duration_ms > 0 && blocks[0].maxt - one.maxt >= retention.duration_ms;
    total += one.bytes;
    too_large |= retention.bytes > 0 && total > retention.bytes;
    if (too_old) expired.by_time.push_back(one.ulid);
    if (too_large) expired.by_size.push_back(one.ulid);
  }
  return expired;
}

struct BlockSet::Survey {
  block::BlockListing listing;
  std::set<Ulid> obsolete;
  Blocks blocks;
};

BlockSet::BlockSet(FileSystem* fs, const Clock* clock, std::string directory,
                   client::Registry& registry)
    : fs_(fs),
      clock_(clock),
      directory_(std::move(directory)),
      reloads_(registry.AddCounter("prometheus_tsdb_reloads_total",
                                   "Number of times the database reloaded block data from disk.")),
      reload_failures_(registry.AddCounter(
          "prometheus_tsdb_reloads_failures_total",
          "Number of times the database failed to reload block data from disk.")),
      time_retentions_(registry.AddCounter(
          "prometheus_tsdb_time_retentions_total",
          "The number of times that blocks were deleted because the maximum time limit was "
          "exceeded.")),
      size_retentions_(registry.AddCounter(
          "prometheus_tsdb_size_retentions_total",
          "The number of times that blocks were deleted because the maximum number of bytes was "
          "exceeded.")),
      loaded_(registry.AddGauge("prometheus_tsdb_blocks_loaded",
                                "Number of currently loaded data blocks")),
      bytes_(registry.AddGauge("prometheus_tsdb_storage_blocks_bytes",
                               "The number of bytes that are currently used for local storage by "
                               "all blocks.")),
      symbol_bytes_(registry.AddGauge("prometheus_tsdb_symbol_table_size_bytes",
                                      "Size of symbol table in memory for loaded blocks")),
      blocks_(std::make_shared<Blocks>()) {}

std::shared_ptr<const Blocks> BlockSet::Get() const {
  MutexLock lock(mutex_);
  return blocks_;
}

TimeMs BlockSet::MaxRegularTime(int64_t range_ms) const {
  TimeMs newest = kMinTime;
  TimeMs now = clock_->Now();
  for (const std::shared_ptr<Block>& one : *Get()) {
    const BlockMeta& meta = one->meta();
    if (!IsRegular(meta) || meta.maxt % range_ms != 0 || EndsInFarFuture(meta, now)) continue;
    newest = std::max(newest, meta.maxt);
  }
  return newest;
}

Result<void> BlockSet::RemoveLeftovers() {
  for (const DirEntry& entry : TRY(fs_->ListDirectory(directory_))) {
    if (!IsLeftover(entry)) continue;
    std::string path = JoinPath(directory_, entry.name);
    if (Result<void> removed = fs_->RemoveRecursively(path); !removed) {
      WF_LOG(kError, "Failed to delete tmp block dir", {"component", "tsdb"}, {"dir", path},
             {"err", removed.error()});
      continue;
    }
    WF_LOG(kInfo, "Found and deleted tmp block dir", {"component", "tsdb"}, {"dir", path});
  }
  return {};
}

void BlockSet::Tell(const std::string& path, const Error& error) {
  reload_failures_.Increment();
  if (!told_.insert(path).second) return;
  WF_LOG(kError, "A block cannot be read or removed and is left out", {"component", "tsdb"},
         {"dir", path}, {"err", error});
}

Result<BlockSet::Survey> BlockSet::Look() {
  Survey survey;
  survey.listing = TRY(block::ListBlocks(*fs_, directory_));
  for (const block::BrokenDirectory& broken : survey.listing.broken) {
    Tell(broken.path, broken.error);
  }
  for (const block::BlockDirectory& one : survey.listing.blocks) {
    if (one.meta.deletable) survey.obsolete.insert(one.meta.ulid);
  }
  return survey;
}

// What shows that files are not as they were written, but does not keep the block from serving.
void BlockSet::TellOddities(const Block& one) {
  const BlockMeta& meta = one.meta();
  uint64_t deletions = block::CountIntervals(*one.tombstones());
  if (deletions < meta.stats.num_tombstones) {
    WF_LOG(kWarn, "Tombstones of a block are missing: what was deleted shows again",
           {"component", "tsdb"}, {"dir", one.directory()}, {"found", deletions},
           {"expected", meta.stats.num_tombstones});
  }
  if (EndsInFarFuture(meta, clock_->Now())) {
    WF_LOG(kWarn, "A block ends in the future", {"component", "tsdb"}, {"dir", one.directory()},
           {"maxt", meta.maxt});
  }
}

// Whether the child can hold what that parent held. A parent that is not there may be either.
bool BlockSet::Replaces(const BlockMeta& child, const block::BlockDesc& parent,
                        const Survey& survey) {
  const std::vector<block::BlockDirectory>& all = survey.listing.blocks;
  auto found = std::find_if(all.begin(), all.end(),
                            [&](const auto& one) { return one.meta.ulid == parent.ulid; });
  if (found == all.end()) return true;
  const BlockMeta& met = found->meta;
  if (met.ulid != child.ulid && met.mint == parent.mint && met.maxt == parent.maxt &&
      met.mint >= child.mint && met.maxt <= child.maxt) {
    return true;
  }
  if (told_.insert(found->path + " parent").second) {
    WF_LOG(kWarn, "A block is said to be replaced by one that cannot hold it, and is kept",
           {"component", "tsdb"}, {"dir", found->path}, {"by", child.ulid.ToString()});
  }
  return false;
}

// Parents go only once the block that replaces them is open.
void BlockSet::OpenNew(Survey* survey) {
  std::map<Ulid, std::shared_ptr<Block>> known;
  for (const std::shared_ptr<Block>& one : *Get()) known[one->meta().ulid] = one;
  std::vector<std::pair<std::string, Error>> failed;
  for (const block::BlockDirectory& one : survey->listing.blocks) {
    if (survey->obsolete.contains(one.meta.ulid)) continue;
    if (auto found = known.find(one.meta.ulid); found != known.end()) {
      survey->blocks.push_back(found->second);
      continue;
    }
    Result<std::shared_ptr<Block>> opened = Block::Open(*fs_, one.path);
    if (opened) {
      TellOddities(**opened);
      survey->blocks.push_back(*opened);
    } else {
      failed.emplace_back(one.path, opened.error());
    }
  }
  for (const std::shared_ptr<Block>& one : survey->blocks) {
    for (const block::BlockDesc& parent : one->meta().parents) {
      if (Replaces(one->meta(), parent, *survey)) survey->obsolete.insert(parent.ulid);
    }
  }
  for (const auto& [path, error] : failed) {
    // Half of what a crash left of a replaced block: it goes below, with the other parents.
    if (auto ulid = Ulid::Parse(BaseName(path)); ulid && survey->obsolete.contains(*ulid)) continue;
    Tell(path, error);
  }
}

void BlockSet::DropExpired(const Retention& retention, uint64_t other_bytes, Survey* survey) {
  std::vector<SizedBlock> sized;
  // One block that ends in the future must not make all others old.
  TimeMs now = clock_->Now();
  for (const std::shared_ptr<Block>& one : survey->blocks) {
    if (survey->obsolete.contains(one->meta().ulid)) continue;
    sized.push_back({one->meta().ulid, std::min(one->meta().maxt, now), one->size_bytes()});
  }
  Expired expired = FindExpired(std::move(sized), retention, other_bytes);
  if (!expired.by_time.empty()) time_retentions_.Increment();
  if (!expired.by_size.empty()) size_retentions_.Increment();
  survey->obsolete.insert(expired.by_time.begin(), expired.by_time.end());
  survey->obsolete.insert(expired.by_size.begin(), expired.by_size.end());
  std::erase_if(survey->blocks, [&](const std::shared_ptr<Block>& one) {
    return survey->obsolete.contains(one->meta().ulid);
  });
}

// Renamed first, so that a crash in between leaves no half block under a block's name.
Result<void> BlockSet::RemoveBlock(const std::string& path) {
  std::string doomed = path + std::string(block::kDeletionSuffix);
  if (fs_->Exists(doomed)) TRY(fs_->RemoveRecursively(doomed));
  TRY(fs_->Rename(path, doomed));
  return fs_->RemoveRecursively(doomed);
}

void BlockSet::Measure(const Blocks& blocks) {
  uint64_t bytes = 0;
  uint64_t symbols = 0;
  for (const std::shared_ptr<Block>& one : blocks) {
    bytes += one->size_bytes();
    symbols += one->index().memory_bytes();
  }
  loaded_.Set(static_cast<double>(blocks.size()));
  bytes_.Set(static_cast<double>(bytes));
  symbol_bytes_.Set(static_cast<double>(symbols));
}

Result<void> BlockSet::Reload(const Retention& retention, uint64_t other_bytes) {
  reloads_.Increment();
  Result<Survey> looked = Look();
  if (!looked) {
    reload_failures_.Increment();
    return looked.error();
  }
  Survey& survey = *looked;
  OpenNew(&survey);
  DropExpired(retention, other_bytes, &survey);
  Measure(survey.blocks);
  {
    MutexLock lock(mutex_);
    blocks_ = std::make_shared<Blocks>(survey.blocks);
  }
  for (const block::BlockDirectory& one : survey.listing.blocks) {
    if (!survey.obsolete.contains(one.meta.ulid)) continue;
    WF_LOG(kInfo, "Deleting obsolete block", {"component", "tsdb"},
           {"block", one.meta.ulid.ToString()});
    // Nobody reads it any more; the next reload tries again.
    if (Result<void> removed = RemoveBlock(one.path); !removed) Tell(one.path, removed.error());
  }
  return {};
}

}  // namespace watchfire::tsdb

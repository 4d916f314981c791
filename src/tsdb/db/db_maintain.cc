// How the head's samples become blocks, and blocks larger blocks.
#include <algorithm>

#include "base/log.h"
#include "tsdb/chunk/encoded_chunk.h"
#include "tsdb/compact/plan.h"
#include "tsdb/db/db.h"
#include "tsdb/db/db_metrics.h"

namespace watchfire::tsdb {
namespace {

constexpr int64_t kMaintainEveryMs = 60'000;
constexpr int64_t kLookEveryMs = 1'000;
constexpr int64_t kMaxBlockMs = int64_t{31} * 24 * 3600 * 1000;

}  // namespace

// Returns whether there is something to do, false when the database closes: once a minute, or as
// soon as the head can give a block away.
bool Db::WaitForWork(int64_t backoff_ms) {
  int64_t waited_ms = 0;
  MutexLock lock(stop_mutex_);
  while (!stopping_ && waited_ms < kMaintainEveryMs) {
    int64_t step_ms = std::max(backoff_ms, kLookEveryMs);
    stop_signal_.WaitFor(stop_mutex_, step_ms);
    waited_ms += step_ms;
    if (head_->CompactableRange()) break;
  }
  return !stopping_;
}

void Db::RunInBackground() {
  int64_t backoff_ms = 0;
  while (WaitForWork(backoff_ms)) {
    Result<void> done = Maintain();
    if (done) {
      backoff_ms = 0;
    } else if (done.error().code() != ErrorCode::kCancelled) {
      WF_LOG(kError, "compaction failed", {"component", "tsdb"}, {"err", done.error()});
      backoff_ms = std::clamp<int64_t>(backoff_ms * 2, 1'000, kMaintainEveryMs);
    }
  }
}

Result<void> Db::Maintain() {
  MutexLock lock(maintain_mutex_);
  TRY(ReloadBlocks());
  metrics_->triggered.Increment();
  Result<void> truncated = head_->TruncateLog();
  TRY(CompactHead());
  head_->ForgetRemoved();
  TRY(CompactBlocks());
  return truncated;
}

Result<void> Db::ReloadBlocks() {
  Result<void> done = blocks_->Reload(CurrentRetention(), LogBytes());
  std::shared_ptr<const Blocks> blocks = blocks_->Get();
  TimeMs oldest =
      blocks->empty() ? head_ ? head_->Stats().min_time : kMaxTime : blocks->front()->meta().mint;
  if (oldest != kMaxTime) {
    metrics_->lowest_time.Set(static_cast<double>(oldest));
    metrics_->lowest_time_seconds.Set(ToSeconds(oldest));
  }
  return done;
}

Result<void> Db::CompactHead() {
  bool any = false;
  while (std::optional<head::TimeRange> range = head_->CompactableRange()) {
    // Nothing more may come into the range: late appends are refused, running ones waited for.
    head_->RaiseMinValidTime(range->maxt);
    if (!head_->WaitForAppendersBelow(range->maxt)) {
      return Error::Timeout("transactions that began long ago may still add to the block's range");
    }
    {
      std::unique_ptr<chunk::ChunkSource> source = head_->Source(range->mint, range->maxt);
      TRY(compactor_->Write(*source, {.mint = range->mint, .maxt = range->maxt}));
    }
    TRY(ReloadBlocks());
    TRY(head_->Truncate(range->maxt));
    if (cancel_) return Error::Cancelled("compaction was stopped");
    any = true;
  }
  return any ? CompactOutOfOrder() : Result<void>();
}

// After the head's ranges, as upstream: what came late lies beside blocks that are there by now.
Result<void> Db::CompactOutOfOrder() {
  head::OutOfOrderCut cut = TRY(head_->CutOutOfOrder());
  if (cut.empty()) return {};
  for (const head::TimeRange& range : cut.ranges) {
    std::unique_ptr<chunk::ChunkSource> source =
        head_->OutOfOrderSource(cut, range.mint, range.maxt);
    TRY(compactor_->Write(
        *source,
        {.mint = range.mint, .maxt = range.maxt, .hints = {std::string(block::kFromOutOfOrder)}}));
  }
  TRY(ReloadBlocks());
  return head_->TruncateOutOfOrder(cut);
}

std::vector<int64_t> Db::BlockRanges() const {
  int64_t max_ms = options_.max_block_ms;
  if (max_ms == 0) {
    int64_t kept_ms = CurrentRetention().duration_ms;
    max_ms = kept_ms > 0 ? std::min(kept_ms / 10, kMaxBlockMs) : kMaxBlockMs;
  }
  return compact::Ranges(options_.min_block_ms, max_ms);
}

// Merging blocks can wait, while what it fills the disk with for a moment is missed by appends.
Result<void> Db::CheckRoomFor(const Blocks& merged) const {
  uint64_t bytes = 0;
  for (const std::shared_ptr<block::Block>& one : merged) bytes += one->size_bytes();
  uint64_t room = options_.fs->FreeBytes(options_.path);
  if (bytes <= room) return {};
  return Error::Io("no space left on device to merge {} blocks of {} bytes: {} bytes are free",
                   merged.size(), bytes, room);
}

Result<void> Db::CompactBlocks() {
  std::vector<int64_t> ranges = BlockRanges();
  while (true) {
    // Flags that the compactor leaves are in the files on disk.
    block::BlockListing listing = TRY(block::ListBlocks(*options_.fs, options_.path));
    TimeMs now = options_.clock->Now();
    std::erase_if(listing.blocks,
                  [&](const block::BlockDirectory& one) { return EndsInFarFuture(one.meta, now); });
    std::vector<std::string> plan = compact::Plan(listing.blocks, ranges);
    if (plan.empty()) return {};
    Blocks chosen;
    std::shared_ptr<const Blocks> open = blocks_->Get();
    for (const std::string& path : plan) {
      auto found = std::find_if(open->begin(), open->end(),
                                [&](const auto& one) { return one->directory() == path; });
      // A block that cannot be read keeps its neighbours from being merged over it.
      if (found == open->end()) return {};
      chosen.push_back(*found);
    }
    TRY(CheckRoomFor(chosen));
    TRY(compactor_->Compact(chosen));
    open.reset();
    chosen.clear();
    TRY(ReloadBlocks());
    // The head's ranges come first: they keep memory, blocks only disk.
    if (head_->CompactableRange()) TRY(CompactHead());
    if (cancel_) return Error::Cancelled("compaction was stopped");
  }
}

}  // namespace watchfire::tsdb

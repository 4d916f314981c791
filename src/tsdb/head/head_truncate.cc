#include <algorithm>

#include "base/log.h"
#include "tsdb/head/head.h"
#include "tsdb/head/head_metrics.h"
#include "tsdb/wal/checkpoint.h"

namespace watchfire::head {

Result<void> Head::Truncate(TimeMs t) {
  metrics_->truncations->Increment();
  size_t dropped = samples_.DropBefore(t);
  bool had_histograms = !histograms_.empty();
  TimeMs range = options_.chunk_range_ms;
  TimeMs cut = t - ((t % range) + range) % range;
  // Where samples begin now: hours without any make no empty blocks.
  TimeMs oldest = cut;
  if (!had_histograms) oldest = std::max(cut, samples_.GetStats().oldest_era.value_or(cut));
  if (min_time_.load(std::memory_order_relaxed) < oldest) {
    min_time_.store(oldest, std::memory_order_relaxed);
  }
  if (dropped == 0 && !had_histograms) return {};
  histograms_.DropBefore(cut, samples_.Advance(), samples_.OldestReader());
  deletions_.DropBefore(std::min(cut, out_of_order_.mint()));
  size_t removed = CollectGarbage();
  log_outlives_memory_ = true;
  {
    MutexLock lock(truncate_mutex_);
    log_cut_ = cut;
  }
  TRY(TruncateLog());
  RemoveOldChunks(cut);
  WF_LOG(kInfo, "Head truncated", {"eras", dropped}, {"series", removed}, {"mint", cut});
  return {};
}

Result<void> Head::TruncateLog() {
  MutexLock lock(truncate_mutex_);
  if (!log_cut_) return {};
  Result<void> written = WriteCheckpoint(*log_cut_, false);
  // What the disk refused is worth another try; damage stays what it is.
  if (written || written.error().code() == ErrorCode::kCorrupt) log_cut_.reset();
  if (!written) metrics_->truncations_failed->Increment();
  return written;
}

Result<void> Head::ForgetInLog(TimeMs t) {
  MutexLock lock(truncate_mutex_);
  return WriteCheckpoint(t, true);
}

// As upstream: every truncation begins a segment, and a checkpoint replaces the older two thirds;
// `whole`: all of them.
Result<void> Head::WriteCheckpoint(TimeMs mint, bool whole) {
  FileSystem& fs = *options_.fs;
  std::vector<wal::SegmentFile> segments = TRY(wal::ListSegments(fs, options_.wal_directory));
  TRY(writer_->NextSegment());
  if (segments.empty()) return {};
  std::optional<uint64_t> target =
      whole ? std::optional(segments.back().number)
            : wal::CheckpointTarget(segments.front().number, segments.back().number);
  if (!target) return {};
  int64_t start = options_.clock->MonotonicNs();
  metrics_->checkpoint_creations->Increment();
  wal_metrics_.truncations->Increment();
  wal::CheckpointOptions checkpoint;
  checkpoint.fs = &fs;
  checkpoint.directory = options_.wal_directory;
  checkpoint.last_segment = *target;
  checkpoint.compression = options_.compression;
  checkpoint.segment_bytes = options_.segment_bytes;
  checkpoint.mint = mint;
  // Late samples may lie before the cut, and their deletions with them.
  checkpoint.tombstone_mint = std::min(mint, out_of_order_.mint());
  checkpoint.keep_series = [&](wal::Ref ref) { return CheckpointNeeds(ref, *target); };
  Result<wal::CheckpointStats> written = wal::WriteCheckpoint(checkpoint);
  if (!written) {
    metrics_->checkpoint_creations_failed->Increment();
    wal_metrics_.truncations_failed->Increment();
    return written.error().With("create checkpoint");
  }
  ForgetRefsUpTo(*target);
  if (whole) log_outlives_memory_ = false;
  // What is left over costs disk and nothing else; the next one tries again.
  metrics_->checkpoint_deletions->Increment();
  if (Result<void> removed = wal::RemoveObsolete(fs, options_.wal_directory); !removed) {
    metrics_->checkpoint_deletions_failed->Increment();
    WF_LOG(kError, "Removing segments behind a checkpoint failed", {"component", "tsdb"},
           {"err", removed.error()});
  }
  double seconds = static_cast<double>(options_.clock->MonotonicNs() - start) * 1e-9;
  wal_metrics_.truncate_duration_seconds->Observe(seconds);
  WF_LOG(kInfo, "WAL checkpoint complete", {"component", "tsdb"},
         {"first", segments.front().number}, {"last", *target},
         {"duration", fmt::format("{}ms", static_cast<int64_t>(seconds * 1e3))});
  return {};
}

}  // namespace watchfire::head

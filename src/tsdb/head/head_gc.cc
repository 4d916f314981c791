#include <algorithm>

#include "base/log.h"
#include "tsdb/head/head.h"
#include "tsdb/head/head_metrics.h"

// Series that have nothing in the head any more. An appender may have looked one up and not
// committed yet, and a query may have found one and not read it yet, so that going takes steps:
// mark what is unused; wait until the appenders that were there are gone, while later ones take the
// marks off what they want; remove what is still marked and still unused; give its id away when the
// queries that were there are gone, too.

namespace watchfire::head {

// Of every new series, before anybody else can find it.
void Head::Created(SeriesId id) {
  if (writer_ == nullptr) return;  // the log is being read: the series has a number there
  MutexLock lock(created_mutex_);
  wal_refs_.Set(id, next_ref_++);
  not_logged_.push_back(id);
}

void Head::RaiseMinValidTime(TimeMs t) {
  TimeMs known = min_valid_time_.load();
  while (t > known && !min_valid_time_.compare_exchange_weak(known, t)) {
  }
}

// Ascending.
std::vector<SeriesId> Head::UnusedSeries() {
  std::vector<SeriesId> fresh;
  {
    MutexLock lock(created_mutex_);
    fresh = not_logged_;
  }
  std::sort(fresh.begin(), fresh.end());
  std::vector<SeriesId> ids;
  for (SeriesId id = 0, n = index_.num_ids(); id < n; ++id) {
    if (index_.IsSeries(id) && !std::binary_search(fresh.begin(), fresh.end(), id)) {
      ids.push_back(id);
    }
  }
  EraseUsed(&ids);
  return ids;
}

void Head::EraseUsed(std::vector<SeriesId>* ids) {
  samples_.EraseUsed(ids);
  std::erase_if(*ids, [&](SeriesId id) {
    return (!histograms_.empty() && histograms_.NewestOf(id)) || out_of_order_.Has(id);
  });
}

size_t Head::CollectGarbage(int64_t timeout_ms) {
  MutexLock lock(garbage_mutex_);
  ReleaseRemoved();
  std::vector<SeriesId> candidates = UnusedSeries();
  if (candidates.empty()) return 0;
  index_.Mark(candidates);
  // Queries from before may have eras in view that are dropped by now.
  uint64_t known_until = samples_.Advance();
  if (!appenders_.WaitForPresent(timeout_ms) || !samples_.WaitForReaders(known_until, timeout_ms)) {
    WF_LOG(kInfo, "Unused series stay for now: transactions or queries take too long",
           {"component", "tsdb"}, {"series", candidates.size()});
    return 0;
  }
  return Remove(candidates);
}

size_t Head::Remove(std::span<const SeriesId> candidates) {
  std::vector<SeriesId> ids(candidates.begin(), candidates.end());
  EraseUsed(&ids);
  std::vector<SeriesId> gone = index_.RemoveMarked(ids);
  if (gone.empty()) return 0;
  samples_.Forget(gone);
  metadata_.Forget(gone);
  deletions_.Forget([&](SeriesId id) { return std::binary_search(gone.begin(), gone.end(), id); });
  uint64_t segment = writer_ == nullptr ? 0 : writer_->segment();
  {
    MutexLock lock(created_mutex_);
    for (SeriesId id : gone) removed_refs_[WalRef(id)] = segment;
  }
  metrics_->series->Set(static_cast<double>(index_.num_series()));
  metrics_->series_removed->Increment(static_cast<double>(gone.size()));
  size_t count = gone.size();
  removed_.push_back({samples_.Advance(), std::move(gone)});
  if (index_.IsMostlyGarbage()) {
    std::vector<SeriesId> pending;
    for (const Removed& one : removed_) {
      pending.insert(pending.end(), one.ids.begin(), one.ids.end());
    }
    index_.Rebuild(pending);
    rebuilt_at_ = samples_.Advance();
  }
  ReleaseRemoved();
  return count;
}

void Head::ForgetRemoved() {
  MutexLock lock(garbage_mutex_);
  ReleaseRemoved();
}

void Head::ReleaseRemoved() {
  uint64_t oldest = samples_.OldestReader();
  std::erase_if(removed_, [&](const Removed& one) {
    if (one.sequence >= oldest) return false;
    index_.Release(one.ids);
    return true;
  });
  if (rebuilt_at_ == 0 || rebuilt_at_ >= oldest) return;
  index_.ForgetOldStores();
  rebuilt_at_ = 0;
}

bool Head::CheckpointNeeds(wal::Ref ref, uint64_t last_segment) const {
  MutexLock lock(created_mutex_);
  auto found = removed_refs_.find(ref);
  return found == removed_refs_.end() || found->second > last_segment;
}

// The checkpoint is there and lacks them.
void Head::ForgetRefsUpTo(uint64_t last_segment) {
  MutexLock lock(created_mutex_);
  std::erase_if(removed_refs_, [&](const auto& one) { return one.second <= last_segment; });
}

}  // namespace watchfire::head

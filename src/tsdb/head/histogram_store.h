#pragma once
// HistogramStore: the native histograms of the head, as they came, by series. They are few beside
// the floats, so they are kept plainly until the block writer asks for more. Entries carry their
// transaction's sequence, like the marks of the sample store, so a query sees whole transactions.
// Thread-safe.

#include <atomic>
#include <map>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "storage/querier.h"
#include "tsdb/head/sample_store.h"

namespace watchfire::head {

class HistogramStore {
 public:
  // Ignored when not newer than the series' newest. Returns whether it was kept.
  bool Append(SeriesId id, storage::HistogramSample sample, uint64_t sequence) EXCLUDES(mutex_);
  std::vector<storage::HistogramSample> Read(SeriesId id, TimeMs mint, TimeMs maxt,
                                             uint64_t sequence) const EXCLUDES(mutex_);
  bool HasSamples(SeriesId id, TimeMs mint, TimeMs maxt, uint64_t sequence) const EXCLUDES(mutex_);
  std::optional<TimeMs> NewestTime(SeriesId id) const EXCLUDES(mutex_);
  void DropBefore(TimeMs t) EXCLUDES(mutex_);
  size_t num_series() const EXCLUDES(mutex_);
  // Cheap: most heads have none.
  bool empty() const { return !any_.load(std::memory_order_acquire); }

 private:
  struct Entry {
    storage::HistogramSample sample;
    uint64_t sequence = 0;
  };

  mutable Mutex mutex_;
  std::map<SeriesId, std::vector<Entry>> series_ GUARDED_BY(mutex_);  // ascending in time
  std::atomic<bool> any_{false};
};

// kInvalid when spans and buckets do not fit together.
Result<void> ValidateHistogram(const model::Histogram& histogram);
Result<void> ValidateHistogram(const model::FloatHistogram& histogram);

}  // namespace watchfire::head

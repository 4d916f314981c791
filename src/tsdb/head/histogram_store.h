#pragma once
// HistogramStore: the native histograms of the head by series, both kinds, precisely as they came.
// The newest few of a series are kept decoded; when there are kOpen of them they are encoded as
// chunks, together with the last chunk while that is short, so that a series costs its chunks and a
// handful of histograms. Where the changes of counter and layout cut chunks is EncodeHistograms'
// affair.
//
// Entries carry their transaction's sequence, like the marks of the sample store, so a query sees
// whole transactions; only what every reader may see is encoded. Thread-safe; chunks are decoded
// outside the lock.

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "storage/querier.h"
#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/samples/sample_store.h"

namespace watchfire::head {

class HistogramStore {
 public:
  // Ignored when not newer than the series' newest; returns whether it was kept. No reader tells
  // sequences up to `watermark` apart.
  bool Append(SeriesId id, chunk::HistogramPoint point, uint64_t sequence, uint64_t watermark)
      EXCLUDES(mutex_);

  // Points with mint ≤ t ≤ maxt, in order of time, behind what `out` has.
  void Read(SeriesId id, TimeMs mint, TimeMs maxt, uint64_t sequence,
            std::vector<chunk::HistogramPoint>* out) const EXCLUDES(mutex_);
  bool HasSamples(SeriesId id, TimeMs mint, TimeMs maxt, uint64_t sequence) const EXCLUDES(mutex_);

  // Adds all series that have some.
  void AddSeries(std::vector<SeriesId>* ids) const EXCLUDES(mutex_);

  struct Newest {
    TimeMs t = 0;
    bool is_float = false;
  };
  std::optional<Newest> NewestOf(SeriesId id) const EXCLUDES(mutex_);
  // Whether the series' newest is just this one.
  bool EndsWith(SeriesId id, const chunk::HistogramPoint& point) const EXCLUDES(mutex_);
  std::optional<TimeMs> OldestTime(SeriesId id) const EXCLUDES(mutex_);

  // Readers that know more than `sequence` see nothing before `t` any more; the memory goes when
  // the others are gone.
  void DropBefore(TimeMs t, uint64_t sequence, uint64_t watermark) EXCLUDES(mutex_);
  size_t num_series() const EXCLUDES(mutex_);
  size_t bytes() const EXCLUDES(mutex_);
  // Cheap: most heads have none.
  bool empty() const { return !any_.load(std::memory_order_acquire); }

  // Decoded histograms of a series, at most, while no query holds older ones back.
  static constexpr size_t kOpen = 16;

 private:
  using Chunk = std::shared_ptr<const chunk::OwnedChunk>;
  struct Entry {
    chunk::HistogramPoint point;
    uint64_t sequence = 0;
  };
  struct Series {
    std::vector<Chunk> chunks;
    std::vector<Entry> open;  // newer than the chunks
  };
  struct Cut {
    TimeMs t = 0;
    uint64_t sequence = 0;  // readers beyond it are concerned
  };
  static void Encode(Series* series, size_t count);
  TimeMs OldestShown(TimeMs mint, uint64_t sequence) const REQUIRES(mutex_);
  void Purge(uint64_t watermark) REQUIRES(mutex_);
  void Erase(TimeMs before) REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<SeriesId, Series> series_ GUARDED_BY(mutex_);
  std::vector<Cut> cuts_ GUARDED_BY(mutex_);
  std::atomic<bool> any_{false};
};

// As the read door shows it.
storage::HistogramSample ToSample(const chunk::HistogramPoint& point);

// kInvalid when spans and buckets do not fit together. What clients send is checked by
// model::Validate; this is for logs, which may be older than some rule.
Result<void> ValidateHistogram(const model::Histogram& histogram);
Result<void> ValidateHistogram(const model::FloatHistogram& histogram);

}  // namespace watchfire::head

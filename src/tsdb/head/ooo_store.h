#pragma once
// OooStore: samples that came too late for the head's columns but within the out-of-order window:
// floats and native histograms of either kind, by series. One store is one *generation*: when the
// database writes out-of-order blocks, the head seals the store that it has and begins a new one,
// so that a block holds exactly what the sealed one holds; queries keep the stores that they began
// with.
//
// A series' newest arrivals lie in a short sorted array. When kOpen are there, they are merged with
// the last piece while that is short, and encoded as chunks: a sample costs a few bytes and no
// piece overlaps more than it must. A second sample of the same time in the open array is dropped,
// as upstream does; between pieces the reader drops it.
//
// Entries carry their transaction's sequence, so that a query sees whole transactions; only what
// every reader may see is encoded. Thread-safe; chunks are decoded outside the lock.

#include <atomic>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/samples/sample_store.h"

namespace watchfire::head {

// Samples of one series in order of time, times distinct.
struct OooSamples {
  std::vector<TimeMs> times;
  std::vector<double> values;
  std::vector<chunk::HistogramPoint> points;
  bool empty() const { return times.empty() && points.empty(); }
};

class OooStore {
 public:
  // False when the sample was there. No reader tells sequences up to `watermark` apart.
  bool Append(SeriesId id, TimeMs t, double v, uint64_t sequence, uint64_t watermark)
      EXCLUDES(mutex_);
  bool AppendHistogram(SeriesId id, chunk::HistogramPoint point, uint64_t sequence,
                       uint64_t watermark) EXCLUDES(mutex_);

  // Replaces what `out` has.
  void Read(SeriesId id, TimeMs mint, TimeMs maxt, uint64_t sequence, OooSamples* out) const
      EXCLUDES(mutex_);
  // By first and last times: may say yes where Read gives nothing.
  bool MayHaveSamples(SeriesId id, TimeMs mint, TimeMs maxt) const EXCLUDES(mutex_);
  // Ascending.
  std::vector<SeriesId> SeriesIn(TimeMs mint, TimeMs maxt) const EXCLUDES(mutex_);
  bool Has(SeriesId id) const EXCLUDES(mutex_);
  // kMinTime if the series has none.
  TimeMs NewestTime(SeriesId id) const EXCLUDES(mutex_);

  // Adds the starts of the aligned ranges of `width_ms` that have samples.
  void AddRangeStarts(int64_t width_ms, std::set<TimeMs>* starts) const EXCLUDES(mutex_);

  bool empty() const { return !any_.load(std::memory_order_acquire); }
  // Of all samples so far; mint > maxt while empty.
  TimeMs mint() const { return mint_.load(std::memory_order_relaxed); }
  TimeMs maxt() const { return maxt_.load(std::memory_order_relaxed); }
  size_t num_series() const EXCLUDES(mutex_);
  size_t bytes() const EXCLUDES(mutex_);

  // Samples of a series that are kept as they are, at most, while no query holds older ones back.
  static constexpr size_t kOpen = 32;

 private:
  using Chunk = std::shared_ptr<const chunk::OwnedChunk>;
  struct FloatEntry {
    TimeMs t = 0;
    double v = 0;
    uint64_t sequence = 0;
  };
  struct PointEntry {
    chunk::HistogramPoint point;
    uint64_t sequence = 0;
  };
  struct Series {
    std::vector<Chunk> pieces;       // any order, may overlap
    std::vector<FloatEntry> floats;  // by time
    std::vector<PointEntry> points;  // by time
    TimeMs newest = kMinTime;
  };
  static void EncodeOpenFloats(Series* series);
  static void EncodeOpenPoints(Series* series);
  void Saw(Series* series, TimeMs t) REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::unordered_map<SeriesId, Series> series_ GUARDED_BY(mutex_);
  std::atomic<bool> any_{false};
  std::atomic<TimeMs> mint_{kMaxTime};
  std::atomic<TimeMs> maxt_{kMinTime};
};

// Makes samples that were put together ascend in time; of equal times the first stays, a float
// before a histogram.
void SortByTime(OooSamples* samples);

}  // namespace watchfire::head

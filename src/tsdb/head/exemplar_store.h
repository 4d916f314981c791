#pragma once
// ExemplarStore: the newest exemplars of all series in one ring; a new one takes the oldest one's
// place. Rules, order and texts are upstream's. Exemplars know their series by its labels, not by
// an id, and so outlive it in the head. They are in no block: the log alone brings them back.
// Thread-safe.

#include <map>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "client/registry.h"
#include "model/exemplar.h"
#include "model/labels.h"
#include "model/matcher.h"

namespace watchfire::head {

// In order of time, at least one.
struct SeriesExemplars {
  model::Labels labels;
  std::vector<model::Exemplar> exemplars;
};

class ExemplarStore {
 public:
  explicit ExemplarStore(client::Registry& registry);

  // At most so many are kept, from now on; 0: none. The newest stay.
  void Resize(uint64_t max) EXCLUDES(mutex_);
  bool enabled() const EXCLUDES(mutex_);

  // Whether Add would take it: false for one that the series ends with and while none are kept.
  // kInvalid: its labels are too long, or it is older than the series' newest by more than
  // `window_ms`.
  Result<bool> Check(const model::Labels& series, const model::Exemplar& exemplar,
                     int64_t window_ms) const EXCLUDES(mutex_);
  // Another transaction may have come first, so it checks again.
  void Add(const model::Labels& series, model::Exemplar exemplar, int64_t window_ms)
      EXCLUDES(mutex_);

  // mint ≤ t ≤ maxt, of series that match one of the sets, in order of labels.
  std::vector<SeriesExemplars> Select(TimeMs mint, TimeMs maxt,
                                      const std::vector<model::Matchers>& sets) const
      EXCLUDES(mutex_);

  static constexpr size_t kMaxLabelCharacters = 128;

 private:
  // Slots of the ring, by time.
  using Slots = std::vector<uint32_t>;
  using Index = std::map<model::Labels, Slots>;
  struct Entry {
    Index::iterator series;
    model::Exemplar exemplar;
  };

  Result<bool> LockedCheck(const model::Labels& series, const model::Exemplar& exemplar,
                           int64_t window_ms) const REQUIRES(mutex_);
  void Insert(Index::iterator series, model::Exemplar exemplar) REQUIRES(mutex_);
  void Evict(uint32_t slot) REQUIRES(mutex_);
  void Measure() REQUIRES(mutex_);

  client::Counter& appended_;
  client::Gauge& in_storage_;
  client::Gauge& series_with_exemplars_;
  client::Gauge& newest_seconds_;
  client::Gauge& max_exemplars_;
  client::Counter& out_of_order_;

  mutable Mutex mutex_;
  uint64_t max_ GUARDED_BY(mutex_) = 0;
  Index index_ GUARDED_BY(mutex_);
  std::vector<Entry> ring_ GUARDED_BY(mutex_);  // grows up to max_
  uint32_t next_ GUARDED_BY(mutex_) = 0;        // the oldest, once the ring is full
};

}  // namespace watchfire::head

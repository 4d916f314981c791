#pragma once
// Index: from labels to series and back, for the series of the head. On top of the label store it
// keeps two kinds of postings, compressed: the series of a metric name and the series of a target.
// A selector takes the smaller of the two as candidates and asks each candidate's shape and target
// whether they match; the answer for a shape or target, and for a value under a regex, is worked
// out once per query and remembered.
//
// Thread-safe. Creating a series takes the lock alone for about a microsecond; a query holds it
// shared while it looks ids up and copies postings, and tests values and candidates without it.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/stable_array.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "tsdb/index/id_list.h"
#include "tsdb/index/label_store.h"

namespace watchfire::index {

// Lists of /api/v1/status/tsdb, each in descending order of value, then by name.
struct NamedValue {
  std::string name;
  uint64_t value = 0;
};
struct Cardinality {
  uint64_t num_series = 0;
  uint64_t num_label_pairs = 0;
  std::vector<NamedValue> series_count_by_metric_name;
  std::vector<NamedValue> label_value_count_by_label_name;
  std::vector<NamedValue> memory_in_bytes_by_label_name;
  std::vector<NamedValue> series_count_by_label_value_pair;
};

class Index {
 public:
  Index();
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  std::optional<SeriesId> Find(const model::Labels& labels) const EXCLUDES(mutex_);
  // The series' id, and whether it is new. kInvalid for an empty set or a text that is too long.
  // `expect_new`: the caller knows better than to look for it first (replaying a log).
  Result<std::pair<SeriesId, bool>> FindOrCreate(const model::Labels& labels,
                                                 bool expect_new = false) EXCLUDES(mutex_);

  // Called for every new series before anybody else can find it, under the index's lock.
  void OnCreate(std::function<void(SeriesId)> on_create) { on_create_ = std::move(on_create); }

  uint32_t num_series() const { return num_series_.load(std::memory_order_relaxed); }
  // All ids are below, those of removed series among them.
  uint32_t num_ids() const { return num_ids_.load(std::memory_order_acquire); }
  bool IsSeries(SeriesId id) const { return (StateOf(id) & 1) == 0; }
  // Of a series that the caller holds on to. Takes no lock: the labels of a removed series can be
  // had until its id is released.
  model::Labels LabelsOf(SeriesId id) const { return current_.load()->LabelsOf(id); }

  // The labels as they lie now: series that are there stay as long as it is held.
  std::shared_ptr<const LabelStore> store() const EXCLUDES(mutex_);

  // ---- generations
  static constexpr uint16_t kMark = 0x8000;
  using State = uint16_t;  // generation, odd while there is no series; and kMark
  uint16_t GenerationOf(SeriesId id) const { return StateOf(id) & static_cast<State>(~kMark); }
  // States from `id` on, as many as lie side by side: a state that is the generation needs no Use.
  std::span<const std::atomic<State>> States(SeriesId id, size_t limit) const {
    return states_.Run(id, limit);
  }
  // Whether that is a series still; it will not be removed because of an earlier mark.
  bool Use(SeriesId id, uint16_t generation) const;

  // ---- letting series go; ids ascending
  void Mark(std::span<const SeriesId> ids);
  // Those that are still marked: nobody finds them any more. Returns them.
  std::vector<SeriesId> RemoveMarked(std::span<const SeriesId> ids) EXCLUDES(mutex_);
  // Nobody looks at these any more: they may become other series.
  void Release(std::span<const SeriesId> ids) EXCLUDES(mutex_);
  bool IsMostlyGarbage() const EXCLUDES(mutex_);
  // Leaves behind what no series uses. `removed`: not released yet. The store as it was is kept
  // for those who read it.
  void Rebuild(std::span<const SeriesId> removed) EXCLUDES(mutex_);
  // Nobody reads stores from before the last rebuild any more.
  void ForgetOldStores() EXCLUDES(mutex_);

  // Series that match all of `matchers`, ascending.
  std::vector<SeriesId> Select(const model::Matchers& matchers) const EXCLUDES(mutex_);
  // Brings series into the order of their label sets: eight bytes a series, half a second a
  // million.
  void SortByLabels(std::vector<SeriesId>* ids) const;

  // Sorted, distinct; of the given series only, if `among` is set.
  std::vector<std::string> LabelNames(const std::vector<SeriesId>* among) const;
  std::vector<std::string> LabelValues(const std::string& name,
                                       const std::vector<SeriesId>* among) const;

  // All names and values in the labels of these series: sorted bytewise, distinct. Valid as long as
  // the series are.
  std::vector<std::string_view> SymbolsOf(std::span<const SeriesId> ids) const;

  Cardinality TopCardinality(size_t limit) const;
  LabelStore::Usage MemoryUsage() const EXCLUDES(mutex_);

 private:
  class Query;
  using Store = std::shared_ptr<LabelStore>;

  State StateOf(SeriesId id) const { return states_[id].load(std::memory_order_acquire); }
  // What the postings give, and what they leave to be looked at.
  struct Candidates {
    std::vector<SeriesId> ids;  // ascending
    bool shapes_match = false;
    bool targets_match = false;
  };
  Candidates FindCandidates(Query& query) const REQUIRES_SHARED(mutex_);
  std::vector<SeriesId> AllSeries() const REQUIRES_SHARED(mutex_);
  SeriesId Create(LabelStore::Parts parts) REQUIRES(mutex_);
  SeriesId TakeId() REQUIRES(mutex_);
  std::optional<ValueId> MetricOf(const LabelStore& store, PartId shape) const;

  std::function<void(SeriesId)> on_create_;
  std::atomic<const LabelStore*> current_;
  std::atomic<uint32_t> num_ids_{0};
  std::atomic<uint32_t> num_series_{0};
  mutable StableArray<std::atomic<State>> states_;

  mutable SharedMutex mutex_;
  Store store_ GUARDED_BY(mutex_);
  std::vector<Store> old_stores_ GUARDED_BY(mutex_);
  std::vector<IdList> by_metric_ GUARDED_BY(mutex_);  // by value id of __name__
  std::vector<IdList> by_target_ GUARDED_BY(mutex_);  // by target part
  std::vector<IdList::Run> free_ GUARDED_BY(mutex_);  // ids to use again, ascending
  IdList::Run taking_ GUARDED_BY(mutex_);             // the ones in use now
  uint32_t num_free_ GUARDED_BY(mutex_) = 0;          // of free_ and taking_
};

}  // namespace watchfire::index

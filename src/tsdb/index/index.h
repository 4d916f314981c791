#pragma once
// Index: from labels to series and back, for the series of the head. On top of the label store it
// keeps two kinds of postings, compressed: the series of a metric name and the series of a target.
// A selector takes the smaller of the two as candidates and asks each candidate's shape and target
// whether they match; the answer for a shape or target, and for a value under a regex, is worked
// out once per query and remembered.
//
// Thread-safe. Creating a series takes the lock alone for about a microsecond; a query holds it
// shared while it looks ids up and copies postings, and tests values and candidates without it.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
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
  Index() = default;
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  std::optional<SeriesId> Find(const model::Labels& labels) const EXCLUDES(mutex_);
  // The series' id, and whether it is new. kInvalid for an empty set or a text that is too long.
  // `expect_new`: the caller knows better than to look for it first (replaying a log).
  Result<std::pair<SeriesId, bool>> FindOrCreate(const model::Labels& labels,
                                                 bool expect_new = false) EXCLUDES(mutex_);

  uint32_t num_series() const { return store_.size(); }
  model::Labels LabelsOf(SeriesId id) const { return store_.LabelsOf(id); }

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

  std::vector<SeriesId> Candidates(Query& query) const REQUIRES_SHARED(mutex_);

  mutable SharedMutex mutex_;
  LabelStore store_;
  std::vector<IdList> by_metric_ GUARDED_BY(mutex_);  // by value id of __name__
  std::vector<IdList> by_target_ GUARDED_BY(mutex_);  // by target part
};

}  // namespace watchfire::index

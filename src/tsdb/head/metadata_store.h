#pragma once
// MetadataStore: what the pages say of the head's series: type, unit and help, the latest of each.
// Texts are kept once however many series have them, and a series costs four bytes; nothing at all
// as long as nobody sets anything (the feature that logs metadata is off). Thread-safe.

#include <atomic>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/stable_array.h"
#include "model/metadata.h"
#include "tsdb/samples/timeline.h"

namespace watchfire::head {

class MetadataStore {
 public:
  // Whether this is news.
  bool Differs(SeriesId id, const model::Metadata& metadata) const EXCLUDES(mutex_);
  void Set(SeriesId id, const model::Metadata& metadata) EXCLUDES(mutex_);
  std::optional<model::Metadata> Get(SeriesId id) const EXCLUDES(mutex_);
  // Their ids will name other series.
  void Forget(std::span<const SeriesId> ids) EXCLUDES(mutex_);
  size_t num_distinct() const EXCLUDES(mutex_);

 private:
  const model::Metadata* Find(SeriesId id) const REQUIRES(mutex_);

  mutable Mutex mutex_;
  StableArray<uint32_t> of_series_ GUARDED_BY(mutex_);  // place in distinct_ + 1; 0: none
  uint32_t num_series_ GUARDED_BY(mutex_) = 0;          // of of_series_
  std::vector<model::Metadata> distinct_ GUARDED_BY(mutex_);
  std::unordered_multimap<uint64_t, uint32_t> by_hash_ GUARDED_BY(mutex_);  // places in distinct_
};

}  // namespace watchfire::head

#pragma once
// Deletions: which time ranges of which series of the head are deleted, until the samples go with
// their era. Readers take a snapshot, which is never changed under them; whoever changes the set
// copies it if a reader holds it. Deletions are rare and few. Thread-safe.

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "tsdb/block/tombstones.h"
#include "tsdb/samples/sample_store.h"

namespace watchfire::head {

class Deletions {
 public:
  using Intervals = block::Intervals;
  // By series id.
  using Snapshot = std::shared_ptr<const block::Tombstones>;

  // Null while there are none.
  Snapshot Get() const EXCLUDES(mutex_);
  // Of a snapshot; null if the series has none.
  static const Intervals* Of(const Snapshot& snapshot, SeriesId id) {
    if (snapshot == nullptr) return nullptr;
    auto found = snapshot->find(id);
    return found == snapshot->end() ? nullptr : &found->second;
  }

  void Add(std::span<const std::pair<SeriesId, block::Interval>> deleted) EXCLUDES(mutex_);
  // Forgets intervals that end before `t`.
  void DropBefore(TimeMs t) EXCLUDES(mutex_);
  // Forgets the series for which `gone` is true: their ids may name others soon.
  void Forget(const std::function<bool(SeriesId)>& gone) EXCLUDES(mutex_);

 private:
  block::Tombstones& Own() REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::shared_ptr<block::Tombstones> tombstones_ GUARDED_BY(mutex_);  // null: none
};

}  // namespace watchfire::head

#pragma once
// WalRefs: the numbers that name series in the log, by series id. They count up and never name
// another series later, as the ids do, so that a log that reaches back to before a series went is
// read right. Four bytes a series; numbers of other programs' logs may need more, those lie aside.
//
// Set is called by one thread at a time, before the series' id is known to others.

#include <map>

#include "base/mutex.h"
#include "base/stable_array.h"
#include "tsdb/samples/timeline.h"
#include "tsdb/wal/record.h"

namespace watchfire::head {

class WalRefs {
 public:
  void Set(SeriesId id, wal::Ref ref) {
    refs_.Grow(size_t{id} + 1);
    refs_[id] = ref < kLarge ? static_cast<uint32_t>(ref) : kLarge;
    if (ref < kLarge) return;
    MutexLock lock(mutex_);
    large_[id] = ref;
  }
  wal::Ref Get(SeriesId id) const {
    if (refs_[id] != kLarge) return refs_[id];
    MutexLock lock(mutex_);
    return large_.at(id);
  }

 private:
  static constexpr uint32_t kLarge = UINT32_MAX;

  StableArray<uint32_t> refs_;
  mutable Mutex mutex_;
  std::map<SeriesId, wal::Ref> large_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::head

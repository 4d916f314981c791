#pragma once
// ActiveAppenders: which transactions are under way, and how old their samples may be. Whoever is
// about to take something away from them (series that seem unused, a range of time that becomes a
// block) first sees to it that new transactions do not ask for it, then waits here for the others.
// Thread-safe; a transaction enters with its first operation and leaves when it is done.

#include <functional>
#include <map>

#include "base/clock.h"
#include "base/mutex.h"

namespace watchfire::head {

class ActiveAppenders {
 public:
  struct Entry {
    uint64_t number = 0;
    TimeMs bound = kMinTime;  // its samples are not older
  };
  // `bound` is asked under the lock: what it is computed from may be raised before WaitBelow.
  Entry Enter(const std::function<TimeMs()>& bound) EXCLUDES(mutex_);
  void Leave(uint64_t number) EXCLUDES(mutex_);

  // Until no transaction may have samples before `t`. False when that took too long.
  bool WaitBelow(TimeMs t, int64_t timeout_ms) EXCLUDES(mutex_);
  // Until all that are under way now are gone.
  bool WaitForPresent(int64_t timeout_ms) EXCLUDES(mutex_);

 private:
  template <typename Done>
  bool WaitUntil(Done done, int64_t timeout_ms) REQUIRES(mutex_);

  Mutex mutex_;
  CondVar left_;
  uint64_t next_ GUARDED_BY(mutex_) = 1;
  uint32_t waiting_ GUARDED_BY(mutex_) = 0;
  std::map<uint64_t, TimeMs> bounds_ GUARDED_BY(mutex_);  // by number
};

}  // namespace watchfire::head

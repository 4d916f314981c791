#pragma once
// Timers: what is to be done when, by the monotonic clock, so that setting the wall clock neither
// loses a tick nor makes a hundred of them. A heap; nothing is ever cancelled: who no longer wants
// to be called finds that out when it is.
//
// At is thread-safe. RunDue is called by one thread: the dispatcher's, or a test. Callbacks run
// without locks held and may call At.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/mutex.h"

namespace watchfire::alerting {

class Timers {
 public:
  // Called whenever the earliest time became earlier.
  void SetWake(std::function<void()> wake) { wake_ = std::move(wake); }

  void At(int64_t due_ns, std::function<void()> callback);
  // Runs what is due, in order of time; what callbacks add for now or earlier comes next time.
  void RunDue(int64_t now_ns);
  std::optional<int64_t> NextDueNs() const;
  size_t size() const;
  void Clear();

 private:
  struct Entry {
    int64_t due_ns = 0;
    uint64_t sequence = 0;
    std::function<void()> callback;
  };
  static bool Later(const Entry& a, const Entry& b) {
    return a.due_ns != b.due_ns ? a.due_ns > b.due_ns : a.sequence > b.sequence;
  }

  std::function<void()> wake_;
  mutable Mutex mutex_;
  std::vector<Entry> heap_ GUARDED_BY(mutex_);
  uint64_t next_sequence_ GUARDED_BY(mutex_) = 0;
};

}  // namespace watchfire::alerting

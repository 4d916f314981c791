#pragma once
// Upkeep: what has to be done every now and then, by the monotonic clock. Without a thread of its
// own it runs in RunDue. Add before Start. Tasks run one after another, without locks held.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "base/waiter.h"

namespace watchfire::alerting {

class Upkeep {
 public:
  explicit Upkeep(const Clock* clock) : clock_(clock) {}
  ~Upkeep() { Stop(); }

  // First after one interval. An interval of 0 is never.
  void Add(int64_t interval_ms, std::function<void()> task);
  void Start(const std::string& thread_name);
  void Stop();
  void RunDue();
  std::optional<int64_t> NextDueNs() const;

 private:
  struct Task {
    int64_t interval_ns = 0;
    int64_t next_ns = 0;
    std::function<void()> task;
  };
  void Run();

  const Clock* clock_;
  Waiter waiter_;
  mutable Mutex mutex_;
  std::vector<Task> tasks_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  Thread thread_;
};

}  // namespace watchfire::alerting

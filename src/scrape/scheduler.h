#pragma once
// When what is due: one thread, "scrape-loop", and a heap of tasks by wall time. A task fires on
// this thread, so it must only start work (a fetch, a job for the pool), never do it. Stop joins
// the thread; no task fires afterwards. Thread-safe.

#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/thread.h"

namespace watchfire::scrape {

class ScheduledTask {
 public:
  virtual ~ScheduledTask() = default;
  // Called when `due` has come; returns the next due time, or kMaxTime when it is done.
  virtual TimeMs Fire(TimeMs due, TimeMs now) = 0;
  // The wall clock was set back: the next due time, counted from `now`.
  virtual TimeMs Reschedule(TimeMs now) = 0;
};

class Scheduler {
 public:
  explicit Scheduler(const Clock* clock);
  ~Scheduler();
  void Add(TimeMs due, std::shared_ptr<ScheduledTask> task);
  // Idempotent.
  void Stop();

 private:
  struct Entry {
    TimeMs due;
    std::shared_ptr<ScheduledTask> task;
  };
  static bool Later(const Entry& a, const Entry& b) { return a.due > b.due; }
  void Run();
  // Sees to clocks that were set back; requires mutex_, which it gives up while it asks the tasks.
  void CheckClock(TimeMs now) REQUIRES(mutex_);

  const Clock* clock_;
  Mutex mutex_;
  CondVar wake_;
  std::vector<Entry> heap_ GUARDED_BY(mutex_);  // by Later: the next one first
  bool stopping_ GUARDED_BY(mutex_) = false;
  TimeMs last_now_ GUARDED_BY(mutex_) = 0;
  Thread thread_;
};

}  // namespace watchfire::scrape

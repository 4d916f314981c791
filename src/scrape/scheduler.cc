#include "scrape/scheduler.h"

#include <algorithm>

namespace watchfire::scrape {
namespace {

// How long the thread sleeps at most, so that a jump of the wall clock is noticed.
constexpr int64_t kLongestSleepMs = 1'000;
// Smaller steps back are what a clock under correction does.
constexpr int64_t kClockSetBackMs = 5'000;

}  // namespace

Scheduler::Scheduler(const Clock* clock)
    : clock_(clock), thread_("scrape-loop", [this] { Run(); }) {}

Scheduler::~Scheduler() {
  Stop();
}

void Scheduler::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyAll();
  thread_.Join();
  MutexLock lock(mutex_);
  heap_.clear();
}

void Scheduler::Add(TimeMs due, std::shared_ptr<ScheduledTask> task) {
  MutexLock lock(mutex_);
  if (stopping_ || due >= kMaxTime) return;
  bool first = heap_.empty() || due < heap_.front().due;
  heap_.push_back({due, std::move(task)});
  std::push_heap(heap_.begin(), heap_.end(), Later);
  if (first) wake_.NotifyAll();
}

void Scheduler::CheckClock(TimeMs now) {
  bool set_back = now < last_now_ - kClockSetBackMs;
  last_now_ = now;
  if (!set_back) return;
  std::vector<Entry> entries;
  entries.swap(heap_);
  mutex_.Unlock();
  for (Entry& entry : entries) entry.due = entry.task->Reschedule(now);
  mutex_.Lock();
  for (Entry& entry : entries) {
    heap_.push_back(std::move(entry));
    std::push_heap(heap_.begin(), heap_.end(), Later);
  }
}

void Scheduler::Run() {
  while (true) {
    Entry entry;
    TimeMs now;
    {
      MutexLock lock(mutex_);
      while (!stopping_) {
        now = clock_->Now();
        CheckClock(now);
        if (heap_.empty()) {
          wake_.Wait(mutex_);
        } else if (heap_.front().due <= now) {
          break;
        } else {
          wake_.WaitFor(mutex_, std::min(heap_.front().due - now, kLongestSleepMs));
        }
      }
      if (stopping_) return;
      std::pop_heap(heap_.begin(), heap_.end(), Later);
      entry = std::move(heap_.back());
      heap_.pop_back();
    }
    Add(entry.task->Fire(entry.due, now), entry.task);
  }
}

}  // namespace watchfire::scrape

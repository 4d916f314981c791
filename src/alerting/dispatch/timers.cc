#include "alerting/dispatch/timers.h"

#include <algorithm>

namespace watchfire::alerting {

void Timers::At(int64_t due_ns, std::function<void()> callback) {
  bool earliest = false;
  {
    MutexLock lock(mutex_);
    earliest = heap_.empty() || due_ns < heap_.front().due_ns;
    heap_.push_back({due_ns, next_sequence_++, std::move(callback)});
    std::push_heap(heap_.begin(), heap_.end(), Later);
  }
  if (earliest && wake_ != nullptr) wake_();
}

void Timers::RunDue(int64_t now_ns) {
  std::vector<std::function<void()>> due;
  {
    MutexLock lock(mutex_);
    while (!heap_.empty() && heap_.front().due_ns <= now_ns) {
      std::pop_heap(heap_.begin(), heap_.end(), Later);
      due.push_back(std::move(heap_.back().callback));
      heap_.pop_back();
    }
  }
  for (const auto& callback : due) callback();
}

std::optional<int64_t> Timers::NextDueNs() const {
  MutexLock lock(mutex_);
  if (heap_.empty()) return std::nullopt;
  return heap_.front().due_ns;
}

size_t Timers::size() const {
  MutexLock lock(mutex_);
  return heap_.size();
}

void Timers::Clear() {
  std::vector<Entry> gone;  // destroyed after the lock: callbacks own much
  {
    MutexLock lock(mutex_);
    gone.swap(heap_);
  }
}

}  // namespace watchfire::alerting

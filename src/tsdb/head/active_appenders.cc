#include "tsdb/head/active_appenders.h"

#include <algorithm>
#include <chrono>

namespace watchfire::head {

ActiveAppenders::Entry ActiveAppenders::Enter(const std::function<TimeMs()>& bound) {
  MutexLock lock(mutex_);
  Entry entry{next_++, bound()};
  bounds_.emplace_hint(bounds_.end(), entry.number, entry.bound);
  return entry;
}

void ActiveAppenders::Leave(uint64_t number) {
  MutexLock lock(mutex_);
  bounds_.erase(number);
  if (waiting_ > 0) left_.NotifyAll();
}

template <typename Done>
bool ActiveAppenders::WaitUntil(Done done, int64_t timeout_ms) {
  auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  ++waiting_;
  bool is_done = done();
  while (!is_done) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    left_.WaitFor(mutex_, left.count());
    is_done = done();
  }
  --waiting_;
  return is_done;
}

bool ActiveAppenders::WaitBelow(TimeMs t, int64_t timeout_ms) {
  MutexLock lock(mutex_);
  return WaitUntil(
      [&]() NO_THREAD_SAFETY_ANALYSIS {
        return std::all_of(bounds_.begin(), bounds_.end(),
                           [&](const auto& one) { return one.second >= t; });
      },
      timeout_ms);
}

bool ActiveAppenders::WaitForPresent(int64_t timeout_ms) {
  MutexLock lock(mutex_);
  uint64_t next = next_;
  return WaitUntil(
      [&]() NO_THREAD_SAFETY_ANALYSIS { return bounds_.empty() || bounds_.begin()->first >= next; },
      timeout_ms);
}

}  // namespace watchfire::head

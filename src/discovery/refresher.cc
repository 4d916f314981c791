#include "discovery/refresher.h"

#include <algorithm>

#include "base/clock.h"

namespace watchfire::discovery {

Refresher::Refresher(std::string thread_name, int64_t interval_ms,
                     std::function<void(const Cancelled&)> refresh)
    : interval_ms_(std::max<int64_t>(interval_ms, 1)),
      refresh_(std::move(refresh)),
      thread_(std::move(thread_name), [this] { Run(); }) {}

Refresher::~Refresher() {
  {
    MutexLock lock(mutex_);
    *cancelled_ = true;
  }
  wake_.NotifyAll();
  thread_.Join();
}

void Refresher::Run() {
  constexpr int64_t kNsPerMs = 1'000'000;
  const Clock* clock = Clock::System();
  int64_t next_ns = clock->MonotonicNs();
  while (!*cancelled_) {
    refresh_(cancelled_);
    int64_t now_ns = clock->MonotonicNs();
    next_ns = std::max(next_ns + interval_ms_ * kNsPerMs, now_ns);
    MutexLock lock(mutex_);
    while (!*cancelled_ && now_ns < next_ns) {
      wake_.WaitFor(mutex_, (next_ns - now_ns) / kNsPerMs + 1);
      now_ns = clock->MonotonicNs();
    }
  }
}

}  // namespace watchfire::discovery

#include "alerting/manager/upkeep.h"

#include <algorithm>

namespace watchfire::alerting {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;

}  // namespace

void Upkeep::Add(int64_t interval_ms, std::function<void()> task) {
  if (interval_ms <= 0) return;
  MutexLock lock(mutex_);
  int64_t interval_ns = interval_ms * kNsPerMs;
  tasks_.push_back({interval_ns, clock_->MonotonicNs() + interval_ns, std::move(task)});
}

void Upkeep::Start(const std::string& thread_name) {
  thread_ = Thread(thread_name, [this] { Run(); });
}

void Upkeep::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  waiter_.Wake();
  thread_.Join();
}

void Upkeep::RunDue() {
  std::vector<std::function<void()>> due;
  {
    MutexLock lock(mutex_);
    int64_t now_ns = clock_->MonotonicNs();
    for (Task& task : tasks_) {
      if (task.next_ns > now_ns) continue;
      task.next_ns = now_ns + task.interval_ns;
      due.push_back(task.task);
    }
  }
  for (const auto& task : due) task();
}

std::optional<int64_t> Upkeep::NextDueNs() const {
  MutexLock lock(mutex_);
  std::optional<int64_t> next;
  for (const Task& task : tasks_) {
    if (!next || task.next_ns < *next) next = task.next_ns;
  }
  return next;
}

void Upkeep::Run() {
  while (true) {
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
    }
    RunDue();
    std::optional<int64_t> next = NextDueNs();
    int64_t wait_ms = -1;
    if (next) {
      wait_ms = std::max<int64_t>((*next - clock_->MonotonicNs() + kNsPerMs - 1) / kNsPerMs, 0);
    }
    if (wait_ms != 0) waiter_.Wait(wait_ms);
  }
}

}  // namespace watchfire::alerting

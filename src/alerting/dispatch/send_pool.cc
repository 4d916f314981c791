#include "alerting/dispatch/send_pool.h"

#include <deque>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/thread.h"

namespace watchfire::alerting {
namespace {

struct Job {
  const void* lane = nullptr;
  std::function<void()> task;
};

struct Lane {
  size_t admitted = 0;  // ready or running
  std::deque<std::function<void()>> waiting;
};

}  // namespace

struct SendPool::Impl {
  explicit Impl(const Options& options_in) : options(options_in) {}

  void Submit(const void* lane, std::function<void()> task) {
    std::vector<Thread> ended;
    MutexLock lock(mutex);
    WF_CHECK(!stopping);
    Lane& of = lanes[lane];
    if (of.admitted >= options.max_threads_of_a_lane) {
      of.waiting.push_back(std::move(task));
      return;
    }
    ++of.admitted;
    ready.push_back({lane, std::move(task)});
    if (idle >= ready.size()) {
      work.NotifyOne();
    } else if (running < options.max_threads) {
      ended.swap(ended_threads);  // joined after the lock: they are past their last instruction
      ++running;
      uint64_t id = next_id++;
      threads.emplace(id, Thread(fmt::format("send-{}", id), [this, id] { Work(id); }));
    }
  }

  void Work(uint64_t id) {
    MutexLock lock(mutex);
    while (true) {
      while (!ready.empty()) RunOne();
      if (stopping) break;
      ++idle;
      bool notified = work.WaitFor(mutex, options.idle_ms);
      --idle;
      if (!notified && ready.empty()) break;
    }
    --running;
    // A thread cannot join itself: the next that is made joins it, or the destructor.
    auto self = threads.find(id);
    ended_threads.push_back(std::move(self->second));
    threads.erase(self);
    if (running == 0) all_ended.NotifyAll();
  }

  void RunOne() REQUIRES(mutex) {
    Job job = std::move(ready.front());
    ready.pop_front();
    mutex.Unlock();
    job.task();
    job.task = nullptr;
    mutex.Lock();
    auto lane = lanes.find(job.lane);
    if (!lane->second.waiting.empty()) {
      ready.push_back({job.lane, std::move(lane->second.waiting.front())});
      lane->second.waiting.pop_front();
    } else if (--lane->second.admitted == 0) {
      lanes.erase(lane);
    }
  }

  void Stop() {
    std::vector<Thread> ended;
    {
      MutexLock lock(mutex);
      stopping = true;
      work.NotifyAll();
      while (running > 0) all_ended.Wait(mutex);
      ended.swap(ended_threads);
    }
  }

  const Options options;
  mutable Mutex mutex;
  CondVar work;
  CondVar all_ended;
  std::deque<Job> ready GUARDED_BY(mutex);
  std::unordered_map<const void*, Lane> lanes GUARDED_BY(mutex);
  std::unordered_map<uint64_t, Thread> threads GUARDED_BY(mutex);
  std::vector<Thread> ended_threads GUARDED_BY(mutex);
  size_t running GUARDED_BY(mutex) = 0;
  size_t idle GUARDED_BY(mutex) = 0;
  uint64_t next_id GUARDED_BY(mutex) = 0;
  bool stopping GUARDED_BY(mutex) = false;
};

SendPool::SendPool(Options options) : impl_(std::make_unique<Impl>(options)) {}

SendPool::~SendPool() {
  impl_->Stop();
}

void SendPool::Submit(const void* lane, std::function<void()> task) {
  impl_->Submit(lane, std::move(task));
}

size_t SendPool::threads() const {
  MutexLock lock(impl_->mutex);
  return impl_->running;
}

}  // namespace watchfire::alerting

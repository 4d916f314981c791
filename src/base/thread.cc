#include "base/thread.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <system_error>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/mutex.h"

namespace watchfire {

Thread::Thread(std::string name, std::function<void()> body)
    : thread_([name = std::move(name), body = std::move(body)] {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        body();
      }) {}

void Thread::Join() {
  if (thread_.joinable()) thread_.join();
}

// Workers are made when there is a task that no idle one can take: most of the pools of an idle
// server never need more than one or two, and each that ran has touched stack and caches.
struct ThreadPool::Impl {
  Impl(std::string name_in, size_t limit_in) : name(std::move(name_in)), limit(limit_in) {}

  const std::string name;
  const size_t limit;
  Mutex mutex;
  CondVar wake;
  std::deque<std::function<void()>> tasks GUARDED_BY(mutex);
  bool stopping GUARDED_BY(mutex) = false;
  size_t idle GUARDED_BY(mutex) = 0;
  std::vector<Thread> workers GUARDED_BY(mutex);

  void AddWorkerIfNeeded() REQUIRES(mutex) {
    if (idle >= tasks.size() || workers.size() == limit) return;
    try {
      workers.emplace_back(name + "-" + std::to_string(workers.size()), [this] { Work(); });
    } catch (const std::system_error&) {
      // No more threads to be had: those that are there do the work. Without one nobody would.
      WF_CHECK(!workers.empty());
    }
  }

  void Work() {
    while (true) {
      std::function<void()> task;
      {
        MutexLock lock(mutex);
        ++idle;
        while (tasks.empty() && !stopping) wake.Wait(mutex);
        --idle;
        if (tasks.empty()) return;
        task = std::move(tasks.front());
        tasks.pop_front();
      }
      task();
    }
  }
};

ThreadPool::ThreadPool(std::string name, size_t threads)
    : impl_(std::make_unique<Impl>(
          std::move(name),
          threads != 0 ? threads : std::max<size_t>(1, std::thread::hardware_concurrency()))) {}

ThreadPool::~ThreadPool() {
  std::vector<Thread> workers;
  {
    MutexLock lock(impl_->mutex);
    impl_->stopping = true;
    workers = std::move(impl_->workers);
  }
  impl_->wake.NotifyAll();
  for (Thread& worker : workers) worker.Join();
}

size_t ThreadPool::size() const {
  return impl_->limit;
}

size_t ThreadPool::queue_length() const {
  MutexLock lock(impl_->mutex);
  return impl_->tasks.size();
}

void ThreadPool::Submit(std::function<void()> task) {
  {
    MutexLock lock(impl_->mutex);
    WF_CHECK(!impl_->stopping);
    impl_->tasks.push_back(std::move(task));
    impl_->AddWorkerIfNeeded();
  }
  impl_->wake.NotifyOne();
}

void ThreadPool::ParallelFor(size_t count, const std::function<void(size_t)>& body) {
  if (count == 0) return;
  if (count == 1) return body(0);
  // Helpers may start after the caller has done everything and returned, so they share ownership
  // of the counters and touch `body` only after winning an index.
  struct State {
    std::atomic<size_t> next{0};
    Mutex mutex;
    CondVar done;
    size_t finished GUARDED_BY(mutex) = 0;
  };
  auto state = std::make_shared<State>();
  auto run = [state, count, &body] {
    while (true) {
      size_t index = state->next.fetch_add(1);
      if (index >= count) return;
      body(index);
      MutexLock lock(state->mutex);
      if (++state->finished == count) state->done.NotifyAll();
    }
  };
  size_t helpers = std::min(count - 1, size());
  for (size_t i = 0; i < helpers; ++i) Submit(run);
  run();
  MutexLock lock(state->mutex);
  while (state->finished < count) state->done.Wait(state->mutex);
}

}  // namespace watchfire

#pragma once
// Named threads that are always joined, and the one worker pool.
//
// Thread: like std::jthread without a stop token; the name shows up in /proc, gdb and perf. The
// body must catch nothing: an exception that escapes aborts the process, which is what we want.
//
// ThreadPool: fixed workers for parsing, queries, rules and compression. Submit never blocks;
// tasks run in order of submission per worker queue and must not wait for other tasks of the same
// pool. ParallelFor lets the caller help, so it is safe to call from inside a task. Destroying the
// pool runs what was submitted, then joins. Thread-safe.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace watchfire {

class Thread {
 public:
  Thread() = default;
  // At most 15 characters of `name` are kept (a limit of Linux).
  Thread(std::string name, std::function<void()> body);
  ~Thread() { Join(); }
  Thread(Thread&&) = default;
  Thread& operator=(Thread&& other) {
    Join();
    thread_ = std::move(other.thread_);
    return *this;
  }
  // Idempotent.
  void Join();
  bool joinable() const { return thread_.joinable(); }

 private:
  std::thread thread_;
};

class ThreadPool {
 public:
  // `threads` = 0: as many as the machine has cores, at least 1.
  ThreadPool(std::string name, size_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  size_t size() const;
  size_t queue_length() const;
  void Submit(std::function<void()> task);

  // Runs body(i) for 0 ≤ i < count on the workers and the caller; returns when all are done.
  void ParallelFor(size_t count, const std::function<void(size_t)>& body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire

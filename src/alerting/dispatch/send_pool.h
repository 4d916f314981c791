#pragma once
// SendPool: threads that wait for receivers, so that nothing else has to. They are made when there
// is something to send and end when there was nothing for a while. Each integration is a lane and
// holds at most a part of the threads: one receiver that hangs makes its own notifications late,
// not those of others. Within a lane, first come, first served.
//
// Thread-safe. The destructor runs what was submitted and waits for it.

#include <cstddef>
#include <functional>
#include <memory>

namespace watchfire::alerting {

// Where sends run; tests run them by hand.
class Executor {
 public:
  virtual ~Executor() = default;
  // `lane` is never looked into: it names who is sent to.
  virtual void Submit(const void* lane, std::function<void()> task) = 0;
};

class SendPool : public Executor {
 public:
  struct Options {
    size_t max_threads = 256;
    size_t max_threads_of_a_lane = 32;
    int64_t idle_ms = 10'000;
  };
  explicit SendPool(Options options);
  ~SendPool() override;

  void Submit(const void* lane, std::function<void()> task) override;
  size_t threads() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::alerting

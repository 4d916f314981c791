#pragma once
// Waiter: one thread sleeps for a while, others wake it. Measured by the monotonic clock: a machine
// whose wall clock is set neither sleeps longer nor wakes early, which waits on a CondVar cannot
// promise. A Wake that comes before the Wait is not lost. Wake is thread-safe.

#include <cstdint>

namespace watchfire {

class Waiter {
 public:
  Waiter();
  ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // Returns when woken, or after `timeout_ms`; a negative timeout is for ever.
  void Wait(int64_t timeout_ms);
  void Wake();

 private:
  int fd_;
};

}  // namespace watchfire

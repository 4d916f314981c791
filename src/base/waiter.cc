#include "base/waiter.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "base/check.h"

namespace watchfire {

Waiter::Waiter() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  WF_CHECK(fd_ >= 0);
}

Waiter::~Waiter() {
  close(fd_);
}

void Waiter::Wait(int64_t timeout_ms) {
  pollfd poll_fd{fd_, POLLIN, 0};
  int timeout = timeout_ms < 0 ? -1 : static_cast<int>(std::min<int64_t>(timeout_ms, 3'600'000));
  poll(&poll_fd, 1, timeout);
  eventfd_t count = 0;
  eventfd_read(fd_, &count);
}

void Waiter::Wake() {
  // Fails only when the counter is full, and then the waiter is awake.
  eventfd_write(fd_, 1);
}

}  // namespace watchfire

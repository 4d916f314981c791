#pragma once
// Runs one function at a steady interval on a named thread, for mechanisms that poll. The first run
// is at once; a run that takes longer than the interval skips the missed ones. The function gets a
// flag that becomes true when the refresher is being destroyed, so that it can end a long request;
// destruction waits for it. Thread-compatible.

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "base/thread.h"

namespace watchfire::discovery {

class Refresher {
 public:
  using Cancelled = std::shared_ptr<const std::atomic<bool>>;

  Refresher(std::string thread_name, int64_t interval_ms,
            std::function<void(const Cancelled&)> refresh);
  ~Refresher();
  Refresher(const Refresher&) = delete;
  Refresher& operator=(const Refresher&) = delete;

 private:
  void Run();

  const int64_t interval_ms_;
  const std::function<void(const Cancelled&)> refresh_;
  const std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  Mutex mutex_;
  CondVar wake_;
  Thread thread_;  // last: it uses all of the above
};

}  // namespace watchfire::discovery

#pragma once
// MainLoop: what the main thread does between start and stop: it waits for signals, for handlers
// that want a reload or the end, and for the moment to look for changed files. Reloads run in the
// main thread alone, so nothing else needs to guard against two of them.
//
// RequestReload and RequestQuit may be called from any thread; Run and its callbacks belong to the
// main thread.

#include <atomic>
#include <cstdint>
#include <functional>

#include "base/mutex.h"
#include "base/result.h"

namespace watchfire::app {

// Blocks the signals that the loop handles, in this thread and all that it starts. Before any
// thread.
void BlockSignals();

class MainLoop {
 public:
  struct Callbacks {
    std::function<Result<void>()> reload;
    // Asked every interval_ms, if that is not 0: whether files have changed.
    std::function<bool()> changed;
    int64_t interval_ms = 0;
  };

  MainLoop();
  ~MainLoop();
  MainLoop(const MainLoop&) = delete;
  MainLoop& operator=(const MainLoop&) = delete;

  // Waits until the main thread has reloaded; the result of a reload that began after the call, as
  // one that was under way may have read files before they were changed.
  Result<void> RequestReload();
  void RequestQuit();
  // Whoever waits for a reload is answered that the server is shutting down.
  void Close();

  // Returns when the process should end.
  void Run(const Callbacks& callbacks);

 private:
  void Wake(std::atomic<bool>& request);
  // Reads all pending signals; SIGHUP sets `reload`. True: one of them ends the process.
  static bool ReadSignals(int fd, bool& reload);

  const int wake_;  // eventfd
  std::atomic<bool> reload_requested_{false};
  std::atomic<bool> quit_requested_{false};
  std::atomic<bool> closed_{false};
  Mutex mutex_;
  CondVar reloaded_;
  int64_t begun_ GUARDED_BY(mutex_) = 0;
  int64_t ended_ GUARDED_BY(mutex_) = 0;
  Result<void> result_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::app

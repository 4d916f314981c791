#include "app/main_loop.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"

namespace watchfire::app {
namespace {

sigset_t HandledSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

void BlockSignals() {
  sigset_t set = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

MainLoop::MainLoop() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

MainLoop::~MainLoop() {
  close(wake_);
}

Result<void> MainLoop::RequestReload() {
  MutexLock lock(mutex_);
  int64_t before = begun_;
  Wake(reload_requested_);
  while (ended_ <= before && !closed_) reloaded_.WaitFor(mutex_, 100);
  if (ended_ <= before) return Error::Unavailable("the server is shutting down");
  return result_;
}

void MainLoop::RequestQuit() {
  Wake(quit_requested_);
}

void MainLoop::Close() {
  closed_ = true;
}

void MainLoop::Wake(std::atomic<bool>& request) {
  request = true;
  uint64_t one = 1;
  // A full counter means that a wake-up is pending already.
  [[maybe_unused]] ssize_t n = write(wake_, &one, sizeof one);
}

bool MainLoop::ReadSignals(int fd, bool& reload) {
  bool ending = false;
  signalfd_siginfo info{};
  while (read(fd, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGHUP) {
      reload = true;
      continue;
    }
    WF_LOG(kWarn, "Received an OS signal, exiting gracefully...",
           {"signal", strsignal(static_cast<int>(info.ssi_signo))});
    ending = true;
  }
  return ending;
}

void MainLoop::Run(const Callbacks& callbacks) {
  sigset_t set = HandledSignals();
  int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  WF_CHECK(signals >= 0);
  int timeout = callbacks.interval_ms > 0 ? static_cast<int>(callbacks.interval_ms) : -1;
  bool ending = false;
  while (!ending) {
    pollfd events[2] = {{signals, POLLIN, 0}, {wake_, POLLIN, 0}};
    int n = poll(events, 2, timeout);
    bool reload = reload_requested_.exchange(false);
    if (n == 0 && callbacks.changed) reload |= callbacks.changed();
    uint64_t drained = 0;
    [[maybe_unused]] ssize_t ignored = read(wake_, &drained, sizeof drained);
    ending = ReadSignals(signals, reload);
    if (quit_requested_) {
      WF_LOG(kWarn, "Received termination request via web service, exiting gracefully...");
      ending = true;
    }
    if (!reload || ending) continue;
    {
      MutexLock lock(mutex_);
      ++begun_;
    }
    // The callback logs a failure; whoever asked gets it.
    Result<void> result = callbacks.reload();
    MutexLock lock(mutex_);
    ++ended_;
    result_ = std::move(result);
    reloaded_.NotifyAll();
  }
  close(signals);
}

}  // namespace watchfire::app

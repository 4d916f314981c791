#pragma once
// DebianAlertmanager: the real Alertmanager of the distribution, run by a test that wants to know
// whether it reads what we write and writes what we read. It listens on a port that the kernel
// chose, alone, on its own directory. Tests skip themselves where it is not installed.

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/thread.h"

namespace watchfire::testing {

class DebianAlertmanager {
 public:
  static bool Installed();
  // Waits until it listens. `directory` holds its configuration and, in data/, its snapshots.
  static Result<std::unique_ptr<DebianAlertmanager>> Start(const std::string& directory,
                                                           const std::string& config);
  ~DebianAlertmanager();

  const std::string& url() const { return url_; }
  // Ends it as an operator would, so that it writes its snapshots; waits. Its log.
  std::string Stop();
  // What its command-line tool prints; an error holds what it complained of.
  Result<std::string> Amtool(std::vector<std::string> arguments) const;

 private:
  DebianAlertmanager() = default;
  void ReadLog();

  int pid_ = 0;
  int log_fd_ = -1;
  std::string url_;
  Mutex mutex_;
  CondVar changed_;
  std::string log_ GUARDED_BY(mutex_);
  bool ended_ GUARDED_BY(mutex_) = false;
  Thread reader_;
};

// A directory for one test, removed at its end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace watchfire::testing

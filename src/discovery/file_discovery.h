#pragma once
// Targets from files (JSON or YAML): read at start, whenever something in their directories
// changes, and once per refresh interval in case a change was not seen. A file that cannot be read
// or parsed keeps the groups it had; a file that is gone loses them. One thread, `sd-file`, owned
// by the object, sleeps on inotify. Thread-compatible.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/thread.h"
#include "discovery/discoverer.h"

namespace watchfire::discovery {

class FileDiscovery final : public Discoverer {
 public:
  FileDiscovery(config::FileSdConfig config, std::string job, Metrics& metrics);
  ~FileDiscovery() override;
  void Start(Report report) override;

 private:
  void Watch();
  void Run();
  void Refresh();
  // The file's groups, or nothing if it must keep those it had.
  bool ReadGroups(const std::string& path, std::vector<TargetGroup>& groups);

  const config::FileSdConfig config_;
  const std::string job_;
  Metrics& metrics_;
  Report report_;
  std::map<std::string, size_t> known_;  // path → number of groups reported for it
  int inotify_fd_ = -1;
  int stop_fd_ = -1;
  Thread thread_;
};

}  // namespace watchfire::discovery

#include "discovery/file_discovery.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "config/loader.h"
#include "discovery/convert.h"

namespace watchfire::discovery {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
// Writers that replace several files at once cause one refresh instead of one a file.
constexpr int kSettleMs = 20;

}  // namespace

FileDiscovery::FileDiscovery(config::FileSdConfig config, std::string job, Metrics& metrics)
    : config_(std::move(config)), job_(std::move(job)), metrics_(metrics) {}

FileDiscovery::~FileDiscovery() {
  if (stop_fd_ >= 0) {
    uint64_t one = 1;
    if (write(stop_fd_, &one, sizeof one) != sizeof one) WF_CHECK(false);
  }
  thread_.Join();
  if (inotify_fd_ >= 0) close(inotify_fd_);
  if (stop_fd_ >= 0) close(stop_fd_);
  for (const auto& [path, count] : known_) metrics_.file_mtime.Remove({path});
}

void FileDiscovery::Start(Report report) {
  report_ = std::move(report);
  stop_fd_ = eventfd(0, EFD_CLOEXEC);
  WF_CHECK(stop_fd_ >= 0);
  inotify_fd_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  // The watch comes before the first reading, so that no change falls between the two.
  Watch();
  Refresh();
  thread_ = Thread("sd-file", [this] { Run(); });
}

void FileDiscovery::Watch() {
  std::set<std::string> directories;
  for (const std::string& pattern : config_.files) {
    std::string directory = DirName(pattern);
    directories.insert(directory.empty() ? "." : directory);
  }
  for (const std::string& directory : directories) {
    // Adding a watch again changes nothing, so this also picks up directories made later. Files
    // being written are left alone until they are closed.
    constexpr uint32_t kEvents =
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ONLYDIR;
    if (inotify_fd_ < 0 || inotify_add_watch(inotify_fd_, directory.c_str(), kEvents) < 0) {
      metrics_.file_watcher_errors.Increment();
      WF_LOG(kWarn, "Error watching directory; its files are read once per refresh interval",
             {"component", "discovery"}, {"discovery", "file"}, {"config", job_},
             {"directory", directory});
    }
  }
}

void FileDiscovery::Run() {
  const Clock* clock = Clock::System();
  int64_t next_ns = clock->MonotonicNs() + config_.refresh_interval_ms * kNsPerMs;
  while (true) {
    int64_t wait_ms =
        std::clamp<int64_t>((next_ns - clock->MonotonicNs()) / kNsPerMs + 1, 0, INT32_MAX);
    pollfd fds[] = {{stop_fd_, POLLIN, 0}, {inotify_fd_, POLLIN, 0}};
    poll(fds, 2, static_cast<int>(wait_ms));
    if (fds[0].revents != 0) return;
    bool changed = fds[1].revents != 0;
    if (changed) {
      pollfd stop = {stop_fd_, POLLIN, 0};
      if (poll(&stop, 1, kSettleMs) > 0) return;
      char events[4096];
      while (read(inotify_fd_, events, sizeof events) > 0) {
      }
    } else if (clock->MonotonicNs() < next_ns) {
      continue;
    }
    Watch();
    Refresh();
    next_ns = clock->MonotonicNs() + config_.refresh_interval_ms * kNsPerMs;
  }
}

void FileDiscovery::Refresh() {
  int64_t start_ns = Clock::System()->MonotonicNs();
  std::vector<TargetGroup> groups;
  std::set<std::string> present;
  for (const std::string& pattern : config_.files) {
    Result<std::vector<std::string>> paths = config::ExpandGlob(pattern, *FileSystem::Local());
    if (!paths.ok()) {
      WF_LOG(kError, "Error expanding glob", {"component", "discovery"}, {"discovery", "file"},
             {"config", job_}, {"glob", pattern}, {"err", paths.error()});
      // What the pattern matched before stays: it could not be asked.
      for (const auto& [path, count] : known_) present.insert(path);
      continue;
    }
    for (const std::string& path : *paths) {
      if (!present.insert(path).second) continue;
      size_t first = groups.size();
      if (!ReadGroups(path, groups)) continue;
      size_t count = groups.size() - first;
      for (size_t i = count; i < known_[path]; ++i) {
        groups.push_back({{}, {}, fmt::format("{}:{}", path, i)});
      }
      known_[path] = count;
    }
  }
  for (auto at = known_.begin(); at != known_.end();) {
    if (present.contains(at->first)) {
      ++at;
      continue;
    }
    WF_LOG(kDebug, "file_sd refresh found file that should be removed", {"component", "discovery"},
           {"discovery", "file"}, {"config", job_}, {"file", at->first});
    for (size_t i = 0; i < at->second; ++i) {
      groups.push_back({{}, {}, fmt::format("{}:{}", at->first, i)});
    }
    metrics_.file_mtime.Remove({at->first});
    at = known_.erase(at);
  }
  report_(std::move(groups));
  metrics_.file_scan_seconds.Observe(
      static_cast<double>(Clock::System()->MonotonicNs() - start_ns) / 1e9);
}

bool FileDiscovery::ReadGroups(const std::string& path, std::vector<TargetGroup>& groups) {
  Result<std::string> text = FileSystem::Local()->ReadFile(path, config::kMaxConfigFileBytes);
  Result<std::vector<config::TargetGroup>> read = std::vector<config::TargetGroup>();
  if (text.ok()) {
    read = config::LoadTargetGroups(*text, path, ToLower(path).ends_with(".json"));
  } else {
    read = text.error();
  }
  if (!read.ok()) {
    metrics_.file_read_errors.Increment();
    WF_LOG(kError, "Error reading file", {"component", "discovery"}, {"discovery", "file"},
           {"config", job_}, {"path", path}, {"err", read.error()});
    return false;
  }
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    metrics_.file_mtime.With({path}).Set(static_cast<double>(info.st_mtim.tv_sec) +
                                         static_cast<double>(info.st_mtim.tv_nsec) / 1e9);
  }
  for (size_t i = 0; i < read->size(); ++i) {
    groups.push_back(
        FromConfig((*read)[i], fmt::format("{}:{}", path, i), {{"__meta_filepath", path}}));
  }
  return true;
}

}  // namespace watchfire::discovery

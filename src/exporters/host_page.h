#pragma once
// What the host's collectors share: where the files lie, how they are read, and the page they fill.
// Internal to the room. A collector is a function that reads its files, adds what it found and
// answers whether that went well. Thread-compatible; a page belongs to one scrape.

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "client/registry.h"

namespace watchfire::exporters {

// Mounts that are being asked at this moment. A network mount may hang for as long as its server is
// away: then one thread waits for it, and later scrapes report an error instead of waiting as well.
class MountGuard {
 public:
  bool Enter(const std::string& path) {
    MutexLock lock(mutex_);
    return busy_.insert(path).second;
  }
  void Leave(const std::string& path) {
    MutexLock lock(mutex_);
    busy_.erase(path);
  }

 private:
  Mutex mutex_;
  std::set<std::string> busy_ GUARDED_BY(mutex_);
};

struct HostPaths {
  std::string proc;
  std::string sys;
  std::string root;  // all three without a slash at their end
  MountGuard* mounts = nullptr;
};

// The whole file, however large it says it is; nothing if it cannot be read. At most a megabyte.
std::optional<std::string> ReadHostFile(const std::string& path);
// Its first line without trailing white space.
std::optional<std::string> ReadHostLine(const std::string& path);
// Names in a directory, sorted, without "." and "..".
std::vector<std::string> ListHostDirectory(const std::string& path);
std::vector<std::string_view> Lines(std::string_view text);
// What is between blanks and tabs.
std::vector<std::string_view> Fields(std::string_view line);
// Decimal, or hexadecimal after "0x"; 0 for anything else.
double NumberOf(std::string_view text);

struct HostLabel {
  std::string_view name;
  std::string_view value;
};

class HostPage {
 public:
  using Labels = std::initializer_list<HostLabel>;

  void Gauge(std::string_view name, std::string_view help, double value, Labels labels = {}) {
    Add(name, help, client::MetricKind::kGauge, value, labels);
  }
  void Counter(std::string_view name, std::string_view help, double value, Labels labels = {}) {
    Add(name, help, client::MetricKind::kCounter, value, labels);
  }
  void Untyped(std::string_view name, std::string_view help, double value) {
    Add(name, help, client::MetricKind::kUntyped, value, {});
  }
  std::vector<client::MetricFamily> Take();

 private:
  void Add(std::string_view name, std::string_view help, client::MetricKind kind, double value,
           Labels labels);

  std::map<std::string, client::MetricFamily, std::less<>> families_;
};

// host_proc.cc
bool CollectStat(const HostPaths& paths, HostPage& page);  // cpu, boot time, forks, interrupts …
bool CollectLoad(const HostPaths& paths, HostPage& page);
bool CollectMemory(const HostPaths& paths, HostPage& page);
bool CollectVmstat(const HostPaths& paths, HostPage& page);
bool CollectFileDescriptors(const HostPaths& paths, HostPage& page);
bool CollectPressure(const HostPaths& paths, HostPage& page);
bool CollectEntropy(const HostPaths& paths, HostPage& page);
// host_disk.cc
bool CollectDisks(const HostPaths& paths, HostPage& page);
// host_filesystem.cc
bool CollectFilesystems(const HostPaths& paths, HostPage& page);
// host_network.cc
bool CollectNetworkTraffic(const HostPaths& paths, HostPage& page);
bool CollectNetworkDevices(const HostPaths& paths, HostPage& page);
// host_protocols.cc
bool CollectNetstat(const HostPaths& paths, HostPage& page);
bool CollectSockstat(const HostPaths& paths, HostPage& page);
bool CollectSoftnet(const HostPaths& paths, HostPage& page);
bool CollectConntrack(const HostPaths& paths, HostPage& page);
// host_system.cc
bool CollectUname(const HostPaths& paths, HostPage& page);
bool CollectOs(const HostPaths& paths, HostPage& page);
bool CollectTime(const HostPaths& paths, HostPage& page);

}  // namespace watchfire::exporters

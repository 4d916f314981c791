#pragma once
// The built-in host exporter: what the machine's /proc and /sys say, under the names and labels of
// node_exporter, so that its dashboards and alert rules work unchanged. Served by the app on
// /metrics/host and scraped like any other target.
//
// Collect reads each file once and may be called from any thread, several at a time. A collector
// whose files cannot be read is reported by node_scrape_collector_success 0 and leaves the others
// alone. It never runs programs. A network mount that hangs holds up one scrape; the next ones
// report an error for it.

#include <memory>
#include <string>
#include <vector>

#include "client/registry.h"

namespace watchfire::exporters {

struct HostCollectorOptions {
  // Replaced in tests, and in containers that mount the host's file systems elsewhere.
  std::string proc_root = "/proc";
  std::string sys_root = "/sys";
  std::string root = "/";  // for /etc/os-release and the mount points
  std::string version = "0.1.0";
};

class MountGuard;

class HostCollector {
 public:
  explicit HostCollector(HostCollectorOptions options = {});
  ~HostCollector();
  std::vector<client::MetricFamily> Collect() const;

 private:
  const HostCollectorOptions options_;
  const std::unique_ptr<MountGuard> mounts_;
};

}  // namespace watchfire::exporters

#pragma once
// The process_* metrics that every Prometheus client exposes, read from /proc/self at gathering
// time. What cannot be read is left out rather than shown as zero. Thread-safe: holds no state but
// its paths.

#include <string>
#include <vector>

#include "client/registry.h"

namespace watchfire::client {

class ProcessCollector {
 public:
  // `proc_root` is replaced in tests.
  explicit ProcessCollector(std::string proc_root = "/proc") : proc_root_(std::move(proc_root)) {}

  std::vector<MetricFamily> Collect() const;

  // Adds the collector to `registry`.
  static void Register(Registry& registry);

 private:
  std::string proc_root_;
};

}  // namespace watchfire::client

#include "exporters/host_collector.h"

#include "base/clock.h"
#include "exporters/host_page.h"

namespace watchfire::exporters {
namespace {

struct Part {
  const char* name;  // node_exporter's
  bool (*collect)(const HostPaths&, HostPage&);
};

// node_exporter's `cpu` reads what `stat` reads; here they are one.
constexpr Part kParts[] = {
    {"conntrack", CollectConntrack},
    {"diskstats", CollectDisks},
    {"entropy", CollectEntropy},
    {"filefd", CollectFileDescriptors},
    {"filesystem", CollectFilesystems},
    {"loadavg", CollectLoad},
    {"meminfo", CollectMemory},
    {"netclass", CollectNetworkDevices},
    {"netdev", CollectNetworkTraffic},
    {"netstat", CollectNetstat},
    {"os", CollectOs},
    {"pressure", CollectPressure},
    {"sockstat", CollectSockstat},
    {"softnet", CollectSoftnet},
    {"stat", CollectStat},
    {"time", CollectTime},
    {"uname", CollectUname},
    {"vmstat", CollectVmstat},
};

std::string WithoutSlash(std::string path) {
  while (!path.empty() && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

HostCollector::HostCollector(HostCollectorOptions options)
    : options_(std::move(options)), mounts_(std::make_unique<MountGuard>()) {}

HostCollector::~HostCollector() = default;

std::vector<client::MetricFamily> HostCollector::Collect() const {
  const Clock* clock = Clock::System();
  HostPaths paths{WithoutSlash(options_.proc_root), WithoutSlash(options_.sys_root),
                  WithoutSlash(options_.root), mounts_.get()};
  HostPage page;
  for (const Part& part : kParts) {
    int64_t start_ns = clock->MonotonicNs();
    bool ok = part.collect(paths, page);
    double seconds = static_cast<double>(clock->MonotonicNs() - start_ns) / 1e9;
    page.Gauge("node_scrape_collector_duration_seconds",
               "node_exporter: Duration of a collector scrape.", seconds,
               {{"collector", part.name}});
    page.Gauge("node_scrape_collector_success", "node_exporter: Whether a collector succeeded.",
               ok ? 1 : 0, {{"collector", part.name}});
  }
  page.Gauge("node_exporter_build_info",
             "A metric with a constant '1' value labeled by the version of the program that "
             "stands in for node_exporter.",
             1, {{"goos", "linux"}, {"version", options_.version}});
  return page.Take();
}

}  // namespace watchfire::exporters

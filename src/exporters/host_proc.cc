#include <unistd.h>

#include <algorithm>

#include "exporters/host_page.h"

namespace watchfire::exporters {
namespace {

void AddCpu(std::string_view cpu, const std::vector<std::string_view>& fields, HostPage& page) {
  static constexpr std::string_view kModes[] = {"user",   "nice", "system",  "idle",
                                                "iowait", "irq",  "softirq", "steal"};
  auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  for (size_t i = 0; i < std::size(kModes) && i + 1 < fields.size(); ++i) {
    page.Counter("node_cpu_seconds_total", "Seconds the CPUs spent in each mode.",
                 NumberOf(fields[i + 1]) / ticks, {{"cpu", cpu}, {"mode", kModes[i]}});
  }
  if (fields.size() < 11) return;
  constexpr std::string_view kGuest = "node_cpu_guest_seconds_total";
  constexpr std::string_view kHelp = "Seconds the CPUs spent in guests (VMs) for each mode.";
  page.Counter(kGuest, kHelp, NumberOf(fields[9]) / ticks, {{"cpu", cpu}, {"mode", "user"}});
  page.Counter(kGuest, kHelp, NumberOf(fields[10]) / ticks, {{"cpu", cpu}, {"mode", "nice"}});
}

}  // namespace

bool CollectStat(const HostPaths& paths, HostPage& page) {
  std::optional<std::string> stat = ReadHostFile(paths.proc + "/stat");
  if (!stat) return false;
  for (std::string_view line : Lines(*stat)) {
    // The line of interrupts has thousands of fields; only its first one matters.
    std::vector<std::string_view> fields = Fields(line.substr(0, 200));
    if (fields.size() < 2) continue;
    std::string_view key = fields[0];
    double value = NumberOf(fields[1]);
    if (key.starts_with("cpu") && key.size() > 3) {
      AddCpu(key.substr(3), fields, page);
    } else if (key == "intr") {
      page.Counter("node_intr_total", "Total number of interrupts serviced.", value);
    } else if (key == "ctxt") {
      page.Counter("node_context_switches_total", "Total number of context switches.", value);
    } else if (key == "processes") {
      page.Counter("node_forks_total", "Total number of forks.", value);
    } else if (key == "btime") {
      page.Gauge("node_boot_time_seconds", "Node boot time, in unixtime.", value);
    } else if (key == "procs_running") {
      page.Gauge("node_procs_running", "Number of processes in runnable state.", value);
    } else if (key == "procs_blocked") {
      page.Gauge("node_procs_blocked", "Number of processes blocked waiting for I/O to complete.",
                 value);
    }
  }
  return true;
}

bool CollectLoad(const HostPaths& paths, HostPage& page) {
  std::optional<std::string> load = ReadHostLine(paths.proc + "/loadavg");
  if (!load) return false;
  std::vector<std::string_view> fields = Fields(*load);
  if (fields.size() < 3) return false;
  page.Gauge("node_load1", "1m load average.", NumberOf(fields[0]));
  page.Gauge("node_load5", "5m load average.", NumberOf(fields[1]));
  page.Gauge("node_load15", "15m load average.", NumberOf(fields[2]));
  return true;
}

bool CollectMemory(const HostPaths& paths, HostPage& page) {
  std::optional<std::string> meminfo = ReadHostFile(paths.proc + "/meminfo");
  if (!meminfo) return false;
  for (std::string_view line : Lines(*meminfo)) {
    std::vector<std::string_view> fields = Fields(line);
    if (fields.size() < 2) continue;
    // "Active(anon):" becomes Active_anon.
    std::string name(fields[0].substr(0, fields[0].find(':')));
    name.erase(std::remove(name.begin(), name.end(), ')'), name.end());
    std::replace(name.begin(), name.end(), '(', '_');
    double value = NumberOf(fields[1]);
    if (fields.size() > 2 && fields[2] == "kB") {
      value *= 1024;
      name += "_bytes";
    }
    page.Gauge("node_memory_" + name, "Memory information field " + name + ".", value);
  }
  return true;
}

bool CollectVmstat(const HostPaths& paths, HostPage& page) {
  std::optional<std::string> vmstat = ReadHostFile(paths.proc + "/vmstat");
  if (!vmstat) return false;
  for (std::string_view line : Lines(*vmstat)) {
    bool shown = line.starts_with("oom_kill") || line.starts_with("pgpg") ||
                 line.starts_with("pswp") ||
                 (line.starts_with("pg") && line.find("fault") != std::string_view::npos);
    std::vector<std::string_view> fields = shown ? Fields(line) : std::vector<std::string_view>();
    if (fields.size() != 2) continue;
    std::string name(fields[0]);
    page.Untyped("node_vmstat_" + name, "/proc/vmstat information field " + name + ".",
                 NumberOf(fields[1]));
  }
  return true;
}

bool CollectFileDescriptors(const HostPaths& paths, HostPage& page) {
  std::optional<std::string> file_nr = ReadHostLine(paths.proc + "/sys/fs/file-nr");
  if (!file_nr) return false;
  std::vector<std::string_view> fields = Fields(*file_nr);
  if (fields.size() < 3) return false;
  page.Gauge("node_filefd_allocated", "File descriptor statistics: allocated.",
             NumberOf(fields[0]));
  page.Gauge("node_filefd_maximum", "File descriptor statistics: maximum.", NumberOf(fields[2]));
  return true;
}

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234", in microseconds.
bool CollectPressure(const HostPaths& paths, HostPage& page) {
  bool any = false;
  for (std::string resource : {"cpu", "io", "memory"}) {
    std::optional<std::string> text = ReadHostFile(paths.proc + "/pressure/" + resource);
    if (!text) continue;
    any = true;
    for (std::string_view line : Lines(*text)) {
      size_t total = line.find("total=");
      if (total == std::string_view::npos) continue;
      double seconds = NumberOf(line.substr(total + 6)) / 1e6;
      if (line.starts_with("some")) {
        page.Counter("node_pressure_" + resource + "_waiting_seconds_total",
                     "Total time in seconds that processes have waited for " + resource + ".",
                     seconds);
      } else if (resource != "cpu") {
        page.Counter(
            "node_pressure_" + resource + "_stalled_seconds_total",
            "Total time in seconds no process could make progress for want of " + resource + ".",
            seconds);
      }
    }
  }
  return any;
}

bool CollectEntropy(const HostPaths& paths, HostPage& page) {
  std::string directory = paths.proc + "/sys/kernel/random/";
  std::optional<std::string> available = ReadHostLine(directory + "entropy_avail");
  std::optional<std::string> pool = ReadHostLine(directory + "poolsize");
  if (!available || !pool) return false;
  page.Gauge("node_entropy_available_bits", "Bits of available entropy.", NumberOf(*available));
  page.Gauge("node_entropy_pool_size_bits", "Bits of entropy pool.", NumberOf(*pool));
  return true;
}

}  // namespace watchfire::exporters

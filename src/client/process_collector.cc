#include "client/process_collector.h"

#include <dirent.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

namespace watchfire::client {
namespace {

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

class Families {
 public:
  void Add(const char* name, const char* help, MetricKind kind, double value) {
    MetricPoint point;
    point.value = value;
    families_.push_back({name, help, kind, {std::move(point)}});
  }
  std::vector<MetricFamily> Take() { return std::move(families_); }

 private:
  std::vector<MetricFamily> families_;
};

// Seconds since the epoch at which the machine booted.
std::optional<double> BootTime(const std::string& proc_root) {
  std::istringstream stat(ReadAll(proc_root + "/stat"));
  for (std::string line; std::getline(stat, line);) {
    if (line.rfind("btime ", 0) == 0) return std::strtod(line.c_str() + 6, nullptr);
  }
  return std::nullopt;
}

void AddStat(const std::string& proc_root, Families& families) {
  std::string stat = ReadAll(proc_root + "/self/stat");
  // The second field is the program's name in parentheses and may hold anything.
  size_t close = stat.rfind(')');
  if (close == std::string::npos) return;
  std::vector<std::string> words = Words(stat.substr(close + 1));
  // Counted from the state, which is field 3: utime 14, stime 15, starttime 22, vsize 23, rss 24.
  if (words.size() < 22) return;
  auto field = [&words](size_t number) { return std::strtod(words[number - 3].c_str(), nullptr); };
  auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  families.Add("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
               MetricKind::kCounter, (field(14) + field(15)) / ticks);
  families.Add("process_virtual_memory_bytes", "Virtual memory size in bytes.", MetricKind::kGauge,
               field(23));
  families.Add("process_resident_memory_bytes", "Resident memory size in bytes.",
               MetricKind::kGauge, field(24) * static_cast<double>(sysconf(_SC_PAGESIZE)));
  if (std::optional<double> boot = BootTime(proc_root)) {
    families.Add("process_start_time_seconds",
                 "Start time of the process since unix epoch in seconds.", MetricKind::kGauge,
                 *boot + field(22) / ticks);
  }
}

void AddOpenFiles(const std::string& proc_root, Families& families) {
  DIR* directory = opendir((proc_root + "/self/fd").c_str());
  if (directory == nullptr) return;
  double open = 0;
  while (dirent* entry = readdir(directory)) {
    if (entry->d_name[0] != '.') ++open;
  }
  closedir(directory);
  families.Add("process_open_fds", "Number of open file descriptors.", MetricKind::kGauge, open);
}

void AddLimits(const std::string& proc_root, Families& families) {
  auto add = [&families](const std::string& line, const char* title, const char* name,
                         const char* help) {
    if (line.rfind(title, 0) != 0) return;
    std::vector<std::string> words = Words(line.substr(std::string(title).size()));
    if (words.empty()) return;
    double value = words[0] == "unlimited" ? 0x1p64 : std::strtod(words[0].c_str(), nullptr);
    families.Add(name, help, MetricKind::kGauge, value);
  };
  std::istringstream limits(ReadAll(proc_root + "/self/limits"));
  for (std::string line; std::getline(limits, line);) {
    add(line, "Max open files", "process_max_fds", "Maximum number of open file descriptors.");
    add(line, "Max address space", "process_virtual_memory_max_bytes",
        "Maximum amount of virtual memory available in bytes.");
  }
}

// netstat comes in pairs of lines: names, then values, both opened by the group's name.
void AddNetwork(const std::string& proc_root, Families& families) {
  std::istringstream netstat(ReadAll(proc_root + "/self/net/netstat"));
  std::string names_line;
  std::string values_line;
  while (std::getline(netstat, names_line) && std::getline(netstat, values_line)) {
    if (names_line.rfind("IpExt:", 0) != 0) continue;
    std::vector<std::string> names = Words(names_line);
    std::vector<std::string> values = Words(values_line);
    for (size_t i = 1; i < names.size() && i < values.size(); ++i) {
      double value = std::strtod(values[i].c_str(), nullptr);
      if (names[i] == "InOctets") {
        families.Add("process_network_receive_bytes_total",
                     "Number of bytes received by the process over the network.",
                     MetricKind::kCounter, value);
      } else if (names[i] == "OutOctets") {
        families.Add("process_network_transmit_bytes_total",
                     "Number of bytes sent by the process over the network.", MetricKind::kCounter,
                     value);
      }
    }
  }
}

}  // namespace

std::vector<MetricFamily> ProcessCollector::Collect() const {
  Families families;
  AddStat(proc_root_, families);
  AddOpenFiles(proc_root_, families);
  AddLimits(proc_root_, families);
  AddNetwork(proc_root_, families);
  return families.Take();
}

void ProcessCollector::Register(Registry& registry) {
  registry.AddCollector([collector = ProcessCollector()] { return collector.Collect(); });
}

}  // namespace watchfire::client

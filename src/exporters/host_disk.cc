#include <algorithm>
#include <cctype>

#include <fmt/core.h>

#include "base/text.h"
#include "exporters/host_page.h"

namespace watchfire::exporters {
namespace {

constexpr double kSectorBytes = 512;
constexpr double kMsPerSecond = 1000;

struct DiskField {
  std::string_view name;
  std::string_view help;
  double divide_by = 1;
  bool gauge = false;
};

// The columns of /proc/diskstats behind the device's name.
constexpr DiskField kFields[] = {
    {"node_disk_reads_completed_total", "The total number of reads completed successfully."},
    {"node_disk_reads_merged_total", "The total number of reads merged."},
    {"node_disk_read_bytes_total", "The total number of bytes read successfully.",
     1 / kSectorBytes},
    {"node_disk_read_time_seconds_total", "The total number of seconds spent by all reads.",
     kMsPerSecond},
    {"node_disk_writes_completed_total", "The total number of writes completed successfully."},
    {"node_disk_writes_merged_total", "The number of writes merged."},
    {"node_disk_written_bytes_total", "The total number of bytes written successfully.",
     1 / kSectorBytes},
    {"node_disk_write_time_seconds_total", "The total number of seconds spent by all writes.",
     kMsPerSecond},
    {"node_disk_io_now", "The number of I/Os currently in progress.", 1, true},
    {"node_disk_io_time_seconds_total", "Total seconds spent doing I/Os.", kMsPerSecond},
    {"node_disk_io_time_weighted_seconds_total", "The weighted # of seconds spent doing I/Os.",
     kMsPerSecond},
    {"node_disk_discards_completed_total", "The total number of discards completed successfully."},
    {"node_disk_discards_merged_total", "The total number of discards merged."},
    {"node_disk_discarded_sectors_total", "The total number of sectors discarded successfully."},
    {"node_disk_discard_time_seconds_total", "The total number of seconds spent by all discards.",
     kMsPerSecond},
    {"node_disk_flush_requests_total", "The total number of flush requests completed successfully"},
    {"node_disk_flush_requests_time_seconds_total",
     "The total number of seconds spent by all flush requests.", kMsPerSecond},
};

bool AllDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

// Partitions, loop and memory devices: ^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$
bool Ignored(std::string_view device) {
  size_t digits = device.find_last_not_of("0123456789") + 1;
  std::string_view stem = device.substr(0, digits);
  if (digits == 0 || digits == device.size()) return false;
  if (stem == "ram" || stem == "zram" || stem == "loop" || stem == "fd") return true;
  for (std::string_view disk : {"hd", "sd", "vd", "xvd"}) {
    if (stem.size() == disk.size() + 1 && stem.starts_with(disk) &&
        std::islower(static_cast<unsigned char>(stem.back()))) {
      return true;
    }
  }
  if (!stem.starts_with("nvme") || stem.back() != 'p') return false;
  std::string_view middle = stem.substr(4, stem.size() - 5);
  size_t n = middle.find('n');
  return n != std::string_view::npos && AllDigits(middle.substr(0, n)) &&
         AllDigits(middle.substr(n + 1));
}

void AddInfo(const HostPaths& paths, const std::vector<std::string_view>& fields, HostPage& page) {
  std::map<std::string, std::string, std::less<>> udev;
  std::string path = fmt::format("{}/run/udev/data/b{}:{}", paths.root, fields[0], fields[1]);
  std::string text = ReadHostFile(path).value_or("");
  for (std::string_view line : Lines(text)) {
    size_t equal = line.find('=');
    if (!line.starts_with("E:") || equal == std::string_view::npos) continue;
    udev.emplace(line.substr(2, equal - 2), line.substr(equal + 1));
  }
  auto get = [&udev](std::string_view key) {
    auto at = udev.find(key);
    return at == udev.end() ? std::string_view() : std::string_view(at->second);
  };
  page.Gauge("node_disk_info", "Info of /sys/block/<block_device>.", 1,
             {{"device", fields[2]},
              {"major", fields[0]},
              {"minor", fields[1]},
              {"model", get("ID_MODEL")},
              {"path", get("ID_PATH")},
              {"revision", get("ID_REVISION")},
              {"serial", get("ID_SERIAL_SHORT")},
              {"wwn", get("ID_WWN")}});
}

}  // namespace

bool CollectDisks(const HostPaths& paths, HostPage& page) {
  std::optional<std::string> diskstats = ReadHostFile(paths.proc + "/diskstats");
  if (!diskstats) return false;
  for (std::string_view line : Lines(*diskstats)) {
    std::vector<std::string_view> fields = Fields(line);
    if (fields.size() < 14 || Ignored(fields[2])) continue;
    AddInfo(paths, fields, page);
    for (size_t i = 0; i < std::size(kFields) && i + 3 < fields.size(); ++i) {
      const DiskField& field = kFields[i];
      double value = NumberOf(fields[i + 3]) / field.divide_by;
      if (field.gauge) {
        page.Gauge(field.name, field.help, value, {{"device", fields[2]}});
      } else {
        page.Counter(field.name, field.help, value, {{"device", fields[2]}});
      }
    }
  }
  return true;
}

}  // namespace watchfire::exporters

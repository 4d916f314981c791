#include <fmt/core.h>

#include "exporters/host_page.h"

namespace watchfire::exporters {
namespace {

struct DeviceFile {
  std::string_view file;
  std::string_view name;
  bool counter = false;
};

constexpr DeviceFile kDeviceFiles[] = {
    {"addr_assign_type", "address_assign_type"},
    {"carrier", "carrier"},
    {"carrier_changes", "carrier_changes_total", true},
    {"carrier_up_count", "carrier_up_changes_total", true},
    {"carrier_down_count", "carrier_down_changes_total", true},
    {"dev_id", "device_id"},
    {"dormant", "dormant"},
    {"flags", "flags"},
    {"ifindex", "iface_id"},
    {"iflink", "iface_link"},
    {"link_mode", "iface_link_mode"},
    {"mtu", "mtu_bytes"},
    {"name_assign_type", "name_assign_type"},
    {"netdev_group", "net_dev_group"},
    {"tx_queue_len", "transmit_queue_length"},
    {"type", "protocol_type"},
};

void AddDevice(const std::string& directory, const std::string& device, HostPage& page) {
  auto read = [&directory](std::string_view file) {
    return ReadHostLine(directory + "/" + std::string(file));
  };
  for (const DeviceFile& file : kDeviceFiles) {
    // A device that is down has no carrier to speak of: reading fails, and there is no series.
    std::optional<std::string> text = read(file.file);
    if (!text || text->empty()) continue;
    std::string name = "node_network_" + std::string(file.name);
    std::string help = "Network device property: " + std::string(file.name);
    if (file.counter) {
      page.Counter(name, help, NumberOf(*text), {{"device", device}});
    } else {
      page.Gauge(name, help, NumberOf(*text), {{"device", device}});
    }
  }
  std::string state = read("operstate").value_or("");
  page.Gauge("node_network_up", "Value is 1 if operstate is 'up', 0 otherwise.",
             state == "up" ? 1 : 0, {{"device", device}});
  page.Gauge("node_network_info",
             "Non-numeric data from /sys/class/net/<iface>, value is always 1.", 1,
             {{"address", read("address").value_or("")},
              {"broadcast", read("broadcast").value_or("")},
              {"device", device},
              {"duplex", read("duplex").value_or("")},
              {"ifalias", read("ifalias").value_or("")},
              {"operstate", state}});
  // In megabits a second; unknown for virtual devices, -1 for some that are down.
  std::optional<std::string> speed = read("speed");
  if (speed && !speed->empty()) {
    page.Gauge("node_network_speed_bytes", "Network device property: speed_bytes",
               NumberOf(*speed) * 1000 * 1000 / 8, {{"device", device}});
  }
}

}  // namespace

bool CollectNetworkTraffic(const HostPaths& paths, HostPage& page) {
  static constexpr std::string_view kColumns[] = {
      "receive_bytes",  "receive_packets",  "receive_errs",       "receive_drop",
      "receive_fifo",   "receive_frame",    "receive_compressed", "receive_multicast",
      "transmit_bytes", "transmit_packets", "transmit_errs",      "transmit_drop",
      "transmit_fifo",  "transmit_colls",   "transmit_carrier",   "transmit_compressed"};
  std::optional<std::string> text = ReadHostFile(paths.proc + "/net/dev");
  if (!text) return false;
  for (std::string_view line : Lines(*text)) {
    size_t colon = line.rfind(':');
    if (colon == std::string_view::npos) continue;  // The two lines of headings.
    std::vector<std::string_view> name = Fields(line.substr(0, colon));
    std::vector<std::string_view> fields = Fields(line.substr(colon + 1));
    if (name.size() != 1 || fields.size() < std::size(kColumns)) continue;
    auto add = [&](std::string_view column, double value) {
      page.Counter("node_network_" + std::string(column) + "_total",
                   "Network device statistic " + std::string(column) + ".", value,
                   {{"device", name[0]}});
    };
    for (size_t i = 0; i < std::size(kColumns); ++i) add(kColumns[i], NumberOf(fields[i]));
    std::optional<std::string> unhandled =
        ReadHostLine(fmt::format("{}/class/net/{}/statistics/rx_nohandler", paths.sys, name[0]));
    if (unhandled) add("receive_nohandler", NumberOf(*unhandled));
  }
  return true;
}

bool CollectNetworkDevices(const HostPaths& paths, HostPage& page) {
  std::string directory = paths.sys + "/class/net";
  std::vector<std::string> devices = ListHostDirectory(directory);
  for (const std::string& device : devices) {
    std::string path = directory + "/" + device;
    // bonding_masters and its like are files, not devices.
    if (ReadHostLine(path + "/ifindex")) AddDevice(path, device, page);
  }
  return !devices.empty();
}

}  // namespace watchfire::exporters

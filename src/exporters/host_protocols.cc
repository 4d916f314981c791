#include <unistd.h>

#include <fmt/core.h>

#include <algorithm>

#include "exporters/host_page.h"

namespace watchfire::exporters {
namespace {

bool OneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// The counters that node_exporter shows unless told otherwise.
bool ShownCounter(std::string_view protocol, std::string_view name) {
  if (OneOf(name, {"InErrors", "InErrs"})) return true;
  if (protocol == "Ip") return name == "Forwarding";
  if (OneOf(protocol, {"Ip6", "IpExt"})) return OneOf(name, {"InOctets", "OutOctets"});
  if (OneOf(protocol, {"Icmp", "Icmp6"})) return OneOf(name, {"InMsgs", "OutMsgs"});
  if (protocol == "TcpExt") {
    return name.starts_with("Listen") || name.starts_with("Syncookies") ||
           OneOf(name, {"TCPSynRetrans", "TCPTimeouts", "TCPOFOQueue", "TCPRcvQDrop"});
  }
  if (protocol == "Tcp") {
    return OneOf(name, {"ActiveOpens", "InSegs", "OutSegs", "OutRsts", "PassiveOpens",
                        "RetransSegs", "CurrEstab"});
  }
  if (OneOf(protocol, {"Udp", "Udp6"})) {
    return OneOf(name, {"InDatagrams", "OutDatagrams", "NoPorts", "RcvbufErrors", "SndbufErrors"});
  }
  return false;
}

void AddCounter(std::string_view protocol, std::string_view name, std::string_view value,
                HostPage& page) {
  if (!ShownCounter(protocol, name)) return;
  page.Untyped(fmt::format("node_netstat_{}_{}", protocol, name),
               fmt::format("Statistic {}{}.", protocol, name), NumberOf(value));
}

// Pairs of lines: "Tcp: name name …", "Tcp: value value …".
bool AddPairs(const std::string& path, HostPage& page) {
  std::optional<std::string> text = ReadHostFile(path);
  if (!text) return false;
  std::vector<std::string_view> lines = Lines(*text);
  for (size_t i = 0; i + 1 < lines.size(); i += 2) {
    std::vector<std::string_view> names = Fields(lines[i]);
    std::vector<std::string_view> values = Fields(lines[i + 1]);
    if (names.empty() || names.size() != values.size() || names[0] != values[0]) return false;
    std::string_view protocol = names[0].substr(0, names[0].find(':'));
    for (size_t n = 1; n < names.size(); ++n) AddCounter(protocol, names[n], values[n], page);
  }
  return true;
}

// /proc/net/stat/nf_conntrack: a line of headings, then one of hexadecimal counts a CPU.
void AddConntrackEvents(const HostPaths& paths, HostPage& page) {
  std::string text = ReadHostFile(paths.proc + "/net/stat/nf_conntrack").value_or("");
  std::vector<std::string_view> lines = Lines(text);
  if (lines.empty()) return;
  std::vector<std::string_view> names = Fields(lines[0]);
  for (size_t column = 0; column < names.size(); ++column) {
    if (!OneOf(names[column], {"found", "invalid", "ignore", "insert", "insert_failed", "drop",
                               "early_drop", "search_restart"})) {
      continue;
    }
    double sum = 0;
    for (size_t row = 1; row < lines.size(); ++row) {
      std::vector<std::string_view> fields = Fields(lines[row]);
      if (column < fields.size()) sum += NumberOf("0x" + std::string(fields[column]));
    }
    page.Gauge(fmt::format("node_nf_conntrack_stat_{}", names[column]),
               fmt::format("Connection tracking events: {}.", names[column]), sum);
  }
}

}  // namespace

bool CollectNetstat(const HostPaths& paths, HostPage& page) {
  bool ok = AddPairs(paths.proc + "/net/netstat", page);
  ok = AddPairs(paths.proc + "/net/snmp", page) && ok;
  // Absent where IPv6 is switched off. "Ip6InOctets 5594".
  std::string snmp6 = ReadHostFile(paths.proc + "/net/snmp6").value_or("");
  for (std::string_view line : Lines(snmp6)) {
    std::vector<std::string_view> fields = Fields(line);
    size_t six = fields.empty() ? std::string_view::npos : fields[0].find('6');
    if (fields.size() != 2 || six == std::string_view::npos) continue;
    AddCounter(fields[0].substr(0, six + 1), fields[0].substr(six + 1), fields[1], page);
  }
  return ok;
}

// "TCP: inuse 14 orphan 0 tw 55 alloc 28 mem 214", memory in pages.
bool CollectSockstat(const HostPaths& paths, HostPage& page) {
  auto page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
  bool any = false;
  for (const char* file : {"/net/sockstat", "/net/sockstat6"}) {
    std::optional<std::string> text = ReadHostFile(paths.proc + file);
    if (!text) continue;
    any = true;
    for (std::string_view line : Lines(*text)) {
      std::vector<std::string_view> fields = Fields(line);
      if (fields.size() < 3) continue;
      std::string_view protocol = fields[0].substr(0, fields[0].find(':'));
      for (size_t i = 1; i + 1 < fields.size(); i += 2) {
        double value = NumberOf(fields[i + 1]);
        if (protocol == "sockets") {
          page.Gauge("node_sockstat_sockets_used", "Number of IPv4 sockets in use.", value);
          continue;
        }
        auto add = [&](std::string_view state, double v) {
          page.Gauge(fmt::format("node_sockstat_{}_{}", protocol, state),
                     fmt::format("Number of {} sockets in state {}.", protocol, state), v);
        };
        add(fields[i], value);
        if (fields[i] == "mem") add("mem_bytes", value * page_bytes);
      }
    }
  }
  return any;
}

// One line a CPU of hexadecimal columns.
bool CollectSoftnet(const HostPaths& paths, HostPage& page) {
  std::optional<std::string> text = ReadHostFile(paths.proc + "/net/softnet_stat");
  if (!text) return false;
  size_t row = 0;
  for (std::string_view line : Lines(*text)) {
    std::vector<std::string_view> fields = Fields(line);
    if (fields.size() < 3) return false;
    auto hex = [](std::string_view field) { return NumberOf("0x" + std::string(field)); };
    // Newer kernels say which CPU it is, as some may be off line.
    std::string cpu =
        fmt::format("{}", fields.size() > 12 ? hex(fields[12]) : static_cast<double>(row));
    page.Counter("node_softnet_processed_total", "Number of processed packets", hex(fields[0]),
                 {{"cpu", cpu}});
    page.Counter("node_softnet_dropped_total", "Number of dropped packets", hex(fields[1]),
                 {{"cpu", cpu}});
    page.Counter("node_softnet_times_squeezed_total",
                 "Number of times processing packets ran out of quota", hex(fields[2]),
                 {{"cpu", cpu}});
    ++row;
  }
  return true;
}

bool CollectConntrack(const HostPaths& paths, HostPage& page) {
  std::string prefix = paths.proc + "/sys/net/netfilter/nf_conntrack_";
  std::optional<std::string> count = ReadHostLine(prefix + "count");
  std::optional<std::string> most = ReadHostLine(prefix + "max");
  if (!count || !most) return false;
  page.Gauge("node_nf_conntrack_entries",
             "Number of currently allocated flow entries for connection tracking.",
             NumberOf(*count));
  AddConntrackEvents(paths, page);
  page.Gauge("node_nf_conntrack_entries_limit", "Maximum size of connection tracking table.",
             NumberOf(*most));
  return true;
}

}  // namespace watchfire::exporters

#include <sys/utsname.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "exporters/host_page.h"

namespace watchfire::exporters {
namespace {

// NAME="Debian GNU/Linux", as a shell would read it.
std::map<std::string, std::string, std::less<>> ReadOsRelease(const std::string& text) {
  std::map<std::string, std::string, std::less<>> out;
  for (std::string_view line : Lines(text)) {
    size_t equal = line.find('=');
    if (equal == std::string_view::npos || line.starts_with('#')) continue;
    std::string_view value = TrimSpace(line.substr(equal + 1));
    bool quoted =
        value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0];
    if (quoted) value = value.substr(1, value.size() - 2);
    std::string plain;
    for (size_t i = 0; i < value.size(); ++i) {
      if (value[i] == '\\' && i + 1 < value.size()) ++i;
      plain += value[i];
    }
    out.insert_or_assign(std::string(line.substr(0, equal)), std::move(plain));
  }
  return out;
}

}  // namespace

bool CollectUname(const HostPaths&, HostPage& page) {
  struct utsname name;
  if (uname(&name) != 0) return false;
  page.Gauge("node_uname_info", "Labeled system information as provided by the uname system call.",
             1,
             {{"domainname", name.domainname},
              {"machine", name.machine},
              {"nodename", name.nodename},
              {"release", name.release},
              {"sysname", name.sysname},
              {"version", name.version}});
  return true;
}

bool CollectOs(const HostPaths& paths, HostPage& page) {
  std::optional<std::string> text = ReadHostFile(paths.root + "/etc/os-release");
  if (!text) text = ReadHostFile(paths.root + "/usr/lib/os-release");
  if (!text) return false;
  auto release = ReadOsRelease(*text);
  auto get = [&release](std::string_view key) {
    auto at = release.find(key);
    return at == release.end() ? std::string_view() : std::string_view(at->second);
  };
  page.Gauge("node_os_info", "A metric with a constant '1' value labeled by what os-release says.",
             1,
             {{"build_id", get("BUILD_ID")},
              {"id", get("ID")},
              {"id_like", get("ID_LIKE")},
              {"image_id", get("IMAGE_ID")},
              {"image_version", get("IMAGE_VERSION")},
              {"name", get("NAME")},
              {"pretty_name", get("PRETTY_NAME")},
              {"variant", get("VARIANT")},
              {"variant_id", get("VARIANT_ID")},
              {"version", get("VERSION")},
              {"version_codename", get("VERSION_CODENAME")},
              {"version_id", get("VERSION_ID")}});
  // "22.04.1" is 22.04 as a number.
  std::string_view version = get("VERSION_ID");
  if (size_t dot = version.find('.'); dot != std::string_view::npos) {
    version = version.substr(0, version.find('.', dot + 1));
  }
  if (!version.empty()) {
    page.Gauge("node_os_version", "Metric containing the major.minor part of the OS version.",
               NumberOf(version),
               {{"id", get("ID")}, {"id_like", get("ID_LIKE")}, {"name", get("NAME")}});
  }
  return true;
}

bool CollectTime(const HostPaths& paths, HostPage& page) {
  TimeMs now = Clock::System()->Now();
  page.Gauge("node_time_seconds", "System time in seconds since epoch (1970).", ToSeconds(now));
  time_t seconds = now / 1000;
  struct tm local;
  if (localtime_r(&seconds, &local) != nullptr) {
    page.Gauge("node_time_zone_offset_seconds", "System time zone offset in seconds.",
               static_cast<double>(local.tm_gmtoff), {{"time_zone", local.tm_zone}});
  }
  std::string directory = paths.sys + "/devices/system/clocksource";
  for (const std::string& name : ListHostDirectory(directory)) {
    if (!name.starts_with("clocksource")) continue;
    std::string device = name.substr(std::string_view("clocksource").size());
    std::string prefix = directory + "/" + name + "/";
    std::string available = ReadHostLine(prefix + "available_clocksource").value_or("");
    for (std::string_view source : Fields(available)) {
      page.Gauge("node_time_clocksource_available_info",
                 "Available clocksources read from '/sys/devices/system/clocksource'.", 1,
                 {{"clocksource", source}, {"device", device}});
    }
    if (std::optional<std::string> current = ReadHostLine(prefix + "current_clocksource")) {
      page.Gauge("node_time_clocksource_current_info",
                 "Current clocksource read from '/sys/devices/system/clocksource'.", 1,
                 {{"clocksource", *current}, {"device", device}});
    }
  }
  return true;
}

}  // namespace watchfire::exporters

#include <sys/statfs.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/text.h"
#include "exporters/host_page.h"

namespace watchfire::exporters {
namespace {

constexpr std::string_view kIgnoredTypes[] = {
    "autofs",     "binfmt_misc", "bpf",       "cgroup",   "cgroup2",   "configfs",
    "debugfs",    "devpts",      "devtmpfs",  "fusectl",  "hugetlbfs", "iso9660",
    "mqueue",     "nsfs",        "overlay",   "proc",     "procfs",    "pstore",
    "rpc_pipefs", "securityfs",  "selinuxfs", "squashfs", "sysfs",     "tracefs",
};

// ^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)
bool IgnoredMountPoint(std::string_view path) {
  for (std::string_view prefix : {"/dev", "/proc", "/sys"}) {
    if (path == prefix || path.starts_with(std::string(prefix) + "/")) return true;
  }
  for (std::string_view prefix :
       {"/run/credentials/", "/var/lib/docker/", "/var/lib/containers/storage/"}) {
    if (path.starts_with(prefix) && path.size() > prefix.size()) return true;
  }
  return false;
}

// The kernel writes blanks and the like as octal: \040.
std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    auto octal = [&](size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3)) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                               (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

struct Mount {
  std::string device;
  std::string path;
  std::string type;
  bool read_only = false;
};

void AddMount(const HostPaths& paths, const Mount& mount, HostPage& page) {
  auto gauge = [&](std::string_view name, std::string_view help, double value) {
    page.Gauge(name, help, value,
               {{"device", mount.device}, {"fstype", mount.type}, {"mountpoint", mount.path}});
  };
  struct statfs info;
  std::string path = paths.root + mount.path;
  bool failed = true;
  if (paths.mounts->Enter(mount.path)) {
    failed = statfs(path.c_str(), &info) != 0;
    paths.mounts->Leave(mount.path);
  }
  gauge("node_filesystem_device_error",
        "Whether an error occurred while getting statistics for the given device.", failed ? 1 : 0);
  if (failed) return;
  auto bytes = [&info](uint64_t blocks) {
    return static_cast<double>(blocks) * static_cast<double>(info.f_bsize);
  };
  gauge("node_filesystem_size_bytes", "Filesystem size in bytes.", bytes(info.f_blocks));
  gauge("node_filesystem_free_bytes", "Filesystem free space in bytes.", bytes(info.f_bfree));
  gauge("node_filesystem_avail_bytes", "Filesystem space available to non-root users in bytes.",
        bytes(info.f_bavail));
  gauge("node_filesystem_files", "Filesystem total file nodes.", static_cast<double>(info.f_files));
  gauge("node_filesystem_files_free", "Filesystem total free file nodes.",
        static_cast<double>(info.f_ffree));
  gauge("node_filesystem_readonly", "Filesystem read-only status.", mount.read_only ? 1 : 0);
}

}  // namespace

bool CollectFilesystems(const HostPaths& paths, HostPage& page) {
  // Those of the first process are the host's even when we run in a namespace of our own.
  std::optional<std::string> mounts = ReadHostFile(paths.proc + "/1/mounts");
  if (!mounts) mounts = ReadHostFile(paths.proc + "/self/mounts");
  if (!mounts) return false;
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  for (std::string_view line : Lines(*mounts)) {
    std::vector<std::string_view> fields = Fields(line);
    if (fields.size() < 4) continue;
    Mount mount{Unescape(fields[0]), Unescape(fields[1]), std::string(fields[2])};
    bool ignored = std::find(std::begin(kIgnoredTypes), std::end(kIgnoredTypes), mount.type) !=
                   std::end(kIgnoredTypes);
    if (ignored || IgnoredMountPoint(mount.path)) continue;
    if (!seen.emplace(mount.device, mount.path, mount.type).second) continue;
    for (std::string_view option : Split(fields[3], ',')) {
      if (option == "ro") mount.read_only = true;
    }
    AddMount(paths, mount, page);
  }
  return true;
}

}  // namespace watchfire::exporters

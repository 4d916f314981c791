#include "app/query_limits.h"

#include <unistd.h>

#include <algorithm>

#include "base/file.h"
#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::app {
namespace {

constexpr uint64_t kSmallFile = 64 << 10;
// On small machines a query may have more than its share: below this little works at all.
constexpr uint64_t kLeastQueryMemory = 256 << 20;

// The limit of one group; UINT64_MAX if it has none ("max", or no such file).
uint64_t LimitIn(const std::string& file) {
  Result<std::string> text = FileSystem::Local()->ReadFile(file, kSmallFile);
  if (!text.ok()) return UINT64_MAX;
  return ParseUint(TrimSpace(*text)).value_or(UINT64_MAX);
}

// The paths of our groups: "0::/a/b" (version 2), "9:memory:/a/b" (version 1).
std::vector<std::string> MemoryGroups(const std::string& root) {
  std::vector<std::string> paths;
  Result<std::string> text = FileSystem::Local()->ReadFile(root + "/proc/self/cgroup", kSmallFile);
  if (!text.ok()) return paths;
  for (std::string_view line : Split(*text, '\n')) {
    size_t first = line.find(':');
    size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    std::string_view kind = line.substr(first + 1, second - first - 1);
    if (kind.empty()) {
      paths.push_back("/sys/fs/cgroup" + std::string(line.substr(second + 1)));
    } else if (kind == "memory") {
      paths.push_back("/sys/fs/cgroup/memory" + std::string(line.substr(second + 1)));
    }
  }
  return paths;
}

}  // namespace

uint64_t UsableMemoryBytes(const std::string& root, uint64_t machine_bytes) {
  uint64_t bytes = machine_bytes;
  std::vector<std::string> groups = MemoryGroups(root);
  // What a container sees as the root of all groups is its own.
  groups.emplace_back("/sys/fs/cgroup");
  groups.emplace_back("/sys/fs/cgroup/memory");
  for (std::string path : groups) {
    // A group is bound by those around it.
    for (; path.size() > std::string_view("/sys/fs").size(); path = DirName(path)) {
      bytes = std::min(bytes, LimitIn(root + path + "/memory.max"));
      bytes = std::min(bytes, LimitIn(root + path + "/memory.limit_in_bytes"));
    }
  }
  return bytes;
}

uint64_t UsableMemoryBytes() {
  auto pages = static_cast<uint64_t>(std::max<int64_t>(sysconf(_SC_PHYS_PAGES), 0));
  auto page = static_cast<uint64_t>(std::max<int64_t>(sysconf(_SC_PAGESIZE), 0));
  return UsableMemoryBytes("", pages * page);
}

promql::EngineOptions ReadEngineOptions(const Flags& flags, const Features& features) {
  promql::EngineOptions options;
  options.lookback_delta_ms = flags.DurationMs("query.lookback-delta");
  options.timeout_ms = flags.DurationMs("query.timeout");
  options.max_samples = static_cast<uint64_t>(flags.Int("query.max-samples"));
  options.max_concurrency = static_cast<int>(flags.Int("query.max-concurrency"));
  uint64_t memory = UsableMemoryBytes();
  options.max_memory = flags.SizeBytes("query.max-memory");
  if (options.max_memory == 0) options.max_memory = std::max(memory / 4, kLeastQueryMemory);
  options.max_total_memory = flags.SizeBytes("query.max-total-memory");
  if (options.max_total_memory == 0) {
    options.max_total_memory = std::max(memory / 2, options.max_memory);
  }
  options.parse = features.parse;
  options.delayed_name_removal = features.delayed_name_removal;
  options.per_step_stats = features.per_step_stats;
  options.use_start_timestamps = features.use_start_timestamps;
  options.type_and_unit_labels = features.type_and_unit_labels;
  return options;
}

}  // namespace watchfire::app

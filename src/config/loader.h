#pragma once
// Reading prometheus.yml, strictly: an unknown key, a key written twice, a wrong type or a value
// that makes no sense is an error `file:line: what is wrong`, in upstream's words where users know
// them. All type errors and unknown keys of a file are reported at once, one a line.
//
//   Config config = TRY(LoadConfig(text, path, {.env = …}));
//   TRY(LoadScrapeConfigFiles(config, FileSystem::Local()));
//
// LoadConfig is pure: it takes the text, the name (for messages and for resolving relative paths)
// and the environment; files that the configuration names are read by the functions that take a
// FileSystem. Thread-safe, as they share nothing.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "config/config.h"

namespace watchfire::config {

struct LoadOptions {
  // Refuse what an agent has no use for: alerting, rule_files, remote_read.
  bool agent_mode = false;
  // For `$VAR` in external labels and GOGC; unset means no variables at all.
  std::function<std::optional<std::string>(const std::string& name)> env = {};
  // What `--enable-feature=…` changes about the defaults.
  bool extra_scrape_metrics = false;
};

Result<Config> LoadConfig(std::string_view text, const std::string& filename,
                          const LoadOptions& options = {});

// Reads the files behind `scrape_config_files` and appends their jobs to `config.scrape_configs`;
// job names must be unique over all of them. On error `config` is unchanged.
Result<void> LoadScrapeConfigFiles(Config& config, FileSystem& files);

// The existing files that match a glob whose last path segment may hold `*`, `?` and `[…]`
// (rule_files and the like), sorted. A pattern without a wildcard matches a file that exists.
Result<std::vector<std::string>> ExpandGlob(const std::string& pattern, FileSystem& files);

// Largest configuration, rule or target file that is read.
inline constexpr uint64_t kMaxConfigFileBytes = 64 << 20;

}  // namespace watchfire::config

#pragma once
// Dashboards of files: what providers there are, and the pass that makes the database say what
// their files say. A pass reads every file (their times tell less than their texts, and twenty of
// them are read in a millisecond) and writes only what is not as it was. Where two files say the
// same uid, or one title in one folder, the first holds. Called by Provisioning, one call at a
// time.

#include <set>
#include <string>
#include <vector>

#include "grafana/provisioning/file_values.h"

namespace watchfire::grafana {

struct DashboardProvider {
  std::string name;
  std::string folder, folder_uid;
  std::string path;
  bool disable_deletion = false;
  bool allow_ui_updates = false;
  bool folders_from_files = false;
  int64_t interval_ms = 10'000;
  std::string file;  // that says so
  uint32_t line = 0;
};

struct ProviderFiles {
  std::vector<DashboardProvider> providers;
  // A file could not be read: providers may be missing.
  bool incomplete = false;
};

// Those that are right; the rest is reported.
ProviderFiles ReadProviders(const ProvisioningDependencies& dependencies,
                            const std::string& directory, ProblemList& problems);

// One pass over all providers; the paths of all files that it met. Dashboards of files that are no
// more, and of providers that are no more unless `wanted` is incomplete, go to the trash.
std::set<std::string> ApplyDashboardFiles(const ProvisioningDependencies& dependencies,
                                          const ProviderFiles& wanted, ProblemList& problems);

// `value` with the keys of its objects in the order that `like` has them, others behind.
codec::Json InOrderOf(codec::Json value, const codec::Json& like);
// With two spaces a level, keys in their order, and a newline at the end.
std::string PrettyJson(const codec::Json& value);

}  // namespace watchfire::grafana

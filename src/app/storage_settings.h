#pragma once
// What the command line, the feature list and the configuration file say together about the
// storage. The file wins over flags, as upstream has it; flags are checked here, where it is known
// what the storage can do, and those that are accepted without effect are told in the log. Pure but
// for the log and a look at the size of the data directory's file system.

#include <string>

#include "app/features.h"
#include "app/flags.h"
#include "config/config.h"
#include "tsdb/db/db.h"

namespace watchfire::app {

// Zero: no limit.
struct RetentionSettings {
  int64_t time_ms = 0;
  uint64_t size_bytes = 0;
  double percentage = 0;  // of the file system; instead of the size
};

// The configuration's section if it has one, else the flags, else 15 days. `config` may be null.
RetentionSettings ReadRetention(const Flags& flags, const config::Config* config);
// "15d or 1GiB or 80%"
std::string RetentionText(const RetentionSettings& retention);
// With the percentage turned into bytes of the file system that `path` lies on or will lie on.
tsdb::Retention ToDbRetention(const RetentionSettings& retention, const std::string& path);

// How many exemplars are kept; 0 without the feature.
uint64_t ReadMaxExemplars(const Features& features, const config::Config& config);

// All but fs, clock, registry and progress. kInvalid with upstream's words: a value out of range,
// or a flag that belongs to the agent.
Result<tsdb::DbOptions> ReadStorageOptions(const Flags& flags, const Features& features,
                                           const config::Config& config);

}  // namespace watchfire::app

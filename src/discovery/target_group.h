#pragma once
// What a discovery mechanism tells: groups of targets that share labels and come from one source.
// Other than in configuration files (config::TargetGroup), a target here is a whole label set, as
// mechanisms attach `__meta_*` labels to single targets. Immutable once published: groups travel as
// shared_ptr<const TargetGroup>.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/labels.h"

namespace watchfire::discovery {

struct TargetGroup {
  std::vector<model::Labels> targets;  // each with `__address__`
  model::Labels labels;                // of all targets; a target's own label wins
  std::string source;                  // key of the group within its mechanism
};

using TargetGroups = std::vector<std::shared_ptr<const TargetGroup>>;
// All groups of every job (scrape job name, or the key of an Alertmanager section).
using TargetSets = std::map<std::string, TargetGroups>;

}  // namespace watchfire::discovery

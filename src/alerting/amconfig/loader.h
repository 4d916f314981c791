#pragma once
// Reading alertmanager.yml, strictly: an unknown key, a key written twice, a wrong type or a value
// that makes no sense is an error `file:line: what is wrong`, in upstream's words. All type errors
// and unknown keys are reported at once; the checks between sections follow in upstream's order
// and stop at the first.
//
//   Config config = TRY(LoadConfig(text, path, {.zones = SystemZones(FileSystem::Local())}));
//
// Pure but for the zones, which come from the caller. Thread-safe.

#include <string>
#include <string_view>

#include "alerting/amconfig/config.h"
#include "base/result.h"

namespace watchfire::amconfig {

struct LoadOptions {
  MatcherSyntax syntax = MatcherSyntax::kFallback;
  // For `location` in time intervals; unset knows UTC alone.
  ZoneLoader zones = {};
};

// `filename` is for messages and for resolving relative paths.
Result<Config> LoadConfig(std::string_view text, const std::string& filename,
                          const LoadOptions& options = {});

}  // namespace watchfire::amconfig

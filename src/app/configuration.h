#pragma once
// The configuration as the server uses it: the main file with the scrape files that it includes,
// read and checked, and a digest of all files that count, for noticing changes.

#include <cstdint>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "config/config.h"
#include "config/loader.h"

namespace watchfire::app {

using config::LoadOptions;

struct Configuration {
  std::shared_ptr<const config::Config> config;
  uint64_t digest = 0;
};

Result<Configuration> LoadConfiguration(const std::string& path, LoadOptions options,
                                        FileSystem& files);

// Over the main file, its rule files and its scrape config files; what cannot be read counts as
// empty. Only a main file that does not parse is an error.
Result<uint64_t> ConfigurationDigest(const std::string& path, FileSystem& files);

}  // namespace watchfire::app

#include "app/configuration.h"

#include <cstdlib>

#include "base/hash.h"

namespace watchfire::app {
namespace {

uint64_t DigestOf(const std::string& main_text, const config::Config& config, FileSystem& files) {
  uint64_t digest = Hash(main_text);
  for (const auto* patterns : {&config.rule_files, &config.scrape_config_files}) {
    for (const std::string& pattern : *patterns) {
      auto paths = config::ExpandGlob(pattern, files);
      if (!paths.ok()) continue;
      for (const std::string& path : *paths) {
        Result<std::string> text = files.ReadFile(path, config::kMaxConfigFileBytes);
        digest = HashCombine(digest, Hash(path));
        digest = HashCombine(digest, text.ok() ? Hash(*text) : 0);
      }
    }
  }
  return digest;
}

}  // namespace

Result<Configuration> LoadConfiguration(const std::string& path, LoadOptions options,
                                        FileSystem& files) {
  std::string text = TRY(files.ReadFile(path, config::kMaxConfigFileBytes));
  options.env = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  config::Config config = TRY(config::LoadConfig(text, path, options));
  TRY(config::LoadScrapeConfigFiles(config, files));
  Configuration loaded;
  loaded.digest = DigestOf(text, config, files);
  loaded.config = std::make_shared<const config::Config>(std::move(config));
  return loaded;
}

Result<uint64_t> ConfigurationDigest(const std::string& path, FileSystem& files) {
  std::string text = TRY(files.ReadFile(path, config::kMaxConfigFileBytes));
  // A file that does not parse has changed for sure; its digest tells when it changes again.
  Result<config::Config> config = config::LoadConfig(text, path, {});
  if (!config.ok()) return Hash(text);
  return DigestOf(text, *config, files);
}

}  // namespace watchfire::app

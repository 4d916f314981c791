#include <algorithm>

#include "alerting/amconfig/loader.h"
#include "alerting/manager/alertmanager.h"
#include "base/md5.h"
#include "base/time_zone.h"
#include "config/loader.h"
#include "notify/notify.h"
#include "template/library/alert_templates.h"

namespace watchfire::alerting {
namespace {

constexpr size_t kMaxTemplateFiles = 1'000;
constexpr uint64_t kMaxTemplateBytes = 16 << 20;

// Upstream's value: the first six bytes of the sum, which a double holds exactly.
double HashOf(std::string_view text) {
  std::array<uint8_t, 16> sum = Md5(text);
  uint64_t value = 0;
  for (size_t i = 6; i-- > 0;) value = value << 8 | sum[i];
  return static_cast<double>(value);
}

Result<std::vector<std::string>> ReadTemplates(const std::vector<std::string>& patterns,
                                               FileSystem& files) {
  std::vector<std::string> texts;
  for (const std::string& pattern : patterns) {
    for (const std::string& path : TRY(config::ExpandGlob(pattern, files))) {
      if (texts.size() == kMaxTemplateFiles) {
        return Error::Limit("more than {} template files", kMaxTemplateFiles);
      }
      texts.push_back(TRY(files.ReadFile(path, kMaxTemplateBytes)));
    }
  }
  return texts;
}

// Files that are read when notifiers are built are not read for somebody who only tries.
std::shared_ptr<const amconfig::Config> WithoutTokenFiles(amconfig::Config config) {
  const auto forget = [](std::string& file, Secret& token) {
    if (file.empty()) return;
    file.clear();
    token = Secret("not read");
  };
  for (amconfig::Receiver& receiver : config.receivers) {
    for (amconfig::RocketchatConfig& c : receiver.rocketchat_configs) {
      forget(c.token_file, c.token);
      forget(c.token_id_file, c.token_id);
    }
    for (amconfig::IncidentioConfig& c : receiver.incidentio_configs) {
      forget(c.alert_source_token_file, c.alert_source_token);
    }
  }
  return std::make_shared<const amconfig::Config>(std::move(config));
}

Result<void> CheckTemplates(LoadedConfig& loaded, FileSystem& files) {
  Result<templates::AlertTemplates> parsed = templates::AlertTemplates::Load(loaded.template_texts);
  if (!parsed.ok()) return parsed.error().With("failed to parse templates");
  notify::Environment environment;
  environment.templates = std::make_shared<const templates::AlertTemplates>(*std::move(parsed));
  environment.external_url = "http://localhost:9093";
  environment.user_agent = "Alertmanager";
  environment.clock = Clock::System();
  environment.zones = SystemZones(&files);
  environment.files = &files;
  for (const amconfig::Receiver& receiver : loaded.config->receivers) {
    for (const std::string& warning : notify::Lint(receiver, environment)) {
      loaded.warnings.push_back(fmt::format("receiver \"{}\": {}", receiver.name, warning));
    }
  }
  return {};
}

}  // namespace

Result<LoadedConfig> LoadConfigText(std::string_view text, const std::string& filename,
                                    amconfig::MatcherSyntax syntax, FileSystem& files,
                                    const amconfig::Config* running) {
  amconfig::LoadOptions options;
  options.syntax = syntax;
  options.zones = SystemZones(&files);
  LoadedConfig loaded;
  amconfig::Config read = TRY(amconfig::LoadConfig(text, filename, options));
  loaded.config = running != nullptr ? WithoutTokenFiles(std::move(read))
                                     : std::make_shared<const amconfig::Config>(std::move(read));
  loaded.warnings = loaded.config->warnings;
  loaded.hash = HashOf(text);
  std::vector<std::string> patterns;
  for (const std::string& pattern : loaded.config->templates) {
    bool known = running == nullptr || std::ranges::count(running->templates, pattern) != 0;
    if (known) {
      patterns.push_back(pattern);
    } else {
      loaded.warnings.push_back(fmt::format(
          "templates \"{}\" are not read, as the running configuration does not name them",
          pattern));
    }
  }
  loaded.template_texts = TRY(ReadTemplates(patterns, files));
  TRY(CheckTemplates(loaded, files));
  return loaded;
}

Result<LoadedConfig> LoadConfigFile(const std::string& path, amconfig::MatcherSyntax syntax,
                                    FileSystem& files) {
  std::string text = TRY(files.ReadFile(path, config::kMaxConfigFileBytes));
  return LoadConfigText(text, path, syntax, files);
}

LoadedConfig BuiltInConfig() {
  constexpr std::string_view kText =
      "route:\n"
      "  receiver: default\n"
      "receivers:\n"
      "  - name: default\n";
  Result<amconfig::Config> config = amconfig::LoadConfig(kText, "built-in");
  WF_CHECK(config.ok());
  LoadedConfig loaded;
  loaded.config = std::make_shared<const amconfig::Config>(*std::move(config));
  loaded.hash = HashOf(kText);
  return loaded;
}

}  // namespace watchfire::alerting

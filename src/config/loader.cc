#include "config/loader.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/numbers.h"
#include "base/text.h"
#include "config/describe.h"
#include "config/reader.h"
#include "config/sections.h"

namespace watchfire::config {
namespace {

// The pass that makes relative paths relative to the directory of the file.
class PathResolver final : public Fields {
 public:
  explicit PathResolver(std::string directory) : directory_(std::move(directory)) {}

  void Path(std::string_view, std::string& value) override { value = Resolve(value); }
  void Paths(std::string_view, std::vector<std::string>& value) override {
    for (std::string& path : value) path = Resolve(path);
  }
  void Text(std::string_view, std::string&, Show) override {}
  void SecretText(std::string_view, Secret&, Show) override {}
  void Address(std::string_view, Url&, Show) override {}
  void Bool(std::string_view, bool&, Show) override {}
  void OptionalBool(std::string_view, std::optional<bool>&) override {}
  void Duration(std::string_view, int64_t&, Show) override {}
  void Size(std::string_view, uint64_t&) override {}
  void Uint(std::string_view, uint64_t&) override {}
  void Int(std::string_view, int64_t&, Show) override {}
  void Number(std::string_view, double&) override {}
  void Texts(std::string_view, std::vector<std::string>&, yaml::Context) override {}
  void OptionalTexts(std::string_view, std::optional<std::vector<std::string>>&) override {}
  void SecretTexts(std::string_view, std::vector<Secret>&) override {}
  void TextMap(std::string_view, std::map<std::string, std::string>&) override {}
  void TextsMap(std::string_view, std::map<std::string, std::vector<std::string>>&) override {}
  void SecretsMap(std::string_view, std::map<std::string, std::vector<Secret>>&) override {}
  void LabelSet(std::string_view, model::Labels&) override {}
  void Any(std::string_view, yaml::Node&) override {}
  void Converted(std::string_view, const std::string&,
                 const std::function<Result<void>(const std::string&)>&) override {}

 private:
  bool BeginObject(std::string_view, std::string_view, bool has_value) override {
    return has_value;
  }
  void EndObject() override {}
  size_t BeginList(std::string_view, size_t size) override { return size; }
  bool BeginItem(size_t, std::string_view, std::string_view) override { return true; }
  void EndList() override {}
  bool BeginMap(std::string_view, std::vector<std::string>&) override { return true; }
  void Check(const Result<void>&) override {}

  std::string Resolve(const std::string& path) const {
    if (path.empty() || path[0] == '/') return path;
    return std::filesystem::path(JoinPath(directory_, path)).lexically_normal().string();
  }

  std::string directory_;
};

// `^[^*]*(\*[^/]*)?$`: a wildcard only in the last segment.
bool IsFilePattern(std::string_view path) {
  size_t star = path.find('*');
  return star == std::string_view::npos || path.find('/', star) == std::string_view::npos;
}

using Env = std::function<std::optional<std::string>(const std::string&)>;

bool IsShellSpecial(char c) {
  return std::string_view("*#$@!?-0123456789").find(c) != std::string_view::npos;
}

// Go's os.Expand: `$name`, `${name}`; a single special character is a name of its own, so that
// `$$` asks for the variable "$".
std::string ExpandVariables(std::string_view text,
                            const std::function<std::string(std::string)>& value) {
  std::string out;
  size_t i = 0;
  while (i < text.size()) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i++];
      continue;
    }
    ++i;
    if (text[i] == '{') {
      size_t close = text.find('}', i);
      if (close == std::string_view::npos || close == i + 1) {
        // Bad syntax: what was read so far is dropped.
        i = close == std::string_view::npos ? i + 1 : close + 1;
        continue;
      }
      out += value(std::string(text.substr(i + 1, close - i - 1)));
      i = close + 1;
    } else if (IsShellSpecial(text[i])) {
      out += value(std::string(1, text[i++]));
    } else {
      size_t end = i;
      auto is_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
      };
      while (end < text.size() && is_name(text[end])) ++end;
      if (end == i) {
        out += '$';
        continue;
      }
      out += value(std::string(text.substr(i, end - i)));
      i = end;
    }
  }
  return out;
}

void ExpandExternalLabels(Config& config, const Env& env) {
  model::LabelsBuilder builder;
  for (const model::LabelView& label : config.global.external_labels) {
    std::string value = ExpandVariables(label.value, [&](const std::string& name) -> std::string {
      if (name == "$") return "$";
      std::optional<std::string> found = env ? env(name) : std::nullopt;
      if (found && !found->empty()) return *found;
      config.warnings.push_back(fmt::format(
          "external label {} refers to the empty environment variable {}", label.name, name));
      return "";
    });
    builder.Set(label.name, value);
  }
  config.global.external_labels = builder.Build();
}

int64_t DefaultGogc(const Env& env) {
  std::optional<std::string> text = env ? env("GOGC") : std::nullopt;
  if (!text || text->empty()) return RuntimeConfig().gogc;
  if (EqualsIgnoreCase(*text, "off")) return -1;
  return ParseInt(*text).value_or(RuntimeConfig().gogc);
}

void NumberStaticGroups(ServiceDiscoveryConfigs& discovery) {
  for (size_t i = 0; i < discovery.static_configs.size(); ++i) {
    discovery.static_configs[i].source = std::to_string(i);
  }
}

// The line of the i-th item of a top-level list, or of the document.
uint32_t ItemLine(const yaml::Node& root, std::string_view key, size_t i) {
  const yaml::Node* list = root.Find(key);
  return list != nullptr && i < list->items.size() ? list->items[i].line : 1;
}

// Checks that need more than one section. The first thing wrong is reported with its line.
class WholeCheck {
 public:
  WholeCheck(Config& config, const yaml::Node& root, Reader& reader)
      : config_(config), root_(root), reader_(reader) {}

  bool Run() {
    return CheckPatterns("rule_files", config_.rule_files, "rule file") &&
           CheckPatterns("scrape_config_files", config_.scrape_config_files,
                         "scrape config file") &&
           CheckJobs() && CheckAlerting() && CheckRemoteWrite() && CheckRemoteRead() && CheckOtlp();
  }

 private:
  bool Fail(uint32_t line, const Error& error) {
    reader_.Fail(line, error);
    return false;
  }
  bool Passed(uint32_t line, const Result<void>& result) {
    return result.ok() || Fail(line, result.error());
  }

  bool CheckPatterns(std::string_view key, const std::vector<std::string>& patterns,
                     std::string_view what) {
    for (size_t i = 0; i < patterns.size(); ++i) {
      if (IsFilePattern(patterns[i])) continue;
      return Fail(ItemLine(root_, key, i),
                  Error::Invalid("invalid {} path {}", what, GoQuote(patterns[i])));
    }
    return true;
  }

  bool CheckJobs() {
    std::set<std::string> names;
    for (size_t i = 0; i < config_.scrape_configs.size(); ++i) {
      ScrapeConfig& job = config_.scrape_configs[i];
      uint32_t line = ItemLine(root_, "scrape_configs", i);
      if (!Passed(line, ApplyGlobal(job, config_.global))) return false;
      if (!names.insert(job.job_name).second) {
        return Fail(line, Error::Invalid("found multiple scrape configs with job name {}",
                                         GoQuote(job.job_name)));
      }
      NumberStaticGroups(job.discovery);
    }
    return true;
  }

  bool CheckAlerting() {
    model::NameScheme scheme = config_.global.metric_name_validation_scheme;
    const yaml::Node* alerting = root_.Find("alerting");
    uint32_t line = alerting == nullptr ? 1 : alerting->line;
    if (!Passed(line, PrepareRules(config_.alerting.alert_relabel_configs, scheme))) return false;
    for (AlertmanagerConfig& c : config_.alerting.alertmanagers) {
      if (!Passed(line, PrepareRules(c.alert_relabel_configs, scheme))) return false;
      if (!Passed(line, PrepareRules(c.relabel_configs, scheme))) return false;
      NumberStaticGroups(c.discovery);
    }
    return true;
  }

  bool CheckRemoteWrite() {
    std::set<std::string> names;
    for (size_t i = 0; i < config_.remote_write.size(); ++i) {
      RemoteWriteConfig& c = config_.remote_write[i];
      uint32_t line = ItemLine(root_, "remote_write", i);
      if (!c.name.empty() && !names.insert(c.name).second) {
        return Fail(line, Error::Invalid("found multiple remote write configs with job name {}",
                                         GoQuote(c.name)));
      }
      model::NameScheme scheme = config_.global.metric_name_validation_scheme;
      if (!Passed(line, PrepareRules(c.write_relabel_configs, scheme))) return false;
      WarnOfAuthorizationHeader("remote_write", i);
    }
    return true;
  }

  bool CheckRemoteRead() {
    std::set<std::string> names;
    for (size_t i = 0; i < config_.remote_read.size(); ++i) {
      const RemoteReadConfig& c = config_.remote_read[i];
      if (!c.name.empty() && !names.insert(c.name).second) {
        return Fail(
            ItemLine(root_, "remote_read", i),
            Error::Invalid("found multiple remote read configs with job name {}", GoQuote(c.name)));
      }
      WarnOfAuthorizationHeader("remote_read", i);
    }
    return true;
  }

  bool CheckOtlp() {
    const std::string& strategy = config_.otlp.translation_strategy;
    const yaml::Node* otlp = root_.Find("otlp");
    uint32_t line = otlp == nullptr ? 1 : otlp->line;
    bool escapes = strategy.empty() || strategy == "UnderscoreEscapingWithSuffixes" ||
                   strategy == "UnderscoreEscapingWithoutSuffixes";
    if (escapes) return true;
    if (strategy != "NoTranslation" && strategy != "NoUTF8EscapingWithSuffixes") {
      return Fail(line,
                  Error::Invalid("unsupported OTLP translation strategy {}", GoQuote(strategy)));
    }
    if (config_.global.metric_name_validation_scheme == model::NameScheme::kLegacy) {
      return Fail(
          line, Error::Invalid("OTLP translation strategy {} is not allowed when UTF8 is disabled",
                               GoQuote(strategy)));
    }
    return true;
  }

  void WarnOfAuthorizationHeader(std::string_view section, size_t i) {
    const yaml::Node* list = root_.Find(section);
    if (list == nullptr || i >= list->items.size()) return;
    const yaml::Node* headers = list->items[i].Find("headers");
    if (headers == nullptr) return;
    for (const yaml::Entry& entry : headers->entries) {
      if (!EqualsIgnoreCase(entry.key, "authorization")) continue;
      config_.warnings.push_back(fmt::format(
          "line {}: {}: an Authorization header among `headers` is taken as `authorization`; "
          "Prometheus refuses it, write `authorization: {{credentials: …}}` instead",
          entry.line, section));
    }
  }

  Config& config_;
  const yaml::Node& root_;
  Reader& reader_;
};

Result<void> CheckAgentMode(const Config& config, const std::string& filename) {
  const AlertingConfig& alerting = config.alerting;
  std::string_view field;
  if (!alerting.alertmanagers.empty() || !alerting.alert_relabel_configs.empty()) {
    field = "alerting";
  } else if (!config.rule_files.empty()) {
    field = "rule_files";
  } else if (!config.remote_read.empty()) {
    field = "remote_read";
  }
  if (field.empty()) return {};
  return Error::Invalid("{}: field {} is not allowed in agent mode", filename, field);
}

// The content of a scrape_config_files file.
struct ScrapeConfigList {
  std::vector<ScrapeConfig> scrape_configs;
};
void Describe(Fields& fields, ScrapeConfigList& c) {
  fields.List("scrape_configs", "config.ScrapeConfig", c.scrape_configs,
              "empty or null scrape config section");
}

Result<yaml::Node> ParseTree(std::string_view text, const std::string& filename) {
  return yaml::Parse(
      text,
      {.source = filename, .allow_duplicate_keys = true, .size_limit_bytes = kMaxConfigFileBytes});
}

}  // namespace

Result<Config> LoadConfig(std::string_view text, const std::string& filename,
                          const LoadOptions& options) {
  yaml::Node root = TRY(ParseTree(text, filename));
  Config config;
  config.runtime.gogc = DefaultGogc(options.env);
  config.global.extra_scrape_metrics = options.extra_scrape_metrics;
  Reader reader(filename);
  reader.Document(root, "config.plain", config);
  if (!reader.ok() || !WholeCheck(config, root, reader).Run()) return reader.TakeError();
  ExpandExternalLabels(config, options.env);
  if (options.agent_mode) TRY(CheckAgentMode(config, filename));
  PathResolver resolver(DirName(filename));
  Describe(resolver, config);
  return config;
}

void ResolvePaths(const std::string& directory, const std::function<void(Fields&)>& describe) {
  PathResolver resolver(directory);
  describe(resolver);
}

Result<void> LoadScrapeConfigFiles(Config& config, FileSystem& files) {
  std::map<std::string, std::string> origins;
  for (const ScrapeConfig& job : config.scrape_configs) {
    origins[job.job_name] = "main config file";
  }
  std::vector<ScrapeConfig> found;
  for (const std::string& pattern : config.scrape_config_files) {
    for (const std::string& path : TRY(ExpandGlob(pattern, files))) {
      std::string text = TRY(files.ReadFile(path, kMaxConfigFileBytes));
      yaml::Node root = TRY(ParseTree(text, path));
      ScrapeConfigList list;
      Reader reader(path);
      reader.Document(root, "config.ScrapeConfigs", list);
      for (size_t i = 0; i < list.scrape_configs.size() && reader.ok(); ++i) {
        ScrapeConfig& job = list.scrape_configs[i];
        uint32_t line = ItemLine(root, "scrape_configs", i);
        Result<void> applied = ApplyGlobal(job, config.global);
        if (!applied.ok()) reader.Fail(line, applied.error());
        auto [at, fresh] = origins.emplace(job.job_name, GoQuote(path));
        if (applied.ok() && !fresh) {
          reader.Fail(line, Error::Invalid("found multiple scrape configs with job name {}, first "
                                           "found in {}",
                                           GoQuote(job.job_name), at->second));
        }
        NumberStaticGroups(job.discovery);
      }
      if (!reader.ok()) return reader.TakeError();
      PathResolver resolver(DirName(path));
      Describe(resolver, list);
      for (ScrapeConfig& job : list.scrape_configs) found.push_back(std::move(job));
    }
  }
  for (ScrapeConfig& job : found) config.scrape_configs.push_back(std::move(job));
  return {};
}

Result<std::vector<std::string>> ExpandGlob(const std::string& pattern, FileSystem& files) {
  std::vector<std::string> out;
  if (pattern.find_first_of("*?[\\") == std::string::npos) {
    if (files.Exists(pattern)) out.push_back(pattern);
    return out;
  }
  std::string directory = DirName(pattern);
  std::string name = BaseName(pattern);
  if (directory.find_first_of("*?[") != std::string::npos) {
    return Error::Invalid("invalid path {}: a wildcard may only stand in the last segment",
                          GoQuote(pattern));
  }
  Result<std::vector<DirEntry>> entries = files.ListDirectory(directory);
  if (!entries.ok()) {
    // A directory that is not there yet holds no files.
    if (entries.error().code() == ErrorCode::kNotFound) return out;
    return entries.error();
  }
  for (const DirEntry& entry : *entries) {
    if (fnmatch(name.c_str(), entry.name.c_str(), 0) != 0) continue;
    out.push_back(pattern.find('/') == std::string::npos ? entry.name
                                                         : JoinPath(directory, entry.name));
  }
  return out;
}

}  // namespace watchfire::config

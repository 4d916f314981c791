#include "rules/manager.h"

#include <algorithm>

#include "base/log.h"
#include "config/loader.h"
#include "config/rule_file.h"
#include "promql/parser/printer.h"

namespace watchfire::rules {
namespace {

model::Labels MergeLabels(const std::map<std::string, std::string>& group,
                          const std::map<std::string, std::string>& rule) {
  model::LabelsBuilder builder;
  for (const auto& [name, value] : group) builder.Set(name, value);
  for (const auto& [name, value] : rule) builder.Set(name, value);
  return builder.Build();
}

Result<Rule> MakeRule(const config::RuleGroup& group, const config::Rule& from,
                      const promql::ParseOptions& parse) {
  Rule rule;
  rule.alerting = from.is_alert();
  rule.name = from.name();
  rule.expr = TRY(promql::Parse(from.expr, parse));
  rule.query = promql::Print(*rule.expr);
  rule.for_ms = from.for_ms;
  rule.keep_firing_for_ms = from.keep_firing_for_ms;
  rule.labels = MergeLabels(group.labels, from.labels);
  rule.annotations = from.annotations;
  return rule;
}

}  // namespace

Result<Groups> LoadGroups(const std::string& path, const config::Config& config,
                          const promql::ParseOptions& parse, FileSystem& files) {
  std::string text = TRY(files.ReadFile(path, config::kMaxConfigFileBytes));
  config::RuleFileOptions options;
  options.name_scheme = config.global.metric_name_validation_scheme;
  options.check_expression = [&parse](const std::string& expr) -> Result<void> {
    TRY(promql::Parse(expr, parse));
    return {};
  };
  config::RuleFile file = TRY(config::LoadRuleFile(text, path, options));
  for (const std::string& warning : file.warnings) {
    WF_LOG(kWarn, "Part of a rule file is ignored", {"component", "rule manager"}, {"file", path},
           {"reason", warning});
  }
  Groups groups;
  for (const config::RuleGroup& from : file.groups) {
    Group group;
    group.name = from.name;
    group.file = path;
    group.interval_ms =
        from.interval_ms != 0 ? from.interval_ms : config.global.evaluation_interval_ms;
    group.query_offset_ms = from.query_offset_ms.value_or(config.global.rule_query_offset_ms);
    group.limit = from.limit;
    for (const config::Rule& rule : from.rules) {
      group.rules.push_back(TRY(MakeRule(from, rule, parse)));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

Result<std::shared_ptr<const Groups>> Manager::Load(const config::Config& config,
                                                    FileSystem& files) const {
  std::vector<std::string> paths;
  for (const std::string& pattern : config.rule_files) {
    auto matches = TRY(config::ExpandGlob(pattern, files));
    paths.insert(paths.end(), matches.begin(), matches.end());
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  auto all = std::make_shared<Groups>();
  for (const std::string& path : paths) {
    Result<Groups> groups = LoadGroups(path, config, parse_, files);
    if (!groups.ok()) {
      WF_LOG(kError, "loading groups failed", {"component", "rule manager"},
             {"err", groups.error()});
      return Error(groups.error().code(),
                   "error loading rules, previous rule set restored: " + groups.error().message());
    }
    std::move(groups->begin(), groups->end(), std::back_inserter(*all));
  }
  return std::shared_ptr<const Groups>(std::move(all));
}

void Manager::Replace(std::shared_ptr<const Groups> groups) {
  MutexLock lock(mutex_);
  groups_ = std::move(groups);
}

std::shared_ptr<const Groups> Manager::groups() const {
  MutexLock lock(mutex_);
  return groups_;
}

}  // namespace watchfire::rules

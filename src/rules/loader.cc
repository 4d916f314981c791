#include "rules/loader.h"

#include <algorithm>
#include <tuple>

#include "base/log.h"
#include "config/loader.h"
#include "config/rule_file.h"
#include "promql/parser/printer.h"

namespace watchfire::rules {
namespace {

using Texts = std::map<std::string, std::string>;

std::string TemplateName(const std::string& alert) {
  return "__alert_" + alert;
}

Result<std::vector<TextSpec>> ReadTexts(const std::string& name, const Texts& texts) {
  std::vector<TextSpec> specs;
  for (const auto& [key, text] : texts) {
    specs.push_back({key, text, TRY(templates::RuleTemplate::Parse(TemplateName(name), text))});
  }
  return specs;
}

bool AllLiteral(const std::vector<TextSpec>& texts) {
  return std::all_of(texts.begin(), texts.end(),
                     [](const TextSpec& text) { return text.parsed.literal(); });
}

Result<RuleSpec> MakeRule(const Texts& group_labels, const config::Rule& from,
                          const promql::ParseOptions& parse) {
  RuleSpec rule;
  rule.alerting = from.is_alert();
  rule.name = from.name();
  rule.expr = TRY(promql::Parse(from.expr, parse));
  rule.query = promql::Print(*rule.expr);
  rule.threshold = ThresholdOf(*rule.expr);
  rule.for_ms = from.for_ms;
  rule.keep_firing_for_ms = from.keep_firing_for_ms;
  Texts labels = group_labels;
  for (const auto& [name, text] : from.labels) labels[name] = text;
  model::LabelsBuilder builder;
  for (const auto& [name, text] : labels) builder.Set(name, text);
  rule.label_set = builder.Build();
  if (rule.alerting) {
    rule.labels = TRY(ReadTexts(rule.name, labels));
    rule.annotations = TRY(ReadTexts(rule.name, from.annotations));
  } else {
    // Labels of recording rules are no templates.
    for (const auto& [name, text] : labels) rule.labels.push_back({name, text, {}});
  }
  rule.literal_labels = AllLiteral(rule.labels);
  rule.literal_annotations = AllLiteral(rule.annotations);
  return rule;
}

bool SameTexts(const std::vector<TextSpec>& a, const std::vector<TextSpec>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const TextSpec& x, const TextSpec& y) { return x.name == y.name && x.text == y.text; });
}

bool SameRule(const RuleSpec& a, const RuleSpec& b) {
  return std::tie(a.alerting, a.name, a.query, a.for_ms, a.keep_firing_for_ms) ==
             std::tie(b.alerting, b.name, b.query, b.for_ms, b.keep_firing_for_ms) &&
         SameTexts(a.labels, b.labels) && SameTexts(a.annotations, b.annotations);
}

std::string_view Mirrored(promql::BinaryOp op) {
  switch (op) {
    case promql::BinaryOp::kLess:
      return ">";
    case promql::BinaryOp::kLessEqual:
      return ">=";
    case promql::BinaryOp::kGreater:
      return "<";
    case promql::BinaryOp::kGreaterEqual:
      return "<=";
    default:
      return promql::BinaryOpText(op);
  }
}

std::optional<double> NumberOf(const promql::Expr& expr) {
  const promql::Expr& inner = promql::Unparen(expr);
  if (inner.kind == promql::ExprKind::kNumberLiteral) {
    return inner.As<promql::NumberLiteral>().value;
  }
  if (inner.kind != promql::ExprKind::kUnary) return std::nullopt;
  const auto& unary = inner.As<promql::UnaryExpr>();
  std::optional<double> number = NumberOf(*unary.expr);
  if (number && unary.negative) *number = -*number;
  return number;
}

}  // namespace

std::optional<Threshold> ThresholdOf(const promql::Expr& expr) {
  const promql::Expr& inner = promql::Unparen(expr);
  if (inner.kind != promql::ExprKind::kBinary) return std::nullopt;
  const auto& binary = inner.As<promql::BinaryExpr>();
  if (!promql::IsComparison(binary.op) || binary.return_bool) return std::nullopt;
  if (std::optional<double> value = NumberOf(*binary.rhs)) {
    return Threshold{promql::Print(promql::Unparen(*binary.lhs)),
                     std::string(promql::BinaryOpText(binary.op)), *value};
  }
  if (std::optional<double> value = NumberOf(*binary.lhs)) {
    return Threshold{promql::Print(promql::Unparen(*binary.rhs)), std::string(Mirrored(binary.op)),
                     *value};
  }
  return std::nullopt;
}

bool SameGroup(const GroupSpec& a, const GroupSpec& b) {
  return std::tie(a.name, a.file, a.interval_ms, a.query_offset_ms, a.limit, a.external_labels) ==
             std::tie(b.name, b.file, b.interval_ms, b.query_offset_ms, b.limit,
                      b.external_labels) &&
         std::equal(a.rules.begin(), a.rules.end(), b.rules.begin(), b.rules.end(), SameRule);
}

Result<RuleSpec> MakeAlert(std::string name, std::string_view expr, int64_t for_ms,
                           int64_t keep_firing_for_ms, const Texts& labels,
                           const promql::ParseOptions& parse) {
  config::Rule rule;
  rule.alert = std::move(name);
  rule.expr = expr;
  rule.for_ms = for_ms;
  rule.keep_firing_for_ms = keep_firing_for_ms;
  rule.labels = labels;
  return MakeRule({}, rule, parse);
}

Result<GroupSpecs> ReadGroups(std::string_view text, const std::string& path,
                              const config::Config& config, const promql::ParseOptions& parse,
                              bool ignore_unknown_fields) {
  config::RuleFileOptions options;
  options.ignore_unknown_fields = ignore_unknown_fields;
  options.name_scheme = config.global.metric_name_validation_scheme;
  options.check_expression = [&parse](const std::string& expr) -> Result<void> {
    TRY(promql::Parse(expr, parse));
    return {};
  };
  options.check_template = [](const std::string& name, const std::string& of) -> Result<void> {
    TRY(templates::RuleTemplate::Parse(name, of));
    return {};
  };
  config::RuleFile file = TRY(config::LoadRuleFile(text, path, options));
  for (const std::string& warning : file.warnings) {
    WF_LOG(kWarn, "Part of a rule file is ignored", {"component", "rule manager"}, {"file", path},
           {"reason", warning});
  }
  GroupSpecs groups;
  for (const config::RuleGroup& from : file.groups) {
    auto group = std::make_shared<GroupSpec>();
    group->name = from.name;
    group->file = path;
    group->interval_ms =
        from.interval_ms != 0 ? from.interval_ms : config.global.evaluation_interval_ms;
    group->query_offset_ms = from.query_offset_ms.value_or(config.global.rule_query_offset_ms);
    group->limit = from.limit;
    group->external_labels = config.global.external_labels;
    for (const config::Rule& rule : from.rules) {
      group->rules.push_back(TRY(MakeRule(from.labels, rule, parse)));
    }
    groups.push_back(std::move(group));
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return a->name < b->name; });
  return groups;
}

Result<GroupSpecs> LoadGroups(const std::string& path, const config::Config& config,
                              const promql::ParseOptions& parse, FileSystem& files,
                              bool ignore_unknown_fields) {
  std::string text = TRY(files.ReadFile(path, config::kMaxConfigFileBytes));
  return ReadGroups(text, path, config, parse, ignore_unknown_fields);
}

Result<GroupSpecs> LoadAll(const config::Config& config, const promql::ParseOptions& parse,
                           FileSystem& files) {
  std::vector<std::string> paths;
  for (const std::string& pattern : config.rule_files) {
    auto matches = TRY(config::ExpandGlob(pattern, files));
    paths.insert(paths.end(), matches.begin(), matches.end());
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  GroupSpecs all;
  for (const std::string& path : paths) {
    Result<GroupSpecs> groups = LoadGroups(path, config, parse, files);
    if (!groups.ok()) {
      WF_LOG(kError, "loading groups failed", {"component", "rule manager"},
             {"err", groups.error()});
      return Error(groups.error().code(),
                   "error loading rules, previous rule set restored: " + groups.error().message());
    }
    std::move(groups->begin(), groups->end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace watchfire::rules

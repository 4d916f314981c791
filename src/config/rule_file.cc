#include "config/rule_file.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "codec/yaml.h"
#include "config/loader.h"
#include "model/duration.h"

namespace watchfire::config {
namespace {

// Enough to mend a file in one go, and a bound on the message.
constexpr size_t kMaxReported = 50;

class RuleReader {
 public:
  RuleReader(const std::string& filename, const RuleFileOptions& options)
      : filename_(filename), options_(options) {}

  Result<RuleFile> Read(const yaml::Document& document) {
    RuleFile file;
    file.filename = filename_;
    if (document.has_more) {
      file.warnings.push_back(filename_ + ": only the first document of the file is read");
    }
    if (!document.root.is_null()) ReadFile(document.root, file);
    // The checks make no sense of what could not be read.
    if (errors_.empty()) CheckFile(file);
    if (!errors_.empty()) return TakeError();
    return file;
  }

 private:
  template <typename... Args>
  void Fail(Position at, fmt::format_string<Args...> format, Args&&... args) {
    errors_.push_back(fmt::format("{}: {}:{}: {}", filename_, at.line, at.column,
                                  fmt::format(format, std::forward<Args>(args)...)));
  }

  Error TakeError() const {
    size_t shown = std::min(errors_.size(), kMaxReported);
    std::vector<std::string> lines(errors_.begin(),
                                   errors_.begin() + static_cast<std::ptrdiff_t>(shown));
    if (shown < errors_.size()) {
      lines.push_back(fmt::format("{}: and {} more errors", filename_, errors_.size() - shown));
    }
    return Error(ErrorCode::kInvalid, Join(lines, "\n"));
  }

  static Position At(const yaml::Node& node) { return {node.line, node.column}; }

  void WrongType(const yaml::Node& node, std::string_view go_type) {
    std::string shown;
    if (node.is_scalar()) {
      shown = node.text.size() > 10 ? fmt::format(" `{}...`", node.text.substr(0, 7))
                                    : fmt::format(" `{}`", node.text);
    }
    Fail(At(node), "cannot unmarshal {}{} into {}", node.TypeName(), shown, go_type);
  }

  // Calls `read(key, value)` for every entry; false from it means an unknown key.
  template <typename ReadEntry>
  bool EachEntry(const yaml::Node& node, std::string_view type, ReadEntry read) {
    if (!node.is_mapping()) {
      WrongType(node, type);
      return false;
    }
    for (const yaml::Entry& entry : node.entries) {
      if (!read(entry.key, entry.value) && !options_.ignore_unknown_fields) {
        Fail({entry.line, entry.column}, "field {} not found in type {}", entry.key, type);
      }
    }
    return true;
  }

  void ReadText(const yaml::Node& node, std::string& value) {
    if (!node.is_scalar()) return WrongType(node, "string");
    value = node.is_null() ? std::string() : node.text;
  }

  void ReadDuration(const yaml::Node& node, int64_t& ms) {
    if (node.is_null()) return;
    if (!node.is_scalar()) return WrongType(node, "string");
    Result<int64_t> parsed = model::ParseDurationMs(node.text);
    if (!parsed.ok()) return Fail(At(node), "{}", parsed.error().message());
    ms = *parsed;
  }

  void ReadMap(const yaml::Node& node, std::map<std::string, std::string>& map) {
    if (node.is_null()) return;
    if (!node.is_mapping()) return WrongType(node, "map[string]string");
    for (const yaml::Entry& entry : node.entries) ReadText(entry.value, map[entry.key]);
  }

  void ReadFile(const yaml::Node& root, RuleFile& file) {
    EachEntry(root, "rulefmt.RuleGroups", [&](const std::string& key, const yaml::Node& value) {
      if (key != "groups") return false;
      if (value.is_null()) return true;
      if (!value.is_sequence()) {
        WrongType(value, "[]rulefmt.RuleGroup");
        return true;
      }
      for (const yaml::Node& node : value.items) {
        RuleGroup group;
        group.at = At(node);
        ReadGroup(node, group);
        file.groups.push_back(std::move(group));
      }
      return true;
    });
  }

  void ReadGroup(const yaml::Node& node, RuleGroup& group) {
    EachEntry(node, "rulefmt.RuleGroup", [&](const std::string& key, const yaml::Node& value) {
      if (key == "name") {
        ReadText(value, group.name);
      } else if (key == "interval") {
        ReadDuration(value, group.interval_ms);
      } else if (key == "query_offset") {
        if (!value.is_null()) ReadDuration(value, group.query_offset_ms.emplace());
      } else if (key == "limit") {
        std::optional<int64_t> limit = value.is_null() ? 0 : yaml::AsInt(value);
        if (!limit) WrongType(value, "int");
        group.limit = limit.value_or(0);
      } else if (key == "labels") {
        ReadMap(value, group.labels);
      } else if (key == "rules") {
        ReadRules(value, group.rules);
      } else {
        return false;
      }
      return true;
    });
  }

  void ReadRules(const yaml::Node& list, std::vector<Rule>& rules) {
    if (list.is_null()) return;
    if (!list.is_sequence()) return WrongType(list, "[]rulefmt.Rule");
    for (const yaml::Node& node : list.items) {
      Rule rule;
      // Where nothing was written, the rule itself is the place.
      rule.record_at = rule.alert_at = rule.expr_at = At(node);
      ReadRule(node, rule);
      rules.push_back(std::move(rule));
    }
  }

  void ReadRule(const yaml::Node& node, Rule& rule) {
    EachEntry(node, "rulefmt.Rule", [&](const std::string& key, const yaml::Node& value) {
      if (key == "record") {
        ReadText(value, rule.record);
        rule.record_at = At(value);
      } else if (key == "alert") {
        ReadText(value, rule.alert);
        rule.alert_at = At(value);
      } else if (key == "expr") {
        ReadText(value, rule.expr);
        rule.expr_at = At(value);
      } else if (key == "for") {
        ReadDuration(value, rule.for_ms);
      } else if (key == "keep_firing_for") {
        ReadDuration(value, rule.keep_firing_for_ms);
      } else if (key == "labels") {
        ReadMap(value, rule.labels);
      } else if (key == "annotations") {
        ReadMap(value, rule.annotations);
      } else {
        return false;
      }
      return true;
    });
  }

  void CheckFile(const RuleFile& file) {
    std::set<std::string> names;
    for (const RuleGroup& group : file.groups) {
      if (group.name.empty()) Fail(group.at, "Groupname must not be empty");
      if (!names.insert(group.name).second) {
        Fail(group.at, "groupname: {} is repeated in the same file", GoQuote(group.name));
      }
      for (const std::string& problem : LabelProblems(group.labels)) {
        Fail(group.at, "{}", problem);
      }
      for (size_t i = 0; i < group.rules.size(); ++i) {
        place_ = fmt::format("group {}, rule {}, {}", GoQuote(group.name), i + 1,
                             GoQuote(group.rules[i].name()));
        CheckRule(group.rules[i]);
      }
    }
  }

  void FailRule(Position at, std::string_view message) { Fail(at, "{}: {}", place_, message); }
  void FailRuleTwice(Position at, Position other, std::string_view message) {
    Fail(at, "{}:{}: {}: {}", other.line, other.column, place_, message);
  }
  // For what has no place of its own.
  void FailRule(std::string_view message) {
    errors_.push_back(fmt::format("{}: {}: {}", filename_, place_, message));
  }

  std::vector<std::string> LabelProblems(const std::map<std::string, std::string>& labels) const {
    std::vector<std::string> problems;
    for (const auto& [name, value] : labels) {
      if (!model::IsValidLabelName(name, options_.name_scheme) || name == model::kMetricName) {
        problems.push_back("invalid label name: " + name);
      }
      if (!IsValidUtf8(value)) problems.push_back("invalid label value: " + value);
    }
    return problems;
  }

  void CheckRule(const Rule& rule) {
    if (!rule.record.empty() && !rule.alert.empty()) {
      FailRuleTwice(rule.record_at, rule.alert_at, "only one of 'record' and 'alert' must be set");
    }
    if (rule.record.empty() && rule.alert.empty()) {
      FailRuleTwice(rule.record_at, rule.alert_at, "one of 'record' or 'alert' must be set");
    }
    if (rule.expr.empty()) {
      FailRule(rule.expr_at, "field 'expr' must be set in rule");
    } else if (options_.check_expression) {
      Result<void> checked = options_.check_expression(rule.expr);
      if (!checked.ok()) {
        FailRule(rule.expr_at, "could not parse expression: " + checked.error().message());
      }
    }
    if (!rule.record.empty()) CheckRecording(rule);
    for (const std::string& problem : LabelProblems(rule.labels)) FailRule(problem);
    for (const auto& [name, text] : rule.annotations) {
      if (!model::IsValidLabelName(name, options_.name_scheme)) {
        FailRule("invalid annotation name: " + name);
      }
    }
    if (rule.is_alert()) CheckTemplates(rule);
  }

  void CheckRecording(const Rule& rule) {
    if (!rule.annotations.empty()) {
      FailRule(rule.record_at, "invalid field 'annotations' in recording rule");
    }
    if (rule.for_ms != 0) FailRule(rule.record_at, "invalid field 'for' in recording rule");
    if (rule.keep_firing_for_ms != 0) {
      FailRule(rule.record_at, "invalid field 'keep_firing_for' in recording rule");
    }
    if (!model::IsValidMetricName(rule.record, options_.name_scheme)) {
      FailRule(rule.record_at, "invalid recording rule name: " + rule.record);
    }
    if (rule.record.find_first_of("{}") != std::string::npos) {
      FailRule(rule.record_at,
               "braces present in the recording rule name; should it be in expr?: " + rule.record);
    }
  }

  void CheckTemplates(const Rule& rule) {
    if (!options_.check_template) return;
    std::string name = "__alert_" + rule.alert;
    auto check = [&](std::string_view kind, const std::map<std::string, std::string>& texts) {
      for (const auto& [key, text] : texts) {
        Result<void> checked = options_.check_template(name, text);
        if (checked.ok()) continue;
        FailRule(fmt::format("{} {}: {}", kind, GoQuote(key), checked.error().message()));
      }
    };
    check("label", rule.labels);
    check("annotation", rule.annotations);
  }

  const std::string& filename_;
  const RuleFileOptions& options_;
  std::string place_;  // group and rule being checked
  std::vector<std::string> errors_;
};

}  // namespace

Result<RuleFile> LoadRuleFile(std::string_view text, const std::string& filename,
                              const RuleFileOptions& options) {
  yaml::Document document =
      TRY(yaml::ParseDocument(text, {.source = filename, .size_limit_bytes = kMaxConfigFileBytes}));
  return RuleReader(filename, options).Read(document);
}

}  // namespace watchfire::config

#pragma once
// Rule files as the engine wants them: expressions and templates parsed once, labels of a group
// merged under those of its rules, defaults of the configuration filled in. Everything is checked
// here, so that nothing of a rule can turn out malformed while it is evaluated.
//
// Specs are immutable and shared by the groups that run them and by the views readers hold. Pure
// but for reading files; any thread.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "config/config.h"
#include "model/labels.h"
#include "promql/parser/parser.h"
#include "template/library/rule_templates.h"

namespace watchfire::rules {

// `left op value`, if that is what an expression says.
struct Threshold {
  std::string left;  // as printed
  std::string op;    // "==", "!=", "<", "<=", ">", ">="
  double value = 0;
};
// A comparison with a number on one side; turned round if the number stands on the left.
std::optional<Threshold> ThresholdOf(const promql::Expr& expr);

// A label or annotation of a rule.
struct TextSpec {
  std::string name;
  std::string text;  // as written; "" removes a label
  templates::RuleTemplate parsed;
};

struct RuleSpec {
  bool alerting = false;
  std::string name;   // of the alert or the recorded metric
  std::string query;  // the expression in its canonical form
  std::shared_ptr<const promql::Expr> expr;
  std::optional<Threshold> threshold;
  int64_t for_ms = 0;
  int64_t keep_firing_for_ms = 0;
  std::vector<TextSpec> labels;  // the group's under the rule's own; sorted by name
  std::vector<TextSpec> annotations;
  model::Labels label_set;     // `labels` as written
  bool literal_labels = true;  // no label is a template
  bool literal_annotations = true;
};

struct GroupSpec {
  std::string name;
  std::string file;
  int64_t interval_ms = 0;
  int64_t query_offset_ms = 0;
  int64_t limit = 0;  // 0: none
  std::vector<RuleSpec> rules;
  model::Labels external_labels;  // templates see them

  std::string key() const { return file + ";" + name; }
};
using GroupSpecs = std::vector<std::shared_ptr<const GroupSpec>>;  // sorted by file, then name

// Whether running one is as good as running the other.
bool SameGroup(const GroupSpec& a, const GroupSpec& b);

// One alerting rule that stands in no file (back-tests). `expr` must parse.
Result<RuleSpec> MakeAlert(std::string name, std::string_view expr, int64_t for_ms,
                           int64_t keep_firing_for_ms,
                           const std::map<std::string, std::string>& labels,
                           const promql::ParseOptions& parse);

// The groups of a rule file's text, which is said to be of `path`.
Result<GroupSpecs> ReadGroups(std::string_view text, const std::string& path,
                              const config::Config& config, const promql::ParseOptions& parse,
                              bool ignore_unknown_fields = false);
// Reads one rule file; errors name the file and the place. Of `config`, only `global` counts.
Result<GroupSpecs> LoadGroups(const std::string& path, const config::Config& config,
                              const promql::ParseOptions& parse, FileSystem& files,
                              bool ignore_unknown_fields = false);
// All of the configuration's rule files.
Result<GroupSpecs> LoadAll(const config::Config& config, const promql::ParseOptions& parse,
                           FileSystem& files);

}  // namespace watchfire::rules

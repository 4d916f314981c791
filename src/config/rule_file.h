#pragma once
// A rule file as plain values: groups of recording and alerting rules, with the places where they
// stood, so that later errors (an expression that does not parse) can name them.
//
// LoadRuleFile checks the structure: strict keys, unique group names, either `record` or `alert`,
// valid names and labels. What needs the query language or the template language is asked of the
// two callbacks, because this room knows neither. Thread-compatible.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"

namespace watchfire::config {

struct Position {
  uint32_t line = 0;
  uint32_t column = 0;
  bool operator==(const Position&) const = default;
};

struct Rule {
  std::string record;  // exactly one of record and alert is set
  std::string alert;
  std::string expr;
  int64_t for_ms = 0;
  int64_t keep_firing_for_ms = 0;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  Position record_at;
  Position alert_at;
  Position expr_at;

  bool is_alert() const { return !alert.empty(); }
  const std::string& name() const { return is_alert() ? alert : record; }
};

struct RuleGroup {
  std::string name;
  int64_t interval_ms = 0;                 // 0: global.evaluation_interval
  std::optional<int64_t> query_offset_ms;  // unset: global.rule_query_offset
  int64_t limit = 0;                       // 0: none
  std::map<std::string, std::string> labels;
  std::vector<Rule> rules;
  Position at;
};

struct RuleFile {
  std::string filename;
  std::vector<RuleGroup> groups;
  // What was ignored (documents after the first); the caller logs it.
  std::vector<std::string> warnings;
};

struct RuleFileOptions {
  model::NameScheme name_scheme = model::NameScheme::kUtf8;
  // Errors become `could not parse expression: …`. Unset: expressions are not checked.
  std::function<Result<void>(const std::string& expr)> check_expression = {};
  // Errors become `label "k": …` and `annotation "k": …`. Called for alerting rules with the name
  // of the template (`__alert_NAME`). Unset: not checked.
  std::function<Result<void>(const std::string& name, const std::string& text)> check_template = {};
  // Unknown keys are passed over (promtool's --ignore-unknown-fields).
  bool ignore_unknown_fields = false;
};

// All problems of the file, one a line, each `filename: line:column: …`.
Result<RuleFile> LoadRuleFile(std::string_view text, const std::string& filename,
                              const RuleFileOptions& options = {});

}  // namespace watchfire::config

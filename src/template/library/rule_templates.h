#pragma once
// RuleTemplate: the text of a label or annotation of an alerting rule, parsed once when the rule
// file is loaded and expanded for every alert.
//
//   RuleTemplate text = TRY(RuleTemplate::Parse("__alert_HighLoad", annotation));
//   std::string summary = text.Expand(data, environment).value_or(…);
//
// Text without an action is kept as it is and costs nothing to expand. Immutable; any thread.
// RuleData borrows: its owner keeps labels alive while it expands.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/labels.h"
#include "template/template_set.h"

namespace watchfire::templates {

// A value of an alert or of a query's answer: a float, or a histogram as upstream prints it.
struct RuleValue {
  double number = 0;
  std::optional<std::string> histogram;
};

struct QuerySample {
  model::Labels labels;  // with the metric's name
  RuleValue value;
};
using QueryFunction = std::function<Result<std::vector<QuerySample>>(std::string_view query)>;

// What one query or expression of a managed rule gave for an alert.
struct RefValue {
  std::string ref;
  model::Labels labels;
  double value = 0;
};

struct RuleData {
  const model::Labels* labels = nullptr;           // of the alert, with the metric's name
  const model::Labels* external_labels = nullptr;  // null: none
  std::string_view external_url;
  RuleValue value;
  // Of managed rules: `$values` by ref, and what `$value` is there.
  const std::vector<RefValue>* refs = nullptr;
  std::string_view value_text{};
};

struct RuleEnvironment : Environment {
  TimeMs now = 0;                 // of the evaluation
  QueryFunction query = nullptr;  // at that moment; unset: `query` fails
  std::string external_url;
  std::string path_prefix;
};

// The language's functions and those of Prometheus' rules.
const FunctionTable& RuleFunctions();

class RuleTemplate {
 public:
  // Error: `template: NAME:1: function "x" not defined`.
  static Result<RuleTemplate> Parse(std::string name, std::string_view text,
                                    const Limits& limits = {});
  // Of a managed rule: knows `$values` too; the data has `refs`.
  static Result<RuleTemplate> ParseManaged(std::string name, std::string_view text,
                                           const Limits& limits = {});
  // Error: `error executing template NAME: …`. ErrorText makes the value of it that upstream shows.
  Result<std::string> Expand(const RuleData& data, const RuleEnvironment& environment) const;
  static std::string ErrorText(const Error& error);
  // Whether anything in it can differ between two alerts.
  bool literal() const { return set_ == nullptr; }

 private:
  static Result<RuleTemplate> ParseAfter(std::string_view definitions, std::string name,
                                         std::string_view text, const Limits& limits);

  std::string name_;
  std::string literal_;
  std::shared_ptr<const TemplateSet> set_;  // null: literal
};

}  // namespace watchfire::templates

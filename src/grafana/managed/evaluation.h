#pragma once
// Evaluation: one run of a rule's graph at one moment, without any memory: queries are asked in
// order, expressions computed, and the condition's value turned into one outcome for each label
// set. What an outcome does to an alert is instance.h's business. Waits for the queries in the
// caller's thread.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "grafana/expressions/series.h"
#include "grafana/managed/rule.h"
#include "grafana/queries/queries.h"
#include "template/library/rule_templates.h"

namespace watchfire::grafana {

using Cancelled = std::shared_ptr<const std::atomic<bool>>;

// What an evaluation asks: Queries and DataSources in the server, lambdas in tests.
struct EvaluationSources {
  std::function<DataSourcePtr(std::string_view uid)> resolve;
  std::function<Result<NodeValue>(const PanelQuery& query, Cancelled cancelled)> values;
};

enum class Verdict : uint8_t { kNormal, kBreach, kNoData, kError };

struct InstanceOutcome {
  model::Labels labels;  // of the query
  Verdict outcome = Verdict::kNormal;
  std::vector<templates::RefValue> values;
  std::string value_string;  // "[ var='A' labels={} value=1 ]"
};

struct Evaluation {
  // One for each label set. A query that gave nothing, or failed: exactly one without labels.
  std::vector<InstanceOutcome> outcomes;
  bool no_data = false;  // of the rule as a whole
  std::optional<Error> error;
  // Of an error, or of no data: where.
  std::string ref_id, datasource_uid;
  // The error says nothing of the rule: its source does not answer.
  bool source_down = false;
  std::vector<std::string> sources_up;  // uids that answered
  // By ref, for previews and recording rules.
  std::map<std::string, NodeValue> nodes;
};

struct EvaluationRequest {
  TimeMs at = 0;
  const std::set<model::Labels>* firing = nullptr;  // label sets that fire now
  Cancelled cancelled;
};

// It is the source that failed, not the query.
bool IsSourceDown(const Error& error);
Evaluation Evaluate(const ManagedRule& rule, const EvaluationSources& sources,
                    const EvaluationRequest& request);
// 1, 0.5, NaN, +Inf: as Go prints a float64.
std::string ValueText(std::optional<double> value);

}  // namespace watchfire::grafana

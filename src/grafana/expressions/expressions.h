#pragma once
// The expression nodes of Grafana: math, reduce, resample, threshold and classic conditions, over
// what queries gave. Pure functions on values; which query ran where is nobody's business here.
// Semantics: Grafana's documentation of expressions; NaN and null are told apart.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"
#include "grafana/expressions/series.h"
#include "model/labels.h"

namespace watchfire::grafana {

// One query or expression of a `data` list, in any order.
struct Node {
  std::string ref_id;
  bool is_expression = false;
  codec::Json model;
};

// Refs that an expression's model reads. kInvalid: unknown type, no expression.
Result<std::vector<std::string>> References(const codec::Json& model);
// Indices of `nodes` so that each stands behind those it reads. kInvalid: a cycle or an unknown
// ref, named.
Result<std::vector<size_t>> Order(const std::vector<Node>& nodes);

struct ExpressionContext {
  std::map<std::string, NodeValue> values;  // of the refs it reads
  TimeMs now = 0;
  // The range that is looked at, for resampling; both 0: that of the series.
  TimeMs from = 0, to = 0;
  // Label sets that are firing, for thresholds with a way back (unloadEvaluator).
  const std::set<model::Labels>* firing = nullptr;
};

// One match of a classic condition, for EvalMatches.
struct ClassicMatch {
  std::string metric;
  model::Labels labels;
  std::optional<double> value;
};
struct ExpressionResult {
  NodeValue value;
  std::vector<ClassicMatch> matches;  // of classic conditions alone
};
Result<ExpressionResult> Evaluate(const codec::Json& model, const ExpressionContext& context);

// "WHEN last() OF query(A) IS BELOW 1" for a condition, for people.
std::string Sentence(const codec::Json& model);
// The same with what the condition's threshold reads said in one go: "WHEN last() OF query(A) IS
// BELOW 1" for a query A, its reduction B and the threshold C.
std::string Sentence(const std::vector<Node>& nodes, std::string_view condition);

}  // namespace watchfire::grafana

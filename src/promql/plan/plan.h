#pragma once
// The logical plan: what must be computed, before it is decided how. MakePlan lowers a syntax tree
// into nodes without parentheses, with all durations, offsets and @ times resolved to numbers, with
// the parts that do not depend on the step marked (they are computed once), and with what is known
// about metric names and label sets, so that operators leave out work that cannot matter.
//
// A plan points into the syntax tree it was made from and must not outlive it. Plans are values of
// one query; nothing here reads data. Optimisations that need no data belong into this file.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "promql/parser/ast.h"
#include "promql/plan/context.h"

namespace watchfire::promql {

enum class NodeKind : uint8_t {
  kNumber,
  kString,
  kSelector,   // newest sample at each step
  kRange,      // samples of a window at each step
  kSubquery,   // child: the inner expression
  kCall,       // children: the arguments
  kAggregate,  // children: the vector, then the parameter if there is one
  kBinary,     // children: both sides
  kUnary,
  kInvariant,  // child: computed at one step, then repeated
};

// What the rows of a vector can have for a metric name.
enum class Names : uint8_t { kNone, kOne, kMany };

struct PlanNode {
  NodeKind kind = NodeKind::kNumber;
  ValueType type = ValueType::kNone;
  const Expr* expr = nullptr;
  std::vector<std::unique_ptr<PlanNode>> children;
  // Same at every step.
  bool invariant = false;

  // Selectors, ranges, subqueries. The time looked at is (at or the step's time) - offset_ms.
  std::optional<TimeMs> at;
  int64_t offset_ms = 0;
  int64_t range_ms = 0;
  int64_t step_ms = 0;  // subqueries
  // Anchored and smoothed selectors and ranges: how far beside their window they look at samples.
  int64_t before_ms = 0;
  int64_t after_ms = 0;
  // An expression that is not in the syntax tree: the info series of info().
  std::unique_ptr<const Expr> made_expr;
  // For storage::SelectHints.
  std::string function;
  std::vector<std::string> grouping;
  bool by = false;
  // Selectors and ranges: the storage tells each series' group by `grouping` and `by`.
  bool tells_groups = false;
  // Selectors and ranges: of native histograms only count and sum are needed (histogram_stats.h).
  bool histogram_stats = false;
  // Matchers from the other side of a join, beside the selector's own.
  model::Matchers pushed;
  // Equal parts have the same number and are computed once; 0: this one is computed by itself.
  uint32_t shared = 0;
  const PlanNode* first = nullptr;  // the leftmost of them, which is the one that is computed
  // Aggregations: the only leaf below, if all between them and it works series by series on the
  // same steps and with no other series in view. `groups_by_leaf`: it tells their groups, too.
  const PlanNode* leaf = nullptr;
  bool groups_by_leaf = false;
  // Joins: whether a side's only leaf tells the match group of its series.
  std::array<bool, 2> sides_tell_groups{};

  Names names = Names::kNone;
  // No two rows have the same labels. Otherwise rows with the same labels may come, but never two
  // with a value at the same step.
  bool distinct = true;

  const VectorSelector& selector() const;
  TimeMs TimeOf(TimeMs step_time) const { return at.value_or(step_time) - offset_ms; }
};
using PlanPtr = std::unique_ptr<PlanNode>;

// Throws QueryError (kBadData) when a duration expression has no usable value. The root is never
// kInvariant for a grid of one step.
PlanPtr MakePlan(const Expr& expr, const QueryContext& context, const Grid& grid);

// The steps on which a subquery evaluates its expression when it is itself evaluated on `outer`;
// nothing if there are none.
std::optional<Grid> SubqueryGrid(const PlanNode& subquery, const Grid& outer);

// The steps on which a kInvariant node evaluates its child.
inline Grid InvariantGrid(const Grid& outer) {
  return {outer.start, 1, 1};
}

// Extends [*mint, *maxt] by all times that the plan may look at.
void CoverTimes(const PlanNode& node, const Grid& grid, int64_t lookback_ms, TimeMs* mint,
                TimeMs* maxt);

}  // namespace watchfire::promql

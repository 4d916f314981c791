#pragma once
// A query that was run and measured: the plan as it was executed, after all optimisations, with
// what each part yielded and took. Made by Engine::Explain; the values are plain and independent of
// the plan.
//
// The root stands for the query itself: its figures are those of the answer, and its own time is
// what no operator took (planning, opening the storage, collecting and sorting the answer).
// Constants are no parts. Times are of all threads together, so the root's may be longer than
// totals.seconds, which is by the clock. Measuring costs about 100 ns a series and part.

#include <cstdint>
#include <string>
#include <vector>

#include "promql/plan/query.h"

namespace watchfire::promql {

struct ExplainNode {
  uint32_t id = 0;            // in the order of the tree, from 0
  std::string operator_kind;  // "result", "aggregate", "function", "range", …
  std::string label;          // "sum by (le)", "rate", "http_requests_total[5m]"
  std::string expr;           // canonical text
  PosRange position;          // bytes of the query
  std::vector<std::string> details;
  uint64_t series = 0;        // with a value at any step
  uint64_t points = 0;        // values; of ranges: the samples of their windows, each once
  uint64_t samples_read = 0;  // from storage, by this part itself
  double seconds = 0;         // with all that is below
  double self_seconds = 0;
  uint64_t memory_bytes = 0;  // most that this part itself held at once
  std::vector<ExplainNode> children;
};

struct ExplainTotals {
  uint64_t series = 0;
  uint64_t points = 0;
  uint64_t samples_read = 0;
  uint64_t total_queryable_samples = 0;
  uint64_t peak_samples = 0;
  uint64_t peak_memory_bytes = 0;
  double seconds = 0;
  uint32_t threads = 1;
};

struct Explanation {
  std::string query;
  ValueType type = ValueType::kVector;  // of the answer
  ExplainNode plan;
  ExplainTotals totals;
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
};

struct Grid;
struct PlanNode;
class QueryContext;

// What Engine::Explain answers once the query is done; `context` has its profile still. `expr` is
// what was planned. Takes the notes of the result.
Explanation MakeExplanation(const QueryContext& context, const Expr& expr, const PlanNode& plan,
                            const Grid& grid, QueryResult result);

}  // namespace watchfire::promql

#pragma once
// Which operation of an expression leaves nothing of what its parts give. Internal to this room.

#include <functional>
#include <optional>
#include <vector>

#include "api/grafana/data/diagnosis.h"
#include "promql/parser/ast.h"

namespace watchfire::api {

// What a part of the expression gave over the range.
struct PartAnswer {
  bool empty = true;
  double smallest = 0, largest = 0;  // of the values that are numbers
};
// nullopt: it cannot be asked (any more).
using AskPart = std::function<std::optional<PartAnswer>(const promql::Expr& part)>;

struct EmptyParts {
  std::vector<Reason> operations;
  // Selectors below which nothing is: they have no series, or too few samples.
  std::vector<const promql::Expr*> leaves;
};
// `root` is known to be empty.
EmptyParts FindEmptyParts(const promql::Expr& root, const AskPart& ask);

}  // namespace watchfire::api

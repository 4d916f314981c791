#pragma once
// The pieces of canonical text that the one-line printer, the prettifier and the JSON writer
// share. Internal to this room.

#include <string>

#include "promql/parser/ast.h"

namespace watchfire::promql {

// `sum by (a, b) ` with the space that separates it from the parenthesis; `sum` without grouping.
std::string AggregateHead(const AggregateExpr& node);
// ` bool on (a) group_left (b) fill (0)`; each part with a space in front.
std::string BinaryModifierText(const BinaryExpr& node);
// `[5m:1m] @ 1.000 offset 5m`.
std::string SubquerySuffix(const SubqueryExpr& node);
std::string_view DurationOpText(DurationOp op);

}  // namespace watchfire::promql

#pragma once
// Syntax tree → text. Print gives the canonical one-line form that Prometheus shows in rules,
// links and /format_query's inputs; Prettify splits at 100 columns with two-space indents (where
// that would come to more than 8 MiB, it gives the one line instead); AstToJson is the answer of
// /parse_query. Pure functions.

#include <string>

#include "promql/parser/ast.h"

namespace watchfire::promql {

std::string Print(const Expr& expr);
std::string Prettify(const Expr& expr);
std::string AstToJson(const Expr& expr);

}  // namespace watchfire::promql

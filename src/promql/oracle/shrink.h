#pragma once
// A failing expression → a small one that still fails: parts are replaced by parts of themselves of
// the same type, modifiers are taken off, groupings emptied, as long as `fails` says so. For the
// output of tests. Also the list of an expression's parts, for finding out where a difference comes
// from.

#include <functional>
#include <string>
#include <vector>

#include "promql/oracle/naive_evaluator.h"
#include "promql/parser/parser.h"

namespace watchfire::promql {

std::string Shrink(std::string query, const ParseOptions& options,
                   const std::function<bool(const std::string&)>& fails);

// A part of a query that is a query itself, and the steps on which it is evaluated there.
struct Part {
  std::string query;
  NaiveRequest request;
};
// All scalars and vectors below the root, outermost first.
std::vector<Part> PartsOf(const Expr& root, const NaiveRequest& request);

}  // namespace watchfire::promql

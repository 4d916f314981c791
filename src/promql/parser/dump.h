#pragma once
// A syntax tree as one line of text that shows everything in it: kinds, values, positions. It is
// what parser tests compare and what a developer prints while debugging; nothing reads it back.
//
//   foo{a="b"}[5m] offset 1m  →  matrix(foo{a="b",__name__="foo"} range=5m offset=1m)@0:25
//
// A position is @start:end in bytes. Pure function.

#include <string>

#include "promql/parser/ast.h"

namespace watchfire::promql {

std::string DumpAst(const Expr& expr);

}  // namespace watchfire::promql

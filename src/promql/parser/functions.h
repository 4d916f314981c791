#pragma once
// The table of all PromQL functions: names, argument types, result types, and whether a feature
// flag guards them. It lives for the whole process and never changes; Call nodes point into it.
// What the functions compute is the engine's business. Thread-safe.

#include <string_view>
#include <vector>

#include "promql/parser/ast.h"

namespace watchfire::promql {

// Null when there is no such function. Names are case-sensitive.
const Function* FindFunction(std::string_view name);

// In order of names.
const std::vector<Function>& AllFunctions();

}  // namespace watchfire::promql

#pragma once
// The type checker: walks a tree that the grammar made and refuses what has no meaning. It also
// settles vector matching: set operators become many-to-many, and matching is dropped where a
// side is a scalar. Internal to this room.

#include <optional>
#include <string_view>

#include "promql/parser/ast.h"
#include "promql/parser/grammar.h"

namespace watchfire::promql {

// The first error, in upstream's order of checks.
std::optional<SyntaxError> CheckTypes(std::string_view query, Expr* root);

}  // namespace watchfire::promql

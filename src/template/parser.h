#pragma once
// Parses a template text into its own tree and those of its {{define}}s and {{block}}s. Messages
// are upstream's (`template: name:3: unexpected EOF`). Names of functions are checked against the
// table, variables against their scope. Depth and length are bounded by the limits. Pure.

#include <string>
#include <string_view>

#include "base/result.h"
#include "template/function.h"
#include "template/tree.h"

namespace watchfire::templates {

// `name` is the text's own template; the map has all that were defined.
Result<TreeMap> ParseTemplate(std::string_view name, std::string_view text,
                              const FunctionTable& functions, const Limits& limits);

}  // namespace watchfire::templates

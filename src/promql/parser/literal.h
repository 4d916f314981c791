#pragma once
// What the text of number and string tokens means. Pure functions, internal to this room.

#include <string>
#include <string_view>

#include "base/result.h"

namespace watchfire::promql {

// Go's reading of a number: integers in base 0 (0x hexadecimal, a leading 0 octal, underscores
// between digits), then decimal floats, Inf and NaN. Errors are Go's:
// `strconv.ParseFloat: parsing "x": value out of range`.
Result<double> ParseNumberLiteral(std::string_view text);

// The value of a string token with its quotes; backquoted ones are taken as they are. The error
// is "invalid syntax"; a token that the lexer passed never fails.
Result<std::string> UnquoteString(std::string_view quoted);

}  // namespace watchfire::promql

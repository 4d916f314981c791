#pragma once
// The part of TOML that ldap.toml files are written in, read into a Json value: tables, arrays of
// tables, dotted and quoted keys, all four kinds of strings, whole numbers, booleans, arrays and
// inline tables. Dates and fractions are refused. Pure; depth and size are bounded.

#include <string_view>

#include "base/result.h"
#include "codec/json.h"

namespace watchfire::grafana {

// kInvalid: `name:12: …`.
Result<codec::Json> ParseToml(std::string_view text, std::string_view name);

}  // namespace watchfire::grafana

#pragma once
// The two syntaxes of matchers, each for itself (matcher.h says which is asked when). Internal to
// the room; pure functions with upstream's error texts. Columns in errors count code points.

#include "alerting/amconfig/matcher.h"

namespace watchfire::amconfig {

Result<Matchers> ParseClassic(std::string_view text);
Result<Matcher> ParseClassicOne(std::string_view text);
Result<Matchers> ParseUtf8(std::string_view text);
Result<Matcher> ParseUtf8One(std::string_view text);
// Whether a name needs quotes: it has a space or one of {}!=~,\"'`.
bool HasReserved(std::string_view text);

}  // namespace watchfire::amconfig

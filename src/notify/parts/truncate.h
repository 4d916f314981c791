#pragma once
// Cutting texts to what a service takes, as upstream does it. Pure functions.

#include <string>
#include <string_view>

namespace watchfire::notify {

// At most `limit` code points; the last of them is `…` if something was cut (not for limits up to
// three). Bytes that are not UTF-8 become U+FFFD when something is cut.
std::string TruncateRunes(std::string_view text, size_t limit);
// At most `limit` bytes, `…` among them, never a part of a code point; dots for limits
// below three.
std::string TruncateBytes(std::string_view text, size_t limit);
bool LongerThanRunes(std::string_view text, size_t limit);

}  // namespace watchfire::notify

#pragma once
// Runes as Go's formatter prints them in error texts. Pure functions, internal to this room.

#include <cstdint>
#include <string>
#include <string_view>

namespace watchfire::promql {

inline constexpr uint32_t kRuneError = 0xFFFD;

struct Rune {
  uint32_t value = kRuneError;
  uint32_t width = 1;
  bool valid = false;  // a well-formed UTF-8 sequence
};

// The rune at `offset`; past the end it is kRuneError with width 0.
Rune DecodeRune(std::string_view text, size_t offset);
void AppendRune(std::string& out, uint32_t rune);

// Go's %q of a rune: 'x', '\'', '\n', '\u200b'.
std::string QuoteRune(uint32_t rune);
// Go's %#U: U+0063 'c', U+000A.
std::string DescribeRune(uint32_t rune);
// Go's %.10q…: the first ten runes, quoted, and dots if there are more bytes than ten.
std::string QuoteShortened(std::string_view text);

}  // namespace watchfire::promql

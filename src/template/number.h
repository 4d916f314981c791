#pragma once
// Numbers the way Go writes and reads them in source and in fmt, beyond base/numbers.h: chosen
// verb and precision, hexadecimal floats, literals with a base and underscores. Pure functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace watchfire::templates {

// strconv.FormatFloat: verb one of b e E f F g G x X; precision −1 is the shortest that reads back.
std::string FormatFloat(double v, char verb, int precision);

// strconv.ParseInt and ParseUint with base 0 (0x 0o 0b, a leading zero is octal, underscores), and
// strconv.ParseFloat. nullopt for anything else, or out of range.
std::optional<int64_t> ParseGoInt(std::string_view text);
std::optional<uint64_t> ParseGoUint(std::string_view text);
std::optional<double> ParseGoFloat(std::string_view text);

// strconv.Unquote for "…", `…`; nullopt for bad syntax.
std::optional<std::string> UnquoteGo(std::string_view literal);
// The code point that a 'c' literal begins with, nullopt for bad syntax; *size is what was read of
// the literal, its closing quote included.
std::optional<uint32_t> UnquoteChar(std::string_view literal, size_t* size);

// One code point of UTF-8 at `at`: (U+FFFD, 1) for bytes that are none.
struct Rune {
  uint32_t code = 0;
  size_t size = 0;
};
Rune RuneAt(std::string_view text, size_t at);
bool IsLetter(uint32_t code);
bool IsDigit(uint32_t code);
bool IsPrintable(uint32_t code);
size_t CountRunes(std::string_view text);
// Go's %#U: U+0040 '@'.
std::string DescribeRune(uint32_t code);

}  // namespace watchfire::templates

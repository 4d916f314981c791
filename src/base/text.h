#pragma once
// Small text helpers: UTF-8 validity, Go-style quoting, splitting, joining, trimming, and the
// nearest of a list of words for "did you mean". All are pure functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace watchfire {

bool IsValidUtf8(std::string_view text);
// Appends a code point; U+FFFD for what is none.
void AppendUtf8(std::string& out, uint32_t code);

// Go's strconv.Quote: double quotes, \n \t \" \\ and friends, \u00XX for other unprintables,
// \xXX for bytes that are not UTF-8; printable UTF-8 stays as it is.
std::string GoQuote(std::string_view text);

std::vector<std::string_view> Split(std::string_view text, char separator);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view TrimSpace(std::string_view text);
std::string ToLower(std::string_view text);  // ASCII only
std::string ToUpper(std::string_view text);  // ASCII only
// Unicode, one code point to one; bytes that are not UTF-8 stay as they are.
std::string ToLowerUtf8(std::string_view text);
std::string ToUpperUtf8(std::string_view text);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);  // ASCII only
std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to);

// The candidate with the smallest edit distance to `word`, or "" when none is close
// (more than a third of the letters differ).
std::string Nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace watchfire

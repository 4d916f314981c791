#include "promql/parser/literal.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>

#include "base/numbers.h"
#include "base/text.h"
#include "model/sample.h"
#include "promql/parser/runes.h"

namespace watchfire::promql {
namespace {

std::optional<double> ParseInteger(std::string_view digits, int base) {
  int64_t value = 0;
  const char* end = digits.data() + digits.size();
  auto [rest, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc() || rest != end) return std::nullopt;
  return static_cast<double>(value);
}

bool AllDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Error FloatError(std::string_view text, std::string_view problem) {
  return Error::Invalid("strconv.ParseFloat: parsing {}: {}", GoQuote(text), problem);
}

}  // namespace

Result<double> ParseNumberLiteral(std::string_view text) {
  if (EqualsIgnoreCase(text, "inf")) return std::numeric_limits<double>::infinity();
  if (EqualsIgnoreCase(text, "nan")) return model::kNormalNan;
  std::string digits = ReplaceAll(text, "_", "");
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    std::optional<double> value = ParseInteger(std::string_view(digits).substr(2), 16);
    // Too long for an integer: Go then reads a hexadecimal float, which wants an exponent.
    if (!value) return FloatError(text, "invalid syntax");
    return *value;
  }
  if (digits.size() > 1 && digits[0] == '0' && AllDigits(digits)) {
    if (std::optional<double> octal = ParseInteger(digits, 8)) return *octal;
  }
  double value = 0;
  const char* end = digits.data() + digits.size();
  auto [rest, error] = std::from_chars(digits.data(), end, value);
  if (rest != end || error == std::errc::invalid_argument) {
    return FloatError(text, "invalid syntax");
  }
  if (error == std::errc::result_out_of_range) {
    // from_chars says the same of the too large and the too small; the latter are fine as zero.
    value = std::strtod(digits.c_str(), nullptr);
    if (value > 1) return FloatError(text, "value out of range");
  }
  return value;
}

namespace {

bool AppendEscape(std::string_view body, size_t* at, std::string& out) {
  constexpr std::string_view kNames = "abfnrtv\\'\"";
  constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\'\"";
  if (*at >= body.size()) return false;
  char c = body[(*at)++];
  if (size_t simple = kNames.find(c); simple != std::string_view::npos) {
    out += kValues[simple];
    return true;
  }
  bool octal = c >= '0' && c <= '7';
  size_t count = 0;
  if (octal) {
    count = 3;
    --*at;
  } else if (c == 'x') {
    count = 2;
  } else if (c == 'u') {
    count = 4;
  } else if (c == 'U') {
    count = 8;
  } else {
    return false;
  }
  if (*at + count > body.size()) return false;
  uint32_t value = 0;
  const char* begin = body.data() + *at;
  auto [rest, error] = std::from_chars(begin, begin + count, value, octal ? 8 : 16);
  if (error != std::errc() || rest != begin + count) return false;
  *at += count;
  if (octal || c == 'x') {
    if (value > 255) return false;
    out += static_cast<char>(static_cast<uint8_t>(value));
    return true;
  }
  if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return false;
  AppendRune(out, value);
  return true;
}

}  // namespace

Result<std::string> UnquoteString(std::string_view quoted) {
  if (quoted.size() < 2 || quoted.front() != quoted.back()) {
    return Error::Invalid("invalid syntax");
  }
  std::string_view body = quoted.substr(1, quoted.size() - 2);
  if (quoted.front() == '`') return std::string(body);
  std::string out;
  out.reserve(body.size());
  for (size_t at = 0; at < body.size();) {
    if (body[at] != '\\') {
      out += body[at++];
      continue;
    }
    ++at;
    if (!AppendEscape(body, &at, out)) return Error::Invalid("invalid syntax");
  }
  return out;
}

}  // namespace watchfire::promql

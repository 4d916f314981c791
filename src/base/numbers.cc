#include "base/numbers.h"

#include <fast_float/fast_float.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "base/float_text.h"

namespace watchfire {
namespace {

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53
constexpr double kCanonicalNan = std::bit_cast<double>(0x7ff8000000000001ULL);

bool EqualsIgnoreCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (c != lower[i]) return false;
  }
  return true;
}

// NaN and infinities, which Go prints "NaN", "+Inf", "-Inf"; nullptr for finite numbers.
const char* SpecialText(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
  return nullptr;
}

// Shortest scientific form with Go's exponent of at least two digits.
size_t WriteScientific(char* buffer, size_t size, double v) {
  auto [end, error] = std::to_chars(buffer, buffer + size, v, std::chars_format::scientific);
  WF_CHECK(error == std::errc());
  return static_cast<size_t>(end - buffer);
}

// Whole numbers from 2^53 on have more digits than the shortest form needs; Go fills up with zeros
// where std::to_chars prints the exact value.
size_t WriteWholeShortest(char* buffer, size_t size, double v) {
  char digits[32];
  size_t n = WriteScientific(digits, sizeof digits, v);
  std::string_view text(digits, n);
  size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(digits + e + 2, digits + n, exponent);
  size_t out = 0;
  int after_point = 0;
  bool seen_point = false;
  for (char c : text.substr(0, e)) {
    if (c == '.') {
      seen_point = true;
      continue;
    }
    after_point += seen_point ? 1 : 0;
    buffer[out++] = c;
  }
  WF_CHECK(exponent >= after_point && out + static_cast<size_t>(exponent) < size);
  for (int i = after_point; i < exponent; ++i) buffer[out++] = '0';
  return out;
}

size_t WriteFixed(char* buffer, size_t size, double v) {
  if (std::fabs(v) >= kExactIntegers) return WriteWholeShortest(buffer, size, v);
  auto [end, error] = std::to_chars(buffer, buffer + size, v, std::chars_format::fixed);
  WF_CHECK(error == std::errc());
  return static_cast<size_t>(end - buffer);
}

std::string FormatWithBounds(double v, double exponent_below, double exponent_from) {
  if (const char* special = SpecialText(v)) return special;
  char buffer[400];
  double magnitude = std::fabs(v);
  bool scientific = magnitude != 0 && (magnitude < exponent_below || magnitude >= exponent_from);
  size_t n =
      scientific ? WriteScientific(buffer, sizeof buffer, v) : WriteFixed(buffer, sizeof buffer, v);
  return std::string(buffer, n);
}

}  // namespace

std::optional<double> ParseFloat(std::string_view text) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  bool negative = false;
  if (begin != end && (*begin == '+' || *begin == '-')) {
    negative = *begin == '-';
    ++begin;
  }
  if (begin == end) return std::nullopt;
  if ((*begin < '0' || *begin > '9') && *begin != '.') {
    std::string_view word(begin, static_cast<size_t>(end - begin));
    if (EqualsIgnoreCase(word, "nan")) return kCanonicalNan;
    if (EqualsIgnoreCase(word, "inf") || EqualsIgnoreCase(word, "infinity")) {
      return negative ? -HUGE_VAL : HUGE_VAL;
    }
    return std::nullopt;
  }
  double v = 0;
  auto result = fast_float::from_chars(begin, end, v);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  // Too large for a double: an error in Go, and not what was written.
  if (std::isinf(v)) return std::nullopt;
  return negative ? -v : v;
}

std::optional<int64_t> ParseInt(std::string_view text) {
  int64_t v = 0;
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return v;
}

std::optional<uint64_t> ParseUint(std::string_view text) {
  uint64_t v = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return v;
}

std::string FormatFloatFixed(double v) {
  return FormatWithBounds(v, 0, HUGE_VAL);
}

std::string FormatFloatJson(double v) {
  std::string out;
  AppendFloatJson(out, v);
  return out;
}

std::string FormatFloatGo(double v) {
  return FormatWithBounds(v, 1e-4, 1e6);
}

void AppendFloatJson(std::string& out, double v) {
  char buffer[kNumberTextRoom];
  out.append(buffer, WriteFloatJson(buffer, v));
}

void AppendInt(std::string& out, int64_t v) {
  char buffer[kNumberTextRoom];
  out.append(buffer, WriteInt(buffer, v));
}

}  // namespace watchfire

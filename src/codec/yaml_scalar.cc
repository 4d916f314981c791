// What plain scalars mean, and how texts are written so that they mean themselves.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/numbers.h"
#include "base/text.h"
#include "codec/yaml.h"

namespace watchfire::yaml {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// "true", "True", "TRUE", but not "tRUE".
bool IsSpelling(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size() || ToLower(text) != lower) return false;
  if (text == lower || text == ToUpper(text)) return true;
  return text[0] < 'a' && text.substr(1) == lower.substr(1);
}

template <size_t N>
bool IsAnySpelling(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return IsSpelling(text, word); });
}

std::optional<uint64_t> ParseMagnitude(std::string_view digits) {
  unsigned base = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    char kind = digits[1];
    base = kind == 'x' || kind == 'X' ? 16 : kind == 'b' || kind == 'B' ? 2 : 8;
    digits.remove_prefix(base != 8 || kind == 'o' || kind == 'O' ? 2 : 1);
  }
  if (digits.empty()) return std::nullopt;
  uint64_t value = 0;
  for (char c : digits) {
    unsigned digit = IsDigit(c)               ? static_cast<unsigned>(c - '0')
                     : (c >= 'a' && c <= 'f') ? static_cast<unsigned>(c - 'a' + 10)
                     : (c >= 'A' && c <= 'F') ? static_cast<unsigned>(c - 'A' + 10)
                                              : 99;
    if (digit >= base || value > (UINT64_MAX - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

struct Integer {
  bool negative = false;
  uint64_t magnitude = 0;
};

std::optional<Integer> ParseInteger(std::string_view text) {
  std::string digits = ReplaceAll(text, "_", "");
  std::string_view rest = digits;
  Integer out;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    out.negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  std::optional<uint64_t> magnitude = ParseMagnitude(rest);
  if (!magnitude || text.empty() || text[0] == '_') return std::nullopt;
  out.magnitude = *magnitude;
  return out;
}

// [-+]? digits with a point and an exponent, as YAML spells floats.
std::optional<double> ParseDecimal(std::string_view text) {
  std::string digits = ReplaceAll(text, "_", "");
  std::string_view rest = digits;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) rest.remove_prefix(1);
  bool starts_right = !rest.empty() &&
                      (IsDigit(rest[0]) || (rest[0] == '.' && rest.size() > 1 && IsDigit(rest[1])));
  if (!starts_right || text[0] == '_') return std::nullopt;
  // A trailing point ("1.") is a number in YAML.
  if (digits.back() == '.') digits.push_back('0');
  return ParseFloat(digits);
}

std::optional<double> ParseDouble(std::string_view text) {
  constexpr std::array<std::string_view, 2> kInfinity = {".inf", "+.inf"};
  if (IsAnySpelling(text, kInfinity) || text == ".Inf" || text == "+.Inf") return HUGE_VAL;
  if (text == "-.inf" || text == "-.Inf" || text == "-.INF") return -HUGE_VAL;
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::nan("");
  return ParseDecimal(text);
}

bool LooksLikeTimestamp(std::string_view text) {
  if (text.size() < 8 || text[4] != '-') return false;
  return std::all_of(text.begin(), text.begin() + 4, IsDigit) && IsDigit(text[5]) &&
         text.find('-', 5) != std::string_view::npos &&
         IsDigit(text.back() == 'Z' ? '0' : text.back());
}

// "12:30:45", which YAML 1.1 reads as a number in base 60.
bool LooksLikeBase60(std::string_view text) {
  if (text.find(':') == std::string_view::npos) return false;
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  std::vector<std::string_view> parts = Split(text, ':');
  for (size_t i = 0; i < parts.size(); ++i) {
    std::string_view part = parts[i];
    if (i + 1 == parts.size()) part = part.substr(0, part.find('.'));
    if (part.empty() || (i > 0 && part.size() > 2)) return false;
    if (!std::all_of(part.begin(), part.end(), IsDigit)) return false;
    if (i > 0 && part.size() == 2 && part[0] > '5') return false;
  }
  return true;
}

bool MeansSomethingElse(std::string_view text) {
  Node node;
  node.text = text;
  return node.is_null() || node.TypeName() != "!!str" || text == "<<" || text == "=" ||
         LooksLikeTimestamp(text) || LooksLikeBase60(text);
}

bool IsPlainSafe(std::string_view text, Context context) {
  constexpr std::string_view kFirst = "#,[]{}&*!|>'\"%@`";
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  if (kFirst.find(text[0]) != std::string_view::npos) return false;
  if (text.substr(0, 3) == "---" || text.substr(0, 3) == "...") return false;
  bool flow = context == Context::kFlow;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool before_space = i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\t';
    bool after_space = i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\t');
    if (c == ':' && (flow || before_space)) return false;
    if (c == '#' && after_space) return false;
    if ((c == '-' || c == '?') && i == 0 && before_space) return false;
    if (flow && (c == ',' || c == '?' || c == '[' || c == ']' || c == '{' || c == '}'))
      return false;
  }
  return true;
}

std::string DoubleQuote(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) {
          out += fmt::format("\\x{:02X}", static_cast<uint8_t>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

std::string Base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0U);
    }
    for (size_t k = 0; k < 4; ++k) {
      out += i + k > bytes.size() ? '=' : kAlphabet[bits >> (18 - 6 * k) & 0x3f];
    }
  }
  return out;
}

}  // namespace

std::optional<bool> AsBool(const Node& node) {
  constexpr std::array<std::string_view, 4> kTrue = {"true", "yes", "on", "y"};
  constexpr std::array<std::string_view, 4> kFalse = {"false", "no", "off", "n"};
  if (!node.is_scalar() || !node.plain || node.text.empty()) return std::nullopt;
  if (IsAnySpelling(node.text, kTrue)) return true;
  if (IsAnySpelling(node.text, kFalse)) return false;
  return std::nullopt;
}

std::optional<int64_t> AsInt(const Node& node) {
  if (!node.is_scalar() || !node.plain) return std::nullopt;
  if (std::optional<Integer> integer = ParseInteger(node.text)) {
    uint64_t limit = uint64_t{1} << 63;
    if (integer->magnitude > (integer->negative ? limit : limit - 1)) return std::nullopt;
    uint64_t bits = integer->negative ? 0 - integer->magnitude : integer->magnitude;
    return static_cast<int64_t>(bits);
  }
  std::optional<double> number = ParseDecimal(node.text);
  if (!number || *number != std::trunc(*number) || std::fabs(*number) >= 9.2e18) {
    return std::nullopt;
  }
  return static_cast<int64_t>(*number);
}

std::optional<uint64_t> AsUint(const Node& node) {
  if (!node.is_scalar() || !node.plain) return std::nullopt;
  if (std::optional<Integer> integer = ParseInteger(node.text)) {
    if (integer->negative && integer->magnitude != 0) return std::nullopt;
    return integer->magnitude;
  }
  std::optional<double> number = ParseDecimal(node.text);
  if (!number || *number != std::trunc(*number) || *number < 0 || *number >= 1.8e19) {
    return std::nullopt;
  }
  return static_cast<uint64_t>(*number);
}

std::optional<double> AsDouble(const Node& node) {
  if (!node.is_scalar() || !node.plain) return std::nullopt;
  if (std::optional<Integer> integer = ParseInteger(node.text)) {
    auto magnitude = static_cast<double>(integer->magnitude);
    return integer->negative ? -magnitude : magnitude;
  }
  return ParseDouble(node.text);
}

std::string QuoteScalar(std::string_view text, Context context) {
  if (!IsValidUtf8(text)) return "!!binary " + Base64(text);
  bool special = std::any_of(text.begin(), text.end(),
                             [](char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7f; });
  if (special || text.empty() || MeansSomethingElse(text)) return DoubleQuote(text);
  if (IsPlainSafe(text, context)) return std::string(text);
  return "'" + ReplaceAll(text, "'", "''") + "'";
}

}  // namespace watchfire::yaml

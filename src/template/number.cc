#include "template/number.h"

#include <fmt/core.h>
#include <locale.h>
#include <wctype.h>

#include <bit>
#include <charconv>
#include <cmath>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::templates {
namespace {

locale_t UnicodeLocale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

std::string Chars(double v, std::chars_format form, int precision) {
  // 330: digits before the point of the largest double in fixed form, and signs.
  std::string out(330 + static_cast<size_t>(std::max(precision, 0)), '\0');
  char* end = out.data() + out.size();
  auto done = precision < 0 ? std::to_chars(out.data(), end, v, form)
                            : std::to_chars(out.data(), end, v, form, precision);
  out.resize(static_cast<size_t>(done.ptr - out.data()));
  return out;
}

// "1.8p+1" → "0x1.8p+01".
std::string HexForm(double v, int precision, bool upper) {
  std::string digits = Chars(std::fabs(v), std::chars_format::hex, precision);
  size_t p = digits.find('p');
  std::string out = fmt::format("{}0x{}{}{:0>2}", std::signbit(v) ? "-" : "",
                                digits.substr(0, p + 1), digits[p + 1], digits.substr(p + 2));
  return upper ? ToUpper(out) : out;
}

std::string BinaryForm(double v) {
  auto bits = std::bit_cast<uint64_t>(v);
  int64_t exponent = static_cast<int64_t>(bits >> 52 & 0x7ff);
  uint64_t mantissa = bits & ((uint64_t{1} << 52) - 1);
  if (exponent == 0) {
    exponent = 1;
  } else {
    mantissa |= uint64_t{1} << 52;
  }
  return fmt::format("{}{}p{:+}", std::signbit(v) ? "-" : "", mantissa, exponent - 1075);
}

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// Underscores stand between digits, or between the base and a digit.
bool UnderscoresOk(std::string_view text) {
  char last = '^';
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '_') {
      if (last != '0') return false;
      last = '_';
    } else {
      bool digit = DigitValue(c) < 16 || (i == 1 && DigitValue(c) == 99);
      if (last == '_' && !digit) return false;
      last = digit ? '0' : '!';
    }
  }
  return last != '_';
}

// One escape or character of a quoted literal; advances *at. Bytes (\x, octal) are below 256.
struct Unit {
  uint32_t code = 0;
  bool is_byte = false;
};

std::optional<uint32_t> HexDigits(std::string_view text, size_t* at, size_t count) {
  if (*at + count > text.size()) return std::nullopt;
  uint32_t code = 0;
  for (size_t i = 0; i < count; ++i) {
    int digit = DigitValue(text[(*at)++]);
    if (digit > 15) return std::nullopt;
    code = code << 4 | static_cast<uint32_t>(digit);
  }
  return code;
}

std::optional<Unit> SimpleEscape(char c, char quote) {
  switch (c) {
    case 'a':
      return Unit{'\a'};
    case 'b':
      return Unit{'\b'};
    case 'f':
      return Unit{'\f'};
    case 'n':
      return Unit{'\n'};
    case 'r':
      return Unit{'\r'};
    case 't':
      return Unit{'\t'};
    case 'v':
      return Unit{'\v'};
    case '\\':
      return Unit{'\\'};
    case '\'':
    case '"':
      if (c != quote) return std::nullopt;
      return Unit{static_cast<uint32_t>(c)};
    default:
      return std::nullopt;
  }
}

std::optional<Unit> NextUnit(std::string_view text, size_t* at, char quote) {
  char c = text[*at];
  if (c == quote || c == '\n') return std::nullopt;
  if (c != '\\') {
    Rune rune = RuneAt(text, *at);
    *at += rune.size;
    bool stray = rune.code == 0xfffd && rune.size == 1;
    return Unit{stray ? static_cast<uint8_t>(c) : rune.code, stray};
  }
  if (++*at >= text.size()) return std::nullopt;
  c = text[(*at)++];
  if (c == 'x' || c == 'u' || c == 'U') {
    auto code = HexDigits(text, at, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    if (!code) return std::nullopt;
    bool surrogate = *code >= 0xd800 && *code < 0xe000;
    if (c != 'x' && (*code > 0x10ffff || surrogate)) return std::nullopt;
    return Unit{*code, c == 'x'};
  }
  if (c >= '0' && c <= '7') {
    uint32_t code = static_cast<uint32_t>(c - '0');
    for (int i = 0; i < 2; ++i) {
      if (*at >= text.size() || text[*at] < '0' || text[*at] > '7') return std::nullopt;
      code = code << 3 | static_cast<uint32_t>(text[(*at)++] - '0');
    }
    if (code > 255) return std::nullopt;
    return Unit{code, true};
  }
  return SimpleEscape(c, quote);
}

}  // namespace

std::string FormatFloat(double v, char verb, int precision) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
  switch (verb) {
    case 'b':
      return BinaryForm(v);
    case 'e':
      return Chars(v, std::chars_format::scientific, precision);
    case 'E':
      return ToUpper(Chars(v, std::chars_format::scientific, precision));
    case 'f':
    case 'F':
      return precision < 0 ? FormatFloatFixed(v) : Chars(v, std::chars_format::fixed, precision);
    case 'x':
    case 'X':
      return HexForm(v, precision, verb == 'X');
    default: {
      std::string out = precision < 0
                            ? FormatFloatGo(v)
                            : Chars(v, std::chars_format::general, precision == 0 ? 1 : precision);
      return verb == 'G' ? ToUpper(out) : out;
    }
  }
}

std::optional<uint64_t> ParseGoUint(std::string_view text) {
  std::string_view digits = text;
  unsigned base = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    char c = static_cast<char>(digits[1] | 0x20);
    base = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 0;
    digits.remove_prefix(base == 0 ? 1 : 2);
    if (base == 0) base = 8;
  }
  if (!UnderscoresOk(text)) return std::nullopt;
  uint64_t value = 0;
  bool any = false;
  for (char c : digits) {
    if (c == '_') continue;
    auto digit = static_cast<unsigned>(DigitValue(c));
    if (digit >= base) return std::nullopt;
    any = true;
    if (value > (UINT64_MAX - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  if (!any) return std::nullopt;
  return value;
}

std::optional<int64_t> ParseGoInt(std::string_view text) {
  bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  auto value = ParseGoUint(text);
  uint64_t limit = uint64_t{1} << 63;
  if (!value || *value > limit || (*value == limit && !negative)) return std::nullopt;
  return static_cast<int64_t>(negative ? uint64_t{0} - *value : *value);
}

std::optional<double> ParseGoFloat(std::string_view text) {
  bool negative = !text.empty() && text[0] == '-';
  std::string_view body = text;
  if (!body.empty() && (body[0] == '-' || body[0] == '+')) body.remove_prefix(1);
  bool hex = body.size() > 1 && body[0] == '0' && (body[1] | 0x20) == 'x';
  std::string plain;
  if (body.find('_') != std::string_view::npos) {
    if (!hex || !UnderscoresOk(body)) return std::nullopt;
    for (char c : body) {
      if (c != '_') plain += c;
    }
    body = plain;
  }
  if (!hex) {
    auto value = ParseFloat(body);
    if (!value || (std::isinf(*value) && !body.empty() && IsDigit(static_cast<uint8_t>(body[0]))))
      return std::nullopt;
    return negative ? -*value : *value;
  }
  if (body.find_first_of("pP") == std::string_view::npos) return std::nullopt;
  double value = 0;
  const char* end = body.data() + body.size();
  auto done = std::from_chars(body.data() + 2, end, value, std::chars_format::hex);
  if (done.ec != std::errc() || done.ptr != end) return std::nullopt;
  return negative ? -value : value;
}

std::optional<std::string> UnquoteGo(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != literal.back()) return std::nullopt;
  char quote = literal.front();
  std::string_view body = literal.substr(1, literal.size() - 2);
  std::string out;
  out.reserve(body.size());
  if (quote == '`') {
    for (char c : body) {
      if (c != '\r') out += c;
    }
    return out;
  }
  for (size_t at = 0; at < body.size();) {
    auto unit = NextUnit(body, &at, quote);
    if (!unit) return std::nullopt;
    if (unit->is_byte) {
      out += static_cast<char>(unit->code);
    } else {
      AppendUtf8(out, unit->code);
    }
  }
  return out;
}

std::optional<uint32_t> UnquoteChar(std::string_view literal, size_t* size) {
  if (literal.size() < 3) return std::nullopt;
  size_t at = 1;
  auto unit = NextUnit(literal, &at, '\'');
  if (!unit) return std::nullopt;
  *size = at + 1;
  return unit->code;
}

Rune RuneAt(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]); };
  uint8_t b = byte(0);
  if (b < 0x80) return {b, 1};
  size_t size = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
  if (b < 0xc2 || b > 0xf4 || at + size > text.size()) return {0xfffd, 1};
  uint32_t code = b & (0xffu >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {0xfffd, 1};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  static constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
    return {0xfffd, 1};
  }
  return {code, size};
}

bool IsDigit(uint32_t code) {
  return code >= '0' && code <= '9';
}

bool IsLetter(uint32_t code) {
  if (code < 0x80) return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
  if (UnicodeLocale() == nullptr) return code > 0xbf;
  return iswalpha_l(static_cast<wint_t>(code), UnicodeLocale()) != 0;
}

bool IsPrintable(uint32_t code) {
  if (code < 0x80) return code >= 0x20 && code != 0x7f;
  if (UnicodeLocale() == nullptr) return code > 0xa0;
  auto c = static_cast<wint_t>(code);
  return iswprint_l(c, UnicodeLocale()) != 0 && iswspace_l(c, UnicodeLocale()) == 0 &&
         code != 0xa0 && code != 0xad && code != 0xfeff && (code < 0xe000 || code > 0xf8ff);
}

size_t CountRunes(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); at += RuneAt(text, at).size) ++count;
  return count;
}

std::string DescribeRune(uint32_t code) {
  std::string out = fmt::format("U+{:04X}", code);
  if (IsPrintable(code)) {
    out += " '";
    AppendUtf8(out, code);
    out += "'";
  }
  return out;
}

}  // namespace watchfire::templates

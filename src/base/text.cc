#include "base/text.h"

#include <fmt/core.h>
#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace watchfire {
namespace {

struct Rune {
  uint32_t code = 0;
  size_t size = 0;  // 0: not valid UTF-8
};

Rune DecodeRune(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  auto continues = [&](size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  uint8_t b = byte(0);
  if (b < 0x80) return {b, 1};
  if (b >= 0xc2 && b <= 0xdf && continues(1)) {
    return {static_cast<uint32_t>((b & 0x1f) << 6 | (byte(1) & 0x3f)), 2};
  }
  if (b >= 0xe0 && b <= 0xef && continues(1) && continues(2)) {
    uint32_t code =
        static_cast<uint32_t>((b & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f));
    if (code < 0x800 || (code >= 0xd800 && code <= 0xdfff)) return {};
    return {code, 3};
  }
  if (b >= 0xf0 && b <= 0xf4 && continues(1) && continues(2) && continues(3)) {
    uint32_t code = static_cast<uint32_t>((b & 0x07) << 18 | (byte(1) & 0x3f) << 12 |
                                          (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f));
    if (code < 0x10000 || code > 0x10ffff) return {};
    return {code, 4};
  }
  return {};
}

void AppendEscapedAscii(std::string& out, uint32_t code) {
  switch (code) {
    case '\a':
      out += "\\a";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\v':
      out += "\\v";
      return;
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    default:
      if (code < 0x20 || code == 0x7f) {
        out += fmt::format("\\x{:02x}", code);
      } else {
        out.push_back(static_cast<char>(code));
      }
  }
}

// Code points that Go does not print: C1 controls, the soft hyphen, line separators, BOM, and
// whatever is unassigned at the very end; enough for what label values meet.
bool IsUnprintable(uint32_t code) {
  return (code >= 0x80 && code <= 0xa0) || code == 0xad || (code >= 0x2000 && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202f) || (code >= 0x205f && code <= 0x206f) ||
         code == 0x3000 || (code >= 0xe000 && code <= 0xf8ff) || code == 0xfeff ||
         (code >= 0xfff0 && code <= 0xfffb) || code == 0xfffe || code == 0xffff || code == 0x61c ||
         code == 0x1680 || code == 0x180e || code >= 0xe0000;
}

void AppendRune(std::string& out, uint32_t code) {
  auto byte = [&](uint32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6);
    byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  }
}

// The C library's Unicode tables, whatever locale the process runs in; built into glibc.
locale_t UnicodeLocale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

std::string MapRunes(std::string_view text, wint_t (*map)(wint_t, locale_t)) {
  std::string out;
  out.reserve(text.size());
  size_t i = 0;
  while (i < text.size()) {
    Rune rune = DecodeRune(text.substr(i));
    if (rune.size == 0) {
      out.push_back(text[i++]);
      continue;
    }
    AppendRune(out, map(rune.code, UnicodeLocale()));
    i += rune.size;
  }
  return out;
}

}  // namespace

bool IsValidUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    if (static_cast<uint8_t>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    Rune rune = DecodeRune(text.substr(i));
    if (rune.size == 0) return false;
    i += rune.size;
  }
  return true;
}

void AppendUtf8(std::string& out, uint32_t code) {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) code = 0xfffd;
  auto put = [&out](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

std::string GoQuote(std::string_view text) {
  std::string out = "\"";
  size_t i = 0;
  while (i < text.size()) {
    Rune rune = DecodeRune(text.substr(i));
    if (rune.size == 0) {
      out += fmt::format("\\x{:02x}", static_cast<uint8_t>(text[i]));
      ++i;
      continue;
    }
    if (rune.code < 0x80) {
      AppendEscapedAscii(out, rune.code);
    } else if (IsUnprintable(rune.code)) {
      out += rune.code > 0xffff ? fmt::format("\\U{:08x}", rune.code)
                                : fmt::format("\\u{:04x}", rune.code);
    } else {
      out.append(text.substr(i, rune.size));
    }
    i += rune.size;
  }
  return out + "\"";
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t start = 0;
  while (true) {
    size_t at = text.find(separator, start);
    if (at == std::string_view::npos) break;
    parts.push_back(text.substr(start, at - start));
    start = at + 1;
  }
  parts.push_back(text.substr(start));
  return parts;
}

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string_view TrimSpace(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\r\v\f";
  size_t start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

std::string ToLower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

std::string ToUpper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

std::string ToLowerUtf8(std::string_view text) {
  return UnicodeLocale() == nullptr ? ToLower(text) : MapRunes(text, towlower_l);
}

std::string ToUpperUtf8(std::string_view text) {
  return UnicodeLocale() == nullptr ? ToUpper(text) : MapRunes(text, towupper_l);
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ToLower(a) == ToLower(b);
}

std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  size_t start = 0;
  while (!from.empty()) {
    size_t at = text.find(from, start);
    if (at == std::string_view::npos) break;
    out.append(text.substr(start, at - start)).append(to);
    start = at + from.size();
  }
  return out.append(text.substr(start));
}

std::string Nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  size_t best_distance = std::max<size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    std::vector<size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (size_t i = 1; i <= word.size(); ++i) {
      size_t diagonal = row[0];
      row[0] = i;
      for (size_t j = 1; j <= candidate.size(); ++j) {
        size_t replaced = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace watchfire

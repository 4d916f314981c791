#include "template/library/text_functions.h"

#include <fmt/core.h>

#include <cctype>

#include "base/text.h"
#include "model/regex.h"
#include "template/number.h"

namespace watchfire::templates {
namespace {

Result<Value> Charged(Call& call, std::string text, TextType type = TextType::kString) {
  TRY(call.budget.Charge(text.size()));
  return Value::Text(std::move(text), type);
}

// Go names a bad pattern in backquotes where it can.
std::string QuotedPattern(std::string_view pattern) {
  bool plain = pattern.find('`') == std::string_view::npos && IsValidUtf8(pattern);
  for (char c : pattern) plain = plain && (c == '\t' || (c >= 0x20 && c != 0x7f) || c < 0);
  return plain ? "`" + std::string(pattern) + "`" : GoQuote(pattern);
}

// strings.Title's idea of what separates words.
bool Separates(uint32_t code) {
  if (code < 0x80) return !IsLetter(code) && !IsDigit(code) && code != '_';
  return !IsLetter(code) && (code == 0x85 || code == 0xa0 || !IsPrintable(code));
}

// Marks that do not end a word when letters stand on both sides.
bool JoinsLetters(uint32_t code) {
  return code == '\'' || code == '.' || code == ':' || code == 0xb7 || code == 0x2019 ||
         code == 0x2018 || code == 0x2027;
}

bool InWord(uint32_t code) {
  return code == '_' || IsLetter(code) || IsDigit(code) || (code >= 0x300 && code < 0x370);
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Title case is upper case but for a few letters.
std::string TitleCase(std::string_view rune) {
  if (rune == "ß") return "Ss";
  return ToUpperUtf8(rune);
}

}  // namespace

Result<Value> ToUpperCall(Call& call) {
  return Charged(call, ToUpperUtf8(call[0].text()));
}

Result<Value> ToLowerCall(Call& call) {
  return Charged(call, ToLowerUtf8(call[0].text()));
}

Result<Value> MatchCall(Call& call) {
  auto regex = TRY(model::SearchRegex::Compile(call[0].text()));
  return Value::Bool(regex.FoundIn(call[1].text()));
}

Result<Value> ReReplaceAllCall(Call& call) {
  auto regex = model::SearchRegex::Compile(call[0].text());
  if (!regex.ok()) {
    return Error::Invalid("regexp: Compile({}): {}", QuotedPattern(call[0].text()),
                          regex.error().message());
  }
  std::string text =
      TRY(regex->ReplaceAll(call[2].text(), call[1].text(), call.budget.bytes_left()));
  return Charged(call, std::move(text));
}

Result<Value> SafeHtmlCall(Call& call) {
  return Charged(call, std::string(call[0].text()), TextType::kHtml);
}

Result<Value> SafeUrlCall(Call& call) {
  return Charged(call, std::string(call[0].text()), TextType::kUrl);
}

std::string TitleWords(std::string_view text) {
  std::string out;
  bool inside = false;  // a word whose first letter is written
  for (size_t at = 0; at < text.size();) {
    Rune rune = RuneAt(text, at);
    std::string_view bytes = text.substr(at, rune.size);
    size_t next = at + rune.size;
    bool joins = inside && JoinsLetters(rune.code) && next < text.size() &&
                 IsLetter(RuneAt(text, next).code);
    if (IsLetter(rune.code)) {
      out += inside ? ToLowerUtf8(bytes) : TitleCase(bytes);
      inside = true;
    } else {
      out += bytes;
      if (!joins && !InWord(rune.code)) inside = false;
    }
    at = next;
  }
  return out;
}

std::string TitleFirstLetters(std::string_view text) {
  std::string out;
  bool first = true;
  for (size_t at = 0; at < text.size();) {
    Rune rune = RuneAt(text, at);
    std::string_view bytes = text.substr(at, rune.size);
    out += first ? ToUpperUtf8(bytes) : std::string(bytes);
    first = Separates(rune.code);
    at += rune.size;
  }
  return out;
}

Result<std::string> UnescapeQuery(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '+') {
      out += ' ';
    } else if (c == '%') {
      int high = at + 2 < text.size() ? HexValue(text[at + 1]) : -1;
      int low = at + 2 < text.size() ? HexValue(text[at + 2]) : -1;
      if (high < 0 || low < 0) {
        return Error::Invalid("invalid URL escape {}", GoQuote(text.substr(at, 3)));
      }
      out += static_cast<char>(high << 4 | low);
      at += 2;
    } else {
      out += c;
    }
  }
  return out;
}

std::string EncodeBase64Url(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    size_t size = std::min<size_t>(3, bytes.size() - at);
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < size ? static_cast<uint8_t>(bytes[at + i]) : 0u);
    }
    for (size_t i = 0; i < 4; ++i) {
      out += i <= size ? kAlphabet[bits >> (18 - 6 * i) & 63] : '=';
    }
  }
  return out;
}

Result<std::string> DecodeBase64Url(std::string_view text) {
  auto digit = [](char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
  };
  std::string clean;
  for (char c : text) {
    if (c != '\r' && c != '\n') clean += c;
  }
  std::string out;
  for (size_t at = 0; at < clean.size(); at += 4) {
    uint32_t bits = 0;
    size_t size = 0;
    for (; size < 4 && at + size < clean.size() && digit(clean[at + size]) >= 0; ++size) {
      bits = bits << 6 | static_cast<uint32_t>(digit(clean[at + size]));
    }
    bool last = at + 4 == clean.size();
    std::string_view padding = std::string_view(clean).substr(at + size);
    bool padded = last && ((size == 2 && padding == "==") || (size == 3 && padding == "="));
    if (size < 4 && !padded) {
      return Error::Invalid("illegal base64 data at input byte {}", at + size);
    }
    bits <<= 6 * (4 - size);
    for (size_t i = 0; i + 1 < size; ++i) out += static_cast<char>(bits >> (16 - 8 * i) & 0xff);
  }
  return out;
}

}  // namespace watchfire::templates

#include "promql/parser/runes.h"

#include <fmt/format.h>

#include "base/text.h"

namespace watchfire::promql {
namespace {

// Length of the sequence that a lead byte announces, with the bits it carries itself.
uint32_t SequenceLength(uint8_t lead, uint32_t* bits) {
  if (lead < 0x80) {
    *bits = lead;
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    *bits = lead & 0x1FU;
    return 2;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    *bits = lead & 0x0FU;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    *bits = lead & 0x07U;
    return 4;
  }
  return 0;
}

bool IsAllowed(uint32_t rune, uint32_t length) {
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (rune < kSmallest[length] || rune > 0x10FFFF) return false;
  return rune < 0xD800 || rune > 0xDFFF;
}

}  // namespace

Rune DecodeRune(std::string_view text, size_t offset) {
  if (offset >= text.size()) return {kRuneError, 0, false};
  uint32_t rune = 0;
  uint32_t length = SequenceLength(static_cast<uint8_t>(text[offset]), &rune);
  if (length == 0 || offset + length > text.size()) return {};
  for (uint32_t i = 1; i < length; ++i) {
    auto byte = static_cast<uint8_t>(text[offset + i]);
    if ((byte & 0xC0U) != 0x80) return {};
    rune = (rune << 6) | (byte & 0x3FU);
  }
  if (!IsAllowed(rune, length)) return {};
  return {rune, length, true};
}

void AppendRune(std::string& out, uint32_t rune) {
  auto put = [&](uint32_t byte) { out += static_cast<char>(static_cast<uint8_t>(byte)); };
  if (rune < 0x80) {
    put(rune);
  } else if (rune < 0x800) {
    put(0xC0 | (rune >> 6));
    put(0x80 | (rune & 0x3F));
  } else if (rune < 0x10000) {
    put(0xE0 | (rune >> 12));
    put(0x80 | ((rune >> 6) & 0x3F));
    put(0x80 | (rune & 0x3F));
  } else {
    put(0xF0 | (rune >> 18));
    put(0x80 | ((rune >> 12) & 0x3F));
    put(0x80 | ((rune >> 6) & 0x3F));
    put(0x80 | (rune & 0x3F));
  }
}

std::string QuoteRune(uint32_t rune) {
  if (rune == '"') return "'\"'";
  if (rune == '\'') return "'\\''";
  std::string text;
  AppendRune(text, rune);
  std::string quoted = GoQuote(text);
  quoted.front() = quoted.back() = '\'';
  return quoted;
}

std::string DescribeRune(uint32_t rune) {
  std::string text;
  AppendRune(text, rune);
  bool printable = rune == '"' || rune == '\\' || GoQuote(text).size() == text.size() + 2;
  std::string out = fmt::format("U+{:04X}", rune);
  if (printable) out += " '" + text + "'";
  return out;
}

std::string QuoteShortened(std::string_view text) {
  if (text.size() <= 10) return GoQuote(text);
  size_t end = 0;
  for (int runes = 0; runes < 10 && end < text.size(); ++runes) {
    end += DecodeRune(text, end).width;
  }
  return GoQuote(text.substr(0, end)) + "...";
}

}  // namespace watchfire::promql

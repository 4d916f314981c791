#include "codec/json_writer.h"

#include <array>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::codec {
namespace {

// Bytes that cannot be copied as they are: controls, quotes, HTML characters and everything that
// is not ASCII (which is checked as UTF-8).
constexpr std::array<bool, 256> MakeSpecial() {
  std::array<bool, 256> special{};
  for (size_t i = 0; i < 256; ++i) {
    special[i] = i < 0x20 || i >= 0x80 || i == '"' || i == '\\' || i == '<' || i == '>' || i == '&';
  }
  return special;
}
constexpr std::array<bool, 256> kSpecial = MakeSpecial();

void AppendUnicodeEscape(std::string& out, unsigned code) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(code >> shift) & 0xf];
}

// Appends the escaped form of what starts at `text`; returns how many bytes it took.
size_t AppendSpecial(std::string& out, std::string_view text) {
  auto c = static_cast<unsigned char>(text[0]);
  switch (c) {
    case '"':
      out += "\\\"";
      return 1;
    case '\\':
      out += "\\\\";
      return 1;
    case '\n':
      out += "\\n";
      return 1;
    case '\r':
      out += "\\r";
      return 1;
    case '\t':
      out += "\\t";
      return 1;
    case '\b':
      out += "\\b";
      return 1;
    case '\f':
      out += "\\f";
      return 1;
    default:
      break;
  }
  if (c < 0x80) {
    AppendUnicodeEscape(out, c);
    return 1;
  }
  for (size_t n = 2; n <= 4 && n <= text.size(); ++n) {
    std::string_view rune = text.substr(0, n);
    if (!IsValidUtf8(rune)) continue;
    if (rune == "\xe2\x80\xa8") {
      out += "\\u2028";
    } else if (rune == "\xe2\x80\xa9") {
      out += "\\u2029";
    } else {
      out += rune;
    }
    return n;
  }
  out += "\\ufffd";
  return 1;
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  size_t start = 0;
  size_t i = 0;
  while (i < text.size()) {
    if (!kSpecial[static_cast<unsigned char>(text[i])]) {
      ++i;
      continue;
    }
    out.append(text.substr(start, i - start));
    i += AppendSpecial(out, text.substr(i));
    start = i;
  }
  out.append(text.substr(start));
  out += '"';
}

void JsonWriter::BeforeValue() {
  if (comma_) out_ += ',';
  comma_ = true;
}

JsonWriter& JsonWriter::Open(char c) {
  BeforeValue();
  out_ += c;
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::Close(char c) {
  out_ += c;
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  BeforeValue();
  AppendJsonString(out_, key);
  out_ += ':';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view text) {
  BeforeValue();
  AppendJsonString(out_, text);
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t v) {
  BeforeValue();
  AppendInt(out_, v);
  return *this;
}

JsonWriter& JsonWriter::Uint(uint64_t v) {
  BeforeValue();
  out_ += std::to_string(v);
  return *this;
}

JsonWriter& JsonWriter::Double(double v) {
  BeforeValue();
  AppendFloatJson(out_, v);
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  BeforeValue();
  out_.append(json);
  return *this;
}

}  // namespace watchfire::codec

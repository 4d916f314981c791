#include "codec/json_writer.h"

#include <array>
#include <cstring>

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

constexpr uint64_t EachByte(uint8_t byte) {
  return uint64_t{0x0101'0101'0101'0101} * byte;
}

// Whether one of eight bytes is special. A set top bit says so; those of bytes above a true one
// may be wrong, which only makes the caller look closer.
bool AnySpecial(uint64_t bytes) {
  auto has_zero = [](uint64_t x) { return (x - EachByte(1)) & ~x; };
  uint64_t found = bytes | ((bytes - EachByte(0x20)) & ~bytes);
  for (char c : {'"', '\\', '<', '>', '&'}) {
    found |= has_zero(bytes ^ EachByte(static_cast<uint8_t>(c)));
  }
  return (found & EachByte(0x80)) != 0;
}

// How many bytes at the front need no escape.
size_t PlainPrefix(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + i, sizeof bytes);
    if (AnySpecial(bytes)) break;
  }
  while (i < text.size() && !kSpecial[static_cast<unsigned char>(text[i])]) ++i;
  return i;
}

// The same, copied; for the short names and values of labels a call of memcpy would take longer.
size_t CopyPlain(char* out, std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + i, sizeof bytes);
    if (AnySpecial(bytes)) break;
    std::memcpy(out + i, &bytes, sizeof bytes);
  }
  for (; i < text.size() && !kSpecial[static_cast<unsigned char>(text[i])]; ++i) out[i] = text[i];
  return i;
}

}  // namespace

char* WriteJsonString(char* out, std::string_view text) {
  *out++ = '"';
  while (!text.empty()) {
    size_t plain = CopyPlain(out, text);
    out += plain;
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::string escaped;
    text.remove_prefix(AppendSpecial(escaped, text));
    std::memcpy(out, escaped.data(), escaped.size());
    out += escaped.size();
  }
  *out++ = '"';
  return out;
}

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    size_t plain = PlainPrefix(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(AppendSpecial(out, text));
  }
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

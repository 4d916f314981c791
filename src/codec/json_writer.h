#pragma once
// Writes JSON text straight into a string: no tree, no allocation per value. The caller opens and
// closes objects and arrays in order; commas are put by the writer. Strings are escaped as Go's
// encoding/json does (`<`, `>`, `&`, U+2028 and U+2029 as \u escapes, invalid UTF-8 as U+FFFD), so
// that answers are byte for byte what clients of the originals saw. Thread-compatible.

#include <cstdint>
#include <string>
#include <string_view>

namespace watchfire::codec {

class JsonWriter {
 public:
  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }

  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view text);
  JsonWriter& Int(int64_t v);
  JsonWriter& Uint(uint64_t v);
  // As Go writes a float64: shortest digits, exponent below 1e-6 and from 1e21 on. Not for NaN
  // and infinities, which JSON has not.
  JsonWriter& Double(double v);
  JsonWriter& Bool(bool v) { return Raw(v ? "true" : "false"); }
  JsonWriter& Null() { return Raw("null"); }
  // A value that is JSON text already.
  JsonWriter& Raw(std::string_view json);

  // Key and value at once.
  JsonWriter& Field(std::string_view key, std::string_view text) { return Key(key).String(text); }
  JsonWriter& Field(std::string_view key, const std::string& text) { return Key(key).String(text); }
  JsonWriter& Field(std::string_view key, const char* text) { return Key(key).String(text); }
  JsonWriter& Field(std::string_view key, bool v) { return Key(key).Bool(v); }
  JsonWriter& Field(std::string_view key, double v) { return Key(key).Double(v); }
  JsonWriter& Field(std::string_view key, int64_t v) { return Key(key).Int(v); }
  JsonWriter& Field(std::string_view key, uint64_t v) { return Key(key).Uint(v); }
  JsonWriter& Field(std::string_view key, int v) { return Key(key).Int(v); }

  // For writers of many equal pieces (samples): the text so far. Whoever appends to it takes care
  // of commas; BeforeValue() puts one where needed.
  std::string& out() { return out_; }
  void BeforeValue();
  std::string Take() { return std::move(out_); }

 private:
  JsonWriter& Open(char c);
  JsonWriter& Close(char c);
  std::string out_;
  bool comma_ = false;
};

// Appends `text` quoted and escaped.
void AppendJsonString(std::string& out, std::string_view text);
// The same at `out`, where JsonStringRoom(text.size()) bytes may be overwritten; returns the end.
char* WriteJsonString(char* out, std::string_view text);
constexpr size_t JsonStringRoom(size_t size) {
  return 6 * size + 2;
}

}  // namespace watchfire::codec

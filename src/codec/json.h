#pragma once
// Json: a JSON document as a value, for files and bodies that people or other programs wrote
// (block metas, dashboards). Objects keep the order of their keys and integers their 64 bits, so
// that what was read can be written again. Errors name line and column. The parser behind it
// stays in the source file.
//
// Limits: depth of nesting at most JsonLimits::depth; memory is bounded by the text's length, which
// the caller bounds. Answers are written with JsonWriter, not with this. Thread-compatible.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "codec/json_writer.h"

namespace watchfire::codec {

struct JsonLimits {
  uint32_t depth = 128;
};

class Json {
 public:
  struct Member;
  using Array = std::vector<Json>;
  using Object = std::vector<Member>;

  // One value and nothing behind it but white space. Of equal keys of an object the last holds, at
  // the place of the first. kInvalid: `line 3, column 7: …`.
  static Result<Json> Parse(std::string_view text, const JsonLimits& limits = {});

  Json() = default;  // null
  static Json OfBool(bool v);
  static Json OfInt(int64_t v);
  // Equal to OfInt of the same number, where that can hold it.
  static Json OfUint(uint64_t v);
  static Json OfDouble(double v);
  static Json OfString(std::string v);
  static Json OfArray(Array v);
  static Json OfObject(Object v);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  // "null", "bool", "number", "string", "array", "object": for messages.
  std::string_view KindName() const;

  // nullopt or nullptr for values of another kind; numbers that are whole and in range are both.
  std::optional<bool> AsBool() const;
  std::optional<int64_t> AsInt() const;
  std::optional<uint64_t> AsUint() const;
  std::optional<double> AsDouble() const;
  const std::string* AsString() const { return std::get_if<std::string>(&value_); }
  const Array* AsArray() const { return std::get_if<Array>(&value_); }
  const Object* AsObject() const { return std::get_if<Object>(&value_); }
  Array* AsArray() { return std::get_if<Array>(&value_); }
  Object* AsObject() { return std::get_if<Object>(&value_); }

  // The value of a key; nullptr if there is none or this is no object. Looks at every key.
  const Json* Find(std::string_view key) const;
  Json* Find(std::string_view key);
  // Replaces or adds; a null becomes an object, anything else must be one.
  void Set(std::string_view key, Json value);

  void WriteTo(JsonWriter* out) const;
  std::string ToString() const;  // on one line

  bool operator==(const Json& other) const;

 private:
  using Value =
      std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, Array, Object>;
  template <typename T>
  explicit Json(T value) : value_(std::move(value)) {}

  Value value_;
};

struct Json::Member {
  std::string name;
  Json value;
  bool operator==(const Member& other) const = default;
};

}  // namespace watchfire::codec

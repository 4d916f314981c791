#include "codec/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/hash_map.h"
#include "base/text.h"

namespace watchfire::codec {
namespace {

// `offset`: of the byte that was not expected, counted from 0.
std::string PlaceOf(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  size_t line = 1;
  size_t line_start = 0;
  for (size_t i = 0; i < offset; ++i) {
    if (text[i] != '\n') continue;
    ++line;
    line_start = i + 1;
  }
  return fmt::format("line {}, column {}", line, offset - line_start + 1);
}

// The library's words without its prefix, which speaks of its own exception numbers.
std::string_view PlainMessage(std::string_view what) {
  size_t at = what.find("syntax error");
  if (at != std::string_view::npos) return what.substr(at);
  // "[json.exception.out_of_range.406] number overflow …"
  at = what.starts_with('[') ? what.find("] ") : std::string_view::npos;
  return at == std::string_view::npos ? what : what.substr(at + 2);
}

// Builds the tree from the library's events.
class TreeBuilder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  TreeBuilder(std::string_view text, const JsonLimits& limits) : text_(text), limits_(limits) {}

  bool null() { return Put(Json()); }
  bool boolean(bool v) { return Put(Json::OfBool(v)); }
  bool number_integer(number_integer_t v) { return Put(Json::OfInt(v)); }
  bool number_unsigned(number_unsigned_t v) { return Put(Json::OfUint(v)); }
  bool number_float(number_float_t v, const string_t&) { return Put(Json::OfDouble(v)); }
  bool string(string_t& v) { return Put(Json::OfString(std::move(v))); }
  bool binary(binary_t&) { return Fail("binary values are not JSON"); }
  bool start_object(size_t) { return Open(Json::OfObject({})); }
  bool start_array(size_t) { return Open(Json::OfArray({})); }
  bool key(string_t& v) {
    open_.back().key = std::move(v);
    return true;
  }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }
  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception& e) {
    // Positions count from one and lie behind the byte that was read.
    return Fail(fmt::format("{}: {}", PlaceOf(text_, position > 0 ? position - 1 : 0),
                            Shorten(PlainMessage(e.what()))));
  }

  Json Take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

 private:
  struct Level {
    Json value;
    std::string key;
    StringMap<size_t> places;  // of the keys, once they are many
  };
  static constexpr size_t kManyKeys = 16;

  static std::string Shorten(std::string_view text) {
    constexpr size_t kMaxMessage = 200;
    return std::string(text.substr(0, kMaxMessage));
  }
  bool Fail(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }
  bool Open(Json container) {
    if (open_.size() >= limits_.depth) {
      return Fail(fmt::format("nested deeper than {} levels", limits_.depth));
    }
    open_.push_back({std::move(container), {}, {}});
    return true;
  }
  bool Close() {
    Json done = std::move(open_.back().value);
    open_.pop_back();
    return Put(std::move(done));
  }
  bool Put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Level& level = open_.back(); level.value.AsArray() != nullptr) {
      level.value.AsArray()->push_back(std::move(value));
    } else {
      PutMember(level, std::move(value));
    }
    return true;
  }
  static void PutMember(Level& level, Json value) {
    Json::Object& members = *level.value.AsObject();
    if (members.size() < kManyKeys) {
      level.value.Set(level.key, std::move(value));
      return;
    }
    if (level.places.empty()) {
      for (size_t i = 0; i < members.size(); ++i) level.places.emplace(members[i].name, i);
    }
    auto [at, added] = level.places.emplace(level.key, members.size());
    if (added) {
      members.push_back({std::move(level.key), std::move(value)});
    } else {
      members[at->second].value = std::move(value);
    }
  }

  std::string_view text_;  // NOLINT: lives as long as the parse
  const JsonLimits& limits_;
  std::vector<Level> open_;
  Json root_;
  std::string problem_ = "no JSON";
};

}  // namespace

Result<Json> Json::Parse(std::string_view text, const JsonLimits& limits) {
  TreeBuilder builder(text, limits);
  try {
    if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.Take();
  } catch (const nlohmann::json::exception& e) {
    return Error::Invalid("{}", PlainMessage(e.what()));
  }
  return Error::Invalid("{}", builder.problem());
}

Json Json::OfBool(bool v) {
  return Json(v);
}

Json Json::OfInt(int64_t v) {
  return Json(v);
}

Json Json::OfUint(uint64_t v) {
  return v <= INT64_MAX ? OfInt(static_cast<int64_t>(v)) : Json(v);
}

Json Json::OfDouble(double v) {
  return Json(v);
}

Json Json::OfString(std::string v) {
  return Json(std::move(v));
}

Json Json::OfArray(Array v) {
  return Json(std::move(v));
}

Json Json::OfObject(Object v) {
  return Json(std::move(v));
}

std::string_view Json::KindName() const {
  constexpr std::string_view kNames[] = {"null",   "bool",   "number", "number",
                                         "number", "string", "array",  "object"};
  static_assert(std::size(kNames) == std::variant_size_v<Value>);
  return kNames[value_.index()];
}

std::optional<bool> Json::AsBool() const {
  const bool* v = std::get_if<bool>(&value_);
  return v == nullptr ? std::nullopt : std::optional(*v);
}

std::optional<int64_t> Json::AsInt() const {
  if (const auto* v = std::get_if<int64_t>(&value_)) return *v;
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (const auto* v = std::get_if<double>(&value_)) {
    if (*v == std::trunc(*v) && *v >= -kTwoTo63 && *v < kTwoTo63) return static_cast<int64_t>(*v);
  }
  return std::nullopt;
}

std::optional<uint64_t> Json::AsUint() const {
  if (const auto* v = std::get_if<uint64_t>(&value_)) return *v;
  std::optional<int64_t> v = AsInt();
  return v && *v >= 0 ? std::optional(static_cast<uint64_t>(*v)) : std::nullopt;
}

std::optional<double> Json::AsDouble() const {
  if (const auto* v = std::get_if<double>(&value_)) return *v;
  if (const auto* v = std::get_if<int64_t>(&value_)) return static_cast<double>(*v);
  if (const auto* v = std::get_if<uint64_t>(&value_)) return static_cast<double>(*v);
  return std::nullopt;
}

const Json* Json::Find(std::string_view key) const {
  const Object* members = AsObject();
  if (members == nullptr) return nullptr;
  for (const Member& member : *members) {
    if (member.name == key) return &member.value;
  }
  return nullptr;
}

Json* Json::Find(std::string_view key) {
  return const_cast<Json*>(std::as_const(*this).Find(key));
}

void Json::Set(std::string_view key, Json value) {
  if (is_null()) value_ = Object();
  Object* members = AsObject();
  WF_CHECK(members != nullptr);
  if (Json* old = Find(key)) {
    *old = std::move(value);
  } else {
    members->push_back({std::string(key), std::move(value)});
  }
}

void Json::WriteTo(JsonWriter* out) const {
  if (is_null()) out->Null();
  if (const auto* v = std::get_if<bool>(&value_)) out->Bool(*v);
  if (const auto* v = std::get_if<int64_t>(&value_)) out->Int(*v);
  if (const auto* v = std::get_if<uint64_t>(&value_)) out->Uint(*v);
  if (const auto* v = std::get_if<double>(&value_)) {
    // "-0" would be read as the whole number 0.
    if (*v == 0 && std::signbit(*v)) {
      out->Raw("-0.0");
    } else {
      out->Double(*v);
    }
  }
  if (const std::string* v = AsString()) out->String(*v);
  if (const Array* v = AsArray()) {
    out->BeginArray();
    for (const Json& element : *v) element.WriteTo(out);
    out->EndArray();
  }
  if (const Object* v = AsObject()) {
    out->BeginObject();
    for (const Member& member : *v) member.value.WriteTo(&out->Key(member.name));
    out->EndObject();
  }
}

std::string Json::ToString() const {
  JsonWriter out;
  WriteTo(&out);
  return out.Take();
}

bool Json::operator==(const Json& other) const {
  return value_ == other.value_;
}

}  // namespace watchfire::codec

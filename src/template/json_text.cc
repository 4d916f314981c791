#include "template/json_text.h"

#include <fmt/core.h>

#include <cmath>

#include "base/numbers.h"
#include "template/number.h"

namespace watchfire::templates {
namespace {

constexpr int kMaxDepth = 60;

// ASCII that stands for itself in a string.
bool IsPlain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

class JsonText {
 public:
  explicit JsonText(size_t limit) : limit_(limit) {}

  Result<void> Write(const Value& value, int depth) {
    if (depth > kMaxDepth || out_.size() > limit_) {
      return Error::Make(ErrorCode::kLimit, "template makes too much text");
    }
    switch (value.kind()) {
      case Kind::kInvalid:
        out_ += "null";
        return {};
      case Kind::kBool:
        out_ += value.boolean() ? "true" : "false";
        return {};
      case Kind::kInt:
        out_ += std::to_string(value.integer());
        return {};
      case Kind::kUint:
        out_ += std::to_string(value.unsigned_integer());
        return {};
      case Kind::kFloat:
        return WriteFloat(value.number());
      case Kind::kComplex:
        return Error::Invalid("json: unsupported type: complex128");
      case Kind::kString:
        AppendJsonString(&out_, value.text());
        return {};
      case Kind::kList:
        return WriteList(value.object(), depth);
      case Kind::kMap:
      case Kind::kStruct:
        return WriteMembers(value, depth);
    }
    return {};
  }
  std::string Take() { return std::move(out_); }

 private:
  Result<void> WriteFloat(double v) {
    if (!std::isfinite(v)) {
      return Error::Invalid("json: unsupported value: {}", FormatFloat(v, 'g', -1));
    }
    AppendFloatJson(out_, v);
    return {};
  }

  Result<void> WriteList(const Object& list, int depth) {
    out_ += '[';
    for (size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out_ += ',';
      TRY(Write(list.At(i), depth + 1));
    }
    out_ += ']';
    return {};
  }

  Result<void> WriteMembers(const Value& value, int depth) {
    const Object& object = value.object();
    if (auto text = object.JsonText()) {
      AppendJsonString(&out_, *text);
      return {};
    }
    out_ += '{';
    for (size_t i = 0; i < object.size(); ++i) {
      if (i > 0) out_ += ',';
      AppendJsonString(&out_, object.JsonNameAt(i));
      out_ += ':';
      TRY(Write(object.At(i), depth + 1));
    }
    out_ += '}';
    return {};
  }

  std::string out_;
  size_t limit_;
};

}  // namespace

void AppendJsonString(std::string* out, std::string_view text) {
  *out += '"';
  for (size_t at = 0; at < text.size();) {
    size_t plain = at;
    while (plain < text.size() && IsPlain(text[plain])) ++plain;
    out->append(text, at, plain - at);
    at = plain;
    if (at == text.size()) break;
    Rune rune = RuneAt(text, at);
    std::string_view bytes = text.substr(at, rune.size);
    at += rune.size;
    uint32_t c = rune.code;
    if (c == '"' || c == '\\') {
      *out += '\\';
      *out += bytes;
    } else if (c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f') {
      *out += '\\';
      *out += c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : c == '\b' ? 'b' : 'f';
    } else if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029) {
      *out += fmt::format("\\u{:04x}", c);
    } else if (c == 0xfffd && rune.size == 1) {
      *out += "\\ufffd";
    } else {
      *out += bytes;
    }
  }
  *out += '"';
}

Result<std::string> ToJsonText(const Value& value, Budget& budget) {
  JsonText json(budget.bytes_left());
  TRY(json.Write(value, 0));
  std::string out = json.Take();
  TRY(budget.Charge(out.size()));
  return out;
}

}  // namespace watchfire::templates

// Functions that Go's text/template brings along, and the table and budget that all functions use.

#include <fmt/core.h>

#include <algorithm>

#include "base/check.h"
#include "template/format.h"
#include "template/function.h"
#include "template/number.h"

namespace watchfire::templates {

Result<void> Budget::Charge(uint64_t bytes) {
  if (bytes > bytes_) return Error::Make(ErrorCode::kLimit, "template makes too much text");
  bytes_ -= bytes;
  return {};
}

Result<void> Budget::Step() {
  if (steps_ == 0) return Error::Make(ErrorCode::kLimit, "template takes too many steps");
  --steps_;
  return {};
}

namespace {

bool NameLess(const Function& a, const Function& b) {
  return a.name < b.name;
}

}  // namespace

FunctionTable::FunctionTable(std::vector<Function> functions) : functions_(std::move(functions)) {
  std::sort(functions_.begin(), functions_.end(), NameLess);
}

FunctionTable::FunctionTable(const FunctionTable& base, std::vector<Function> functions)
    : FunctionTable(std::move(functions)) {
  for (const Function& function : base.functions_) {
    if (Find(function.name) != nullptr) continue;
    functions_.insert(std::lower_bound(functions_.begin(), functions_.end(), function, NameLess),
                      function);
  }
}

const Function* FunctionTable::Find(std::string_view name) const {
  auto at = std::lower_bound(functions_.begin(), functions_.end(), name,
                             [](const Function& f, std::string_view n) { return f.name < n; });
  return at != functions_.end() && at->name == name ? &*at : nullptr;
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '\0':
        out += "\uFFFD";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string EscapeJs(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    Rune rune = RuneAt(text, at);
    uint32_t c = rune.code;
    if (c == '\\' || c == '\'' || c == '"') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '<' || c == '>' || c == '&' || c == '=' || c < 0x20) {
      out += fmt::format("\\u{:04X}", c);
    } else if (c < 0x80 || IsPrintable(c)) {
      out += text.substr(at, rune.size);
    } else {
      out += fmt::format("\\u{:04X}", c);
    }
    at += rune.size;
  }
  return out;
}

std::string EscapeQuery(std::string_view text) {
  constexpr std::string_view kPlain = "-_.~";
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    auto byte = static_cast<uint8_t>(c);
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", byte);
    }
  }
  return out;
}

bool ShortCircuits(std::string_view name) {
  return name == "and" || name == "or";
}

namespace {

// A whole number for an index, at most `capacity`.
Result<size_t> IndexArgument(const Value& index, size_t capacity) {
  switch (index.kind()) {
    case Kind::kInt: {
      int64_t x = index.integer();
      if (x < 0 || static_cast<uint64_t>(x) > capacity) {
        return Error::Invalid("index out of range: {}", x);
      }
      return static_cast<size_t>(x);
    }
    case Kind::kUint: {
      uint64_t x = index.unsigned_integer();
      if (x > capacity) return Error::Invalid("index out of range: {}", x);
      return static_cast<size_t>(x);
    }
    case Kind::kInvalid:
      return Error::Invalid("cannot index slice/array with nil");
    default:
      return Error::Invalid("cannot index slice/array with type {}", index.held_type_name());
  }
}

Result<Value> IndexMap(const Object& map, const Value& key) {
  if (key.kind() == Kind::kInvalid) return Error::Invalid("value is nil; should be of type string");
  if (key.kind() != Kind::kString) {
    return Error::Invalid("value has type {}; should be string", key.held_type_name());
  }
  auto found = map.Find(key.text());
  return found ? *found : Value::Zero(map.element_type());
}

Result<Value> Index(Call& call) {
  Value item = call[0];
  if (!item.valid()) return Error::Invalid("index of untyped nil");
  for (const Value& index : call.arguments.subspan(1)) {
    if (!item.valid()) return Error::Invalid("index of nil pointer");
    switch (item.kind()) {
      case Kind::kString: {
        std::string_view text = item.text();
        size_t x = TRY(IndexArgument(index, text.size()));
        if (x == text.size()) return Error::Invalid("reflect: string index out of range");
        item = Value::Uint(static_cast<uint8_t>(text[x]), NumberType::kUint8);
        break;
      }
      case Kind::kList: {
        size_t x = TRY(IndexArgument(index, item.object().size()));
        if (x == item.object().size()) {
          return Error::Invalid("reflect: slice index out of range");
        }
        item = item.object().At(x);
        break;
      }
      case Kind::kMap:
        item = TRY(IndexMap(item.object(), index));
        break;
      default:
        return Error::Invalid("can't index item of type {}", item.held_type_name());
    }
  }
  return item;
}

Result<Value> Slice(Call& call) {
  const Value& item = call[0];
  if (!item.valid()) return Error::Invalid("slice of untyped nil");
  std::span<const Value> indexes = call.arguments.subspan(1);
  if (indexes.size() > 3) return Error::Invalid("too many slice indexes: {}", indexes.size());
  bool text = item.kind() == Kind::kString;
  if (!text && item.kind() != Kind::kList) {
    return Error::Invalid("can't slice item of type {}", item.held_type_name());
  }
  if (text && indexes.size() == 3) return Error::Invalid("cannot 3-index slice a string");
  size_t length = *item.Length();
  size_t bounds[3] = {0, length, length};
  for (size_t i = 0; i < indexes.size(); ++i) {
    bounds[i] = TRY(IndexArgument(indexes[i], length));
  }
  for (size_t i = 0; i < 2; ++i) {
    if (bounds[i] > bounds[i + 1]) {
      return Error::Invalid("invalid slice index: {} > {}", bounds[i], bounds[i + 1]);
    }
  }
  if (!text) return SliceList(item, bounds[0], bounds[1]);
  // Copied: a part does not keep the whole text alive.
  std::string part(item.text().substr(bounds[0], bounds[1] - bounds[0]));
  TRY(call.budget.Charge(part.size()));
  return Value::Text(std::move(part), item.text_type());
}

Result<Value> Len(Call& call) {
  const Value& item = call[0];
  if (!item.valid()) {
    if (item.boxed()) return Error::Invalid("len of nil pointer");
    return Error::Invalid("reflect: call of reflect.Value.Type on zero Value");
  }
  auto length = item.Length();
  if (length) return Value::Int(static_cast<int64_t>(*length));
  std::string_view type = item.held_type_name();
  return Error::Invalid("len of type {}", type.substr(type.starts_with('*') ? 1 : 0));
}

// What html, js and urlquery work on.
Result<std::string> ArgumentText(Call& call) {
  if (call.size() == 1 && call[0].kind() == Kind::kString) return std::string(call[0].text());
  std::vector<Value> values(call.arguments.begin(), call.arguments.end());
  for (Value& value : values) {
    if (!value.valid()) value = Value::View("<no value>");
  }
  return Sprint(values, call.budget);
}

template <std::string (*Escape)(std::string_view)>
Result<Value> Escaped(Call& call) {
  std::string text = TRY(ArgumentText(call));
  // Six bytes for one at most.
  if (text.size() * 6 > call.budget.bytes_left()) TRY(call.budget.Charge(text.size() * 6));
  return Value::Text(Escape(text));
}

Result<Value> PrintCall(Call& call) {
  return Value::Text(TRY(Sprint(call.arguments, call.budget)));
}

Result<Value> PrintlnCall(Call& call) {
  return Value::Text(TRY(Sprintln(call.arguments, call.budget)));
}

Result<Value> PrintfCall(Call& call) {
  return Value::Text(TRY(Sprintf(call[0].text(), call.arguments.subspan(1), call.budget)));
}

// There are no function values to call; the executor puts the argument's own words first.
Result<Value> CallValue(Call& call) {
  WF_CHECK(call.size() >= 2);
  if (!call[1].valid()) return Error::Invalid("call of nil");
  return Error::Invalid("non-function {} of type {}", call[0].text(), call[1].held_type_name());
}

Result<Value> Not(Call& call) {
  return Value::Bool(!call[0].Truth());
}

// The executor does these two itself, argument by argument.
Result<Value> LastArgument(Call& call) {
  return call.arguments.back();
}

}  // namespace

const FunctionTable& Builtins() {
  static const FunctionTable table({
      {"and", {kReflectType, kReflectType}, true, LastArgument},
      {"or", {kReflectType, kReflectType}, true, LastArgument},
      {"not", {kReflectType}, false, Not},
      {"len", {kReflectType}, false, Len},
      {"index", {kReflectType, kReflectType}, true, Index},
      {"slice", {kReflectType, kReflectType}, true, Slice},
      {"call", {kReflectType, kReflectType}, true, CallValue},
      {"print", {kAnyType}, true, PrintCall},
      {"println", {kAnyType}, true, PrintlnCall},
      {"printf", {"string", kAnyType}, true, PrintfCall},
      {"html", {kAnyType}, true, Escaped<EscapeHtml>},
      {"js", {kAnyType}, true, Escaped<EscapeJs>},
      {"urlquery", {kAnyType}, true, Escaped<EscapeQuery>},
      {"eq", {kReflectType, kReflectType}, true, Equal},
      {"ne", {kReflectType, kReflectType}, false, NotEqual},
      {"lt", {kReflectType, kReflectType}, false, Less},
      {"le", {kReflectType, kReflectType}, false, LessOrEqual},
      {"gt", {kReflectType, kReflectType}, false, Greater},
      {"ge", {kReflectType, kReflectType}, false, GreaterOrEqual},
  });
  return table;
}

}  // namespace watchfire::templates

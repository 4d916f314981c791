#include "grafana/signin/jmespath.h"

#include <algorithm>
#include <optional>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::grafana {

using codec::Json;

struct JmesPath::Node {
  enum class Kind : uint8_t {
    kCurrent,
    kField,    // text
    kIndex,    // number
    kLiteral,  // value
    kSub,      // children[0] then children[1]
    kProject,  // children[0] gives a list, children[1] is applied to each
    kValues,   // as kProject, over the values of an object
    kFilter,   // as kProject, for elements of which children[2] holds
    kFlatten,  // as kProject, over a list of which lists were opened
    kOr,
    kAnd,
    kNot,
    kCompare,  // text: the operator
    kFunction  // text: the name
  };
  Kind kind = Kind::kCurrent;
  std::string text;
  int64_t number = 0;
  Json value;
  std::vector<std::unique_ptr<Node>> children;
};

namespace {

using Node = JmesPath::Node;
using Kind = Node::Kind;
using NodePtr = std::unique_ptr<Node>;

constexpr size_t kMostBytes = 4096;
constexpr int kDeepest = 50;
constexpr std::string_view kFunctions[] = {
    "contains", "starts_with", "ends_with", "join",     "length", "keys",   "values",
    "to_array", "to_string",   "type",      "not_null", "sort",   "reverse"};

NodePtr Make(Kind kind, std::string text = {}) {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  node->text = std::move(text);
  return node;
}
template <typename... Children>
NodePtr MakeOf(Kind kind, Children... children) {
  NodePtr node = Make(kind);
  (node->children.push_back(std::move(children)), ...);
  return node;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<NodePtr> Parse() {
    NodePtr node = TRY(Pipe());
    SkipBlanks();
    if (at_ < text_.size()) return Wrong("expected the end, got {}", GoQuote(text_.substr(at_, 1)));
    return node;
  }

 private:
  template <typename... Args>
  Error Wrong(fmt::format_string<Args...> format, Args&&... args) const {
    return Error::Invalid("position {}: {}", at_, fmt::format(format, std::forward<Args>(args)...));
  }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void SkipBlanks() {
    while (Peek() == ' ' || Peek() == '\t' || Peek() == '\n' || Peek() == '\r') ++at_;
  }
  bool Take(std::string_view wanted) {
    SkipBlanks();
    if (!text_.substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }
  bool TakePipe() {
    SkipBlanks();
    return text_.substr(at_, 2) != "||" && Take("|");
  }

  Result<NodePtr> Pipe() {
    if (++depth_ > kDeepest) return Wrong("nested too deeply");
    NodePtr left = TRY(Or());
    while (TakePipe()) left = MakeOf(Kind::kSub, std::move(left), TRY(Or()));
    --depth_;
    return left;
  }
  Result<NodePtr> Or() {
    NodePtr left = TRY(And());
    while (Take("||")) left = MakeOf(Kind::kOr, std::move(left), TRY(And()));
    return left;
  }
  Result<NodePtr> And() {
    NodePtr left = TRY(Compare());
    while (Take("&&")) left = MakeOf(Kind::kAnd, std::move(left), TRY(Compare()));
    return left;
  }
  Result<NodePtr> Compare() {
    NodePtr left = TRY(Unary());
    for (std::string_view op : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (!Take(op)) continue;
      NodePtr node = MakeOf(Kind::kCompare, std::move(left), TRY(Unary()));
      node->text = op;
      return node;
    }
    return left;
  }
  Result<NodePtr> Unary() {
    SkipBlanks();
    if (Peek() != '!' || text_.substr(at_, 2) == "!=") return Chain(TRY(Primary()));
    ++at_;
    if (++depth_ > kDeepest) return Wrong("nested too deeply");
    NodePtr inner = TRY(Unary());
    --depth_;
    return MakeOf(Kind::kNot, std::move(inner));
  }

  // What follows a value: `.name`, `[0]`, `[*]` … A projection takes all that follows with it.
  Result<NodePtr> Chain(NodePtr left) {
    if (++depth_ > kDeepest) return Wrong("nested too deeply");
    while (true) {
      if (Take(".")) {
        if (Take("*")) {
          left = MakeOf(Kind::kValues, std::move(left), TRY(Chain(Make(Kind::kCurrent))));
        } else {
          left = MakeOf(Kind::kSub, std::move(left), TRY(Primary()));
        }
      } else if (Take("[")) {
        left = TRY(Bracket(std::move(left)));
      } else {
        --depth_;
        return left;
      }
    }
  }

  Result<NodePtr> Bracket(NodePtr left) {
    if (Take("*")) {
      TRY(Expect("]"));
      return MakeOf(Kind::kProject, std::move(left), TRY(Chain(Make(Kind::kCurrent))));
    }
    if (Take("]")) {
      return MakeOf(Kind::kFlatten, std::move(left), TRY(Chain(Make(Kind::kCurrent))));
    }
    if (Take("?")) {
      NodePtr condition = TRY(Pipe());
      TRY(Expect("]"));
      NodePtr rest = TRY(Chain(Make(Kind::kCurrent)));
      return MakeOf(Kind::kFilter, std::move(left), std::move(rest), std::move(condition));
    }
    SkipBlanks();
    std::string digits;
    if (Peek() == '-') digits.push_back(text_[at_++]);
    while (Peek() >= '0' && Peek() <= '9') digits.push_back(text_[at_++]);
    std::optional<int64_t> index = ParseInt(digits);
    if (!index) return Wrong("expected an index, \"*\", \"?\" or \"]\"");
    TRY(Expect("]"));
    NodePtr node = Make(Kind::kIndex);
    node->number = *index;
    return MakeOf(Kind::kSub, std::move(left), std::move(node));
  }

  Result<void> Expect(std::string_view wanted) {
    if (Take(wanted)) return {};
    return Wrong("expected {}", GoQuote(wanted));
  }

  Result<NodePtr> Primary() {
    SkipBlanks();
    char c = Peek();
    if (c == '@') {
      ++at_;
      return Make(Kind::kCurrent);
    }
    if (c == '(') {
      ++at_;
      NodePtr inner = TRY(Pipe());
      TRY(Expect(")"));
      return inner;
    }
    // Of the value that the whole expression is about.
    if (c == '[') {
      ++at_;
      return Bracket(Make(Kind::kCurrent));
    }
    if (c == '*') {
      ++at_;
      return MakeOf(Kind::kValues, Make(Kind::kCurrent), TRY(Chain(Make(Kind::kCurrent))));
    }
    if (c == '\'') return RawString();
    if (c == '`') return Literal();
    if (c == '"') return Quoted();
    std::string name;
    while (IsWord(Peek()) || (!name.empty() && Peek() >= '0' && Peek() <= '9')) {
      name.push_back(text_[at_++]);
    }
    if (name.empty()) return Wrong("expected a name, got {}", GoQuote(text_.substr(at_, 1)));
    if (Peek() == '(') return Function(std::move(name));
    return Make(Kind::kField, std::move(name));
  }
  static bool IsWord(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  // The text up to a quote that no backslash stands before.
  Result<std::string_view> Until(char quote) {
    size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != quote) at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return Wrong("a text without its closing {}", quote);
    return text_.substr(start, at_++ - start);
  }
  Result<NodePtr> RawString() {
    NodePtr node = Make(Kind::kLiteral);
    node->value = Json::OfString(ReplaceAll(TRY(Until('\'')), "\\'", "'"));
    return node;
  }
  Result<NodePtr> Quoted() {
    std::string quoted = fmt::format("\"{}\"", TRY(Until('"')));
    Result<Json> parsed = Json::Parse(quoted);
    if (!parsed.ok() || parsed->AsString() == nullptr) return Wrong("a bad quoted name");
    return Make(Kind::kField, *parsed->AsString());
  }
  Result<NodePtr> Literal() {
    std::string text = ReplaceAll(TRY(Until('`')), "\\`", "`");
    Result<Json> parsed = Json::Parse(text);
    NodePtr node = Make(Kind::kLiteral);
    // An old form: a bare word means a string.
    node->value = parsed.ok() ? *std::move(parsed) : Json::OfString(std::string(TrimSpace(text)));
    return node;
  }
  Result<NodePtr> Function(std::string name) {
    if (std::find(std::begin(kFunctions), std::end(kFunctions), name) == std::end(kFunctions)) {
      return Wrong("there is no function {}", name);
    }
    NodePtr node = Make(Kind::kFunction, std::move(name));
    TRY(Expect("("));
    if (Take(")")) return Wrong("{} needs arguments", node->text);
    do {
      node->children.push_back(TRY(Pipe()));
    } while (Take(","));
    TRY(Expect(")"));
    bool two = node->text == "contains" || node->text == "join" || node->text.ends_with("_with");
    if (node->text != "not_null" && node->children.size() != (two ? 2U : 1U)) {
      return Wrong("{} takes {} argument{}", node->text, two ? 2 : 1, two ? "s" : "");
    }
    return node;
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

bool IsTrue(const Json& value) {
  if (value.is_null()) return false;
  if (std::optional<bool> truth = value.AsBool()) return *truth;
  if (const std::string* text = value.AsString()) return !text->empty();
  if (const Json::Array* array = value.AsArray()) return !array->empty();
  if (const Json::Object* object = value.AsObject()) return !object->empty();
  return true;
}

Json Evaluate(const Node& node, const Json& current);

Json CallFunction(const Node& node, const Json& current);

// Elements of a projection, null where the value is of another kind.
std::optional<Json::Array> Elements(const Node& node, const Json& value) {
  if (node.kind == Kind::kValues) {
    if (value.AsObject() == nullptr) return std::nullopt;
    Json::Array values;
    for (const Json::Member& member : *value.AsObject()) values.push_back(member.value);
    return values;
  }
  if (value.AsArray() == nullptr) return std::nullopt;
  if (node.kind != Kind::kFlatten) return *value.AsArray();
  Json::Array flat;
  for (const Json& element : *value.AsArray()) {
    if (const Json::Array* inner = element.AsArray()) {
      flat.insert(flat.end(), inner->begin(), inner->end());
    } else {
      flat.push_back(element);
    }
  }
  return flat;
}

Json Project(const Node& node, const Json& current) {
  std::optional<Json::Array> elements = Elements(node, Evaluate(*node.children[0], current));
  if (!elements) return Json();
  Json::Array out;
  for (const Json& element : *elements) {
    if (node.kind == Kind::kFilter && !IsTrue(Evaluate(*node.children[2], element))) continue;
    Json value = Evaluate(*node.children[1], element);
    if (!value.is_null()) out.push_back(std::move(value));
  }
  return Json::OfArray(std::move(out));
}

Json Compared(const Node& node, const Json& current) {
  Json a = Evaluate(*node.children[0], current);
  Json b = Evaluate(*node.children[1], current);
  if (node.text == "==") return Json::OfBool(a == b);
  if (node.text == "!=") return Json::OfBool(!(a == b));
  std::optional<double> x = a.AsDouble(), y = b.AsDouble();
  if (!x || !y) return Json();
  if (node.text == "<") return Json::OfBool(*x < *y);
  if (node.text == "<=") return Json::OfBool(*x <= *y);
  if (node.text == ">") return Json::OfBool(*x > *y);
  return Json::OfBool(*x >= *y);
}

Json Evaluate(const Node& node, const Json& current) {
  switch (node.kind) {
    case Kind::kCurrent:
      return current;
    case Kind::kField: {
      const Json* found = current.Find(node.text);
      return found == nullptr ? Json() : *found;
    }
    case Kind::kIndex: {
      const Json::Array* array = current.AsArray();
      if (array == nullptr) return Json();
      auto size = static_cast<int64_t>(array->size());
      int64_t index = node.number < 0 ? node.number + size : node.number;
      return index < 0 || index >= size ? Json() : (*array)[static_cast<size_t>(index)];
    }
    case Kind::kLiteral:
      return node.value;
    case Kind::kSub:
      return Evaluate(*node.children[1], Evaluate(*node.children[0], current));
    case Kind::kProject:
    case Kind::kValues:
    case Kind::kFilter:
    case Kind::kFlatten:
      return Project(node, current);
    case Kind::kOr: {
      Json left = Evaluate(*node.children[0], current);
      return IsTrue(left) ? left : Evaluate(*node.children[1], current);
    }
    case Kind::kAnd: {
      Json left = Evaluate(*node.children[0], current);
      return IsTrue(left) ? Evaluate(*node.children[1], current) : left;
    }
    case Kind::kNot:
      return Json::OfBool(!IsTrue(Evaluate(*node.children[0], current)));
    case Kind::kCompare:
      return Compared(node, current);
    case Kind::kFunction:
      return CallFunction(node, current);
  }
  return Json();
}

bool Contains(const Json& subject, const Json& wanted) {
  if (const Json::Array* array = subject.AsArray()) {
    return std::find(array->begin(), array->end(), wanted) != array->end();
  }
  const std::string* text = subject.AsString();
  const std::string* part = wanted.AsString();
  return text != nullptr && part != nullptr && text->find(*part) != std::string::npos;
}

Json Length(const Json& value) {
  if (const Json::Array* array = value.AsArray()) return Json::OfUint(array->size());
  if (const Json::Object* object = value.AsObject()) return Json::OfUint(object->size());
  const std::string* text = value.AsString();
  if (text == nullptr) return Json();
  auto points = std::count_if(text->begin(), text->end(),
                              [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; });
  return Json::OfInt(points);
}

Json Members(const Json& value, bool names) {
  if (value.AsObject() == nullptr) return Json();
  Json::Array out;
  for (const Json::Member& member : *value.AsObject()) {
    out.push_back(names ? Json::OfString(member.name) : member.value);
  }
  return Json::OfArray(std::move(out));
}

Json Ordered(const Json& value, bool sort) {
  if (value.AsArray() == nullptr) return Json();
  Json::Array out = *value.AsArray();
  if (sort) {
    std::stable_sort(out.begin(), out.end(), [](const Json& a, const Json& b) {
      if (a.AsString() != nullptr && b.AsString() != nullptr) return *a.AsString() < *b.AsString();
      return a.AsDouble().value_or(0) < b.AsDouble().value_or(0);
    });
  } else {
    std::reverse(out.begin(), out.end());
  }
  return Json::OfArray(std::move(out));
}

Json Joined(const Json& glue, const Json& list) {
  if (glue.AsString() == nullptr || list.AsArray() == nullptr) return Json();
  std::vector<std::string> parts;
  for (const Json& part : *list.AsArray()) {
    if (part.AsString() == nullptr) return Json();
    parts.push_back(*part.AsString());
  }
  return Json::OfString(Join(parts, *glue.AsString()));
}

Json CallFunction(const Node& node, const Json& current) {
  const std::string& name = node.text;
  std::vector<Json> args;
  for (const NodePtr& child : node.children) args.push_back(Evaluate(*child, current));
  if (name == "contains") return Json::OfBool(Contains(args[0], args[1]));
  if (name == "join") return Joined(args[0], args[1]);
  if (name == "length") return Length(args[0]);
  if (name == "keys" || name == "values") return Members(args[0], name == "keys");
  if (name == "sort" || name == "reverse") return Ordered(args[0], name == "sort");
  if (name == "type") {
    std::string kind(args[0].KindName());
    return Json::OfString(kind == "bool" ? "boolean" : kind);
  }
  if (name == "to_array") return args[0].AsArray() != nullptr ? args[0] : Json::OfArray({args[0]});
  if (name == "to_string") {
    return args[0].AsString() != nullptr ? args[0] : Json::OfString(args[0].ToString());
  }
  if (name == "not_null") {
    for (Json& arg : args) {
      if (!arg.is_null()) return std::move(arg);
    }
    return Json();
  }
  const std::string* text = args[0].AsString();
  const std::string* part = args[1].AsString();
  if (text == nullptr || part == nullptr) return Json();
  return Json::OfBool(name == "starts_with" ? text->starts_with(*part) : text->ends_with(*part));
}

}  // namespace

Result<JmesPath> JmesPath::Parse(std::string_view text) {
  if (text.size() > kMostBytes) {
    return Error::Invalid("an expression may have {} bytes", kMostBytes);
  }
  NodePtr root = TRY(Parser(text).Parse());
  return JmesPath(std::shared_ptr<const Node>(std::move(root)));
}

Json JmesPath::Evaluate(const Json& document) const {
  return grafana::Evaluate(*root_, document);
}

}  // namespace watchfire::grafana

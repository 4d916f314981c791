#include "grafana/expressions/math_parser.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/numbers.h"

namespace watchfire::grafana {
namespace {

constexpr size_t kMaxBytes = 64 << 10;
constexpr int kMaxDepth = 100;

constexpr std::array<std::string_view, 4> kConstants = {"inf", "infn", "nan", "null"};
constexpr std::array<std::string_view, 9> kFunctions = {
    "abs", "ceil", "floor", "is_inf", "is_nan", "is_null", "is_number", "log", "round"};

struct Symbol {
  std::string_view text;
  MathOp op;
  int strength;
};
// Longer ones first.
constexpr std::array<Symbol, 14> kSymbols = {{
    {"||", MathOp::kOr, 1},
    {"&&", MathOp::kAnd, 2},
    {"==", MathOp::kEqual, 3},
    {"!=", MathOp::kNotEqual, 3},
    {"<=", MathOp::kLessEqual, 3},
    {">=", MathOp::kGreaterEqual, 3},
    {"<", MathOp::kLess, 3},
    {">", MathOp::kGreater, 3},
    {"+", MathOp::kAdd, 4},
    {"-", MathOp::kSub, 4},
    {"**", MathOp::kPow, 6},
    {"*", MathOp::kMul, 5},
    {"/", MathOp::kDiv, 5},
    {"%", MathOp::kMod, 5},
}};
constexpr int kWeakest = 1;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsNameChar(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

MathTree Node(MathOp op, MathTree first = nullptr, MathTree second = nullptr) {
  auto node = std::make_unique<MathNode>();
  node->op = op;
  if (first != nullptr) node->args.push_back(std::move(first));
  if (second != nullptr) node->args.push_back(std::move(second));
  return node;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<MathTree> Parse() {
    MathTree tree = TRY(Binary(kWeakest, 0));
    SkipSpace();
    if (at_ < text_.size()) return Wrong("an operator");
    return tree;
  }

 private:
  Result<MathTree> Binary(int strength, int depth) {
    if (depth > kMaxDepth) return At(at_, "nested too deeply");
    MathTree left = TRY(Unary(depth + 1));
    while (true) {
      SkipSpace();
      const Symbol* symbol = Operator();
      if (symbol == nullptr || symbol->strength < strength) return left;
      at_ += symbol->text.size();
      MathTree right = TRY(Binary(symbol->strength + 1, depth + 1));
      left = Node(symbol->op, std::move(left), std::move(right));
      // A long row of operators leans to the left and is as deep as it is long.
      if (++operators_ > kMaxOperators) return At(at_, "more than 1000 operators");
    }
  }

  Result<MathTree> Unary(int depth) {
    if (depth > kMaxDepth) return At(at_, "nested too deeply");
    SkipSpace();
    if (at_ >= text_.size()) return Wrong("a value");
    char c = text_[at_];
    if (c == '!' || c == '-') {
      ++at_;
      return Node(c == '!' ? MathOp::kNot : MathOp::kNegate, TRY(Unary(depth + 1)));
    }
    if (c == '(') {
      ++at_;
      MathTree inner = TRY(Binary(kWeakest, depth + 1));
      TRY(Take(')'));
      return inner;
    }
    if (c == '$') return Variable();
    if (IsDigit(c) || c == '.') return Literal();
    if (IsNameChar(c)) return FunctionCall(depth);
    return Wrong("a value");
  }

  Result<MathTree> Variable() {
    size_t start = at_++;
    MathTree node = Node(MathOp::kVariable);
    if (at_ < text_.size() && text_[at_] == '{') {
      size_t end = text_.find('}', at_);
      if (end == std::string_view::npos) return At(start, "the brace of ${ is not closed");
      node->name = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
    } else {
      node->name = Name();
    }
    if (node->name.empty()) return At(start, "expected the name of a query behind $");
    return node;
  }

  Result<MathTree> Literal() {
    size_t start = at_;
    while (at_ < text_.size()) {
      char c = text_[at_];
      bool sign =
          (c == '+' || c == '-') && at_ > start && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E');
      if (!IsNameChar(c) && c != '.' && !sign) break;
      ++at_;
    }
    std::string_view literal = text_.substr(start, at_ - start);
    std::optional<double> number = ParseFloat(literal);
    if (!number) return At(start, "\"" + std::string(literal) + "\" is no number");
    MathTree node = Node(MathOp::kNumber);
    node->number = *number;
    return node;
  }

  Result<MathTree> FunctionCall(int depth) {
    size_t start = at_;
    MathTree node = Node(MathOp::kCall);
    node->name = Name();
    bool constant = IsMathConstant(node->name);
    if (!constant &&
        std::find(kFunctions.begin(), kFunctions.end(), node->name) == kFunctions.end()) {
      return At(start, "there is no function \"" + node->name +
                           "\" (a query is written with a dollar sign: $" + node->name + ")");
    }
    TRY(Take('('));
    if (!constant) node->args.push_back(TRY(Binary(kWeakest, depth + 1)));
    TRY(Take(')'));
    return node;
  }

  std::string Name() {
    size_t start = at_;
    while (at_ < text_.size() && IsNameChar(text_[at_])) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  const Symbol* Operator() const {
    for (const Symbol& symbol : kSymbols) {
      if (text_.substr(at_).starts_with(symbol.text)) return &symbol;
    }
    return nullptr;
  }

  Result<void> Take(char wanted) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != wanted)
      return Wrong(std::string("\"") + wanted + "\"");
    ++at_;
    return {};
  }

  void SkipSpace() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }

  Error Wrong(std::string_view wanted) const {
    std::string found = at_ >= text_.size() ? std::string("the end of the expression")
                                            : "\"" + std::string(text_.substr(at_, 1)) + "\"";
    return At(at_, "expected " + std::string(wanted) + ", found " + found);
  }
  Error At(size_t place, std::string_view what) const {
    std::string_view before = text_.substr(0, place);
    auto line = 1 + std::count(before.begin(), before.end(), '\n');
    size_t begin = before.rfind('\n');
    size_t column = begin == std::string_view::npos ? place + 1 : place - begin;
    return Error::Invalid("{}:{}: {}", line, column, what);
  }

  static constexpr int kMaxOperators = 1000;
  std::string_view text_;  // of the caller of ParseMath, who waits
  size_t at_ = 0;
  int operators_ = 0;
};

void Collect(const MathNode& node, std::vector<std::string>* names) {
  if (node.op == MathOp::kVariable &&
      std::find(names->begin(), names->end(), node.name) == names->end()) {
    names->push_back(node.name);
  }
  for (const MathTree& arg : node.args) Collect(*arg, names);
}

}  // namespace

bool IsMathConstant(std::string_view name) {
  return std::find(kConstants.begin(), kConstants.end(), name) != kConstants.end();
}

Result<MathTree> ParseMath(std::string_view text) {
  if (text.size() > kMaxBytes) return Error::Invalid("longer than {} bytes", kMaxBytes);
  return Parser(text).Parse();
}

std::vector<std::string> MathVariables(const MathNode& tree) {
  std::vector<std::string> names;
  Collect(tree, &names);
  return names;
}

}  // namespace watchfire::grafana

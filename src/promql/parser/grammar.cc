#include "promql/parser/grammar.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "model/duration.h"
#include "promql/parser/functions.h"
#include "promql/parser/literal.h"

namespace watchfire::promql {
namespace {

enum Precedence : int { kOrLevel = 1, kAndLevel, kCompareLevel, kAddLevel, kMulLevel, kPowLevel };

struct Operator {
  BinaryOp op = BinaryOp::kAdd;
  int precedence = 0;  // 0: not a binary operator
};

Operator OperatorOf(TokenType type) {
  switch (type) {
    case TokenType::kOr:
      return {BinaryOp::kOr, kOrLevel};
    case TokenType::kAnd:
      return {BinaryOp::kAnd, kAndLevel};
    case TokenType::kUnless:
      return {BinaryOp::kUnless, kAndLevel};
    case TokenType::kEqual:
      return {BinaryOp::kEqual, kCompareLevel};
    case TokenType::kNotEqual:
      return {BinaryOp::kNotEqual, kCompareLevel};
    case TokenType::kLess:
      return {BinaryOp::kLess, kCompareLevel};
    case TokenType::kLessEqual:
      return {BinaryOp::kLessEqual, kCompareLevel};
    case TokenType::kGreater:
      return {BinaryOp::kGreater, kCompareLevel};
    case TokenType::kGreaterEqual:
      return {BinaryOp::kGreaterEqual, kCompareLevel};
    case TokenType::kTrimUpper:
      return {BinaryOp::kTrimUpper, kCompareLevel};
    case TokenType::kTrimLower:
      return {BinaryOp::kTrimLower, kCompareLevel};
    case TokenType::kAdd:
      return {BinaryOp::kAdd, kAddLevel};
    case TokenType::kSub:
      return {BinaryOp::kSub, kAddLevel};
    case TokenType::kMul:
      return {BinaryOp::kMul, kMulLevel};
    case TokenType::kDiv:
      return {BinaryOp::kDiv, kMulLevel};
    case TokenType::kMod:
      return {BinaryOp::kMod, kMulLevel};
    case TokenType::kAtan2:
      return {BinaryOp::kAtan2, kMulLevel};
    case TokenType::kPow:
      return {BinaryOp::kPow, kPowLevel};
    default:
      return {};
  }
}

// Words that may be a metric name although they mean something elsewhere. Those that are not here
// (bool, on, group_left, …) must be written as {"on"}.
bool IsMetricName(TokenType type) {
  switch (type) {
    case TokenType::kIdentifier:
    case TokenType::kMetricIdentifier:
    case TokenType::kAnd:
    case TokenType::kOr:
    case TokenType::kUnless:
    case TokenType::kBy:
    case TokenType::kWithout:
    case TokenType::kOffset:
    case TokenType::kAnchored:
    case TokenType::kSmoothed:
    case TokenType::kStart:
    case TokenType::kEnd:
    case TokenType::kStep:
    case TokenType::kRange:
    case TokenType::kMinOf:
    case TokenType::kMaxOf:
      return true;
    default:
      return IsAggregator(type);
  }
}

bool IsFunctionName(TokenType type) {
  return type == TokenType::kIdentifier || type >= TokenType::kStart;
}

bool IsLabelWord(TokenType type) {
  return IsMetricName(type) || type == TokenType::kAtan2 || type == TokenType::kNumber ||
         (type >= TokenType::kAnchored && type <= TokenType::kWithout);
}

bool TakesParameter(AggregateOp op) {
  return op >= AggregateOp::kTopk;
}
bool IsExperimental(AggregateOp op) {
  return op >= AggregateOp::kLimitk;
}

}  // namespace

ExprPtr Grammar::ReadQuery() {
  if (PeekIs(TokenType::kEof)) return Fail(0, "no expression found in input");
  ExprPtr expr = ReadExpr(kOrLevel);
  if (expr == nullptr) return nullptr;
  if (!PeekIs(TokenType::kEof)) return Unexpected();
  return expr;
}

ExprPtr Grammar::ReadExpr(int min_precedence) {
  if (nesting_ >= kMaxExprDepth) return TooDeep(Peek().start);
  ++nesting_;
  ExprPtr lhs = ReadUnary();
  while (lhs != nullptr) {
    Operator found = OperatorOf(Peek().type);
    if (found.precedence == 0 || found.precedence < min_precedence) break;
    Take();
    auto node = std::make_unique<BinaryExpr>();
    node->op = found.op;
    if (!ReadBinaryModifiers(node.get())) return nullptr;
    bool right_associative = found.op == BinaryOp::kPow;
    ExprPtr rhs = ReadExpr(right_associative ? found.precedence : found.precedence + 1);
    if (rhs == nullptr) return nullptr;
    lhs = MakeBinary(std::move(node), std::move(lhs), std::move(rhs));
  }
  --nesting_;
  return lhs;
}

ExprPtr Grammar::MakeBinary(std::unique_ptr<BinaryExpr> node, ExprPtr lhs, ExprPtr rhs) {
  node->pos = {lhs->pos.start, rhs->pos.end};
  node->lhs = std::move(lhs);
  node->rhs = std::move(rhs);
  const VectorMatching& matching = *node->matching;
  if ((matching.fill_left || matching.fill_right) && !options_.fill_modifiers) {
    return Fail(node->pos.start, "binop fill modifiers are experimental and not enabled");
  }
  const Expr* left = node->lhs.get();
  const Expr* right = node->rhs.get();
  return Finish(std::move(node), {left, right});
}

bool Grammar::ReadBinaryModifiers(BinaryExpr* node) {
  VectorMatching& matching = node->matching.emplace();
  node->return_bool = TakeIf(TokenType::kBool);
  if (PeekIs(TokenType::kOn) || PeekIs(TokenType::kIgnoring)) {
    matching.on = Take().type == TokenType::kOn;
    if (!ReadGrouping(&matching.labels)) return false;
    if (PeekIs(TokenType::kGroupLeft) || PeekIs(TokenType::kGroupRight)) {
      bool left = Take().type == TokenType::kGroupLeft;
      matching.card = left ? MatchCardinality::kManyToOne : MatchCardinality::kOneToMany;
      TokenType next = Peek().type;
      bool fill =
          next == TokenType::kFill || next == TokenType::kFillLeft || next == TokenType::kFillRight;
      // A parenthesis always opens the label list here, never the right-hand side.
      bool list = next == TokenType::kLeftParen || !(fill || StartsExpr(next));
      if (list && !ReadGrouping(&matching.include)) return false;
    }
  }
  return ReadFillModifiers(&matching);
}

bool Grammar::ReadFillModifiers(VectorMatching* matching) {
  if (TakeIf(TokenType::kFill)) {
    if (!ReadFillValue(&matching->fill_left)) return false;
    matching->fill_right = matching->fill_left;
    return true;
  }
  if (TakeIf(TokenType::kFillLeft)) {
    if (!ReadFillValue(&matching->fill_left)) return false;
    return !TakeIf(TokenType::kFillRight) || ReadFillValue(&matching->fill_right);
  }
  if (TakeIf(TokenType::kFillRight)) {
    if (!ReadFillValue(&matching->fill_right)) return false;
    return !TakeIf(TokenType::kFillLeft) || ReadFillValue(&matching->fill_left);
  }
  return true;
}

bool Grammar::ReadFillValue(std::optional<double>* value) {
  if (!Expect(TokenType::kLeftParen)) return false;
  bool negative = false;
  if (PeekIs(TokenType::kAdd) || PeekIs(TokenType::kSub)) {
    negative = Take().type == TokenType::kSub;
  }
  if (!PeekIs(TokenType::kNumber) && !PeekIs(TokenType::kDuration)) {
    Unexpected();
    return false;
  }
  ExprPtr number = ReadNumber();
  if (number == nullptr) return false;
  double magnitude = number->As<NumberLiteral>().value;
  *value = negative ? -magnitude : magnitude;
  return Expect(TokenType::kRightParen);
}

bool Grammar::ReadGrouping(std::vector<std::string>* labels) {
  constexpr std::string_view kContext = "grouping opts";
  if (!PeekIs(TokenType::kLeftParen)) {
    Unexpected({kContext, "\"(\""});
    return false;
  }
  Take();
  if (TakeIf(TokenType::kRightParen)) return true;
  for (;;) {
    if (!ReadGroupingLabel(labels)) return false;
    if (TakeIf(TokenType::kRightParen)) return true;
    if (!PeekIs(TokenType::kComma)) {
      Unexpected({kContext, "\",\" or \")\""});
      return false;
    }
    Take();
    if (TakeIf(TokenType::kRightParen)) return true;
  }
}

bool Grammar::ReadGroupingLabel(std::vector<std::string>* labels) {
  const Token& token = Peek();
  std::string label;
  bool valid = false;
  if (token.type == TokenType::kString) {
    std::optional<std::string> value = UnquoteToken(token);
    if (!value) return false;
    label = std::move(*value);
    valid = model::IsValidLabelName(label);
  } else if (IsLabelWord(token.type)) {
    label = std::string(lexer_.Text(token));
    valid = model::IsLegacyLabelName(label);
  }
  if (!valid) {
    Unexpected({"grouping opts", "label"});
    return false;
  }
  Take();
  labels->push_back(std::move(label));
  return true;
}

// A sign binds tighter than * and looser than ^; on a number it becomes part of it.
ExprPtr Grammar::ReadUnary() {
  if (!PeekIs(TokenType::kAdd) && !PeekIs(TokenType::kSub)) return ReadPostfix();
  Token sign = Take();
  ExprPtr operand = ReadExpr(kPowLevel);
  if (operand == nullptr) return nullptr;
  bool negative = sign.type == TokenType::kSub;
  if (operand->kind == ExprKind::kNumberLiteral) {
    auto& number = operand->As<NumberLiteral>();
    if (negative) number.value *= -1;
    number.pos.start = sign.start;
    return operand;
  }
  auto node = std::make_unique<UnaryExpr>();
  node->negative = negative;
  node->pos = {sign.start, operand->pos.end};
  node->expr = std::move(operand);
  const Expr* child = node->expr.get();
  return Finish(std::move(node), {child});
}

ExprPtr Grammar::ReadPostfix() {
  ExprPtr expr = ReadPrimary();
  while (expr != nullptr) {
    switch (Peek().type) {
      case TokenType::kLeftBracket:
        expr = ReadRange(std::move(expr));
        break;
      case TokenType::kOffset:
        if (!ReadOffset(expr.get())) return nullptr;
        break;
      case TokenType::kAt:
        if (!ReadAt(expr.get())) return nullptr;
        break;
      case TokenType::kAnchored:
      case TokenType::kSmoothed:
        if (!ReadExtension(expr.get())) return nullptr;
        break;
      default:
        return expr;
    }
  }
  return nullptr;
}

ExprPtr Grammar::ReadPrimary() {
  switch (Peek().type) {
    case TokenType::kNumber:
    case TokenType::kDuration:
      return ReadNumber();
    case TokenType::kString:
      return ReadString();
    case TokenType::kLeftParen:
      return ReadParen();
    case TokenType::kLeftBrace:
      return ReadVectorSelector(nullptr);
    default:
      return IsMetricName(Peek().type) ? ReadWord() : ExprPtr(Unexpected());
  }
}

bool Grammar::StartsExpr(TokenType type) const {
  switch (type) {
    case TokenType::kNumber:
    case TokenType::kDuration:
    case TokenType::kString:
    case TokenType::kLeftParen:
    case TokenType::kLeftBrace:
    case TokenType::kAdd:
    case TokenType::kSub:
      return true;
    default:
      return IsMetricName(type);
  }
}

ExprPtr Grammar::ReadNumber() {
  Token token = Take();
  auto node = std::make_unique<NumberLiteral>();
  node->pos = {token.start, token.end};
  if (token.type == TokenType::kDuration) {
    Result<int64_t> duration = model::ParseDurationMs(lexer_.Text(token));
    if (!duration.ok()) return Fail(token.start, duration.error().message());
    node->value = static_cast<double>(*duration) / 1000;
    node->is_duration = true;
    return node;
  }
  Result<double> value = ParseNumberLiteral(lexer_.Text(token));
  if (!value.ok()) return Fail(token.start, "error parsing number: " + value.error().message());
  node->value = *value;
  return node;
}

ExprPtr Grammar::ReadString() {
  Token token = Take();
  std::optional<std::string> value = UnquoteToken(token);
  if (!value) return nullptr;
  auto node = std::make_unique<StringLiteral>();
  node->value = std::move(*value);
  node->pos = {token.start, token.end};
  return node;
}

ExprPtr Grammar::ReadParen() {
  Token open = Take();
  ExprPtr inner = ReadExpr(kOrLevel);
  if (inner == nullptr || !Expect(TokenType::kRightParen)) return nullptr;
  auto node = std::make_unique<ParenExpr>();
  node->pos = {open.start, last_end_};
  node->expr = std::move(inner);
  const Expr* child = node->expr.get();
  return Finish(std::move(node), {child});
}

// A word is a function or an aggregation if a parenthesis follows (or a grouping), otherwise a
// metric.
ExprPtr Grammar::ReadWord() {
  Token word = Take();
  TokenType next = Peek().type;
  if (IsAggregator(word.type) &&
      (next == TokenType::kLeftParen || next == TokenType::kBy || next == TokenType::kWithout)) {
    return ReadAggregate(word);
  }
  if (IsFunctionName(word.type) && next == TokenType::kLeftParen) return ReadCall(word);
  return ReadVectorSelector(&word);
}

bool Grammar::ReadArguments(std::vector<ExprPtr>* args) {
  if (!Expect(TokenType::kLeftParen)) return false;
  if (TakeIf(TokenType::kRightParen)) return true;
  for (;;) {
    ExprPtr arg = ReadExpr(kOrLevel);
    if (arg == nullptr) return false;
    args->push_back(std::move(arg));
    if (!PeekIs(TokenType::kComma)) return Expect(TokenType::kRightParen);
    Token comma = Take();
    if (!StartsExpr(Peek().type)) {
      Fail(comma.start, "trailing commas not allowed in function call args");
      return false;
    }
  }
}

ExprPtr Grammar::ReadCall(const Token& name) {
  auto node = std::make_unique<Call>();
  if (!ReadArguments(&node->args)) return nullptr;
  std::string_view text = lexer_.Text(name);
  node->function = FindFunction(text);
  if (node->function == nullptr) {
    return Fail(name.start, fmt::format("unknown function with name {}", GoQuote(text)));
  }
  bool enabled = !node->function->experimental || options_.experimental_functions;
  if (text == "start_timestamp") enabled = enabled && options_.start_timestamps;
  if (!enabled) {
    return Fail(name.start, fmt::format("function {} is not enabled", GoQuote(text)));
  }
  node->pos = {name.start, last_end_};
  const Expr* deepest = nullptr;
  for (const ExprPtr& arg : node->args) {
    if (deepest == nullptr || arg->depth > deepest->depth) deepest = arg.get();
  }
  return Finish(std::move(node), {deepest});
}

ExprPtr Grammar::ReadAggregate(const Token& op) {
  ExpectationScope scope(this, {"aggregation", ""});
  auto node = std::make_unique<AggregateExpr>();
  // The aggregators stand in the same order in both enumerations.
  node->op =
      static_cast<AggregateOp>(static_cast<int>(op.type) - static_cast<int>(TokenType::kSum));
  node->pos.start = op.start;
  auto read_modifier = [&] {
    if (!PeekIs(TokenType::kBy) && !PeekIs(TokenType::kWithout)) return true;
    node->without = Take().type == TokenType::kWithout;
    return ReadGrouping(&node->grouping);
  };
  bool modifier_first = !PeekIs(TokenType::kLeftParen);
  std::vector<ExprPtr> args;
  if (modifier_first && !read_modifier()) return nullptr;
  if (!ReadArguments(&args)) return nullptr;
  if (!modifier_first && !read_modifier()) return nullptr;
  if (error_) return nullptr;
  node->pos.end = last_end_;
  return FinishAggregate(std::move(node), std::move(args));
}

ExprPtr Grammar::FinishAggregate(std::unique_ptr<AggregateExpr> node, std::vector<ExprPtr> args) {
  uint32_t at = node->pos.start;
  if (args.empty()) return Fail(at, "no arguments for aggregate expression provided");
  if (IsExperimental(node->op) && !options_.experimental_functions) {
    return Fail(at, fmt::format("{}() is experimental and must be enabled with "
                                "--enable-feature=promql-experimental-functions",
                                AggregateOpName(node->op)));
  }
  size_t wanted = TakesParameter(node->op) ? 2 : 1;
  if (args.size() != wanted) {
    return Fail(at, fmt::format("wrong number of arguments for aggregate expression provided, "
                                "expected {}, got {}",
                                wanted, args.size()));
  }
  node->expr = std::move(args.back());
  if (wanted == 2) node->param = std::move(args.front());
  const Expr* expr = node->expr.get();
  const Expr* param = node->param.get();
  return Finish(std::move(node), {expr, param});
}

const Token& Grammar::Peek() {
  if (!peeked_) {
    peeked_ = lexer_.Next();
    if (peeked_->type == TokenType::kError) Fail(peeked_->start, peeked_->error);
  }
  return *peeked_;
}

Token Grammar::Take() {
  Peek();
  Token token = std::move(*peeked_);
  peeked_.reset();
  last_end_ = token.end;
  return token;
}

bool Grammar::TakeIf(TokenType type) {
  if (!PeekIs(type)) return false;
  Take();
  return true;
}

bool Grammar::Expect(TokenType type) {
  if (TakeIf(type)) return true;
  Unexpected();
  return false;
}

std::optional<std::string> Grammar::UnquoteToken(const Token& token) {
  std::string_view text = lexer_.Text(token);
  Result<std::string> value = UnquoteString(text);
  if (value.ok()) return std::move(*value);
  Fail(token.start,
       fmt::format("error unquoting string {}: {}", GoQuote(text), value.error().message()));
  return std::nullopt;
}

std::nullptr_t Grammar::Fail(uint32_t offset, std::string text) {
  if (!error_) error_ = SyntaxError{offset, std::move(text)};
  return nullptr;
}

std::nullptr_t Grammar::Unexpected(Expectation expectation) {
  const Token& token = Peek();
  std::string text = "unexpected " + lexer_.Describe(token);
  if (!expectation.context.empty()) text += fmt::format(" in {}", expectation.context);
  if (!expectation.expected.empty()) text += fmt::format(", expected {}", expectation.expected);
  return Fail(token.start, std::move(text));
}

ExprPtr Grammar::TooDeep(uint32_t offset) {
  return Fail(offset, fmt::format("expression is nested too deeply, the limit is {} levels",
                                  kMaxExprDepth));
}

}  // namespace watchfire::promql

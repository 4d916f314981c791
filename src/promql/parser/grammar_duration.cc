#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "promql/parser/grammar.h"

namespace watchfire::promql {
namespace {

enum DurationLevel : int { kSumLevel = 1, kProductLevel, kPowerLevel };

struct Operator {
  DurationOp op = DurationOp::kAdd;
  int precedence = 0;
};

Operator OperatorOf(TokenType type) {
  switch (type) {
    case TokenType::kAdd:
      return {DurationOp::kAdd, kSumLevel};
    case TokenType::kSub:
      return {DurationOp::kSub, kSumLevel};
    case TokenType::kMul:
      return {DurationOp::kMul, kProductLevel};
    case TokenType::kDiv:
      return {DurationOp::kDiv, kProductLevel};
    case TokenType::kMod:
      return {DurationOp::kMod, kProductLevel};
    case TokenType::kPow:
      return {DurationOp::kPow, kPowerLevel};
    default:
      return {};
  }
}

// Seconds that fit upstream's int64 of nanoseconds.
bool InRange(double seconds) {
  return std::abs(seconds) <= 9223372036.854775807;
}

int64_t ToMs(double seconds) {
  return std::llround(seconds * 1000);
}

constexpr std::string_view kDurationExpected = "number, duration, step(), or range()";

// Stores a literal as milliseconds, anything else as an expression.
void Store(ExprPtr value, int64_t* ms, ExprPtr* expr) {
  if (value->kind == ExprKind::kNumberLiteral) {
    *ms = ToMs(value->As<NumberLiteral>().value);
  } else {
    *expr = std::move(value);
  }
}

}  // namespace

ExprPtr Grammar::ReadRange(ExprPtr operand) {
  Token bracket = Take();
  ExprPtr range;
  {
    ExpectationScope scope(this, {"subquery or range selector", kDurationExpected});
    range = ReadPositiveDuration();
    if (range == nullptr) return nullptr;
  }
  if (TakeIf(TokenType::kRightBracket)) {
    return MakeMatrix(std::move(operand), bracket, std::move(range));
  }
  if (TakeIf(TokenType::kColon)) return ReadSubquery(std::move(operand), std::move(range));
  return Unexpected({"subquery or range", "\":\" or \"]\""});
}

ExprPtr Grammar::MakeMatrix(ExprPtr operand, const Token& bracket, ExprPtr range) {
  if (operand->kind != ExprKind::kVectorSelector) {
    return Fail(bracket.start, "ranges only allowed for vector selectors");
  }
  const Modifiers& modifiers = operand->As<VectorSelector>().modifiers;
  if (modifiers.offset_ms != 0 || modifiers.offset_expr != nullptr) {
    return Fail(bracket.start, "no offset modifiers allowed before range");
  }
  if (modifiers.at || modifiers.at_edge != AtEdge::kNone) {
    return Fail(bracket.start, "no @ modifiers allowed before range");
  }
  auto node = std::make_unique<MatrixSelector>();
  node->pos = {operand->pos.start, last_end_};
  node->selector = std::move(operand);
  Store(std::move(range), &node->range_ms, &node->range_expr);
  const Expr* selector = node->selector.get();
  const Expr* expr = node->range_expr.get();
  return Finish(std::move(node), {selector, expr});
}

ExprPtr Grammar::ReadSubquery(ExprPtr operand, ExprPtr range) {
  auto node = std::make_unique<SubqueryExpr>();
  if (!PeekIs(TokenType::kRightBracket)) {
    ExpectationScope scope(this,
                           {"subquery selector", "number, duration, step(), range(), or \"]\""});
    ExprPtr step = ReadPositiveDuration();
    if (step == nullptr) return nullptr;
    Store(std::move(step), &node->step_ms, &node->step_expr);
  }
  if (!PeekIs(TokenType::kRightBracket)) return Unexpected({"subquery selector", "\"]\""});
  Take();
  node->pos = {operand->pos.start, last_end_};
  node->expr = std::move(operand);
  Store(std::move(range), &node->range_ms, &node->range_expr);
  const Expr* children[] = {node->expr.get(), node->range_expr.get(), node->step_expr.get()};
  return Finish(std::move(node), {children[0], children[1], children[2]});
}

bool Grammar::ReadOffset(Expr* target) {
  Take();
  ExpectationScope scope(this, {"offset", kDurationExpected});
  ExprPtr value = ReadOffsetValue();
  if (value == nullptr) return false;
  Modifiers* modifiers = FindModifiers(target, "offset");
  if (modifiers == nullptr) return false;
  if (modifiers->offset_ms != 0 || modifiers->offset_expr != nullptr) {
    Fail(target->pos.start, "offset may not be set multiple times");
    return false;
  }
  Store(std::move(value), &modifiers->offset_ms, &modifiers->offset_expr);
  target->pos.end = last_end_;
  return true;
}

// A single value with at most one sign: operators after it belong to the expression around it.
ExprPtr Grammar::ReadOffsetValue() {
  if (!PeekIs(TokenType::kAdd) && !PeekIs(TokenType::kSub)) return ReadDurationPrimary();
  Token sign = Take();
  ExprPtr operand = ReadDurationPrimary();
  return operand == nullptr ? nullptr : NegateDuration(sign, std::move(operand));
}

ExprPtr Grammar::ReadPositiveDuration() {
  ExprPtr value = ReadDuration(kSumLevel);
  if (value == nullptr || value->kind != ExprKind::kNumberLiteral) return value;
  // What rounds to no millisecond at all selects nothing; upstream lets it pass.
  if (ToMs(value->As<NumberLiteral>().value) <= 0) {
    return Fail(value->pos.start, "duration must be greater than 0");
  }
  return value;
}

ExprPtr Grammar::ReadDuration(int min_precedence) {
  if (nesting_ >= kMaxExprDepth) return TooDeep(Peek().start);
  ++nesting_;
  ExprPtr lhs = ReadDurationUnary();
  while (lhs != nullptr) {
    Operator found = OperatorOf(Peek().type);
    if (found.precedence == 0 || found.precedence < min_precedence) break;
    Token op = Take();
    bool right_associative = found.op == DurationOp::kPow;
    ExprPtr rhs = ReadDuration(right_associative ? found.precedence : found.precedence + 1);
    if (rhs == nullptr) return nullptr;
    lhs = MakeDurationBinary(op, std::move(lhs), std::move(rhs));
  }
  --nesting_;
  return lhs;
}

ExprPtr Grammar::MakeDurationBinary(const Token& op, ExprPtr lhs, ExprPtr rhs) {
  auto node = std::make_unique<DurationExpr>();
  node->op = OperatorOf(op.type).op;
  bool zero = rhs->kind == ExprKind::kNumberLiteral && rhs->As<NumberLiteral>().value == 0;
  if (zero && node->op == DurationOp::kDiv) return Fail(op.start, "division by zero");
  if (zero && node->op == DurationOp::kMod) return Fail(op.start, "modulo by zero");
  node->pos = {lhs->pos.start, rhs->pos.end};
  node->lhs = std::move(lhs);
  node->rhs = std::move(rhs);
  const Expr* left = node->lhs.get();
  const Expr* right = node->rhs.get();
  return Finish(std::move(node), {left, right});
}

ExprPtr Grammar::ReadDurationUnary() {
  if (!PeekIs(TokenType::kAdd) && !PeekIs(TokenType::kSub)) return ReadDurationPrimary();
  Token sign = Take();
  ExprPtr operand = ReadDuration(kPowerLevel);
  return operand == nullptr ? nullptr : NegateDuration(sign, std::move(operand));
}

// Applies a sign, '+' included. It becomes part of a number.
ExprPtr Grammar::NegateDuration(const Token& sign, ExprPtr operand) {
  bool negative = sign.type == TokenType::kSub;
  if (operand->kind == ExprKind::kNumberLiteral) {
    if (negative) operand->As<NumberLiteral>().value *= -1;
    operand->pos.start = sign.start;
    return operand;
  }
  if (!negative) return operand;
  auto node = std::make_unique<DurationExpr>();
  node->op = DurationOp::kNeg;
  node->pos = {sign.start, operand->pos.end};
  node->rhs = std::move(operand);
  const Expr* child = node->rhs.get();
  return Finish(std::move(node), {child});
}

ExprPtr Grammar::ReadDurationPrimary() {
  switch (Peek().type) {
    case TokenType::kNumber:
    case TokenType::kDuration: {
      ExprPtr number = ReadNumber();
      if (number == nullptr || InRange(number->As<NumberLiteral>().value)) return number;
      return Fail(number->pos.start, "duration out of range");
    }
    case TokenType::kLeftParen:
      return ReadDurationParen();
    case TokenType::kStep:
    case TokenType::kRange:
    case TokenType::kMinOf:
    case TokenType::kMaxOf:
      return ReadDurationFunction();
    default:
      return Unexpected();
  }
}

ExprPtr Grammar::ReadDurationParen() {
  Token open = Take();
  ExprPtr inner = ReadDuration(kSumLevel);
  if (inner == nullptr || !Expect(TokenType::kRightParen)) return nullptr;
  if (inner->kind == ExprKind::kDurationExpr) {
    inner->As<DurationExpr>().wrapped = true;
    return inner;
  }
  // A number has no place for its parentheses; a unary plus keeps them for printing.
  auto node = std::make_unique<DurationExpr>();
  node->op = DurationOp::kPlus;
  node->wrapped = true;
  node->pos = {open.start, last_end_};
  node->rhs = std::move(inner);
  const Expr* child = node->rhs.get();
  return Finish(std::move(node), {child});
}

ExprPtr Grammar::ReadDurationFunction() {
  Token name = Take();
  auto node = std::make_unique<DurationExpr>();
  if (!Expect(TokenType::kLeftParen)) return nullptr;
  switch (name.type) {
    case TokenType::kStep:
      node->op = DurationOp::kStep;
      break;
    case TokenType::kRange:
      node->op = DurationOp::kRange;
      break;
    default:
      node->op = name.type == TokenType::kMinOf ? DurationOp::kMin : DurationOp::kMax;
      node->lhs = ReadDuration(kSumLevel);
      if (node->lhs == nullptr || !Expect(TokenType::kComma)) return nullptr;
      node->rhs = ReadDuration(kSumLevel);
      if (node->rhs == nullptr) return nullptr;
  }
  if (!Expect(TokenType::kRightParen)) return nullptr;
  node->pos = {name.start, last_end_};
  const Expr* left = node->lhs.get();
  const Expr* right = node->rhs.get();
  return Finish(std::move(node), {left, right});
}

}  // namespace watchfire::promql

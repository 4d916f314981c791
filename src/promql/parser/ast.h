#pragma once
// The PromQL syntax tree: plain values, no data, no evaluation. A tree is made by Parse
// (promql/parser/parser.h), owned by whoever holds the root, and immutable afterwards, so any
// number of threads may read it. Node kinds are told apart by Expr::kind; As<T>() casts.
//
// Positions are byte offsets into the query text, half open, for error messages and annotations.
// Durations in the tree are milliseconds. Where a duration was written as an expression
// (`[5m * 2]`, `offset step()`), the *_expr field holds it and the engine resolves it; otherwise
// the plain field is final.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/matcher.h"

namespace watchfire::promql {

enum class ValueType : uint8_t { kNone, kScalar, kVector, kMatrix, kString };
// "scalar", "instant vector", "range vector", "string", "none".
std::string_view ValueTypeName(ValueType type);

struct PosRange {
  uint32_t start = 0;
  uint32_t end = 0;
};

enum class ExprKind : uint8_t {
  kNumberLiteral,
  kStringLiteral,
  kVectorSelector,
  kMatrixSelector,
  kSubquery,
  kCall,
  kAggregate,
  kBinary,
  kUnary,
  kParen,
  kDurationExpr,  // only below range, offset and step
};

struct Expr {
  explicit Expr(ExprKind kind_in) : kind(kind_in) {}
  virtual ~Expr() = default;
  virtual ValueType type() const = 0;

  template <typename T>
  const T& As() const {
    return static_cast<const T&>(*this);
  }
  template <typename T>
  T& As() {
    return static_cast<T&>(*this);
  }

  ExprKind kind;
  // One more than the deepest child's, at most kMaxExprDepth: recursion over a tree is safe.
  uint16_t depth = 1;
  PosRange pos;
};
using ExprPtr = std::unique_ptr<Expr>;

struct NumberLiteral final : Expr {
  NumberLiteral() : Expr(ExprKind::kNumberLiteral) {}
  ValueType type() const override { return ValueType::kScalar; }
  double value = 0;
  bool is_duration = false;  // written as a duration: printed as one
};

struct StringLiteral final : Expr {
  StringLiteral() : Expr(ExprKind::kStringLiteral) {}
  ValueType type() const override { return ValueType::kString; }
  std::string value;
};

enum class DurationOp : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kNeg,
  kPlus,
  kStep,
  kRange,  // step(), range(): no operands
  kMin,
  kMax,  // min_of(a, b), max_of(a, b)
};

// Operands are DurationExpr or NumberLiteral (seconds).
struct DurationExpr final : Expr {
  DurationExpr() : Expr(ExprKind::kDurationExpr) {}
  ValueType type() const override { return ValueType::kScalar; }
  DurationOp op = DurationOp::kAdd;
  ExprPtr lhs;  // null for unary and nullary
  ExprPtr rhs;
  bool wrapped = false;  // in parentheses
};

// `@ start()` and `@ end()`.
enum class AtEdge : uint8_t { kNone, kStart, kEnd };

// The modifiers that selectors and subqueries share.
struct Modifiers {
  int64_t offset_ms = 0;  // may be negative
  ExprPtr offset_expr;
  std::optional<TimeMs> at;
  AtEdge at_edge = AtEdge::kNone;
};

struct VectorSelector final : Expr {
  VectorSelector() : Expr(ExprKind::kVectorSelector) {}
  ValueType type() const override { return ValueType::kVector; }
  std::string name;          // set if the name was written before the braces
  model::Matchers matchers;  // includes the one for the name, last-written order
  Modifiers modifiers;
  bool anchored = false;
  bool smoothed = false;
};

struct MatrixSelector final : Expr {
  MatrixSelector() : Expr(ExprKind::kMatrixSelector) {}
  ValueType type() const override { return ValueType::kMatrix; }
  // Always a VectorSelector; it also holds offset and @.
  ExprPtr selector;
  int64_t range_ms = 0;
  ExprPtr range_expr;
  const VectorSelector& vector() const { return selector->As<VectorSelector>(); }
};

struct SubqueryExpr final : Expr {
  SubqueryExpr() : Expr(ExprKind::kSubquery) {}
  ValueType type() const override { return ValueType::kMatrix; }
  ExprPtr expr;
  int64_t range_ms = 0;
  ExprPtr range_expr;
  int64_t step_ms = 0;  // 0: the default interval
  ExprPtr step_expr;
  Modifiers modifiers;
};

// A function as the language declares it; the table is in promql/parser/functions.h.
struct Function {
  std::string_view name;
  std::vector<ValueType> arg_types;
  // 0: exactly arg_types; n > 0: the last type may be left out or repeated, up to n optional
  // arguments; -1: the last type may be repeated any number of times (or left out).
  int variadic = 0;
  ValueType return_type = ValueType::kVector;
  bool experimental = false;
};

struct Call final : Expr {
  Call() : Expr(ExprKind::kCall) {}
  ValueType type() const override { return function->return_type; }
  const Function* function = nullptr;  // lives as long as the process
  std::vector<ExprPtr> args;
};

enum class AggregateOp : uint8_t {
  kSum,
  kAvg,
  kMin,
  kMax,
  kCount,
  kGroup,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kQuantile,
  kCountValues,
  kLimitk,
  kLimitRatio,
};
std::string_view AggregateOpName(AggregateOp op);

struct AggregateExpr final : Expr {
  AggregateExpr() : Expr(ExprKind::kAggregate) {}
  ValueType type() const override { return ValueType::kVector; }
  AggregateOp op = AggregateOp::kSum;
  ExprPtr expr;
  ExprPtr param;                      // k, φ, label name, ratio; or null
  std::vector<std::string> grouping;  // as written
  bool without = false;
};

enum class BinaryOp : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kAtan2,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
  kUnless,
  kTrimUpper,  // </
  kTrimLower,  // >/
};
std::string_view BinaryOpText(BinaryOp op);
inline bool IsComparison(BinaryOp op) {
  return op >= BinaryOp::kEqual && op <= BinaryOp::kGreaterEqual;
}
inline bool IsSetOperator(BinaryOp op) {
  return op >= BinaryOp::kAnd && op <= BinaryOp::kUnless;
}

enum class MatchCardinality : uint8_t { kOneToOne, kManyToOne, kOneToMany, kManyToMany };

struct VectorMatching {
  MatchCardinality card = MatchCardinality::kOneToOne;
  std::vector<std::string> labels;  // of on(…) or ignoring(…), as written
  bool on = false;
  std::vector<std::string> include;  // of group_left(…) / group_right(…)
  std::optional<double> fill_left;
  std::optional<double> fill_right;
};

struct BinaryExpr final : Expr {
  BinaryExpr() : Expr(ExprKind::kBinary) {}
  ValueType type() const override {
    return lhs->type() == ValueType::kScalar && rhs->type() == ValueType::kScalar
               ? ValueType::kScalar
               : ValueType::kVector;
  }
  BinaryOp op = BinaryOp::kAdd;
  ExprPtr lhs;
  ExprPtr rhs;
  // Set when both sides are instant vectors.
  std::optional<VectorMatching> matching;
  bool return_bool = false;
};

struct UnaryExpr final : Expr {
  UnaryExpr() : Expr(ExprKind::kUnary) {}
  ValueType type() const override { return expr->type(); }
  bool negative = true;  // '-' or '+'
  ExprPtr expr;
};

struct ParenExpr final : Expr {
  ParenExpr() : Expr(ExprKind::kParen) {}
  ValueType type() const override { return expr->type(); }
  ExprPtr expr;
};

// The expression without its parentheses.
const Expr& Unparen(const Expr& expr);

}  // namespace watchfire::promql

#include "promql/parser/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace watchfire::promql {
namespace {

bool IsScalarOrVector(ValueType type) {
  return type == ValueType::kScalar || type == ValueType::kVector;
}

class Checker {
 public:
  explicit Checker(std::string_view query) : query_(query) {}

  // False after the first error.
  bool Check(Expr* node);
  std::optional<SyntaxError> TakeError() { return std::move(error_); }

 private:
  bool CheckAggregate(const AggregateExpr& node);
  bool CheckBinary(BinaryExpr* node);
  bool CheckMatching(BinaryExpr* node);
  bool CheckGroupLabels(const BinaryExpr& node);
  bool CheckCall(const Call& node);
  bool CheckArgumentCount(const Call& node);
  bool CheckInfoSelector(const Call& node);
  bool CheckUnary(const UnaryExpr& node);
  bool CheckSubquery(const SubqueryExpr& node);
  bool CheckSelector(const VectorSelector& node, bool may_be_empty);
  bool Expect(Expr* node, ValueType wanted, std::string_view where);
  uint32_t OperatorOffset(const BinaryExpr& node) const;

  bool Fail(uint32_t offset, std::string text) {
    if (!error_) error_ = SyntaxError{offset, std::move(text)};
    return false;
  }

  std::string_view query_;  // outlives the Checker
  std::optional<SyntaxError> error_;
};

bool Checker::Check(Expr* node) {
  switch (node->kind) {
    case ExprKind::kAggregate:
      return CheckAggregate(node->As<AggregateExpr>());
    case ExprKind::kBinary:
      return CheckBinary(&node->As<BinaryExpr>());
    case ExprKind::kCall:
      return CheckCall(node->As<Call>());
    case ExprKind::kParen:
      return Check(node->As<ParenExpr>().expr.get());
    case ExprKind::kUnary:
      return CheckUnary(node->As<UnaryExpr>());
    case ExprKind::kSubquery:
      return CheckSubquery(node->As<SubqueryExpr>());
    case ExprKind::kMatrixSelector:
      return Check(node->As<MatrixSelector>().selector.get());
    case ExprKind::kVectorSelector:
      return CheckSelector(node->As<VectorSelector>(), false);
    case ExprKind::kNumberLiteral:
    case ExprKind::kStringLiteral:
    case ExprKind::kDurationExpr:
      return true;
  }
  return true;
}

bool Checker::Expect(Expr* node, ValueType wanted, std::string_view where) {
  if (!Check(node)) return false;
  if (node->type() == wanted) return true;
  return Fail(node->pos.start, fmt::format("expected type {} in {}, got {}", ValueTypeName(wanted),
                                           where, ValueTypeName(node->type())));
}

bool Checker::CheckAggregate(const AggregateExpr& node) {
  if (!Expect(node.expr.get(), ValueType::kVector, "aggregation expression")) return false;
  if (node.param == nullptr) return true;
  ValueType wanted = node.op == AggregateOp::kCountValues ? ValueType::kString : ValueType::kScalar;
  return Expect(node.param.get(), wanted, "aggregation parameter");
}

// Where upstream says the operator is: the first thing after the left side that is not a space.
uint32_t Checker::OperatorOffset(const BinaryExpr& node) const {
  size_t at = query_.find_first_not_of(" \t\r\n", node.lhs->pos.end);
  return at == std::string_view::npos ? node.pos.start : static_cast<uint32_t>(at);
}

bool Checker::CheckBinary(BinaryExpr* node) {
  if (!Check(node->lhs.get()) || !Check(node->rhs.get())) return false;
  ValueType left = node->lhs->type();
  ValueType right = node->rhs->type();
  bool comparison = IsComparison(node->op);
  if (node->return_bool && !comparison) {
    return Fail(OperatorOffset(*node), "bool modifier can only be used on comparison operators");
  }
  if (comparison && !node->return_bool && left == ValueType::kScalar &&
      right == ValueType::kScalar) {
    return Fail(OperatorOffset(*node), "comparisons between scalars must use BOOL modifier");
  }
  if (!CheckGroupLabels(*node)) return false;
  for (const ExprPtr* side : {&node->lhs, &node->rhs}) {
    if (IsScalarOrVector((*side)->type())) continue;
    return Fail((*side)->pos.start,
                "binary expression must contain only scalar and instant vector types");
  }
  if (!CheckMatching(node)) return false;
  if (IsSetOperator(node->op) && (left == ValueType::kScalar || right == ValueType::kScalar)) {
    return Fail(node->pos.start, fmt::format("set operator \"{}\" not allowed in binary scalar "
                                             "expression",
                                             BinaryOpText(node->op)));
  }
  return true;
}

bool Checker::CheckGroupLabels(const BinaryExpr& node) {
  const VectorMatching& matching = *node.matching;
  if (!matching.on) return true;
  for (const std::string& label : matching.labels) {
    if (std::ranges::find(matching.include, label) == matching.include.end()) continue;
    return Fail(
        OperatorOffset(node),
        fmt::format("label {} must not occur in ON and GROUP clause at once", GoQuote(label)));
  }
  return true;
}

bool Checker::CheckMatching(BinaryExpr* node) {
  VectorMatching& matching = *node->matching;
  bool fills = matching.fill_left || matching.fill_right;
  uint32_t at = node->pos.start;
  if (node->lhs->type() != ValueType::kVector || node->rhs->type() != ValueType::kVector) {
    if (!matching.labels.empty()) {
      return Fail(at, "vector matching only allowed between instant vectors");
    }
    if (fills) return Fail(at, "filling in missing series only allowed between instant vectors");
    node->matching.reset();
    return true;
  }
  if (!IsSetOperator(node->op)) return true;
  if (matching.card != MatchCardinality::kOneToOne) {
    return Fail(at,
                fmt::format("no grouping allowed for \"{}\" operation", BinaryOpText(node->op)));
  }
  if (fills) return Fail(at, "filling in missing series not allowed for set operators");
  matching.card = MatchCardinality::kManyToMany;
  return true;
}

bool Checker::CheckArgumentCount(const Call& node) {
  const Function& function = *node.function;
  size_t wanted = function.arg_types.size();
  size_t got = node.args.size();
  auto fail = [&](std::string_view amount, size_t count) {
    return Fail(node.pos.start, fmt::format("expected {}{} argument(s) in call to \"{}\", got {}",
                                            amount, count, function.name, got));
  };
  if (function.variadic == 0) return got == wanted || fail("", wanted);
  if (got < wanted - 1) return fail("at least ", wanted - 1);
  if (function.variadic < 0) return true;
  size_t most = wanted - 1 + static_cast<size_t>(function.variadic);
  return got <= most || fail("at most ", most);
}

// The second argument of info() is written like a selector but only filters labels: it must not
// name a metric, and it may match everything.
bool Checker::CheckInfoSelector(const Call& node) {
  const Expr& arg = *node.args[1];
  if (arg.type() != ValueType::kVector) {
    return Fail(node.pos.start,
                fmt::format("expected type {} in call to function \"info\", got {}",
                            ValueTypeName(ValueType::kVector), ValueTypeName(arg.type())));
  }
  if (arg.kind != ExprKind::kVectorSelector) {
    return Fail(arg.pos.start, "expected label selectors only");
  }
  const auto& selector = arg.As<VectorSelector>();
  if (!selector.name.empty()) {
    return Fail(arg.pos.start, "expected label selectors only, got vector selector instead");
  }
  return CheckSelector(selector, true);
}

bool Checker::CheckCall(const Call& node) {
  if (!CheckArgumentCount(node)) return false;
  const Function& function = *node.function;
  bool info = function.name == "info" && node.args.size() > 1;
  std::string where = fmt::format("call to function \"{}\"", function.name);
  if (info && !CheckInfoSelector(node)) return false;
  for (size_t i = 0; i < node.args.size(); ++i) {
    if (info && i == 1) continue;
    ValueType wanted = function.arg_types[std::min(i, function.arg_types.size() - 1)];
    if (!Expect(node.args[i].get(), wanted, where)) return false;
  }
  return true;
}

bool Checker::CheckUnary(const UnaryExpr& node) {
  if (!Check(node.expr.get())) return false;
  if (IsScalarOrVector(node.expr->type())) return true;
  return Fail(node.pos.start,
              fmt::format("unary expression only allowed on expressions of type scalar or instant "
                          "vector, got \"{}\"",
                          ValueTypeName(node.expr->type())));
}

bool Checker::CheckSubquery(const SubqueryExpr& node) {
  if (!Check(node.expr.get())) return false;
  ValueType type = node.expr->type();
  if (type == ValueType::kVector) return true;
  // Upstream uses its internal name here, not the documented one.
  std::string_view name = type == ValueType::kMatrix ? "matrix" : ValueTypeName(type);
  return Fail(node.pos.start,
              fmt::format("subquery is only allowed on instant vector, got {} instead", name));
}

bool Checker::CheckSelector(const VectorSelector& node, bool may_be_empty) {
  if (!node.name.empty()) {
    for (size_t i = 0; i + 1 < node.matchers.size(); ++i) {
      const model::Matcher& matcher = node.matchers[i];
      if (matcher.name() != model::kMetricName) continue;
      return Fail(node.pos.start, fmt::format("metric name must not be set twice: {} or {}",
                                              GoQuote(node.name), GoQuote(matcher.value())));
    }
    return true;
  }
  bool selective = std::ranges::any_of(
      node.matchers, [](const model::Matcher& matcher) { return !matcher.MatchesEmpty(); });
  if (selective || may_be_empty) return true;
  return Fail(node.pos.start, "vector selector must contain at least one non-empty matcher");
}

}  // namespace

std::optional<SyntaxError> CheckTypes(std::string_view query, Expr* root) {
  Checker checker(query);
  checker.Check(root);
  return checker.TakeError();
}

}  // namespace watchfire::promql

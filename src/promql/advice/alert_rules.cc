// Expressions of alerting rules: they fire for every series that they give, whatever its value.
#include "promql/advice/context.h"

namespace watchfire::advice {
namespace {

// Whether anything decides if a series comes out: a comparison, a set operator, absent().
bool Filters(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kBinary: {
      const auto& node = expr.As<BinaryExpr>();
      if (promql::IsComparison(node.op) && !node.return_bool) return true;
      if (node.op == BinaryOp::kAnd || node.op == BinaryOp::kUnless) return true;
      if (node.op == BinaryOp::kOr) return Filters(*node.lhs) && Filters(*node.rhs);
      return Filters(*node.lhs) || Filters(*node.rhs);
    }
    case ExprKind::kCall: {
      if (FunctionOf(expr).starts_with("absent")) return true;
      // `vector(1)`: an alert that always fires, on purpose.
      if (FunctionOf(expr) == "vector") return true;
      bool any = false;
      ForEachChild(expr, [&any](const Expr& child) { any = any || Filters(child); });
      return any;
    }
    case ExprKind::kAggregate:
      return Filters(*expr.As<AggregateExpr>().expr);
    case ExprKind::kUnary:
    case ExprKind::kParen:
      return Filters(Inner(expr));
    case ExprKind::kSubquery:
      return Filters(*expr.As<SubqueryExpr>().expr);
    case ExprKind::kVectorSelector:
      return MetricOf(expr.As<VectorSelector>()) == "ALERTS";
    default:
      return false;
  }
}

// The comparison with bool that decides, if it is what the expression comes down to.
const BinaryExpr* BoolComparison(const Expr& expr) {
  const Expr& inner = promql::Unparen(expr);
  if (inner.kind != ExprKind::kBinary) return nullptr;
  const auto& node = inner.As<BinaryExpr>();
  return promql::IsComparison(node.op) && node.return_bool ? &node : nullptr;
}

void AdviseBool(Context& context, const BinaryExpr& node) {
  PosRange op = context.source.Operator(node);
  auto length = static_cast<uint32_t>(promql::BinaryOpText(node.op).size());
  context.Add("alert-with-bool", Severity::kWarning, op,
              "with bool the alert fires always: for 0 as for 1",
              "bool turns the comparison from a filter into a value, and an alert fires for every "
              "series that comes out, whatever its value.",
              "compare without bool", {{op.start + length, op.end, ""}});
}

bool IsRate(const Expr& expr) {
  return IsOneOf(FunctionOf(expr), {"rate", "increase", "irate"});
}

// What may be zero without anything being wrong: then the ratio is NaN and compares as false.
void CheckDivisions(Context& context, const Expr& expr) {
  ForEachChild(expr, [&](const Expr& child) { CheckDivisions(context, child); });
  if (expr.kind != ExprKind::kBinary || expr.As<BinaryExpr>().op != BinaryOp::kDiv) return;
  const auto& node = expr.As<BinaryExpr>();
  const Expr* divisor = &Inner(*node.rhs);
  if (divisor->kind == ExprKind::kAggregate) divisor = &Inner(*divisor->As<AggregateExpr>().expr);
  if (!IsRate(*divisor)) return;
  context.Add("alert-divides-by-rate", Severity::kInfo, node.rhs->pos,
              "while nothing happens at all, this is a division by zero",
              "0/0 is NaN, and no comparison with NaN is true, so the alert cannot fire then. That "
              "is mostly what is wanted; if silence is a failure, too, alert on it by itself.");
}

void CheckIrate(Context& context, const Expr& expr) {
  ForEachChild(expr, [&](const Expr& child) { CheckIrate(context, child); });
  if (FunctionOf(expr) != "irate") return;
  uint32_t start = expr.pos.start;
  context.Add("irate-in-alert", Severity::kInfo, expr.pos,
              "irate() looks at two samples only, and an alert on it comes and goes",
              "One quiet moment resets the time that the alert must hold. rate() averages over its "
              "whole range.",
              "use rate()", {{start, start + 5, "rate"}});
}

}  // namespace

void CheckAlert(Context& context, const Expr& root) {
  CheckDivisions(context, root);
  CheckIrate(context, root);
  if (const BinaryExpr* node = BoolComparison(root)) return AdviseBool(context, *node);
  if (root.type() != ValueType::kVector || Filters(root)) return;
  // A selector with matchers may well mean "while there is such a series".
  const Expr& inner = promql::Unparen(root);
  bool presence =
      inner.kind == ExprKind::kVectorSelector && inner.As<VectorSelector>().matchers.size() > 1;
  context.Add(
      "alert-without-comparison", presence ? Severity::kInfo : Severity::kWarning, root.pos,
      "the alert fires for every series, whatever its value",
      "An alert fires for each series that its expression gives, also for those that are 0. "
      "Compare with what is wrong: > 0, < 0.9, == 0.");
}

}  // namespace watchfire::advice

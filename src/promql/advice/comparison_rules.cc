// Comparisons whose outcome is known before any data is looked at.
#include <fmt/format.h>

#include <cmath>

#include "promql/advice/context.h"

namespace watchfire::advice {
namespace {

// ---- comparisons

void AdviseNan(Context& context, const BinaryExpr& node) {
  bool right = LiteralOf(*node.rhs).has_value();
  const Expr& value = right ? *node.lhs : *node.rhs;
  const Expr& nan = right ? *node.rhs : *node.lhs;
  bool test = node.op == BinaryOp::kEqual || node.op == BinaryOp::kNotEqual;
  Edits edits;
  if (test) {
    // What is NaN differs from itself.
    PosRange op = context.source.Operator(node);
    bool is_nan = node.op == BinaryOp::kEqual;
    edits = {{op.start, op.start + 2, is_nan ? "!=" : "=="},
             {nan.pos.start, nan.pos.end, std::string(context.source.Text(value))}};
  }
  context.Add("comparison-with-nan", Severity::kWarning, node.pos,
              node.op == BinaryOp::kNotEqual
                  ? "everything is != NaN, even NaN"
                  : fmt::format("nothing is {} NaN, not even NaN", promql::BinaryOpText(node.op)),
              "Every comparison with NaN is false, and != is true. A value is NaN if it differs "
              "from itself.",
              node.op == BinaryOp::kEqual ? "what differs from itself" : "what equals itself",
              std::move(edits));
}

// `count(x) == 0` and the like: the count of nothing is nothing, not zero.
void CheckCountOfNothing(Context& context, const BinaryExpr& node) {
  const Expr& left = promql::Unparen(*node.lhs);
  std::optional<double> number = LiteralOf(*node.rhs);
  if (left.kind != ExprKind::kAggregate || !number || node.return_bool) return;
  const auto& count = left.As<AggregateExpr>();
  if (count.op != AggregateOp::kCount) return;
  bool zero = (node.op == BinaryOp::kEqual && *number == 0) ||
              (node.op == BinaryOp::kLess && *number <= 1) ||
              (node.op == BinaryOp::kLessEqual && *number < 1);
  if (!zero) return;
  // An `or` below may make zeros; a filter below counts what is left, which is the mistake.
  Edits edits;
  if (count.grouping.empty()) {
    edits = {{node.pos.start, count.expr->pos.start, "absent("},
             {count.expr->pos.end, node.pos.end, ")"}};
  }
  context.Add("count-never-zero", Severity::kWarning, node.pos,
              "the count of no series is no series, never 0",
              "When nothing matches, count() gives an empty result, and the comparison has nothing "
              "to compare. absent() gives 1 when there is nothing.",
              "use absent()", std::move(edits));
}

}  // namespace

void CheckComparison(Context& context, const Place& place) {
  if (place.node->kind != ExprKind::kBinary) return;
  const auto& node = place.node->As<BinaryExpr>();
  if (!promql::IsComparison(node.op)) return;
  for (const promql::ExprPtr* side : {&node.lhs, &node.rhs}) {
    std::optional<double> number = LiteralOf(**side);
    if (number && std::isnan(*number)) return AdviseNan(context, node);
  }
  CheckCountOfNothing(context, node);
}

}  // namespace watchfire::advice

// A part of a metric divided by the whole of it, matched series by series: every series meets
// itself, and the ratio is always 1.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "promql/advice/context.h"

namespace watchfire::advice {
namespace {

using model::Matchers;

// Two expressions that differ in nothing but matchers.
struct Twins {
  Matchers only_left;
  Matchers only_right;
  std::vector<std::pair<const AggregateExpr*, const AggregateExpr*>> aggregations;
};

void Subtract(const Matchers& from, const Matchers& what, Matchers* rest) {
  for (const model::Matcher& matcher : from) {
    if (std::ranges::find(what, matcher) == what.end()) rest->push_back(matcher);
  }
}

bool SameTime(const promql::Modifiers& a, const promql::Modifiers& b) {
  return a.offset_ms == b.offset_ms && a.at == b.at && a.at_edge == b.at_edge &&
         a.offset_expr == nullptr && b.offset_expr == nullptr;
}

bool AreTwins(const Expr& left_in, const Expr& right_in, Twins* twins) {
  const Expr& left = promql::Unparen(left_in);
  const Expr& right = promql::Unparen(right_in);
  if (left.kind != right.kind) return false;
  switch (left.kind) {
    case ExprKind::kVectorSelector: {
      const auto& a = left.As<VectorSelector>();
      const auto& b = right.As<VectorSelector>();
      Subtract(a.matchers, b.matchers, &twins->only_left);
      Subtract(b.matchers, a.matchers, &twins->only_right);
      return SameTime(a.modifiers, b.modifiers) && MetricOf(a) == MetricOf(b);
    }
    case ExprKind::kMatrixSelector: {
      const auto& a = left.As<MatrixSelector>();
      const auto& b = right.As<MatrixSelector>();
      return a.range_ms == b.range_ms && AreTwins(*a.selector, *b.selector, twins);
    }
    case ExprKind::kCall: {
      const auto& a = left.As<Call>();
      const auto& b = right.As<Call>();
      return a.function == b.function && a.args.size() == 1 && b.args.size() == 1 &&
             !a.function->name.starts_with("absent") && AreTwins(*a.args[0], *b.args[0], twins);
    }
    case ExprKind::kAggregate: {
      const auto& a = left.As<AggregateExpr>();
      const auto& b = right.As<AggregateExpr>();
      if (a.op != b.op || a.param != nullptr || a.without != b.without) return false;
      if (std::ranges::is_permutation(a.grouping, b.grouping) == false) return false;
      twins->aggregations.emplace_back(&a, &b);
      return AreTwins(*a.expr, *b.expr, twins);
    }
    default:
      return false;
  }
}

// Without a factor: `100 * x`, `x * 100`.
const Expr& WithoutFactor(const Expr& expr) {
  const Expr& inner = promql::Unparen(expr);
  if (inner.kind != ExprKind::kBinary) return inner;
  const auto& node = inner.As<BinaryExpr>();
  bool scales = node.op == BinaryOp::kMul || node.op == BinaryOp::kDiv;
  if (!scales) return inner;
  if (LiteralOf(*node.rhs)) return WithoutFactor(*node.lhs);
  if (node.op == BinaryOp::kMul && LiteralOf(*node.lhs)) return WithoutFactor(*node.rhs);
  return inner;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// Whether every aggregation keeps the label apart, so that each series still meets itself.
bool KeptApart(const Twins& twins, const std::string& label) {
  return std::ranges::all_of(twins.aggregations, [&](const auto& pair) {
    return Contains(pair.first->grouping, label) != pair.first->without;
  });
}

Edits Leave(const Context& context, const AggregateExpr& node,
            const std::vector<std::string>& labels) {
  PosRange clause = context.source.Grouping(node);
  std::vector<std::string> grouping = node.grouping;
  if (node.without) {
    grouping.insert(grouping.end(), labels.begin(), labels.end());
    if (clause.start != clause.end) {
      return {{clause.start, clause.end, "without " + LabelList(grouping)}};
    }
    return {};
  }
  std::erase_if(grouping, [&](const std::string& name) { return Contains(labels, name); });
  if (!grouping.empty()) return {{clause.start, clause.end, "by " + LabelList(grouping)}};
  uint32_t start = clause.start;
  while (start > 0 && context.source.query()[start - 1] == ' ') --start;
  return {{start, clause.end, ""}};
}

Edits AddUpBoth(const Context& context, const Expr& left, const Expr& right, const Twins& twins,
                const std::vector<std::string>& labels) {
  Edits edits;
  if (!twins.aggregations.empty()) {
    for (const auto& [a, b] : twins.aggregations) {
      for (const AggregateExpr* node : {a, b}) {
        Edits more = Leave(context, *node, labels);
        edits.insert(edits.end(), more.begin(), more.end());
      }
    }
    return edits;
  }
  for (const Expr* side : {&left, &right}) {
    edits.push_back({side->pos.start, side->pos.start, "sum without " + LabelList(labels) + " ("});
    edits.push_back({side->pos.end, side->pos.end, ")"});
  }
  return edits;
}

}  // namespace

bool CheckAgainstItself(Context& context, const BinaryExpr& node) {
  bool plain = node.matching && !node.matching->on && node.matching->labels.empty();
  if (!plain || (node.op != BinaryOp::kDiv && node.op != BinaryOp::kSub)) return false;
  const Expr& left = WithoutFactor(*node.lhs);
  const Expr& right = WithoutFactor(*node.rhs);
  Twins twins;
  if (!AreTwins(left, right, &twins)) return false;
  if (twins.only_left.empty() == twins.only_right.empty()) return false;  // none, or on both sides
  const Matchers& extra = twins.only_left.empty() ? twins.only_right : twins.only_left;
  std::vector<std::string> labels;
  std::string shown;
  for (const model::Matcher& matcher : extra) {
    if (!KeptApart(twins, matcher.name())) return false;
    if (!Contains(labels, matcher.name())) labels.push_back(matcher.name());
    shown += (shown.empty() ? "" : ", ") + matcher.ToString();
  }
  bool ratio = node.op == BinaryOp::kDiv;
  context.Add(
      ratio ? "ratio-to-itself" : "difference-to-itself", Severity::kWarning, node.pos,
      fmt::format("every series is {} itself, so the result is always {}",
                  ratio ? "divided by" : "subtracted from", ratio ? "1" : "0"),
      fmt::format("Series are matched by all their labels. Those with {} meet themselves on "
                  "the other side and not the total; both sides must be added up over {} "
                  "first.",
                  shown, Join(labels, ", ")),
      fmt::format("add up over {}", Join(labels, ", ")),
      AddUpBoth(context, left, right, twins, labels));
  return true;
}

}  // namespace watchfire::advice

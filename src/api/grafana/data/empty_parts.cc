#include "api/grafana/data/empty_parts.h"

#include <algorithm>

#include "base/numbers.h"
#include "promql/parser/printer.h"

namespace watchfire::api {
namespace {

using promql::AggregateExpr;
using promql::BinaryExpr;
using promql::BinaryOp;
using promql::Call;
using promql::Expr;
using promql::ExprKind;
using promql::ExprPtr;

constexpr size_t kShownText = 80;

std::string Short(const Expr& expr) {
  std::string text = promql::Print(expr);
  if (text.size() <= kShownText) return text;
  text.resize(kShownText);
  text += "…";
  return text;
}

Reason Operation(const Expr& at, std::string text, std::string hint) {
  Reason reason;
  reason.kind = ReasonKind::kEmptyOperation;
  reason.text = std::move(text);
  reason.hint = std::move(hint);
  reason.position = at.pos;
  return reason;
}

bool IsVector(const Expr& expr) {
  return expr.type() == promql::ValueType::kVector || expr.type() == promql::ValueType::kMatrix;
}

class Finder {
 public:
  explicit Finder(const AskPart& ask) : ask_(ask) {}

  // `expr` is empty.
  void Visit(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kVectorSelector:
      case ExprKind::kMatrixSelector:
        found_.leaves.push_back(&expr);
        return;
      case ExprKind::kParen:
        return Visit(*expr.As<promql::ParenExpr>().expr);
      case ExprKind::kUnary:
        return Visit(*expr.As<promql::UnaryExpr>().expr);
      case ExprKind::kSubquery:
        return Visit(*expr.As<promql::SubqueryExpr>().expr);
      case ExprKind::kAggregate:
        return VisitAggregate(expr.As<AggregateExpr>());
      case ExprKind::kCall:
        return VisitCall(expr.As<Call>());
      case ExprKind::kBinary:
        return VisitBinary(expr.As<BinaryExpr>());
      default:
        return;
    }
  }

  EmptyParts Take() { return std::move(found_); }

 private:
  void VisitAggregate(const AggregateExpr& node) {
    std::optional<PartAnswer> inner = ask_(*node.expr);
    if (!inner) return;
    if (inner->empty) return Visit(*node.expr);
    found_.operations.push_back(Operation(
        node,
        fmt::format("{} leaves nothing of the series it gets.", promql::AggregateOpName(node.op)),
        "Its parameter decides how many series it keeps."));
  }

  void VisitCall(const Call& node) {
    std::string_view name = node.function->name;
    if (name == "absent" || name == "absent_over_time") {
      found_.operations.push_back(
          Operation(node, fmt::format("{}() gives nothing, because the series are there.", name),
                    "That is its good case: it answers only when they are missing."));
      return;
    }
    for (const ExprPtr& arg : node.args) {
      if (!IsVector(*arg)) continue;
      if (arg->kind == ExprKind::kMatrixSelector) {
        // Whether it has samples enough, its leaf is looked at for.
        found_.leaves.push_back(arg.get());
        return;
      }
      if (arg->kind == ExprKind::kSubquery) return Visit(*arg);
      std::optional<PartAnswer> inner = ask_(*arg);
      if (!inner) return;
      if (inner->empty) return Visit(*arg);
    }
    std::string hint = name == "histogram_quantile"
                           ? "It needs the buckets of a histogram with their label le."
                           : "";
    found_.operations.push_back(Operation(
        node, fmt::format("{}() gives nothing for the series it gets.", name), std::move(hint)));
  }

  void VisitBinary(const BinaryExpr& node) {
    std::optional<PartAnswer> left = Ask(*node.lhs);
    std::optional<PartAnswer> right = Ask(*node.rhs);
    if (!left || !right) return;
    if (node.op == BinaryOp::kOr) {
      Visit(*node.lhs);
      return Visit(*node.rhs);
    }
    bool right_matters = node.op != BinaryOp::kUnless;
    if (left->empty) Visit(*node.lhs);
    if (right->empty && right_matters) Visit(*node.rhs);
    if (left->empty || (right->empty && right_matters)) return;
    found_.operations.push_back(OfBinary(node, *left, *right));
  }

  // Scalars are always there.
  std::optional<PartAnswer> Ask(const Expr& expr) {
    if (!IsVector(expr)) return PartAnswer{false, 0, 0};
    return ask_(expr);
  }

  static Reason OfBinary(const BinaryExpr& node, const PartAnswer& left, const PartAnswer& right) {
    if (node.op == BinaryOp::kUnless) {
      return Operation(node,
                       "Everything on the left of unless is also on its right, which takes it "
                       "away.",
                       "");
    }
    if (node.op == BinaryOp::kAnd) {
      return Operation(node,
                       "Both sides of and have series, but none with the same labels at the "
                       "same time.",
                       "Name the labels that must agree with on(…).");
    }
    bool vectors = IsVector(*node.lhs) && IsVector(*node.rhs);
    if (promql::IsComparison(node.op) && !vectors) {
      const Expr& bound = IsVector(*node.lhs) ? *node.rhs : *node.lhs;
      const PartAnswer& values = IsVector(*node.lhs) ? left : right;
      std::string between = values.smallest == values.largest
                                ? "they are " + FormatFloatJson(values.smallest)
                                : "they lie between " + FormatFloatJson(values.smallest) + " and " +
                                      FormatFloatJson(values.largest);
      std::string relation =
          IsVector(*node.lhs)
              ? fmt::format("{} {}", promql::BinaryOpText(node.op), Short(bound))
              : fmt::format("on the right of {} {}", Short(bound), promql::BinaryOpText(node.op));
      return Operation(
          node, fmt::format("No value is {} in this range: {}.", relation, between),
          "A comparison keeps only what meets it; with bool it gives 0 and 1 instead.");
    }
    if (promql::IsComparison(node.op)) {
      return Operation(node,
                       "No series of the left meets the comparison with one of the right that has "
                       "the same labels.",
                       "Name the labels that must agree with on(…), or use bool to see all.");
    }
    return Operation(node, "Both sides of the operator have series, but none with the same labels.",
                     "Name the labels that must agree with on(…), or leave others out with "
                     "ignoring(…).");
  }

  const AskPart& ask_;
  EmptyParts found_;
};

}  // namespace

EmptyParts FindEmptyParts(const Expr& root, const AskPart& ask) {
  Finder finder(ask);
  finder.Visit(root);
  return finder.Take();
}

}  // namespace watchfire::api

#include "promql/parser/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"
#include "base/numbers.h"
#include "base/text.h"
#include "model/duration.h"
#include "promql/parser/print_parts.h"

namespace watchfire::promql {
namespace {

void Append(std::string& out, const Expr& expr);

void AppendLabels(std::string& out, const std::vector<std::string>& labels) {
  out += '(';
  for (size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) out += ", ";
    out += model::IsLegacyLabelName(labels[i]) ? labels[i] : GoQuote(labels[i]);
  }
  out += ')';
}

void AppendNumber(std::string& out, const NumberLiteral& node) {
  if (node.is_duration) {
    out += model::FormatDuration(std::llround(node.value * 1000));
  } else {
    out += FormatFloatFixed(node.value);
  }
}

void AppendDurationExpr(std::string& out, const DurationExpr& node) {
  if (node.wrapped) out += '(';
  switch (node.op) {
    case DurationOp::kStep:
    case DurationOp::kRange:
      out += DurationOpText(node.op);
      out += "()";
      break;
    case DurationOp::kMin:
    case DurationOp::kMax:
      out += DurationOpText(node.op);
      out += '(';
      Append(out, *node.lhs);
      out += ", ";
      Append(out, *node.rhs);
      out += ')';
      break;
    case DurationOp::kNeg:
      out += '-';
      Append(out, *node.rhs);
      break;
    case DurationOp::kPlus:
      Append(out, *node.rhs);
      break;
    default:
      Append(out, *node.lhs);
      out += ' ';
      out += DurationOpText(node.op);
      out += ' ';
      Append(out, *node.rhs);
  }
  if (node.wrapped) out += ')';
}

// A range or step: the expression if there is one, otherwise milliseconds.
void AppendDuration(std::string& out, int64_t ms, const ExprPtr& expr) {
  if (expr != nullptr) {
    Append(out, *expr);
  } else {
    out += model::FormatDuration(ms);
  }
}

void AppendAt(std::string& out, const Modifiers& modifiers) {
  if (modifiers.at) {
    out += fmt::format(" @ {:.3f}", static_cast<double>(*modifiers.at) / 1000);
  } else if (modifiers.at_edge != AtEdge::kNone) {
    out += modifiers.at_edge == AtEdge::kStart ? " @ start()" : " @ end()";
  }
}

void AppendOffset(std::string& out, const Modifiers& modifiers) {
  if (modifiers.offset_expr == nullptr && modifiers.offset_ms == 0) return;
  out += " offset ";
  AppendDuration(out, modifiers.offset_ms, modifiers.offset_expr);
}

void AppendExtension(std::string& out, const VectorSelector& node) {
  if (node.anchored) out += " anchored";
  if (node.smoothed) out += " smoothed";
}

// Name and matchers, without modifiers.
void AppendSelector(std::string& out, const VectorSelector& node) {
  std::vector<std::string> matchers;
  for (const model::Matcher& matcher : node.matchers) {
    bool is_name = matcher.name() == model::kMetricName &&
                   matcher.type() == model::MatchType::kEqual && matcher.value() == node.name;
    if (is_name && !node.name.empty()) continue;
    matchers.push_back(matcher.ToString());
  }
  std::ranges::sort(matchers);
  out += node.name;
  // info(x, {}): upstream prints nothing at all there, which cannot be read back.
  if (matchers.empty() && !node.name.empty()) return;
  out += '{';
  out += Join(matchers, ",");
  out += '}';
}

void AppendVector(std::string& out, const VectorSelector& node) {
  AppendSelector(out, node);
  AppendAt(out, node.modifiers);
  AppendExtension(out, node);
  AppendOffset(out, node.modifiers);
}

void AppendMatrix(std::string& out, const MatrixSelector& node) {
  AppendSelector(out, node.vector());
  out += '[';
  AppendDuration(out, node.range_ms, node.range_expr);
  out += ']';
  AppendExtension(out, node.vector());
  AppendAt(out, node.vector().modifiers);
  AppendOffset(out, node.vector().modifiers);
}

void AppendAggregate(std::string& out, const AggregateExpr& node) {
  out += AggregateHead(node);
  out += '(';
  if (node.param != nullptr) {
    Append(out, *node.param);
    out += ", ";
  }
  Append(out, *node.expr);
  out += ')';
}

bool IsInfinity(const Expr& expr) {
  return expr.kind == ExprKind::kNumberLiteral && std::isinf(expr.As<NumberLiteral>().value);
}

void AppendBinary(std::string& out, const BinaryExpr& node) {
  if (node.op == BinaryOp::kPow && IsInfinity(*node.lhs)) {
    // Read back, the sign of "+Inf ^ 2" would belong to the power.
    out += "Inf";
  } else {
    Append(out, *node.lhs);
  }
  out += ' ';
  out += BinaryOpText(node.op);
  out += BinaryModifierText(node);
  out += ' ';
  Append(out, *node.rhs);
}

void AppendCall(std::string& out, const Call& node) {
  out += node.function->name;
  out += '(';
  for (size_t i = 0; i < node.args.size(); ++i) {
    if (i > 0) out += ", ";
    Append(out, *node.args[i]);
  }
  out += ')';
}

void Append(std::string& out, const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kNumberLiteral:
      return AppendNumber(out, expr.As<NumberLiteral>());
    case ExprKind::kStringLiteral:
      out += GoQuote(expr.As<StringLiteral>().value);
      return;
    case ExprKind::kVectorSelector:
      return AppendVector(out, expr.As<VectorSelector>());
    case ExprKind::kMatrixSelector:
      return AppendMatrix(out, expr.As<MatrixSelector>());
    case ExprKind::kSubquery:
      Append(out, *expr.As<SubqueryExpr>().expr);
      out += SubquerySuffix(expr.As<SubqueryExpr>());
      return;
    case ExprKind::kCall:
      return AppendCall(out, expr.As<Call>());
    case ExprKind::kAggregate:
      return AppendAggregate(out, expr.As<AggregateExpr>());
    case ExprKind::kBinary:
      return AppendBinary(out, expr.As<BinaryExpr>());
    case ExprKind::kUnary:
      out += expr.As<UnaryExpr>().negative ? '-' : '+';
      return Append(out, *expr.As<UnaryExpr>().expr);
    case ExprKind::kParen:
      out += '(';
      Append(out, *expr.As<ParenExpr>().expr);
      out += ')';
      return;
    case ExprKind::kDurationExpr:
      return AppendDurationExpr(out, expr.As<DurationExpr>());
  }
}

void AppendFill(std::string& out, const VectorMatching& matching) {
  const auto& left = matching.fill_left;
  const auto& right = matching.fill_right;
  // Compared as text, so that NaN equals itself and 0 differs from -0.
  if (left && right && FormatFloatGo(*left) == FormatFloatGo(*right)) {
    out += fmt::format(" fill ({})", FormatFloatGo(*left));
    return;
  }
  if (left) out += fmt::format(" fill_left ({})", FormatFloatGo(*left));
  if (right) out += fmt::format(" fill_right ({})", FormatFloatGo(*right));
}

}  // namespace

std::string Print(const Expr& expr) {
  std::string out;
  Append(out, expr);
  return out;
}

std::string_view DurationOpText(DurationOp op) {
  switch (op) {
    case DurationOp::kAdd:
    case DurationOp::kPlus:
      return "+";
    case DurationOp::kSub:
    case DurationOp::kNeg:
      return "-";
    case DurationOp::kMul:
      return "*";
    case DurationOp::kDiv:
      return "/";
    case DurationOp::kMod:
      return "%";
    case DurationOp::kPow:
      return "^";
    case DurationOp::kStep:
      return "step";
    case DurationOp::kRange:
      return "range";
    case DurationOp::kMin:
      return "min_of";
    case DurationOp::kMax:
      return "max_of";
  }
  return "";
}

std::string AggregateHead(const AggregateExpr& node) {
  std::string out(AggregateOpName(node.op));
  // An empty by() groups as no grouping does; an empty without() does not.
  if (!node.without && node.grouping.empty()) return out;
  out += node.without ? " without " : " by ";
  AppendLabels(out, node.grouping);
  out += ' ';
  return out;
}

std::string BinaryModifierText(const BinaryExpr& node) {
  std::string out;
  if (node.return_bool) out += " bool";
  if (!node.matching) return out;
  const VectorMatching& matching = *node.matching;
  bool grouped = matching.card == MatchCardinality::kManyToOne ||
                 matching.card == MatchCardinality::kOneToMany;
  if (!matching.labels.empty() || matching.on || grouped) {
    out += matching.on ? " on " : " ignoring ";
    AppendLabels(out, matching.labels);
  }
  if (grouped) {
    out += matching.card == MatchCardinality::kManyToOne ? " group_left " : " group_right ";
    AppendLabels(out, matching.include);
  }
  AppendFill(out, matching);
  return out;
}

std::string SubquerySuffix(const SubqueryExpr& node) {
  std::string out = "[";
  AppendDuration(out, node.range_ms, node.range_expr);
  out += ':';
  if (node.step_ms != 0 || node.step_expr != nullptr) {
    AppendDuration(out, node.step_ms, node.step_expr);
  }
  out += ']';
  AppendAt(out, node.modifiers);
  AppendOffset(out, node.modifiers);
  return out;
}

}  // namespace watchfire::promql

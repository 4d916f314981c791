#include "promql/parser/dump.h"

#include <fmt/format.h>

#include "base/numbers.h"
#include "base/text.h"
#include "model/duration.h"
#include "promql/parser/print_parts.h"

namespace watchfire::promql {
namespace {

void AppendMillis(std::string& out, std::string_view key, int64_t ms, const ExprPtr& expr) {
  if (expr != nullptr) {
    out += fmt::format(" {}={}", key, DumpAst(*expr));
  } else if (ms != 0) {
    out += fmt::format(" {}={}", key, model::FormatDuration(ms));
  }
}

void AppendModifiers(std::string& out, const Modifiers& modifiers) {
  AppendMillis(out, "offset", modifiers.offset_ms, modifiers.offset_expr);
  if (modifiers.at) out += fmt::format(" at={}", *modifiers.at);
  if (modifiers.at_edge == AtEdge::kStart) out += " at=start";
  if (modifiers.at_edge == AtEdge::kEnd) out += " at=end";
}

void AppendSelector(std::string& out, const VectorSelector& node) {
  out += node.name;
  out += '{';
  for (size_t i = 0; i < node.matchers.size(); ++i) {
    if (i > 0) out += ',';
    out += node.matchers[i].ToString();
  }
  out += '}';
  if (node.anchored) out += " anchored";
  if (node.smoothed) out += " smoothed";
}

std::string DumpBinary(const BinaryExpr& node) {
  std::string out = std::string(BinaryOpText(node.op)) + BinaryModifierText(node);
  if (node.matching && node.matching->card == MatchCardinality::kManyToMany) {
    out += " many-to-many";
  }
  if (node.matching) out += " matched";
  return fmt::format("binary({} {} {})", out, DumpAst(*node.lhs), DumpAst(*node.rhs));
}

std::string DumpAggregate(const AggregateExpr& node) {
  std::string out = fmt::format("aggregate({}", AggregateOpName(node.op));
  if (node.without || !node.grouping.empty()) {
    out += fmt::format(" {}[{}]", node.without ? "without" : "by", Join(node.grouping, ","));
  }
  if (node.param != nullptr) out += fmt::format(" param={}", DumpAst(*node.param));
  return out + " " + DumpAst(*node.expr) + ")";
}

std::string DumpDuration(const DurationExpr& node) {
  std::string out = fmt::format("duration({}", DurationOpText(node.op));
  if (node.lhs != nullptr) out += " " + DumpAst(*node.lhs);
  if (node.rhs != nullptr) out += " " + DumpAst(*node.rhs);
  return out + (node.wrapped ? " wrapped)" : ")");
}

std::string DumpNode(const Expr& expr) {
  std::string out;
  switch (expr.kind) {
    case ExprKind::kNumberLiteral: {
      const auto& node = expr.As<NumberLiteral>();
      return fmt::format("{}({})", node.is_duration ? "seconds" : "number",
                         FormatFloatGo(node.value));
    }
    case ExprKind::kStringLiteral:
      return fmt::format("string({})", GoQuote(expr.As<StringLiteral>().value));
    case ExprKind::kVectorSelector: {
      const auto& node = expr.As<VectorSelector>();
      out = "vector(";
      AppendSelector(out, node);
      AppendModifiers(out, node.modifiers);
      return out + ")";
    }
    case ExprKind::kMatrixSelector: {
      const auto& node = expr.As<MatrixSelector>();
      out = "matrix(";
      AppendSelector(out, node.vector());
      AppendMillis(out, "range", node.range_ms, node.range_expr);
      AppendModifiers(out, node.vector().modifiers);
      return out + ")";
    }
    case ExprKind::kSubquery: {
      const auto& node = expr.As<SubqueryExpr>();
      out = "subquery(" + DumpAst(*node.expr);
      AppendMillis(out, "range", node.range_ms, node.range_expr);
      AppendMillis(out, "step", node.step_ms, node.step_expr);
      AppendModifiers(out, node.modifiers);
      return out + ")";
    }
    case ExprKind::kCall: {
      const auto& node = expr.As<Call>();
      out = fmt::format("call({}", node.function->name);
      for (const ExprPtr& arg : node.args) out += " " + DumpAst(*arg);
      return out + ")";
    }
    case ExprKind::kAggregate:
      return DumpAggregate(expr.As<AggregateExpr>());
    case ExprKind::kBinary:
      return DumpBinary(expr.As<BinaryExpr>());
    case ExprKind::kUnary: {
      const auto& node = expr.As<UnaryExpr>();
      return fmt::format("unary({} {})", node.negative ? '-' : '+', DumpAst(*node.expr));
    }
    case ExprKind::kParen:
      return fmt::format("paren({})", DumpAst(*expr.As<ParenExpr>().expr));
    case ExprKind::kDurationExpr:
      return DumpDuration(expr.As<DurationExpr>());
  }
  return out;
}

}  // namespace

std::string DumpAst(const Expr& expr) {
  return fmt::format("{}@{}:{}", DumpNode(expr), expr.pos.start, expr.pos.end);
}

}  // namespace watchfire::promql

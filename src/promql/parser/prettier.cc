#include <string>
#include <vector>

#include "promql/parser/print_parts.h"
#include "promql/parser/printer.h"

// A node that fits the line stays on it; a longer one opens, with its parts one level deeper.
// Selectors never open. The rules, and the two places where they look odd, are upstream's.

namespace watchfire::promql {
namespace {

constexpr size_t kColumns = 100;

std::string Indent(int level) {
  return std::string(static_cast<size_t>(level) * 2, ' ');
}

std::string Pretty(const Expr& expr, int level);

// "op(" … ")" around parts on lines of their own.
std::string PrettyList(const std::vector<const Expr*>& parts, int level) {
  std::string out = "(\n";
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += ",\n";
    out += Pretty(*parts[i], level + 1);
  }
  return out + "\n" + Indent(level) + ")";
}

std::string PrettyAggregate(const AggregateExpr& node, int level) {
  std::vector<const Expr*> parts;
  if (node.param != nullptr) parts.push_back(node.param.get());
  parts.push_back(node.expr.get());
  return Indent(level) + AggregateHead(node) + PrettyList(parts, level);
}

std::string PrettyCall(const Call& node, int level) {
  std::vector<const Expr*> parts;
  for (const ExprPtr& arg : node.args) parts.push_back(arg.get());
  return Indent(level) + std::string(node.function->name) + PrettyList(parts, level);
}

std::string PrettyBinary(const BinaryExpr& node, int level) {
  return Pretty(*node.lhs, level + 1) + "\n" + Indent(level) + std::string(BinaryOpText(node.op)) +
         BinaryModifierText(node) + "\n" + Pretty(*node.rhs, level + 1);
}

std::string PrettyUnary(const UnaryExpr& node, int level) {
  // The sign takes the place of the child's indentation.
  std::string child = Pretty(*node.expr, level);
  size_t first = child.find_first_not_of(" \n");
  return Indent(level) + (node.negative ? "-" : "+") + child.substr(first);
}

std::string Pretty(const Expr& expr, int level) {
  std::string line = Print(expr);
  bool fits = line.size() <= kColumns;
  switch (expr.kind) {
    case ExprKind::kSubquery: {
      const auto& node = expr.As<SubqueryExpr>();
      // Upstream forgets the indentation of a subquery that fits; so its lines are matched.
      if (fits) return line;
      return Pretty(*node.expr, level) + SubquerySuffix(node);
    }
    case ExprKind::kUnary:
      return PrettyUnary(expr.As<UnaryExpr>(), level);
    case ExprKind::kAggregate:
      if (!fits) return PrettyAggregate(expr.As<AggregateExpr>(), level);
      break;
    case ExprKind::kBinary:
      if (!fits) return PrettyBinary(expr.As<BinaryExpr>(), level);
      break;
    case ExprKind::kCall:
      if (!fits) return PrettyCall(expr.As<Call>(), level);
      break;
    case ExprKind::kParen:
      if (!fits) return Indent(level) + PrettyList({expr.As<ParenExpr>().expr.get()}, level);
      break;
    default:
      break;
  }
  return Indent(level) + line;
}

}  // namespace

std::string Prettify(const Expr& expr) {
  return Pretty(expr, 0);
}

}  // namespace watchfire::promql

#include <string>
#include <utility>
#include <vector>

#include "base/hash_map.h"
#include "promql/parser/print_parts.h"
#include "promql/parser/printer.h"

// A node that fits the line stays on it; a longer one opens, with its parts one level deeper.
// Selectors never open. The rules, and the one place where they look odd, are upstream's.

namespace watchfire::promql {
namespace {

constexpr size_t kColumns = 100;
// Deep nesting times many lines is mostly indentation. No text that a person wrote comes near.
constexpr size_t kMaxPrettyBytes = 8 << 20;

class Prettier {
 public:
  std::string Run(const Expr& root) {
    Measure(root);
    Write(root, 0, true);
    return out_.size() > kMaxPrettyBytes ? Print(root) : std::move(out_);
  }

 private:
  // Length of the one-line form of every inner node, so that none is printed once a level.
  size_t Measure(const Expr& expr);
  size_t MeasureInner(const Expr& expr);

  // `indent`: whether the first line needs its indentation.
  void Write(const Expr& expr, int level, bool indent);
  void WriteSplit(const Expr& expr, int level);
  void WriteBinary(const BinaryExpr& node, int level, bool indent);
  // "(" … ")" around parts on lines of their own.
  void WriteList(const std::vector<const Expr*>& parts, int level);
  void Indent(int level) { out_.append(static_cast<size_t>(level) * 2, ' '); }

  std::string out_;
  HashMap<const Expr*, size_t> lengths_;
};

size_t Prettier::Measure(const Expr& expr) {
  size_t length = MeasureInner(expr);
  lengths_[&expr] = length;
  return length;
}

size_t Prettier::MeasureInner(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kSubquery: {
      const auto& node = expr.As<SubqueryExpr>();
      return Measure(*node.expr) + SubquerySuffix(node).size();
    }
    case ExprKind::kCall: {
      const auto& node = expr.As<Call>();
      size_t length = node.function->name.size() + 2;
      for (const ExprPtr& arg : node.args) length += Measure(*arg) + 2;
      return node.args.empty() ? length : length - 2;
    }
    case ExprKind::kAggregate: {
      const auto& node = expr.As<AggregateExpr>();
      size_t length = AggregateHead(node).size() + 2 + Measure(*node.expr);
      return node.param == nullptr ? length : length + Measure(*node.param) + 2;
    }
    case ExprKind::kBinary: {
      const auto& node = expr.As<BinaryExpr>();
      return Measure(*node.lhs) + BinaryOpText(node.op).size() + BinaryModifierText(node).size() +
             Measure(*node.rhs) + 2;
    }
    case ExprKind::kUnary:
      return Measure(*expr.As<UnaryExpr>().expr) + 1;
    case ExprKind::kParen:
      return Measure(*expr.As<ParenExpr>().expr) + 2;
    default:
      return Print(expr).size();
  }
}

void Prettier::WriteList(const std::vector<const Expr*>& parts, int level) {
  out_ += "(\n";
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out_ += ",\n";
    Write(*parts[i], level + 1, true);
  }
  out_ += '\n';
  Indent(level);
  out_ += ')';
}

void Prettier::WriteBinary(const BinaryExpr& node, int level, bool indent) {
  Write(*node.lhs, level + 1, indent);
  out_ += '\n';
  Indent(level);
  out_ += BinaryOpText(node.op);
  out_ += BinaryModifierText(node);
  out_ += '\n';
  Write(*node.rhs, level + 1, true);
}

void Prettier::WriteSplit(const Expr& expr, int level) {
  std::vector<const Expr*> parts;
  switch (expr.kind) {
    case ExprKind::kAggregate: {
      const auto& node = expr.As<AggregateExpr>();
      out_ += AggregateHead(node);
      if (node.param != nullptr) parts.push_back(node.param.get());
      parts.push_back(node.expr.get());
      return WriteList(parts, level);
    }
    case ExprKind::kCall: {
      const auto& node = expr.As<Call>();
      out_ += node.function->name;
      for (const ExprPtr& arg : node.args) parts.push_back(arg.get());
      return WriteList(parts, level);
    }
    case ExprKind::kParen:
      return WriteList({expr.As<ParenExpr>().expr.get()}, level);
    default:
      out_ += Print(expr);
  }
}

void Prettier::Write(const Expr& expr, int level, bool indent) {
  if (out_.size() > kMaxPrettyBytes) return;
  bool fits = lengths_[&expr] <= kColumns;
  switch (expr.kind) {
    case ExprKind::kBinary:
      if (fits) break;
      return WriteBinary(expr.As<BinaryExpr>(), level, indent);
    case ExprKind::kSubquery:
      if (fits) {
        // Upstream forgets the indentation here; tools that compare its output expect that.
        out_ += Print(expr);
        return;
      }
      Write(*expr.As<SubqueryExpr>().expr, level, indent);
      out_ += SubquerySuffix(expr.As<SubqueryExpr>());
      return;
    case ExprKind::kUnary:
      if (indent) Indent(level);
      out_ += expr.As<UnaryExpr>().negative ? '-' : '+';
      return Write(*expr.As<UnaryExpr>().expr, level, false);
    default:
      break;
  }
  if (indent) Indent(level);
  if (fits) {
    out_ += Print(expr);
  } else {
    WriteSplit(expr, level);
  }
}

}  // namespace

std::string Prettify(const Expr& expr) {
  return Prettier().Run(expr);
}

}  // namespace watchfire::promql

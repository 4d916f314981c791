#include "promql/oracle/shrink.h"

#include "promql/parser/printer.h"

namespace watchfire::promql {
namespace {

// The expressions directly below; none of the selector inside a range selector.
std::vector<ExprPtr*> ChildrenOf(Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kSubquery:
      return {&expr.As<SubqueryExpr>().expr};
    case ExprKind::kParen:
      return {&expr.As<ParenExpr>().expr};
    case ExprKind::kUnary:
      return {&expr.As<UnaryExpr>().expr};
    case ExprKind::kBinary:
      return {&expr.As<BinaryExpr>().lhs, &expr.As<BinaryExpr>().rhs};
    case ExprKind::kCall: {
      std::vector<ExprPtr*> children;
      for (ExprPtr& arg : expr.As<Call>().args) children.push_back(&arg);
      return children;
    }
    case ExprKind::kAggregate: {
      auto& aggregate = expr.As<AggregateExpr>();
      if (!aggregate.param) return {&aggregate.expr};
      return {&aggregate.expr, &aggregate.param};
    }
    default:
      return {};
  }
}

void Collect(ExprPtr& slot, std::vector<ExprPtr*>& out) {
  out.push_back(&slot);
  for (ExprPtr* child : ChildrenOf(*slot)) Collect(*child, out);
}

std::vector<ExprPtr*> SlotsOf(ExprPtr& root) {
  std::vector<ExprPtr*> slots;
  Collect(root, slots);
  return slots;
}

Modifiers* ModifiersOf(Expr& expr) {
  if (expr.kind == ExprKind::kVectorSelector) return &expr.As<VectorSelector>().modifiers;
  if (expr.kind == ExprKind::kSubquery) return &expr.As<SubqueryExpr>().modifiers;
  if (expr.kind != ExprKind::kMatrixSelector) return nullptr;
  return &expr.As<MatrixSelector>().selector->As<VectorSelector>().modifiers;
}

VectorSelector* SelectorOf(Expr& expr) {
  if (expr.kind == ExprKind::kVectorSelector) return &expr.As<VectorSelector>();
  if (expr.kind != ExprKind::kMatrixSelector) return nullptr;
  return &expr.As<MatrixSelector>().selector->As<VectorSelector>();
}

// Makes the `choice`th simplification of one node itself; false if there are not so many.
bool Simplify(Expr& expr, int choice) {
  if (Modifiers* modifiers = ModifiersOf(expr)) {
    if (choice == 0) {
      modifiers->at.reset();
      modifiers->at_edge = AtEdge::kNone;
      return true;
    }
    if (choice == 1) {
      modifiers->offset_ms = 0;
      modifiers->offset_expr.reset();
      return true;
    }
    VectorSelector* selector = SelectorOf(expr);
    if (choice > 2 || !selector || selector->name.empty()) return false;
    // The matcher of the name remains.
    std::erase_if(selector->matchers,
                  [](const model::Matcher& m) { return m.name() != model::kMetricName; });
    return true;
  }
  if (expr.kind == ExprKind::kAggregate) {
    auto& aggregate = expr.As<AggregateExpr>();
    if (choice > 0 || aggregate.grouping.empty()) return false;
    aggregate.grouping.pop_back();
    return true;
  }
  if (expr.kind == ExprKind::kNumberLiteral) {
    auto& number = expr.As<NumberLiteral>();
    if (choice > 0 || number.value == 1) return false;
    number.value = 1;
    number.is_duration = false;
    return true;
  }
  if (expr.kind != ExprKind::kBinary || !expr.As<BinaryExpr>().matching || choice > 0) return false;
  auto& matching = *expr.As<BinaryExpr>().matching;
  matching.fill_left.reset();
  matching.fill_right.reset();
  return true;
}

// A smaller query that fails, or nothing.
class Step {
 public:
  Step(const std::string& query, const ParseOptions& options,
       const std::function<bool(const std::string&)>& fails)
      : query_(query), options_(options), fails_(fails) {}

  std::optional<std::string> Smaller() {
    Result<ExprPtr> parsed = Parse(query_, options_);
    if (!parsed.ok()) return std::nullopt;
    size_t slots = SlotsOf(*parsed).size();
    for (size_t at = 0; at < slots; ++at) {
      if (auto smaller = Hoist(at)) return smaller;
    }
    for (size_t at = 0; at < slots; ++at) {
      for (int choice = 0; choice < 3; ++choice) {
        ExprPtr tree = Tree();
        if (!Simplify(**SlotsOf(tree)[at], choice)) break;
        if (auto smaller = Try(*tree)) return smaller;
      }
    }
    return std::nullopt;
  }

 private:
  ExprPtr Tree() const { return std::move(Parse(query_, options_)).value(); }

  // Puts one of the descendants of the same type into the place of a node, smallest first.
  std::optional<std::string> Hoist(size_t at) {
    ExprPtr sizes = Tree();
    size_t below = SlotsOf(*SlotsOf(sizes)[at]).size();
    for (size_t k = below - 1; k > 0; --k) {
      ExprPtr tree = Tree();
      ExprPtr& slot = *SlotsOf(tree)[at];
      ExprPtr& part = *SlotsOf(slot)[k];
      if (part->type() != slot->type()) continue;
      ExprPtr moved = std::move(part);
      slot = std::move(moved);
      if (auto smaller = Try(*tree)) return smaller;
    }
    return std::nullopt;
  }
  std::optional<std::string> Try(const Expr& tree) const {
    std::string text = Print(tree);
    if (text.size() >= query_.size() || !Parse(text, options_).ok() || !fails_(text)) {
      return std::nullopt;
    }
    return text;
  }

  const std::string& query_;
  const ParseOptions& options_;
  const std::function<bool(const std::string&)>& fails_;
};

void CollectParts(Expr& expr, const NaiveRequest& request, std::vector<Part>& out) {
  NaiveRequest inner = request;
  if (expr.kind == ExprKind::kSubquery) {
    inner = InnerRequest(expr.As<SubqueryExpr>(), request);
    if (inner.start > inner.end) return;
  }
  for (ExprPtr* child : ChildrenOf(expr)) {
    ValueType type = (*child)->type();
    if (type == ValueType::kScalar || type == ValueType::kVector) {
      out.push_back({Print(**child), inner});
    }
    CollectParts(**child, inner, out);
  }
}

}  // namespace

std::string Shrink(std::string query, const ParseOptions& options,
                   const std::function<bool(const std::string&)>& fails) {
  while (auto smaller = Step(query, options, fails).Smaller()) query = *smaller;
  return query;
}

std::vector<Part> PartsOf(const Expr& root, const NaiveRequest& request) {
  std::vector<Part> parts;
  // The tree is only read; the helpers serve those who change it, too.
  CollectParts(const_cast<Expr&>(root), request, parts);
  return parts;
}

}  // namespace watchfire::promql

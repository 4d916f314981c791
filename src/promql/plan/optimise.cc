#include "promql/plan/optimise.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "promql/parser/printer.h"

namespace watchfire::promql {
namespace {

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsLeaf(const PlanNode& node) {
  return node.kind == NodeKind::kSelector || node.kind == NodeKind::kRange;
}

// ---- matchers through joins

// Functions whose rows do not have the labels of the rows they come from.
constexpr std::array<std::string_view, 9> kRelabelling = {"absent",
                                                          "absent_over_time",
                                                          "histogram_fraction",
                                                          "histogram_quantile",
                                                          "histogram_quantiles",
                                                          "info",
                                                          "label_join",
                                                          "label_replace",
                                                          "vector"};

bool KeepsLabel(const PlanNode& node, const std::string& label) {
  switch (node.kind) {
    case NodeKind::kAggregate: {
      const auto& aggregate = node.expr->As<AggregateExpr>();
      bool reduces = aggregate.op != AggregateOp::kCountValues;
      return reduces && aggregate.without != Has(aggregate.grouping, label);
    }
    case NodeKind::kCall:
      return std::find(kRelabelling.begin(), kRelabelling.end(), node.function) ==
             kRelabelling.end();
    case NodeKind::kUnary:
    case NodeKind::kInvariant:
      return true;
    case NodeKind::kBinary:
      return node.children[0]->type == ValueType::kScalar ||
             node.children[1]->type == ValueType::kScalar;
    default:
      return false;
  }
}

// Aggregations that pick series, and so would pick others if they saw fewer.
bool Picks(const PlanNode& node) {
  if (node.kind != NodeKind::kAggregate) return false;
  AggregateOp op = node.expr->As<AggregateExpr>().op;
  return op == AggregateOp::kLimitk || op == AggregateOp::kTopk || op == AggregateOp::kBottomk;
}

// The leaf whose series' `label` is that of the rows of `node`; null if there is none.
PlanNode* LeafOf(PlanNode& node, const std::string& label) {
  PlanNode* at = &node;
  while (!IsLeaf(*at)) {
    if (!KeepsLabel(*at, label)) return nullptr;
    // Series that come to have the same labels are an error, which must not be hidden.
    if (!at->distinct) return nullptr;
    // By the label that is asked for, groups stay whole; else picking changes.
    if (Picks(*at) && at->expr->As<AggregateExpr>().without) return nullptr;
    PlanNode* vector = nullptr;
    for (const PlanPtr& child : at->children) {
      bool series = child->type == ValueType::kVector || child->type == ValueType::kMatrix;
      if (series && vector) return nullptr;
      if (series) vector = child.get();
    }
    if (!vector || vector->kind == NodeKind::kSubquery) return nullptr;
    at = vector;
  }
  bool extended = at->selector().anchored || at->selector().smoothed;
  return extended ? nullptr : at;
}

// All leaves from which rows of `node` may take their labels.
void CollectLeaves(PlanNode& node, std::vector<PlanNode*>* leaves) {
  if (IsLeaf(node)) leaves->push_back(&node);
  if (node.kind == NodeKind::kSubquery) return;
  for (const PlanPtr& child : node.children) CollectLeaves(*child, leaves);
}

void Push(PlanNode& from, PlanNode& to, const VectorMatching& matching) {
  std::vector<PlanNode*> leaves;
  CollectLeaves(from, &leaves);
  for (PlanNode* leaf : leaves) {
    for (const model::Matcher& matcher : leaf->selector().matchers) {
      const std::string& label = matcher.name();
      if (label == model::kMetricName || matching.on != Has(matching.labels, label)) continue;
      if (LeafOf(from, label) != leaf) continue;
      PlanNode* other = LeafOf(to, label);
      if (other == nullptr || other == leaf) continue;
      const model::Matchers& known = other->selector().matchers;
      auto same = [&](const model::Matchers& all) {
        return std::find(all.begin(), all.end(), matcher) != all.end();
      };
      if (!same(known) && !same(other->pushed)) other->pushed.push_back(matcher);
    }
  }
}

// No two rows of `one` can fall into one match group.
bool IsUniqueUnder(const PlanNode& one, const VectorMatching& matching) {
  if (!matching.on && matching.labels.empty()) return one.distinct && one.names != Names::kMany;
  const PlanNode* at = &one;
  while (at->kind == NodeKind::kUnary || at->kind == NodeKind::kInvariant) {
    at = at->children[0].get();
  }
  if (at->kind != NodeKind::kAggregate) return false;
  const auto& aggregate = at->expr->As<AggregateExpr>();
  bool groups = aggregate.op != AggregateOp::kCountValues &&
                aggregate.op <= AggregateOp::kQuantile && !Picks(*at);
  if (!groups || aggregate.without) return false;
  return std::all_of(
      aggregate.grouping.begin(), aggregate.grouping.end(), [&](const std::string& name) {
        return name != model::kMetricName && matching.on == Has(matching.labels, name);
      });
}

void PushThroughJoin(PlanNode& node) {
  const auto& binary = node.expr->As<BinaryExpr>();
  if (!binary.matching || binary.op == BinaryOp::kOr) return;
  const VectorMatching& matching = *binary.matching;
  if (matching.fill_left || matching.fill_right) return;
  PlanNode& left = *node.children[0];
  PlanNode& right = *node.children[1];
  if (IsSetOperator(binary.op)) {
    Push(left, right, matching);
    if (binary.op == BinaryOp::kAnd) Push(right, left, matching);
    return;
  }
  // Series that have no partner may still show that a side is not unique, which is an error as long
  // as neither side is empty: leaving any out could hide it.
  bool right_is_one = matching.card != MatchCardinality::kOneToMany;
  PlanNode& one = right_is_one ? right : left;
  PlanNode& many = right_is_one ? left : right;
  if (!IsUniqueUnder(one, matching)) return;
  Push(one, many, matching);
  Push(many, one, matching);
}

void PushMatchers(PlanNode& node) {
  for (const PlanPtr& child : node.children) PushMatchers(*child);
  bool vectors = node.kind == NodeKind::kBinary && node.type == ValueType::kVector;
  if (vectors) PushThroughJoin(node);
}

// ---- equal parts

class Sharing {
 public:
  void Visit(PlanNode& node, size_t scope) {
    bool inner = node.kind == NodeKind::kSubquery || node.kind == NodeKind::kInvariant;
    if (inner) scope = ++scopes_;
    if (IsWorthIt(node)) nodes_[{scope, KeyOf(node)}].push_back(&node);
    // Series below are pushed into their groups at once, which is better than keeping them.
    if (node.kind == NodeKind::kAggregate && node.leaf != nullptr) return;
    for (const PlanPtr& child : node.children) Visit(*child, scope);
  }
  void Number() {
    for (auto& [key, all] : nodes_) {
      if (all.size() < 2) continue;
      ++count_;
      for (PlanNode* node : all) {
        node->shared = count_;
        node->first = all.front();
      }
    }
  }

 private:
  static bool IsWorthIt(const PlanNode& node) {
    if (node.type != ValueType::kVector) return false;
    return node.kind == NodeKind::kCall || node.kind == NodeKind::kAggregate ||
           node.kind == NodeKind::kBinary;
  }
  static std::string KeyOf(PlanNode& node) {
    std::string key = Print(*node.expr);
    std::vector<PlanNode*> leaves;
    CollectLeaves(node, &leaves);
    for (const PlanNode* leaf : leaves) {
      key += leaf->histogram_stats ? '#' : '\n';
      for (const model::Matcher& matcher : leaf->pushed) key += matcher.ToString();
    }
    return key;
  }

  std::map<std::pair<size_t, std::string>, std::vector<PlanNode*>> nodes_;
  size_t scopes_ = 0;
  uint32_t count_ = 0;
};

bool HasShared(const PlanNode& node) {
  return node.shared > 0 || std::any_of(node.children.begin(), node.children.end(),
                                        [](const PlanPtr& child) { return HasShared(*child); });
}

// Rows of shared parts come without what the leaf told of them.
void ForgetTold(PlanNode& node) {
  if (node.kind == NodeKind::kBinary) {
    for (size_t side = 0; side < 2; ++side) {
      bool tells = node.sides_tell_groups[side] && !HasShared(*node.children[side]);
      node.sides_tell_groups[side] = tells;
    }
  }
  for (const PlanPtr& child : node.children) ForgetTold(*child);
}

bool HasJoin(const PlanNode& node) {
  bool joins = node.kind == NodeKind::kBinary && node.type == ValueType::kVector &&
               node.children[0]->type != ValueType::kScalar &&
               node.children[1]->type != ValueType::kScalar;
  return joins || std::any_of(node.children.begin(), node.children.end(),
                              [](const PlanPtr& child) { return HasJoin(*child); });
}

}  // namespace

void Optimise(PlanNode& root) {
  if (!HasJoin(root)) return;  // nothing to push through, and nothing twice
  PushMatchers(root);
  Sharing sharing;
  sharing.Visit(root, 0);
  sharing.Number();
  ForgetTold(root);
}

}  // namespace watchfire::promql

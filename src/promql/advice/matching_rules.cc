// Two vectors that do not meet, or meet more than once.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "promql/advice/context.h"
#include "promql/advice/label_shapes.h"

namespace watchfire::advice {
namespace {

using promql::MatchCardinality;
using promql::VectorMatching;
using NameSet = std::set<std::string>;

std::vector<std::string> List(const NameSet& names) {
  return {names.begin(), names.end()};
}

// The clause behind the operator, put in or replaced.
Edits SetMatching(const Context& context, const BinaryExpr& node, const std::string& clause) {
  PosRange old = context.source.Matching(node);
  if (old.start != old.end) return {{old.start, old.end, clause}};
  uint32_t at = context.source.Operator(node).end;
  // Written without a blank, the right side would become one word with the clause.
  bool blank = node.rhs->pos.start > at;
  return {{at, at, " " + clause + (blank ? "" : " ")}};
}

// ---- what two sets of series have in common

using Counts = std::unordered_map<model::Labels, size_t>;

Counts CountKeys(const Rows& rows, const VectorMatching& matching) {
  Counts counts;
  for (const model::Labels& labels : rows.labels) ++counts[MatchKey(labels, matching)];
  return counts;
}

struct Meeting {
  size_t pairs = 0;                         // keys that both sides have
  std::optional<model::Labels> left_twice;  // such a key that several series of a side have
  std::optional<model::Labels> right_twice;
};

Meeting Meet(const Rows& left, const Rows& right, const VectorMatching& matching) {
  Counts lefts = CountKeys(left, matching);
  Counts rights = CountKeys(right, matching);
  Meeting meeting;
  for (const auto& [key, count] : lefts) {
    auto partner = rights.find(key);
    if (partner == rights.end()) continue;
    ++meeting.pairs;
    auto keep_least = [&key = key](std::optional<model::Labels>* example) {
      if (!*example || key < **example) *example = key;
    };
    if (count > 1) keep_least(&meeting.left_twice);
    if (partner->second > 1) keep_least(&meeting.right_twice);
  }
  return meeting;
}

std::map<std::string, NameSet> ValuesByName(const Rows& rows) {
  std::map<std::string, NameSet> values;
  for (const model::Labels& labels : rows.labels) {
    for (const model::LabelView& label : labels) {
      if (label.name == model::kMetricName) continue;
      values[std::string(label.name)].insert(std::string(label.value));
    }
  }
  return values;
}

// How the labels of two sides differ, and what could match.
struct Difference {
  NameSet only_left;
  NameSet only_right;
  NameSet disjoint;  // on both sides, but with no value in common
  NameSet common;
};

Difference Compare(const Rows& left, const Rows& right) {
  auto lefts = ValuesByName(left);
  auto rights = ValuesByName(right);
  Difference difference;
  for (const auto& [name, values] : lefts) {
    auto other = rights.find(name);
    if (other == rights.end()) {
      difference.only_left.insert(name);
      continue;
    }
    bool meet = std::ranges::any_of(
        values, [&](const std::string& value) { return other->second.contains(value); });
    (meet ? difference.common : difference.disjoint).insert(name);
  }
  for (const auto& [name, values] : rights) {
    if (!lefts.contains(name)) difference.only_right.insert(name);
  }
  return difference;
}

std::string Describe(const Difference& difference) {
  std::string out;
  auto add = [&out](const NameSet& names, std::string_view what) {
    if (names.empty()) return;
    out += (out.empty() ? "" : "; ") + fmt::format("{} {}", Join(List(names), ", "), what);
  };
  add(difference.only_left, "only on the left");
  add(difference.only_right, "only on the right");
  add(difference.disjoint, "with different values");
  return out.empty() ? "no combination of values occurs on both sides" : out;
}

// The clause that makes the two meet, and meet uniquely; "" if there is none.
std::string ClauseFor(const BinaryExpr& node, const Rows& left, const Rows& right,
                      const Difference& difference) {
  // Nothing in common is right only for a single series of no labels, such as a sum of everything.
  auto whole = [](const Rows& rows) {
    return rows.labels.size() == 1 && rows.labels[0].WithoutName().empty();
  };
  if (difference.common.empty() && !whole(left) && !whole(right)) return "";
  VectorMatching wanted;
  wanted.on = true;
  wanted.labels = List(difference.common);
  Meeting meeting = Meet(left, right, wanted);
  if (meeting.pairs == 0) return "";
  NameSet ignored = difference.only_left;
  ignored.insert(difference.only_right.begin(), difference.only_right.end());
  ignored.insert(difference.disjoint.begin(), difference.disjoint.end());
  bool shorter = ignored.size() < difference.common.size();
  std::string clause =
      shorter ? "ignoring " + LabelList(List(ignored)) : "on " + LabelList(List(difference.common));
  if (promql::IsSetOperator(node.op)) return clause;
  if (meeting.left_twice && meeting.right_twice) return "";
  if (meeting.left_twice) return clause + " group_left ()";
  if (meeting.right_twice) return clause + " group_right ()";
  return clause;
}

void AdviseNoMatch(Context& context, const BinaryExpr& node, const Rows& left, const Rows& right) {
  Difference difference = Compare(left, right);
  std::string clause = ClauseFor(node, left, right, difference);
  context.Add(
      "matching-drops-everything", Severity::kWarning, node.pos,
      fmt::format("no series of the left side meets one of the right side: {}",
                  Describe(difference)),
      "Series are matched if all their labels are equal, or those named by on(), or all but "
      "those named by ignoring(). Here nothing matches, so the result is empty.",
      clause.empty() ? "" : "match " + clause,
      clause.empty() ? Edits() : SetMatching(context, node, clause));
}

// ---- more than one partner

void AdviseManyToMany(Context& context, const BinaryExpr& node, const Meeting& meeting,
                      bool certain) {
  MatchCardinality card = node.matching->card;
  bool left_one = card != MatchCardinality::kManyToOne;  // the left may have one series a key
  bool right_one = card != MatchCardinality::kOneToMany;
  bool left = left_one && meeting.left_twice.has_value();
  bool right = right_one && meeting.right_twice.has_value();
  if (!left && !right) return;
  std::string_view side = left && right ? "both sides" : left ? "the left" : "the right";
  const model::Labels& key = left ? *meeting.left_twice : *meeting.right_twice;
  std::string clause;
  bool may_group = card == MatchCardinality::kOneToOne && left != right;
  if (may_group) {
    std::string by = node.matching->on ? "on " : "ignoring ";
    clause = by + LabelList(node.matching->labels) + (left ? " group_left ()" : " group_right ()");
  }
  context.Add(
      may_group ? "many-to-one-without-group" : "many-to-many",
      certain ? Severity::kWarning : Severity::kInfo, node.pos,
      fmt::format("several series on {} have the same {}", side, key.ToString()) +
          (certain ? ", which is an error"
                   : ", which is an error unless the values leave only one"),
      may_group ? "One series on one side may have several partners on the other only if the query "
                  "says so: group_left if there are several on the left, group_right if on the "
                  "right."
                : "One side must have a single series for each match. Aggregate it first, or match "
                  "by more labels.",
      clause.empty() ? "" : (left ? "group_left" : "group_right"),
      clause.empty() ? Edits() : SetMatching(context, node, clause));
}

// ---- without rows: by names of labels alone

// The labels that an aggregation on top of this side groups by.
NameSet GroupedBy(const Expr& side) {
  const Expr& inner = Inner(side);
  if (inner.kind != ExprKind::kAggregate || inner.As<AggregateExpr>().without) return {};
  const auto& grouping = inner.As<AggregateExpr>().grouping;
  return {grouping.begin(), grouping.end()};
}

bool LooksAt(const VectorMatching& matching, const std::string& label) {
  bool listed = std::ranges::find(matching.labels, label) != matching.labels.end();
  return listed == matching.on;
}

struct Lone {
  std::string label;
  bool left = false;
  bool certain = false;
};

// A label that one side has and the other cannot have, and that matching looks at.
std::optional<Lone> FindLone(LabelShapes& shapes, const BinaryExpr& node, const NameSet& left,
                             const NameSet& right) {
  std::optional<Lone> guess;
  for (bool of_left : {true, false}) {
    const NameSet& here = of_left ? left : right;
    const NameSet& there = of_left ? right : left;
    const Expr& side = of_left ? *node.lhs : *node.rhs;
    NameSet grouped = GroupedBy(side);
    for (const std::string& label : here) {
      if (there.contains(label) || !LooksAt(*node.matching, label)) continue;
      if (shapes.SurelyHas(side, label)) return Lone{label, of_left, true};
      if (!guess && grouped.contains(label)) guess = Lone{label, of_left, false};
    }
  }
  return guess;
}

void CheckNames(Context& context, LabelShapes& shapes, const BinaryExpr& node) {
  auto left = shapes.PossibleLabels(*node.lhs);
  auto right = shapes.PossibleLabels(*node.rhs);
  if (!left || !right) return;
  std::optional<Lone> lone = FindLone(shapes, node, *left, *right);
  if (!lone) return;
  NameSet common;
  std::ranges::set_intersection(*left, *right, std::inserter(common, common.end()));
  bool left_more = std::ranges::includes(*left, *right);
  bool right_more = std::ranges::includes(*right, *left);
  std::string clause;
  if (promql::IsSetOperator(node.op)) {
    if (!common.empty()) clause = "on " + LabelList(List(common));
  } else if (left_more || right_more) {
    clause = "on " + LabelList(List(common)) + (left_more ? " group_left ()" : " group_right ()");
  }
  context.Add(
      "matching-drops-everything", lone->certain ? Severity::kWarning : Severity::kInfo, node.pos,
      fmt::format("only the {} side has the label {}, so nothing matches{}",
                  lone->left ? "left" : "right", lone->label,
                  lone->certain ? "" : " (a guess, unless it is empty there)"),
      "Series are matched if all their labels are equal, or those named by on(), or all but "
      "those named by ignoring().",
      clause.empty() ? "" : "match " + clause,
      clause.empty() ? Edits() : SetMatching(context, node, clause));
}

void CheckNode(Context& context, LabelShapes& shapes, const BinaryExpr& node) {
  if (node.op == BinaryOp::kOr || node.op == BinaryOp::kUnless) return;
  const VectorMatching& matching = *node.matching;
  if (matching.fill_left || matching.fill_right) return;
  const Rows& left = shapes.RowsOf(*node.lhs);
  const Rows& right = shapes.RowsOf(*node.rhs);
  if (!left.known || !right.known) return CheckNames(context, shapes, node);
  if (left.labels.empty() || right.labels.empty()) return;
  Meeting meeting = Meet(left, right, matching);
  if (meeting.pairs == 0) return AdviseNoMatch(context, node, left, right);
  if (promql::IsSetOperator(node.op)) return;
  AdviseManyToMany(context, node, meeting, !left.filtered && !right.filtered);
}

void Walk(Context& context, LabelShapes& shapes, const Expr& expr) {
  ForEachChild(expr, [&](const Expr& child) { Walk(context, shapes, child); });
  if (expr.kind != ExprKind::kBinary) return;
  const auto& node = expr.As<BinaryExpr>();
  if (!node.matching) return;
  if (!CheckAgainstItself(context, node)) CheckNode(context, shapes, node);
}

}  // namespace

void CheckMatching(Context& context, const Expr& root) {
  Walk(context, context.shapes(), root);
}

}  // namespace watchfire::advice

#include "promql/advice/label_shapes.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace watchfire::advice {
namespace {

std::vector<std::string> Sorted(std::vector<std::string> names) {
  std::ranges::sort(names);
  return names;
}

void Deduplicate(Rows* rows) {
  std::unordered_set<model::Labels> seen;
  std::erase_if(rows->labels,
                [&seen](const model::Labels& labels) { return !seen.insert(labels).second; });
}

void DropNames(Rows* rows) {
  for (model::Labels& labels : rows->labels) labels = labels.WithoutName();
}

bool KeepsName(std::string_view function) {
  return IsOneOf(function, {"first_over_time", "last_over_time", "sort", "sort_by_label",
                            "sort_by_label_desc", "sort_desc"});
}

bool PicksSeries(AggregateOp op) {
  return op == AggregateOp::kTopk || op == AggregateOp::kBottomk || op == AggregateOp::kLimitk ||
         op == AggregateOp::kLimitRatio;
}

const Expr* SeriesArgument(const Call& call) {
  const Expr* range = ArgumentOf(call, ValueType::kMatrix);
  return range != nullptr ? range : ArgumentOf(call, ValueType::kVector);
}

// Functions whose result has other labels than the argument, in ways not worked out here.
bool ChangesLabels(std::string_view function) {
  return function.starts_with("label_") || function.starts_with("absent") ||
         IsOneOf(function, {"histogram_quantiles", "info"});
}

}  // namespace

model::Labels MatchKey(const model::Labels& labels, const promql::VectorMatching& matching) {
  std::vector<std::string> names = matching.labels;
  if (!matching.on) names.emplace_back(model::kMetricName);
  names = Sorted(std::move(names));
  return matching.on ? labels.Keep(names) : labels.Drop(names);
}

const Rows& LabelShapes::RowsOf(const Expr& expr) {
  auto found = rows_.find(&expr);
  if (found != rows_.end()) return found->second;
  Rows rows;
  if (rows_in_all_ <= kMaxRowsInAll) rows = Compute(expr);
  rows_in_all_ += rows.labels.size();
  if (rows_in_all_ > kMaxRowsInAll) rows = Rows();
  return rows_.emplace(&expr, std::move(rows)).first->second;
}

Rows LabelShapes::Compute(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kVectorSelector:
      return OfSelector(expr.As<VectorSelector>());
    case ExprKind::kMatrixSelector:
      return RowsOf(*expr.As<MatrixSelector>().selector);
    case ExprKind::kSubquery:
      return RowsOf(*expr.As<SubqueryExpr>().expr);
    case ExprKind::kParen:
      return RowsOf(*expr.As<ParenExpr>().expr);
    case ExprKind::kUnary: {
      Rows rows = RowsOf(*expr.As<UnaryExpr>().expr);
      DropNames(&rows);
      return rows;
    }
    case ExprKind::kCall:
      return OfCall(expr.As<Call>());
    case ExprKind::kAggregate:
      return OfAggregate(expr.As<AggregateExpr>());
    case ExprKind::kBinary:
      return OfBinary(expr.As<BinaryExpr>());
    default:
      return {};
  }
}

Rows LabelShapes::OfSelector(const VectorSelector& selector) {
  if (catalog_ == nullptr) return {};
  const promql::Modifiers& modifiers = selector.modifiers;
  bool elsewhen = modifiers.at || modifiers.at_edge != promql::AtEdge::kNone ||
                  modifiers.offset_ms != 0 || modifiers.offset_expr != nullptr;
  if (elsewhen) return {};
  for (const model::Matcher& matcher : selector.matchers) {
    if (HoldsTemplate(matcher.value())) return {};
  }
  auto series = catalog_->CurrentSeries(selector.matchers, kMaxShapeRows);
  if (!series) return {};
  return {true, false, std::move(*series)};
}

Rows LabelShapes::OfCall(const Call& call) {
  std::string_view function = call.function->name;
  if (ChangesLabels(function)) return {};
  const Expr* arg = SeriesArgument(call);
  if (arg == nullptr) return {true, false, {model::Labels()}};  // vector(1), hour()
  Rows rows = RowsOf(*arg);
  if (!KeepsName(function)) DropNames(&rows);
  if (function == "histogram_quantile" || function == "histogram_fraction") {
    for (model::Labels& labels : rows.labels) {
      labels = labels.Drop({std::string(model::kBucketLabel)});
    }
    Deduplicate(&rows);
  }
  return rows;
}

Rows LabelShapes::OfAggregate(const AggregateExpr& node) {
  Rows rows = RowsOf(*node.expr);
  if (PicksSeries(node.op)) {
    rows.filtered = true;
    return rows;
  }
  if (node.op == AggregateOp::kCountValues) return {};
  std::vector<std::string> names = node.grouping;
  if (node.without) names.emplace_back(model::kMetricName);
  names = Sorted(std::move(names));
  for (model::Labels& labels : rows.labels) {
    labels = node.without ? labels.Drop(names) : labels.Keep(names);
  }
  Deduplicate(&rows);
  return rows;
}

Rows LabelShapes::OfBinary(const BinaryExpr& node) {
  bool left_vector = node.lhs->type() == ValueType::kVector;
  bool right_vector = node.rhs->type() == ValueType::kVector;
  if (!left_vector || !right_vector) {
    Rows rows = RowsOf(left_vector ? *node.lhs : *node.rhs);
    bool filter = promql::IsComparison(node.op) && !node.return_bool;
    if (filter) {
      rows.filtered = true;
    } else {
      DropNames(&rows);
    }
    return rows;
  }
  const Rows& left = RowsOf(*node.lhs);
  const Rows& right = RowsOf(*node.rhs);
  if (node.op == BinaryOp::kAnd || node.op == BinaryOp::kUnless) {
    Rows rows = left;
    rows.filtered = true;
    return rows;
  }
  if (!left.known || !right.known) return {};
  if (node.op == BinaryOp::kOr) {
    Rows rows = left;
    rows.filtered = true;
    rows.labels.insert(rows.labels.end(), right.labels.begin(), right.labels.end());
    if (rows.labels.size() > kMaxShapeRows) return {};
    return rows;
  }
  return OfJoin(node, left, right);
}

Rows LabelShapes::OfJoin(const BinaryExpr& node, const Rows& left, const Rows& right) {
  const promql::VectorMatching& matching = *node.matching;
  if (matching.fill_left || matching.fill_right) return {};
  bool many_right = matching.card == promql::MatchCardinality::kOneToMany;
  const Rows& many = many_right ? right : left;
  const Rows& one = many_right ? left : right;
  std::unordered_map<model::Labels, const model::Labels*> partners;
  for (const model::Labels& labels : one.labels) {
    partners.emplace(MatchKey(labels, matching), &labels);
  }
  bool filter = promql::IsComparison(node.op) && !node.return_bool;
  Rows rows = {true, left.filtered || right.filtered || filter, {}};
  for (const model::Labels& labels : many.labels) {
    auto partner = partners.find(MatchKey(labels, matching));
    if (partner == partners.end()) continue;
    if (matching.card == promql::MatchCardinality::kOneToOne) {
      rows.labels.push_back(partner->first);
      continue;
    }
    model::LabelsBuilder builder(filter ? labels : labels.WithoutName());
    for (const std::string& label : matching.include) {
      builder.Set(label, partner->second->Get(label));
    }
    rows.labels.push_back(builder.Build());
  }
  return rows;
}

std::optional<std::set<std::string>> LabelShapes::PossibleLabels(const Expr& expr) {
  const Expr& inner = Inner(expr);
  if (const VectorSelector* selector = SelectorOf(inner)) {
    if (catalog_ == nullptr) return std::nullopt;
    Catalog::Names names = catalog_->LabelNames(selector->matchers);
    if (!names) return std::nullopt;
    std::set<std::string> all(names->begin(), names->end());
    all.erase(std::string(model::kMetricName));
    return all;
  }
  if (inner.kind == ExprKind::kSubquery) return PossibleLabels(*inner.As<SubqueryExpr>().expr);
  if (inner.kind == ExprKind::kCall) {
    const auto& call = inner.As<Call>();
    if (ChangesLabels(call.function->name)) return std::nullopt;
    const Expr* arg = SeriesArgument(call);
    if (arg == nullptr) return std::set<std::string>();
    auto names = PossibleLabels(*arg);
    if (names && call.function->name == "histogram_quantile") names->erase("le");
    return names;
  }
  if (inner.kind != ExprKind::kAggregate) return std::nullopt;
  const auto& node = inner.As<AggregateExpr>();
  if (node.op == AggregateOp::kCountValues) return std::nullopt;
  if (PicksSeries(node.op)) return PossibleLabels(*node.expr);
  std::set<std::string> listed(node.grouping.begin(), node.grouping.end());
  auto below = PossibleLabels(*node.expr);
  if (node.without) {
    if (below)
      std::erase_if(*below, [&](const std::string& name) { return listed.contains(name); });
    return below;
  }
  if (below) std::erase_if(listed, [&](const std::string& name) { return !below->contains(name); });
  return listed;
}

bool LabelShapes::SurelyHas(const Expr& expr, const std::string& label) {
  const Expr& inner = Inner(expr);
  if (const VectorSelector* selector = SelectorOf(inner)) {
    for (const model::Matcher& matcher : selector->matchers) {
      if (matcher.name() == label && !matcher.MatchesEmpty()) return true;
    }
    if (catalog_ == nullptr) return false;
    model::Matchers without = selector->matchers;
    without.push_back(model::Matcher::Equal(label, ""));
    return !catalog_->Exists(without).value_or(true);
  }
  if (inner.kind == ExprKind::kSubquery) return SurelyHas(*inner.As<SubqueryExpr>().expr, label);
  if (inner.kind == ExprKind::kCall) {
    const auto& call = inner.As<Call>();
    if (ChangesLabels(call.function->name)) return false;
    const Expr* arg = SeriesArgument(call);
    bool dropped = label == model::kBucketLabel && call.function->name == "histogram_quantile";
    return arg != nullptr && !dropped && SurelyHas(*arg, label);
  }
  if (inner.kind != ExprKind::kAggregate) return false;
  const auto& node = inner.As<AggregateExpr>();
  if (node.op == AggregateOp::kCountValues) return false;
  bool listed = std::ranges::find(node.grouping, label) != node.grouping.end();
  if (!PicksSeries(node.op) && listed == node.without) return false;
  return SurelyHas(*node.expr, label);
}

}  // namespace watchfire::advice

#include "promql/plan/plan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

#include "promql/parser/parser.h"
#include "promql/plan/histogram_stats.h"
#include "promql/plan/optimise.h"

namespace watchfire::promql {
namespace {

// Functions whose result depends on the step even if their arguments do not.
constexpr std::array<std::string_view, 16> kStepDependent = {
    "days_in_month", "day_of_month", "day_of_week", "day_of_year",    "hour",           "minute",
    "month",         "year",         "time",        "timestamp",      "predict_linear", "start",
    "end",           "step",         "range",       "start_timestamp"};

// Functions that keep the metric name.
constexpr std::array<std::string_view, 9> kKeepName = {"sort",
                                                       "sort_desc",
                                                       "sort_by_label",
                                                       "sort_by_label_desc",
                                                       "last_over_time",
                                                       "first_over_time",
                                                       "label_replace",
                                                       "label_join",
                                                       "info"};

template <size_t N>
bool Contains(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

class Planner {
 public:
  Planner(const QueryContext& context, const Grid& grid) : context_(context), grid_(grid) {}

  PlanPtr Lower(const Expr& expr, const PlanNode* above);
  PlanPtr Wrap(PlanPtr node) const;

 private:
  PlanPtr LowerSelector(const VectorSelector& selector, const PlanNode* above);
  PlanPtr LowerRange(const MatrixSelector& matrix, const PlanNode* above);
  PlanPtr LowerSubquery(const SubqueryExpr& subquery);
  PlanPtr LowerCall(const Call& call);
  PlanPtr LowerInfoSelector(const Call& call, const PlanNode& base) const;
  PlanPtr LowerAggregate(const AggregateExpr& aggregate);
  PlanPtr LowerBinary(const BinaryExpr& binary);
  void WrapChildren(PlanNode& node) const;
  void FindLeaf(PlanNode& aggregate) const;
  PlanNode* MakeLeafTellGroups(PlanNode& vector, std::vector<std::string> names, bool by) const;
  void ApplyModifiers(const Modifiers& modifiers, PlanNode& node) const;
  void CheckExtended(const VectorSelector& selector, const PlanNode* above) const;
  void DropNames(PlanNode& node, const PlanNode& from) const;
  [[noreturn]] void Fail(const Expr& at, std::string_view text) const;
  double Seconds(const Expr& expr) const;
  int64_t DurationMs(const Expr& expr, bool may_be_negative) const;

  const QueryContext& context_;
  Grid grid_;
};

void Planner::Fail(const Expr& at, std::string_view text) const {
  throw QueryError(fmt::format("{}: {}", PositionText(context_.request.query, at.pos.start), text),
                   QueryErrorKind::kBadData);
}

double Planner::Seconds(const Expr& expr) const {
  if (expr.kind == ExprKind::kNumberLiteral) return expr.As<NumberLiteral>().value;
  if (expr.kind == ExprKind::kParen) return Seconds(*expr.As<ParenExpr>().expr);
  WF_CHECK(expr.kind == ExprKind::kDurationExpr);
  const DurationExpr& duration = expr.As<DurationExpr>();
  double a = duration.lhs ? Seconds(*duration.lhs) : 0;
  double b = duration.rhs ? Seconds(*duration.rhs) : 0;
  switch (duration.op) {
    case DurationOp::kAdd:
      return a + b;
    case DurationOp::kSub:
      return a - b;
    case DurationOp::kMul:
      return a * b;
    case DurationOp::kDiv:
      if (b == 0) Fail(expr, "division by zero");
      return a / b;
    case DurationOp::kMod:
      if (b == 0) Fail(expr, "modulo by zero");
      return std::fmod(a, b);
    case DurationOp::kPow:
      return std::pow(a, b);
    case DurationOp::kNeg:
      return duration.rhs ? -b : -a;
    case DurationOp::kPlus:
      return duration.rhs ? b : a;
    case DurationOp::kStep:
      return ToSeconds(context_.request.step_ms);
    case DurationOp::kRange:
      return ToSeconds(context_.request.end - context_.request.start);
    case DurationOp::kMin:
      return std::min(a, b);
    case DurationOp::kMax:
      return std::max(a, b);
  }
  return 0;
}

int64_t Planner::DurationMs(const Expr& expr, bool may_be_negative) const {
  constexpr double kMaxSeconds = 9223372036.0;  // int64 nanoseconds
  double seconds = Seconds(expr);
  if (!may_be_negative && seconds <= 0) Fail(expr, "duration must be greater than 0");
  if (!(std::fabs(seconds) <= kMaxSeconds)) Fail(expr, "duration out of range");
  return static_cast<int64_t>(seconds * 1000);
}

void Planner::ApplyModifiers(const Modifiers& modifiers, PlanNode& node) const {
  node.offset_ms =
      modifiers.offset_expr ? DurationMs(*modifiers.offset_expr, true) : modifiers.offset_ms;
  node.at = modifiers.at;
  if (modifiers.at_edge == AtEdge::kStart) node.at = context_.request.start;
  if (modifiers.at_edge == AtEdge::kEnd) node.at = context_.request.end;
  // Far from the ends of int64, so that ranges and offsets can be added without a thought.
  if (node.at) node.at = std::clamp(*node.at, kMinTime, kMaxTime);
  node.invariant = node.at.has_value();
}

void Planner::CheckExtended(const VectorSelector& selector, const PlanNode* above) const {
  if (!selector.anchored && !selector.smoothed) return;
  std::string_view modifier = selector.anchored ? "anchored" : "smoothed";
  std::string_view function =
      above && above->kind == NodeKind::kCall ? above->expr->As<Call>().function->name : "";
  if (!function.empty()) {
    constexpr std::array<std::string_view, 5> kAnchored = {"changes", "delta", "increase", "rate",
                                                           "resets"};
    constexpr std::array<std::string_view, 3> kSmoothed = {"delta", "increase", "rate"};
    bool allowed =
        selector.anchored ? Contains(kAnchored, function) : Contains(kSmoothed, function);
    if (!allowed) {
      throw QueryError(fmt::format(
          "{} modifier can only be used with: {} - not with {}", modifier,
          selector.anchored ? "changes, delta, increase, rate, resets" : "delta, increase, rate",
          function));
    }
  }
}

PlanPtr Planner::LowerSelector(const VectorSelector& selector, const PlanNode* above) {
  auto node = std::make_unique<PlanNode>();
  node->kind = NodeKind::kSelector;
  node->type = ValueType::kVector;
  node->expr = &selector;
  node->names = Names::kMany;
  for (const model::Matcher& matcher : selector.matchers) {
    if (matcher.name() == model::kMetricName && matcher.type() == model::MatchType::kEqual) {
      node->names = Names::kOne;
    }
  }
  ApplyModifiers(selector.modifiers, *node);
  if (selector.smoothed) node->after_ms = context_.lookback_ms;
  if (above) {
    node->function = above->function;
    node->grouping = above->grouping;
    node->by = above->by;
  }
  return node;
}

PlanPtr Planner::LowerRange(const MatrixSelector& matrix, const PlanNode* above) {
  CheckExtended(matrix.vector(), above);
  PlanPtr node = LowerSelector(matrix.vector(), above);
  node->kind = NodeKind::kRange;
  node->type = ValueType::kMatrix;
  node->expr = &matrix;
  bool extended = matrix.vector().anchored || matrix.vector().smoothed;
  if (extended) node->before_ms = context_.lookback_ms;
  node->range_ms = matrix.range_expr ? DurationMs(*matrix.range_expr, false) : matrix.range_ms;
  return node;
}

PlanPtr Planner::LowerSubquery(const SubqueryExpr& subquery) {
  auto node = std::make_unique<PlanNode>();
  node->kind = NodeKind::kSubquery;
  node->type = ValueType::kMatrix;
  node->expr = &subquery;
  node->children.push_back(Wrap(Lower(*subquery.expr, nullptr)));
  node->range_ms =
      subquery.range_expr ? DurationMs(*subquery.range_expr, false) : subquery.range_ms;
  node->step_ms = subquery.step_expr ? DurationMs(*subquery.step_expr, false) : subquery.step_ms;
  if (node->step_ms == 0) node->step_ms = context_.default_subquery_step_ms;
  // The inner series are merged by their labels here.
  node->distinct = true;
  node->names = node->children[0]->names;
  ApplyModifiers(subquery.modifiers, *node);
  return node;
}

void Planner::DropNames(PlanNode& node, const PlanNode& from) const {
  node.distinct =
      from.distinct && (from.names != Names::kMany || context_.options.delayed_name_removal);
  node.names = context_.options.delayed_name_removal ? from.names : Names::kNone;
}

PlanPtr Planner::LowerCall(const Call& call) {
  auto node = std::make_unique<PlanNode>();
  node->kind = NodeKind::kCall;
  node->type = call.function->return_type;
  node->expr = &call;
  std::string_view name = call.function->name;
  node->function = std::string(name);
  node->invariant = !Contains(kStepDependent, name);
  const PlanNode* vector = nullptr;
  for (const ExprPtr& arg : call.args) {
    if (name == "info" && !node->children.empty()) break;
    node->children.push_back(Lower(*arg, node.get()));
    const PlanNode& child = *node->children.back();
    node->invariant = node->invariant && child.invariant;
    if (!vector && (child.type == ValueType::kVector || child.type == ValueType::kMatrix)) {
      vector = &child;
    }
  }
  if ((name == "timestamp" || name == "start_timestamp") && vector) {
    bool selects = Unparen(*call.args[0]).kind == ExprKind::kVectorSelector;  // `+x` does not
    node->invariant = selects && vector->invariant;
  }
  PlanPtr info = name == "info" ? LowerInfoSelector(call, *node->children[0]) : nullptr;
  if (!node->invariant) WrapChildren(*node);
  if (info) node->children.push_back(std::move(info));
  if (vector) {
    if (Contains(kKeepName, name)) {
      node->names = vector->names;
      node->distinct = vector->distinct;
    } else {
      DropNames(*node, *vector);
    }
  }
  if (name == "label_replace" || name == "label_join" || name == "info") {
    node->names = Names::kMany;
    node->distinct = false;
  }
  // The same quantile may be asked for twice.
  if (name == "histogram_quantiles") node->distinct = false;
  if (name.starts_with("absent") || name == "vector") {
    node->names = Names::kNone;
    node->distinct = true;
  }
  return node;
}

// When the samples of the first selector below `node` are looked at, in terms of the node's steps.
bool FindSampleTime(const PlanNode& node, std::optional<TimeMs>* at, int64_t* offset_ms) {
  if (node.kind == NodeKind::kSelector || node.kind == NodeKind::kRange) {
    *at = node.at;
    *offset_ms = node.offset_ms;
    return true;
  }
  for (const PlanPtr& child : node.children) {
    if (!FindSampleTime(*child, at, offset_ms)) continue;
    if (node.kind == NodeKind::kSubquery && !*at) {
      *at = node.at;
      *offset_ms += node.offset_ms;
    }
    return true;
  }
  return false;
}

// The info series that info() joins with: by the labels of its second argument, at the time that
// the first one looks at.
PlanPtr Planner::LowerInfoSelector(const Call& call, const PlanNode& base) const {
  auto selector = std::make_unique<VectorSelector>();
  model::Matchers& matchers = selector->matchers;
  if (call.args.size() > 1) matchers = Unparen(*call.args[1]).As<VectorSelector>().matchers;
  bool named = false;
  bool only_negative = true;
  for (const model::Matcher& matcher : matchers) {
    if (matcher.name() != model::kMetricName) continue;
    named = true;
    bool positive =
        matcher.type() == model::MatchType::kEqual || matcher.type() == model::MatchType::kRegex;
    only_negative = only_negative && !positive;
  }
  std::string name(model::kMetricName);
  if (!named) {
    matchers.push_back(model::Matcher::Equal(name, "target_info"));
  } else if (only_negative) {
    matchers.push_back(*model::Matcher::Make(model::MatchType::kRegex, name, ".+_info"));
  }
  auto node = std::make_unique<PlanNode>();
  node->kind = NodeKind::kSelector;
  node->type = ValueType::kVector;
  node->names = Names::kMany;
  node->function = "info";
  FindSampleTime(base, &node->at, &node->offset_ms);
  node->expr = selector.get();
  node->made_expr = std::move(selector);
  return node;
}

PlanPtr Planner::LowerAggregate(const AggregateExpr& aggregate) {
  auto node = std::make_unique<PlanNode>();
  node->kind = NodeKind::kAggregate;
  node->type = ValueType::kVector;
  node->expr = &aggregate;
  node->function = std::string(AggregateOpName(aggregate.op));
  node->grouping = aggregate.grouping;
  std::sort(node->grouping.begin(), node->grouping.end());
  node->grouping.erase(std::unique(node->grouping.begin(), node->grouping.end()),
                       node->grouping.end());
  node->by = !aggregate.without;
  node->children.push_back(Lower(*aggregate.expr, node.get()));
  node->invariant = node->children[0]->invariant;
  if (aggregate.param) {
    node->children.push_back(Lower(*aggregate.param, nullptr));
    node->invariant = node->invariant && node->children[1]->invariant;
  }
  if (!node->invariant) WrapChildren(*node);
  FindLeaf(*node);
  const PlanNode& vector = *node->children[0];
  bool keeps_series = aggregate.op == AggregateOp::kTopk || aggregate.op == AggregateOp::kBottomk ||
                      aggregate.op == AggregateOp::kLimitk ||
                      aggregate.op == AggregateOp::kLimitRatio;
  if (keeps_series) {
    node->names = vector.names;
    node->distinct = vector.distinct;
    return node;
  }
  bool by_name = node->by && std::binary_search(node->grouping.begin(), node->grouping.end(),
                                                std::string(model::kMetricName));
  node->names = by_name ? vector.names : Names::kNone;
  node->distinct = true;
  return node;
}

// Functions that make a number of each number, or of each window.
bool IsSeriesWise(const PlanNode& call) {
  constexpr std::array<std::string_view, 35> kElementwise = {
      "abs",         "acos",        "acosh",         "asin",      "asinh", "atan",  "atanh",
      "ceil",        "clamp",       "clamp_max",     "clamp_min", "cos",   "cosh",  "day_of_month",
      "day_of_week", "day_of_year", "days_in_month", "deg",       "exp",   "floor", "hour",
      "ln",          "log10",       "log2",          "minute",    "month", "rad",   "round",
      "sgn",         "sin",         "sinh",          "sqrt",      "tan",   "tanh",  "year"};
  if (Contains(kElementwise, std::string_view(call.function))) return true;
  bool over_range = std::any_of(call.children.begin(), call.children.end(),
                                [](const auto& child) { return child->kind == NodeKind::kRange; });
  return over_range && call.function != "absent_over_time";
}

// The vector that the node works on series by series, leaving all labels but the reserved ones
// alone; null if it does more.
PlanNode* SeriesWiseInput(PlanNode& node, bool* drops_names) {
  if (!node.distinct) return nullptr;
  PlanNode* input = nullptr;
  for (const PlanPtr& child : node.children) {
    bool series = child->type == ValueType::kVector || child->type == ValueType::kMatrix;
    if (series && input) return nullptr;
    if (series) input = child.get();
    if (!series && child->kind != NodeKind::kNumber) return nullptr;
  }
  if (node.kind == NodeKind::kCall) {
    *drops_names = *drops_names || !Contains(kKeepName, std::string_view(node.function));
    return IsSeriesWise(node) ? input : nullptr;
  }
  if (node.kind == NodeKind::kBinary) {
    const auto& binary = node.expr->As<BinaryExpr>();
    bool trims = binary.op == BinaryOp::kTrimLower || binary.op == BinaryOp::kTrimUpper;
    bool filters = IsComparison(binary.op) && !binary.return_bool;
    *drops_names = *drops_names || !(trims || filters);
    return input;
  }
  *drops_names = true;
  return node.kind == NodeKind::kUnary ? input : nullptr;
}

// The only leaf below, if it can tell the groups that these names make; null otherwise.
PlanNode* Planner::MakeLeafTellGroups(PlanNode& vector, std::vector<std::string> names,
                                      bool by) const {
  bool drops_names = false;
  PlanNode* at = &vector;
  while (at && at->kind != NodeKind::kSelector && at->kind != NodeKind::kRange) {
    at = SeriesWiseInput(*at, &drops_names);
  }
  if (!at || context_.options.delayed_name_removal) return nullptr;
  if (at->before_ms > 0 || at->after_ms > 0) return nullptr;
  constexpr std::array<std::string_view, 3> kReserved = {"__name__", "__type__", "__unit__"};
  if (drops_names && by) {
    std::erase_if(names, [&](const std::string& name) { return Contains(kReserved, name); });
  } else if (drops_names) {
    names.insert(names.end(), kReserved.begin(), kReserved.end());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  at->grouping = std::move(names);
  at->by = by;
  at->tells_groups = true;
  return at;
}

void Planner::FindLeaf(PlanNode& aggregate) const {
  aggregate.leaf = MakeLeafTellGroups(*aggregate.children[0], aggregate.grouping, aggregate.by);
  aggregate.groups_by_leaf = aggregate.leaf != nullptr;
}

PlanPtr Planner::LowerBinary(const BinaryExpr& binary) {
  auto node = std::make_unique<PlanNode>();
  node->kind = NodeKind::kBinary;
  node->type = binary.type();
  node->expr = &binary;
  node->children.push_back(Lower(*binary.lhs, nullptr));
  node->children.push_back(Lower(*binary.rhs, nullptr));
  const PlanNode& lhs = *node->children[0];
  const PlanNode& rhs = *node->children[1];
  node->invariant = lhs.invariant && rhs.invariant;
  if (!node->invariant) WrapChildren(*node);
  const PlanNode& left = *node->children[0];
  const PlanNode& right = *node->children[1];
  if (node->type == ValueType::kScalar) return node;
  bool filters = IsComparison(binary.op) && !binary.return_bool;
  if (left.type == ValueType::kVector && right.type == ValueType::kVector) {
    bool set = IsSetOperator(binary.op);
    bool one_sided = set && binary.op != BinaryOp::kOr;
    node->distinct = one_sided && left.distinct;
    node->names = one_sided || filters ? left.names : Names::kMany;
    if (!set && !filters) node->names = Names::kNone;
    for (size_t side = 0; side < 2 && !set; ++side) {
      node->sides_tell_groups[side] =
          MakeLeafTellGroups(*node->children[side], binary.matching->labels, binary.matching->on) !=
          nullptr;
    }
    return node;
  }
  const PlanNode& vector = left.type == ValueType::kVector ? left : right;
  if (filters || binary.op == BinaryOp::kTrimLower || binary.op == BinaryOp::kTrimUpper) {
    node->names = vector.names;
    node->distinct = vector.distinct;
  } else {
    DropNames(*node, vector);
  }
  return node;
}

void Planner::WrapChildren(PlanNode& node) const {
  for (PlanPtr& child : node.children) child = Wrap(std::move(child));
}

PlanPtr Planner::Wrap(PlanPtr node) const {
  bool value = node->type == ValueType::kVector || node->type == ValueType::kScalar;
  if (!node->invariant || !value || node->kind == NodeKind::kNumber) return node;
  auto wrapper = std::make_unique<PlanNode>();
  wrapper->kind = NodeKind::kInvariant;
  wrapper->type = node->type;
  wrapper->expr = node->expr;
  wrapper->invariant = true;
  wrapper->names = node->names;
  wrapper->distinct = node->distinct;
  wrapper->children.push_back(std::move(node));
  return wrapper;
}

PlanPtr Planner::Lower(const Expr& expr, const PlanNode* above) {
  switch (expr.kind) {
    case ExprKind::kParen:
      return Lower(*expr.As<ParenExpr>().expr, above);
    case ExprKind::kVectorSelector: {
      const auto& selector = expr.As<VectorSelector>();
      CheckExtended(selector, nullptr);
      return LowerSelector(selector, above);
    }
    case ExprKind::kMatrixSelector:
      return LowerRange(expr.As<MatrixSelector>(), above);
    case ExprKind::kSubquery:
      return LowerSubquery(expr.As<SubqueryExpr>());
    case ExprKind::kCall:
      return LowerCall(expr.As<Call>());
    case ExprKind::kAggregate:
      return LowerAggregate(expr.As<AggregateExpr>());
    case ExprKind::kBinary:
      return LowerBinary(expr.As<BinaryExpr>());
    case ExprKind::kUnary: {
      const auto& unary = expr.As<UnaryExpr>();
      if (!unary.negative) return Lower(*unary.expr, above);
      auto node = std::make_unique<PlanNode>();
      node->kind = NodeKind::kUnary;
      node->type = unary.type();
      node->expr = &expr;
      node->children.push_back(Lower(*unary.expr, nullptr));
      node->invariant = node->children[0]->invariant;
      DropNames(*node, *node->children[0]);
      return node;
    }
    case ExprKind::kNumberLiteral:
    case ExprKind::kStringLiteral:
    case ExprKind::kDurationExpr:
      break;
  }
  auto node = std::make_unique<PlanNode>();
  node->kind = expr.kind == ExprKind::kStringLiteral ? NodeKind::kString : NodeKind::kNumber;
  node->type = expr.type();
  node->expr = &expr;
  node->invariant = true;
  return node;
}

}  // namespace

const VectorSelector& PlanNode::selector() const {
  return kind == NodeKind::kRange ? expr->As<MatrixSelector>().vector()
                                  : expr->As<VectorSelector>();
}

PlanPtr MakePlan(const Expr& expr, const QueryContext& context, const Grid& grid) {
  Planner planner(context, grid);
  PlanPtr root = planner.Lower(expr, nullptr);
  if (grid.count > 1) root = planner.Wrap(std::move(root));
  MarkHistogramStats(*root);
  Optimise(*root);
  return root;
}

std::optional<Grid> SubqueryGrid(const PlanNode& subquery, const Grid& outer) {
  TimeMs first = subquery.TimeOf(outer.start) - subquery.range_ms;
  TimeMs last = subquery.TimeOf(outer.end());
  int64_t step = subquery.step_ms;
  // The first multiple of the step after the open left edge.
  TimeMs start = first / step * step;
  if (start <= first) start += step;
  if (start > last) return std::nullopt;
  return Grid{start, step, static_cast<size_t>((last - start) / step) + 1};
}

void CoverTimes(const PlanNode& node, const Grid& grid, int64_t lookback_ms, TimeMs* mint,
                TimeMs* maxt) {
  switch (node.kind) {
    case NodeKind::kSelector:
    case NodeKind::kRange: {
      int64_t back = node.kind == NodeKind::kRange ? node.range_ms : lookback_ms;
      *mint = std::min(*mint, node.TimeOf(grid.start) - back - node.before_ms + 1);
      *maxt = std::max(*maxt, node.TimeOf(grid.end()) + node.after_ms);
      return;
    }
    case NodeKind::kSubquery:
      if (std::optional<Grid> inner = SubqueryGrid(node, grid)) {
        CoverTimes(*node.children[0], *inner, lookback_ms, mint, maxt);
      }
      return;
    case NodeKind::kInvariant:
      CoverTimes(*node.children[0], InvariantGrid(grid), lookback_ms, mint, maxt);
      return;
    default:
      for (const PlanPtr& child : node.children) {
        CoverTimes(*child, grid, lookback_ms, mint, maxt);
      }
  }
}

}  // namespace watchfire::promql

#include "promql/engine/explain.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "model/duration.h"
#include "promql/parser/printer.h"
#include "promql/plan/context.h"
#include "promql/plan/plan.h"

namespace watchfire::promql {
namespace {

bool IsConstant(const PlanNode& node) {
  if (node.kind == NodeKind::kInvariant) return IsConstant(*node.children[0]);
  return node.kind == NodeKind::kNumber || node.kind == NodeKind::kString;
}

std::string NameList(const std::vector<std::string>& names) {
  return "(" + Join(names, ", ") + ")";
}

// " on (a, b) group_left (c)".
std::string MatchingText(const VectorMatching& matching) {
  std::string out;
  if (matching.on || !matching.labels.empty()) {
    out += fmt::format(" {} {}", matching.on ? "on" : "ignoring", NameList(matching.labels));
  }
  bool left = matching.card == MatchCardinality::kManyToOne;
  if (left || matching.card == MatchCardinality::kOneToMany) {
    out += left ? " group_left" : " group_right";
    if (!matching.include.empty()) out += " " + NameList(matching.include);
  }
  return out;
}

std::string SelectorText(const PlanNode& node) {
  const VectorSelector& selector = node.selector();
  std::string out = selector.name;
  if (out.empty()) {
    VectorSelector plain;
    plain.matchers = selector.matchers;
    out = Print(plain);
  }
  if (node.kind == NodeKind::kRange) out += "[" + model::FormatDuration(node.range_ms) + "]";
  return out;
}

std::string BinaryText(const PlanNode& node) {
  const auto& binary = node.expr->As<BinaryExpr>();
  std::string op(BinaryOpText(binary.op));
  if (binary.return_bool) op += " bool";
  if (binary.matching) return op + MatchingText(*binary.matching);
  if (IsConstant(*node.children[1])) return op + " " + Print(*binary.rhs);
  if (IsConstant(*node.children[0])) return Print(*binary.lhs) + " " + op;
  return op;
}

struct Naming {
  std::string operator_kind;
  std::string label;
};

Naming NameOf(const PlanNode& node) {
  switch (node.kind) {
    case NodeKind::kSelector:
      return {"selector", SelectorText(node)};
    case NodeKind::kRange:
      return {"range", SelectorText(node)};
    case NodeKind::kSubquery:
      return {"subquery", fmt::format("subquery [{}:{}]", model::FormatDuration(node.range_ms),
                                      model::FormatDuration(node.step_ms))};
    case NodeKind::kCall:
      return {"function", node.function};
    case NodeKind::kAggregate: {
      const auto& aggregate = node.expr->As<AggregateExpr>();
      std::string label(AggregateOpName(aggregate.op));
      if (aggregate.without || !aggregate.grouping.empty()) {
        label += aggregate.without ? " without " : " by ";
        label += NameList(aggregate.grouping);
      }
      return {"aggregate", std::move(label)};
    }
    case NodeKind::kBinary: {
      const auto& binary = node.expr->As<BinaryExpr>();
      const char* kind = "arithmetic";
      if (IsComparison(binary.op)) kind = "comparison";
      if (binary.matching) kind = IsSetOperator(binary.op) ? "set" : "join";
      return {kind, BinaryText(node)};
    }
    case NodeKind::kUnary:
      return {"negation", "-"};
    case NodeKind::kNumber:
    case NodeKind::kString:
      return {"constant", Print(*node.expr)};
    case NodeKind::kInvariant:
      break;
  }
  return {"invariant", "computed once"};
}

class Builder {
 public:
  Builder(const QueryContext& context, const PlanNode& plan) : context_(context) {
    CountPlaces(plan);
  }
  ExplainNode Build(const PlanNode& node, const Grid& grid);
  uint32_t shards() const { return shards_; }

 private:
  void CountPlaces(const PlanNode& node);
  void Describe(const PlanNode& node, const Grid& grid, ExplainNode* out) const;
  void DescribeLeaf(const PlanNode& node, const Grid& grid, ExplainNode* out) const;
  const NodeProfile& Of(const PlanNode& node) { return context_.profile->Of(&node); }

  const QueryContext& context_;
  std::map<uint32_t, size_t> places_;  // of parts that are written more than once
  uint32_t shards_ = 0;
};

void Builder::CountPlaces(const PlanNode& node) {
  if (node.shared > 0) places_[node.shared] += 1;
  for (const PlanPtr& child : node.children) CountPlaces(*child);
}

void Builder::DescribeLeaf(const PlanNode& node, const Grid& grid, ExplainNode* out) const {
  if (node.kind == NodeKind::kSelector) {
    std::string lookback = model::FormatDuration(context_.lookback_ms);
    out->details.push_back(
        grid.count == 1
            ? fmt::format("newest samples of the last {}, without decoding older ones", lookback)
            : fmt::format("newest sample of each step, at most {} old", lookback));
  }
  if (node.at) out->details.push_back(fmt::format("at {}", FormatRfc3339(*node.at)));
  if (node.offset_ms != 0) {
    out->details.push_back(fmt::format("offset {}{}", node.offset_ms < 0 ? "-" : "",
                                       model::FormatDuration(std::abs(node.offset_ms))));
  }
  if (!node.pushed.empty()) {
    std::vector<std::string> pushed;
    for (const model::Matcher& matcher : node.pushed) pushed.push_back(matcher.ToString());
    out->details.emplace_back("also selected by {" + Join(pushed, ",") +
                              "}, as the other side of the join");
  }
  if (node.tells_groups) {
    out->details.emplace_back("groups found by the index, labels left alone");
  }
}

void Builder::Describe(const PlanNode& node, const Grid& grid, ExplainNode* out) const {
  switch (node.kind) {
    case NodeKind::kSelector:
    case NodeKind::kRange:
      DescribeLeaf(node, grid, out);
      break;
    case NodeKind::kSubquery:
      if (std::optional<Grid> inner = SubqueryGrid(node, grid)) {
        out->details.push_back(
            fmt::format("{} steps of {}", inner->count, model::FormatDuration(inner->step_ms)));
      }
      break;
    case NodeKind::kAggregate:
      if (node.leaf != nullptr && node.expr->As<AggregateExpr>().op <= AggregateOp::kStdvar) {
        out->details.emplace_back("fused with its input: no series is kept");
      }
      break;
    default:
      break;
  }
}

ExplainNode Builder::Build(const PlanNode& node, const Grid& grid) {
  if (node.kind == NodeKind::kInvariant) {
    ExplainNode out = Build(*node.children[0], InvariantGrid(grid));
    double own = static_cast<double>(Of(node).self_ns) / 1e9;
    out.self_seconds += own;
    out.seconds += own;
    if (grid.count > 1) {
      out.details.insert(out.details.begin(),
                         fmt::format("computed once for all {} steps", grid.count));
    }
    return out;
  }
  const NodeProfile& profile = Of(node);
  ExplainNode out;
  Naming naming = NameOf(node);
  out.operator_kind = std::move(naming.operator_kind);
  out.label = std::move(naming.label);
  out.expr = Print(*node.expr);
  out.position = node.expr->pos;
  out.series = profile.series;
  out.points = profile.points;
  out.samples_read = profile.samples_read;
  out.self_seconds = static_cast<double>(profile.self_ns) / 1e9;
  out.memory_bytes = profile.peak_bytes;
  out.seconds = out.self_seconds;
  if (node.shared > 0 && node.first != &node) {
    out.details.emplace_back("shared: computed where it stands first");
    return out;
  }
  if (node.shared > 0) {
    out.details.push_back(fmt::format("computed once, used in {} places", places_.at(node.shared)));
  }
  Describe(node, grid, &out);
  if (profile.shards > 1) out.details.push_back(fmt::format("{} shards", profile.shards));
  shards_ = std::max(shards_, profile.shards);
  Grid below = grid;
  if (node.kind == NodeKind::kSubquery) {
    below = SubqueryGrid(node, grid).value_or(InvariantGrid(grid));
  }
  for (const PlanPtr& child : node.children) {
    if (IsConstant(*child)) continue;
    out.children.push_back(Build(*child, below));
    out.seconds += out.children.back().seconds;
  }
  return out;
}

uint32_t Number(ExplainNode& node, uint32_t next) {
  node.id = next++;
  for (ExplainNode& child : node.children) next = Number(child, next);
  return next;
}

void CountAnswer(const QueryValue& value, ExplainTotals* totals) {
  if (value.type == ValueType::kScalar || value.type == ValueType::kString) {
    totals->series = totals->points = 1;
    return;
  }
  totals->series = value.series.size();
  for (const ResultSeries& series : value.series) {
    totals->points += series.t.size() + series.histogram_t.size();
  }
}

}  // namespace

Explanation MakeExplanation(const QueryContext& context, const Expr& expr, const PlanNode& plan,
                            const Grid& grid, QueryResult result) {
  Explanation out;
  out.query = context.request.query;
  out.type = result.value.type;
  CountAnswer(result.value, &out.totals);
  Builder builder(context, plan);
  ExplainNode& root = out.plan;
  const NodeProfile& own = context.profile->Of(nullptr);
  root.operator_kind = "result";
  root.label = "answer";
  root.expr = Print(expr);
  root.position = expr.pos;
  root.series = out.totals.series;
  root.points = out.totals.points;
  root.self_seconds = static_cast<double>(own.self_ns) / 1e9;
  root.memory_bytes = own.peak_bytes;
  if (grid.count > 1) {
    root.details.push_back(
        fmt::format("{} steps of {}", grid.count, model::FormatDuration(grid.step_ms)));
  }
  root.children.push_back(builder.Build(plan, grid));
  root.seconds = root.self_seconds + root.children.back().seconds;
  Number(root, 0);
  const QueryStats& stats = result.stats;
  out.totals.samples_read = stats.samples_read;
  out.totals.total_queryable_samples = stats.total_queryable_samples;
  out.totals.peak_samples = stats.peak_samples;
  out.totals.peak_memory_bytes = context.memory->peak();
  out.totals.seconds = stats.exec_total_seconds;
  out.totals.threads = std::max<uint32_t>(1, builder.shards());
  out.warnings = std::move(result.warnings);
  out.infos = std::move(result.infos);
  return out;
}

}  // namespace watchfire::promql

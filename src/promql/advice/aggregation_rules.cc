// Aggregations of what cannot be put together, and absence of what has no labels.
#include <fmt/format.h>

#include "promql/advice/context.h"
#include "promql/advice/label_shapes.h"
#include "promql/advice/metric_type.h"

namespace watchfire::advice {
namespace {

bool Averages(const AggregateExpr& node) {
  return node.op == AggregateOp::kSum || node.op == AggregateOp::kAvg ||
         node.op == AggregateOp::kQuantile || node.op == AggregateOp::kStddev ||
         node.op == AggregateOp::kStdvar;
}

// A selector of quantiles that a summary computed: φ's label is asked for, or the type says so.
bool IsSummaryQuantile(const Context& context, const VectorSelector& selector) {
  for (const model::Matcher& matcher : selector.matchers) {
    bool asked = matcher.name() == model::kQuantileLabel && !matcher.MatchesEmpty();
    if (asked) return true;
  }
  return KindOf(context, selector).kind == NumberKind::kQuantile;
}

// Whether a group is made of more than one series now; nullopt: not known.
std::optional<bool> HasSeveralInGroup(Context& context, const AggregateExpr& node) {
  LabelShapes& shapes = context.shapes();
  const Rows& below = shapes.RowsOf(*node.expr);
  const Rows& groups = shapes.RowsOf(node);
  if (!below.known || !groups.known) return std::nullopt;
  return groups.labels.size() < below.labels.size();
}

void CheckQuantiles(Context& context, const AggregateExpr& node) {
  const Expr& inner = Inner(*node.expr);
  std::string_view op = promql::AggregateOpName(node.op);
  bool histogram = FunctionOf(inner) == "histogram_quantile";
  bool over_time = FunctionOf(inner) == "quantile_over_time" && node.op != AggregateOp::kAvg;
  bool summary = inner.kind == ExprKind::kVectorSelector &&
                 IsSummaryQuantile(context, inner.As<VectorSelector>());
  if (!histogram && !over_time && !summary) return;
  // Of a single series in each group, aggregating only drops labels.
  std::optional<bool> several = HasSeveralInGroup(context, node);
  if (several && !*several) return;
  bool certain = several.value_or(node.grouping.empty() && !node.without) && !over_time;
  context.Add("aggregation-of-quantiles", certain ? Severity::kWarning : Severity::kInfo, node.pos,
              fmt::format("{} of quantiles is no quantile of anything", op),
              histogram
                  ? "Add up the buckets (sum by (le, …) of their rates) and take the quantile "
                    "of that; max() of quantiles is a bound."
              : summary ? "Quantiles of several summaries cannot be put together; only a histogram "
                          "can. max() of them is a bound."
                        : "Quantiles of several series cannot be put together; max() of them is a "
                          "bound.");
}

// avg(rate(x_sum[5m]) / rate(x_count[5m])): every series weighs the same, however busy it is.
void CheckAverageOfRatios(Context& context, const AggregateExpr& node) {
  const Expr& inner = promql::Unparen(*node.expr);
  if (inner.kind != ExprKind::kBinary) return;
  const auto& ratio = inner.As<BinaryExpr>();
  if (ratio.op != BinaryOp::kDiv || !ratio.matching || !ratio.matching->labels.empty()) return;
  auto metric_of = [](const Expr& side) -> std::string_view {
    const Expr& rate = promql::Unparen(side);
    if (!IsOneOf(FunctionOf(rate), {"rate", "increase", "irate"})) return {};
    const VectorSelector* selector = SelectorOf(*rate.As<Call>().args[0]);
    return selector == nullptr ? std::string_view() : MetricOf(*selector);
  };
  std::string_view sum = metric_of(*ratio.lhs);
  std::string_view count = metric_of(*ratio.rhs);
  if (!sum.ends_with("_sum") || !count.ends_with("_count")) return;
  if (sum.substr(0, sum.size() - 4) != count.substr(0, count.size() - 6)) return;
  PosRange clause = context.source.Grouping(node);
  std::string grouping(context.source.Text(clause));
  std::string open = grouping.empty() ? "sum(" : "sum " + grouping + " (";
  context.Add("average-of-averages", Severity::kInfo, node.pos,
              "an average of averages weighs idle series as much as busy ones",
              "Each series' sum divided by its count is its own average. The average over all is "
              "the sum of all sums divided by the sum of all counts.",
              "divide the sums",
              {{node.pos.start, node.pos.end,
                open + std::string(context.source.Text(*ratio.lhs)) + ") / " + open +
                    std::string(context.source.Text(*ratio.rhs)) + ")"}});
}

void CheckAverageOfAverages(Context& context, const AggregateExpr& node) {
  const Expr& inner = promql::Unparen(*node.expr);
  if (inner.kind != ExprKind::kAggregate) return;
  const auto& average = inner.As<AggregateExpr>();
  if (average.op != AggregateOp::kAvg) return;
  context.Add("average-of-averages", Severity::kInfo, node.pos,
              "an average of averages weighs small groups as much as large ones",
              "If every series should count the same, average them at once; if every group should, "
              "this is right.",
              "average the series at once",
              {{inner.pos.start, inner.pos.end, std::string(context.source.Text(*average.expr))}});
}

void CheckAbsent(Context& context, const Call& call) {
  const Expr& inner = promql::Unparen(*call.args[0]);
  if (inner.kind != ExprKind::kAggregate) return;
  const auto& node = inner.As<AggregateExpr>();
  bool direct = promql::Unparen(*node.expr).kind == ExprKind::kVectorSelector;
  context.Add("absent-of-aggregation", Severity::kInfo, call.pos,
              fmt::format("absent() of {}() tells nothing of what is absent",
                          promql::AggregateOpName(node.op)),
              "absent() of a selector takes the labels of its = matchers into the result; of "
              "anything else the result has no labels. When nothing is there at all, both say 1.",
              "absent() of the selector",
              direct ? Edits{{inner.pos.start, inner.pos.end,
                              std::string(context.source.Text(promql::Unparen(*node.expr)))}}
                     : Edits());
}

}  // namespace

void CheckAggregation(Context& context, const Place& place) {
  if (FunctionOf(*place.node) == "absent") CheckAbsent(context, place.node->As<Call>());
  if (place.node->kind != ExprKind::kAggregate) return;
  const auto& node = place.node->As<AggregateExpr>();
  if (Averages(node)) CheckQuantiles(context, node);
  if (node.op == AggregateOp::kAvg) {
    CheckAverageOfRatios(context, node);
    CheckAverageOfAverages(context, node);
  }
}

}  // namespace watchfire::advice

// Counters must be turned into rates, and nothing else may be.
#include <fmt/format.h>

#include <algorithm>

#include "promql/advice/context.h"
#include "promql/advice/metric_type.h"

namespace watchfire::advice {
namespace {

// ---- a counter that nobody takes the rate of

enum class Use : uint8_t {
  kFine,        // counted, tested for presence, or taken care of by another rule
  kWhole,       // the query shows it as it is
  kAggregated,  // summed up, averaged, …
  kArithmetic,
  kRatio,       // one counter divided by another
  kDifference,  // a counter minus itself some time ago
  kCompared,
  kComparedWithZero,
};

bool PassesValues(const Call& call) {
  return IsOneOf(call.function->name, {"abs", "ceil", "clamp", "clamp_max", "clamp_min", "floor",
                                       "info", "label_join", "label_replace", "round", "scalar",
                                       "sort", "sort_by_label", "sort_by_label_desc", "sort_desc"});
}

bool PassesValues(const AggregateExpr& node) {
  return node.op == AggregateOp::kLimitk || node.op == AggregateOp::kLimitRatio;
}

bool IsCounterLike(const Context& context, const Expr& expr) {
  const Expr& inner = Inner(expr);
  if (inner.kind == ExprKind::kAggregate) {
    return IsCounterLike(context, *inner.As<AggregateExpr>().expr);
  }
  return inner.kind == ExprKind::kVectorSelector &&
         KindOf(context, inner.As<VectorSelector>()).kind == NumberKind::kCounter;
}

// `x - x offset 1h`, either way round.
bool IsDifference(const BinaryExpr& node, const VectorSelector& selector) {
  if (node.op != BinaryOp::kSub) return false;
  const Expr& left = Inner(*node.lhs);
  const Expr& right = Inner(*node.rhs);
  if (left.kind != ExprKind::kVectorSelector || right.kind != ExprKind::kVectorSelector) {
    return false;
  }
  const auto& a = left.As<VectorSelector>();
  const auto& b = right.As<VectorSelector>();
  return (&a == &selector || &b == &selector) && a.matchers == b.matchers &&
         a.modifiers.offset_ms != b.modifiers.offset_ms;
}

Use UseInBinary(const Context& context, const BinaryExpr& node, const Expr& side,
                const VectorSelector& selector) {
  const Expr& other = &side == node.lhs.get() ? *node.rhs : *node.lhs;
  if (promql::IsComparison(node.op)) {
    std::optional<double> number = LiteralOf(other);
    return number && *number == 0 ? Use::kComparedWithZero : Use::kCompared;
  }
  if (IsDifference(node, selector)) return Use::kDifference;
  if (node.op == BinaryOp::kDiv && IsCounterLike(context, other)) return Use::kRatio;
  return Use::kArithmetic;
}

// Whether the value goes on upwards; a join that only adds labels lets it through.
bool Passes(const BinaryExpr& node, const Expr& side) {
  bool left = &side == node.lhs.get();
  if (node.op == BinaryOp::kOr) return true;
  if (promql::IsSetOperator(node.op)) return left;
  bool joined = node.matching && (node.matching->card == promql::MatchCardinality::kManyToOne ||
                                  node.matching->card == promql::MatchCardinality::kOneToMany);
  return node.op == BinaryOp::kMul && joined;
}

// `count(x > 0)`: how many there are, whatever their values.
bool IsCounted(const Place& place) {
  for (const Place* at = place.parent; at != nullptr; at = at->parent) {
    if (at->node->kind == ExprKind::kParen) continue;
    if (at->node->kind != ExprKind::kAggregate) return false;
    AggregateOp op = at->node->As<AggregateExpr>().op;
    return op == AggregateOp::kCount || op == AggregateOp::kGroup;
  }
  return false;
}

bool Counts(const AggregateExpr& node) {
  return node.op == AggregateOp::kCount || node.op == AggregateOp::kGroup ||
         node.op == AggregateOp::kCountValues;
}

// On the way up from the selector: the first thing that does something to the value.
Use UseOf(const Context& context, const Place& place) {
  const auto& selector = place.node->As<VectorSelector>();
  bool filtered = false;  // by presence of others: then presence is what is asked for
  for (const Place* at = &place; at->parent != nullptr; at = at->parent) {
    const Expr& up = *at->parent->node;
    switch (up.kind) {
      case ExprKind::kParen:
      case ExprKind::kUnary:
        continue;
      case ExprKind::kCall:
        if (PassesValues(up.As<Call>())) continue;
        return IsOneOf(up.As<Call>().function->name, {"exp", "ln", "log10", "log2", "sqrt"})
                   ? Use::kArithmetic
                   : Use::kFine;
      case ExprKind::kAggregate: {
        const auto& node = up.As<AggregateExpr>();
        if (PassesValues(node)) continue;
        return Counts(node) || node.param.get() == at->node ? Use::kFine : Use::kAggregated;
      }
      case ExprKind::kBinary: {
        const auto& node = up.As<BinaryExpr>();
        filtered = filtered || node.op == BinaryOp::kAnd || node.op == BinaryOp::kUnless;
        if (Passes(node, *at->node)) continue;
        if (promql::IsSetOperator(node.op)) return Use::kFine;
        Use use = UseInBinary(context, node, *at->node, selector);
        return use == Use::kComparedWithZero && IsCounted(*at->parent) ? Use::kFine : use;
      }
      default:
        return Use::kFine;
    }
  }
  return filtered ? Use::kFine : Use::kWhole;
}

// The selectors below that are counters without a rate: of a ratio, both sides are mended at once.
void WrapCounters(const Context& context, const Expr& expr, Edits* edits) {
  if (expr.kind == ExprKind::kMatrixSelector || expr.kind == ExprKind::kSubquery) return;
  if (expr.kind == ExprKind::kVectorSelector) {
    const auto& selector = expr.As<VectorSelector>();
    if (KindOf(context, selector).kind != NumberKind::kCounter) return;
    Edits more = context.WrapInRange("rate", selector, context.RangeFor(selector));
    edits->insert(edits->end(), more.begin(), more.end());
    return;
  }
  ForEachChild(expr, [&](const Expr& child) { WrapCounters(context, child, edits); });
}

Edits WrapRatio(const Context& context, const Place& place) {
  Edits edits;
  const Place* at = &place;
  while (at != nullptr && at->node->kind != ExprKind::kBinary) at = at->parent;
  if (at != nullptr) WrapCounters(context, *at->node, &edits);
  return edits;
}

// A range function above, over a subquery, is told of by CheckRangeFunction.
bool IsInSubquery(const Place& place) {
  for (const Place* at = &place; at != nullptr; at = at->parent) {
    if (at->node->kind == ExprKind::kSubquery) return true;
  }
  return false;
}

bool IsUnderHistogramFunction(const Place& place) {
  for (const Place* at = &place; at != nullptr; at = at->parent) {
    if (FunctionOf(*at->node).starts_with("histogram_")) return true;
  }
  return false;
}

Severity SeverityOf(Use use, const MetricKind& kind) {
  if (kind.guess) return Severity::kInfo;
  return use == Use::kAggregated || use == Use::kArithmetic || use == Use::kCompared
             ? Severity::kWarning
             : Severity::kInfo;
}

std::string_view Reason(Use use) {
  switch (use) {
    case Use::kAggregated:
      return "A counter counts since its process started and falls to zero with it, so what is "
             "made of several at once says how old they are rather than what they do. Take the "
             "rate of each, then aggregate.";
    case Use::kRatio:
      return "Both counters run since their processes started, so the ratio is that of their whole "
             "life and hardly moves. The ratio of their rates is that of the last minutes.";
    case Use::kCompared:
      return "A counter only grows until its process restarts: once it is past the threshold it "
             "stays there whatever happens. Compare what was added in a range of time.";
    case Use::kComparedWithZero:
      return "Once the counter has counted anything it stays above zero until its process "
             "restarts. Whether anything was added lately is increase() > 0.";
    default:
      return "A counter counts since its process started and falls to zero with it; what matters "
             "is how fast it grows.";
  }
}

void AdviseDifference(Context& context, const Place& place) {
  const Place* up = place.parent;
  while (up->node->kind != ExprKind::kBinary) up = up->parent;
  const auto& node = up->node->As<BinaryExpr>();
  const auto& now = Inner(*node.lhs).As<VectorSelector>();
  const auto& then = Inner(*node.rhs).As<VectorSelector>();
  if (&now != place.node) return;  // once for both sides
  Edits edits;
  bool plain = !now.modifiers.at && now.modifiers.at_edge == promql::AtEdge::kNone &&
               now.modifiers.offset_ms == 0 && now.modifiers.offset_expr == nullptr;
  if (plain && then.modifiers.offset_ms > 0 && node.lhs->kind == ExprKind::kVectorSelector) {
    size_t token = context.source.IndexAt(context.source.Selector(then).end);
    std::string_view range;
    if (token + 1 < context.source.tokens().size()) {
      const Token& duration = context.source.tokens()[token + 1];
      range = context.source.Text(PosRange{duration.start, duration.end});
    }
    edits = context.WrapInRange("increase", now, std::string(range));
    edits.push_back({now.pos.end, node.rhs->pos.end, ""});
  }
  context.Add("counter-difference", Severity::kInfo, node.pos,
              "the difference of a counter to itself is wrong across a restart",
              "A counter falls to zero when its process restarts, and the difference is negative "
              "then. increase() knows of restarts.",
              "use increase()", std::move(edits));
}

// ---- range functions over the wrong thing

constexpr std::string_view kRates[] = {"rate", "irate", "increase"};

bool IsRate(std::string_view function) {
  return std::ranges::find(kRates, function) != std::end(kRates);
}

Edits Rename(const Call& call, std::string_view to) {
  auto length = static_cast<uint32_t>(call.function->name.size());
  return {{call.pos.start, call.pos.start + length, std::string(to)}};
}

void AdviseRateOfGauge(Context& context, const Call& call, const VectorSelector& selector,
                       const MetricKind& kind) {
  std::string_view function = call.function->name;
  std::string_view better = function == "increase" ? "delta" : "deriv";
  context.Add("rate-of-gauge", kind.guess ? Severity::kInfo : Severity::kWarning, call.pos,
              fmt::format("{}() of {}, which {}", function, MetricOf(selector), IsA(kind)),
              fmt::format("{}() takes every fall of the value for a restart from zero and adds it "
                          "up. For what goes up and down there is {}(), or the value itself.",
                          function, better),
              fmt::format("use {}()", better), Rename(call, better));
}

void AdviseDeltaOfCounter(Context& context, const Call& call, const VectorSelector& selector,
                          const MetricKind& kind) {
  std::string_view function = call.function->name;
  std::string_view better = function == "deriv"   ? "rate"
                            : function == "delta" ? "increase"
                                                  : "irate";
  context.Add(
      "delta-of-counter", kind.guess ? Severity::kInfo : Severity::kWarning, call.pos,
      fmt::format("{}() of {}, which {}", function, MetricOf(selector), IsA(kind)),
      fmt::format("{}() does not know that a counter falls to zero at a restart; {}() does.",
                  function, better),
      fmt::format("use {}()", better),
      // What idelta gives is not a rate; there is no counterpart that means the same.
      function == "idelta" ? Edits() : Rename(call, better));
}

void AdviseRateOfRate(Context& context, const Call& call, std::string_view inner) {
  context.Add("rate-of-rate", Severity::kWarning, call.pos,
              fmt::format("{}() of the result of {}()", call.function->name, inner),
              "A rate goes up and down: it is no counter any more, and every fall of it is taken "
              "for a restart. deriv() tells how fast it changes.",
              "use deriv()",
              call.function->name == "increase" ? Rename(call, "delta") : Rename(call, "deriv"));
}

// `[5m:1m]` → `5m`.
std::string RangeText(const Context& context, const SubqueryExpr& subquery) {
  std::string_view text = context.source.Text(context.source.Brackets(subquery));
  size_t colon = text.find(':');
  if (text.size() < 2 || colon == std::string_view::npos) return "5m";
  return std::string(text.substr(1, colon - 1));
}

// rate(sum by (a) (x)[5m:]) → sum by (a) (rate(x[5m]))
Edits SwapSumAndRate(const Context& context, const Call& call, const SubqueryExpr& subquery,
                     const AggregateExpr& sum) {
  const Expr& inner = promql::Unparen(*sum.expr);
  if (inner.kind != ExprKind::kVectorSelector) return {};
  const auto& selector = inner.As<VectorSelector>();
  uint32_t brackets_end = context.source.Brackets(subquery).end;
  std::string modifiers(context.source.Text(PosRange{brackets_end, subquery.pos.end}));
  uint32_t name_end = context.source.Selector(selector).end;
  if (!modifiers.empty() && name_end != selector.pos.end) return {};
  Edits edits = {{call.pos.start, sum.pos.start, ""}, {sum.pos.end, call.pos.end, ""}};
  Edits wrapped =
      context.WrapInRange(std::string(call.function->name), selector, RangeText(context, subquery));
  wrapped.back().text = modifiers + ")";
  edits.insert(edits.end(), wrapped.begin(), wrapped.end());
  return edits;
}

void AdviseRateOfAggregation(Context& context, const Call& call, const SubqueryExpr& subquery,
                             const AggregateExpr& sum) {
  const Expr& inner = Inner(*sum.expr);
  if (IsRate(FunctionOf(inner))) return AdviseRateOfRate(context, call, FunctionOf(inner));
  if (inner.kind == ExprKind::kVectorSelector) {
    MetricKind kind = KindOf(context, inner.As<VectorSelector>());
    bool gauge = kind.kind == NumberKind::kGauge || kind.kind == NumberKind::kQuantile;
    if (gauge && !kind.guess) {
      return AdviseRateOfGauge(context, call, inner.As<VectorSelector>(), kind);
    }
  }
  if (sum.op == AggregateOp::kCount || sum.op == AggregateOp::kGroup) {
    context.Add("rate-of-gauge", Severity::kWarning, call.pos,
                fmt::format("{}() of a number of series", call.function->name),
                "The number of series goes up and down, and every fall of it is taken for a "
                "restart from zero.",
                "use deriv()", Rename(call, call.function->name == "increase" ? "delta" : "deriv"));
    return;
  }
  std::string_view op = promql::AggregateOpName(sum.op);
  std::string_view function = call.function->name;
  context.Add(
      "rate-of-sum", Severity::kWarning, call.pos,
      fmt::format("{}({}()) is wrong at every restart; it must be {}({}())", function, op, op,
                  function),
      fmt::format("When one process restarts, the {} falls by what it had counted, and {}() "
                  "takes that for a restart of all of them: a peak where nothing happened. "
                  "The rate of each series must be taken first.",
                  op, function),
      fmt::format("{} of the rates", op), SwapSumAndRate(context, call, subquery, sum));
}

void CheckOverSubquery(Context& context, const Call& call, const SubqueryExpr& subquery) {
  const Expr& inner = Inner(*subquery.expr);
  if (IsRate(FunctionOf(inner))) return AdviseRateOfRate(context, call, FunctionOf(inner));
  if (inner.kind == ExprKind::kAggregate) {
    return AdviseRateOfAggregation(context, call, subquery, inner.As<AggregateExpr>());
  }
  if (inner.kind != ExprKind::kVectorSelector) return;
  const auto& selector = inner.As<VectorSelector>();
  MetricKind kind = KindOf(context, selector);
  if (kind.kind == NumberKind::kGauge || kind.kind == NumberKind::kQuantile) {
    return AdviseRateOfGauge(context, call, selector, kind);
  }
  if (subquery.step_ms != 0 || subquery.step_expr != nullptr) return;
  PosRange brackets = context.source.Brackets(subquery);
  Edits edits;
  if (subquery.expr->kind == ExprKind::kVectorSelector &&
      context.source.Selector(selector).end == selector.pos.end) {
    edits = {{brackets.start, brackets.end, "[" + RangeText(context, subquery) + "]"}};
  }
  context.Add(
      "needless-subquery", Severity::kInfo, subquery.pos,
      "a subquery of a plain selector sees fewer samples than a range does",
      "A subquery looks at the series once in each evaluation interval; a range takes every "
      "sample that was scraped, and no restart of the counter is missed.",
      "use a range", std::move(edits));
}

}  // namespace

void CheckCounterUse(Context& context, const Place& place) {
  if (place.node->kind != ExprKind::kVectorSelector) return;
  const auto& selector = place.node->As<VectorSelector>();
  if (place.parent != nullptr && place.parent->node->kind == ExprKind::kMatrixSelector) return;
  if (IsInSubquery(place) || IsUnderHistogramFunction(place)) return;
  Use use = UseOf(context, place);
  if (use == Use::kFine) return;
  MetricKind kind = KindOf(context, selector);
  if (kind.kind != NumberKind::kCounter) return;
  if (use == Use::kDifference) return AdviseDifference(context, place);
  bool compared = use == Use::kCompared || use == Use::kComparedWithZero;
  std::string function = compared ? "increase" : "rate";
  std::string range = compared ? "1h" : context.RangeFor(selector);
  context.Add(
      "counter-without-rate", SeverityOf(use, kind), selector.pos,
      fmt::format("{} {}, used here without rate() or increase()", MetricOf(selector), IsA(kind)),
      std::string(Reason(use)), compared ? "what was added in the last hour" : "take the rate",
      use == Use::kRatio ? WrapRatio(context, place)
                         : context.WrapInRange(function, selector, range));
}

void CheckRangeFunction(Context& context, const Place& place) {
  if (place.node->kind != ExprKind::kCall) return;
  const auto& call = place.node->As<Call>();
  std::string_view function = call.function->name;
  bool rate = IsRate(function);
  if (!rate && !IsOneOf(function, {"delta", "deriv", "idelta"})) return;
  const Expr* range = ArgumentOf(call, ValueType::kMatrix);
  if (range == nullptr) return;
  if (range->kind == ExprKind::kSubquery) {
    if (rate) CheckOverSubquery(context, call, range->As<SubqueryExpr>());
    return;
  }
  const VectorSelector* selector = SelectorOf(Inner(*range));
  if (selector == nullptr) return;
  MetricKind kind = KindOf(context, *selector);
  bool gauge = kind.kind == NumberKind::kGauge || kind.kind == NumberKind::kQuantile;
  if (rate && gauge) AdviseRateOfGauge(context, call, *selector, kind);
  if (!rate && kind.kind == NumberKind::kCounter) {
    AdviseDeltaOfCounter(context, call, *selector, kind);
  }
}

}  // namespace watchfire::advice

// Quantiles: of what, with which φ, and whether the buckets' bounds are still there.
#include <fmt/format.h>

#include <algorithm>

#include "base/numbers.h"
#include "promql/advice/context.h"
#include "promql/advice/metric_type.h"

namespace watchfire::advice {
namespace {

constexpr std::string_view kBucketSuffix = "_bucket";

// A selector that buckets come from, and what happens to it on the way to the quantile.
struct Leaf {
  const VectorSelector* selector = nullptr;
  bool ranged = false;                        // below rate() or another range function
  const AggregateExpr* drops_le = nullptr;    // the outermost aggregation that loses `le`
  const AggregateExpr* aggregated = nullptr;  // the outermost one at all
};

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool DropsLe(const AggregateExpr& node) {
  bool keeps_series = node.op == AggregateOp::kTopk || node.op == AggregateOp::kBottomk ||
                      node.op == AggregateOp::kLimitk || node.op == AggregateOp::kLimitRatio;
  if (keeps_series) return false;
  return Contains(node.grouping, model::kBucketLabel) == node.without;
}

// False: something in between that may do anything to labels, so nothing is said.
bool CollectLeaves(const Expr& expr, Leaf above, std::vector<Leaf>* leaves) {
  switch (expr.kind) {
    case ExprKind::kParen:
      return CollectLeaves(*expr.As<ParenExpr>().expr, above, leaves);
    case ExprKind::kVectorSelector:
      above.selector = &expr.As<VectorSelector>();
      leaves->push_back(above);
      return true;
    case ExprKind::kMatrixSelector:
      above.ranged = true;
      return CollectLeaves(*expr.As<MatrixSelector>().selector, above, leaves);
    case ExprKind::kSubquery:
      return CollectLeaves(*expr.As<SubqueryExpr>().expr, above, leaves);
    case ExprKind::kAggregate: {
      const auto& node = expr.As<AggregateExpr>();
      if (above.aggregated == nullptr) above.aggregated = &node;
      if (above.drops_le == nullptr && DropsLe(node)) above.drops_le = &node;
      return CollectLeaves(*node.expr, above, leaves);
    }
    case ExprKind::kBinary: {
      const auto& node = expr.As<BinaryExpr>();
      for (const promql::ExprPtr* side : {&node.lhs, &node.rhs}) {
        if ((*side)->type() != ValueType::kVector) continue;
        bool filter = node.op == BinaryOp::kAnd || node.op == BinaryOp::kUnless;
        if (filter && side == &node.rhs) continue;
        if (!CollectLeaves(**side, above, leaves)) return false;
      }
      return node.op != BinaryOp::kMul || !node.matching;  // joins add labels
    }
    case ExprKind::kCall: {
      const auto& call = expr.As<Call>();
      if (call.function->name.starts_with("label_") || call.function->name == "info") return false;
      const Expr* arg = ArgumentOf(call, ValueType::kMatrix);
      if (arg == nullptr) arg = ArgumentOf(call, ValueType::kVector);
      return arg != nullptr && CollectLeaves(*arg, above, leaves);
    }
    default:
      return false;
  }
}

// ---- edits

// `by (le, …)` where it was lost.
Edits KeepLe(const Context& context, const AggregateExpr& node) {
  PosRange grouping = context.source.Grouping(node);
  std::vector<std::string> labels = node.grouping;
  if (node.without) {
    std::erase(labels, std::string(model::kBucketLabel));
    return {{grouping.start, grouping.end, "without " + LabelList(labels)}};
  }
  labels.insert(labels.begin(), std::string(model::kBucketLabel));
  if (grouping.start == grouping.end) return {{grouping.start, grouping.end, " by (le) "}};
  return {{grouping.start, grouping.end, "by " + LabelList(labels)}};
}

std::string BucketName(std::string_view name) {
  for (std::string_view suffix : {"_count", "_sum"}) {
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  }
  return std::string(name) + std::string(kBucketSuffix);
}

Edits Rename(const Context& context, const VectorSelector& selector, const std::string& to) {
  if (selector.name.empty()) return {};
  uint32_t start = context.source.Selector(selector).start;
  return {{start, start + static_cast<uint32_t>(selector.name.size()), to}};
}

// Everything that must be done to one leaf at once.
Edits Repair(const Context& context, const Leaf& leaf, bool rename) {
  Edits edits;
  auto append = [&edits](Edits more) { edits.insert(edits.end(), more.begin(), more.end()); };
  if (!leaf.ranged) {
    append(context.WrapInRange("rate", *leaf.selector, context.RangeFor(*leaf.selector)));
  }
  if (rename) append(Rename(context, *leaf.selector, BucketName(MetricOf(*leaf.selector))));
  if (leaf.drops_le != nullptr) append(KeepLe(context, *leaf.drops_le));
  return edits;
}

// ---- what is known of a name

enum class Buckets : uint8_t { kClassic, kNative, kNone, kUnknown };

model::Matchers Named(const std::string& name) {
  return {model::Matcher::Equal(std::string(model::kMetricName), name)};
}

Buckets BucketsOf(const Context& context, const Leaf& leaf) {
  std::string name(MetricOf(*leaf.selector));
  if (name.empty() || HoldsTemplate(name)) return Buckets::kUnknown;
  if (name.ends_with(kBucketSuffix)) return Buckets::kClassic;
  if (name.find(':') != std::string::npos) return Buckets::kUnknown;
  MetricKind kind = KindOf(context, *leaf.selector);
  if (context.catalog != nullptr) {
    bool here = context.catalog->Exists(Named(name)).value_or(true);
    bool buckets = context.catalog->Exists(Named(BucketName(name))).value_or(false);
    if (here && (kind.kind == NumberKind::kNative || kind.guess)) {
      if (kind.kind == NumberKind::kNative) return Buckets::kNative;
      return buckets ? Buckets::kNone : Buckets::kUnknown;
    }
    return kind.guess && !buckets ? Buckets::kUnknown : Buckets::kNone;
  }
  // Without a rate the name is wrong for classic buckets and the use is wrong for native ones.
  bool keeps_le = leaf.aggregated != nullptr && leaf.drops_le == nullptr &&
                  !leaf.aggregated->without && !leaf.aggregated->grouping.empty();
  return !leaf.ranged || keeps_le ? Buckets::kNone : Buckets::kUnknown;
}

void AdviseNoBuckets(Context& context, const Call& call, const Leaf& leaf) {
  std::string name(MetricOf(*leaf.selector));
  bool guess = context.catalog == nullptr && leaf.ranged;
  std::string message =
      fmt::format("{}() needs buckets, and {} has none", call.function->name, name);
  if (guess) message += " (a guess: unless it is a native histogram, which needs no le either)";
  bool exists =
      context.catalog == nullptr || context.catalog->Exists(Named(BucketName(name))).value_or(true);
  context.Add(
      "histogram-quantile-without-buckets", guess ? Severity::kInfo : Severity::kWarning,
      leaf.selector->pos, std::move(message),
      fmt::format("A quantile is computed from the counters of a histogram's buckets, which "
                  "are called {} and carry the label le, at the rate at which they grew.",
                  BucketName(name)),
      fmt::format("the rate of {}", BucketName(name)),
      exists ? Repair(context, leaf, true) : Edits());
}

void AdviseLeaf(Context& context, const Call& call, const Leaf& leaf) {
  Buckets buckets = BucketsOf(context, leaf);
  if (buckets == Buckets::kNone) return AdviseNoBuckets(context, call, leaf);
  if (buckets == Buckets::kUnknown) return;
  if (buckets == Buckets::kClassic && leaf.drops_le != nullptr) {
    context.Add("histogram-quantile-without-le", Severity::kWarning, leaf.drops_le->pos,
                fmt::format("the {} drops the label le, without which there are no buckets",
                            promql::AggregateOpName(leaf.drops_le->op)),
                "le says up to which value a bucket counts. Buckets that are added up without it "
                "are a number, and the quantile of it is empty.",
                "keep le", Repair(context, leaf, false));
  }
  if (!leaf.ranged) {
    Edits edits =
        buckets == Buckets::kClassic
            ? Repair(context, leaf, false)
            : context.WrapInRange("rate", *leaf.selector, context.RangeFor(*leaf.selector));
    context.Add("histogram-quantile-without-rate", Severity::kWarning, leaf.selector->pos,
                fmt::format("a quantile of {} without rate() is that of everything since the "
                            "process started",
                            MetricOf(*leaf.selector)),
                "Buckets are counters. Their rate over the last minutes gives the quantile of the "
                "last minutes; their sum since the start hardly moves any more.",
                "take the rate of the buckets", std::move(edits));
  }
}

// ---- φ

void CheckPhi(Context& context, const Expr& arg, std::string_view what) {
  std::optional<double> phi = LiteralOf(arg);
  if (!phi || (*phi >= 0 && *phi <= 1)) return;
  Edits edits;
  if (*phi > 1 && *phi <= 100) {
    edits = {{arg.pos.start, arg.pos.end, FormatFloatGo(*phi / 100)}};
  }
  context.Add("quantile-out-of-range", Severity::kWarning, arg.pos,
              fmt::format("φ of {} must be between 0 and 1, not {}", what, FormatFloatGo(*phi)),
              fmt::format("Above 1 the result is +Inf, below 0 it is -Inf. The 95th percentile is "
                          "φ = 0.95."),
              "a share of one instead of a percentage", std::move(edits));
}

}  // namespace

void CheckQuantile(Context& context, const Place& place) {
  if (place.node->kind == ExprKind::kAggregate) {
    const auto& node = place.node->As<AggregateExpr>();
    if (node.op == AggregateOp::kQuantile) CheckPhi(context, *node.param, "quantile()");
    return;
  }
  if (place.node->kind != ExprKind::kCall) return;
  const auto& call = place.node->As<Call>();
  std::string_view function = call.function->name;
  if (IsOneOf(function, {"histogram_quantile", "quantile_over_time"})) {
    CheckPhi(context, *call.args[0], fmt::format("{}()", function));
  }
  if (function == "histogram_quantiles") {
    for (size_t i = 2; i < call.args.size(); ++i) {
      CheckPhi(context, *call.args[i], "histogram_quantiles()");
    }
  }
  if (!IsOneOf(function, {"histogram_quantile", "histogram_quantiles", "histogram_fraction"})) {
    return;
  }
  const Expr* arg = ArgumentOf(call, ValueType::kVector);
  std::vector<Leaf> leaves;
  if (arg == nullptr || !CollectLeaves(*arg, {}, &leaves)) return;
  for (const Leaf& leaf : leaves) AdviseLeaf(context, call, leaf);
}

}  // namespace watchfire::advice

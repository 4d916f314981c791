// Binary operators of scalars, and of a vector with a scalar.

#include "promql/operators/binary.h"

#include <algorithm>

#include <fmt/core.h>

namespace watchfire::promql {
namespace {

using Buckets = std::vector<std::pair<int64_t, double>>;

// Buckets that are not empty, by absolute index.
Buckets FilledBuckets(const std::vector<model::Span>& spans, const std::vector<double>& counts) {
  Buckets buckets;
  int64_t index = 0;
  size_t at = 0;
  for (const model::Span& span : spans) {
    index += span.offset;
    for (uint32_t k = 0; k < span.length && at < counts.size(); ++k, ++index, ++at) {
      if (counts[at] != 0) buckets.emplace_back(index, counts[at]);
    }
  }
  return buckets;
}

bool EqualHistograms(const model::FloatHistogram& a, const model::FloatHistogram& b) {
  auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  return a.schema == b.schema && a.zero_threshold == b.zero_threshold &&
         same(a.zero_count, b.zero_count) && same(a.count, b.count) && same(a.sum, b.sum) &&
         a.custom_values == b.custom_values &&
         FilledBuckets(a.positive_spans, a.positive_buckets) ==
             FilledBuckets(b.positive_spans, b.positive_buckets) &&
         FilledBuckets(a.negative_spans, a.negative_buckets) ==
             FilledBuckets(b.negative_spans, b.negative_buckets);
}

bool WouldCompute(BinaryOp op, bool left, bool right) {
  if (left && right) return op == BinaryOp::kAdd || op == BinaryOp::kSub;
  if (left) {
    return op == BinaryOp::kMul || op == BinaryOp::kDiv || op == BinaryOp::kTrimLower ||
           op == BinaryOp::kTrimUpper;
  }
  return right && op == BinaryOp::kMul;
}

class VectorScalarStream final : public MapStream {
 public:
  VectorScalarStream(QueryContext& context, StreamPtr child, const BinaryExpr& expr,
                     ScalarColumn scalars, bool scalar_left)
      : MapStream(context, std::move(child)),
        expr_(expr),
        scalars_(std::move(scalars)),
        scalar_left_(scalar_left) {}

 private:
  void Apply(Column& column) override {
    if (!column.h.empty()) ApplyHistograms(column);
    switch (expr_.op) {
      case BinaryOp::kAdd:
        return Arithmetic<BinaryOp::kAdd>(column.v);
      case BinaryOp::kSub:
        return Arithmetic<BinaryOp::kSub>(column.v);
      case BinaryOp::kMul:
        return Arithmetic<BinaryOp::kMul>(column.v);
      case BinaryOp::kDiv:
        return Arithmetic<BinaryOp::kDiv>(column.v);
      case BinaryOp::kMod:
        return Arithmetic<BinaryOp::kMod>(column.v);
      case BinaryOp::kPow:
        return Arithmetic<BinaryOp::kPow>(column.v);
      case BinaryOp::kAtan2:
        return Arithmetic<BinaryOp::kAtan2>(column.v);
      case BinaryOp::kTrimLower:
      case BinaryOp::kTrimUpper:
        return Trim(column);
      default:
        return Comparison(column.v);
    }
  }

  template <BinaryOp kOp>
  void Arithmetic(std::vector<double>& values) const {
    for (size_t i = 0; i < values.size(); ++i) {
      double& v = values[i];
      if (IsAbsent(v)) continue;
      v = scalar_left_ ? Calculate(kOp, scalars_[i], v) : Calculate(kOp, v, scalars_[i]);
    }
  }
  void Comparison(std::vector<double>& values) const {
    // With histograms, ApplyHistograms has put its results where values were absent.
    for (size_t i = 0; i < values.size(); ++i) {
      double& v = values[i];
      if (IsAbsent(v)) continue;
      bool holds =
          scalar_left_ ? Compare(expr_.op, scalars_[i], v) : Compare(expr_.op, v, scalars_[i]);
      if (expr_.return_bool) {
        v = holds ? 1 : 0;
      } else if (!holds) {
        v = kAbsent;
      }
    }
  }
  void Trim(Column& column) {
    for (size_t i = 0; i < column.v.size(); ++i) {
      if (!column.HasFloat(i)) continue;
      HistogramBinary(context_, expr_, {scalar_left_ ? scalars_[i] : column.v[i], nullptr},
                      {scalar_left_ ? column.v[i] : scalars_[i], nullptr});
      column.Clear(i);
    }
  }
  // A histogram and a number never compare, so nothing of it is left.
  void ApplyHistograms(Column& column) {
    for (size_t i = 0; i < column.v.size(); ++i) {
      if (!column.HasHistogram(i)) continue;
      Operand histogram{0, column.h[i]};
      Operand scalar{scalars_[i], nullptr};
      HistogramBinary(context_, expr_, scalar_left_ ? scalar : histogram,
                      scalar_left_ ? histogram : scalar);
    }
    column.h.clear();
  }

  const BinaryExpr& expr_;
  ScalarColumn scalars_;
  bool scalar_left_;
};

}  // namespace

HistogramOutcome HistogramBinary(QueryContext& context, const BinaryExpr& expr, const Operand& lhs,
                                 const Operand& rhs) {
  bool left = lhs.histogram != nullptr;
  bool right = rhs.histogram != nullptr;
  if (WouldCompute(expr.op, left, right)) {
    ThrowUnsupportedHistograms(fmt::format("operator \"{}\"", BinaryOpText(expr.op)));
  }
  if (left && right && (expr.op == BinaryOp::kEqual || expr.op == BinaryOp::kNotEqual)) {
    bool equal = EqualHistograms(*lhs.histogram, *rhs.histogram);
    bool holds = equal == (expr.op == BinaryOp::kEqual);
    if (expr.return_bool) return holds ? HistogramOutcome::kOne : HistogramOutcome::kZero;
    return holds ? HistogramOutcome::kLeftSide : HistogramOutcome::kNothing;
  }
  context.notes.Info(
      fmt::format("incompatible sample types encountered for binary operator \"{}\": {} {} {}",
                  BinaryOpText(expr.op), left ? "histogram" : "float", BinaryOpText(expr.op),
                  right ? "histogram" : "float"),
      expr.pos);
  return HistogramOutcome::kNothing;
}

Matching::Matching(const BinaryExpr& expr) : on_(expr.matching && expr.matching->on) {
  if (expr.matching) names_ = expr.matching->labels;
  if (!on_) names_.push_back(std::string(model::kMetricName));
  std::sort(names_.begin(), names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
}

StreamPtr MakeBinary(QueryContext& context, const PlanNode& node, const Grid& grid) {
  const auto& expr = node.expr->As<BinaryExpr>();
  const PlanNode& lhs = *node.children[0];
  const PlanNode& rhs = *node.children[1];
  bool scalar_left = lhs.type == ValueType::kScalar;
  bool scalar_right = rhs.type == ValueType::kScalar;
  if (!scalar_left && !scalar_right) {
    return IsSetOperator(expr.op) ? MakeSetOperator(context, node, grid)
                                  : MakeJoin(context, node, grid);
  }
  ScalarColumn scalars = EvalScalar(context, scalar_left ? lhs : rhs, grid);
  StreamPtr child = MakeStream(context, scalar_left ? rhs : lhs, grid);
  child = std::make_unique<VectorScalarStream>(context, std::move(child), expr, std::move(scalars),
                                               scalar_left);
  bool keeps_name = (IsComparison(expr.op) && !expr.return_bool) ||
                    expr.op == BinaryOp::kTrimLower || expr.op == BinaryOp::kTrimUpper;
  return keeps_name ? std::move(child) : MakeNameDrop(context, std::move(child), node);
}

}  // namespace watchfire::promql

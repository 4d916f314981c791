// Binary operators of scalars, and of a vector with a scalar.

#include "promql/operators/binary.h"

#include <algorithm>

#include <fmt/core.h>

#include "model/histogram_math.h"
#include "model/histogram_trim.h"

namespace watchfire::promql {
namespace {

using model::FloatHistogram;

Operand OfHistogram(FloatHistogram&& histogram) {
  return {0, std::make_shared<FloatHistogram>(std::move(histogram))};
}

// h + h, h - h
std::optional<Operand> AddHistograms(QueryContext& context, const BinaryExpr& expr,
                                     const FloatHistogram& lhs, const FloatHistogram& rhs) {
  bool add = expr.op == BinaryOp::kAdd;
  FloatHistogram result = lhs;
  model::Combination combined = add ? model::Add(result, rhs) : model::Subtract(result, rhs);
  std::string_view operation = add ? "addition" : "subtraction";
  if (!combined.compatible) {
    context.notes.Warn(fmt::format("incompatible bucket layout encountered for binary operator {}",
                                   BinaryOpText(expr.op)),
                       expr.pos);
    return std::nullopt;
  }
  if (combined.resets_conflict) {
    context.notes.Warn(fmt::format("conflicting counter resets during histogram {}", operation),
                       expr.pos);
  }
  if (combined.bounds_reconciled) {
    context.notes.Info(
        fmt::format("mismatched custom buckets were reconciled during {}", operation), expr.pos);
  }
  if (!add) result.reset_hint = model::CounterReset::kGauge;
  model::Compact(result);
  return OfHistogram(std::move(result));
}

// Equality; nothing if the two are not what was asked for.
std::optional<Operand> CompareHistograms(const BinaryExpr& expr, const Operand& lhs,
                                         const Operand& rhs) {
  bool equal =
      lhs.histogram == rhs.histogram || model::SameHistogram(*lhs.histogram, *rhs.histogram);
  bool holds = equal == (expr.op == BinaryOp::kEqual);
  if (expr.return_bool) return Operand{holds ? 1.0 : 0.0, nullptr};
  if (!holds) return std::nullopt;
  return lhs;
}

Operand Scale(BinaryOp op, const FloatHistogram& histogram, double scalar) {
  FloatHistogram result = histogram;
  if (op == BinaryOp::kMul) {
    model::Multiply(result, scalar);
  } else {
    model::Divide(result, scalar);
  }
  model::Compact(result);
  return OfHistogram(std::move(result));
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
  void ApplyHistograms(Column& column) {
    // Neighbouring steps often show the same sample.
    HistogramPtr before;
    HistogramPtr before_result;
    double before_scalar = 0;
    for (size_t i = 0; i < column.v.size(); ++i) {
      if (!column.HasHistogram(i)) continue;
      HistogramPtr& h = column.h[i];
      if (h == before && model::SameBits(scalars_[i], before_scalar)) {
        h = before_result;
        continue;
      }
      before = h;
      before_scalar = scalars_[i];
      Operand histogram{0, std::move(h)};
      Operand scalar{scalars_[i], nullptr};
      std::optional<Operand> result = HistogramBinary(
          context_, expr_, scalar_left_ ? scalar : histogram, scalar_left_ ? histogram : scalar);
      // Two numbers are never compared here, so what comes out is a histogram.
      before_result = result ? std::move(result->histogram) : nullptr;
      h = before_result;
    }
  }

  const BinaryExpr& expr_;
  ScalarColumn scalars_;
  bool scalar_left_;
};

}  // namespace

std::optional<Operand> HistogramBinary(QueryContext& context, const BinaryExpr& expr,
                                       const Operand& lhs, const Operand& rhs) {
  bool left = lhs.histogram != nullptr;
  bool right = rhs.histogram != nullptr;
  bool only_left = left && !right;
  switch (expr.op) {
    case BinaryOp::kAdd:
    case BinaryOp::kSub:
      if (left && right) return AddHistograms(context, expr, *lhs.histogram, *rhs.histogram);
      break;
    case BinaryOp::kEqual:
    case BinaryOp::kNotEqual:
      if (left && right) return CompareHistograms(expr, lhs, rhs);
      break;
    case BinaryOp::kMul:
      if (only_left) return Scale(expr.op, *lhs.histogram, rhs.v);
      if (right && !left) return Scale(expr.op, *rhs.histogram, lhs.v);
      break;
    case BinaryOp::kDiv:
      if (only_left) return Scale(expr.op, *lhs.histogram, rhs.v);
      break;
    case BinaryOp::kTrimUpper:
    case BinaryOp::kTrimLower: {
      using Side = model::TrimSide;
      Side side = expr.op == BinaryOp::kTrimUpper ? Side::kKeepBelow : Side::kKeepAbove;
      if (only_left) return OfHistogram(model::Trim(*lhs.histogram, rhs.v, side));
      break;
    }
    default:
      break;
  }
  context.notes.Info(
      fmt::format("incompatible sample types encountered for binary operator \"{}\": {} {} {}",
                  BinaryOpText(expr.op), left ? "histogram" : "float", BinaryOpText(expr.op),
                  right ? "histogram" : "float"),
      expr.pos);
  return std::nullopt;
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

#include "promql/oracle/naive_evaluator.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/core.h>

#include "base/check.h"
#include "base/numbers.h"
#include "model/regex.h"
#include "promql/oracle/naive_functions.h"
#include "promql/oracle/naive_vectors.h"

namespace watchfire::promql {
namespace {

using model::Labels;
using model::Sample;
using naive::Failure;
using naive::Open;
using naive::Put;
using naive::Vector;

class Evaluation {
 public:
  Evaluation(const testing::TestSeriesMap& data, const NaiveRequest& request)
      : data_(data), query_(request) {}
  NaiveResult Run(const Expr& expr);

 private:
  // `steps` are those on which the expression as a whole is evaluated, `t` is the one in question.
  double Scalar(const Expr& expr, const NaiveRequest& steps, TimeMs t);
  double ScalarCall(const Call& call, const NaiveRequest& steps, TimeMs t);
  Vector OfVector(const Expr& expr, const NaiveRequest& steps, TimeMs t);
  using WindowMap = std::map<Labels, naive::Window>;
  WindowMap OfMatrix(const Expr& expr, const NaiveRequest& steps, TimeMs t);
  WindowMap OfRange(const MatrixSelector& matrix, TimeMs t) const;
  WindowMap OfSubquery(const SubqueryExpr& subquery, const NaiveRequest& steps, TimeMs t);

  std::map<Labels, Sample> Select(const VectorSelector& selector, TimeMs t) const;
  Vector OfCall(const Call& call, const NaiveRequest& steps, TimeMs t);
  Vector OfRangeFunction(const Call& call, const NaiveRequest& steps, TimeMs t);
  Vector OfElements(const Call& call, const Vector& in, const NaiveRequest& steps, TimeMs t);
  Vector OfBuckets(const Call& call, const NaiveRequest& steps, TimeMs t);
  Vector OfAggregate(const AggregateExpr& aggregate, const NaiveRequest& steps, TimeMs t);
  Vector OfBinary(const BinaryExpr& binary, const NaiveRequest& steps, TimeMs t);

  const testing::TestSeriesMap& data_;
  NaiveRequest query_;
  // Functions of ranges refuse equal label sets even where they do not meet in time: whose series a
  // result's labels belong to.
  std::map<const Expr*, std::map<Labels, Labels>> owners_;
  // All points of a subquery; its steps are the same wherever the subquery is looked at from.
  std::map<const Expr*, std::map<Labels, std::vector<Sample>>> subqueries_;
};

// ---- time

double Seconds(const Expr& expr, const NaiveRequest& query) {
  if (expr.kind == ExprKind::kNumberLiteral) return expr.As<NumberLiteral>().value;
  if (expr.kind == ExprKind::kParen) return Seconds(*expr.As<ParenExpr>().expr, query);
  const auto& duration = expr.As<DurationExpr>();
  double a = duration.lhs ? Seconds(*duration.lhs, query) : 0;
  double b = duration.rhs ? Seconds(*duration.rhs, query) : 0;
  switch (duration.op) {
    case DurationOp::kAdd:
      return a + b;
    case DurationOp::kSub:
      return a - b;
    case DurationOp::kMul:
      return a * b;
    case DurationOp::kDiv:
      if (b == 0) throw Failure("division by zero");
      return a / b;
    case DurationOp::kMod:
      if (b == 0) throw Failure("modulo by zero");
      return std::fmod(a, b);
    case DurationOp::kPow:
      return std::pow(a, b);
    case DurationOp::kNeg:
      return -(duration.lhs ? a : b);
    case DurationOp::kPlus:
      return duration.lhs ? a : b;
    case DurationOp::kStep:
      return ToSeconds(query.step_ms);
    case DurationOp::kRange:
      return ToSeconds(query.end - query.start);
    case DurationOp::kMin:
      return std::min(a, b);
    case DurationOp::kMax:
      return std::max(a, b);
  }
  return 0;
}

int64_t Duration(int64_t plain_ms, const ExprPtr& expr, const NaiveRequest& query, bool offset) {
  if (!expr) return plain_ms;
  double seconds = Seconds(*expr, query);
  if (!offset && !(seconds > 0)) throw Failure("duration must be greater than 0");
  if (!(std::fabs(seconds) < 9.2e9)) throw Failure("duration out of range");
  return static_cast<int64_t>(seconds * 1000);
}

// The time that a selector or subquery looks at.
TimeMs Shift(const Modifiers& modifiers, const NaiveRequest& query, TimeMs t) {
  if (modifiers.at) t = *modifiers.at;
  if (modifiers.at_edge == AtEdge::kStart) t = query.start;
  if (modifiers.at_edge == AtEdge::kEnd) t = query.end;
  return t - Duration(modifiers.offset_ms, modifiers.offset_expr, query, true);
}

NaiveRequest Inner(const SubqueryExpr& subquery, const NaiveRequest& query,
                   const NaiveRequest& outer) {
  int64_t range = Duration(subquery.range_ms, subquery.range_expr, query, false);
  int64_t step = Duration(subquery.step_ms, subquery.step_expr, query, false);
  if (step == 0) step = query.default_subquery_step_ms;
  NaiveRequest inner = query;
  inner.step_ms = step;
  TimeMs before = Shift(subquery.modifiers, query, outer.start) - range;
  // The first multiple of the step after the left end, which does not belong to the window.
  inner.start = before - (before % step + step) % step + step;
  inner.end = Shift(subquery.modifiers, query, outer.end);
  return inner;
}

// Calls `at(t)` for each step.
template <typename At>
void ForEachStep(const NaiveRequest& steps, At at) {
  for (TimeMs t = steps.start; t <= steps.end; t += steps.step_ms) {
    at(t);
    if (steps.step_ms == 0) return;
  }
}

TimeMs LastStep(const NaiveRequest& request) {
  if (request.step_ms == 0) return request.start;
  return request.start + (request.end - request.start) / request.step_ms * request.step_ms;
}

// ---- scalars

double Evaluation::Scalar(const Expr& expr, const NaiveRequest& steps, TimeMs t) {
  switch (expr.kind) {
    case ExprKind::kNumberLiteral:
      return expr.As<NumberLiteral>().value;
    case ExprKind::kParen:
      return Scalar(*expr.As<ParenExpr>().expr, steps, t);
    case ExprKind::kUnary: {
      double v = Scalar(*expr.As<UnaryExpr>().expr, steps, t);
      return expr.As<UnaryExpr>().negative ? -v : v;
    }
    case ExprKind::kCall:
      return ScalarCall(expr.As<Call>(), steps, t);
    default:
      break;
  }
  const auto& binary = expr.As<BinaryExpr>();
  double a = Scalar(*binary.lhs, steps, t);
  double b = Scalar(*binary.rhs, steps, t);
  if (IsComparison(binary.op)) return naive::Holds(binary.op, a, b) ? 1 : 0;
  return naive::Calculate(binary.op, a, b);
}

double Evaluation::ScalarCall(const Call& call, const NaiveRequest& steps, TimeMs t) {
  std::string_view name = call.function->name;
  if (name == "time") return ToSeconds(t);
  if (name == "pi") return M_PI;
  if (name == "start") return ToSeconds(query_.start);
  if (name == "end") return ToSeconds(query_.end);
  if (name == "step") return ToSeconds(query_.step_ms);
  if (name == "range") return ToSeconds(query_.end - query_.start);
  if (name == "min_of" || name == "max_of") {
    double a = Scalar(*call.args[0], steps, t);
    double b = Scalar(*call.args[1], steps, t);
    if ((std::isnan(a) && std::isinf(b)) || (std::isinf(a) && std::isnan(b))) {
      throw Open("the lesser of an infinity and NaN");
    }
    return name == "min_of" ? naive::Min(a, b) : naive::Max(a, b);
  }
  WF_CHECK(name == "scalar");
  Vector vector = OfVector(*call.args[0], steps, t);
  return vector.size() == 1 ? vector.begin()->second : model::kNormalNan;
}

// ---- selectors and windows

std::map<Labels, Sample> Evaluation::Select(const VectorSelector& selector, TimeMs t) const {
  t = Shift(selector.modifiers, query_, t);
  std::map<Labels, Sample> out;
  for (const auto& [labels, series] : data_) {
    if (!model::MatchesAll(selector.matchers, labels)) continue;
    const Sample* newest = nullptr;
    for (const Sample& sample : series.floats) {
      if (sample.t > t) break;
      if (sample.t > t - query_.lookback_ms) newest = &sample;
    }
    if (newest && !model::IsStaleNan(newest->v)) out.emplace(labels, *newest);
  }
  return out;
}

Evaluation::WindowMap Evaluation::OfRange(const MatrixSelector& matrix, TimeMs t) const {
  WindowMap out;
  TimeMs to = Shift(matrix.vector().modifiers, query_, t);
  TimeMs from = to - Duration(matrix.range_ms, matrix.range_expr, query_, false);
  for (const auto& [labels, series] : data_) {
    if (!model::MatchesAll(matrix.vector().matchers, labels)) continue;
    naive::Window window{{}, from, to, t};
    for (const Sample& sample : series.floats) {
      if (sample.t > to) break;
      if (sample.t > from && !model::IsStaleNan(sample.v)) window.samples.push_back(sample);
    }
    if (!window.samples.empty()) out.emplace(labels, std::move(window));
  }
  return out;
}

Evaluation::WindowMap Evaluation::OfSubquery(const SubqueryExpr& subquery,
                                             const NaiveRequest& steps, TimeMs t) {
  auto [known, fresh] = subqueries_.try_emplace(&subquery);
  if (fresh) {
    NaiveRequest outer = steps;
    outer.end = LastStep(steps);
    NaiveRequest inner = Inner(subquery, query_, outer);
    ForEachStep(inner, [&](TimeMs at) {
      for (const auto& [labels, v] : OfVector(*subquery.expr, inner, at)) {
        known->second[labels].push_back({at, v});
      }
    });
  }
  WindowMap out;
  TimeMs to = Shift(subquery.modifiers, query_, t);
  TimeMs from = to - Duration(subquery.range_ms, subquery.range_expr, query_, false);
  for (const auto& [labels, samples] : known->second) {
    naive::Window window{{}, from, to, t};
    for (const Sample& sample : samples) {
      if (sample.t > from && sample.t <= to) window.samples.push_back(sample);
    }
    if (!window.samples.empty()) out.emplace(labels, std::move(window));
  }
  return out;
}

Evaluation::WindowMap Evaluation::OfMatrix(const Expr& expr, const NaiveRequest& steps, TimeMs t) {
  const Expr& bare = Unparen(expr);
  return bare.kind == ExprKind::kMatrixSelector ? OfRange(bare.As<MatrixSelector>(), t)
                                                : OfSubquery(bare.As<SubqueryExpr>(), steps, t);
}

// ---- vectors

Vector Evaluation::OfVector(const Expr& expr, const NaiveRequest& steps, TimeMs t) {
  switch (expr.kind) {
    case ExprKind::kParen:
      return OfVector(*expr.As<ParenExpr>().expr, steps, t);
    case ExprKind::kVectorSelector: {
      Vector out;
      for (const auto& [labels, sample] : Select(expr.As<VectorSelector>(), t)) {
        out.emplace(labels, sample.v);
      }
      return out;
    }
    case ExprKind::kUnary: {
      Vector in = OfVector(*expr.As<UnaryExpr>().expr, steps, t);
      if (!expr.As<UnaryExpr>().negative) return in;
      Vector out;
      for (const auto& [labels, v] : in) Put(out, naive::WithoutName(labels), -v);
      return out;
    }
    case ExprKind::kCall:
      return OfCall(expr.As<Call>(), steps, t);
    case ExprKind::kAggregate:
      return OfAggregate(expr.As<AggregateExpr>(), steps, t);
    default:
      return OfBinary(expr.As<BinaryExpr>(), steps, t);
  }
}

const model::Matchers* SelectorMatchers(const Expr& expr) {
  const Expr& bare = Unparen(expr);
  if (bare.kind == ExprKind::kVectorSelector) return &bare.As<VectorSelector>().matchers;
  if (bare.kind != ExprKind::kMatrixSelector) return nullptr;
  return &bare.As<MatrixSelector>().vector().matchers;
}

Vector Absent(const Expr& arg, bool empty) {
  if (!empty) return {};
  model::LabelsBuilder builder;
  if (const model::Matchers* matchers = SelectorMatchers(arg)) {
    std::set<std::string> equal;
    for (const model::Matcher& matcher : *matchers) {
      if (matcher.name() == model::kMetricName) continue;
      bool first =
          matcher.type() == model::MatchType::kEqual && equal.insert(matcher.name()).second;
      builder.Set(matcher.name(), first ? matcher.value() : "");
    }
  }
  return {{builder.Build(), 1}};
}

Vector Evaluation::OfCall(const Call& call, const NaiveRequest& steps, TimeMs t) {
  std::string_view name = call.function->name;
  for (const ExprPtr& arg : call.args) {
    if (arg->type() != ValueType::kMatrix) continue;
    if (name != "absent_over_time") return OfRangeFunction(call, steps, t);
    return Absent(*arg, OfMatrix(*arg, steps, t).empty());
  }
  if (name == "vector") return {{Labels(), Scalar(*call.args[0], steps, t)}};
  if (name == "absent") return Absent(*call.args[0], OfVector(*call.args[0], steps, t).empty());
  if (name.starts_with("histogram_")) return OfBuckets(call, steps, t);
  if (call.args.empty()) return {{Labels(), naive::DatePart(name, ToSeconds(t)).value()}};
  if (name == "timestamp" && Unparen(*call.args[0]).kind == ExprKind::kVectorSelector) {
    Vector out;
    for (const auto& [labels, sample] : Select(Unparen(*call.args[0]).As<VectorSelector>(), t)) {
      Put(out, naive::WithoutName(labels), ToSeconds(sample.t));
    }
    return out;
  }
  Vector in = OfVector(*call.args[0], steps, t);
  if (name.starts_with("sort")) return in;
  if (name == "label_replace" || name == "label_join") return naive::Relabel(call, in);
  return OfElements(call, in, steps, t);
}

Vector Evaluation::OfElements(const Call& call, const Vector& in, const NaiveRequest& steps,
                              TimeMs t) {
  std::string_view name = call.function->name;
  std::vector<double> args;
  for (size_t i = 1; i < call.args.size(); ++i) args.push_back(Scalar(*call.args[i], steps, t));
  if (name == "clamp" && args[1] < args[0]) return {};
  Vector out;
  for (const auto& [labels, v] : in) {
    std::optional<double> result = naive::Math(name, v);
    if (name == "timestamp") result = ToSeconds(t);
    if (name == "clamp") result = naive::Max(args[0], naive::Min(args[1], v));
    if (name == "clamp_min") result = naive::Max(args[0], v);
    if (name == "clamp_max") result = naive::Min(args[0], v);
    if (name == "round") {
      double inverse = 1 / (args.empty() ? 1 : args[0]);
      result = std::floor(v * inverse + 0.5) / inverse;
    }
    if (!result) result = naive::DatePart(name, v);
    if (!result) throw Open("the date of a time that no calendar has");
    Put(out, naive::WithoutName(labels), result.value());
  }
  return out;
}

Vector Evaluation::OfRangeFunction(const Call& call, const NaiveRequest& steps, TimeMs t) {
  std::string_view name = call.function->name;
  std::vector<double> scalars;
  WindowMap windows;
  for (const ExprPtr& arg : call.args) {
    if (arg->type() == ValueType::kMatrix) {
      windows = OfMatrix(*arg, steps, t);
    } else {
      scalars.push_back(Scalar(*arg, steps, t));
    }
  }
  Vector out;
  for (const auto& [labels, window] : windows) {
    if (name == "double_exponential_smoothing") {
      if (!(scalars[0] > 0 && scalars[0] < 1)) throw Failure("invalid smoothing factor");
      if (!(scalars[1] > 0 && scalars[1] < 1)) throw Failure("invalid trend factor");
    }
    std::optional<double> v = naive::OfWindow(name, window, scalars);
    if (!v) continue;
    bool keeps_name = name == "last_over_time" || name == "first_over_time";
    Labels result = keeps_name ? labels : naive::WithoutName(labels);
    auto [owner, fresh] = owners_[&call].try_emplace(result, labels);
    if (!fresh && owner->second != labels) throw Failure(naive::kSameLabelset);
    Put(out, result, *v);
  }
  return out;
}

// ---- classic histograms

std::string QuantileText(double q) {
  std::string text = FormatFloatGo(q);
  bool has_point = text.find_first_not_of("-0123456789") != std::string::npos;
  return has_point ? text : text + ".0";
}

Vector Evaluation::OfBuckets(const Call& call, const NaiveRequest& steps, TimeMs t) {
  std::string_view name = call.function->name;
  const Expr* vector = nullptr;
  std::vector<double> scalars;
  for (const ExprPtr& arg : call.args) {
    if (arg->type() == ValueType::kVector) vector = arg.get();
    if (arg->type() == ValueType::kScalar) scalars.push_back(Scalar(*arg, steps, t));
  }
  std::map<Labels, std::vector<naive::Bucket>> histograms;
  for (const auto& [labels, v] : OfVector(*vector, steps, t)) {
    std::optional<double> upper = ParseFloat(labels.Get("le"));
    if (upper) histograms[labels.Drop({"le"})].push_back({*upper, v});
  }
  Vector out;
  for (const auto& [labels, buckets] : histograms) {
    Labels bare = naive::WithoutName(labels);
    if (name == "histogram_quantile") {
      Put(out, bare, naive::BucketQuantile(scalars[0], buckets));
    } else if (name == "histogram_fraction") {
      Put(out, bare, naive::BucketFraction(scalars[0], scalars[1], buckets));
    } else {
      WF_CHECK(name == "histogram_quantiles");
      for (double q : scalars) {
        model::LabelsBuilder builder(bare);
        builder.Set(call.args[1]->As<StringLiteral>().value, QuantileText(q));
        Put(out, builder.Build(), naive::BucketQuantile(q, buckets));
      }
    }
  }
  return out;
}

// ---- aggregations and operators

Vector Evaluation::OfAggregate(const AggregateExpr& aggregate, const NaiveRequest& steps,
                               TimeMs t) {
  Vector in = OfVector(*aggregate.expr, steps, t);
  double param = 0;
  std::string label;
  if (aggregate.op == AggregateOp::kCountValues) {
    label = Unparen(*aggregate.param).As<StringLiteral>().value;
  } else if (aggregate.param) {
    param = Scalar(*aggregate.param, steps, t);
  }
  return naive::Aggregate(aggregate, in, param, label);
}

Vector Evaluation::OfBinary(const BinaryExpr& binary, const NaiveRequest& steps, TimeMs t) {
  bool scalar_left = binary.lhs->type() == ValueType::kScalar;
  if (!scalar_left && binary.rhs->type() != ValueType::kScalar) {
    Vector lhs = OfVector(*binary.lhs, steps, t);
    Vector rhs = OfVector(*binary.rhs, steps, t);
    return IsSetOperator(binary.op) ? naive::SetOperation(binary, lhs, rhs)
                                    : naive::Join(binary, lhs, rhs);
  }
  double scalar = Scalar(scalar_left ? *binary.lhs : *binary.rhs, steps, t);
  Vector out;
  for (const auto& [labels, v] : OfVector(scalar_left ? *binary.rhs : *binary.lhs, steps, t)) {
    double a = scalar_left ? scalar : v;
    double b = scalar_left ? v : scalar;
    if (!IsComparison(binary.op)) {
      Put(out, naive::WithoutName(labels), naive::Calculate(binary.op, a, b));
    } else if (binary.return_bool) {
      Put(out, naive::WithoutName(labels), naive::Holds(binary.op, a, b) ? 1 : 0);
    } else if (naive::Holds(binary.op, a, b)) {
      Put(out, labels, v);
    }
  }
  return out;
}

NaiveResult Evaluation::Run(const Expr& expr) {
  NaiveResult result;
  try {
    ForEachStep(query_, [&](TimeMs t) {
      switch (expr.type()) {
        case ValueType::kScalar:
          result.series[Labels()].push_back({t, Scalar(expr, query_, t)});
          break;
        case ValueType::kVector:
          for (const auto& [labels, v] : OfVector(expr, query_, t)) {
            result.series[labels].push_back({t, v});
          }
          break;
        default:
          for (auto& [labels, window] : OfMatrix(expr, query_, t)) {
            result.series[labels] = window.samples;
          }
      }
    });
  } catch (const Failure& failure) {
    result.series.clear();
    result.error = failure.text;
  } catch (const Open& open) {
    result.series.clear();
    result.open = open.text;
  }
  return result;
}

}  // namespace

NaiveResult EvaluateNaively(const testing::TestSeriesMap& data, const Expr& expr,
                            const NaiveRequest& request) {
  return Evaluation(data, request).Run(expr);
}

NaiveRequest InnerRequest(const SubqueryExpr& subquery, const NaiveRequest& outer) {
  NaiveRequest last = outer;
  last.end = LastStep(outer);
  try {
    return Inner(subquery, outer, last);
  } catch (const Failure&) {
    last.start = last.end + 1;  // a duration that cannot be
    return last;
  }
}

}  // namespace watchfire::promql

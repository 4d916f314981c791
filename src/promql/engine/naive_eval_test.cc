// The engine against an evaluator that could not be simpler: one step at a time, label sets in a
// std::map, windows by looking at every sample. Expressions and data are random and seeded.

#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "promql/engine/engine.h"
#include "promql/parser/parser.h"
#include "testing/test_storage.h"

namespace watchfire::promql {
namespace {

using model::Labels;
using model::Sample;
using Vector = std::map<Labels, double>;
using Matrix = std::map<Labels, std::vector<Sample>>;

struct NaiveFailure {};

constexpr int64_t kLookbackMs = 300'000;

Labels DropName(const Labels& labels) {
  return labels.WithoutName();
}

void Put(Vector& vector, const Labels& labels, double v) {
  if (!vector.emplace(labels, v).second) throw NaiveFailure();
}

class Naive {
 public:
  Naive(const testing::TestSeriesMap& data, TimeMs start, TimeMs end)
      : data_(data), start_(start), end_(end) {}

  double EvalScalar(const Expr& expr, TimeMs t) const {
    switch (expr.kind) {
      case ExprKind::kNumberLiteral:
        return expr.As<NumberLiteral>().value;
      case ExprKind::kParen:
        return EvalScalar(*expr.As<ParenExpr>().expr, t);
      case ExprKind::kUnary:
        return -EvalScalar(*expr.As<UnaryExpr>().expr, t);
      case ExprKind::kCall: {
        const auto& call = expr.As<Call>();
        if (call.function->name == "time") return ToSeconds(t);
        Vector v = EvalVector(*call.args[0], t);  // scalar()
        return v.size() == 1 ? v.begin()->second : model::kNormalNan;
      }
      default: {
        const auto& binary = expr.As<BinaryExpr>();
        double a = EvalScalar(*binary.lhs, t);
        double b = EvalScalar(*binary.rhs, t);
        return IsComparison(binary.op) ? Holds(binary.op, a, b) : Compute(binary.op, a, b);
      }
    }
  }

  Vector EvalVector(const Expr& expr, TimeMs t) const {
    switch (expr.kind) {
      case ExprKind::kParen:
        return EvalVector(*expr.As<ParenExpr>().expr, t);
      case ExprKind::kVectorSelector:
        return Select(expr.As<VectorSelector>(), t);
      case ExprKind::kUnary:
        return MapDropName(EvalVector(*expr.As<UnaryExpr>().expr, t), [](double v) { return -v; });
      case ExprKind::kCall:
        return EvalCall(expr.As<Call>(), t);
      case ExprKind::kAggregate:
        return EvalAggregate(expr.As<AggregateExpr>(), t);
      default:
        return EvalBinary(expr.As<BinaryExpr>(), t);
    }
  }

 private:
  static bool Holds(BinaryOp op, double a, double b) {
    switch (op) {
      case BinaryOp::kEqual:
        return a == b;
      case BinaryOp::kNotEqual:
        return a != b;
      case BinaryOp::kLess:
        return a < b;
      case BinaryOp::kLessEqual:
        return a <= b;
      case BinaryOp::kGreater:
        return a > b;
      default:
        return a >= b;
    }
  }
  static double Compute(BinaryOp op, double a, double b) {
    switch (op) {
      case BinaryOp::kAdd:
        return a + b;
      case BinaryOp::kSub:
        return a - b;
      case BinaryOp::kMul:
        return a * b;
      default:
        return a / b;
    }
  }
  static Vector MapDropName(const Vector& in, const std::function<double(double)>& f) {
    Vector out;
    for (const auto& [labels, v] : in) Put(out, DropName(labels), f(v));
    return out;
  }
  TimeMs Shift(const Modifiers& modifiers, TimeMs t) const {
    if (modifiers.at) t = *modifiers.at;
    if (modifiers.at_edge == AtEdge::kStart) t = start_;
    if (modifiers.at_edge == AtEdge::kEnd) t = end_;
    return t - modifiers.offset_ms;
  }

  Vector Select(const VectorSelector& selector, TimeMs step) const {
    TimeMs t = Shift(selector.modifiers, step);
    Vector out;
    for (const auto& [labels, series] : data_) {
      if (!model::MatchesAll(selector.matchers, labels)) continue;
      const Sample* newest = nullptr;
      for (const Sample& sample : series.floats) {
        if (sample.t <= t && sample.t > t - kLookbackMs) newest = &sample;
      }
      if (newest && !model::IsStaleNan(newest->v)) Put(out, labels, newest->v);
    }
    return out;
  }

  // The windows of a range selector or subquery, and where they begin and end.
  Matrix EvalMatrix(const Expr& expr, TimeMs step, TimeMs* from, TimeMs* to) const {
    Matrix out;
    if (expr.kind == ExprKind::kMatrixSelector) {
      const auto& matrix = expr.As<MatrixSelector>();
      *to = Shift(matrix.vector().modifiers, step);
      *from = *to - matrix.range_ms;
      for (const auto& [labels, series] : data_) {
        if (!model::MatchesAll(matrix.vector().matchers, labels)) continue;
        for (const Sample& sample : series.floats) {
          bool inside = sample.t > *from && sample.t <= *to && !model::IsStaleNan(sample.v);
          if (inside) out[labels].push_back(sample);
        }
      }
      return out;
    }
    const auto& subquery = expr.As<SubqueryExpr>();
    *to = Shift(subquery.modifiers, step);
    *from = *to - subquery.range_ms;
    for (TimeMs t = *from + 1; t <= *to; ++t) {
      if (t % subquery.step_ms != 0) continue;
      for (const auto& [labels, v] : EvalVector(*subquery.expr, t)) out[labels].push_back({t, v});
      t += subquery.step_ms - 1;
    }
    return out;
  }

  static double Mean(const std::vector<Sample>& w) {
    long double sum = 0;
    for (const Sample& s : w) sum += s.v;
    return static_cast<double>(sum / static_cast<long double>(w.size()));
  }
  // A number wins over NaN.
  static double Least(const std::vector<double>& values) {
    double least = model::kNormalNan;
    for (double v : values) least = std::fmin(least, v);
    return least;
  }
  static double Greatest(const std::vector<double>& values) {
    double greatest = model::kNormalNan;
    for (double v : values) greatest = std::fmax(greatest, v);
    return greatest;
  }
  static double QuantileOf(double q, std::vector<double> values) {
    if (q < 0) return -INFINITY;
    if (q > 1) return INFINITY;
    std::sort(values.begin(), values.end(),
              [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
    double rank = q * static_cast<double>(values.size() - 1);
    auto low = static_cast<size_t>(std::floor(rank));
    size_t high = std::min(low + 1, values.size() - 1);
    double weight = rank - std::floor(rank);
    return values[low] * (1 - weight) + values[high] * weight;
  }

  static std::optional<double> Rate(std::string_view name, const std::vector<Sample>& w,
                                    TimeMs from, TimeMs to) {
    if (w.size() < 2) return std::nullopt;
    bool counter = name != "delta";
    double result = w.back().v - w.front().v;
    for (size_t i = 1; counter && i < w.size(); ++i) {
      if (w[i].v < w[i - 1].v) result += w[i - 1].v;
    }
    double interval = ToSeconds(w.back().t - w.front().t);
    double start = ToSeconds(w.front().t - from);
    double end = ToSeconds(to - w.back().t);
    double average = interval / static_cast<double>(w.size() - 1);
    if (start >= average * 1.1) start = average / 2;
    if (counter && result > 0 && w.front().v >= 0) {
      start = std::min(start, interval * (w.front().v / result));
    }
    if (end >= average * 1.1) end = average / 2;
    double factor = (interval + start + end) / interval;
    if (name == "rate") factor /= ToSeconds(to - from);
    return result * factor;
  }

  std::optional<double> OverTime(std::string_view name, const std::vector<Sample>& w, TimeMs from,
                                 TimeMs to, double q) const {
    std::vector<double> values;
    for (const Sample& s : w) values.push_back(s.v);
    size_t n = w.size();
    if (name == "rate" || name == "increase" || name == "delta") return Rate(name, w, from, to);
    if (name == "irate" || name == "idelta") {
      if (n < 2) return std::nullopt;
      double a = w[n - 2].v;
      double b = w[n - 1].v;
      if (name == "idelta") return b - a;
      return (b < a ? b : b - a) / ToSeconds(w[n - 1].t - w[n - 2].t);
    }
    if (name == "sum_over_time") return Mean(w) * static_cast<double>(n);
    if (name == "avg_over_time") return Mean(w);
    if (name == "min_over_time") return Least(values);
    if (name == "max_over_time") return Greatest(values);
    if (name == "count_over_time") return static_cast<double>(n);
    if (name == "last_over_time") return values.back();
    if (name == "quantile_over_time") return QuantileOf(q, values);
    if (name == "stddev_over_time") {
      double mean = Mean(w);
      double sum = 0;
      for (double v : values) sum += (v - mean) * (v - mean);
      return std::sqrt(sum / static_cast<double>(n));
    }
    double count = 0;
    for (size_t i = 1; i < n; ++i) {
      bool both_nan = std::isnan(values[i]) && std::isnan(values[i - 1]);
      bool changed = values[i] != values[i - 1] && !both_nan;
      count += name == "changes" ? changed : values[i] < values[i - 1];
    }
    return count;  // changes, resets
  }

  Vector EvalCall(const Call& call, TimeMs t) const {
    std::string_view name = call.function->name;
    const Expr& last = Unparen(*call.args.back());
    if (last.type() == ValueType::kMatrix) {
      double q = call.args.size() > 1 ? EvalScalar(*call.args[0], t) : 0;
      TimeMs from = 0;
      TimeMs to = 0;
      Vector out;
      for (const auto& [labels, window] : EvalMatrix(last, t, &from, &to)) {
        std::optional<double> v = OverTime(name, window, from, to, q);
        if (v) Put(out, name == "last_over_time" ? labels : DropName(labels), *v);
      }
      return out;
    }
    if (name == "vector") return {{Labels(), EvalScalar(*call.args[0], t)}};
    Vector in = EvalVector(*call.args[0], t);
    if (name == "absent") return in.empty() ? Vector{{Labels(), 1}} : Vector{};
    if (name == "abs") return MapDropName(in, [](double v) { return std::fabs(v); });
    if (name == "clamp_max") {
      double limit = EvalScalar(*call.args[1], t);
      return MapDropName(in, [limit](double v) {
        return std::isnan(v) || std::isnan(limit) ? model::kNormalNan : std::min(limit, v);
      });
    }
    return MapDropName(in, [](double v) { return std::sqrt(v); });
  }

  static double Fold(AggregateOp op, const std::vector<double>& values, double q) {
    long double sum = 0;
    for (double v : values) sum += v;
    auto n = static_cast<double>(values.size());
    double mean = static_cast<double>(sum / static_cast<long double>(n));
    switch (op) {
      case AggregateOp::kSum:
        return static_cast<double>(sum);
      case AggregateOp::kAvg:
        return mean;
      case AggregateOp::kMin:
        return Least(values);
      case AggregateOp::kMax:
        return Greatest(values);
      case AggregateOp::kCount:
        return n;
      case AggregateOp::kQuantile:
        return QuantileOf(q, values);
      case AggregateOp::kStddev: {
        double squares = 0;
        for (double v : values) squares += (v - mean) * (v - mean);
        return std::sqrt(squares / n);
      }
      default:
        return 1;  // group
    }
  }
  Labels GroupOf(const AggregateExpr& aggregate, const Labels& labels) const {
    std::vector<std::string> names = aggregate.grouping;
    if (aggregate.without) names.push_back("__name__");
    std::sort(names.begin(), names.end());
    return aggregate.without ? labels.Drop(names) : labels.Keep(names);
  }
  Vector EvalAggregate(const AggregateExpr& aggregate, TimeMs t) const {
    std::map<Labels, std::vector<std::pair<double, Labels>>> groups;
    for (const auto& [labels, v] : EvalVector(*aggregate.expr, t)) {
      groups[GroupOf(aggregate, labels)].emplace_back(v, labels);
    }
    double param = aggregate.param ? EvalScalar(*aggregate.param, t) : 0;
    Vector out;
    for (auto& [key, members] : groups) {
      if (aggregate.op == AggregateOp::kTopk || aggregate.op == AggregateOp::kBottomk) {
        std::sort(members.begin(), members.end());
        if (aggregate.op == AggregateOp::kTopk) std::reverse(members.begin(), members.end());
        auto k = static_cast<size_t>(std::max(0.0, param));
        for (size_t i = 0; i < std::min(k, members.size()); ++i) {
          Put(out, members[i].second, members[i].first);
        }
        continue;
      }
      std::vector<double> values;
      for (const auto& member : members) values.push_back(member.first);
      Put(out, key, Fold(aggregate.op, values, param));
    }
    return out;
  }

  Vector EvalBinary(const BinaryExpr& binary, TimeMs t) const {
    if (binary.rhs->type() == ValueType::kScalar || binary.lhs->type() == ValueType::kScalar) {
      return EvalVectorScalar(binary, t);
    }
    Vector lhs = EvalVector(*binary.lhs, t);
    Vector rhs = EvalVector(*binary.rhs, t);
    return IsSetOperator(binary.op) ? EvalSet(binary, lhs, rhs) : EvalJoin(binary, lhs, rhs);
  }
  Vector EvalVectorScalar(const BinaryExpr& binary, TimeMs t) const {
    bool left = binary.lhs->type() == ValueType::kScalar;
    double scalar = EvalScalar(left ? *binary.lhs : *binary.rhs, t);
    Vector out;
    for (const auto& [labels, v] : EvalVector(left ? *binary.rhs : *binary.lhs, t)) {
      double a = left ? scalar : v;
      double b = left ? v : scalar;
      if (!IsComparison(binary.op)) {
        Put(out, DropName(labels), Compute(binary.op, a, b));
      } else if (binary.return_bool) {
        Put(out, DropName(labels), Holds(binary.op, a, b));
      } else if (Holds(binary.op, a, b)) {
        Put(out, labels, v);
      }
    }
    return out;
  }
  static Labels Key(const BinaryExpr& binary, const Labels& labels) {
    std::vector<std::string> names = binary.matching->labels;
    if (!binary.matching->on) names.push_back("__name__");
    std::sort(names.begin(), names.end());
    return binary.matching->on ? labels.Keep(names) : labels.Drop(names);
  }
  static Vector EvalSet(const BinaryExpr& binary, const Vector& lhs, const Vector& rhs) {
    auto has = [&binary](const Vector& side, const Labels& labels) {
      for (const auto& [other, v] : side) {
        if (Key(binary, other) == Key(binary, labels)) return true;
      }
      return false;
    };
    Vector out;
    for (const auto& [labels, v] : lhs) {
      if (binary.op == BinaryOp::kOr || has(rhs, labels) == (binary.op == BinaryOp::kAnd)) {
        Put(out, labels, v);
      }
    }
    if (binary.op != BinaryOp::kOr) return out;
    for (const auto& [labels, v] : rhs) {
      if (!has(lhs, labels)) Put(out, labels, v);
    }
    return out;
  }
  static Vector EvalJoin(const BinaryExpr& binary, const Vector& lhs, const Vector& rhs) {
    const VectorMatching& matching = *binary.matching;
    bool one_to_one = matching.card == MatchCardinality::kOneToOne;
    Vector out;
    if (lhs.empty() || rhs.empty()) return out;
    std::map<Labels, std::pair<Labels, double>> ones;
    for (const auto& [labels, v] : rhs) {
      if (!ones.emplace(Key(binary, labels), std::pair(labels, v)).second) throw NaiveFailure();
    }
    std::map<Labels, int> used;
    for (const auto& [labels, v] : lhs) {
      auto one = ones.find(Key(binary, labels));
      if (one == ones.end()) continue;
      if (one_to_one && used[one->first]++ > 0) throw NaiveFailure();
      bool comparison = IsComparison(binary.op);
      double b = one->second.second;
      Labels result = comparison && !binary.return_bool ? labels : DropName(labels);
      if (one_to_one) {
        std::vector<std::string> names = matching.labels;
        std::sort(names.begin(), names.end());
        result = matching.on ? result.Keep(names) : result.Drop(names);
      }
      model::LabelsBuilder builder(result);
      for (const std::string& name : matching.include) {
        builder.Set(name, one->second.first.Get(name));
      }
      bool holds = comparison && Holds(binary.op, v, b);
      double value = !comparison ? Compute(binary.op, v, b) : binary.return_bool ? holds : v;
      if (comparison && !binary.return_bool && !holds) continue;
      Put(out, builder.Build(), value);
    }
    return out;
  }

  const testing::TestSeriesMap& data_;
  TimeMs start_;
  TimeMs end_;
};

// ---- random data and expressions

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}
  int Below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  bool Chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
  std::string Pick(std::initializer_list<const char*> options) {
    return *(options.begin() + Below(static_cast<int>(options.size())));
  }

  // Values differ from each other, so that ranks and comparisons have no ties.
  void Fill(testing::TestStorage& storage) {
    for (const char* name : {"c_total", "d_total", "g"}) {
      for (const char* job : {"a", "b"}) {
        for (const char* instance : {"0", "1", "2"}) {
          Labels labels = Labels::Of({{"__name__", name}, {"job", job}, {"instance", instance}});
          FillSeries(storage, labels, name[0] != 'g');
        }
      }
    }
    FillSeries(storage, Labels::Of({{"__name__", "one"}, {"role", "x"}}), false);
  }

  std::string Scalar(int depth) {
    switch (Below(depth > 0 ? 4 : 2)) {
      case 0:
        return Pick({"2", "0.5", "100", "-3"});
      case 1:
        return "time()";
      case 2:
        return "scalar(" + Vector(depth - 1) + ")";
      default:
        return "(" + Scalar(depth - 1) + Pick({" + ", " * ", " > bool "}) + "4)";
    }
  }
  std::string Vector(int depth) {
    if (depth <= 0) return Selector();
    switch (Below(11)) {
      case 0:
        return Selector();
      case 1:
      case 2:
        return RangeCall(depth - 1);
      case 3:
      case 4:
        return Aggregate(depth - 1);
      case 5:
      case 6:
        return Join(depth - 1);
      case 7:
        return "(" + Vector(depth - 1) + Operator() + Scalar(depth - 1) + ")";
      case 8:
        return "(-" + Vector(depth - 1) + ")";
      case 9:
        return "(" + Vector(depth - 1) + Pick({" and ", " or ", " unless "}) +
               Pick({"", "on(job) ", "on(instance) ", "ignoring(job) ", "on() "}) +
               Vector(depth - 1) + ")";
      default:
        return Function(depth - 1);
    }
  }

 private:
  void FillSeries(testing::TestStorage& storage, const Labels& labels, bool counter) {
    auto appender = storage.NewAppender();
    double v = Below(50) + std::uniform_real_distribution<>(0, 1)(random_);
    int64_t jitter = Below(3) == 0 ? Below(5000) : 0;
    for (int i = 0; i < 240; ++i) {
      if (Chance(0.04)) i += Below(30);  // a hole
      double shown = v;
      if (counter) {
        if (Chance(0.02)) v = 0;
        v += std::uniform_real_distribution<>(0, 10)(random_);
      } else {
        v += std::uniform_real_distribution<>(-10, 10)(random_);
      }
      if (Chance(0.01)) shown = model::kStaleNan;
      EXPECT_TRUE(appender->Append(0, labels, i * 15'000 + jitter, shown).ok());
    }
    EXPECT_TRUE(appender->Commit().ok());
  }
  std::string Matchers() {
    return Pick({"", "", "{job=\"a\"}", "{instance!=\"1\"}", "{job=~\"a|b\"}",
                 "{instance=~\"[01]\",job=\"b\"}", "{job=\"none\"}"});
  }
  std::string Modifier() {
    return Pick(
        {"", "", "", " offset 2m", " @ 1800", " @ end() offset 90s", " @ start()", " offset -45s"});
  }
  std::string Selector() {
    return Pick({"c_total", "d_total", "g", "g"}) + Matchers() + Modifier();
  }
  std::string Range(int depth) {
    if (depth > 0 && Chance(0.3)) {
      return Vector(depth - 1) + Pick({"[5m:30s]", "[7m:1m]", "[3m:45s]", "[20m:20s]"}) +
             Modifier();
    }
    return Pick({"c_total", "d_total", "g"}) + Matchers() +
           Pick({"[1m]", "[5m]", "[2m30s]", "[30m]"}) + Modifier();
  }
  std::string RangeCall(int depth) {
    if (Chance(0.1)) return "quantile_over_time(0.3, " + Range(depth) + ")";
    return Pick({"rate", "rate", "increase", "delta", "irate", "idelta", "sum_over_time",
                 "avg_over_time", "min_over_time", "max_over_time", "count_over_time",
                 "last_over_time", "stddev_over_time", "changes", "resets"}) +
           "(" + Range(depth) + ")";
  }
  std::string Aggregate(int depth) {
    std::string grouping =
        Pick({"", " by (job)", " by (instance)", " without (instance)", " by (job, instance)"});
    if (Chance(0.15)) {
      return Pick({"topk", "bottomk"}) + grouping + "(" + Pick({"1", "2", "4"}) + ", " +
             Selector() + ")";
    }
    if (Chance(0.1)) return "quantile" + grouping + "(0.7, " + Vector(depth) + ")";
    return Pick({"sum", "avg", "min", "max", "count", "group", "stddev"}) + grouping + "(" +
           Vector(depth) + ")";
  }
  std::string Operator() {
    return Pick({" + ", " - ", " * ", " / ", " > ", " < bool ", " >= ", " != bool "});
  }
  std::string Join(int depth) {
    std::string matching = Pick({"", "", "on(job, instance) ", "ignoring(instance) ",
                                 "on(job) group_left ", "on() group_left(role) "});
    std::string rhs = matching.starts_with("on()") ? "one" : Vector(depth);
    if (matching == "on(job) group_left ") rhs = "sum by (job) (" + rhs + ")";
    return "(" + Vector(depth) + Operator() + matching + rhs + ")";
  }
  std::string Function(int depth) {
    switch (Below(5)) {
      case 0:
        return "abs(" + Vector(depth) + ")";
      case 1:
        return "clamp_max(" + Vector(depth) + ", " + Scalar(depth) + ")";
      case 2:
        return "absent(sum(" + Vector(depth) + "))";
      case 3:
        return "vector(" + Scalar(depth) + ")";
      default:
        return "sqrt(abs(" + Vector(depth) + "))";
    }
  }
  std::mt19937_64 random_;
};

bool Close(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (a == b) return true;
  return std::fabs(a - b) <= 1e-9 + 1e-9 * std::max(std::fabs(a), std::fabs(b));
}

// The engine's matrix as vectors by step.
std::map<TimeMs, Vector> ByStep(const QueryValue& value) {
  std::map<TimeMs, Vector> steps;
  for (const ResultSeries& series : value.series) {
    for (size_t i = 0; i < series.t.size(); ++i) {
      EXPECT_TRUE(steps[series.t[i]].emplace(series.labels, series.v[i]).second);
    }
  }
  return steps;
}

std::string Difference(const Vector& want, const Vector& got) {
  for (const auto& [labels, v] : want) {
    auto found = got.find(labels);
    if (found == got.end()) return fmt::format("no {}", labels.ToMetricString());
    if (!Close(v, found->second)) {
      return fmt::format("{}: naive {}, engine {}", labels.ToMetricString(), v, found->second);
    }
  }
  for (const auto& [labels, v] : got) {
    if (!want.contains(labels)) return fmt::format("unexpected {}", labels.ToMetricString());
  }
  return {};
}

struct Tally {
  int equal = 0;
  int both_fail = 0;
};

void CompareOne(Engine& engine, testing::TestStorage& storage, const std::string& query,
                TimeMs start, TimeMs end, int64_t step_ms, Tally* tally) {
  auto snapshot = storage.Snapshot();
  QueryRequest request;
  request.query = query;
  request.start = start;
  request.end = end;
  request.step_ms = step_ms;
  auto outcome = engine.Exec(storage, request);
  auto parsed = Parse(query);
  ASSERT_TRUE(parsed.ok()) << query << ": " << parsed.error().message();
  Naive naive(*snapshot, start, end);
  std::map<TimeMs, Vector> steps;
  if (auto* result = std::get_if<QueryResult>(&outcome)) steps = ByStep(result->value);
  try {
    for (TimeMs t = start; t <= end; t += std::max<int64_t>(step_ms, 1)) {
      Vector want = naive.EvalVector(**parsed, t);
      if (auto* failure = std::get_if<QueryFailure>(&outcome)) {
        if (t + std::max<int64_t>(step_ms, 1) <= end) continue;
        // Functions of ranges refuse equal labels even where they do not meet.
        if (failure->message.find("same labelset") == std::string::npos) {
          FAIL() << query << ": only the engine fails: " << failure->message;
        }
        ++tally->both_fail;
        return;
      }
      std::string difference = Difference(want, steps[t]);
      ASSERT_EQ(difference, "") << query << " at " << t << " of " << start << "…" << end;
    }
    ++tally->equal;
  } catch (const NaiveFailure&) {
    ASSERT_TRUE(std::holds_alternative<QueryFailure>(outcome))
        << query << ": only the naive evaluator fails";
    ++tally->both_fail;
  }
}

TEST(NaiveEval, RandomExpressionsAgreeWithTheNaiveEvaluator) {
  Engine engine(EngineOptions{}, nullptr, nullptr, Clock::System());
  // WATCHFIRE_NAIVE_SEEDS=500 looks longer.
  const char* set = std::getenv("WATCHFIRE_NAIVE_SEEDS");
  uint64_t seeds = set ? std::strtoull(set, nullptr, 10) : 16;
  Tally tally;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    Generator generator(seed);
    testing::TestStorage storage;
    generator.Fill(storage);
    for (int i = 0; i < 60 && !::testing::Test::HasFatalFailure(); ++i) {
      std::string query = generator.Vector(3);
      SCOPED_TRACE(fmt::format("seed {}, expression {}", seed, i));
      CompareOne(engine, storage, query, 2'000'000, 2'000'000, 0, &tally);
      CompareOne(engine, storage, query, 600'000, 2'400'000, 97'000, &tally);
    }
  }
  fmt::print("{} evaluations agree, {} fail on both sides\n", tally.equal, tally.both_fail);
  EXPECT_GT(tally.equal, 4 * tally.both_fail);
}

}  // namespace
}  // namespace watchfire::promql

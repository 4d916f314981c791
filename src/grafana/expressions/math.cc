#include "grafana/expressions/math.h"

#include <cmath>
#include <limits>

#include "grafana/expressions/label_join.h"
#include "grafana/expressions/math_parser.h"
#include "grafana/expressions/model_fields.h"

namespace watchfire::grafana {
namespace {

using Value = std::optional<double>;
using Numbers = std::vector<Number>;
using AllSeries = std::vector<TimeSeries>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Value Constant(std::string_view name) {
  if (name == "nan") return kNan;
  if (name == "inf") return kInf;
  if (name == "infn") return -kInf;
  return std::nullopt;
}

Value Call(std::string_view name, Value v) {
  if (name == "is_null") return v ? 0.0 : 1.0;
  if (name == "is_nan") return v && std::isnan(*v) ? 1.0 : 0.0;
  if (name == "is_inf") return v && std::isinf(*v) ? 1.0 : 0.0;
  if (name == "is_number") return v && std::isfinite(*v) ? 1.0 : 0.0;
  // What is computed from null is not a number.
  if (!v) return kNan;
  if (name == "abs") return std::abs(*v);
  if (name == "log") return std::log(*v);
  if (name == "round") return std::round(*v);
  if (name == "ceil") return std::ceil(*v);
  return std::floor(*v);
}

Value Unary(MathOp op, Value v) {
  if (!v || std::isnan(*v)) return v;
  if (op == MathOp::kNegate) return -*v;
  return *v == 0 ? 1.0 : 0.0;
}

Value Binary(MathOp op, Value left, Value right) {
  if (!left || !right) return std::nullopt;
  double a = *left;
  double b = *right;
  // Certain whatever the other side is.
  if (op == MathOp::kOr && a != 0) return 1.0;
  if (op == MathOp::kAnd && a == 0) return 0.0;
  if (std::isnan(a) || std::isnan(b)) return kNan;
  auto truth = [](bool is) { return is ? 1.0 : 0.0; };
  switch (op) {
    case MathOp::kOr:
    case MathOp::kAnd:
      return truth(b != 0);
    case MathOp::kEqual:
      return truth(a == b);
    case MathOp::kNotEqual:
      return truth(a != b);
    case MathOp::kLess:
      return truth(a < b);
    case MathOp::kLessEqual:
      return truth(a <= b);
    case MathOp::kGreater:
      return truth(a > b);
    case MathOp::kGreaterEqual:
      return truth(a >= b);
    case MathOp::kAdd:
      return a + b;
    case MathOp::kSub:
      return a - b;
    case MathOp::kMul:
      return a * b;
    case MathOp::kDiv:
      return a / b;
    case MathOp::kMod:
      return std::fmod(a, b);
    default:
      return std::pow(a, b);
  }
}

template <typename F>
NodeValue ForEachValue(NodeValue value, F&& function) {
  if (auto* numbers = std::get_if<Numbers>(&value.data)) {
    for (Number& number : *numbers) number.value = function(number.value);
  } else if (auto* all = std::get_if<AllSeries>(&value.data)) {
    for (TimeSeries& series : *all) {
      for (Value& v : series.v) v = function(v);
    }
  }
  return value;
}

TimeSeries SeriesWithNumber(MathOp op, const TimeSeries& series, Value number, bool number_left) {
  TimeSeries out;
  out.t = series.t;
  out.v.reserve(series.v.size());
  for (Value v : series.v) {
    out.v.push_back(number_left ? Binary(op, number, v) : Binary(op, v, number));
  }
  return out;
}

TimeSeries SeriesWithSeries(MathOp op, const TimeSeries& left, const TimeSeries& right) {
  TimeSeries out;
  size_t j = 0;
  for (size_t i = 0; i < left.t.size(); ++i) {
    while (j < right.t.size() && right.t[j] < left.t[i]) ++j;
    if (j == right.t.size()) break;
    if (right.t[j] != left.t[i]) continue;
    out.t.push_back(left.t[i]);
    out.v.push_back(Binary(op, left.v[i], right.v[j]));
  }
  return out;
}

// Either kind of vector; at most one is set.
struct Operand {
  const Numbers* numbers = nullptr;
  const AllSeries* series = nullptr;

  explicit Operand(const NodeValue& value)
      : numbers(std::get_if<Numbers>(&value.data)), series(std::get_if<AllSeries>(&value.data)) {}

  std::vector<model::Labels> labels() const {
    std::vector<model::Labels> all;
    if (numbers != nullptr) {
      for (const Number& number : *numbers) all.push_back(number.labels);
    } else {
      for (const TimeSeries& one : *series) all.push_back(one.labels);
    }
    return all;
  }
};

Result<NodeValue> Operate(MathOp op, const NodeValue& left_value, const NodeValue& right_value) {
  if (std::holds_alternative<NoData>(left_value.data) ||
      std::holds_alternative<NoData>(right_value.data)) {
    return NodeValue{};
  }
  Operand left(left_value);
  Operand right(right_value);
  std::vector<JoinedPair> pairs = TRY(JoinByLabels(left.labels(), right.labels()));
  if (left.numbers != nullptr && right.numbers != nullptr) {
    Numbers out;
    for (JoinedPair& pair : pairs) {
      Value value =
          Binary(op, (*left.numbers)[pair.left].value, (*right.numbers)[pair.right].value);
      out.push_back({std::move(pair.labels), value});
    }
    return OrNoData(std::move(out));
  }
  constexpr size_t kMaxPoints = 20'000'000;  // 320 MB
  size_t points = 0;
  AllSeries out;
  for (JoinedPair& pair : pairs) {
    TimeSeries series;
    if (left.numbers != nullptr) {
      series =
          SeriesWithNumber(op, (*right.series)[pair.right], (*left.numbers)[pair.left].value, true);
    } else if (right.numbers != nullptr) {
      series = SeriesWithNumber(op, (*left.series)[pair.left], (*right.numbers)[pair.right].value,
                                false);
    } else {
      series = SeriesWithSeries(op, (*left.series)[pair.left], (*right.series)[pair.right]);
    }
    series.labels = std::move(pair.labels);
    points += series.t.size();
    if (points > kMaxPoints) {
      return Error::Make(ErrorCode::kLimit, "the operator gives more than {} points", kMaxPoints);
    }
    out.push_back(std::move(series));
  }
  return OrNoData(std::move(out));
}

Result<NodeValue> EvaluateNode(const MathNode& node, const ExpressionContext& context) {
  switch (node.op) {
    case MathOp::kNumber:
      return NodeValue{Numbers{{{}, node.number}}};
    case MathOp::kVariable:
      return *TRY(ValueOf(node.name, context));
    case MathOp::kCall: {
      if (node.args.empty()) return NodeValue{Numbers{{{}, Constant(node.name)}}};
      NodeValue arg = TRY(EvaluateNode(*node.args[0], context));
      return ForEachValue(std::move(arg), [&](Value v) { return Call(node.name, v); });
    }
    case MathOp::kNot:
    case MathOp::kNegate: {
      NodeValue arg = TRY(EvaluateNode(*node.args[0], context));
      return ForEachValue(std::move(arg), [&](Value v) { return Unary(node.op, v); });
    }
    default: {
      NodeValue left = TRY(EvaluateNode(*node.args[0], context));
      NodeValue right = TRY(EvaluateNode(*node.args[1], context));
      return Operate(node.op, left, right);
    }
  }
}

}  // namespace

Result<NodeValue> EvaluateMath(const codec::Json& model, const ExpressionContext& context) {
  Result<MathTree> tree = ParseMath(TextOf(model, "expression"));
  if (!tree.ok()) return tree.error().With("invalid math expression");
  return EvaluateNode(**tree, context);
}

}  // namespace watchfire::grafana

#include "promql/oracle/expression_generator.h"

#include <algorithm>

#include <fmt/format.h>

namespace watchfire::promql {
namespace {

using Strings = std::vector<std::string>;

const Strings kMath = {"abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil",
                       "cos", "cosh", "deg",   "exp",  "floor", "ln",   "log10", "log2",
                       "rad", "sgn",  "sin",   "sinh", "sqrt",  "tan",  "tanh"};
const Strings kDates = {"day_of_month", "day_of_week", "day_of_year", "days_in_month",
                        "hour",         "minute",      "month",       "year"};
const Strings kOverTime = {
    "avg_over_time",    "changes",          "count_over_time",   "delta",         "deriv",
    "idelta",           "last_over_time",   "max_over_time",     "min_over_time", "resets",
    "stddev_over_time", "stdvar_over_time", "present_over_time", "sum_over_time"};
const Strings kExperimentalOverTime = {"mad_over_time", "ts_of_first_over_time",
                                       "ts_of_last_over_time", "ts_of_max_over_time",
                                       "ts_of_min_over_time"};
// Groupings by which a vector's series become unique.
const Strings kKeys = {"job", "instance", "job, instance", "zone", "job, zone"};

}  // namespace

const std::vector<std::string_view>& FunctionsNotGenerated() {
  static const std::vector<std::string_view> kNames = {
      "histogram_avg", "histogram_count", "histogram_stddev", "histogram_stdvar", "histogram_sum",
      "info",          "start_timestamp"};
  return kNames;
}

ParseOptions ParseOptionsFor(const GrammarOptions& options) {
  ParseOptions parse;
  // holt_winters of 2.42 is an experimental function today.
  parse.experimental_functions = options.experimental_functions || options.only_2_42;
  parse.fill_modifiers = options.fill_modifiers;
  return parse;
}

std::string ExpressionGenerator::Next() {
  int depth = random_.Between(1, options_.max_depth);
  return random_.Chance(4) ? Scalar(depth) : Vector(depth);
}

std::string ExpressionGenerator::Vector(int depth) {
  if (depth <= 0) return random_.Chance(5) ? fmt::format("vector({})", Number()) : Selector();
  --depth;
  switch (random_.PickWeighted({6, 24, 20, 9, 2, 4, 4, 5, 6, 10, 14, 8, 4, 1})) {
    case 0:
      return Selector();
    case 1:
      return RangeCall(depth);
    case 2:
      return Aggregate(depth);
    case 3:
      return MathCall(depth);
    case 4:
      return DateCall(depth);
    case 5:
      return ClampCall(depth);
    case 6:
      return LabelCall(depth);
    case 7:
      return HistogramCall(depth);
    case 8:
      return OtherCall(depth);
    case 9:
      return ScalarOperator(depth);
    case 10:
      return Join(depth);
    case 11:
      return SetOperator(depth);
    case 12:
      return fmt::format("({}{})", random_.Pick({"-", "-", "+"}), Vector(depth));
    default:
      return fmt::format("({})", Vector(depth));
  }
}

std::string ExpressionGenerator::Scalar(int depth) {
  if (depth <= 0) return random_.Chance(20) ? "time()" : Number();
  --depth;
  switch (random_.PickWeighted({6, 3, 5, 5, 2, 1, experimental() ? 5 : 0})) {
    case 0:
      return Number();
    case 1:
      return "time()";
    case 2:
      return fmt::format("scalar({})", Vector(depth));
    case 3:
      if (random_.Chance(30)) {
        return fmt::format("({} {} bool {})", Scalar(depth), Comparison(), Scalar(depth));
      }
      return fmt::format("({} {} {})", Scalar(depth), Arithmetic(), Scalar(depth));
    case 4:
      return fmt::format("(-{})", Scalar(depth));
    case 5:
      return "pi()";
    default:
      if (random_.Chance(60)) return random_.Pick({"start()", "end()", "step()", "range()"});
      return fmt::format("{}({}, {})", random_.Pick({"min_of", "max_of"}), Scalar(depth),
                         Scalar(depth));
  }
}

std::string ExpressionGenerator::Number() {
  if (Provokes()) return random_.Pick({"NaN", "Inf", "(-Inf)", "1e308", "(-0)", "3e-308"});
  if (modern() && random_.Chance(10)) {
    return random_.Pick({"0x1F", "1_000", "5m", "1h30m", ".5", "1e-3", "012"});
  }
  return random_.Pick({"0", "1", "2", "3", "0.5", "0.25", "10", "100", "(-1)", "1e3", "60"});
}

std::string ExpressionGenerator::Share(int depth, bool aggregates) {
  if (Provokes()) return random_.Pick({"NaN", "-0.5", "1.5", "Inf"});
  bool constant = aggregates && !modern();
  if (!constant && random_.Chance(10)) return fmt::format("({} % 1)", Scalar(depth));
  return random_.Pick({"0", "0.1", "0.25", "0.5", "0.9", "0.99", "1"});
}

std::string ExpressionGenerator::Count(int depth) {
  if (Provokes()) return random_.Pick({"NaN", "-1", "0", "Inf", "1e30", "2.7"});
  if (modern() && random_.Chance(10)) return fmt::format("({} % 5)", Scalar(depth));
  return random_.Pick({"1", "2", "3", "5", "100"});
}

// ---- selectors

std::string ExpressionGenerator::Metric(MetricKind kind) {
  Strings names;
  for (const MetricDescription& metric : data_.metrics) {
    if (metric.kind == kind) names.push_back(metric.name);
  }
  return random_.Pick(names);
}

std::string ExpressionGenerator::Matchers(const MetricDescription* metric) {
  Strings parts;
  while (random_.Chance(30) && parts.size() < 3) {
    const LabelDescription& label = random_.Pick(data_.labels);
    bool has = !metric || std::ranges::find(metric->labels, label.name) != metric->labels.end();
    if (!has && !random_.Chance(10)) continue;
    const std::string& value = random_.Pick(label.values);
    const std::string& other = random_.Pick(label.values);
    switch (random_.Below(8)) {
      case 0:
      case 1:
      case 2:
        parts.push_back(fmt::format("{}=\"{}\"", label.name, value));
        break;
      case 3:
        parts.push_back(fmt::format("{}!=\"{}\"", label.name, value));
        break;
      case 4:
        parts.push_back(fmt::format("{}=~\"{}|{}\"", label.name, value, other));
        break;
      case 5:
        parts.push_back(fmt::format("{}!~\"{}.*\"", label.name, value.substr(0, 1)));
        break;
      case 6:
        parts.push_back(fmt::format("{}=~\".+\"", label.name));
        break;
      default:
        parts.push_back(fmt::format("{}{}\"\"", label.name, random_.Chance(80) ? "!=" : "="));
    }
  }
  if (!metric && random_.Chance(50)) {
    parts.push_back(fmt::format("__name__=~\"{}|{}\"", Metric(MetricKind::kGauge),
                                Metric(MetricKind::kCounter)));
  } else if (!metric) {
    parts.push_back(fmt::format("__name__=\"{}\"", Metric(MetricKind::kGauge)));
  }
  return parts.empty() ? "" : fmt::format("{{{}}}", fmt::join(parts, ","));
}

std::string ExpressionGenerator::SelectorOf(const std::string& name, bool with_modifiers) {
  auto metric = std::ranges::find(data_.metrics, name, &MetricDescription::name);
  return name + Matchers(&*metric) + (with_modifiers ? Modifiers() : "");
}

std::string ExpressionGenerator::Selector() {
  if (random_.Chance(4)) return Matchers(nullptr) + Modifiers();
  if (random_.Chance(2)) return "nothing" + Modifiers();
  return SelectorOf(random_.Pick(data_.metrics).name);
}

std::string ExpressionGenerator::TimeLiteral() {
  int64_t span_s = (data_.end - data_.start) / 1000;
  int64_t second = data_.start / 1000 + random_.Between(-120, static_cast<int>(span_s) + 120);
  return options_.only_2_42   ? fmt::format("{}.123", second)
         : random_.Chance(50) ? fmt::format("{}", second / 15 * 15)
                              : fmt::format("{}.{:03}", second, random_.Below(1000));
}

std::string ExpressionGenerator::Modifiers() {
  std::string at;
  std::string offset;
  if (random_.Chance(8)) at = " @ " + TimeLiteral();
  if (at.empty() && random_.Chance(5)) at = random_.Pick({" @ start()", " @ end()"});
  if (random_.Chance(14)) {
    offset = " offset " + random_.Pick({"10s", "1m", "2m30s", "10m", "-1m", "-30s", "1h"});
  } else if (modern() && random_.Chance(3)) {
    offset = random_.Pick({" offset (1m + 30s)", " offset (step() * 2)", " offset -(30)",
                           " offset 90", " offset (range() / 4)"});
  }
  return random_.Chance(50) ? at + offset : offset + at;
}

std::string ExpressionGenerator::Duration() {
  if (modern() && random_.Chance(12)) return DurationExpression();
  return random_.Pick({"30s", "1m", "1m", "2m", "5m", "5m", "5m", "4m17s", "10m", "30m", "1h"});
}

std::string ExpressionGenerator::DurationExpression() {
  return random_.Pick({"90", "1m * 3", "2m + 30", "(1m + 1m) * 2", "10m - 15s", "1h / 7",
                       "max_of(step(), 1m)", "min_of(range(), 5m) + 1m", "1m ^ 1", "1m + step()",
                       "7m % 4m", "step() + 30s"});
}

std::string ExpressionGenerator::RangeSelector(const std::string& selector) {
  return fmt::format("{}[{}]{}", selector, Duration(), Modifiers());
}

std::string ExpressionGenerator::Subquery(int depth) {
  if (options_.only_2_42) {
    // Seven seconds more than any sum of steps and offsets.
    std::string range = random_.Pick({"1m7s", "2m17s", "5m37s", "10m7s", "20m57s"});
    std::string step = random_.Pick({"10s", "20s", "30s", "1m", "2m", ""});
    return fmt::format("{}[{}:{}]{}", Vector(depth), range, step, Modifiers());
  }
  std::string range = random_.Chance(10) ? DurationExpression()
                                         : random_.Pick({"1m", "2m", "5m", "5m", "10m", "20m"});
  std::string step = random_.Pick({"10s", "15s", "30s", "1m", "47s", "", "15 * 2", "3m"});
  return fmt::format("{}[{}:{}]{}", Vector(depth), range, step, Modifiers());
}

std::string ExpressionGenerator::Range(int depth) {
  if (depth > 0 && random_.Chance(25)) return Subquery(depth - 1);
  if (random_.Chance(3)) return RangeSelector(Matchers(nullptr));
  return RangeSelector(SelectorOf(random_.Pick(data_.metrics).name, false));
}

std::string ExpressionGenerator::CounterRange(int depth) {
  if (modern() && random_.Chance(25)) return Range(depth);
  MetricKind kind = random_.Chance(25) ? MetricKind::kBuckets : MetricKind::kCounter;
  return RangeSelector(SelectorOf(Metric(kind), false));
}

// ---- functions

std::string ExpressionGenerator::RangeCall(int depth) {
  switch (random_.PickWeighted({34, 40, 6, 5, 5, 4, experimental() ? 10 : 0, modern() ? 3 : 0})) {
    case 0:
      return fmt::format("{}({})", random_.Pick({"rate", "rate", "increase", "irate"}),
                         CounterRange(depth));
    case 1:
      return fmt::format("{}({})", random_.Pick(kOverTime), Range(depth));
    case 2:
      return fmt::format("quantile_over_time({}, {})", Share(depth), Range(depth));
    case 3:
      return fmt::format("predict_linear({}, {})", Range(depth), Scalar(depth));
    case 4: {
      bool wrong = Provokes();
      return fmt::format("double_exponential_smoothing({}, {}, {})", Range(depth),
                         wrong ? "1" : random_.Pick({"0.5", "0.1", "0.9"}),
                         random_.Pick({"0.5", "0.3", "0.01"}));
    }
    case 5:
      return fmt::format("absent_over_time({})", Range(depth));
    case 6:
      return fmt::format("{}({})", random_.Pick(kExperimentalOverTime), Range(depth));
    default:
      return fmt::format("first_over_time({})", Range(depth));
  }
}

std::string ExpressionGenerator::MathCall(int depth) {
  return fmt::format("{}({})", random_.Pick(kMath), Vector(depth));
}

std::string ExpressionGenerator::DateCall(int depth) {
  const std::string& name = random_.Pick(kDates);
  if (random_.Chance(40)) return name + "()";
  if (random_.Chance(50)) return fmt::format("{}(timestamp({}))", name, Vector(depth));
  return fmt::format("{}({} * {})", name, Vector(depth), random_.Pick({"86400", "3661", "1e9"}));
}

std::string ExpressionGenerator::ClampCall(int depth) {
  switch (random_.Below(5)) {
    case 0:
      return fmt::format("clamp({}, {}, {})", Vector(depth), Scalar(depth), Scalar(depth));
    case 1:
      return fmt::format("clamp_min({}, {})", Vector(depth), Scalar(depth));
    case 2:
      return fmt::format("clamp_max({}, {})", Vector(depth), Scalar(depth));
    case 3:
      return fmt::format("round({}, {})", Vector(depth), Scalar(depth));
    default:
      return fmt::format("round({})", Vector(depth));
  }
}

std::string ExpressionGenerator::LabelCall(int depth) {
  std::string source = random_.Pick(data_.labels).name;
  std::string target = random_.Pick({"new", "job", "instance", "zone", "__name__"});
  if (random_.Chance(60)) {
    if (Provokes()) {
      return fmt::format(R"(label_replace({}, "{}", "x", "{}", "{}"))", Vector(depth),
                         random_.Chance(50) ? "" : target, source, random_.Pick({"(", ".*"}));
    }
    std::string replacement = random_.Pick({"$1", "x-$1", "${1}y", "fixed", ""});
    std::string regex = random_.Pick({"(.*)", "(.+)", "([0-9]+)", "a(.*)", "(.)(.*)", "none"});
    return fmt::format(R"(label_replace({}, "{}", "{}", "{}", "{}"))", Vector(depth), target,
                       replacement, source, regex);
  }
  return fmt::format(R"(label_join({}, "{}", "{}", "{}", "{}"))", Vector(depth), target,
                     random_.Pick({"-", ""}), source, random_.Pick(data_.labels).name);
}

std::string ExpressionGenerator::HistogramCall(int depth) {
  std::string buckets;
  std::string selector = SelectorOf(Metric(MetricKind::kBuckets), false);
  switch (random_.Below(4)) {
    case 0:
      buckets = selector + Modifiers();
      break;
    case 1:
      buckets = fmt::format("rate({})", RangeSelector(selector));
      break;
    case 2:
      buckets =
          fmt::format("sum by (le, {}) (rate({}))", random_.Pick(kKeys), RangeSelector(selector));
      break;
    default:
      buckets = fmt::format("sum by (le) (increase({}))", RangeSelector(selector));
  }
  if (modern() && random_.Chance(5)) buckets = Vector(depth);
  switch (random_.PickWeighted({70, modern() ? 20 : 0, experimental() ? 20 : 0})) {
    case 0:
      return fmt::format("histogram_quantile({}, {})", Share(depth), buckets);
    case 1:
      return fmt::format("histogram_fraction({}, {}, {})", Number(), Number(), buckets);
    default:
      return fmt::format(R"(histogram_quantiles({}, "q", {}, {}))", buckets, Share(depth),
                         random_.Pick({"0.3", "0.7", "1"}));
  }
}

std::string ExpressionGenerator::OtherCall(int depth) {
  switch (random_.PickWeighted({10, 10, 6, 6, 4, experimental() ? 6 : 0})) {
    case 0:
      return fmt::format("timestamp({})", random_.Chance(60) ? Selector() : Vector(depth));
    case 1:
      return fmt::format("absent({})", random_.Chance(60) ? Selector() : Vector(depth));
    case 2:
      return fmt::format("sort({})", Vector(depth));
    case 3:
      return fmt::format("sort_desc({})", Vector(depth));
    case 4:
      return fmt::format("vector({})", Scalar(depth));
    default:
      return fmt::format(R"({}({}, "{}", "instance"))",
                         random_.Pick({"sort_by_label", "sort_by_label_desc"}), Vector(depth),
                         random_.Pick(data_.labels).name);
  }
}

// ---- aggregations and operators

std::string ExpressionGenerator::Grouping() {
  switch (random_.Below(8)) {
    case 0:
    case 1:
      return "";
    case 2:
      return " by ()";
    case 3:
      return fmt::format(" without ({})", random_.Pick(data_.labels).name);
    case 4:
      return fmt::format(" without ({}, {})", random_.Pick(data_.labels).name,
                         random_.Pick(data_.labels).name);
    case 5:
      return fmt::format(" by (__name__, {})", random_.Pick(data_.labels).name);
    default:
      return fmt::format(" by ({})", random_.Pick(kKeys));
  }
}

std::string ExpressionGenerator::Aggregate(int depth) {
  std::string grouping = Grouping();
  switch (random_.PickWeighted({70, 10, 6, 5, experimental() ? 8 : 0})) {
    case 0: {
      std::string op = random_.Pick(
          {"sum", "sum", "sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"});
      if (random_.Chance(20)) return fmt::format("{}({}){}", op, Vector(depth), grouping);
      return fmt::format("{}{} ({})", op, grouping, Vector(depth));
    }
    case 1:
      return fmt::format("{}{} ({}, {})", random_.Pick({"topk", "bottomk"}), grouping, Count(depth),
                         Vector(depth));
    case 2:
      return fmt::format("quantile{} ({}, {})", grouping, Share(depth, true), Vector(depth));
    case 3:
      return fmt::format("count_values{} (\"{}\", {})", grouping,
                         Provokes() ? "" : random_.Pick({"value", "value", "zone"}), Vector(depth));
    default:
      if (random_.Chance(50)) {
        return fmt::format("limitk{} ({}, {})", grouping, Count(depth), Vector(depth));
      }
      return fmt::format("limit_ratio{} ({}{}, {})", grouping, random_.Pick({"", "-"}),
                         Share(depth), Vector(depth));
  }
}

std::string ExpressionGenerator::Operator() {
  if (random_.Chance(60)) {
    return modern() ? Arithmetic() : random_.Pick({"+", "-", "*", "/", "%", "^"});
  }
  return Comparison() + (random_.Chance(40) ? " bool" : "");
}

std::string ExpressionGenerator::ScalarOperator(int depth) {
  // Names survive the atan2 of 2.42, so there it only gets vectors without.
  if (!modern() && random_.Chance(5)) {
    return fmt::format("(abs({}) atan2 {})", Vector(depth), Scalar(depth));
  }
  if (random_.Chance(35)) {
    return fmt::format("({} {} {})", Scalar(depth), Operator(), Vector(depth));
  }
  return fmt::format("({} {} {})", Vector(depth), Operator(), Scalar(depth));
}

std::string ExpressionGenerator::Fill() {
  if (!modern() || !options_.fill_modifiers || !random_.Chance(15)) return "";
  return random_.Pick({" fill(0)", " fill_left(1)", " fill_right(-2)", " fill(NaN)",
                       " fill_left(0) fill_right(10)"});
}

std::string ExpressionGenerator::Join(int depth) {
  const std::string& key = random_.Pick(kKeys);
  std::string aggregate = random_.Pick({"sum", "max", "count", "avg"});
  std::string unique = fmt::format("{} by ({}) ({})", aggregate, key, Vector(depth));
  switch (random_.PickWeighted({20, 20, 20, 18, 12, 4})) {
    case 0: {
      // The same labels on both sides.
      const std::string other =
          fmt::format("{} by ({}) ({})", random_.Pick({"sum", "min"}), key, Vector(depth));
      return fmt::format("({} {}{} {})", unique, Operator(), Fill(), other);
    }
    case 1:
      return fmt::format("({} {} on ({}) group_left{}{} {})", Vector(depth), Operator(), key,
                         random_.Pick({"", " ()", key.ends_with("zone") ? "" : " (zone)"}), Fill(),
                         unique);
    case 2:
      return fmt::format("({} {} on ({}) group_right () {})", unique, Operator(), key,
                         Vector(depth));
    case 3:
      return fmt::format("({} {} on (job) group_left (version) build_info)", Vector(depth),
                         Operator());
    case 4: {
      const std::string name = random_.Pick(data_.metrics).name;
      return fmt::format("({} {} ignoring (code){} {})", SelectorOf(name), Operator(), Fill(),
                         Vector(depth));
    }
    default:
      return fmt::format("({} {} on ({}) {})", Vector(depth), Operator(), key, Vector(depth));
  }
}

std::string ExpressionGenerator::SetOperator(int depth) {
  std::string matching;
  if (random_.Chance(50)) {
    matching = fmt::format("{} ({}) ", random_.Pick({"on", "ignoring"}),
                           random_.Chance(10) ? "" : random_.Pick(kKeys));
  }
  return fmt::format("({} {} {}{})", Vector(depth), random_.Pick({"and", "or", "unless"}), matching,
                     Vector(depth));
}

}  // namespace watchfire::promql

#pragma once
// Random PromQL over described data: seeded, type-correct, of bounded depth, and mostly expressions
// that find something: matchers take labels and values that exist, joins bring one side into the
// shape that the matching needs. Now and then a parameter provokes (NaN, infinities, negative k, a
// φ outside 0…1, an invalid name), and some joins fail; evaluators must agree on that, too.
//
// All functions, aggregations, operators and modifiers are generated but those of
// FunctionsNotGenerated, each for its reason. A value of one thread; a seed means the same
// anywhere.

#include <string>
#include <string_view>
#include <vector>

#include "promql/oracle/data_generator.h"
#include "promql/oracle/random.h"
#include "promql/parser/parser.h"

namespace watchfire::promql {

struct GrammarOptions {
  int max_depth = 4;
  // The language of Prometheus 2.42. Also keeps subqueries' windows from ending where a point is,
  // given that steps and times of evaluation are as DataOptions::for_closed_windows wants them,
  // and rates to counters themselves (see DataOptions).
  bool only_2_42 = false;
  bool experimental_functions = true;
  bool fill_modifiers = true;
  bool provoke = true;
};

// info and start_timestamp look at more than samples; functions that are about native histograms
// alone give nothing here and are generated in their own tests.
const std::vector<std::string_view>& FunctionsNotGenerated();

// What Parse must allow for these expressions.
ParseOptions ParseOptionsFor(const GrammarOptions& options);

class ExpressionGenerator {
 public:
  ExpressionGenerator(DataDescription data, GrammarOptions options, uint64_t seed)
      : data_(std::move(data)), options_(options), random_(seed) {}

  // A query: mostly an instant vector, sometimes a scalar.
  std::string Next();

 private:
  std::string Vector(int depth);
  std::string Scalar(int depth);
  std::string Number();
  // A φ or a ratio, and a k. Those of aggregations of 2.42 are the same at each step.
  std::string Share(int depth, bool aggregates = false);
  std::string Count(int depth);

  // selectors
  std::string Matchers(const MetricDescription* metric);
  std::string Metric(MetricKind kind);
  std::string Selector();
  std::string SelectorOf(const std::string& name, bool with_modifiers = true);
  std::string Modifiers();
  std::string Duration();
  std::string DurationExpression();
  std::string TimeLiteral();
  std::string RangeSelector(const std::string& selector);
  std::string Subquery(int depth);
  std::string Range(int depth);
  std::string CounterRange(int depth);

  // functions
  std::string RangeCall(int depth);
  std::string MathCall(int depth);
  std::string DateCall(int depth);
  std::string ClampCall(int depth);
  std::string LabelCall(int depth);
  std::string HistogramCall(int depth);
  std::string OtherCall(int depth);

  // aggregations and operators
  std::string Grouping();
  std::string Aggregate(int depth);
  std::string ScalarOperator(int depth);
  std::string Join(int depth);
  std::string Fill();
  std::string SetOperator(int depth);
  std::string Arithmetic() { return random_.Pick({"+", "-", "*", "/", "%", "^", "atan2"}); }
  std::string Comparison() { return random_.Pick({"==", "!=", "<", "<=", ">", ">="}); }
  std::string Operator();

  bool Provokes() { return options_.provoke && random_.Chance(4); }
  bool modern() const { return !options_.only_2_42; }
  bool experimental() const { return modern() && options_.experimental_functions; }

  DataDescription data_;
  GrammarOptions options_;
  Random random_;
};

}  // namespace watchfire::promql

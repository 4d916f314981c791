#include "grafana/expressions/expressions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/numbers.h"

namespace watchfire::grafana {
namespace {

using model::Labels;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr std::optional<double> kNull;

codec::Json Parsed(std::string_view text) {
  auto json = codec::Json::Parse(text);
  if (!json.ok()) throw std::runtime_error(json.error().message());
  return *json;
}

std::string Shown(std::optional<double> v) {
  return v ? FormatFloatJson(*v) : "null";
}

// `{a="1"}=5 {a="2"}=NaN`, series as `{}@1=2,3=null`.
std::string Shown(const NodeValue& value) {
  std::string text;
  if (std::holds_alternative<NoData>(value.data)) return "no data";
  if (const auto* numbers = std::get_if<std::vector<Number>>(&value.data)) {
    for (const Number& number : *numbers) {
      text += (text.empty() ? "" : " ") + number.labels.ToString() + "=" + Shown(number.value);
    }
  } else {
    for (const TimeSeries& series : std::get<std::vector<TimeSeries>>(value.data)) {
      text += (text.empty() ? "" : " ") + series.labels.ToString() + "@";
      for (size_t i = 0; i < series.t.size(); ++i) {
        text += (i == 0 ? "" : ",") + std::to_string(series.t[i]) + "=" + Shown(series.v[i]);
      }
    }
  }
  return text;
}

NodeValue Num(std::optional<double> v, Labels labels = {}) {
  return {std::vector<Number>{{std::move(labels), v}}};
}
NodeValue Ser(std::vector<std::optional<double>> v, Labels labels = {}, TimeMs first = 1) {
  TimeSeries series;
  series.labels = std::move(labels);
  for (size_t i = 0; i < v.size(); ++i) series.t.push_back(first + static_cast<TimeMs>(i));
  series.v = std::move(v);
  return {std::vector<TimeSeries>{series}};
}

std::string Evaluated(std::string_view model, const ExpressionContext& context) {
  auto result = Evaluate(Parsed(model), context);
  return result.ok() ? Shown(result->value) : "error: " + result.error().message();
}

std::string Math(std::string_view expression, std::map<std::string, NodeValue> values = {}) {
  codec::Json model;
  model.Set("type", codec::Json::OfString("math"));
  model.Set("expression", codec::Json::OfString(std::string(expression)));
  ExpressionContext context;
  context.values = std::move(values);
  auto result = Evaluate(model, context);
  return result.ok() ? Shown(result->value) : result.error().message();
}

TEST(Math, KeepsTheOrderOfItsOperators) {
  const std::pair<const char*, const char*> table[] = {
      {"1 + 2 * 3", "{}=7"},   {"(1 + 2) * 3", "{}=9"}, {"2 ** 3 ** 2", "{}=64"},  // to the left
      {"-2 ** 2", "{}=4"},  // a sign is the strongest
      {"10 - 4 - 3", "{}=3"},  {"7 % 4", "{}=3"},       {"-7 % 4", "{}=-3"},
      {"1 / 0", "{}=+Inf"},    {"1 < 2 == 1", "{}=1"},  {"0 || 3", "{}=1"},
      {"1 && 0 || 1", "{}=1"}, {"1 || 0 && 0", "{}=1"}, {"!0", "{}=1"},
      {"!!5", "{}=1"},         {"!(1 == 1)", "{}=0"},   {"1.5e3+.5", "{}=1500.5"},
      {"3>=3", "{}=1"},        {"3 != 3", "{}=0"},      {"2<=1", "{}=0"},
  };
  for (const auto& [expression, expected] : table) {
    EXPECT_EQ(Math(expression), expected) << expression;
  }
}

TEST(Math, TellsNullFromNan) {
  const std::pair<const char*, const char*> table[] = {
      {"null() + 1", "{}=null"},       {"nan() + 1", "{}=NaN"},       {"nan() == nan()", "{}=NaN"},
      {"null() == null()", "{}=null"}, {"null() || 1", "{}=null"},    {"1 || nan()", "{}=1"},
      {"nan() || 0", "{}=1"},          {"0 && nan()", "{}=0"},        {"nan() && 1", "{}=NaN"},
      {"0 || nan()", "{}=NaN"},        {"!nan()", "{}=NaN"},          {"!null()", "{}=null"},
      {"-null()", "{}=null"},          {"is_null(null())", "{}=1"},   {"is_null(nan())", "{}=0"},
      {"is_nan(nan())", "{}=1"},       {"is_nan(null())", "{}=0"},    {"is_inf(inf())", "{}=1"},
      {"is_inf(infn())", "{}=1"},      {"is_inf(null())", "{}=0"},    {"is_number(5)", "{}=1"},
      {"is_number(nan())", "{}=0"},    {"is_number(null())", "{}=0"}, {"is_number(inf())", "{}=0"},
      {"abs(null())", "{}=NaN"},       {"abs(-5)", "{}=5"},           {"round(2.5)", "{}=3"},
      {"ceil(2.1)", "{}=3"},           {"floor(-2.1)", "{}=-3"},      {"log(1)", "{}=0"},
      {"log(-1)", "{}=NaN"},
  };
  for (const auto& [expression, expected] : table) {
    EXPECT_EQ(Math(expression), expected) << expression;
  }
}

TEST(Math, SaysWhereAnExpressionIsWrong) {
  const std::pair<const char*, const char*> table[] = {
      {"$A + )", "1:6: expected a value, found \")\""},
      {"", "1:1: expected a value, found the end of the expression"},
      {"(1", "1:3: expected \")\", found the end of the expression"},
      {"1 2", "1:3: expected an operator, found \"2\""},
      {"1 +\n  foo(2)",
       "2:3: there is no function \"foo\" (a query is written with a dollar sign: $foo)"},
      {"$", "1:1: expected the name of a query behind $"},
      {"${A", "1:1: the brace of ${ is not closed"},
      {"1.2.3", "1:1: \"1.2.3\" is no number"},
      {"abs()", "1:5: expected a value, found \")\""},
      {"null(1)", "1:6: expected \")\", found \"1\""},
      {"1 = 2", "1:3: expected an operator, found \"=\""},
  };
  for (const auto& [expression, expected] : table) {
    EXPECT_EQ(Math(expression), std::string("invalid math expression: ") + expected) << expression;
  }
  EXPECT_EQ(Math("$B"), "there is no query B");
}

TEST(Math, BoundsDepthAndLength) {
  EXPECT_NE(Math(std::string(5000, '(') + "1").find("nested too deeply"), std::string::npos);
  EXPECT_NE(Math(std::string(5000, '-') + "1").find("nested too deeply"), std::string::npos);
  std::string row = "1";
  for (int i = 0; i < 2000; ++i) row += "+1";
  EXPECT_NE(Math(row).find("more than 1000 operators"), std::string::npos);
  EXPECT_NE(Math(std::string(70'000, ' ')).find("longer than"), std::string::npos);
}

TEST(Math, JoinsEqualLabelsAndThoseWithinOthers) {
  NodeValue a = {std::vector<Number>{{Labels::Of({{"host", "x"}}), 10},
                                     {Labels::Of({{"host", "y"}}), 20},
                                     {Labels::Of({{"host", "z"}}), 30}}};
  NodeValue b = {
      std::vector<Number>{{Labels::Of({{"host", "y"}}), 2}, {Labels::Of({{"host", "x"}}), 5}}};
  EXPECT_EQ(Math("$A / $B", {{"A", a}, {"B", b}}), R"({host="x"}=2 {host="y"}=10)");
  NodeValue finer = {std::vector<Number>{{Labels::Of({{"host", "x"}, {"disk", "1"}}), 1},
                                         {Labels::Of({{"host", "x"}, {"disk", "2"}}), 2},
                                         {Labels::Of({{"host", "q"}, {"disk", "2"}}), 3}}};
  EXPECT_EQ(Math("$A + $B", {{"A", a}, {"B", finer}}),
            R"({disk="1", host="x"}=11 {disk="2", host="x"}=12)");
  EXPECT_EQ(Math("$B - $A", {{"A", a}, {"B", finer}}),
            R"({disk="1", host="x"}=-9 {disk="2", host="x"}=-8)");
  EXPECT_EQ(Math("$A * 2", {{"A", a}}), R"({host="x"}=20 {host="y"}=40 {host="z"}=60)");
  // Nothing in common: gone.
  EXPECT_EQ(Math("$A + $B", {{"A", a},
                             {"B",
                              {std::vector<Number>{{Labels::Of({{"job", "a"}}), 1},
                                                   {Labels::Of({{"job", "b"}}), 1}}}}}),
            "no data");
}

TEST(Math, JoinsOneOfEachSideWhateverTheirLabels) {
  EXPECT_EQ(Math("$A + $B", {{"A", Num(1, Labels::Of({{"a", "1"}}))},
                             {"B", Num(2, Labels::Of({{"b", "1"}}))}}),
            "{}=3");
}

TEST(Math, LeavesMetricNamesOutWhereNothingMeetsOtherwise) {
  auto of = [](const char* name, double x, double y) {
    return NodeValue{std::vector<Number>{{Labels::Of({{"__name__", name}, {"host", "x"}}), x},
                                         {Labels::Of({{"__name__", name}, {"host", "y"}}), y}}};
  };
  EXPECT_EQ(Math("$A / $B", {{"A", of("used", 1, 2)}, {"B", of("size", 4, 4)}}),
            R"({host="x"}=0.25 {host="y"}=0.5)");
  EXPECT_EQ(Math("$A / $B", {{"A", of("used", 1, 2)}, {"B", of("used", 4, 4)}}),
            R"({__name__="used", host="x"}=0.25 {__name__="used", host="y"}=0.5)");
}

TEST(Math, BoundsWhatAJoinGives) {
  std::vector<Number> many;
  for (int i = 0; i < 400; ++i) many.push_back({Labels(), 1});
  NodeValue value = {many};
  EXPECT_NE(Math("$A + $B", {{"A", value}, {"B", value}}).find("joins more than"),
            std::string::npos);
}

TEST(Math, MeetsSeriesAtCommonTimes) {
  NodeValue a = Ser({1, 2, kNull, kNan, 5});       // at 1..5
  NodeValue b = Ser({10, 20, 30, 40, 50}, {}, 2);  // at 2..6
  EXPECT_EQ(Math("$A + $B", {{"A", a}, {"B", b}}), "{}@2=12,3=null,4=NaN,5=45");
  EXPECT_EQ(Math("$A > 1", {{"A", a}}), "{}@1=0,2=1,3=null,4=NaN,5=1");
  EXPECT_EQ(Math("3 - $A", {{"A", a}}), "{}@1=2,2=1,3=null,4=NaN,5=-2");
  EXPECT_EQ(Math("abs(-$A)", {{"A", a}}), "{}@1=1,2=2,3=NaN,4=NaN,5=5");
  EXPECT_EQ(Math("$A + $B", {{"A", a}, {"B", NodeValue{}}}), "no data");
  EXPECT_EQ(Math("is_null($A)", {{"A", NodeValue{}}}), "no data");
}

TEST(Math, ReadsVariablesInBraces) {
  EXPECT_EQ(Math("${my query}*2", {{"my query", Num(4)}}), "{}=8");
  EXPECT_EQ(Math("$A_1", {{"A_1", Num(4)}}), "{}=4");
}

std::string Reduce(const char* reducer, const char* settings, NodeValue value) {
  ExpressionContext context;
  context.values["A"] = std::move(value);
  return Evaluated(std::string(R"({"type":"reduce","expression":"A","reducer":")") + reducer +
                       R"(","settings":)" + settings + "}",
                   context);
}

TEST(Reduce, TakesEveryReducerInEveryMode) {
  struct Row {
    const char* reducer;
    const char* strict;
    const char* dropped;
    const char* replaced;  // by 100
  };
  const Row table[] = {
      {"last", "{}=null", "{}=6", "{}=100"}, {"min", "{}=NaN", "{}=2", "{}=2"},
      {"max", "{}=NaN", "{}=6", "{}=100"},   {"mean", "{}=NaN", "{}=4", "{}=42.4"},
      {"median", "{}=NaN", "{}=4", "{}=6"},  {"sum", "{}=NaN", "{}=12", "{}=212"},
      {"count", "{}=5", "{}=3", "{}=5"},
  };
  for (const Row& row : table) {
    NodeValue mixed = Ser({4, kNan, 2, 6, kNull});
    EXPECT_EQ(Reduce(row.reducer, R"({"mode":""})", mixed), row.strict) << row.reducer;
    EXPECT_EQ(Reduce(row.reducer, R"({"mode":"dropNN"})", mixed), row.dropped) << row.reducer;
    std::string replaced =
        Reduce(row.reducer, R"({"mode":"replaceNN","replaceWithValue":100})", mixed);
    EXPECT_EQ(replaced, row.replaced) << row.reducer;
  }
}

TEST(Reduce, OfPlainValuesIsWhatItSays) {
  NodeValue plain = Ser({3, 1, 2, 10});
  EXPECT_EQ(Reduce("median", "null", plain), "{}=2.5");
  EXPECT_EQ(Reduce("mean", "null", plain), "{}=4");
  EXPECT_EQ(Reduce("last", "null", plain), "{}=10");
  EXPECT_EQ(Reduce("median", "null", Ser({3, 1, 2})), "{}=2");
}

TEST(Reduce, OfNothingIsNotANumber) {
  EXPECT_EQ(Reduce("mean", "null", Ser({})), "{}=NaN");
  EXPECT_EQ(Reduce("last", "null", Ser({})), "{}=NaN");
  EXPECT_EQ(Reduce("sum", "null", Ser({})), "{}=0");
  EXPECT_EQ(Reduce("count", "null", Ser({})), "{}=0");
  EXPECT_EQ(Reduce("mean", R"({"mode":"dropNN"})", Ser({kNull, kInf})), "{}=null");
  EXPECT_EQ(Reduce("mean", R"({"mode":"replaceNN","replaceWithValue":7})", Ser({})), "{}=7");
  EXPECT_EQ(Reduce("mean", "null", NodeValue{}), "no data");
}

TEST(Reduce, LetsNumbersThrough) {
  EXPECT_EQ(Reduce("max", "null", Num(5, Labels::Of({{"a", "1"}}))), R"({a="1"}=5)");
  EXPECT_EQ(Reduce("max", R"({"mode":"dropNN"})", Num(kNan)), "no data");
  EXPECT_EQ(Reduce("max", R"({"mode":"replaceNN","replaceWithValue":"3"})", Num(kNull)), "{}=3");
}

TEST(Reduce, RefusesWhatItDoesNotKnow) {
  EXPECT_NE(Reduce("best", "null", Num(1)).find("unknown reducer \"best\""), std::string::npos);
  EXPECT_NE(Reduce("last", R"({"mode":"odd"})", Num(1)).find("got \"odd\""), std::string::npos);
  EXPECT_NE(Reduce("last", R"({"mode":"replaceNN"})", Num(1)).find("replaceWithValue"),
            std::string::npos);
}

std::string Resample(const char* down, const char* up, const char* window) {
  ExpressionContext context;
  TimeSeries series;
  series.t = {1000, 1500, 5000};
  series.v = {1, 3, 7};
  context.values["A"] = {std::vector<TimeSeries>{series}};
  context.from = 0;
  context.to = 6000;
  return Evaluated(std::string(R"({"type":"resample","expression":"$A","window":")") + window +
                       R"(","downsampler":")" + down + R"(","upsampler":")" + up + R"("})",
                   context);
}

TEST(Resample, FillsAndJoins) {
  EXPECT_EQ(Resample("sum", "pad", "2s"), "{}@0=null,2000=4,4000=3,6000=7");
  EXPECT_EQ(Resample("mean", "fillna", "2s"), "{}@0=null,2000=2,4000=null,6000=7");
  EXPECT_EQ(Resample("max", "backfilling", "2s"), "{}@0=1,2000=3,4000=7,6000=7");
  EXPECT_EQ(Resample("min", "backfilling", "3s"), "{}@0=1,3000=1,6000=7");
  EXPECT_EQ(Resample("last", "backfilling", "1500ms"), "{}@0=1,1500=3,3000=7,4500=7,6000=7");
}

TEST(Resample, RefusesWhatCannotBe) {
  EXPECT_NE(Resample("sum", "pad", "1h").find("shorter than the interval"), std::string::npos);
  EXPECT_NE(Resample("sum", "pad", "x").find("not a valid duration"), std::string::npos);
  EXPECT_NE(Resample("sum", "pad", "0s").find("longer than 0s"), std::string::npos);
  EXPECT_NE(Resample("sum", "odd", "1s").find("got \"odd\""), std::string::npos);
  ExpressionContext context;
  context.values["A"] = Ser({1, 2});
  context.to = 1'000'000'000'000;
  EXPECT_NE(Evaluated(R"({"type":"resample","expression":"A","window":"1ms"})", context)
                .find("more than 1000000 points"),
            std::string::npos);
}

std::string Threshold(const std::string& condition, NodeValue value, std::set<Labels> firing = {}) {
  ExpressionContext context;
  context.values["B"] = std::move(value);
  context.firing = &firing;
  return Evaluated(R"({"type":"threshold","expression":"B","conditions":[)" + condition + "]}",
                   context);
}
std::string Evaluator(const char* type, const char* params) {
  return std::string(R"({"evaluator":{"type":")") + type + R"(","params":)" + params + "}}";
}

TEST(Threshold, KnowsEveryEvaluator) {
  struct Row {
    const char* type;
    const char* params;
    const char* of[5];  // 0 1 2 3 4
  };
  const Row table[] = {
      {"gt", "[1]", {"0", "0", "1", "1", "1"}},
      {"lt", "[1]", {"1", "0", "0", "0", "0"}},
      {"eq", "[1]", {"0", "1", "0", "0", "0"}},
      {"ne", "[1]", {"1", "0", "1", "1", "1"}},
      {"gte", "[1]", {"0", "1", "1", "1", "1"}},
      {"lte", "[1]", {"1", "1", "0", "0", "0"}},
      {"within_range", "[1,3]", {"0", "0", "1", "0", "0"}},
      {"within_range", "[3,1]", {"0", "0", "1", "0", "0"}},
      {"outside_range", "[1,3]", {"1", "0", "0", "0", "1"}},
      {"within_range_included", "[1,3]", {"0", "1", "1", "1", "0"}},
      {"outside_range_included", "[1,3]", {"1", "1", "0", "1", "1"}},
  };
  for (const Row& row : table) {
    for (int v = 0; v < 5; ++v) {
      EXPECT_EQ(Threshold(Evaluator(row.type, row.params), Num(v)), std::string("{}=") + row.of[v])
          << row.type << " of " << v;
    }
  }
}

TEST(Threshold, KeepsNullAndTakesNanForNotMet) {
  EXPECT_EQ(Threshold(Evaluator("gt", "[1]"), Num(kNull)), "{}=null");
  EXPECT_EQ(Threshold(Evaluator("gt", "[1]"), Num(kNan)), "{}=0");
  EXPECT_EQ(Threshold(Evaluator("ne", "[1]"), Num(kNan)), "{}=1");
  EXPECT_EQ(Threshold(Evaluator("gt", "[1]"), NodeValue{}), "no data");
  EXPECT_EQ(Threshold(Evaluator("gt", "[1]"), Ser({1, kNull, 2})), "{}@1=0,2=null,3=1");
}

TEST(Threshold, StaysOnUntilTheWayBackIsMet) {
  std::string condition =
      R"({"evaluator":{"type":"gt","params":[10]},"unloadEvaluator":{"type":"lt","params":[5]}})";
  Labels fires = Labels::Of({{"a", "1"}});
  EXPECT_EQ(Threshold(condition, Num(7, fires)), R"({a="1"}=0)");
  EXPECT_EQ(Threshold(condition, Num(7, fires), {fires}), R"({a="1"}=1)");
  EXPECT_EQ(Threshold(condition, Num(4, fires), {fires}), R"({a="1"}=0)");
  EXPECT_EQ(Threshold(condition, Num(7, Labels::Of({{"a", "2"}})), {fires}), R"({a="2"}=0)");
  EXPECT_EQ(Threshold(condition, Num(11), {fires}), "{}=1");
}

TEST(Threshold, RefusesBrokenConditions) {
  EXPECT_NE(Threshold("", Num(1)).find("exactly one condition"), std::string::npos);
  EXPECT_NE(Threshold(Evaluator("odd", "[1]"), Num(1)).find("unknown evaluator \"odd\""),
            std::string::npos);
  EXPECT_NE(Threshold(Evaluator("within_range", "[1]"), Num(1)).find("needs 2 params, got 1"),
            std::string::npos);
  EXPECT_NE(Threshold(Evaluator("gt", R"(["x"])"), Num(1)).find("must be numbers"),
            std::string::npos);
}

std::string Classic(const std::string& conditions, std::map<std::string, NodeValue> values) {
  ExpressionContext context;
  context.values = std::move(values);
  return Evaluated(R"({"type":"classic_conditions","conditions":[)" + conditions + "]}", context);
}
std::string Condition(const char* reducer, const char* ref, const char* evaluator,
                      const char* join = "and") {
  return std::string(R"({"type":"query","reducer":{"type":")") + reducer +
         R"(","params":[]},"query":{"params":[")" + ref + R"("]},"operator":{"type":")" + join +
         R"("},"evaluator":)" + evaluator + "}";
}

TEST(Classic, ReducesPassingOverWhatIsNoNumber) {
  const std::pair<const char*, double> table[] = {
      {"avg", 5},
      {"min", 2},
      {"max", 9},
      {"sum", 20},
      {"count", 6},
      {"last", 5},
      {"median", 4.5},
      {"diff", 3},
      {"diff_abs", 3},
      {"percent_diff", 150},
      {"percent_diff_abs", 150},
      {"count_non_null", 4},
  };
  NodeValue series = Ser({2, kNull, 9, 4, 5, kNan});
  for (const auto& [reducer, expected] : table) {
    std::string evaluator = R"({"type":"eq","params":[)" + FormatFloatJson(expected) + "]}";
    EXPECT_EQ(Classic(Condition(reducer, "A", evaluator.c_str()), {{"A", series}}), "{}=1")
        << reducer;
  }
  const char* falls = R"({"type":"eq","params":[-50]})";
  EXPECT_EQ(Classic(Condition("percent_diff", "A", falls), {{"A", Ser({4, 2})}}), "{}=1");
  const char* fifty = R"({"type":"eq","params":[50]})";
  EXPECT_EQ(Classic(Condition("percent_diff_abs", "A", fifty), {{"A", Ser({4, 2})}}), "{}=1");
}

TEST(Classic, IsNoDataWithoutAnyValue) {
  const char* below = R"({"type":"lt","params":[1]})";
  const char* none = R"({"type":"no_value","params":[]})";
  for (const NodeValue& value : {NodeValue{}, Ser({}), Ser({kNull, kNan}), Num(kNull)}) {
    EXPECT_EQ(Classic(Condition("last", "A", below), {{"A", value}}), "{}=null");
    EXPECT_EQ(Classic(Condition("last", "A", none), {{"A", value}}), "{}=1");
  }
  EXPECT_EQ(Classic(Condition("last", "A", none), {{"A", Ser({1})}}), "{}=0");
  EXPECT_EQ(Classic(Condition("diff", "A", below), {{"A", Ser({1})}}), "{}=null");
}

TEST(Classic, JoinsItsConditions) {
  const char* yes = R"({"type":"gt","params":[0]})";
  const char* no = R"({"type":"lt","params":[0]})";
  std::map<std::string, NodeValue> values = {{"A", Ser({1})}, {"B", NodeValue{}}};
  struct Row {
    const char* first;
    const char* join;
    const char* second;
    const char* expected;
  };
  const Row table[] = {
      {yes, "and", yes, "{}=1"}, {yes, "and", no, "{}=0"},      {no, "or", yes, "{}=1"},
      {no, "or", no, "{}=0"},    {yes, "logic-or", no, "{}=1"}, {no, "logic-or", yes, "{}=1"},
  };
  for (const Row& row : table) {
    EXPECT_EQ(Classic(Condition("last", "A", row.first) + "," +
                          Condition("last", "A", row.second, row.join),
                      values),
              row.expected)
        << row.first << row.join << row.second;
  }
  // Of two queries one of which gives nothing.
  EXPECT_EQ(Classic(Condition("last", "A", no) + "," + Condition("last", "B", yes), values),
            "{}=0");
  EXPECT_EQ(Classic(Condition("last", "A", no) + "," + Condition("last", "B", yes, "or"), values),
            "{}=null");
  // logic-or does not look at what comes behind it, and what does not matter then: firing holds.
  EXPECT_EQ(
      Classic(Condition("last", "A", yes) + "," + Condition("last", "B", no, "logic-or"), values),
      "{}=1");
}

TEST(Classic, TellsWhatMet) {
  ExpressionContext context;
  context.values["A"] = {std::vector<TimeSeries>{
      {Labels::Of({{"__name__", "up"}, {"job", "x"}}), {1, 2}, {1, 0}},
      {Labels::Of({{"__name__", "up"}, {"job", "y"}}), {1, 2}, {0, 1}},
  }};
  auto result = Evaluate(Parsed(R"({"type":"classic_conditions","conditions":[)" +
                                Condition("last", "A", R"({"type":"lt","params":[1]})") + "]}"),
                         context);
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->matches.size(), 1u);
  EXPECT_EQ(result->matches[0].metric, "up");
  EXPECT_EQ(result->matches[0].labels.Get("job"), "x");
  EXPECT_EQ(result->matches[0].value, 0);
}

TEST(Sentence, ReadsLikeTheEditor) {
  EXPECT_EQ(
      Sentence(Parsed(R"({"type":"classic_conditions","conditions":[)" +
                      Condition("last", "A", R"({"type":"lt","params":[1]})") + "," +
                      Condition("avg", "B", R"({"type":"within_range","params":[1,2.5]})", "or") +
                      "," + Condition("count", "C", R"({"type":"no_value"})") + "]}")),
      "WHEN last() OF query(A) IS BELOW 1 OR avg() OF query(B) IS WITHIN RANGE 1 TO 2.5 AND "
      "count() OF query(C) HAS NO VALUE");
  std::vector<Node> nodes = {
      {"A", false, {}},
      {"B", true, Parsed(R"({"type":"reduce","expression":"A","reducer":"last"})")},
      {"C", true, Parsed(R"({"type":"threshold","expression":"B","conditions":[
          {"evaluator":{"type":"gt","params":[5]}}]})")},
      {"D", true, Parsed(R"({"type":"threshold","expression":"A","conditions":[
          {"evaluator":{"type":"gt","params":[5]},
           "unloadEvaluator":{"type":"lt","params":[3]}}]})")},
      {"E", true, Parsed(R"({"type":"math","expression":"$B > 3"})")},
  };
  EXPECT_EQ(Sentence(nodes, "C"), "WHEN last() OF query(A) IS ABOVE 5");
  EXPECT_EQ(Sentence(nodes, "D"), "WHEN query(A) IS ABOVE 5 UNTIL IT IS BELOW 3");
  EXPECT_EQ(Sentence(nodes, "E"), "WHEN $B > 3");
  EXPECT_EQ(Sentence(nodes, "A"), "");
}

std::string OrderOf(std::vector<std::pair<const char*, const char*>> expressions) {
  std::vector<Node> nodes;
  for (const auto& [ref, expression] : expressions) {
    codec::Json model;
    model.Set("type", codec::Json::OfString("math"));
    model.Set("expression", codec::Json::OfString(expression));
    nodes.push_back({ref, *expression != '\0', model});
  }
  auto order = Order(nodes);
  if (!order.ok()) return order.error().message();
  std::string text;
  for (size_t i : *order) text += nodes[i].ref_id;
  return text;
}

TEST(Order, PutsWhatIsReadFirst) {
  EXPECT_EQ(OrderOf({{"C", "$A+$B"}, {"B", "$A"}, {"A", ""}}), "ABC");
  EXPECT_EQ(OrderOf({{"A", ""}, {"B", ""}, {"C", "$B"}}), "ABC");
  EXPECT_EQ(OrderOf({{"A", ""}, {"B", "$C"}, {"C", "$A"}, {"D", "$B"}}), "ACBD");
}

TEST(Order, NamesCirclesAndWhatIsMissing) {
  EXPECT_EQ(OrderOf({{"A", "$B"}, {"B", "$C"}, {"C", "$B"}}),
            "expressions read each other in a circle: B → C → B");
  EXPECT_EQ(OrderOf({{"A", "$A"}}), "expressions read each other in a circle: A → A");
  EXPECT_EQ(OrderOf({{"A", "$Q"}}), "expression A reads Q, which does not exist");
  EXPECT_EQ(OrderOf({{"A", ""}, {"A", ""}}), "two queries are called A");
  EXPECT_EQ(OrderOf({{"B", "$A +"}}),
            "expression B: invalid math expression: 1:5: expected a value, found the end of the "
            "expression");
}

TEST(References, AreThoseOfEachType) {
  auto of = [](const char* model) {
    auto refs = References(Parsed(model));
    if (!refs.ok()) return refs.error().message();
    std::string text;
    for (const std::string& ref : *refs) text += ref + " ";
    return text;
  };
  EXPECT_EQ(of(R"({"type":"math","expression":"$A + ${B} * $A"})"), "A B ");
  EXPECT_EQ(of(R"({"type":"reduce","expression":"$A"})"), "A ");
  EXPECT_EQ(of(R"({"type":"threshold","expression":"${A b}"})"), "A b ");
  EXPECT_EQ(of(R"({"type":"classic_conditions","conditions":[{"query":{"params":["A"]}},
                   {"query":{"params":["B","5m","now"]}},{"query":{"params":["A"]}}]})"),
            "A B ");
  EXPECT_EQ(of(R"({"type":"sql"})"), "SQL expressions are not supported");
  EXPECT_EQ(of(R"({"type":"dance"})"), "unknown expression type \"dance\"");
  EXPECT_EQ(of(R"({"type":"reduce"})"), "the expression names no query");
  EXPECT_EQ(of("[]"), "the expression has no type");
}

}  // namespace
}  // namespace watchfire::grafana

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "promql/oracle/data_generator.h"
#include "promql/oracle/expression_generator.h"
#include "promql/oracle/naive_evaluator.h"
#include "promql/oracle/shrink.h"
#include "promql/parser/functions.h"
#include "promql/parser/printer.h"

namespace watchfire::promql {
namespace {

using model::Labels;

std::vector<std::string> Expressions(uint64_t seed, int count, GrammarOptions options = {}) {
  DataOptions data;
  ExpressionGenerator generator(GenerateData(data).description, options, seed);
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) out.push_back(generator.Next());
  return out;
}

TEST(ExpressionGenerator, GivesExpressionsThatParse) {
  for (bool old : {false, true}) {
    GrammarOptions options;
    options.only_2_42 = old;
    for (const std::string& query : Expressions(1, 3000, options)) {
      Result<ExprPtr> parsed = Parse(query, ParseOptionsFor(options));
      ASSERT_TRUE(parsed.ok()) << query << ": " << parsed.error().message();
      // And printing them keeps their meaning.
      std::string printed = Print(**parsed);
      Result<ExprPtr> again = Parse(printed, ParseOptionsFor(options));
      ASSERT_TRUE(again.ok()) << query << " → " << printed << ": " << again.error().message();
      EXPECT_EQ(Print(**again), printed);
    }
  }
}

TEST(ExpressionGenerator, ASeedMeansTheSame) {
  EXPECT_EQ(Expressions(7, 50), Expressions(7, 50));
  EXPECT_NE(Expressions(7, 50), Expressions(8, 50));
}

TEST(ExpressionGenerator, CoversTheLanguage) {
  std::set<std::string> wanted;
  for (const Function& function : AllFunctions()) {
    auto& left_out = FunctionsNotGenerated();
    if (std::ranges::find(left_out, function.name) != left_out.end()) continue;
    wanted.insert(std::string(function.name) + "(");
  }
  for (int op = 0; op <= static_cast<int>(AggregateOp::kLimitRatio); ++op) {
    wanted.insert(std::string(AggregateOpName(static_cast<AggregateOp>(op))));
  }
  for (int op = 0; op < static_cast<int>(BinaryOp::kTrimUpper); ++op) {
    wanted.insert(" " + std::string(BinaryOpText(static_cast<BinaryOp>(op))) + " ");
  }
  for (const char* modifier :
       {" offset -", " @ start()", " @ end()", " bool ", " on (", " ignoring (", " group_left",
        " group_right", " fill(", " fill_left(", " by (", " without (", ":30s]", "step()", "NaN"}) {
    wanted.insert(modifier);
  }
  for (const std::string& query : Expressions(3, 5000)) {
    std::erase_if(wanted,
                  [&](const std::string& text) { return query.find(text) != std::string::npos; });
  }
  EXPECT_EQ(wanted, std::set<std::string>());
}

TEST(DataGenerator, HasGapsMarkersAndOddValues) {
  GeneratedData data = GenerateData({});
  int stale = 0;
  int nan = 0;
  int falls = 0;
  for (const auto& [labels, series] : data.series) {
    ASSERT_FALSE(series.floats.empty());
    for (size_t i = 1; i < series.floats.size(); ++i) {
      ASSERT_LT(series.floats[i - 1].t, series.floats[i].t) << labels.ToMetricString();
      stale += model::IsStaleNan(series.floats[i].v);
      nan += std::isnan(series.floats[i].v) && !model::IsStaleNan(series.floats[i].v);
      falls += series.floats[i].v < series.floats[i - 1].v;
    }
  }
  EXPECT_GT(stale, 20);
  EXPECT_GT(nan, 20);
  EXPECT_GT(falls, 100);
}

TEST(DataGenerator, KeepsOffTheEdgesOfClosedWindows) {
  DataOptions options;
  options.for_closed_windows = true;
  for (const auto& [labels, series] : GenerateData(options).series) {
    for (const model::Sample& sample : series.floats) {
      ASSERT_NE(sample.t % 1000, 0) << labels.ToMetricString();
      ASSERT_NE(sample.t % 1000, 123) << labels.ToMetricString();
    }
  }
}

// ---- the naive evaluator, at places where two obvious readings exist

NaiveResult Eval(const testing::TestSeriesMap& data, const std::string& query, TimeMs t) {
  Result<ExprPtr> expr = Parse(query, ParseOptionsFor({}));
  EXPECT_TRUE(expr.ok()) << query;
  NaiveRequest request;
  request.start = request.end = t;
  return EvaluateNaively(data, **expr, request);
}

double One(const testing::TestSeriesMap& data, const std::string& query, TimeMs t) {
  NaiveResult result = Eval(data, query, t);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.series.size(), 1u) << query;
  return result.series.empty() ? -1 : result.series.begin()->second.front().v;
}

testing::TestSeriesMap Ramp() {
  testing::TestSeriesMap data;
  for (int i = 0; i <= 10; ++i) {
    data[Labels::Of({{"__name__", "x_total"}})].floats.push_back({i * 60'000, i * 10.0});
  }
  return data;
}

TEST(NaiveEvaluator, WindowsAreOpenOnTheLeft) {
  EXPECT_EQ(One(Ramp(), "count_over_time(x_total[5m])", 600'000), 5);
  EXPECT_EQ(One(Ramp(), "count_over_time(x_total[5m])", 630'000), 5);
  EXPECT_EQ(One(Ramp(), "x_total", 899'999), 100);
  EXPECT_TRUE(Eval(Ramp(), "x_total", 900'000).series.empty());
  EXPECT_EQ(One(Ramp(), "count_over_time(x_total[2m:1m])", 600'000), 2);
}

TEST(NaiveEvaluator, RatesAreExtrapolated) {
  // (600 - 300, 600]: from 60 to 100 in 240 s, the window begins a minute before.
  EXPECT_DOUBLE_EQ(One(Ramp(), "increase(x_total[5m])", 600'000), 50);
  // Half an interval where the window's end is further away than a sample usually is.
  EXPECT_DOUBLE_EQ(One(Ramp(), "increase(x_total[10m])", 1'000'000), 30 * (20 + 180 + 30) / 180.0);
}

TEST(NaiveEvaluator, TellsWhatTheLanguageLeavesOpen) {
  testing::TestSeriesMap data;
  data[Labels::Of({{"__name__", "x"}, {"a", "1"}})].floats = {{0, 1}};
  data[Labels::Of({{"__name__", "x"}, {"a", "2"}})].floats = {{0, 1}};
  EXPECT_NE(Eval(data, "topk(1, x)", 0).open, "");
  EXPECT_EQ(Eval(data, "topk(2, x)", 0).open, "");
  EXPECT_NE(Eval(data, "x + on () x", 0).error, "");
}

// ---- shrinking

TEST(Shrink, FindsTheSmallestPartThatFails) {
  std::string query =
      "sum by (job) (abs((rate(requests_total{job=\"api\"}[5m] offset 1m) + on (job) "
      "max_over_time(temperature[10m:30s])))) > 5";
  auto fails = [](const std::string& q) { return q.find("max_over_time(") != std::string::npos; };
  EXPECT_EQ(Shrink(query, {}, fails), "max_over_time(temperature[10m:30s])");
}

TEST(Shrink, KnowsWherePartsAreEvaluated) {
  auto expr = Parse("max_over_time(abs(x)[5m:1m] offset 30s) + time()");
  NaiveRequest request;
  request.start = 1'000'000;
  request.end = 1'200'000;
  request.step_ms = 100'000;
  std::vector<Part> parts = PartsOf(**expr, request);
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(parts[1].query, "abs(x)");
  EXPECT_EQ(parts[1].request.start, 720'000);
  EXPECT_EQ(parts[1].request.end, 1'170'000);
  EXPECT_EQ(parts[1].request.step_ms, 60'000);
  EXPECT_EQ(parts[3].query, "time()");
  EXPECT_EQ(parts[3].request.start, 1'000'000);
}

}  // namespace
}  // namespace watchfire::promql

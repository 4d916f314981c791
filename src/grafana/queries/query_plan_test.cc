#include "grafana/queries/query_plan.h"

#include <gtest/gtest.h>

namespace watchfire::grafana {
namespace {

constexpr int64_t kSecond = 1000, kMinute = 60'000, kHour = 3'600'000, kDay = 86'400'000;

codec::Json Model(std::string_view text) {
  auto json = codec::Json::Parse(text);
  if (!json.ok()) throw std::runtime_error(json.error().message());
  return *json;
}

PanelQuery Query(int64_t range_ms, int64_t points, std::string_view model = R"({"expr":"up"})") {
  PanelQuery query;
  query.ref_id = "A";
  query.model = Model(model);
  query.to = 1'700'000'000'000;
  query.from = query.to - range_ms;
  query.max_data_points = points;
  return query;
}

QueryPlan Plan(const PanelQuery& query, int64_t scrape_ms = kDefaultScrapeMs) {
  auto plan = MakePlan(query, scrape_ms);
  if (!plan.ok()) throw std::runtime_error(plan.error().message());
  return *plan;
}

TEST(RoundInterval, TakesTheStepsOfTheTableAtItsVeryBounds) {
  const std::pair<int64_t, int64_t> table[] = {
      {0, 1},
      {9, 1},
      {10, 10},
      {14, 10},
      {15, 20},
      {34, 20},
      {35, 50},
      {75, 100},
      {150, 200},
      {350, 500},
      {749, 500},
      {750, kSecond},
      {1499, kSecond},
      {1500, 2 * kSecond},
      {3500, 5 * kSecond},
      {7500, 10 * kSecond},
      {12'500, 15 * kSecond},
      {17'499, 15 * kSecond},
      {17'500, 20 * kSecond},
      {25'000, 30 * kSecond},
      {45'000, kMinute},
      {89'999, kMinute},
      {90'000, 2 * kMinute},
      {210'000, 5 * kMinute},
      {450'000, 10 * kMinute},
      {750'000, 15 * kMinute},
      {1'050'000, 20 * kMinute},
      {1'500'000, 30 * kMinute},
      {2'700'000, kHour},
      {5'400'000, 2 * kHour},
      {9'000'000, 3 * kHour},
      {16'200'000, 6 * kHour},
      {32'400'000, 12 * kHour},
      {kDay, kDay},
      {7 * kDay, 7 * kDay},
      {21 * kDay, 30 * kDay},
      {42 * kDay, 365 * kDay},
      {1000 * kDay, 365 * kDay},
  };
  for (const auto& [ms, step] : table) EXPECT_EQ(RoundInterval(ms), step) << ms;
}

TEST(QueryPlan, TakesTheStepThatGrafanaTakes) {
  struct Row {
    int64_t range;
    int64_t points;
    int64_t step;
  };
  const Row table[] = {
      {6 * kHour, 800, 30 * kSecond},       {kDay, 1100, kMinute},
      {7 * kDay, 1000, 10 * kMinute},       {30 * kDay, 1000, 30 * kMinute},
      {kHour, 800, 15 * kSecond},  // the scrape interval
      {5 * kMinute, 1500, 15 * kSecond},    {6 * kHour, 0, 15 * kSecond},
      {90 * kDay, 1'000'000, 15 * kMinute},  // 10m would be more than 11,000 points
  };
  for (const Row& row : table) {
    EXPECT_EQ(Plan(Query(row.range, row.points)).step_ms, row.step)
        << row.range << " over " << row.points;
  }
}

TEST(QueryPlan, NeverAsksForMoreStepsThanPrometheusAnswers) {
  for (int64_t range = kMinute; range < 3000 * kDay; range = range * 13 / 10) {
    PanelQuery query = Query(range, 1'000'000, R"({"expr":"up","interval":"1s"})");
    QueryPlan plan = Plan(query);
    EXPECT_LE((plan.end - plan.start) / plan.step_ms, kMaxSteps) << range;
  }
}

TEST(QueryPlan, TakesTheMinimumStepBeforeTheRequestsInterval) {
  PanelQuery query = Query(kHour, 800, R"({"expr":"up","interval":"1m"})");
  query.interval_ms = 20'000;
  EXPECT_EQ(Plan(query).step_ms, kMinute);
  query.model = Model(R"({"expr":"up"})");
  EXPECT_EQ(Plan(query).step_ms, 20'000);
  query.interval_ms = 0;
  EXPECT_EQ(Plan(query).step_ms, 15'000);
  EXPECT_EQ(Plan(query, 60'000).step_ms, kMinute);
  for (const char* same : {"$__interval", "${__interval}", "$__interval_ms", "0s", ""}) {
    query.model = Model(R"({"expr":"up"})");
    query.model.Set("interval", codec::Json::OfString(same));
    EXPECT_EQ(Plan(query).step_ms, 15'000) << same;
  }
}

TEST(QueryPlan, MultipliesByTheOldResolution) {
  EXPECT_EQ(Plan(Query(6 * kHour, 800, R"({"expr":"up","intervalFactor":4})")).step_ms,
            2 * kMinute);
  EXPECT_EQ(Plan(Query(6 * kHour, 800, R"({"expr":"up","intervalFactor":0})")).step_ms,
            30 * kSecond);
  EXPECT_EQ(Plan(Query(6 * kHour, 800, R"({"expr":"up","intervalFactor":-7})")).step_ms,
            30 * kSecond);
}

TEST(QueryPlan, StepsByTheRateIntervalWhereThatIsWritten) {
  PanelQuery query = Query(
      6 * kHour, 800, R"!({"expr":"rate(x[$__rate_interval])","interval":"$__rate_interval"})!");
  EXPECT_EQ(Plan(query).step_ms, kMinute);  // max(30s + 15s, 4 × 15s)
  EXPECT_EQ(Plan(query).expr, "rate(x[1m0s])");
  EXPECT_EQ(Plan(query, kMinute).step_ms, 4 * kMinute);
}

TEST(QueryPlan, ReplacesMacrosInBothSpellings) {
  PanelQuery query = Query(
      6 * kHour, 800,
      R"!({"expr":"rate(a[$__rate_interval])+b[$__interval]+${__interval_ms}+$__interval_ms+)!"
      R"!($__range_s+${__range_ms}+c[$__range]+c[${__range}]+$__rate_interval_ms+$other+)!"
      R"!(${__other}",
          "legendFormat":"{{x}} per $__interval"})!");
  query.interval_ms = 30'000;
  EXPECT_EQ(Plan(query).expr,
            "rate(a[1m0s])+b[30s]+30000+30000+21600+21600000+c[21600s]+c[21600s]+60000+$other+"
            "${__other}");
  EXPECT_EQ(Plan(query).legend, "{{x}} per 30s");
}

TEST(QueryPlan, TakesTheRateIntervalFromTheRequestNotTheStep) {
  PanelQuery query =
      Query(6 * kHour, 800, R"({"expr":"$__rate_interval $__interval","intervalFactor":10})");
  query.interval_ms = 30'000;
  EXPECT_EQ(Plan(query).expr, "1m0s 5m");
  EXPECT_EQ(Plan(query, 5000).expr, "35s 5m");
  query.interval_ms = 120'000;
  EXPECT_EQ(Plan(query).expr, "2m15s 20m");
  query.model.Set("interval", codec::Json::OfString("1m"));
  EXPECT_EQ(Plan(query).expr, "4m0s 10m");
  query.model.Set("interval", codec::Json::OfString("$__interval"));
  EXPECT_EQ(Plan(query).expr, "1h20m0s 20m");
}

TEST(QueryPlan, WritesIntervalsThatPromqlReads) {
  EXPECT_EQ(IntervalText(30'000), "30s");
  EXPECT_EQ(IntervalText(60'000), "1m0s");
  EXPECT_EQ(IntervalText(3'600'000), "1h0m0s");
  EXPECT_EQ(IntervalText(90'061'000), "25h1m1s");
  EXPECT_EQ(IntervalText(1500), "1500ms");
  EXPECT_EQ(Plan(Query(90 * kSecond, 100, R"({"expr":"$__interval","interval":"90s"})")).expr,
            "1m30s");
}

TEST(QueryPlan, AlignsBothEndsToTheStep) {
  PanelQuery query = Query(kHour, 800);
  query.from = 1'700'000'007'123;
  query.to = 1'700'003'607'999;
  QueryPlan plan = Plan(query);
  EXPECT_EQ(plan.start, 1'699'999'995'000);
  EXPECT_EQ(plan.end, 1'700'003'595'000);
  EXPECT_EQ(plan.time, query.to);
}

TEST(QueryPlan, AlignsDaysToLocalMidnight) {
  PanelQuery query = Query(30 * kDay, 30, R"({"expr":"up","interval":"1d"})");
  query.to = 1'700'049'600'000;  // 2023-11-15 12:00 UTC
  query.from = query.to - 30 * kDay;
  EXPECT_EQ(Plan(query).end % kDay, 0);
  query.utc_offset_s = 2 * 3600;
  EXPECT_EQ(Plan(query).end, 1'700'049'600'000 - 14 * kHour);  // 22:00 UTC of the day before
  query.utc_offset_s = -5 * 3600;
  EXPECT_EQ(Plan(query).end, 1'700'049'600'000 - 7 * kHour);  // 05:00 UTC
  EXPECT_EQ(AlignDown(-1, 1000, 0), -1000);
}

TEST(QueryPlan, AsksInTheWayThatIsMarked) {
  auto kinds = [](const char* model) {
    QueryPlan plan = Plan(Query(kHour, 100, model));
    return std::string(plan.range ? "range " : "") + (plan.instant ? "instant " : "") +
           (plan.exemplars ? "exemplars" : "");
  };
  EXPECT_EQ(kinds(R"({"expr":"up"})"), "range ");
  EXPECT_EQ(kinds(R"({"expr":"up","instant":true})"), "instant ");
  EXPECT_EQ(kinds(R"({"expr":"up","instant":false,"range":false})"), "range ");
  EXPECT_EQ(kinds(R"({"expr":"up","instant":true,"range":true})"), "range instant ");
  EXPECT_EQ(kinds(R"({"expr":"up","range":true,"exemplar":true})"), "range exemplars");
}

TEST(QueryPlan, RefusesWhatMakesNoSense) {
  auto error = [](const PanelQuery& query) {
    auto plan = MakePlan(query, kDefaultScrapeMs);
    return plan.ok() ? std::string() : plan.error().message();
  };
  EXPECT_EQ(error(Query(kHour, 100, R"({"expr":"  "})")), "the query is empty");
  EXPECT_EQ(error(Query(kHour, 100, "{}")), "the query is empty");
  EXPECT_EQ(error(Query(-kHour, 100)), "the time range ends before it begins");
  EXPECT_EQ(error(Query(kHour, 100, R"({"expr":"up","interval":"soon"})")),
            "minimum step: not a valid duration string: \"soon\"");
  EXPECT_EQ(error(Query(0, 100)), "");
}

TEST(ParseInterval, IsLenient) {
  EXPECT_EQ(*ParseInterval("1m30s"), 90'000);
  EXPECT_EQ(*ParseInterval("30"), 30'000);
  EXPECT_EQ(*ParseInterval(">10s"), 10'000);
  EXPECT_EQ(*ParseInterval(" > 1m "), 60'000);
  EXPECT_EQ(*ParseInterval("0.5s"), 500);
  EXPECT_EQ(*ParseInterval("1M"), 30 * kDay);
  EXPECT_FALSE(ParseInterval("").ok());
  EXPECT_FALSE(ParseInterval("-5s").ok());
  EXPECT_FALSE(ParseInterval("99999999999h").ok());
  EXPECT_FALSE(ParseInterval("1.2.3s").ok());
}

}  // namespace
}  // namespace watchfire::grafana

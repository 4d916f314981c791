#include "rules/backtest.h"

#include "promql/parser/series_desc.h"
#include "rules/rule_world_test.h"

namespace watchfire::rules {
namespace {

constexpr int64_t kMinute = 60'000;

class BacktestTest : public ::testing::Test {
 protected:
  void Load(const std::string& line) {
    auto series = promql::ParseSeries(line).value();
    for (size_t i = 0; i < series.values.size(); ++i) {
      if (series.values[i].omitted) continue;
      world_.storage.Add(series.labels, At(static_cast<int64_t>(i)), series.values[i].value);
    }
  }
  static TimeMs At(int64_t minute) { return kBase + minute * kMinute; }

  Backtest Run(const std::string& expr, int64_t for_minutes, int64_t keep_minutes, int64_t last,
               const BacktestLimits& limits = {}) {
    RuleSpec rule = MakeAlert("Test", expr, for_minutes * kMinute, keep_minutes * kMinute,
                              {{"severity", "page"}}, {})
                        .value();
    promql::QueryRequest query;
    query.start = At(0);
    query.end = At(last);
    query.step_ms = kMinute;
    auto outcome = RunBacktest(world_.engine, world_.storage, rule, {}, query, limits);
    return std::get<Backtest>(std::move(outcome));
  }
  // "pending-fired-ended peak@time", in minutes.
  static std::string Text(const Episode& episode) {
    auto minutes = [](const std::optional<TimeMs>& t) {
      return t ? std::to_string((*t - kBase) / kMinute) : std::string("_");
    };
    return fmt::format("{}-{}-{} {}@{}", minutes(episode.pending_at), minutes(episode.fired_at),
                       minutes(episode.ended_at), episode.peak, minutes(episode.peak_at));
  }
  static std::vector<std::string> Texts(const BacktestAlert& alert) {
    std::vector<std::string> texts;
    for (const Episode& episode : alert.episodes) texts.push_back(Text(episode));
    return texts;
  }

  RuleWorld world_;
};

using Strings = std::vector<std::string>;

TEST_F(BacktestTest, TellsEachTimeAnAlertWasPendingAndFired) {
  Load("load{host=\"a\"} 0 2 3 2 0 0 2 0 0 2 2");
  Backtest result = Run("load > 1", 2, 0, 10);
  ASSERT_EQ(result.alerts.size(), 1u);
  EXPECT_EQ(result.alerts[0].labels,
            model::Labels::Of({{"alertname", "Test"}, {"host", "a"}, {"severity", "page"}}));
  EXPECT_EQ(Texts(result.alerts[0]), (Strings{"1-3-4 3@2", "6-_-7 2@6", "9-_-_ 2@9"}));
  EXPECT_EQ(result.fired, 1u);
  EXPECT_EQ(result.pending_only, 2u);
  EXPECT_EQ(result.firing_seconds, 60);
  EXPECT_EQ(result.series, 1u);
  EXPECT_FALSE(result.truncated);
}

TEST_F(BacktestTest, CountsWhatFiresStillAtTheEnd) {
  Load("load 2x9");
  Backtest result = Run("load > 1", 1, 0, 9);
  ASSERT_EQ(result.alerts.size(), 1u);
  EXPECT_EQ(Texts(result.alerts[0]), (Strings{"0-1-_ 2@0"}));
  EXPECT_EQ(result.firing_seconds, 8 * 60);
}

TEST_F(BacktestTest, KeepsFiringOverGaps) {
  Load("load 2 0 2 0 0 0 0");
  Backtest result = Run("load > 1", 0, 2, 6);
  ASSERT_EQ(result.alerts.size(), 1u);
  EXPECT_EQ(Texts(result.alerts[0]), (Strings{"0-0-5 2@0"}));
}

TEST_F(BacktestTest, ThePeakOfLittleIsTheLeast) {
  Load("free 0.3 0.1 0.2 0.9");
  Backtest result = Run("free < 0.5", 0, 0, 3);
  ASSERT_EQ(result.alerts.size(), 1u);
  EXPECT_EQ(Texts(result.alerts[0]), (Strings{"0-0-3 0.1@1"}));
}

TEST_F(BacktestTest, ShowsNoMoreThanItMayAndCountsAll) {
  for (char host = 'a'; host < 'e'; ++host) {
    Load(std::string("load{host=\"") + host + "\"} 2 0 2 0 2 0");
  }
  Backtest result = Run("load > 1", 0, 0, 5, {.alerts = 3, .episodes = 5});
  EXPECT_TRUE(result.truncated);
  EXPECT_EQ(result.alerts.size(), 2u);
  EXPECT_EQ(result.fired, 12u);
  EXPECT_EQ(result.series, 4u);
}

// The same series, once replayed and once evaluated step by step.
TEST_F(BacktestTest, AgreesWithTheRuleItself) {
  uint64_t random = 7;
  for (int round = 0; round < 40; ++round) {
    world_.storage.Clear();
    constexpr int kSteps = 40;
    std::string values;
    for (int i = 0; i <= kSteps; ++i) {
      random = random * 6364136223846793005ULL + 1442695040888963407ULL;
      values += (random >> 60) < 9 ? " 2" : (random >> 60) < 14 ? " 0" : " stale";
    }
    Load("load" + values);
    int64_t for_minutes = round % 4;
    int64_t keep_minutes = round / 4 % 3;
    Backtest result = Run("load > 1", for_minutes, keep_minutes, kSteps);

    std::string text = fmt::format(
        "groups:\n- name: g\n  interval: 1m\n  rules:\n"
        "  - {{alert: Test, expr: load > 1, for: {}m, keep_firing_for: {}m}}\n",
        for_minutes, keep_minutes);
    world_.services.sink = nullptr;
    Group group(GroupOf(text), &world_.services);
    std::vector<Episode> seen;
    bool open = false;
    for (int i = 0; i <= kSteps; ++i) {
      group.Evaluate(At(i));
      std::vector<AlertView> alerts = group.View(true).rules[0].alerts;
      if (open && alerts.empty()) seen.back().ended_at = At(i);
      if (!alerts.empty() && !open) seen.push_back({alerts[0].active_at, {}, {}, 2, At(i)});
      open = !alerts.empty();
      if (open && alerts[0].state == AlertState::kFiring && !seen.back().fired_at) {
        seen.back().fired_at = At(i);
      }
    }
    Strings expected;
    for (const Episode& episode : seen) expected.push_back(Text(episode));
    EXPECT_EQ(result.alerts.empty() ? Strings() : Texts(result.alerts[0]), expected)
        << values << " for " << for_minutes << " keep " << keep_minutes;
  }
}

TEST_F(BacktestTest, GivesTheEnginesErrors) {
  RuleSpec rule = MakeAlert("Test", "load > 1", 0, 0, {}, {}).value();
  promql::QueryRequest query;
  query.start = At(0);
  query.end = At(10);
  query.step_ms = kMinute;
  query.cancelled = std::make_shared<std::atomic<bool>>(true);
  auto outcome = RunBacktest(world_.engine, world_.storage, rule, {}, query);
  ASSERT_TRUE(std::holds_alternative<promql::QueryFailure>(outcome));
  EXPECT_EQ(std::get<promql::QueryFailure>(outcome).kind, promql::QueryErrorKind::kCanceled);
}

}  // namespace
}  // namespace watchfire::rules

// Runs against single series: whatever has happened to a head, both show the same.

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "model/sample.h"
#include "testing/run_check.h"
#include "tsdb/head/head_testing.h"

namespace watchfire::head {
namespace {

using model::Labels;
using testing::RunQuestion;
using testing::RunsDiffer;
using testing::ShownInRuns;

constexpr int64_t kRange = 60'000;
constexpr TimeMs kStart = 1000 * kRange;
constexpr int kTargets = 6;
constexpr int kLines = 25;

Labels Line(int target, int line, int generation) {
  return Labels::Of({{"__name__", "m" + std::to_string(line % 5)},
                     {"le", std::to_string(line)},
                     {"instance", "host" + std::to_string(target)},
                     {"job", target % 2 == 0 ? "even" : "odd"},
                     {"pod", std::to_string(generation)}});
}

class HeadRunsTest : public HeadOnDisk {
 protected:
  void SetUp() override {
    options_.out_of_order_window_ms = 4 * kRange;
    options_.chunk_range_ms = kRange;
    HeadOnDisk::SetUp();
  }

  // One scrape of each target: lines come and go, stay the same, go stale, arrive in two pieces.
  void Scrape(std::mt19937& random) {
    now_ += 500 + static_cast<TimeMs>(random() % 1500);
    for (int target = 0; target < kTargets; ++target) {
      if (random() % 40 == 0) ++generations_[target];
      bool gone = random() % 25 == 0;
      bool in_pieces = random() % 8 == 0;
      auto appender = head_->NewAppender();
      for (int line = 0; line < kLines; ++line) {
        if (random() % 150 == 0) continue;
        if (in_pieces && line == kLines / 2) {
          EXPECT_TRUE(appender->Commit().ok());
          appender = head_->NewAppender();
        }
        double& value = values_[target][line];
        if (line % 3 == 0) value += static_cast<double>(random() % 100) / (line % 2 == 0 ? 1 : 10);
        double v = gone || random() % 200 == 0 ? model::kStaleNan : value;
        // Refused samples (a target scraped twice at one time) do not matter.
        static_cast<void>(
            appender->Append(0, Line(target, line, generations_[target]), now_ + target, v));
      }
      EXPECT_TRUE(appender->Commit().ok());
    }
  }

  void Disturb(std::mt19937& random) {
    auto appender = head_->NewAppender();
    for (int i = 0; i < 3; ++i) {
      int target = static_cast<int>(random() % kTargets);
      int line = static_cast<int>(random() % kLines);
      static_cast<void>(appender->Append(0, Line(target, line, generations_[target]),
                                         now_ - static_cast<TimeMs>(random() % (3 * kRange)), 7));
    }
    if (random() % 2 == 0) {
      model::Histogram h;
      h.positive_spans = {{0, 1}};
      h.positive_deltas = {static_cast<int64_t>(random() % 50)};
      h.count = static_cast<uint64_t>(h.positive_deltas[0]);
      Labels labels = Labels::Of({{"__name__", "h"}, {"instance", "host1"}});
      EXPECT_TRUE(appender->AppendHistogram(0, labels, now_, h).ok());
    }
    EXPECT_TRUE(appender->Commit().ok());
    if (random() % 4 == 0) {
      TimeMs from = now_ - static_cast<TimeMs>(random() % (2 * kRange));
      auto le = std::to_string(random() % kLines);
      EXPECT_TRUE(head_->Delete(from, from + 5000, {model::Matcher::Equal("le", le)}).ok());
    }
    if (random() % 4 == 0) {
      EXPECT_TRUE(head_->Truncate((now_ - 3 * kRange) / kRange * kRange).ok());
    }
  }

  TimeMs now_ = kStart;
  std::array<int, kTargets> generations_{};
  std::array<std::array<double, kLines>, kTargets> values_{};
};

RunQuestion RandomQuestion(std::mt19937& random, TimeMs now) {
  RunQuestion ask;
  TimeMs oldest = now - 4 * kRange;
  ask.mint = random() % 4 == 0 ? kMinTime : oldest + static_cast<TimeMs>(random() % (4 * kRange));
  ask.matchers = All();
  ask.maxt = random() % 3 == 0 ? kMaxTime : ask.mint + static_cast<TimeMs>(random() % (2 * kRange));
  if (ask.mint == kMinTime && ask.maxt != kMaxTime) ask.maxt = now - kRange;
  ask.sorted = random() % 3 == 0;
  ask.hints.groups = true;
  ask.hints.by = random() % 3 != 0;
  static const std::vector<std::vector<std::string>> kGroupings = {
      {}, {"instance"}, {"le"}, {"instance", "le"}, {"job", "nothing"}, {"__name__"}};
  ask.hints.grouping = kGroupings[random() % kGroupings.size()];
  if (random() % 3 == 0) ask.matchers = {model::Matcher::Equal("instance", "host1")};
  return ask;
}

TEST_F(HeadRunsTest, RunsAndSeriesShowTheSameWhateverHappened) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    TearDown();
    SetUp();
    std::mt19937 random(seed);
    now_ = kStart;
    for (int round = 0; round < 40; ++round) {
      for (int i = 0; i < 5; ++i) Scrape(random);
      if (seed % 3 != 0) Disturb(random);
      auto querier = *head_->NewQuerier(kMinTime, kMaxTime);
      ASSERT_EQ(RunsDiffer(*querier, RandomQuestion(random, now_)), "");
    }
  }
}

TEST_F(HeadRunsTest, AQuerySeesInRunsWhatWasThereWhenItBegan) {
  std::mt19937 random(1);
  for (int i = 0; i < 30; ++i) Scrape(random);
  RunQuestion question;
  question.hints.groups = true;
  question.matchers = All();
  auto querier = *head_->NewQuerier(kMinTime, kMaxTime);
  std::vector<std::string> before = ShownInRuns(*querier, question);
  question.latest = true;
  std::vector<std::string> newest_before = ShownInRuns(*querier, question);
  for (int i = 0; i < 100; ++i) Scrape(random);
  // Series that came later have nothing to show; nothing else changes.
  EXPECT_EQ(ShownInRuns(*querier, question), newest_before);
  question.latest = false;
  EXPECT_EQ(ShownInRuns(*querier, question), before);
  EXPECT_EQ(RunsDiffer(*querier, question), "");
}

TEST_F(HeadRunsTest, LinesOfATargetComeTogetherAndShareTheirTimes) {
  auto append = [&](TimeMs t) {
    auto appender = head_->NewAppender();
    for (int target = 0; target < 2; ++target) {
      for (int line = 0; line < kLines; ++line) {
        ASSERT_TRUE(appender->Append(0, Line(target, line, 0), t + target, line).ok());
      }
    }
    ASSERT_TRUE(appender->Commit().ok());
  };
  // Over the end of an era, too.
  for (TimeMs t = kStart; t < kStart + 2 * kRange; t += 5000) append(t);
  auto querier = *head_->NewQuerier(kMinTime, kMaxTime);
  for (TimeMs mint : {kStart + 90'000, kStart + 30'000}) {
    auto set = querier->Select(false, {}, All());
    storage::SeriesRun run;
    size_t counts = 0;
    for (int target = 0; target < 2; ++target) {
      ASSERT_TRUE(set->NextRun(mint, kMaxTime, &run));
      EXPECT_EQ(run.count, size_t{kLines});
      EXPECT_EQ(run.t.front(), mint + target);
      counts += run.count;
    }
    EXPECT_FALSE(set->NextRun(mint, kMaxTime, &run));
  }
  auto set = querier->Select(false, {}, All());
  EXPECT_EQ(set->size_estimate(), size_t{2 * kLines});
  storage::LatestRun last;
  ASSERT_TRUE(set->NextLatest(kStart, kMaxTime, &last));
  EXPECT_EQ(last.count, size_t{2 * kLines});
}

TEST_F(HeadRunsTest, ALimitHoldsInRuns) {
  std::mt19937 random(3);
  for (int i = 0; i < 5; ++i) Scrape(random);
  RunQuestion question;
  question.sorted = true;
  question.matchers = All();
  question.hints.limit = 30;
  auto querier = *head_->NewQuerier(kMinTime, kMaxTime);
  EXPECT_EQ(ShownInRuns(*querier, question).size(), 30U);
  EXPECT_TRUE(querier->Select(true, question.hints, All())->Split(2).empty());
  EXPECT_EQ(RunsDiffer(*querier, question), "");
}

// Every transaction raises all lines of all targets by one: a reader who sees two heights at one
// time sees half a transaction.
TEST_F(HeadRunsTest, ReadersBesideAWriterSeeWholeTransactions) {
  constexpr int kRows = 400;
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int row = 0; row < kRows; ++row) {
      auto appender = head_->NewAppender();
      for (int target = 0; target < kTargets; ++target) {
        for (int line = 0; line < kLines; ++line) {
          EXPECT_TRUE(appender->Append(0, Line(target, line, 0), kStart + row * 1000, row).ok());
        }
      }
      EXPECT_TRUE(appender->Commit().ok());
    }
    done = true;
  });
  bool last_round = false;
  while (!last_round) {
    last_round = done;
    auto querier = *head_->NewQuerier(kMinTime, kMaxTime);
    auto set = querier->Select(false, {}, All());
    std::set<double> heights;
    size_t series = 0;
    storage::LatestRun last;
    while (set->NextLatest(kMinTime, kMaxTime, &last)) {
      heights.insert(last.v.begin(), last.v.end());
      series += last.count;
    }
    EXPECT_LE(heights.size(), 1U);
    EXPECT_TRUE(series == 0 || series == size_t{kTargets * kLines}) << series;
    auto matrix = querier->Select(false, {}, All());
    storage::SeriesRun run;
    while (matrix->NextRun(kMinTime, kMaxTime, &run)) {
      for (size_t k = 0; k < run.count; ++k) {
        const double* values = run.v + k * run.t.size();
        ASSERT_EQ(values[run.t.size() - 1], *heights.begin());
        for (size_t i = 0; i < run.t.size(); ++i) {
          ASSERT_EQ(static_cast<double>(run.t[i] - kStart) / 1000, values[i]);
        }
      }
    }
  }
  writer.join();
}

}  // namespace
}  // namespace watchfire::head

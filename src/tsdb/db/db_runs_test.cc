// Blocks and head joined: in runs, in parts and series by series, sorted or not, they show the
// same, and what one storage that has everything shows.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "model/sample.h"
#include "testing/run_check.h"
#include "testing/test_storage.h"
#include "tsdb/db/testing_db.h"

namespace watchfire::tsdb {
namespace {

using model::Labels;
using testing::RunQuestion;
using testing::RunsDiffer;
using testing::ShownInRuns;
using testing::ShownOneByOne;

constexpr TimeMs kHour = 3'600'000;
constexpr TimeMs kStart = 1'700'000'000'000 / (2 * kHour) * (2 * kHour);
constexpr TimeMs kStep = 60'000;

class DbRunsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "wf_runs_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
    DbOptions options;
    options.path = path_;
    options.background = false;
    options.clock = &clock_;
    options.out_of_order_window_ms = kHour;
    db_ = std::move(Db::Open(options).value());
  }
  void TearDown() override {
    db_.reset();
    std::filesystem::remove_all(path_);
  }

  void Append(storage::Appender& appender, const Labels& labels, TimeMs t, double v) {
    if (appender.Append(0, labels, t, v).ok()) all_.Add(labels, t, v);
  }

  // Ten hours: four blocks and a head, of series that come and go.
  void Fill(std::mt19937& random) {
    for (TimeMs t = kStart; t < kStart + 10 * kHour; t += kStep) {
      clock_.Set(t);
      auto appender = db_->NewAppender();
      for (int i = 0; i < 40; ++i) {
        int generation = i % 5 == 0 ? static_cast<int>((t - kStart) / (3 * kHour)) : 0;
        Labels labels = Labels::Of({{"__name__", "m" + std::to_string(i % 3)},
                                    {"i", std::to_string(i)},
                                    {"instance", "host" + std::to_string(i / 10)},
                                    {"pod", std::to_string(generation)}});
        if (random() % 100 == 0) continue;
        double v = random() % 3 == 0 ? static_cast<double>(random() % 1000) : 5;
        Append(*appender, labels, t + i / 10, random() % 300 == 0 ? model::kStaleNan : v);
      }
      ASSERT_TRUE(appender->Commit().ok());
      if (t % kHour != kHour / 2) continue;
      ASSERT_TRUE(db_->Maintain().ok());
    }
    ASSERT_GT(db_->BlockMetas().size(), 1U);
  }

  StoppedClock clock_{kStart};
  std::string path_;
  std::unique_ptr<Db> db_;
  testing::TestStorage all_;
};

std::vector<std::string> Sorted(std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST_F(DbRunsTest, RunsSeriesAndAPlainStorageShowTheSame) {
  std::mt19937 random(1);
  ASSERT_NO_FATAL_FAILURE(Fill(random));
  static const std::vector<std::vector<std::string>> kGroupings = {
      {}, {"instance"}, {"i", "pod"}, {"__name__"}};
  for (int round = 0; round < 60; ++round) {
    RunQuestion question;
    if (random() % 5 != 0) {
      question.mint = kStart + static_cast<TimeMs>(random() % 600) * kStep;
      question.maxt = question.mint + static_cast<TimeMs>(random() % 180) * kStep;
      question.hints.start = question.mint;
      question.hints.end = question.maxt;
    }
    question.sorted = random() % 2 == 0;
    question.hints.groups = true;
    question.hints.by = random() % 3 != 0;
    question.hints.grouping = kGroupings[random() % kGroupings.size()];
    if (random() % 3 == 0) question.matchers = {model::Matcher::Equal("instance", "host1")};
    auto querier = *db_->NewQuerier(kMinTime, kMaxTime);
    ASSERT_EQ(RunsDiffer(*querier, question), "");
    auto plain = *all_.NewQuerier(kMinTime, kMaxTime);
    for (bool latest : {false, true}) {
      question.latest = latest;
      question.hints.groups = false;
      std::vector<std::string> shown = ShownInRuns(*querier, question);
      std::vector<std::string> expected = ShownOneByOne(*plain, question);
      ASSERT_EQ(question.sorted ? shown : Sorted(shown),
                question.sorted ? expected : Sorted(expected))
          << question.mint << " " << question.maxt;
    }
  }
}

TEST_F(DbRunsTest, ALimitHoldsOverBlocksAndHead) {
  std::mt19937 random(2);
  ASSERT_NO_FATAL_FAILURE(Fill(random));
  auto querier = *db_->NewQuerier(kMinTime, kMaxTime);
  auto plain = *all_.NewQuerier(kMinTime, kMaxTime);
  RunQuestion question;
  question.sorted = true;
  question.hints.limit = 7;
  EXPECT_EQ(ShownInRuns(*querier, question), ShownOneByOne(*plain, question));
  question.sorted = false;
  EXPECT_EQ(ShownInRuns(*querier, question).size(), 7U);
  EXPECT_EQ(RunsDiffer(*querier, question), "");
}

}  // namespace
}  // namespace watchfire::tsdb

// Runs of a block against its series.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "testing/run_check.h"
#include "tsdb/block/testing_blocks.h"

namespace watchfire::block {
namespace {

using testing::BlockData;
using testing::kStart;
using testing::kStep;
using testing::MatchersOf;
using testing::SeriesData;
using watchfire::testing::RunQuestion;
using watchfire::testing::RunsDiffer;
using watchfire::testing::ShownInRuns;

constexpr int kTargets = 5;
constexpr int kLines = 30;
constexpr int kSamples = 300;

class BlockRunsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "wf_block_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    parent_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(parent_); }

  // Most lines of a target share their times; some have gaps, or histograms behind the floats.
  std::shared_ptr<Block> Make(std::mt19937& random) {
    BlockData data;
    for (int target = 0; target < kTargets; ++target) {
      for (int line = 0; line < kLines; ++line) {
        model::Labels labels = model::Labels::Of({{"__name__", "m" + std::to_string(line % 4)},
                                                  {"instance", "host" + std::to_string(target)},
                                                  {"le", std::to_string(line)}});
        SeriesData& series = data[labels];
        for (int i = 0; i < kSamples; ++i) {
          if (line % 7 == 0 && random() % 10 == 0) continue;
          series.times.push_back(kStart + target * 37 + i * kStep);
          series.values.push_back(static_cast<double>(random() % 3) * i);
        }
        if (line % 11 == 0) AddHistograms(series.times.back() + kStep, &series);
      }
    }
    std::filesystem::create_directories(parent_ + "/" + std::to_string(++blocks_));
    auto directory =
        testing::WriteBlock(*FileSystem::Local(), parent_ + "/" + std::to_string(blocks_), data);
    return Block::Open(*FileSystem::Local(), *directory).value();
  }

  static void AddHistograms(TimeMs start, SeriesData* series) {
    std::vector<chunk::HistogramPoint> points(3);
    for (size_t i = 0; i < points.size(); ++i) {
      points[i].t = start + static_cast<TimeMs>(i) * kStep;
      points[i].integer.positive_spans = {{0, 1}};
      points[i].integer.positive_deltas = {static_cast<int64_t>(i)};
      points[i].integer.count = i;
    }
    chunk::EncodeHistograms(points, false, &series->more_chunks);
  }

  std::string parent_;
  int blocks_ = 0;
};

TEST_F(BlockRunsTest, RunsAndSeriesShowTheSame) {
  std::mt19937 random(1);
  for (int round = 0; round < 3; ++round) {
    std::shared_ptr<Block> block = Make(random);
    if (round > 0) {
      ASSERT_TRUE(block
                      ->Delete(kStart + 50 * kStep, kStart + 90 * kStep,
                               MatchersOf({{"le", "=~", "3|14|2."}}))
                      .ok());
    }
    static const std::vector<std::vector<std::string>> kGroupings = {
        {}, {"instance"}, {"le"}, {"instance", "nothing"}, {"__name__"}};
    for (int i = 0; i < 40; ++i) {
      RunQuestion question;
      if (random() % 4 != 0) {
        question.mint = kStart + static_cast<TimeMs>(random() % 300) * kStep;
        question.maxt = question.mint + static_cast<TimeMs>(random() % 200) * kStep;
      }
      question.hints.groups = random() % 5 != 0;
      question.hints.by = random() % 3 != 0;
      question.hints.grouping = kGroupings[random() % kGroupings.size()];
      question.hints.limit = random() % 4 == 0 ? 20 : 0;
      if (random() % 3 == 0) question.matchers = MatchersOf({{"instance", "=", "host1"}});
      auto querier = block->NewQuerier(kMinTime, kMaxTime);
      ASSERT_EQ(RunsDiffer(*querier, question), "");
    }
  }
}

TEST_F(BlockRunsTest, NeighboursWithTheSameTimesComeTogether) {
  BlockData data;
  for (int i = 0; i < 10; ++i) {
    data[model::Labels::Of({{"i", std::to_string(i)}})] =
        testing::Counting(i < 6 ? kStart : kStart + 1, 100, i);
  }
  auto directory = testing::WriteBlock(*FileSystem::Local(), parent_, data);
  auto block = Block::Open(*FileSystem::Local(), *directory).value();
  auto querier = block->NewQuerier(kMinTime, kMaxTime);
  RunQuestion question;
  size_t runs = 0;
  EXPECT_EQ(ShownInRuns(*querier, question, &runs).size(), 10U);
  EXPECT_EQ(runs, 2U);
}

}  // namespace
}  // namespace watchfire::block

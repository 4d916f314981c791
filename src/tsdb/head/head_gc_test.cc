#include <gtest/gtest.h>
#include <unistd.h>

#include <barrier>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "model/sample.h"
#include "tsdb/head/head.h"

namespace watchfire::head {
namespace {

using model::Labels;
using model::Matcher;
using model::MatchType;
using storage::AppendError;
using storage::SeriesRef;

constexpr int64_t kRange = 60'000;

class HeadGarbageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "wf_gc_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    Open();
  }
  void TearDown() override {
    head_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Open() {
    head_.reset();
    registry_ = std::make_unique<client::Registry>();
    HeadOptions options;
    options.fs = FileSystem::Local();
    options.clock = Clock::System();
    options.wal_directory = directory_ + "/wal";
    options.chunk_range_ms = kRange;
    options.registry = registry_.get();
    head_ = std::make_unique<Head>(options);
    if (held_ != kMinTime) head_->RaiseMinValidTime(held_);
    replayed_ = *head_->Replay(nullptr);
    ASSERT_TRUE(head_->OpenLog().ok());
  }
  double Metric(const std::string& name) {
    for (const client::MetricFamily& family : registry_->Gather()) {
      if (family.name == name) return family.points.at(0).value;
    }
    return -1;
  }

  std::string directory_;
  std::unique_ptr<client::Registry> registry_;
  std::unique_ptr<Head> head_;
  ReplayResult replayed_;
  TimeMs held_ = kMinTime;  // what blocks reach up to
};

Labels Pod(int pod, int line) {
  return Labels::Of({{"__name__", "m" + std::to_string(line)}, {"pod", std::to_string(pod)}});
}

using Content = std::map<std::string, std::map<TimeMs, double>>;

Content Read(Head& head, TimeMs mint = kMinTime) {
  Content content;
  auto querier = *head.NewQuerier(mint, kMaxTime);
  auto set = querier->Select(false, {}, {*Matcher::Make(MatchType::kRegex, "__name__", ".+")});
  while (set->Next()) {
    storage::Columns columns = set->At().Read(mint, kMaxTime);
    auto& series = content[set->At().labels().ToMetricString()];
    for (size_t i = 0; i < columns.t.size(); ++i) series[columns.t[i]] = columns.v[i];
  }
  std::erase_if(content, [](const auto& one) { return one.second.empty(); });
  return content;
}

TEST_F(HeadGarbageTest, ASeriesWithoutSamplesGoesAndItsRefIsRefused) {
  auto appender = head_->NewAppender();
  SeriesRef old = *appender->Append(0, Pod(1, 1), 1000, 1, nullptr);
  SeriesRef kept = *appender->Append(0, Pod(2, 1), 1000, 1, nullptr);
  ASSERT_TRUE(appender->Commit().ok());
  ASSERT_TRUE(appender->Append(kept, {}, 3 * kRange, 2, nullptr).ok());
  ASSERT_TRUE(appender->Commit().ok());
  ASSERT_TRUE(head_->Truncate(2 * kRange).ok());
  EXPECT_EQ(head_->Stats().num_series, 1u);
  EXPECT_EQ(Metric("prometheus_tsdb_head_series"), 1);
  EXPECT_EQ(Metric("prometheus_tsdb_head_series_removed_total"), 1);
  AppendError error;
  EXPECT_FALSE(appender->Append(old, {}, 3 * kRange, 1, &error).ok());
  EXPECT_EQ(error, AppendError::kUnknownRef);
  std::vector<storage::RowError> errors;
  appender->AppendRow(3 * kRange + 1, std::vector<SeriesRef>{old, kept, 0, UINT64_MAX},
                      std::vector<double>{1, 3, 1, 1}, &errors);
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].index, 0u);
  EXPECT_EQ(errors[0].error, AppendError::kUnknownRef);
  ASSERT_TRUE(appender->Commit().ok());
  // It comes back as another one.
  SeriesRef again = *appender->GetRef(Pod(1, 1));
  EXPECT_NE(again, old);
  ASSERT_TRUE(appender->Append(again, {}, 3 * kRange + 2, 4, nullptr).ok());
  ASSERT_TRUE(appender->Commit().ok());
  Content expected = {{Pod(1, 1).ToMetricString(), {{3 * kRange + 2, 4}}},
                      {Pod(2, 1).ToMetricString(), {{3 * kRange, 2}, {3 * kRange + 1, 3}}}};
  EXPECT_EQ(Read(*head_), expected);
  appender.reset();
  held_ = 2 * kRange;
  Open();
  EXPECT_EQ(Read(*head_), expected);
}

TEST_F(HeadGarbageTest, CheckpointsForgetRemovedSeriesAndNumbersAreNotUsedAgain) {
  constexpr int kRounds = 12;
  TimeMs t = 0;
  for (int round = 0; round < kRounds; ++round) {
    t = round * kRange;
    auto appender = head_->NewAppender();
    for (int line = 0; line < 100; ++line) {
      ASSERT_TRUE(appender->Append(0, Pod(round, line), t, round, nullptr).ok());
    }
    ASSERT_TRUE(appender->Commit().ok());
    appender.reset();
    ASSERT_TRUE(head_->Truncate(t - kRange).ok());
  }
  EXPECT_LE(head_->Stats().num_series, 300u);
  Content before = Read(*head_, t - kRange);
  held_ = t - kRange;
  Open();
  // Some more than in memory, since the newest third of the log is left as it is.
  EXPECT_LE(replayed_.series, 500u);
  EXPECT_EQ(replayed_.unknown_refs, 0u);
  EXPECT_EQ(Read(*head_, t - kRange), before);
  // What is new now must not be taken for what was logged before.
  auto appender = head_->NewAppender();
  for (int line = 0; line < 100; ++line) {
    ASSERT_TRUE(appender->Append(0, Pod(99, line), t + 1, 99, nullptr).ok());
  }
  ASSERT_TRUE(appender->Commit().ok());
  appender.reset();
  before = Read(*head_, t - kRange);
  EXPECT_EQ(before.size(), 300u);
  Open();
  EXPECT_EQ(Read(*head_, t - kRange), before);
}

TEST_F(HeadGarbageTest, IdsAreUsedAgain) {
  for (int round = 0; round < 30; ++round) {
    auto appender = head_->NewAppender();
    for (int line = 0; line < 200; ++line) {
      SeriesRef ref = *appender->Append(0, Pod(round, line), round * kRange, 1, nullptr);
      EXPECT_LE(static_cast<uint32_t>(ref), 800u) << "round " << round;
    }
    ASSERT_TRUE(appender->Commit().ok());
    appender.reset();
    ASSERT_TRUE(head_->Truncate(round * kRange).ok());
  }
}

TEST_F(HeadGarbageTest, WhatATransactionLookedUpStays) {
  auto appender = head_->NewAppender();
  ASSERT_TRUE(appender->Append(0, Pod(1, 1), 0, 1, nullptr).ok());
  ASSERT_TRUE(appender->Append(0, Pod(1, 2), 0, 1, nullptr).ok());
  ASSERT_TRUE(appender->Append(0, Pod(2, 1), 3 * kRange, 1, nullptr).ok());
  ASSERT_TRUE(appender->Commit().ok());
  SeriesRef ref = *appender->GetRef(Pod(1, 1));
  // The round is skipped for the sake of the transaction.
  std::atomic<bool> truncated{false};
  std::thread other([&] {
    EXPECT_EQ(head_->CollectGarbage(0), 0u);
    truncated = true;
  });
  other.join();
  ASSERT_TRUE(appender->Append(ref, {}, 3 * kRange, 7, nullptr).ok());
  ASSERT_TRUE(appender->Commit().ok());
  // Nothing went, since all still had samples; now only the second one is without.
  ASSERT_TRUE(head_->Truncate(2 * kRange).ok());
  EXPECT_EQ(head_->Stats().num_series, 2u);
  EXPECT_EQ(Read(*head_).at(Pod(1, 1).ToMetricString()).at(3 * kRange), 7);
}

TEST_F(HeadGarbageTest, ATransactionMayFinishWhileUnusedSeriesWaitToGo) {
  {
    auto appender = head_->NewAppender();
    ASSERT_TRUE(appender->Append(0, Pod(1, 1), 0, 1, nullptr).ok());
    ASSERT_TRUE(appender->Append(0, Pod(1, 2), 0, 1, nullptr).ok());
    ASSERT_TRUE(appender->Append(0, Pod(2, 1), 3 * kRange, 1, nullptr).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }
  auto appender = head_->NewAppender();
  SeriesRef ref = *appender->GetRef(Pod(1, 1));
  Result<void> truncated;
  std::thread other([&] { truncated = head_->Truncate(2 * kRange); });
  // Whatever the other thread has come to by now.
  ASSERT_TRUE(appender->Append(ref, {}, 3 * kRange, 7, nullptr).ok());
  ASSERT_TRUE(appender->Commit().ok());
  other.join();
  ASSERT_TRUE(truncated.ok());
  EXPECT_EQ(head_->Stats().num_series, 2u);
  EXPECT_EQ(Read(*head_).at(Pod(1, 1).ToMetricString()).at(3 * kRange), 7);
}

TEST_F(HeadGarbageTest, AQueryFromBeforeKeepsWhatItSees) {
  {
    auto appender = head_->NewAppender();
    ASSERT_TRUE(appender->Append(0, Pod(1, 1), 0, 1, nullptr).ok());
    ASSERT_TRUE(appender->Append(0, Pod(2, 1), 3 * kRange, 1, nullptr).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }
  auto querier = *head_->NewQuerier(kMinTime, kMaxTime);
  EXPECT_EQ(head_->CollectGarbage(0), 0u);
  std::thread other([&] { EXPECT_TRUE(head_->Truncate(2 * kRange).ok()); });
  auto set = querier->Select(true, {}, {Matcher::Equal("pod", "1")});
  ASSERT_TRUE(set->Next());
  EXPECT_EQ(set->At().labels(), Pod(1, 1));
  EXPECT_EQ(set->At().Read(kMinTime, kMaxTime).t.size(), 1u);
  set.reset();
  querier.reset();
  other.join();
  EXPECT_EQ(head_->Stats().num_series, 1u);
}

TEST_F(HeadGarbageTest, AHigherMinimumIsWaitedFor) {
  auto early = head_->NewAppender();
  ASSERT_TRUE(early->Append(0, Pod(1, 1), 10, 1, nullptr).ok());
  head_->RaiseMinValidTime(20);
  EXPECT_FALSE(head_->WaitForAppendersBelow(20, 0));
  auto late = head_->NewAppender();
  AppendError error;
  EXPECT_FALSE(late->Append(0, Pod(1, 2), 19, 1, &error).ok());
  EXPECT_EQ(error, AppendError::kOutOfBounds);
  EXPECT_TRUE(late->Append(0, Pod(1, 2), 20, 1, &error).ok());
  ASSERT_TRUE(early->Append(0, Pod(1, 1), 11, 1, nullptr).ok());
  std::thread other([&] { EXPECT_TRUE(early->Commit().ok()); });
  EXPECT_TRUE(head_->WaitForAppendersBelow(20, 10'000));
  other.join();
  // The next transaction of the same appender is a new one.
  EXPECT_FALSE(early->Append(0, Pod(1, 1), 12, 1, nullptr).ok());
  ASSERT_TRUE(late->Commit().ok());
}

// Pods come and go under several writers, with references kept between transactions; meanwhile old
// ranges are dropped and queries run. No committed sample of the newest range may be missing, none
// may appear under other labels, then and after a restart.
TEST_F(HeadGarbageTest, NothingIsLostWhileSeriesComeAndGo) {
  constexpr int kWriters = 3;
  constexpr int kSteps = 400;
  std::atomic<TimeMs> now{0};
  std::atomic<int> writing{kWriters};
  std::barrier steps(kWriters);
  std::vector<Content> written(kWriters);
  auto write = [&](int writer) {
    auto done = std::shared_ptr<void>(nullptr, [&](void*) {
      --writing;
      steps.arrive_and_drop();
    });
    std::mt19937_64 random(static_cast<uint64_t>(writer));
    std::map<int, std::vector<SeriesRef>> pods;
    for (int step = 0; step < kSteps; ++step) {
      // Nobody falls behind so far that its samples are out of bounds.
      steps.arrive_and_wait();
      TimeMs t = now += 1000;
      int pod = writer * 1000 + static_cast<int>(random() % 4) + step / 40 * 3;
      auto appender = head_->NewAppender();
      std::vector<SeriesRef>& refs = pods[pod];
      for (int line = static_cast<int>(refs.size()); line < 20; ++line) {
        refs.push_back(*appender->GetRef(Pod(pod, line)));
      }
      std::vector<double> values(refs.size(), t + pod);
      std::vector<storage::RowError> errors;
      if (random() % 2 == 0) {
        appender->AppendRow(t, refs, values, &errors);
        for (const storage::RowError& error : errors) {
          ASSERT_EQ(error.error, AppendError::kUnknownRef);
          size_t i = error.index;
          refs[i] = *appender->Append(0, Pod(pod, static_cast<int>(i)), t, values[i], nullptr);
        }
      } else {
        for (size_t i = 0; i < refs.size(); ++i) {
          AppendError error;
          if (appender->Append(refs[i], {}, t, values[i], &error).ok()) continue;
          ASSERT_EQ(error, AppendError::kUnknownRef);
          refs[i] = *appender->Append(0, Pod(pod, static_cast<int>(i)), t, values[i], nullptr);
        }
      }
      ASSERT_TRUE(appender->Commit().ok());
      for (size_t i = 0; i < refs.size(); ++i) {
        written[static_cast<size_t>(writer)][Pod(pod, static_cast<int>(i)).ToMetricString()][t] =
            values[i];
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) threads.emplace_back(write, i);
  threads.emplace_back([&] {
    while (writing > 0) {
      for (const auto& [labels, samples] : Read(*head_, now - kRange)) {
        int pod = std::stoi(labels.substr(labels.find("pod=\"") + 5));
        for (auto [t, v] : samples) ASSERT_EQ(v, t + pod) << labels;
      }
    }
  });
  while (writing > 0) {
    ASSERT_TRUE(head_->Truncate(now - 2 * kRange).ok());
    head_->CollectGarbage();
    head_->ForgetRemoved();
  }
  for (std::thread& thread : threads) thread.join();
  // On a busy machine the loop above may have come late to everything: once more in peace.
  ASSERT_TRUE(head_->Truncate(now - 2 * kRange).ok());
  head_->CollectGarbage();
  EXPECT_GT(Metric("prometheus_tsdb_head_series_removed_total"), 500);
  TimeMs from = now - kRange;
  Content expected;
  for (const Content& one : written) {
    for (const auto& [labels, samples] : one) {
      for (auto at = samples.lower_bound(from); at != samples.end(); ++at) {
        expected[labels].insert(*at);
      }
    }
  }
  EXPECT_EQ(Read(*head_, from), expected);
  Open();
  EXPECT_EQ(Read(*head_, from), expected);
}

}  // namespace
}  // namespace watchfire::head

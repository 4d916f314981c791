#include <gtest/gtest.h>

#include <random>
#include <set>

#include "model/sample.h"
#include "testing/fault_file_system.h"
#include "tsdb/head/head_testing.h"

namespace watchfire::head {
namespace {

using model::Labels;
using storage::AppendError;

constexpr TimeMs kHour = 3'600'000;
constexpr TimeMs kStart = 100 * kEraMs;

class OutOfOrderTest : public HeadOnDisk {
 protected:
  void SetUp() override {
    options_.out_of_order_window_ms = 4 * kHour;
    HeadOnDisk::SetUp();
  }
  AppendError Append(int series, TimeMs t, double v) {
    auto appender = head_->NewAppender();
    AppendError kind = AppendError::kNone;
    bool taken = appender->Append(0, Series(series), t, v, &kind).ok();
    EXPECT_EQ(taken, kind == AppendError::kNone);
    EXPECT_TRUE(appender->Commit().ok());
    return kind;
  }
  static model::Histogram Histogram(int64_t n) {
    model::Histogram h;
    h.positive_spans = {{0, 2}};
    h.positive_deltas = {n, 1};
    h.count = static_cast<uint64_t>(2 * n + 1);
    h.sum = static_cast<double>(n) / 4;
    return h;
  }
  // Every sample of a round of compaction, by way of the sources.
  Content DecodedCut(const OutOfOrderCut& cut) {
    Content all;
    for (const TimeRange& range : cut.ranges) {
      auto source = head_->OutOfOrderSource(cut, range.mint, range.maxt);
      Content part = Decoded(*source);
      EXPECT_FALSE(part.empty());
      for (auto& [labels, lines] : part) {
        all[labels].insert(all[labels].end(), lines.begin(), lines.end());
      }
    }
    return all;
  }
  bool LogIsEmpty() {
    for (const auto& file : std::filesystem::directory_iterator(directory_ + "/wbl")) {
      if (file.file_size() > 0) return false;
    }
    return true;
  }
};

TEST_F(OutOfOrderTest, TakesWhatIsInTheWindowAndNamesTheRestAsUpstreamDoes) {
  EXPECT_EQ(Append(1, kStart, 1), AppendError::kNone);
  EXPECT_EQ(Append(1, kStart - 1, 2), AppendError::kNone);
  EXPECT_EQ(Append(1, kStart - 4 * kHour, 3), AppendError::kNone);
  EXPECT_EQ(Append(1, kStart - 4 * kHour - 1, 4), AppendError::kTooOld);
  // A new series has no order yet, but bounds.
  EXPECT_EQ(Append(2, kStart - 2 * kHour, 5), AppendError::kNone);
  EXPECT_EQ(Append(1, kStart, 6), AppendError::kDuplicateTimestamp);
  auto appender = head_->NewAppender();
  EXPECT_EQ(appender->Append(0, Series(1), kStart - 5 * kHour, 1).error().message(),
            "too old sample");
  EXPECT_EQ(
      appender->AppendHistogram(0, Series(1), kStart - 5 * kHour, Histogram(1)).error().message(),
      "too old sample");
  EXPECT_EQ(Metric("prometheus_tsdb_too_old_samples_total", "float"), 2);
  EXPECT_EQ(Metric("prometheus_tsdb_too_old_samples_total", "histogram"), 1);
  EXPECT_EQ(Metric("prometheus_tsdb_head_out_of_order_samples_appended_total", "float"), 3);
  EXPECT_EQ(Metric("prometheus_tsdb_sample_ooo_delta"), 6);
  Content content = Queried(*head_, kMinTime, kMaxTime);
  EXPECT_EQ(content[Series(1)].size(), 3u);
  EXPECT_EQ(content[Series(2)].size(), 1u);
}

TEST_F(OutOfOrderTest, TheWindowMayChangeAtRunTime) {
  EXPECT_EQ(Append(1, kStart, 1), AppendError::kNone);
  head_->SetOutOfOrderWindow(0);
  EXPECT_EQ(Append(1, kStart - 1, 2), AppendError::kOutOfOrder);
  EXPECT_EQ(Append(1, kStart - 2 * kHour, 2), AppendError::kOutOfBounds);
  head_->SetOutOfOrderWindow(10);
  EXPECT_EQ(Append(1, kStart - 1, 2), AppendError::kNone);
  EXPECT_EQ(Append(1, kStart - 11, 2), AppendError::kTooOld);
}

TEST_F(OutOfOrderTest, AWindowOfNoneLeavesNoLogBehind) {
  options_.out_of_order_window_ms = 0;
  Open();
  Append(1, kStart, 1);
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/wbl"));
  EXPECT_TRUE(head_->CutOutOfOrder()->empty());
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/wbl"));
}

TEST_F(OutOfOrderTest, AQueryDoesNotSeeWhatCameAfterIt) {
  Append(1, kStart, 1);
  Append(1, kStart - 5, 1);
  auto querier = *head_->NewQuerier(kMinTime, kMaxTime);
  Append(1, kStart - 3, 1);
  // Enough to be encoded, were it not for the query.
  for (int i = 0; i < 200; ++i) Append(1, kStart - 1000 + i, i);
  auto set = querier->Select(true, {}, All());
  ASSERT_TRUE(set->Next());
  auto columns = set->At().Read(kMinTime, kMaxTime);
  EXPECT_EQ(std::vector<TimeMs>(columns.t.begin(), columns.t.end()),
            (std::vector<TimeMs>{kStart - 5, kStart}));
  model::Sample latest;
  ASSERT_TRUE(set->At().Latest(kMinTime, kStart - 1, &latest));
  EXPECT_EQ(latest.t, kStart - 5);
  EXPECT_EQ(Queried(*head_, kMinTime, kMaxTime)[Series(1)].size(), 203u);
}

TEST_F(OutOfOrderTest, OfEqualTimesTheOneInOrderShows) {
  Append(1, kStart, 1);
  Append(1, kStart + 10, 2);
  Append(1, kStart, 7);
  Append(1, kStart + 5, 3);
  Append(1, kStart + 5, 4);
  EXPECT_EQ(Queried(*head_, kMinTime, kMaxTime)[Series(1)],
            (std::vector<std::string>{fmt::format("{}={}", kStart, Text(1)),
                                      fmt::format("{}={}", kStart + 5, Text(3)),
                                      fmt::format("{}={}", kStart + 10, Text(2))}));
}

TEST_F(OutOfOrderTest, WhenItsLogFailsWhatCameInOrderStays) {
  testing::FaultFileSystem disk;
  options_.fs = &disk;
  Open();
  Append(1, kStart, 1);
  Append(1, kStart - 1, 1);
  auto appender = head_->NewAppender();
  ASSERT_TRUE(appender->Append(0, Series(1), kStart + 1, 2).ok());
  ASSERT_TRUE(appender->Append(0, Series(1), kStart - 2, 2).ok());
  disk.CrashAfter(1, 5);  // the head's own log gets its write
  EXPECT_FALSE(appender->Commit().ok());
  appender.reset();
  Content before = Queried(*head_, kMinTime, kMaxTime);
  EXPECT_EQ(before[Series(1)].size(), 3u);
  head_.reset();
  disk.Recover(true);
  Open();
  EXPECT_EQ(Queried(*head_, kMinTime, kMaxTime), before);
  head_.reset();
}

TEST_F(OutOfOrderTest, RecoveredSamplesFillWhatTheHeadLacks) {
  Append(1, kStart, 1);
  Append(1, kStart - 10, 2);
  std::vector<TimeMs> times = {kStart - 20, kStart - 10, kStart - 5, kStart};
  std::vector<double> values = {5, 6, 7, 8};
  EXPECT_EQ(*head_->AddRecovered(Series(1), {times, values}, {}), 2u);
  EXPECT_EQ(*head_->AddRecovered(Series(1), {times, values}, {}), 0u);
  std::vector<chunk::HistogramPoint> points = {{kStart - kEraMs, 0, false, Histogram(3), {}}};
  EXPECT_EQ(*head_->AddRecovered(Series(9), {}, points), 1u);
  Content content = Queried(*head_, kMinTime, kMaxTime);
  EXPECT_EQ(
      content[Series(1)],
      (std::vector<std::string>{
          fmt::format("{}={}", kStart - 20, Text(5)), fmt::format("{}={}", kStart - 10, Text(2)),
          fmt::format("{}={}", kStart - 5, Text(7)), fmt::format("{}={}", kStart, Text(1))}));
  EXPECT_EQ(content[Series(9)].size(), 1u);
  Open();
  EXPECT_EQ(Queried(*head_, kMinTime, kMaxTime), content);
}

// Random late samples of both kinds against a map; compaction, restarts and a damaged end between.
TEST_F(OutOfOrderTest, AgreesWithAMapThroughCutsAndRestarts) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    std::filesystem::remove_all(directory_ + "/wal");
    std::filesystem::remove_all(directory_ + "/wbl");
    Open();
    std::mt19937_64 random(seed);
    std::map<int, std::map<TimeMs, std::string>> expected;  // in the head
    std::map<int, std::set<TimeMs>> late;                   // of it, out of order, not cut yet
    std::map<int, TimeMs> newest;                           // in order
    TimeMs head_newest = kMinTime;
    auto keep = [&](int series, TimeMs t, std::string text) {
      bool in_bounds = t >= head_newest - kEraMs / 2;
      expected[series][t] = std::move(text);
      if (in_bounds && (!newest.contains(series) || t > newest[series])) {
        newest[series] = t;
        head_newest = std::max(head_newest, t);
      } else {
        late[series].insert(t);
      }
    };
    auto as_content = [&](auto&& shows) {
      Content out;
      for (const auto& [series, samples] : expected) {
        for (const auto& [t, text] : samples) {
          if (shows(series, t)) out[Series(series)].push_back(fmt::format("{}={}", t, text));
        }
      }
      return out;
    };
    auto compare = [&](int step) {
      ASSERT_EQ(Difference(Queried(*head_, kMinTime, kMaxTime),
                           as_content([](int, TimeMs) { return true; })),
                "")
          << "step " << step << " seed " << seed;
      TimeMs mint = kStart - static_cast<TimeMs>(random() % (4 * kHour));
      TimeMs maxt = mint + static_cast<TimeMs>(random() % kHour);
      ASSERT_EQ(Difference(Queried(*head_, mint, maxt),
                           as_content([&](int, TimeMs t) { return t >= mint && t < maxt; })),
                "");
    };
    TimeMs now = kStart;
    for (int step = 0; step < 1500; ++step) {
      auto appender = head_->NewAppender();
      now += static_cast<TimeMs>(random() % 2000);
      for (int i = 0; i < 3; ++i) {
        int series = static_cast<int>(random() % 6);
        TimeMs t =
            random() % 3 == 0
                ? now
                : now - static_cast<TimeMs>(random() % (random() % 2 == 0 ? 60'000 : 3 * kHour));
        // Twice in one transaction, or a second sample of one time, is another test.
        if (expected[series].contains(t)) continue;
        auto n = static_cast<int64_t>(random() % 100);
        if (series < 4) {
          ASSERT_TRUE(appender->Append(0, Series(series), t, static_cast<double>(n)).ok());
          keep(series, t, Text(static_cast<double>(n)));
        } else {
          bool is_float = random() % 3 == 0;
          ASSERT_TRUE(
              is_float
                  ? appender->AppendFloatHistogram(0, Series(series), t, Histogram(n).ToFloat())
                        .ok()
                  : appender->AppendHistogram(0, Series(series), t, Histogram(n)).ok());
          keep(series, t, Text(Histogram(n).ToFloat(), is_float));
        }
        ASSERT_TRUE(appender->Commit().ok());
      }
      appender.reset();
      if (step % 300 == 299) {
        ASSERT_NO_FATAL_FAILURE(compare(step));
      }
      if (step % 500 == 250) Open();
      if (step % 400 == 350) {
        OutOfOrderCut cut = *head_->CutOutOfOrder();
        // What comes now is of the next round.
        TimeMs t = now - 1;
        while (expected[0].contains(t)) --t;
        ASSERT_EQ(Append(0, t, 1), AppendError::kNone);
        ASSERT_EQ(DecodedCut(cut),
                  as_content([&](int series, TimeMs at) { return late[series].contains(at); }));
        auto before = *head_->NewQuerier(kMinTime, kMaxTime);
        ASSERT_TRUE(head_->TruncateOutOfOrder(cut).ok());
        for (const auto& [series, times] : late) {
          for (TimeMs at : times) expected[series].erase(at);
        }
        late.clear();
        keep(0, t, Text(1));
        ASSERT_NO_FATAL_FAILURE(compare(step));
      }
    }
    Open();
    ASSERT_NO_FATAL_FAILURE(compare(-1));
    OutOfOrderCut cut = *head_->CutOutOfOrder();
    ASSERT_TRUE(head_->TruncateOutOfOrder(cut).ok());
    EXPECT_TRUE(LogIsEmpty());
    EXPECT_TRUE(head_->CutOutOfOrder()->empty());
  }
}

TEST_F(OutOfOrderTest, AQueryKeepsWhatACompactionTakesAway) {
  Append(1, kStart, 1);
  Append(1, kStart - 5, 2);
  auto querier = *head_->NewQuerier(kMinTime, kMaxTime);
  OutOfOrderCut cut = *head_->CutOutOfOrder();
  EXPECT_EQ(cut.ranges, (std::vector<TimeRange>{{kStart - kEraMs, kStart}}));
  ASSERT_TRUE(head_->TruncateOutOfOrder(cut).ok());
  auto set = querier->Select(true, {}, All());
  ASSERT_TRUE(set->Next());
  EXPECT_EQ(set->At().Read(kMinTime, kMaxTime).t.size(), 2u);
  EXPECT_EQ(Queried(*head_, kMinTime, kMaxTime)[Series(1)].size(), 1u);
}

TEST_F(OutOfOrderTest, ADamagedEndOfItsLogIsCutOff) {
  Append(1, kStart, 1);
  for (int i = 1; i <= 5; ++i) Append(1, kStart - i, i);
  head_.reset();
  std::string path = directory_ + "/wbl/00000000";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 3);
  Open();
  EXPECT_TRUE(replayed_.repaired);
  EXPECT_EQ(Queried(*head_, kMinTime, kMaxTime)[Series(1)].size(), 5u);
  EXPECT_EQ(Metric("prometheus_tsdb_out_of_order_wbl_corruptions_total"), 1);
  Open();
  EXPECT_FALSE(replayed_.repaired);
}

}  // namespace
}  // namespace watchfire::head

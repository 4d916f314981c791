#include <gtest/gtest.h>

#include <random>

#include "tsdb/head/head_testing.h"
#include "tsdb/wal/reader.h"

namespace watchfire::head {
namespace {

using model::Matcher;

using DeleteTest = HeadOnDisk;

model::Matchers Only(int series) {
  return {Matcher::Equal("i", std::to_string(series))};
}

TEST_F(DeleteTest, CoversWhatIsThereAndNotWhatComes) {
  auto append = [&](TimeMs t) {
    auto appender = head_->NewAppender();
    ASSERT_TRUE(appender->Append(0, Series(1), t, 1).ok());
    ASSERT_TRUE(appender->Append(0, Series(2), t, 1).ok());
    ASSERT_TRUE(appender->Commit().ok());
  };
  append(1000);
  append(2000);
  auto before = *head_->NewQuerier(kMinTime, kMaxTime);
  EXPECT_EQ(*head_->Delete(kMinTime, kMaxTime, Only(1)), 1u);
  EXPECT_EQ(*head_->Delete(5000, 6000, Only(1)), 0u);
  EXPECT_EQ(*head_->Delete(kMinTime, kMaxTime, Only(7)), 0u);
  append(3000);
  for (int round = 0; round < 2; ++round) {
    Content content = Queried(*head_, kMinTime, kMaxTime);
    EXPECT_EQ(content[Series(1)], (std::vector<std::string>{"3000=" + Text(1)}));
    EXPECT_EQ(content[Series(2)].size(), 3u);
    EXPECT_EQ(Difference(Decoded(*head_->Source(kMinTime, kMaxTime)), content), "");
    if (round == 1) break;
    auto set = before->Select(true, {}, Only(1));
    ASSERT_TRUE(set->Next());
    EXPECT_EQ(set->At().Read(kMinTime, kMaxTime).t.size(), 2u) << "a query keeps what it had";
    set.reset();
    before.reset();
    Open();
  }
}

TEST_F(DeleteTest, IsLoggedAsPrometheusLogsIt) {
  auto appender = head_->NewAppender();
  ASSERT_TRUE(appender->Append(0, Series(1), 1000, 1).ok());
  ASSERT_TRUE(appender->Commit().ok());
  ASSERT_TRUE(head_->Delete(500, 9000, All()).ok());
  appender.reset();
  head_.reset();
  wal::Reader reader(*FileSystem::Local(),
                     *wal::ListSegments(*FileSystem::Local(), options_.wal_directory));
  std::string_view record;
  std::vector<wal::TombstoneRecord> stones;
  while (reader.Next(&record)) {
    if (wal::TypeOf(record) == wal::RecordType::kTombstones) {
      ASSERT_TRUE(wal::DecodeTombstones(record, &stones).ok());
    }
  }
  ASSERT_EQ(stones.size(), 1u);
  EXPECT_EQ(stones[0].mint, 500);
  EXPECT_EQ(stones[0].maxt, 1000);  // what was there
}

TEST_F(DeleteTest, AgreesWithAMapInQueriesExportsAndRestarts) {
  options_.out_of_order_window_ms = 2 * kEraMs;
  Open();
  std::mt19937_64 random(3);
  std::map<int, std::map<TimeMs, std::string>> expected;
  TimeMs now = 50 * kEraMs;
  std::map<int, std::vector<std::pair<TimeMs, TimeMs>>> deleted;
  for (int step = 0; step < 400; ++step) {
    now += static_cast<TimeMs>(random() % 30000);
    {
      auto appender = head_->NewAppender();
      for (int series = 0; series < 8; ++series) {
        bool late = random() % 4 == 0;
        TimeMs t = late ? now - static_cast<TimeMs>(random() % kEraMs) : now;
        if (expected[series].contains(t)) continue;
        // Upstream, too, hides what comes late into a deleted range.
        bool hidden = false;
        for (auto [mint, maxt] : deleted[series]) hidden |= t >= mint && t <= maxt;
        if (hidden) continue;
        auto v = static_cast<double>(random() % 50);
        model::FloatHistogram h;
        h.count = v;
        bool ok = series < 6 ? appender->Append(0, Series(series), t, v).ok()
                             : appender->AppendFloatHistogram(0, Series(series), t, h).ok();
        ASSERT_TRUE(ok);
        expected[series][t] = series < 6 ? Text(v) : Text(h, true);
        ASSERT_TRUE(appender->Commit().ok());
      }
    }
    if (step % 9 == 5) {
      int series = static_cast<int>(random() % 8);
      TimeMs mint = now - static_cast<TimeMs>(random() % kEraMs);
      TimeMs maxt = std::min(now, mint + static_cast<TimeMs>(random() % 600'000));
      auto& samples = expected[series];
      auto first = samples.lower_bound(mint);
      auto last = samples.upper_bound(maxt);
      ASSERT_TRUE(head_->Delete(mint, maxt, Only(series)).ok());
      samples.erase(first, last);
      deleted[series].emplace_back(mint, maxt);
    }
    if (step % 100 == 99) {
      Content content;
      for (const auto& [series, samples] : expected) {
        for (const auto& [t, text] : samples) {
          content[Series(series)].push_back(fmt::format("{}={}", t, text));
        }
      }
      ASSERT_EQ(Difference(Queried(*head_, kMinTime, kMaxTime), content), "") << step;
      Content exported = Decoded(*head_->Source(kMinTime, kMaxTime));
      OutOfOrderCut cut = *head_->CutOutOfOrder();
      for (const TimeRange& range : cut.ranges) {
        for (auto& [labels, lines] :
             Decoded(*head_->OutOfOrderSource(cut, range.mint, range.maxt))) {
          auto& all = exported[labels];
          all.insert(all.end(), lines.begin(), lines.end());
          std::sort(all.begin(), all.end());
        }
      }
      ASSERT_EQ(Difference(exported, content), "") << step;
      Open();
      ASSERT_EQ(Difference(Queried(*head_, kMinTime, kMaxTime), content), "") << step;
    }
  }
}

// A block that is deleted wholly goes, and with it what it says of how far blocks reach.
TEST_F(DeleteTest, WhatIsDeletedFromBlocksDoesNotComeBackFromTheLog) {
  for (TimeMs era = 0; era < 4; ++era) {
    auto appender = head_->NewAppender();
    ASSERT_TRUE(appender->Append(0, Series(1), era * kEraMs, 1).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }
  ASSERT_TRUE(head_->Truncate(2 * kEraMs).ok());
  Content content = Queried(*head_, kMinTime, kMaxTime);
  ASSERT_TRUE(head_->Delete(0, 2 * kEraMs - 1, All()).ok());
  Open();
  EXPECT_EQ(Difference(Queried(*head_, kMinTime, kMaxTime), content), "");
}

TEST_F(DeleteTest, GoesWithTheEraItConcerns) {
  auto appender = head_->NewAppender();
  for (TimeMs t = 0; t < 4 * kEraMs; t += 600'000) {
    ASSERT_TRUE(appender->Append(0, Series(1), t, 1).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }
  ASSERT_TRUE(head_->Delete(0, kEraMs - 1, All()).ok());
  ASSERT_TRUE(head_->Delete(3 * kEraMs, 3 * kEraMs + 600'000, All()).ok());
  Content content = Queried(*head_, 2 * kEraMs, kMaxTime);
  ASSERT_TRUE(head_->Truncate(2 * kEraMs).ok());
  EXPECT_EQ(Difference(Queried(*head_, kMinTime, kMaxTime), content), "");
  appender.reset();
  held_ = 2 * kEraMs;
  Open();
  EXPECT_EQ(Difference(Queried(*head_, kMinTime, kMaxTime), content), "");
}

}  // namespace
}  // namespace watchfire::head

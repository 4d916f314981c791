#include "testing/test_storage.h"

#include <gtest/gtest.h>

namespace watchfire::testing {
namespace {

using model::Labels;
using model::Matcher;

const Labels kUp = Labels::Of({{"__name__", "up"}, {"job", "a"}});

TEST(TestStorage, ShowsATransactionOnlyAfterCommit) {
  TestStorage storage;
  auto appender = storage.NewAppender();
  ASSERT_TRUE(appender->Append(0, kUp, 1000, 1).ok());
  EXPECT_TRUE(storage.Snapshot()->empty());
  ASSERT_TRUE(appender->Commit().ok());
  EXPECT_EQ(storage.Snapshot()->at(kUp).floats.size(), 1u);
}

TEST(TestStorage, AQuerierKeepsTheDataItWasMadeOf) {
  TestStorage storage;
  storage.Add(kUp, 1000, 1);
  auto querier = *storage.NewQuerier(0, 10000);
  storage.Add(kUp, 2000, 2);
  auto set = querier->Select(true, {}, {Matcher::Equal("__name__", "up")});
  ASSERT_TRUE(set->Next());
  EXPECT_EQ(set->At().Read(kMinTime, kMaxTime).t.size(), 1u);
  EXPECT_FALSE(set->Next());
}

TEST(TestStorage, StartTimestampsComeWithTheSamplesThatHaveThem) {
  TestStorage storage;
  storage.Add(kUp, 1000, 1);
  storage.Add(kUp, 2000, 2);
  auto read = [&storage] {
    auto querier = *storage.NewQuerier(0, 10000);
    auto set = querier->Select(true, {}, {Matcher::Equal("__name__", "up")});
    EXPECT_TRUE(set->Next());
    auto st = set->At().Read(1500, 5000).st;
    return std::vector<TimeMs>(st.begin(), st.end());
  };
  EXPECT_TRUE(read().empty());
  storage.SetStartTime(kUp, 2000, 700);
  storage.Add(kUp, 3000, 3);
  EXPECT_EQ(read(), (std::vector<TimeMs>{700, 0}));
}

TEST(TestStorage, SeriesWithEqualTimesShareOneArray) {
  TestStorage storage;
  Labels other = Labels::Of({{"__name__", "up"}, {"job", "b"}});
  for (TimeMs t : {1000, 2000}) {
    storage.Add(kUp, t, 1);
    storage.Add(other, t, 2);
  }
  auto querier = *storage.NewQuerier(0, 10000);
  auto set = querier->Select(true, {}, {Matcher::Equal("__name__", "up")});
  ASSERT_TRUE(set->Next());
  const TimeMs* first = set->At().Read(0, 5000).t.data();
  ASSERT_TRUE(set->Next());
  EXPECT_EQ(set->At().Read(0, 5000).t.data(), first);
  EXPECT_EQ(set->At().Read(0, 5000).v[1], 2);
}

TEST(TestStorage, RefusesWithUpstreamsWords) {
  TestStorage storage;
  storage.Add(kUp, 2000, 1);
  auto appender = storage.NewAppender();
  storage::AppendError kind;
  auto late = appender->Append(0, kUp, 1000, 1, &kind);
  EXPECT_EQ(late.error().message(), "out of order sample");
  EXPECT_EQ(kind, storage::AppendError::kOutOfOrder);
  auto twice = appender->Append(0, kUp, 2000, 3, &kind);
  EXPECT_EQ(twice.error().message(),
            "duplicate sample for timestamp 2000; overrides not allowed: existing 1, new value 3");
  EXPECT_TRUE(appender->Append(0, kUp, 2000, 1).ok());
}

TEST(TestStorage, ListsLabelsOfMatchingSeriesOnly) {
  TestStorage storage;
  storage.Add(kUp, 1, 1);
  storage.Add(Labels::Of({{"__name__", "x"}, {"zone", "z"}}), 1, 1);
  auto querier = *storage.NewQuerier(0, 10);
  EXPECT_EQ(*querier->LabelNames({}, 0), (std::vector<std::string>{"__name__", "job", "zone"}));
  EXPECT_EQ(*querier->LabelValues("job", {Matcher::Equal("__name__", "x")}, 0),
            std::vector<std::string>{});
  EXPECT_EQ(*querier->LabelValues("__name__", {}, 1), std::vector<std::string>{"up"});
}

}  // namespace
}  // namespace watchfire::testing

// What the head hands to the block writer: decoded again, it must be what a query shows.

#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "model/sample.h"
#include "tsdb/head/head_testing.h"

namespace watchfire::head {
namespace {

using storage::SeriesRef;

using HeadExportTest = HeadOnDisk;

TEST_F(HeadExportTest, ATargetsSeriesAreOneChunkPerEra) {
  auto appender = head_->NewAppender();
  std::vector<SeriesRef> refs;
  for (int i = 0; i < 50; ++i) refs.push_back(*appender->GetRef(Series(i)));
  for (TimeMs t = 0; t < 2 * kEraMs; t += 15000) {
    std::vector<double> values(refs.size(), static_cast<double>(t / 15000 % 100));
    appender->AppendRow(t, refs, values, nullptr);
    ASSERT_TRUE(appender->Commit().ok());
  }
  auto source = head_->Source(0, kEraMs);
  auto set = *source->Series();
  int series = 0;
  while (set->Next()) {
    ++series;
    ASSERT_EQ(set->chunks().size(), 1u);
    EXPECT_EQ(chunk::SampleCount(set->chunks()[0]), 480u);
    EXPECT_EQ(set->chunks()[0].mint, 0);
    EXPECT_EQ(set->chunks()[0].maxt, kEraMs - 15000);
  }
  EXPECT_EQ(series, 50);
  // __name__, i, instance; 7 metrics, 50 numbers of which none is a metric, 3 hosts
  EXPECT_EQ(source->Symbols()->size(), 3u + 7 + 50 + 3);
  EXPECT_EQ(Decoded(*source), Queried(*head_, 0, kEraMs));
  EXPECT_TRUE(Decoded(*head_->Source(kEraMs, kEraMs)).empty());
  EXPECT_TRUE(Decoded(*head_->Source(5 * kEraMs, 6 * kEraMs)).empty());
}

TEST_F(HeadExportTest, AgreesWithQueriesOnRandomData) {
  std::mt19937_64 random(7);
  TimeMs now = 1'700'000'000'000;
  std::vector<TimeMs> times;
  for (int step = 0; step < 600; ++step) {
    now += 1 + static_cast<TimeMs>(random() % 60000);
    times.push_back(now);
    auto appender = head_->NewAppender();
    uint64_t target = random() % 4;
    for (int i = 0; i < 20; ++i) {
      if (random() % 12 == 0) continue;
      int series = i < 2 ? i : static_cast<int>(target) * 20 + i;
      double v = random() % 10 == 0  ? model::kStaleNan
                 : random() % 2 == 0 ? static_cast<double>(random() % 100)
                                     : std::sqrt(static_cast<double>(random()));
      ASSERT_TRUE(appender->Append(0, Series(series), now, v).ok());
    }
    // A series may be floats now and histograms of either kind then.
    uint64_t kind = random() % 3;
    if (kind == 0) {
      ASSERT_TRUE(appender->Append(0, Series(1000), now, 1).ok());
    } else {
      model::Histogram h;
      h.positive_spans = {{static_cast<int32_t>(random() % 3), 2}};
      h.positive_deltas = {static_cast<int64_t>(random() % 5), 1};
      h.count = static_cast<uint64_t>(2 * h.positive_deltas[0] + 1);
      h.sum = static_cast<double>(random() % 1000) / 8;
      bool ok = kind == 1 ? appender->AppendHistogram(0, Series(1000), now, h).ok()
                          : appender->AppendFloatHistogram(0, Series(1000), now, h.ToFloat()).ok();
      ASSERT_TRUE(ok);
    }
    ASSERT_TRUE(appender->Commit().ok());
  }
  EXPECT_EQ(Decoded(*head_->Source(kMinTime, kMaxTime)), Queried(*head_, kMinTime, kMaxTime));
  for (int i = 0; i < 20; ++i) {
    TimeMs mint = times[random() % times.size()];
    TimeMs maxt = mint + static_cast<TimeMs>(random() % (3 * kEraMs));
    ASSERT_EQ(Decoded(*head_->Source(mint, maxt)), Queried(*head_, mint, maxt));
  }
}

TEST_F(HeadExportTest, IsOfOneMomentWhileAppendsGoOn) {
  auto appender = head_->NewAppender();
  std::vector<SeriesRef> refs;
  for (int i = 0; i < 40; ++i) refs.push_back(*appender->GetRef(Series(i)));
  auto scrape = [&](TimeMs t) {
    appender->AppendRow(t, refs, std::vector<double>(refs.size(), static_cast<double>(t)), nullptr);
    ASSERT_TRUE(appender->Commit().ok());
  };
  for (TimeMs t = 0; t < 100; ++t) scrape(t);
  auto source = head_->Source(0, 1000);
  Content now = Queried(*head_, 0, 1000);
  std::thread writer([&] {
    for (TimeMs t = 100; t < 300; ++t) scrape(t);
  });
  EXPECT_EQ(Decoded(*source), now);
  writer.join();
  EXPECT_EQ(Decoded(*source), now);
}

TEST_F(HeadExportTest, TheFirstRangeIsCompactableOnceTheHeadSpansOneAndAHalf) {
  EXPECT_EQ(head_->CompactableRange(), std::nullopt);
  auto append = [&](TimeMs t) {
    auto appender = head_->NewAppender();
    ASSERT_TRUE(appender->Append(0, Series(1), t, 1).ok());
    ASSERT_TRUE(appender->Commit().ok());
  };
  TimeMs first = 10 * kEraMs + 5000;
  append(first);
  append(first + kEraMs / 2 * 3);
  EXPECT_EQ(head_->CompactableRange(), std::nullopt);
  append(first + kEraMs / 2 * 3 + 1);
  EXPECT_EQ(head_->CompactableRange(), (TimeRange{first, 11 * kEraMs}));
}

}  // namespace
}  // namespace watchfire::head

// Exemplars and metadata of the head.

#include <gtest/gtest.h>

#include "tsdb/head/head_testing.h"

namespace watchfire::head {
namespace {

using model::Labels;
using model::Matcher;

model::Exemplar Exemplar(TimeMs t, double value, const std::string& trace = "t") {
  model::Exemplar out;
  out.t = t;
  out.has_t = true;
  out.value = value;
  out.labels = Labels::Of({{"trace_id", trace}});
  return out;
}

class ExemplarTest : public HeadOnDisk {
 protected:
  void SetUp() override {
    options_.max_exemplars = 5;
    HeadOnDisk::SetUp();
  }
  // The refusal, if any.
  std::string Append(int series, const model::Exemplar& exemplar) {
    auto appender = head_->NewAppender();
    storage::SeriesRef ref = *appender->Append(0, Series(series), exemplar.t, 1);
    Result<void> result = appender->AppendExemplar(ref, exemplar);
    EXPECT_TRUE(appender->Commit().ok());
    return result ? "" : result.error().message();
  }
  std::string Select(TimeMs mint = kMinTime, TimeMs maxt = kMaxTime,
                     const std::vector<model::Matchers>& sets = {All()}) {
    std::string out;
    for (const SeriesExemplars& series : head_->SelectExemplars(mint, maxt, sets)) {
      out += std::string(series.labels.Get("i")) + ":";
      for (const model::Exemplar& one : series.exemplars) {
        out += fmt::format(" {}={}", one.t, one.value);
      }
      out += "\n";
    }
    return out;
  }
};

TEST_F(ExemplarTest, AreSelectedByLabelsAndTime) {
  Append(3, Exemplar(1000, 1));
  Append(1, Exemplar(2000, 2));
  Append(3, Exemplar(3000, 3));
  EXPECT_EQ(Select(), "1: 2000=2\n3: 1000=1 3000=3\n");
  EXPECT_EQ(Select(1500, 3000), "1: 2000=2\n3: 3000=3\n");
  EXPECT_EQ(Select(kMinTime, kMaxTime, {{Matcher::Equal("i", "3")}, {Matcher::Equal("i", "9")}}),
            "3: 1000=1 3000=3\n");
  EXPECT_EQ(Select(kMinTime, kMaxTime, {}), "");
}

TEST_F(ExemplarTest, TheOldestOfAllMakesRoom) {
  for (int i = 0; i < 8; ++i) Append(i % 2, Exemplar(1000 + i, i));
  EXPECT_EQ(Select(), "0: 1004=4 1006=6\n1: 1003=3 1005=5 1007=7\n");
  EXPECT_EQ(Metric("prometheus_tsdb_exemplar_exemplars_appended_total"), 8);
  EXPECT_EQ(Metric("prometheus_tsdb_exemplar_exemplars_in_storage"), 5);
  EXPECT_EQ(Metric("prometheus_tsdb_exemplar_series_with_exemplars_in_storage"), 2);
  EXPECT_EQ(Metric("prometheus_tsdb_exemplar_last_exemplars_timestamp_seconds"), 1.003);
  for (int i = 8; i < 13; ++i) Append(7, Exemplar(1000 + i, i));
  EXPECT_EQ(Select(), "7: 1008=8 1009=9 1010=10 1011=11 1012=12\n");
}

TEST_F(ExemplarTest, AreRefusedInUpstreamsWords) {
  EXPECT_EQ(Append(1, Exemplar(1000, 5)), "");
  EXPECT_EQ(Append(1, Exemplar(1000, 5)), "");  // the newest again: nothing happens
  EXPECT_EQ(Append(1, Exemplar(1000, 4)), "out of order exemplar");
  auto appender = head_->NewAppender();
  storage::SeriesRef ref = *appender->GetRef(Series(1));
  EXPECT_EQ(appender->AppendExemplar(ref, Exemplar(999, 9)).error().message(),
            "out of order exemplar");
  EXPECT_EQ(
      appender->AppendExemplar(ref, Exemplar(1001, 9, std::string(121, 'x'))).error().message(),
      "label length for exemplar exceeds maximum of 128 UTF-8 characters");
  std::string umlauts;
  for (int i = 0; i < 120; ++i) umlauts += "ü";
  EXPECT_TRUE(appender->AppendExemplar(ref, Exemplar(1001, 9, umlauts)).ok());
  EXPECT_EQ(appender->AppendExemplar(77, Exemplar(1001, 9)).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(Select(), "1: 1000=5\n");
  EXPECT_EQ(Metric("prometheus_tsdb_exemplar_out_of_order_exemplars_total"), 2);
}

TEST_F(ExemplarTest, OneWithoutATimeOfItsOwnIsKeptOnceHoweverOftenItComes) {
  model::Exemplar exemplar = Exemplar(1000, 5);
  exemplar.has_t = false;
  Append(1, exemplar);
  exemplar.t = 16000;
  Append(1, exemplar);
  EXPECT_EQ(Select(), "1: 1000=5\n");
}

TEST_F(ExemplarTest, LateOnesFallIntoPlaceWithinTheWindow) {
  head_->SetOutOfOrderWindow(1000);
  Append(1, Exemplar(5000, 1));
  EXPECT_EQ(Append(1, Exemplar(4000, 2)), "");
  EXPECT_EQ(Append(1, Exemplar(4500, 3)), "");
  EXPECT_EQ(Select(), "1: 4000=2 4500=3 5000=1\n");
}

TEST_F(ExemplarTest, ComeBackFromTheLog) {
  for (int i = 0; i < 7; ++i) Append(i % 3, Exemplar(1000 + i, i));
  std::string before = Select();
  Open();
  EXPECT_EQ(Select(), before);
  held_ = 1005;
  Open();
  EXPECT_EQ(Select(), "0: 1006=6\n2: 1005=5\n");
}

TEST_F(ExemplarTest, TheRingMayBeResized) {
  for (int i = 0; i < 7; ++i) Append(i % 3, Exemplar(1000 + i, i));
  head_->SetMaxExemplars(2);
  EXPECT_EQ(Select(), "0: 1006=6\n2: 1005=5\n");
  head_->SetMaxExemplars(4);
  Append(1, Exemplar(2000, 7));
  Append(1, Exemplar(2001, 8));
  Append(1, Exemplar(2002, 9));
  EXPECT_EQ(Select(), "0: 1006=6\n1: 2000=7 2001=8 2002=9\n");
  head_->SetMaxExemplars(0);
  EXPECT_EQ(Select(), "");
  EXPECT_EQ(Append(1, Exemplar(3000, 7)), "");
  EXPECT_EQ(Select(), "");
  EXPECT_EQ(Metric("prometheus_tsdb_exemplar_max_exemplars"), 0);
}

using MetadataTest = HeadOnDisk;

TEST_F(MetadataTest, IsKeptOnlyWhereItIsAskedFor) {
  model::Metadata help{model::MetricType::kCounter, "", "Help."};
  for (bool on : {false, true}) {
    options_.metadata_records = on;
    Open();
    auto appender = head_->NewAppender();
    storage::SeriesRef ref = *appender->Append(0, Series(1), on ? 2000 : 1000, 1);
    ASSERT_TRUE(appender->UpdateMetadata(ref, help).ok());
    EXPECT_EQ(head_->MetadataOf(Series(1)), std::nullopt) << "not before the commit";
    ASSERT_TRUE(appender->Commit().ok());
    EXPECT_EQ(head_->MetadataOf(Series(1)), on ? std::optional(help) : std::nullopt);
  }
}

TEST_F(MetadataTest, TheLatestComesBackFromTheLog) {
  options_.metadata_records = true;
  Open();
  model::Metadata first{model::MetricType::kCounter, "", "First."};
  model::Metadata second{model::MetricType::kGauge, "bytes", "Second."};
  {
    auto appender = head_->NewAppender();
    for (int i = 0; i < 50; ++i) {
      storage::SeriesRef ref = *appender->Append(0, Series(i), 1000, 1);
      ASSERT_TRUE(appender->UpdateMetadata(ref, first).ok());
    }
    ASSERT_TRUE(appender->Commit().ok());
    ASSERT_TRUE(appender->UpdateMetadata(*appender->GetRef(Series(7)), second).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(head_->MetadataOf(Series(6)), first);
    EXPECT_EQ(head_->MetadataOf(Series(7)), second);
    EXPECT_EQ(head_->MetadataOf(Series(99)), std::nullopt);
    Open();
  }
}

TEST(MetadataStore, KeepsEveryTextOnce) {
  MetadataStore store;
  for (SeriesId id = 0; id < 1000; ++id) {
    store.Set(id, {model::MetricType::kCounter, "", "Help " + std::to_string(id % 10)});
  }
  EXPECT_EQ(store.num_distinct(), 10u);
  EXPECT_EQ(store.Get(17)->help, "Help 7");
  std::vector<SeriesId> gone = {17};
  store.Forget(gone);
  EXPECT_EQ(store.Get(17), std::nullopt);
}

}  // namespace
}  // namespace watchfire::head

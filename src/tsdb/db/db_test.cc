#include "tsdb/db/db.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "model/sample.h"

namespace watchfire::tsdb {
namespace {

using model::Labels;
using model::Matcher;
using storage::SeriesRef;

class DbTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "wf_db_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  std::unique_ptr<Db> Open() {
    DbOptions options;
    options.path = path_;
    options.background = false;
    auto db = Db::Open(options);
    EXPECT_TRUE(db.ok()) << db.error().message();
    return db.ok() ? std::move(*db) : nullptr;
  }

  std::string path_;
};

std::string Dump(Db& db) {
  std::string out;
  auto querier = *db.NewQuerier(kMinTime, kMaxTime);
  auto set =
      querier->Select(true, {}, {*Matcher::Make(model::MatchType::kRegex, "__name__", ".*")});
  while (set->Next()) {
    out += set->At().labels().ToMetricString() + ":";
    auto columns = set->At().Read(kMinTime, kMaxTime);
    for (size_t i = 0; i < columns.t.size(); ++i) {
      out += model::IsStaleNan(columns.v[i]) ? fmt::format(" {}=stale", columns.t[i])
                                             : fmt::format(" {}={}", columns.t[i], columns.v[i]);
    }
    for (const auto& h : set->At().ReadHistograms(kMinTime, kMaxTime)) {
      out += fmt::format(" {}=histogram({})", h.t, h.histogram.count);
    }
    out += "\n";
  }
  return out;
}

TEST_F(DbTest, WhatWasCommittedIsThereAfterReopening) {
  std::string before;
  {
    auto db = Open();
    auto appender = db->NewAppender();
    std::vector<SeriesRef> refs;
    for (int i = 0; i < 3; ++i) {
      refs.push_back(*appender->GetRef(
          Labels::Of({{"__name__", "m"}, {"i", std::to_string(i)}, {"job", "j"}})));
    }
    for (TimeMs t = 1000; t <= 5000; t += 1000) {
      std::vector<double> values = {1, static_cast<double>(t), t < 3000 ? 0.5 : model::kStaleNan};
      std::vector<SeriesRef> row = refs;
      if (t > 3000) row.pop_back(), values.pop_back();
      appender->AppendRow(t, row, values, nullptr);
      ASSERT_TRUE(appender->Commit().ok());
    }
    model::Histogram histogram;
    histogram.count = 7;
    histogram.positive_spans = {{0, 2}};
    histogram.positive_deltas = {3, 1};
    ASSERT_TRUE(
        appender->AppendHistogram(0, Labels::Of({{"__name__", "h"}}), 1000, histogram).ok());
    ASSERT_TRUE(appender->Commit().ok());
    before = Dump(*db);
    EXPECT_EQ(before,
              "h: 1000=histogram(7)\n"
              "m{i=\"0\", job=\"j\"}: 1000=1 2000=1 3000=1 4000=1 5000=1\n"
              "m{i=\"1\", job=\"j\"}: 1000=1000 2000=2000 3000=3000 4000=4000 5000=5000\n"
              "m{i=\"2\", job=\"j\"}: 1000=0.5 2000=0.5 3000=stale\n");
  }
  auto db = Open();
  EXPECT_EQ(Dump(*db), before);
  EXPECT_EQ(db->GetStats().num_series, 4u);
  EXPECT_EQ(db->GetStats().min_time, 1000);
  EXPECT_EQ(db->GetStats().max_time, 5000);
}

TEST_F(DbTest, ASecondProcessIsRefused) {
  auto db = Open();
  DbOptions options;
  options.path = path_;
  EXPECT_EQ(Db::Open(options).error().code(), ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace watchfire::tsdb

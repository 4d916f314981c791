#include "scrape/series_cache.h"

#include <gtest/gtest.h>

#include <random>

#include "exposition/text_parser.h"
#include "model/sample.h"
#include "testing/test_storage.h"

namespace watchfire::scrape {
namespace {

using model::Labels;

class SeriesCacheTest : public ::testing::Test {
 protected:
  void Use(SampleRules rules) {
    rules_ = std::move(rules);
    cache_ = std::make_unique<SeriesCache>(rules_, target_, layouts_);
  }

  // One scrape; the error of the page, or "".
  std::string Scrape(TimeMs t, std::string_view page) {
    if (!cache_) Use({});
    exposition::TextParser parser(page);
    std::unique_ptr<storage::Appender> appender = storage_.NewAppender();
    Result<void> read = cache_->Read(parser, *appender, scratch_, counts_);
    if (!read.ok()) {
      appender->Rollback();
      Fail(t);
      return read.error().message();
    }
    std::vector<double> report(SeriesCache::ReportNames(rules_).size(), 1.0);
    Result<Refused> refused = cache_->Append(*appender, t, t + kMostAhead, report, scratch_);
    EXPECT_TRUE(refused.ok());
    refused_ = *refused;
    EXPECT_TRUE(appender->Commit().ok());
    return "";
  }
  void Fail(TimeMs t) {
    std::unique_ptr<storage::Appender> appender = storage_.NewAppender();
    std::vector<double> report(SeriesCache::ReportNames(rules_).size(), 0.0);
    ASSERT_TRUE(cache_->AppendFailure(*appender, t, report, scratch_).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }

  // "t:value t:stale …" of one series, "-" if there is none.
  std::string Samples(const std::string& series) {
    auto snapshot = storage_.Snapshot();
    std::string out;
    for (const auto& [labels, data] : *snapshot) {
      if (labels.ToMetricString() != series) continue;
      for (const model::Sample& sample : data.floats) {
        if (!out.empty()) out += ' ';
        out += std::to_string(sample.t) + ":";
        out += model::IsStaleNan(sample.v) ? "stale" : fmt::format("{}", sample.v);
      }
      return out;
    }
    return "-";
  }

  static constexpr int64_t kMostAhead = 1000;
  testing::TestStorage storage_;
  SampleRules rules_;
  Labels target_ = Labels::Of({{"job", "j"}});
  LayoutTable layouts_;
  std::unique_ptr<SeriesCache> cache_;
  Scratch scratch_;
  PageCounts counts_;
  Refused refused_;
};

TEST_F(SeriesCacheTest, StoresWhatThePageSaysAndTheReportSeries) {
  EXPECT_EQ(Scrape(10, "a 1\nb{x=\"y\"} 2\n"), "");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "10:1");
  EXPECT_EQ(Samples(R"(b{job="j", x="y"})"), "10:2");
  EXPECT_EQ(Samples(R"(up{job="j"})"), "10:1");
  EXPECT_EQ(Samples(R"(scrape_series_added{job="j"})"), "10:1");
  EXPECT_EQ(counts_.scraped, 2u);
  EXPECT_EQ(counts_.after_relabeling, 2u);
  EXPECT_EQ(counts_.series_added, 2u);
  EXPECT_EQ(Scrape(20, "a 3\nb{x=\"y\"} 4\n"), "");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "10:1 20:3");
  EXPECT_EQ(counts_.series_added, 0u);
  EXPECT_EQ(counts_.scraped, 2u);
}

TEST_F(SeriesCacheTest, MarksAVanishedSeriesStaleOnce) {
  Scrape(10, "a 1\nb 1\nc 1\n");
  Scrape(20, "a 2\nc 2\n");
  Scrape(30, "a 3\nc 3\n");
  EXPECT_EQ(Samples(R"(b{job="j"})"), "10:1 20:stale");
  EXPECT_EQ(Samples(R"(c{job="j"})"), "10:1 20:2 30:3");
  Scrape(40, "a 4\nb 4\nc 4\n");
  EXPECT_EQ(Samples(R"(b{job="j"})"), "10:1 20:stale 40:4");
  EXPECT_EQ(counts_.series_added, 1u);
}

TEST_F(SeriesCacheTest, FollowsLinesThatMove) {
  Scrape(10, "# TYPE a gauge\na 1\nb 2\n# TYPE c gauge\nc 3\nd 4\n");
  Scrape(20, "d 14\n# TYPE c gauge\nc 13\nnew 15\n# TYPE a gauge\na 11\nb 12\n");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "10:1 20:11");
  EXPECT_EQ(Samples(R"(b{job="j"})"), "10:2 20:12");
  EXPECT_EQ(Samples(R"(c{job="j"})"), "10:3 20:13");
  EXPECT_EQ(Samples(R"(d{job="j"})"), "10:4 20:14");
  EXPECT_EQ(Samples(R"(new{job="j"})"), "20:15");
  EXPECT_EQ(counts_.series_added, 1u);
  EXPECT_EQ(counts_.scraped, 5u);
}

TEST_F(SeriesCacheTest, MarksEverythingStaleWhenAScrapeFailsAndGoesOnAfterwards) {
  Scrape(10, "a 1\nb 1\n");
  EXPECT_EQ(Scrape(20, "a 2\nb one\n").substr(0, 18), "strconv.ParseFloat");
  Fail(30);
  Scrape(40, "a 4\nb 4\n");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "10:1 20:stale 40:4");
  EXPECT_EQ(Samples(R"(up{job="j"})"), "10:1 20:0 30:0 40:1");
  EXPECT_EQ(counts_.series_added, 0u);
}

TEST_F(SeriesCacheTest, StoresNothingOfABrokenPage) {
  EXPECT_NE(Scrape(10, "a 1\nb{ 1\n"), "");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "-");
  EXPECT_EQ(counts_.scraped, 1u);
}

TEST_F(SeriesCacheTest, KeepsTheFirstOfRepeatedLines) {
  Scrape(10, "a 1\na 2\nb{x=\"1\",y=\"2\"} 3\nb{y=\"2\",x=\"1\"} 4\n");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "10:1");
  EXPECT_EQ(Samples(R"(b{job="j", x="1", y="2"})"), "10:3");
  EXPECT_EQ(refused_.duplicate, 2u);
  EXPECT_EQ(counts_.scraped, 4u);
  EXPECT_EQ(counts_.after_relabeling, 4u);
  Scrape(20, "a 5\na 6\nb{x=\"1\",y=\"2\"} 7\nb{y=\"2\",x=\"1\"} 8\n");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "10:1 20:5");
  EXPECT_EQ(refused_.duplicate, 2u);
  // The line that was a repetition is now the only one.
  Scrape(30, "a 9\nb{y=\"2\",x=\"1\"} 10\n");
  EXPECT_EQ(Samples(R"(b{job="j", x="1", y="2"})"), "10:3 20:7 30:10");
  EXPECT_EQ(refused_.duplicate, 0u);
}

TEST_F(SeriesCacheTest, LeavesOutWhatARuleDrops) {
  SampleRules rules;
  model::RelabelConfig drop;
  drop.action = model::RelabelAction::kDrop;
  drop.source_labels = {"__name__"};
  drop.regex_text = "go_.*";
  ASSERT_TRUE(drop.Prepare().ok());
  rules.metric_relabel_configs = {drop};
  Use(rules);
  for (TimeMs t : {10, 20}) {
    Scrape(t, "a 1\ngo_x 2\nb 3\n");
    EXPECT_EQ(counts_.scraped, 3u);
    EXPECT_EQ(counts_.after_relabeling, 2u);
  }
  EXPECT_EQ(Samples(R"(go_x{job="j"})"), "-");
  EXPECT_EQ(Samples(R"(b{job="j"})"), "10:3 20:3");
}

TEST_F(SeriesCacheTest, HonoursTimestampsAndDoesNotTrackThem) {
  Scrape(10, "a 1 5\nb 2\n");
  Scrape(20, "a 1 6\nb 2\n");
  Scrape(30, "b 2\n");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "5:1 6:1");
  EXPECT_EQ(Samples(R"(b{job="j"})"), "10:2 20:2 30:2");
  Scrape(40, "a 1 2000\nb 2\n");
  EXPECT_EQ(refused_.out_of_bounds, 1u);
}

TEST_F(SeriesCacheTest, TracksTimestampsIfAsked) {
  SampleRules rules;
  rules.track_timestamps_staleness = true;
  Use(rules);
  Scrape(10, "a 1 5\nb 2\n");
  Scrape(20, "b 2\n");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "5:1 20:stale");
  Scrape(30, "a 1 25\n");
  Fail(40);
  EXPECT_EQ(Samples(R"(a{job="j"})"), "5:1 20:stale 25:1 40:stale");
}

TEST_F(SeriesCacheTest, IgnoresTimestampsIfAsked) {
  SampleRules rules;
  rules.honor_timestamps = false;
  Use(rules);
  Scrape(10, "a 1 5\n");
  Scrape(20, "a 2 6\n");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "10:1 20:2");
}

TEST_F(SeriesCacheTest, TakesSeveralTimesOfOneSeries) {
  Scrape(10, "a 1 5\na 2 6\n");
  Scrape(20, "a 3 7\na 4 8\n");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "5:1 6:2 7:3 8:4");
  EXPECT_EQ(refused_.duplicate, 0u);
}

TEST_F(SeriesCacheTest, FailsAPageWithTooManySamplesButCountsThemAll) {
  SampleRules rules;
  rules.sample_limit = 2;
  rules.extra_scrape_metrics = true;
  Use(rules);
  EXPECT_EQ(Scrape(10, "a 1\nb 2\n"), "");
  EXPECT_EQ(Scrape(20, "a 1\nb 2\nc 3\nd 4\n"), "sample limit exceeded");
  EXPECT_EQ(counts_.scraped, 4u);
  EXPECT_EQ(counts_.after_relabeling, 4u);
  EXPECT_EQ(Samples(R"(a{job="j"})"), "10:1 20:stale");
  EXPECT_EQ(Samples(R"(c{job="j"})"), "-");
  EXPECT_EQ(Samples(R"(scrape_sample_limit{job="j"})"), "10:1 20:0");
  EXPECT_EQ(Scrape(30, "a 5\nb 6\n"), "");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "10:1 20:stale 30:5");
}

TEST_F(SeriesCacheTest, StartsAnewAfterForgetAndStillMarksWhatEnded) {
  Scrape(10, "a 1\nb 1\n");
  cache_->Forget();
  Scrape(20, "b 2\n");
  EXPECT_EQ(Samples(R"(a{job="j"})"), "10:1 20:stale");
  EXPECT_EQ(Samples(R"(b{job="j"})"), "10:1 20:2");
}

TEST_F(SeriesCacheTest, HandsItsStateToASuccessorWithTheSameRules) {
  Scrape(10, "a 1\nb 1\n");
  auto next = std::make_unique<SeriesCache>(rules_, target_, layouts_);
  next->Inherit(std::move(*cache_));
  cache_ = std::move(next);
  Scrape(20, "a 2\n");
  EXPECT_EQ(counts_.series_added, 0u);
  EXPECT_EQ(Samples(R"(a{job="j"})"), "10:1 20:2");
  EXPECT_EQ(Samples(R"(b{job="j"})"), "10:1 20:stale");
}

TEST_F(SeriesCacheTest, HandsItsDutiesToASuccessorWithOtherRules) {
  Scrape(10, "a 1\nb 1\n");
  SampleRules rules;
  rules.honor_labels = true;
  auto next = std::make_unique<SeriesCache>(rules, target_, layouts_);
  next->Inherit(std::move(*cache_));
  cache_ = std::move(next);
  Scrape(20, "a 2\n");
  EXPECT_EQ(counts_.series_added, 1u);
  EXPECT_EQ(Samples(R"(a{job="j"})"), "10:1 20:2");
  EXPECT_EQ(Samples(R"(b{job="j"})"), "10:1 20:stale");
}

TEST_F(SeriesCacheTest, SharesEqualLayoutsBetweenTargets) {
  Scrape(10, "a 1\nb 1\n");
  Labels other = Labels::Of({{"job", "k"}});
  SeriesCache second(rules_, other, layouts_);
  exposition::TextParser parser("a 7\nb 8\n");
  std::unique_ptr<storage::Appender> appender = storage_.NewAppender();
  ASSERT_TRUE(second.Read(parser, *appender, scratch_, counts_).ok());
  EXPECT_EQ(second.layout(), cache_->layout());
  EXPECT_EQ(layouts_.Count().layouts, 1u);
}

TEST_F(SeriesCacheTest, NamesWhatMustBeMarkedWhenTheTargetEnds) {
  Scrape(10, "a 1\nb 1\n");
  EXPECT_EQ(cache_->ActiveRefs().size(), 7u);
  Fail(20);
  EXPECT_EQ(cache_->ActiveRefs().size(), 5u);
}

// Against the plain meaning of the rules: random pages, read with and without memory of the last.
TEST_F(SeriesCacheTest, AgreesWithASimpleModelOnRandomPages) {
  std::mt19937 random(3);
  std::map<std::string, std::string> expected;
  std::map<std::string, bool> live;
  for (TimeMs t = 1; t <= 300; ++t) {
    std::string page;
    std::map<std::string, int> first;
    std::vector<std::string> names;
    for (int i = 0; i < 12; ++i) {
      if (random() % 8 != 0) names.push_back("m" + std::to_string(i));
    }
    if (random() % 3 == 0) std::shuffle(names.begin(), names.end(), random);
    if (random() % 4 == 0 && !names.empty()) names.push_back(names[random() % names.size()]);
    for (const std::string& name : names) {
      int value = static_cast<int>(random() % 1000);
      if (random() % 5 == 0) page += "# TYPE " + name + " gauge\n";
      page += name + " " + std::to_string(value) + "\n";
      first.try_emplace(name, value);
    }
    bool broken = random() % 10 == 0;
    if (broken) page += "oops\n";
    EXPECT_EQ(Scrape(t, page).empty(), !broken);
    if (broken) first.clear();
    for (auto& [name, alive] : live) {
      if (alive && !first.contains(name)) {
        expected[name] += fmt::format(" {}:stale", t);
        alive = false;
      }
    }
    for (const auto& [name, value] : first) {
      live[name] = true;
      expected[name] += fmt::format(" {}:{}", t, value);
    }
  }
  for (const auto& [name, samples] : expected) {
    EXPECT_EQ(" " + Samples(name + R"({job="j"})"), samples);
  }
}

}  // namespace
}  // namespace watchfire::scrape

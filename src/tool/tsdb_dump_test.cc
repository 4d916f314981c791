#include "tool/testing_tool.h"
#include "tsdb/db/db.h"

namespace watchfire::tool {
namespace {

using model::Labels;

class DumpTest : public testing::ToolTest {
 protected:
  // Floats, then integer and float histograms in one series, and a plain one.
  void Fill() {
    tsdb::DbOptions options;
    options.path = directory_;
    options.background = false;
    auto db = tsdb::Db::Open(options).value();
    model::Histogram h;
    h.schema = 0;
    h.count = 12;
    h.sum = 18.4;
    h.zero_threshold = 0.001;
    h.zero_count = 2;
    h.positive_spans = {{0, 2}, {1, 2}};
    h.positive_deltas = {1, 1, -1, 0};
    h.negative_spans = {{0, 2}, {1, 2}};
    h.negative_deltas = {1, 1, -1, 0};
    model::FloatHistogram f;
    f.schema = model::kCustomBucketsSchema;
    f.custom_values = {0.5, 1};
    f.count = 3.5;
    f.sum = 2;
    f.positive_spans = {{0, 3}};
    f.positive_buckets = {1, 2, 0.5};
    Labels mixed = Labels::Of({{"__name__", "h"}, {"q", "a\"\\\n"}});
    auto appender = db->NewAppender();
    ASSERT_TRUE(appender->Append(0, mixed, 1000, 0.1).ok());
    ASSERT_TRUE(appender->Append(0, Labels::Of({{"__name__", "up"}}), 1500, 1e21).ok());
    ASSERT_TRUE(appender->Commit().ok());
    ASSERT_TRUE(appender->AppendHistogram(0, mixed, 2000, h).ok());
    ASSERT_TRUE(appender->Commit().ok());
    ASSERT_TRUE(appender->AppendFloatHistogram(0, mixed, 3000, f).ok());
    ASSERT_TRUE(appender->Commit().ok());
    ASSERT_TRUE(appender->Append(0, mixed, 4000, -0.0).ok());
    ASSERT_TRUE(appender->Commit().ok());
    appender = nullptr;
    ASSERT_TRUE(db->Close().ok());
  }
  std::string DumpWith(TimeMs mint, TimeMs maxt, std::vector<std::string> selectors = {}) {
    DumpOptions options;
    options.directory = directory_;
    options.mint = mint;
    options.maxt = maxt;
    options.selectors = std::move(selectors);
    return Printed([&](std::FILE* out) { return DumpTsdb(options, out); });
  }
};

constexpr const char* kMixed = "{__name__=\"h\", q=\"a\\\"\\\\\\n\"} ";

TEST_F(DumpTest, HistogramsAreTextBetweenTheFloats) {
  Fill();
  std::string m = kMixed;
  EXPECT_EQ(Dump(directory_),
            m + "0.1 1000\n" + m +
                "{count:12, sum:18.4, [-16,-8):1, [-8,-4):1, [-2,-1):2, [-1,-0.5):1, "
                "[-0.001,0.001]:2, (0.5,1]:1, (1,2]:2, (4,8]:1, (8,16]:1} 2000\n" +
                m + "{count:3.5, sum:2, [-Inf,0.5]:1, (0.5,1]:2, (1,+Inf]:0.5} 3000\n" + m +
                "-0 4000\n{__name__=\"up\"} 1e+21 1500\n");
}

TEST_F(DumpTest, OpenMetricsLeavesHistogramsOut) {
  Fill();
  EXPECT_EQ(
      Dump(directory_, DumpFormat::kOpenMetrics),
      "h{q=\"a\\\"\\\\\\n\"} 0.1 1.000\nh{q=\"a\\\"\\\\\\n\"} -0 4.000\nup 1e+21 1.500\n# EOF\n");
}

TEST_F(DumpTest, SeriesComeAsJson) {
  Fill();
  EXPECT_EQ(Dump(directory_, DumpFormat::kSeriesJson),
            "{\"__name__\":\"h\",\"q\":\"a\\\"\\\\\\n\"}\n{\"__name__\":\"up\"}\n");
}

TEST_F(DumpTest, TimesAreInclusiveOnBothSides) {
  Fill();
  std::string m = kMixed;
  EXPECT_EQ(DumpWith(3001, 4000), m + "-0 4000\n");
  EXPECT_EQ(DumpWith(1, 1000), m + "0.1 1000\n");
  EXPECT_EQ(DumpWith(5000, kMaxTime), "");
}

TEST_F(DumpTest, EachSelectorIsDumped) {
  Fill();
  EXPECT_EQ(DumpWith(kMinTime, 1999, {"up", "{q=~\"a.*\"}"}),
            std::string("{__name__=\"up\"} 1e+21 1500\n") + kMixed + "0.1 1000\n");
  EXPECT_EQ(DumpWith(kMinTime, kMaxTime, {"nothing"}), "");
  EXPECT_NE(DumpWith(kMinTime, kMaxTime, {"{x=}"}).find("error: "), std::string::npos);
}

TEST_F(DumpTest, OldBlocksAreDumpedWhateverARetentionWouldSay) {
  ImportOptions import;
  import.file = Write("in", "a 1 1\na 2 1700000000\n# EOF\n");
  import.directory = directory_;
  import.quiet = true;
  ASSERT_EQ(Printed([&](std::FILE* out) { return ImportOpenMetrics(import, out); }), "");
  EXPECT_EQ(Dump(directory_), "{__name__=\"a\"} 1 1000\n{__name__=\"a\"} 2 1700000000000\n");
}

}  // namespace
}  // namespace watchfire::tool

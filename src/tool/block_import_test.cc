#include "tool/block_import.h"

#include <limits>

#include "model/labels.h"
#include "tool/testing_tool.h"

namespace watchfire::tool {
namespace {

using model::Labels;
using BlockImportTest = testing::ToolTest;

constexpr int64_t kHour = 3600 * 1000;

// "[mint, maxt) samples" of each block.
std::string RangesOf(const std::vector<SizedMeta>& made) {
  std::string out;
  for (const SizedMeta& one : made) {
    EXPECT_GT(one.bytes, 0U);
    out += fmt::format("[{}, {}) {}\n", one.meta.mint, one.meta.maxt, one.meta.stats.num_samples);
  }
  return out;
}

std::vector<SizedMeta> WriteAndPublish(BlockImport& import) {
  std::vector<SizedMeta> made;
  EXPECT_TRUE(import.Write().ok());
  EXPECT_TRUE(import.Publish(&made).ok());
  return made;
}

TEST(BlockImportRanges, BlocksGrowThreefoldUpToTheLimit) {
  EXPECT_EQ(CompatibleBlockMs(0), 2 * kHour);
  EXPECT_EQ(CompatibleBlockMs(2 * kHour), 2 * kHour);
  EXPECT_EQ(CompatibleBlockMs(6 * kHour - 1), 2 * kHour);
  EXPECT_EQ(CompatibleBlockMs(6 * kHour), 6 * kHour);
  EXPECT_EQ(CompatibleBlockMs(24 * kHour), 18 * kHour);
  EXPECT_EQ(CompatibleBlockMs(31 * 24 * kHour), 486 * kHour);
}

TEST(BlockImportRanges, RangesAreAlignedOnBothSidesOfZero) {
  EXPECT_EQ(RangeStart(0, 100), 0);
  EXPECT_EQ(RangeStart(99, 100), 0);
  EXPECT_EQ(RangeStart(100, 100), 100);
  EXPECT_EQ(RangeStart(-1, 100), -100);
  EXPECT_EQ(RangeStart(-100, 100), -100);
  EXPECT_EQ(RangeStart(-101, 100), -200);
}

TEST_F(BlockImportTest, EachRangeWithSamplesBecomesABlock) {
  BlockImport import(directory_, 2 * kHour);
  size_t a = import.AddSeries(Labels::Of({{"__name__", "a"}}));
  size_t b = import.AddSeries(Labels::Of({{"__name__", "b"}}));
  import.Add(a, 0, 1);
  import.Add(a, 2 * kHour - 1, 2);
  import.Add(a, 2 * kHour, 3);
  import.Add(b, 9 * kHour, 4);
  import.Add(b, -1, 5);
  import.Add(b, -2 * kHour, 6);
  EXPECT_EQ(RangesOf(WriteAndPublish(import)),
            "[-7200000, 0) 2\n[0, 7200000) 2\n[7200000, 7200001) 1\n[32400000, 32400001) 1\n");
  EXPECT_EQ(Dump(directory_),
            "{__name__=\"a\"} 1 0\n{__name__=\"a\"} 2 7199999\n{__name__=\"a\"} 3 7200000\n"
            "{__name__=\"b\"} 6 -7200000\n{__name__=\"b\"} 5 -1\n{__name__=\"b\"} 4 32400000\n");
}

TEST_F(BlockImportTest, SamplesMayComeInAnyOrder) {
  BlockImport import(directory_, 2 * kHour);
  size_t a = import.AddSeries(Labels::Of({{"__name__", "a"}}));
  for (TimeMs t : {50, 10, 40, 20, 30}) import.Add(a, t, static_cast<double>(t));
  WriteAndPublish(import);
  EXPECT_EQ(Dump(directory_),
            "{__name__=\"a\"} 10 10\n{__name__=\"a\"} 20 20\n{__name__=\"a\"} 30 30\n"
            "{__name__=\"a\"} 40 40\n{__name__=\"a\"} 50 50\n");
}

TEST_F(BlockImportTest, SeriesOfEqualLabelsBecomeOneInOrderOfLabels) {
  BlockImport import(directory_, 2 * kHour);
  size_t z = import.AddSeries(Labels::Of({{"__name__", "z"}}));
  size_t one = import.AddSeries(Labels::Of({{"__name__", "a"}, {"x", "1"}}));
  size_t same = import.AddSeries(Labels::Of({{"x", "1"}, {"__name__", "a"}}));
  import.Add(z, 5, 0);
  import.Add(same, 1, 10);
  import.Add(one, 2, 20);
  import.Add(same, 3, 30);
  std::vector<SizedMeta> made = WriteAndPublish(import);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].meta.stats.num_series, 2U);
  EXPECT_EQ(Dump(directory_),
            "{__name__=\"a\", x=\"1\"} 10 1\n{__name__=\"a\", x=\"1\"} 20 2\n"
            "{__name__=\"a\", x=\"1\"} 30 3\n{__name__=\"z\"} 0 5\n");
}

TEST_F(BlockImportTest, EqualSamplesOfOneTimeAreKeptOnce) {
  BlockImport import(directory_, 2 * kHour);
  size_t a = import.AddSeries(Labels::Of({{"__name__", "a"}}));
  double nan = std::numeric_limits<double>::quiet_NaN();
  for (int i = 0; i < 3; ++i) {
    import.Add(a, 1, 7);
    import.Add(a, 2, nan);
  }
  EXPECT_EQ(RangesOf(WriteAndPublish(import)), "[1, 3) 2\n");
}

TEST_F(BlockImportTest, DifferentSamplesOfOneTimeAreAnErrorAndLeaveNothing) {
  BlockImport import(directory_, 2 * kHour);
  size_t a = import.AddSeries(Labels::Of({{"__name__", "a"}}));
  import.Add(a, 1, 7);
  import.Add(a, 1, 8);
  Result<void> done = import.Write();
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().message(),
            "add sample: series {__name__=\"a\"}: duplicate sample for timestamp 1; overrides not "
            "allowed: existing 7, new value 8");
  EXPECT_TRUE(Everything(directory_).empty());
}

TEST_F(BlockImportTest, NothingToImportMakesNothing) {
  BlockImport import(directory_, 2 * kHour);
  import.AddSeries(Labels::Of({{ "__name__", "a" }}));
  EXPECT_TRUE(WriteAndPublish(import).empty());
  EXPECT_TRUE(Everything(directory_).empty());
}

TEST_F(BlockImportTest, BlocksShowTogetherWhenPublished) {
  {
    BlockImport import(directory_, 2 * kHour);
    size_t a = import.AddSeries(Labels::Of({{"__name__", "a"}}));
    import.Add(a, 1, 1);
    ASSERT_TRUE(import.Write().ok());
    EXPECT_EQ(import.num_samples(), 0U);
    import.Add(a, 3 * kHour, 2);
    ASSERT_TRUE(import.Write().ok());
    EXPECT_EQ(Dump(directory_), "");
    std::vector<SizedMeta> made;
    ASSERT_TRUE(import.Publish(&made).ok());
    EXPECT_EQ(RangesOf(made), "[1, 2) 1\n[10800000, 10800001) 1\n");
    EXPECT_EQ(fs_.ListDirectory(directory_)->size(), 2U);
    import.Add(a, 5 * kHour, 3);
    ASSERT_TRUE(import.Write().ok());
  }
  // What was not published has gone with the import.
  EXPECT_EQ(fs_.ListDirectory(directory_)->size(), 2U);
}

}  // namespace
}  // namespace watchfire::tool

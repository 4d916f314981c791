#include "tsdb/block/tombstones.h"

#include "testing/fault_file_system.h"

namespace watchfire::block {
namespace {

Intervals Added(const Intervals& all) {
  Intervals out;
  for (const Interval& interval : all) AddInterval(interval, &out);
  return out;
}

TEST(Tombstones, JoinIntervalsThatOverlapOrTouch) {
  EXPECT_EQ(Added({{1, 2}, {5, 6}}), (Intervals{{1, 2}, {5, 6}}));
  EXPECT_EQ(Added({{5, 6}, {1, 2}}), (Intervals{{1, 2}, {5, 6}}));
  EXPECT_EQ(Added({{1, 2}, {3, 4}}), (Intervals{{1, 4}}));
  EXPECT_EQ(Added({{1, 2}, {4, 5}}), (Intervals{{1, 2}, {4, 5}}));
  EXPECT_EQ(Added({{1, 2}, {4, 5}, {3, 3}}), (Intervals{{1, 5}}));
  EXPECT_EQ(Added({{1, 10}, {3, 4}}), (Intervals{{1, 10}}));
  EXPECT_EQ(Added({{3, 4}, {8, 9}, {20, 30}, {1, 10}}), (Intervals{{1, 10}, {20, 30}}));
  EXPECT_EQ(Added({{INT64_MIN, 4}, {6, INT64_MAX}, {5, 5}}), (Intervals{{INT64_MIN, INT64_MAX}}));
  EXPECT_EQ(Added({{6, INT64_MAX}, {7, 8}, {1, 2}}), (Intervals{{1, 2}, {6, INT64_MAX}}));
}

TEST(Tombstones, CoverOnlyWhatLiesWhollyInOneInterval) {
  Intervals intervals{{1, 5}, {10, 20}};
  EXPECT_TRUE(IsCovered(1, 5, intervals));
  EXPECT_TRUE(IsCovered(12, 15, intervals));
  EXPECT_FALSE(IsCovered(0, 5, intervals));
  EXPECT_FALSE(IsCovered(4, 12, intervals));
  EXPECT_FALSE(IsCovered(21, 22, intervals));
  EXPECT_TRUE(IsCovered(10, intervals));
  EXPECT_FALSE(IsCovered(9, intervals));
  EXPECT_FALSE(IsCovered(9, {}));
}

TEST(Tombstones, AreWrittenInPrometheusFormat) {
  // Magic, version, no stones, the checksum of nothing.
  EXPECT_EQ(PrintTombstones({}), std::string("\x01\x30\xBA\x30\x01\0\0\0\0", 9));
  Tombstones some{{7, {{-1, 2}, {100, 200}}}, {300, {{0, 0}}}};
  EXPECT_EQ(CountIntervals(some), 3U);
  EXPECT_EQ(PrintTombstones(some).substr(5, 10),
            std::string("\x07\x01\x04\x07\xc8\x01\x90\x03\xac\x02", 10));
  Result<Tombstones> read = ParseTombstones(PrintTombstones(some));
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(*read, some);
}

TEST(Tombstones, NoticeEveryChangedOrMissingByte) {
  const std::string file = PrintTombstones({{7, {{-1, 2}, {100, 200}}}, {300, {{0, 5}}}});
  for (size_t n = 0; n < file.size(); ++n) {
    Result<Tombstones> cut = ParseTombstones(file.substr(0, n));
    ASSERT_FALSE(cut.ok()) << n;
    EXPECT_EQ(cut.error().code(), ErrorCode::kCorrupt);
    std::string flipped = file;
    flipped[n] = static_cast<char>(flipped[n] ^ 0x10);
    EXPECT_FALSE(ParseTombstones(flipped).ok()) << n;
  }
}

TEST(Tombstones, OfABlockWithoutAFileAreNone) {
  testing::FaultFileSystem fs;
  ASSERT_TRUE(fs.CreateDirectories("/b").ok());
  Result<Tombstones> none = ReadTombstones(fs, "/b");
  ASSERT_TRUE(none.ok()) << none.error().message();
  EXPECT_TRUE(none->empty());
  Tombstones some{{1, {{2, 3}}}};
  ASSERT_TRUE(WriteTombstones(fs, "/b", some).ok());
  Result<Tombstones> read = ReadTombstones(fs, "/b");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, some);
}

}  // namespace
}  // namespace watchfire::block

// What is rarer than floats in chunks that follow each other: native histograms, chunks that
// overlap, both kinds in one series.
#include "tsdb/block/block_querier.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "testing/fault_file_system.h"
#include "tsdb/block/testing_blocks.h"

namespace watchfire::block {
namespace {

using model::CounterReset;
using model::Labels;
using testing::BlockData;
using testing::Counting;
using testing::kStart;
using testing::kStep;
using testing::Query;
using watchfire::testing::FaultFileSystem;
using Lines = std::vector<std::string>;

chunk::HistogramPoint Point(TimeMs t, uint64_t count, bool is_float) {
  chunk::HistogramPoint point;
  point.t = t;
  point.integer.count = count;
  point.integer.sum = 0.5;
  point.integer.positive_spans = {{0, 2}};
  point.integer.positive_deltas = {1, static_cast<int64_t>(count) - 2};
  point.is_float = is_float;
  if (is_float) point.floating = point.integer.ToFloat();
  return point;
}

std::vector<chunk::OwnedChunk> Histograms(const std::vector<chunk::HistogramPoint>& points) {
  std::vector<chunk::OwnedChunk> chunks;
  chunk::EncodeHistograms(points, false, &chunks);
  return chunks;
}

class BlockQuerierTest : public ::testing::Test {
 protected:
  std::shared_ptr<Block> Write(const BlockData& data) {
    EXPECT_TRUE(fs_.CreateDirectories("/data").ok());
    Result<std::string> directory = testing::WriteBlock(fs_, "/data", data);
    EXPECT_TRUE(directory.ok()) << directory.error().message();
    directory_ = *directory;
    return Block::Open(fs_, directory_).value_or(nullptr);
  }
  FaultFileSystem fs_;
  std::string directory_;
};

TEST_F(BlockQuerierTest, ShowsHistogramsWithTheirHints) {
  BlockData data;
  data[Labels::Of({{"a", "float"}})].more_chunks =
      Histograms({Point(kStart, 5, true), Point(kStart + kStep, 6, true)});
  data[Labels::Of({{"a", "integer"}})].more_chunks =
      Histograms({Point(kStart, 5, false), Point(kStart + kStep, 7, false),
                  Point(kStart + 2 * kStep, 3, false)});
  std::shared_ptr<Block> block = Write(data);
  EXPECT_EQ(
      Query(*block, kMinTime, kMaxTime, {}),
      (Lines{"{a=\"float\"} H(5)@0 H(6)@15000", "{a=\"integer\"} H(5)@0 H(7)@15000 H(3)@30000"}));
  EXPECT_EQ(Query(*block, kStart + 1, kStart + kStep, {{"a", "=", "integer"}}),
            (Lines{"{a=\"integer\"} H(7)@15000"}));
  auto querier = block->NewQuerier(kMinTime, kMaxTime);
  auto set = querier->Select(true, {}, {});
  ASSERT_TRUE(set->Next());
  EXPECT_FALSE(set->At().ReadHistograms(kMinTime, kMaxTime)[0].was_integer);
  ASSERT_TRUE(set->Next());
  auto samples = set->At().ReadHistograms(kMinTime, kMaxTime);
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_TRUE(samples[0].was_integer);
  EXPECT_EQ(samples[0].histogram.positive_buckets, (std::vector<double>{1, 4}));
  EXPECT_EQ(samples[0].histogram.reset_hint, CounterReset::kUnknown);
  EXPECT_EQ(samples[1].histogram.reset_hint, CounterReset::kNo);
  // There are no floats.
  model::Sample latest;
  EXPECT_TRUE(set->At().Read(kMinTime, kMaxTime).t.empty());
  EXPECT_FALSE(set->At().Latest(kMinTime, kMaxTime, &latest));
}

TEST_F(BlockQuerierTest, ShowsBothKindsOfASeries) {
  BlockData data;
  testing::SeriesData& series = data[Labels::Of({{"a", "b"}})];
  series = Counting(kStart, 2);
  series.more_chunks = Histograms({Point(kStart + 2 * kStep, 5, false)});
  std::shared_ptr<Block> block = Write(data);
  EXPECT_EQ(Query(*block, kMinTime, kMaxTime, {}), (Lines{"{a=\"b\"} 0@0 1@15000 H(5)@30000"}));
  auto querier = block->NewQuerier(kMinTime, kMaxTime);
  auto set = querier->Select(true, {}, {});
  ASSERT_TRUE(set->Next());
  model::Sample latest;
  ASSERT_TRUE(set->At().Latest(kMinTime, kMaxTime, &latest));
  EXPECT_EQ(latest.t, kStart + kStep);
}

TEST_F(BlockQuerierTest, HidesDeletedHistograms) {
  BlockData data;
  data[Labels::Of({{"a", "b"}})].more_chunks =
      Histograms({Point(kStart, 5, false), Point(kStart + kStep, 7, false)});
  std::shared_ptr<Block> block = Write(data);
  ASSERT_TRUE(block->Delete(kStart, kStart, {}).ok());
  EXPECT_EQ(Query(*block, kMinTime, kMaxTime, {}), (Lines{"{a=\"b\"} H(7)@15000"}));
  EXPECT_EQ(Query(*block, kMinTime, kStart + 1, {}), Lines{});
}

// Writes a block with one series whose chunks overlap, which our writer would refuse.
TEST_F(BlockQuerierTest, PutsChunksThatOverlapInOrder) {
  const Labels labels = Labels::Of({{"a", "b"}});
  std::vector<chunk::OwnedChunk> chunks;
  chunk::EncodeFloats(std::vector<TimeMs>{kStart, kStart + 10, kStart + 20},
                      std::vector<double>{1, 2, 3}, chunk::kUpstreamLimits, chunk::Encoding::kXor,
                      &chunks);
  chunk::EncodeFloats(std::vector<TimeMs>{kStart + 20, kStart + 30}, std::vector<double>{4, 5},
                      chunk::kUpstreamLimits, chunk::Encoding::kXor, &chunks);
  BlockData data;
  data[labels].more_chunks = chunks;
  // First as if the second chunk began a millisecond later; then the entry is put right.
  data[labels].more_chunks[1].mint += 1;
  std::shared_ptr<Block> block = Write(data);
  SeriesEntry entry;
  uint32_t ref = block->index().Select({})->at(0);
  ASSERT_TRUE(block->index().ReadSeries(ref, &entry).ok());
  ByteWriter before;
  ByteWriter after;
  for (ByteWriter* out : {&before, &after}) {
    out->Uvarint(entry.labels.size());
    for (auto [name, value] : entry.labels) {
      out->Uvarint(name);
      out->Uvarint(value);
    }
    uint64_t gap = out == &before ? 1 : 0;
    out->Uvarint(2);
    out->Varint(kStart);
    out->Uvarint(20);
    out->Uvarint(entry.chunks[0].ref);
    out->Uvarint(gap);
    out->Uvarint(10 - gap);
    out->Varint(static_cast<int64_t>(entry.chunks[1].ref - entry.chunks[0].ref));
  }
  std::string index = fs_.Content(directory_ + "/index");
  size_t at = index.find(before.view());
  ASSERT_NE(at, std::string::npos);
  ByteWriter checksum;
  checksum.Be32(Crc32c(after.view()));
  index.replace(at, after.size() + 4, std::string(after.view()) + std::string(checksum.view()));
  fs_.SetContent(directory_ + "/index", index);
  block = Block::Open(fs_, directory_).value_or(nullptr);
  ASSERT_TRUE(block);
  EXPECT_EQ(Query(*block, kMinTime, kMaxTime, {}), (Lines{"{a=\"b\"} 1@0 2@10 3@20 5@30"}));
  auto querier = block->NewQuerier(kMinTime, kMaxTime);
  auto set = querier->Select(true, {}, {});
  ASSERT_TRUE(set->Next());
  model::Sample latest;
  ASSERT_TRUE(set->At().Latest(kMinTime, kStart + 25, &latest));
  EXPECT_EQ(latest.v, 3);
}

}  // namespace
}  // namespace watchfire::block

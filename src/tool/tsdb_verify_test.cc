#include "base/text.h"
#include "tool/testing_tool.h"
#include "tsdb/block/testing_blocks.h"
#include "tsdb/db/db.h"

namespace watchfire::tool {
namespace {

using block::testing::BlockData;
using block::testing::Counting;
using model::Labels;

class VerifyTest : public testing::ToolTest {
 protected:
  // A block of three series; its directory.
  std::string MakeBlock(int samples = 300) {
    BlockData data;
    for (const char* x : {"1", "2", "3"}) {
      data[Labels::Of({{"__name__", "m"}, {"x", x}})] = Counting(block::testing::kStart, samples);
    }
    return block::testing::WriteBlock(fs_, directory_, data).value();
  }
  void Overwrite(const std::string& path, const std::string& content) {
    fs_.WriteFileAtomically(path, content).value();
  }
  // Meta.json with `from` replaced.
  void ChangeMeta(const std::string& block, const std::string& from, const std::string& to) {
    std::string path = JoinPath(block, "meta.json");
    std::string text = fs_.ReadFile(path).value();
    size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << text;
    Overwrite(path, text.replace(at, from.size(), to));
  }
  // Offsets at which a flipped bit goes unnoticed.
  std::vector<size_t> FlipEveryByte(const std::string& path) {
    std::string whole = fs_.ReadFile(path).value();
    std::vector<size_t> unnoticed;
    for (size_t i = 0; i < whole.size(); ++i) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
      Overwrite(path, damaged);
      if (Verify(directory_).find("error: 1 of 1 parts are damaged") == std::string::npos) {
        unnoticed.push_back(i);
      }
    }
    Overwrite(path, whole);
    return unnoticed;
  }
  // Three records; the segment's path.
  std::string MakeLog() {
    tsdb::DbOptions options;
    options.path = directory_;
    options.background = false;
    auto db = tsdb::Db::Open(options).value();
    for (TimeMs t = 1; t <= 2; ++t) {
      auto appender = db->NewAppender();
      EXPECT_TRUE(appender->Append(0, Labels::Of({{"__name__", "a"}}), t, 1).ok());
      EXPECT_TRUE(appender->Commit().ok());
    }
    EXPECT_TRUE(db->Close().ok());
    return PathOf("wal/00000000");
  }
};

TEST_F(VerifyTest, WholeBlocksAndLogsAreCounted) {
  std::string block = MakeBlock();
  MakeLog();
  EXPECT_EQ(Verify(directory_),
            fmt::format("{}: ok, 3 series, 9 chunks, 900 samples\n{}: ok, 3 records\n", block,
                        PathOf("wal")));
}

TEST_F(VerifyTest, NothingToReadIsSaid) {
  EXPECT_EQ(Verify(directory_), directory_ + ": neither blocks nor a log\n");
  EXPECT_EQ(
      Verify(PathOf("missing")),
      fmt::format("error: open directory {}: No such file or directory\n", PathOf("missing")));
}

TEST_F(VerifyTest, EveryByteOfTheChunksCounts) {
  std::string block = MakeBlock(20);
  // But for the three behind magic number and version, which mean nothing.
  EXPECT_EQ(FlipEveryByte(JoinPath(block, "chunks/000001")), (std::vector<size_t>{5, 6, 7}));
}

TEST_F(VerifyTest, EveryByteOfTheIndexCounts) {
  std::string block = MakeBlock(20);
  std::string path = JoinPath(block, "index");
  std::string index = fs_.ReadFile(path).value();
  // But for the zeros that align series and postings.
  std::vector<size_t> unnoticed = FlipEveryByte(path);
  for (size_t i : unnoticed) EXPECT_EQ(index[i], '\0') << i;
  EXPECT_LT(unnoticed.size(), 4 * 16U);
}

TEST_F(VerifyTest, EveryByteOfTheTombstonesCounts) {
  std::string block = MakeBlock(20);
  auto opened = block::Block::Open(fs_, block).value();
  ASSERT_TRUE(opened->Delete(block::testing::kStart, block::testing::kStart + 60'000, {}).ok());
  EXPECT_EQ(FlipEveryByte(JoinPath(block, "tombstones")), std::vector<size_t>{});
}

TEST_F(VerifyTest, ADamagedChunkIsNamedWithItsSeries) {
  std::string block = MakeBlock();
  std::string path = JoinPath(block, "chunks/000001");
  std::string bytes = fs_.ReadFile(path).value();
  bytes[bytes.size() - 10] ^= 1;
  Overwrite(path, bytes);
  std::string printed = Verify(directory_);
  EXPECT_NE(printed.find(block + ": "), std::string::npos) << printed;
  EXPECT_NE(printed.find("series {__name__=\"m\", x=\"3\"}: "), std::string::npos) << printed;
  EXPECT_NE(printed.find("checksum"), std::string::npos) << printed;
}

TEST_F(VerifyTest, AMetaThatTellsOtherNumbersIsFound) {
  std::string block = MakeBlock();
  ChangeMeta(block, "\"numSamples\": 900", "\"numSamples\": 901");
  EXPECT_EQ(Verify(directory_),
            fmt::format("{}: meta.json tells of 3 series, 9 chunks and 901 samples, but there are "
                        "3, 9 and 900\nerror: 1 of 1 parts are damaged\n",
                        block));
}

TEST_F(VerifyTest, AMetaThatTellsAnotherRangeIsFound) {
  std::string block = MakeBlock();
  ChangeMeta(block, fmt::format("\"maxTime\": {}", block::testing::kStart + 299 * 15'000 + 1),
             fmt::format("\"maxTime\": {}", block::testing::kStart + 299 * 15'000));
  EXPECT_NE(Verify(directory_).find("a chunk reaches beyond the block"), std::string::npos);
}

TEST_F(VerifyTest, AMissingMetaIsFoundAndOtherBlocksAreRead) {
  std::string broken = MakeBlock();
  std::string whole = MakeBlock();
  fs_.Remove(JoinPath(broken, "meta.json")).value();
  std::string printed = Verify(directory_);
  EXPECT_NE(printed.find(broken + ": "), std::string::npos) << printed;
  EXPECT_NE(printed.find(whole + ": ok"), std::string::npos) << printed;
  EXPECT_NE(printed.find("error: 1 of 2 parts are damaged"), std::string::npos) << printed;
}

TEST_F(VerifyTest, AMissingFileOfABlockIsFound) {
  for (const char* name : {"index", "chunks/000001"}) {
    std::string block = MakeBlock();
    fs_.Remove(JoinPath(block, name)).value();
    EXPECT_NE(Verify(directory_).find("error: 1 of 1 parts are damaged"), std::string::npos)
        << name;
    fs_.RemoveRecursively(block).value();
  }
}

TEST_F(VerifyTest, ATornLogIsFoundWithThePlace) {
  std::string segment = MakeLog();
  std::string whole = fs_.ReadFile(segment).value();
  while (whole.ends_with('\0')) whole.pop_back();
  Overwrite(segment, whole.substr(0, whole.size() - 3));
  std::string printed = Verify(directory_);
  EXPECT_NE(printed.find(PathOf("wal") + ": segment 0 is whole up to byte "), std::string::npos)
      << printed;
  EXPECT_NE(printed.find("error: 1 of 1 parts are damaged"), std::string::npos) << printed;
}

TEST_F(VerifyTest, EveryByteOfTheLogCounts) {
  EXPECT_EQ(FlipEveryByte(MakeLog()), std::vector<size_t>{});
}

TEST_F(VerifyTest, AGapBetweenSegmentsIsFound) {
  std::string segment = MakeLog();
  Overwrite(PathOf("wal/00000002"), "");
  EXPECT_NE(Verify(directory_).find("error: 1 of 1 parts are damaged"), std::string::npos);
}

}  // namespace
}  // namespace watchfire::tool

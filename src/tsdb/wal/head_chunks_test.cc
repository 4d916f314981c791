#include "tsdb/wal/head_chunks.h"

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "testing/fault_file_system.h"
#include "tsdb/wal/chunk_snapshot.h"
#include "tsdb/wal/writer.h"

namespace watchfire::wal {
namespace {

using testing::FaultFileSystem;

std::string Describe(const HeadChunk& chunk) {
  return fmt::format("{} {}..{} {}{} {}", chunk.series, chunk.mint, chunk.maxt, chunk.encoding,
                     chunk.out_of_order ? "o" : "", chunk.data);
}

std::vector<std::string> ReadAll(std::string_view file, Result<void>* status) {
  HeadChunksReader reader(file);
  std::vector<std::string> chunks;
  HeadChunk chunk;
  while (reader.Next(&chunk)) chunks.push_back(Describe(chunk));
  *status = reader.status();
  return chunks;
}

void WriteSome(FileSystem& fs, size_t count, uint64_t max_bytes = kMaxHeadChunksBytes) {
  auto writer = *HeadChunksWriter::Open(fs, "chunks_head", max_bytes);
  for (size_t i = 0; i < count; ++i) {
    HeadChunk chunk;
    chunk.series = i + 1;
    chunk.mint = static_cast<TimeMs>(100 * i);
    chunk.maxt = static_cast<TimeMs>(100 * i + 99);
    chunk.encoding = 1;
    chunk.out_of_order = i % 3 == 2;
    std::string data(i * 7 % 20, static_cast<char>('a' + i));
    chunk.data = data;
    ASSERT_TRUE(writer->Write(chunk).ok());
  }
  ASSERT_TRUE(writer->Close().ok());
}

TEST(HeadChunks, AFileHasUpstreamsBytes) {
  FaultFileSystem fs;
  auto writer = *HeadChunksWriter::Open(fs, "chunks_head");
  EXPECT_EQ(*writer->Write({5, 1000, 2000, 1, true, "xyz"}), MakeHeadChunkRef(1, 8));
  EXPECT_EQ(*writer->Write({6, -1, 0, 2, false, ""}), MakeHeadChunkRef(1, 8 + 33));
  ASSERT_TRUE(writer->Close().ok());
  std::string content = fs.Content("chunks_head/000001");
  std::string_view first(
      "\x01\x30\xbc\x91\x01\0\0\0"
      "\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\x03\xe8\0\0\0\0\0\0\x07\xd0\x81\x03xyz",
      8 + 29);
  EXPECT_EQ(content.substr(0, first.size()), first);
  ByteReader checksum(std::string_view(content).substr(first.size(), 4));
  EXPECT_EQ(checksum.Be32(), Crc32c(first.substr(8)));
  Result<void> status;
  EXPECT_EQ(ReadAll(content, &status),
            (std::vector<std::string>{"5 1000..2000 1o xyz", "6 -1..0 2 "}));
  EXPECT_TRUE(status.ok());
  // Room that was made beforehand and not used.
  EXPECT_EQ(ReadAll(content + std::string(5000, '\0'), &status).size(), 2u);
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(ReadAll(content + std::string(5000, '\0') + "x", &status).size(), 2u);
  EXPECT_FALSE(status.ok());
}

TEST(HeadChunks, CutAnywhereTheWholeChunksBeforeAreGood) {
  FaultFileSystem fs;
  WriteSome(fs, 12);
  std::string whole = fs.Content("chunks_head/000001");
  Result<void> status;
  std::vector<std::string> all = ReadAll(whole, &status);
  ASSERT_EQ(all.size(), 12u);
  size_t most = 0;
  for (size_t size = 0; size < whole.size(); ++size) {
    std::vector<std::string> found = ReadAll(whole.substr(0, size), &status);
    ASSERT_GE(found.size(), most);
    most = found.size();
    ASSERT_LT(most, 12u);
    ASSERT_TRUE(std::equal(found.begin(), found.end(), all.begin())) << size;
  }
  EXPECT_EQ(most, 11u);
}

TEST(HeadChunks, AFlippedBitNeverYieldsAWrongChunk) {
  FaultFileSystem fs;
  WriteSome(fs, 6);
  std::string whole = fs.Content("chunks_head/000001");
  Result<void> status;
  std::vector<std::string> all = ReadAll(whole, &status);
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    std::vector<std::string> found = ReadAll(damaged, &status);
    ASSERT_TRUE(std::equal(found.begin(), found.end(), all.begin())) << bit;
    bool unused_byte = bit / 8 >= 5 && bit / 8 < 8;
    ASSERT_EQ(found.size() == 6, unused_byte) << bit;
    ASSERT_EQ(status.ok(), unused_byte) << bit;
  }
}

TEST(HeadChunks, FullFilesAreFollowedByOthersAndGoWhenTheyAreOld) {
  FaultFileSystem fs;
  WriteSome(fs, 10, 100);
  fs.SetContent("chunks_head/notes", "not ours");
  std::vector<HeadChunksFile> files = *ListHeadChunks(fs, "chunks_head");
  ASSERT_GT(files.size(), 4u);
  EXPECT_EQ(files[0].number, 1u);
  EXPECT_EQ(*TruncateHeadChunks(fs, "chunks_head", 99), 0u);
  uint64_t removed = *TruncateHeadChunks(fs, "chunks_head", 500);
  EXPECT_GT(removed, 1u);
  std::vector<HeadChunksFile> left = *ListHeadChunks(fs, "chunks_head");
  EXPECT_EQ(left.size() + removed, files.size());
  EXPECT_EQ(left[0].number, removed + 1);
  // The writer goes on behind them.
  WriteSome(fs, 1);
  EXPECT_EQ(ListHeadChunks(fs, "chunks_head")->back().number, files.back().number + 1);
  ASSERT_TRUE(RemoveHeadChunks(fs, "chunks_head", left[1].number).ok());
  EXPECT_EQ(ListHeadChunks(fs, "chunks_head")->size(), 1u);
  EXPECT_EQ(*TruncateHeadChunks(fs, "chunks_head", kMaxTime), 1u);
}

TEST(HeadChunks, ALastFileWithoutAHeaderIsRemovedAndAGapIsNamed) {
  for (std::string_view content : {std::string_view(), std::string_view("\1\2"),
                                   std::string_view("\0\0\0\0\0\0\0\0\0\0", 10)}) {
    FaultFileSystem fs;
    WriteSome(fs, 3);
    fs.SetContent("chunks_head/000002", std::string(content));
    EXPECT_EQ(ListHeadChunks(fs, "chunks_head")->size(), 1u);
    EXPECT_FALSE(fs.Exists("chunks_head/000002"));
  }
  FaultFileSystem fs;
  WriteSome(fs, 10, 100);
  ASSERT_TRUE(fs.Remove("chunks_head/000002").ok());
  EXPECT_EQ(ListHeadChunks(fs, "chunks_head").error().code(), ErrorCode::kCorrupt);
  EXPECT_TRUE(ListHeadChunks(fs, "nowhere")->empty());
}

// A record as Prometheus writes it for a series of floats.
std::string SnapshotRecord(Ref ref, const model::Labels& labels, std::string_view chunk) {
  ByteWriter out;
  out.U8(1);
  out.Be64(ref);
  out.Uvarint(labels.Count());
  for (const model::LabelView& label : labels) {
    out.String(label.name);
    out.String(label.value);
  }
  out.Be64(7'200'000);
  out.Uvarint(chunk.empty() ? 0 : 1);
  if (chunk.empty()) return out.Take();
  out.Be64(1000);
  out.Be64(2000);
  out.U8(1);
  out.String(chunk);
  for (uint64_t i = 0; i < 8; ++i) out.Be64(i);
  return out.Take();
}

TEST(ChunkSnapshot, TheNewestIsReadSeriesBySeries) {
  FaultFileSystem fs;
  model::Labels a = model::Labels::Of({{"__name__", "a"}});
  model::Labels b = model::Labels::Of({{"__name__", "b"}, {"x", "y"}});
  for (const char* name :
       {"data/chunk_snapshot.000007.0000000500", "data/chunk_snapshot.000007.0000001234",
        "data/chunk_snapshot.000006.0000009999"}) {
    WriterOptions options;
    options.fs = &fs;
    options.directory = name;
    auto writer = *Writer::Open(options);
    for (const std::string& record :
         {SnapshotRecord(3, a, "chunk of a"), SnapshotRecord(9, b, ""), std::string("\2\0", 2)}) {
      PreparedRecord prepared = Prepare(Compression::kSnappy, record);
      ASSERT_TRUE(writer->Log({&prepared, 1}).ok());
    }
  }
  fs.SetContent("data/chunk_snapshot.000008.0000000000.tmp/00000000", "unfinished");
  fs.SetContent("data/chunk_snapshot.x.y/00000000", "foreign");
  auto newest = *FindSnapshot(fs, "data");
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->segment, 7u);
  EXPECT_EQ(newest->offset, 1234u);
  std::vector<std::string> found;
  auto take = [&](const SnapshotSeries& one) {
    found.push_back(fmt::format("{} {} {} {}..{} {}", one.ref, one.labels.ToMetricString(),
                                one.has_chunk, one.mint, one.maxt, one.data));
  };
  ASSERT_TRUE(ReadSnapshot(fs, *newest, take).ok());
  EXPECT_EQ(found, (std::vector<std::string>{"3 a true 1000..2000 chunk of a",
                                             "9 b{x=\"y\"} false 0..0 "}));
  // Damage ends it where it is.
  std::string path = newest->path + "/00000000";
  std::string content = fs.Content(path);
  for (size_t size = 0; size < content.size(); ++size) {
    fs.SetContent(path, content.substr(0, size));
    found.clear();
    static_cast<void>(ReadSnapshot(fs, *newest, take));
    ASSERT_LE(found.size(), 2u);
  }
}

TEST(ChunkSnapshot, ABrokenRecordIsNamed) {
  std::string record = SnapshotRecord(3, model::Labels::Of({{"a", "b"}}), "chunk");
  size_t needed = record.size() - 8 * sizeof(uint64_t);
  for (size_t size = 0; size < needed; ++size) {
    EXPECT_FALSE(DecodeSnapshotSeries(std::string_view(record).substr(0, size)).ok()) << size;
  }
  EXPECT_TRUE(DecodeSnapshotSeries(std::string_view(record).substr(0, needed)).ok());
}

}  // namespace
}  // namespace watchfire::wal

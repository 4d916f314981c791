#include "tsdb/block/chunk_writer.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "testing/fault_file_system.h"

namespace watchfire::block {
namespace {

using chunk::ChunkView;
using chunk::Encoding;

class ChunkWriterTest : public ::testing::Test {
 protected:
  ChunkWriterTest() { fs_.CreateDirectories("chunks").value(); }

  // What lies at a reference.
  std::string Entry(uint64_t ref) {
    std::string file = fs_.Content(fmt::format("chunks/{:06}", (ref >> 32) + 1));
    ByteReader header(file);
    EXPECT_EQ(header.Be32(), 0x85BD40DDU);
    EXPECT_EQ(header.Be32(), 0x01000000U);
    ByteReader reader(std::string_view(file).substr(ref & UINT32_MAX));
    uint64_t length = reader.Uvarint();
    std::string_view checked = reader.Bytes(length + 1);
    EXPECT_EQ(reader.Be32(), Crc32c(checked));
    EXPECT_TRUE(reader.ok());
    return fmt::format("{}:{}", static_cast<int>(checked[0]), checked.substr(1));
  }

  testing::FaultFileSystem fs_;
};

TEST_F(ChunkWriterTest, WritesChunksWhereItsReferencesSay) {
  ChunkWriter writer(fs_, "chunks", 1000);
  uint64_t first = writer.Add({0, 1, Encoding::kXor, "abc"}).value();
  uint64_t second = writer.Add({0, 1, Encoding::kHistogram, std::string(300, 'x')}).value();
  writer.Finish().value();
  EXPECT_EQ(first, 8U);
  EXPECT_EQ(second, 8U + 1 + 1 + 3 + 4);
  EXPECT_EQ(Entry(first), "1:abc");
  EXPECT_EQ(Entry(second), "2:" + std::string(300, 'x'));
}

TEST_F(ChunkWriterTest, StartsANewFileBeforeTheLimit) {
  ChunkWriter writer(fs_, "chunks", 200);
  std::vector<uint64_t> refs;
  std::vector<std::string> data;
  for (size_t size : {50, 50, 50, 50, 500, 10}) {
    data.push_back(std::string(size, static_cast<char>('a' + data.size())));
    refs.push_back(writer.Add({0, 1, Encoding::kXor, data.back()}).value());
  }
  writer.Finish().value();
  std::vector<uint64_t> files;
  for (size_t i = 0; i < refs.size(); ++i) {
    EXPECT_EQ(Entry(refs[i]), "1:" + data[i]);
    files.push_back(refs[i] >> 32);
  }
  // The large one is alone.
  EXPECT_EQ(files, (std::vector<uint64_t>{0, 0, 0, 1, 2, 3}));
}

}  // namespace
}  // namespace watchfire::block

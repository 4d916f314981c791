#include "base/bytes.h"

#include <bit>

#include "base/crc32c.h"
#include "base/hash.h"
#include "base/md5.h"

namespace watchfire {
namespace {

std::string Hex(std::string_view bytes) {
  std::string out;
  for (char c : bytes) out += fmt::format("{:02x}", static_cast<uint8_t>(c));
  return out;
}

TEST(Bytes, WriteFixedAndVariableIntegers) {
  ByteWriter writer;
  writer.U8(0xab);
  writer.Be16(0x0102);
  writer.Be32(0x03040506);
  writer.Be64(0x0708090a0b0c0d0eULL);
  writer.Le64(1);
  writer.Uvarint(300);
  writer.Varint(-1);
  writer.String("hi");
  EXPECT_EQ(Hex(writer.view()), "ab0102030405060708090a0b0c0d0e0100000000000000ac0201026869");
}

TEST(Bytes, ReadBackWhatWasWritten) {
  const uint64_t unsigned_values[] = {0, 1, 127, 128, 16383, 16384, UINT64_MAX, 1ULL << 63};
  const int64_t signed_values[] = {0, -1, 1, 63, -64, 64, INT64_MIN, INT64_MAX};
  ByteWriter writer;
  for (uint64_t v : unsigned_values) writer.Uvarint(v);
  for (int64_t v : signed_values) writer.Varint(v);
  writer.BeDouble(-0.5);
  writer.Bytes("tail");
  ByteReader reader(writer.view());
  for (uint64_t v : unsigned_values) EXPECT_EQ(reader.Uvarint(), v);
  for (int64_t v : signed_values) EXPECT_EQ(reader.Varint(), v);
  EXPECT_EQ(reader.BeDouble(), -0.5);
  EXPECT_EQ(reader.Rest(), "tail");
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.empty());
}

TEST(Bytes, StayBrokenAfterTheFirstFailure) {
  ByteWriter writer;
  writer.Be32(7);
  ByteReader reader(writer.view().substr(0, 3));
  EXPECT_EQ(reader.Be32(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.U8(), 0u);
  EXPECT_EQ(reader.String(), "");
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(Bytes, NeverReadPastAnyTruncation) {
  ByteWriter writer;
  writer.Uvarint(UINT64_MAX);
  writer.String(std::string(200, 'x'));
  writer.Varint(INT64_MIN);
  for (size_t n = 0; n < writer.size(); ++n) {
    std::string cut(writer.view().substr(0, n));  // a copy, so that sanitizers see its end
    ByteReader reader(cut);
    reader.Uvarint();
    reader.String();
    reader.Varint();
    EXPECT_FALSE(reader.ok()) << n;
  }
}

TEST(Bytes, RefuseVarintsThatAreTooLong) {
  ByteReader eleven(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11));
  eleven.Uvarint();
  EXPECT_FALSE(eleven.ok());
  ByteReader overflow(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10));
  overflow.Uvarint();
  EXPECT_FALSE(overflow.ok());
  ByteReader largest(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10));
  EXPECT_EQ(largest.Uvarint(), UINT64_MAX);
  EXPECT_TRUE(largest.ok());
}

TEST(Bytes, RefuseStringsLongerThanWhatIsThere) {
  ByteWriter writer;
  writer.Uvarint(UINT64_MAX);
  writer.Bytes("abc");
  ByteReader reader(writer.view());
  EXPECT_EQ(reader.String(), "");
  EXPECT_FALSE(reader.ok());
}

TEST(Crc32c, KnowsItsCheckValue) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(Crc32c(""), 0U);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aaU);
}

TEST(Crc32c, AgreesWithItsPortableTwin) {
  std::string bytes;
  for (size_t n = 0; n < 300; ++n) {
    bytes.push_back(static_cast<char>(n * 131 + 7));
    EXPECT_EQ(Crc32c(bytes), internal::Crc32cTable(bytes, 0)) << n;
    EXPECT_EQ(Crc32c(bytes, 42), internal::Crc32cTable(bytes, 42)) << n;
  }
}

TEST(Crc32c, ContinuesOverPieces) {
  std::string_view text = "the quick brown fox jumps over the lazy dog";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(Crc32c(text.substr(cut), Crc32c(text.substr(0, cut))), Crc32c(text));
  }
}

TEST(Md5, KnowsTheVectorsOfItsSpecification) {
  auto digest = [](std::string_view text) {
    auto bytes = Md5(text);
    return Hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  EXPECT_EQ(digest(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(digest("a"), "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_EQ(digest("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(digest("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(digest("abcdefghijklmnopqrstuvwxyz"), "c3fcd3d76192e4007dfb496cca67e13b");
  EXPECT_EQ(
      digest("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
      "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(Hash, KnowsThePublishedValuesOfXxHash64) {
  EXPECT_EQ(XxHash64(""), 0xef46db3751d8e999ULL);
  EXPECT_EQ(XxHash64("a"), 0xd24ec4f1a98c6e5bULL);
  EXPECT_NE(Hash("a"), Hash("b"));
  EXPECT_NE(HashCombine(1, 2), HashCombine(2, 1));
}

}  // namespace
}  // namespace watchfire

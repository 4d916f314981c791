#include "codec/compress.h"

namespace watchfire::codec {
namespace {

std::string Sample() {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "metric_" + std::to_string(i % 97) + " 1\n";
  return text;
}

TEST(Compress, RoundTripsEveryFormat) {
  std::string text = Sample();
  EXPECT_EQ(GzipDecompress(GzipCompress(text), text.size()).value(), text);
  EXPECT_EQ(ZlibDecompress(ZlibCompress(text), text.size()).value(), text);
  EXPECT_EQ(SnappyDecompress(SnappyCompress(text), text.size()).value(), text);
  EXPECT_EQ(ZstdDecompress(ZstdCompress(text), text.size()).value(), text);
  EXPECT_EQ(GzipDecompress(GzipCompress(""), 0).value(), "");
}

TEST(Compress, ReadsSeveralGzipMembersAsOne) {
  EXPECT_EQ(GzipDecompress(GzipCompress("one ") + GzipCompress("two"), 100).value(), "one two");
}

TEST(Compress, RefusesOutputAboveTheLimit) {
  std::string text = Sample();
  uint64_t limit = text.size() - 1;
  EXPECT_EQ(GzipDecompress(GzipCompress(text), limit).error().code(), ErrorCode::kLimit);
  EXPECT_EQ(ZlibDecompress(ZlibCompress(text), limit).error().code(), ErrorCode::kLimit);
  EXPECT_EQ(SnappyDecompress(SnappyCompress(text), limit).error().code(), ErrorCode::kLimit);
  EXPECT_EQ(ZstdDecompress(ZstdCompress(text), limit).error().code(), ErrorCode::kLimit);
}

TEST(Compress, NamesDamageAtEveryTruncation) {
  std::string text = Sample().substr(0, 400);
  for (const std::string& packed : {GzipCompress(text), ZlibCompress(text)}) {
    bool gzip = packed[0] == '\x1f';
    for (size_t n = 0; n < packed.size(); ++n) {
      auto cut = std::string_view(packed).substr(0, n);
      auto result = gzip ? GzipDecompress(cut, 10000) : ZlibDecompress(cut, 10000);
      ASSERT_FALSE(result.ok()) << n;
      EXPECT_EQ(result.error().code(), ErrorCode::kInvalid);
    }
  }
  std::string zstd = ZstdCompress(text);
  for (size_t n = 0; n < zstd.size(); ++n) {
    EXPECT_FALSE(ZstdDecompress(std::string_view(zstd).substr(0, n), 10000).ok()) << n;
  }
}

}  // namespace
TEST(Compress, DecompressesSnappyIntoABufferOfJustThatSize) {
  std::string text(5000, 'x');
  std::string packed = SnappyCompress(text);
  EXPECT_EQ(SnappyDecompressedSize(packed).value(), text.size());
  std::string out(text.size(), '\0');
  ASSERT_TRUE(SnappyDecompressTo(packed, out).ok());
  EXPECT_EQ(out, text);
  std::string small(text.size() - 1, '\0');
  EXPECT_FALSE(SnappyDecompressTo(packed, small).ok());
  EXPECT_FALSE(SnappyDecompressedSize("").ok());
}

}  // namespace watchfire::codec

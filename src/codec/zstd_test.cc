#include "codec/zstd.h"

#include <gtest/gtest.h>

#include "codec/compress.h"

namespace watchfire::codec {
namespace {

TEST(Zstd, BuffersAreUsedAgainForTextsOfAllSizes) {
  std::string packed = "what was there before";
  std::string back = "and here";
  for (size_t n : {size_t{0}, size_t{1}, size_t{100}, size_t{5000}, size_t{300'000}, size_t{7}}) {
    std::string text;
    for (size_t i = 0; i < n; ++i) text.push_back(static_cast<char>('a' + i * i % 23));
    for (ZstdTuning tuning : {ZstdTuning{12, 5}, ZstdTuning{10, 7}}) {
      ZstdCompressTo(text, tuning, &packed);
      ASSERT_TRUE(ZstdDecompressTo(packed, n, &back).ok());
      EXPECT_EQ(back, text);
      EXPECT_EQ(*ZstdDecompress(packed, n), text);
    }
  }
}

TEST(Zstd, RefusesWhatIsTooLargeOrDamaged) {
  std::string packed;
  std::string out;
  ZstdCompressTo(std::string(1000, 'x'), {}, &packed);
  EXPECT_EQ(ZstdDecompressTo(packed, 999, &out).error().code(), ErrorCode::kLimit);
  for (size_t n = 0; n < packed.size(); ++n) {
    EXPECT_FALSE(ZstdDecompressTo(std::string_view(packed).substr(0, n), 1000, &out).ok()) << n;
  }
  // A few bytes that claim to be two hundred megabytes.
  std::string claim("\x28\xb5\x2f\xfd\xa0\x00\x00\x00\x0c\x01\x00\x00", 12);
  EXPECT_EQ(ZstdDecompressTo(claim, UINT64_MAX, &out).error().code(), ErrorCode::kInvalid);
  EXPECT_LT(out.capacity(), size_t{1} << 20);
}

}  // namespace
}  // namespace watchfire::codec

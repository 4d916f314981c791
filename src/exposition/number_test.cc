#include "exposition/number.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <random>
#include <string>

namespace watchfire::exposition {
namespace {

// Bits of the number, and whether all of the text was taken.
void ExpectLikeParseFloat(const std::string& text) {
  double v = -1;
  const char* end = text.data() + text.size();
  const char* after = ReadNumber(text.data(), end, &v);
  std::optional<double> expected = ParseFloat(text);
  ASSERT_EQ(after != nullptr && after == end, expected.has_value()) << text;
  if (expected) {
    EXPECT_EQ(std::bit_cast<uint64_t>(v), std::bit_cast<uint64_t>(*expected)) << text;
  }
}

TEST(ReadNumber, AgreesWithParseFloatOnEveryShape) {
  for (const char* text : {"0",
                           "-0",
                           "1",
                           "-1",
                           "+1",
                           "123456789012345678",
                           "1234567890123456789",
                           "99999999999999999999",
                           "9007199254740993",
                           "0.1",
                           "-0.25",
                           "1.",
                           ".5",
                           "-.5",
                           ".",
                           "-",
                           "+",
                           "",
                           "1e5",
                           "1e+05",
                           "1E-7",
                           "1.3589e-05",
                           "1.7976931348623157e+308",
                           "5e-324",
                           "1e22",
                           "1e23",
                           "123456789012345.678",
                           "0.000000000000000000001",
                           "1.2345678901234567",
                           "12345678901234567.5",
                           "9007199254740993.0",
                           "1e",
                           "1e+",
                           "1x",
                           "1e5x",
                           "NaN",
                           "nan",
                           "+Inf",
                           "-Inf",
                           "inf",
                           "Infinity",
                           "infinite",
                           "0x10",
                           "1_0",
                           "1e0005",
                           "1e00005",
                           "--1",
                           "1.5.5",
                           "000000000000000000000001",
                           "1e99999"}) {
    ExpectLikeParseFloat(text);
  }
}

TEST(ReadNumber, AgreesWithParseFloatOnRandomNumbers) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20000; ++i) {
    char text[40];
    double v = std::bit_cast<double>(random());
    if (i % 2 == 0) v = static_cast<double>(random() % 1000000007) / 1000;
    if (!std::isfinite(v)) continue;
    auto form = i % 3 == 0 ? std::chars_format::general : std::chars_format::scientific;
    auto end = std::to_chars(text, text + sizeof text, v, form).ptr;
    ExpectLikeParseFloat(std::string(text, end));
  }
}

TEST(ReadNumber, StopsAtBlanksAndNewlines) {
  for (std::string text : {"12 3", "12\n", "12\t"}) {
    double v = 0;
    const char* after = ReadNumber(text.data(), text.data() + text.size(), &v);
    ASSERT_EQ(after, text.data() + 2);
    EXPECT_EQ(v, 12);
  }
}

}  // namespace
}  // namespace watchfire::exposition

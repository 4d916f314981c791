#include "base/float_text.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <random>

#include "base/numbers.h"
#include "base/shortest_decimal.h"

namespace watchfire {
namespace {

std::string Text(double v) {
  char buffer[kNumberTextRoom];
  return std::string(buffer, WriteFloatJson(buffer, v));
}

// The library's shortest form, in the notation of the API.
std::string Expected(double v) {
  double size = std::fabs(v);
  bool scientific = size != 0 && (size < 1e-6 || size >= 1e21);
  // Above 2^53 the fixed notation of the library shows digits that the shortest form has not.
  if (!scientific && size >= 9007199254740992.0) return FormatFloatFixed(v);
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, v,
                           scientific ? std::chars_format::scientific : std::chars_format::fixed);
  return std::string(buffer, end.ptr);
}

TEST(FloatText, PrintsTheFormsOfTheApi) {
  EXPECT_EQ(Text(0), "0");
  EXPECT_EQ(Text(-0.0), "-0");
  EXPECT_EQ(Text(1), "1");
  EXPECT_EQ(Text(-12.5), "-12.5");
  EXPECT_EQ(Text(0.1), "0.1");
  EXPECT_EQ(Text(0.000001), "0.000001");
  EXPECT_EQ(Text(1e-7), "1e-07");
  EXPECT_EQ(Text(-1.5e-7), "-1.5e-07");
  EXPECT_EQ(Text(1e21), "1e+21");
  EXPECT_EQ(Text(1.25e22), "1.25e+22");
  EXPECT_EQ(Text(123456789012345680000.0), "123456789012345680000");
  EXPECT_EQ(Text(9007199254740993.0), "9007199254740992");
  EXPECT_EQ(Text(5e-324), "5e-324");
  EXPECT_EQ(Text(1.7976931348623157e308), "1.7976931348623157e+308");
  EXPECT_EQ(Text(std::nan("")), "NaN");
  EXPECT_EQ(Text(HUGE_VAL), "+Inf");
  EXPECT_EQ(Text(-HUGE_VAL), "-Inf");
  EXPECT_EQ(Text(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(Text(100.0 / 3), "33.333333333333336");
}

TEST(FloatText, AgreesWithTheLibraryOnRandomBits) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 200'000; ++i) {
    auto v = std::bit_cast<double>(random());
    if (!std::isfinite(v)) continue;
    ASSERT_EQ(Text(v), Expected(v)) << std::hexfloat << v;
  }
}

TEST(FloatText, AgreesWithTheLibraryAroundPowersOfTwo) {
  for (uint64_t exponent = 0; exponent < 2047; ++exponent) {
    for (uint64_t fraction :
         {uint64_t{0}, uint64_t{1}, uint64_t{2}, (uint64_t{1} << 52) - 1, uint64_t{1} << 51}) {
      auto v = std::bit_cast<double>(exponent << 52 | fraction);
      ASSERT_EQ(Text(v), Expected(v)) << std::hexfloat << v;
    }
  }
}

TEST(FloatText, WritesIntegersOfEveryLength) {
  auto text = [](int64_t v) {
    char buffer[kNumberTextRoom];
    return std::string(buffer, WriteInt(buffer, v));
  };
  uint64_t v = 1;
  for (int digits = 1; digits <= 18; ++digits) {
    for (uint64_t at : {v - 1, v, v + 1, v * 5}) {
      auto number = static_cast<int64_t>(at);
      ASSERT_EQ(text(number), std::to_string(number));
      ASSERT_EQ(text(-number), std::to_string(-number));
    }
    v *= 10;
  }
  EXPECT_EQ(text(INT64_MAX), "9223372036854775807");
  EXPECT_EQ(text(INT64_MIN), "-9223372036854775808");
  char buffer[kNumberTextRoom];
  EXPECT_EQ(std::string(buffer, WriteUint(buffer, UINT64_MAX)), "18446744073709551615");
}

// Whatever came before, the text is that of the number alone.
TEST(FloatTexts, DoNotDependOnTheValuesBefore) {
  std::mt19937_64 random(3);
  const double powers[] = {1, 10, 100, 1e3, 1e5, 1e7, 1e8, 1e9, 1e12};
  FloatTexts texts;
  char buffer[kNumberTextRoom];
  auto check = [&](double v) {
    ASSERT_EQ(std::string(buffer, texts.Write(buffer, v)), Expected(v)) << std::hexfloat << v;
  };
  for (int i = 0; i < 300'000; ++i) {
    double power = powers[(i / 7 + static_cast<int>(random() % 2)) % std::size(powers)];
    auto digits = static_cast<double>(random() >> (random() % 60));
    double v = digits / power;
    if (i % 5 == 0) v = -v;
    if (i % 97 == 0) v = std::nextafter(v, 1e300);
    if (i % 11 == 0) v /= 3;
    check(v);
  }
  for (double v : {1e-6, 1e-7, 2.5e-7, 1e-8, 0.0, -0.0, 0.99999999, 0.999999999, 999999.99999999,
                   4503599627370495.5, 9007199254740991.0, 1e15 + 0.5, 1e-6, 123.45}) {
    check(v);
    check(0.12345678);  // eight decimals are tried next
    check(v);
  }
}

}  // namespace
}  // namespace watchfire

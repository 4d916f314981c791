#include "base/numbers.h"

#include <bit>
#include <cmath>

namespace watchfire {
namespace {

struct Printed {
  double v;
  const char* fixed;  // Go: strconv.FormatFloat(v, 'f', -1, 64)
  const char* json;   // the API's form
  const char* go;     // Go: strconv.FormatFloat(v, 'g', -1, 64)
};

TEST(Numbers, PrintAsGoDoes) {
  const Printed table[] = {
      {0, "0", "0", "0"},
      {-0.0, "-0", "-0", "-0"},
      {1, "1", "1", "1"},
      {-1.5, "-1.5", "-1.5", "-1.5"},
      {0.1, "0.1", "0.1", "0.1"},
      {100000, "100000", "100000", "100000"},
      {1e6, "1000000", "1000000", "1e+06"},
      {1234567, "1234567", "1234567", "1.234567e+06"},
      {999999.9, "999999.9", "999999.9", "999999.9"},
      {0.0001, "0.0001", "0.0001", "0.0001"},
      {0.00001, "0.00001", "0.00001", "1e-05"},
      {1e-6, "0.000001", "0.000001", "1e-06"},
      {1e-7, "0.0000001", "1e-07", "1e-07"},
      {123456789.123, "123456789.123", "123456789.123", "1.23456789123e+08"},
      {9007199254740992.0, "9007199254740992", "9007199254740992", "9.007199254740992e+15"},
      {9223372036854775808.0, "9223372036854776000", "9223372036854776000",
       "9.223372036854776e+18"},
      {1e20, "100000000000000000000", "100000000000000000000", "1e+20"},
      {1e21, "1000000000000000000000", "1e+21", "1e+21"},
      {1e23, "100000000000000000000000", "1e+23", "1e+23"},
      {1.7976931348623157e308, nullptr, "1.7976931348623157e+308", "1.7976931348623157e+308"},
      {5e-324, nullptr, "5e-324", "5e-324"},
      {HUGE_VAL, "+Inf", "+Inf", "+Inf"},
      {-HUGE_VAL, "-Inf", "-Inf", "-Inf"},
      {std::nan(""), "NaN", "NaN", "NaN"}};
  for (const Printed& row : table) {
    if (row.fixed != nullptr) {
      EXPECT_EQ(FormatFloatFixed(row.v), row.fixed);
    }
    EXPECT_EQ(FormatFloatJson(row.v), row.json);
    EXPECT_EQ(FormatFloatGo(row.v), row.go);
    std::string appended = "x";
    AppendFloatJson(appended, row.v);
    EXPECT_EQ(appended, "x" + FormatFloatJson(row.v));
  }
}

TEST(Numbers, FillLargeWholeNumbersWithZerosAsGoDoes) {
  EXPECT_EQ(FormatFloatFixed(9223372036854775808.0), "9223372036854776000");
  EXPECT_EQ(FormatFloatFixed(18446744073709551616.0), "18446744073709552000");
  EXPECT_EQ(FormatFloatJson(-123456789012345680.0), "-123456789012345680");
  EXPECT_EQ(FormatFloatFixed(1.7976931348623157e308).size(), 309u);
}

TEST(Numbers, PrintWhatReadsBackAsTheSameBits) {
  uint64_t bits = 0x9e3779b97f4a7c15ULL;
  for (int i = 0; i < 100'000; ++i) {
    bits = bits * 6364136223846793005ULL + 1442695040888963407ULL;
    auto v = std::bit_cast<double>(bits);
    if (!std::isfinite(v)) continue;
    for (const std::string& text : {FormatFloatFixed(v), FormatFloatJson(v), FormatFloatGo(v)}) {
      std::optional<double> back = ParseFloat(text);
      ASSERT_TRUE(back.has_value()) << text;
      ASSERT_EQ(std::bit_cast<uint64_t>(*back), bits) << text;
    }
  }
}

TEST(Numbers, ReadFloats) {
  EXPECT_EQ(ParseFloat("1"), 1.0);
  EXPECT_EQ(ParseFloat("+1.5e3"), 1500.0);
  EXPECT_EQ(ParseFloat("-.5"), -0.5);
  EXPECT_EQ(ParseFloat("5."), 5.0);
  EXPECT_EQ(ParseFloat("Inf"), HUGE_VAL);
  EXPECT_EQ(ParseFloat("-infinity"), -HUGE_VAL);
  EXPECT_EQ(std::bit_cast<uint64_t>(*ParseFloat("nan")), 0x7ff8000000000001ULL);
  EXPECT_EQ(std::bit_cast<uint64_t>(*ParseFloat("-NaN")), 0x7ff8000000000001ULL);
  EXPECT_TRUE(std::signbit(*ParseFloat("-0")));
  EXPECT_EQ(ParseFloat("1e-400"), 0.0);
  for (const char* text : {"", "+", "-", ".", "e5", "1e", "1 ", " 1", "0x10", "1_0", "--1", "+-1",
                           "infin", "1.2.3", "1,5", "1e400", "-1e309"}) {
    EXPECT_EQ(ParseFloat(text), std::nullopt) << text;
  }
}

TEST(Numbers, ReadIntegers) {
  EXPECT_EQ(ParseInt("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(ParseInt("+7"), 7);
  EXPECT_EQ(ParseUint("18446744073709551615"), UINT64_MAX);
  for (const char* text : {"", "-", "+", "+-1", "9223372036854775808", "1.0", " 1", "1 "}) {
    EXPECT_EQ(ParseInt(text), std::nullopt) << text;
  }
  for (const char* text : {"", "-1", "+1", "18446744073709551616"}) {
    EXPECT_EQ(ParseUint(text), std::nullopt) << text;
  }
}

TEST(Numbers, AppendIntegers) {
  std::string out = "n=";
  AppendInt(out, INT64_MIN);
  EXPECT_EQ(out, "n=-9223372036854775808");
}

}  // namespace
}  // namespace watchfire

#include "model/duration.h"

namespace watchfire::model {
namespace {

std::string DurationError(std::string_view text) {
  Result<int64_t> ms = ParseDurationMs(text);
  return ms.ok() ? "no error" : ms.error().message();
}

std::string SizeError(std::string_view text) {
  Result<uint64_t> bytes = ParseSizeBytes(text);
  return bytes.ok() ? "no error" : bytes.error().message();
}

TEST(Duration, ReadsAndPrintsTheSame) {
  struct {
    const char* text;
    int64_t ms;
    const char* printed;
  } cases[] = {{"0", 0, "0s"},
               {"0w", 0, "0s"},
               {"0s", 0, "0s"},
               {"324ms", 324, "324ms"},
               {"3s", 3'000, "3s"},
               {"5m", 300'000, "5m"},
               {"1h", 3'600'000, "1h"},
               {"4d", 345'600'000, "4d"},
               {"4d1h", 349'200'000, "4d1h"},
               {"14d", 1'209'600'000, "2w"},
               {"3w", 1'814'400'000, "3w"},
               {"3w2d1h", 1'990'800'000, "23d1h"},
               {"10y", 315'360'000'000, "10y"},
               {"1m500ms", 60'500, "1m500ms"},
               {"90m", 5'400'000, "1h30m"}};
  for (const auto& c : cases) {
    Result<int64_t> ms = ParseDurationMs(c.text);
    ASSERT_TRUE(ms.ok()) << c.text;
    EXPECT_EQ(*ms, c.ms) << c.text;
    EXPECT_EQ(FormatDuration(*ms), c.printed) << c.text;
  }
  EXPECT_EQ(FormatDuration(-5'400'000), "-1h30m");
}

TEST(Duration, RefusesEverythingElse) {
  EXPECT_EQ(DurationError(""), "empty duration string");
  EXPECT_EQ(DurationError("1"), R"(not a valid duration string: "1")");
  EXPECT_EQ(DurationError("-1h"), R"(not a valid duration string: "-1h")");
  EXPECT_EQ(DurationError("1d1y"), R"(not a valid duration string: "1d1y")");
  EXPECT_EQ(DurationError("1s1s"), R"(not a valid duration string: "1s1s")");
  EXPECT_EQ(DurationError("1.5d"), R"(unknown unit "." in duration "1.5d")");
  EXPECT_EQ(DurationError("15x"), R"(unknown unit "x" in duration "15x")");
  EXPECT_EQ(DurationError(" 1s"), R"(not a valid duration string: " 1s")");
  EXPECT_EQ(DurationError("1h30"), R"(not a valid duration string: "1h30")");
  EXPECT_EQ(DurationError("294y"), "duration out of range");
  EXPECT_EQ(DurationError("200y10400w"), "duration out of range");
  EXPECT_EQ(DurationError("99999999999999999999s"),
            R"(not a valid duration string: "99999999999999999999s")");
}

TEST(Duration, PrintsTheLargestAndSmallest) {
  EXPECT_EQ(*ParseDurationMs("9223372036854ms"), 9223372036854);
  EXPECT_EQ(FormatDuration(INT64_MIN).substr(0, 1), "-");
}

TEST(Size, ReadsPowersOf1024) {
  EXPECT_EQ(*ParseSizeBytes("0"), 0u);
  EXPECT_EQ(*ParseSizeBytes("100B"), 100u);
  EXPECT_EQ(*ParseSizeBytes("15MB"), 15u << 20);
  EXPECT_EQ(*ParseSizeBytes("15MiB"), 15u << 20);
  EXPECT_EQ(*ParseSizeBytes("1.5KB"), 1536u);
  EXPECT_EQ(*ParseSizeBytes("1GiB512MiB"), 1536ull << 20);
  EXPECT_EQ(*ParseSizeBytes("1EB"), 1ull << 60);
}

TEST(Size, RefusesEverythingElse) {
  EXPECT_EQ(SizeError("100"), "units: unknown unit  in 100");
  EXPECT_EQ(SizeError("100XB"), "units: unknown unit XB in 100XB");
  EXPECT_EQ(SizeError("MB"), "units: invalid MB");
  EXPECT_EQ(SizeError(""), "units: invalid ");
  EXPECT_EQ(SizeError("-1GB"), "units: invalid -1GB");
  EXPECT_EQ(SizeError("1.2.3GB"), "units: invalid 1.2.3GB");
  EXPECT_EQ(SizeError("8EB"), "units: overflow parsing unit");
  EXPECT_EQ(SizeError("1 GB"), "units: unknown unit  GB in 1 GB");
}

TEST(Size, PrintsEveryUnitThatIsNotZero) {
  EXPECT_EQ(FormatSizeBytes(0), "0B");
  EXPECT_EQ(FormatSizeBytes(100), "100B");
  EXPECT_EQ(FormatSizeBytes(15 << 20), "15MiB");
  EXPECT_EQ(FormatSizeBytes(1536ull << 20), "1GiB512MiB");
  EXPECT_EQ(FormatSizeBytes((1ull << 60) + 1), "1EiB1B");
  for (uint64_t bytes : {1ull, 1023ull, 1024ull, 123456789ull, (1ull << 50) + 12345}) {
    EXPECT_EQ(*ParseSizeBytes(FormatSizeBytes(bytes)), bytes);
  }
}

}  // namespace
}  // namespace watchfire::model

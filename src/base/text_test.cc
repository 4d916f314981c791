#include "base/text.h"

#include <fmt/core.h>

#include "base/clock.h"
#include "base/secret.h"

namespace watchfire {
namespace {

TEST(Utf8, KnowsWhatIsValid) {
  for (const char* text : {"", "ascii", "é", "€", "\xf0\x9f\x94\xa5", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  }
  for (const char* text : {"\xff", "\xc0\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\x80",
                           "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "a\xe0\x80\x80"}) {
    EXPECT_FALSE(IsValidUtf8(text)) << GoQuote(text);
  }
}

TEST(GoQuote, EscapesAsGoDoes) {
  EXPECT_EQ(GoQuote("plain"), R"("plain")");
  EXPECT_EQ(GoQuote("a\"b\\c\n\t\r"), R"("a\"b\\c\n\t\r")");
  EXPECT_EQ(GoQuote("\a\b\f\v\x01\x7f"), R"("\a\b\f\v\x01\x7f")");
  EXPECT_EQ(GoQuote("é€🔥"), R"("é€🔥")");
  EXPECT_EQ(GoQuote("\xff\xc3"), R"("\xff\xc3")");
  EXPECT_EQ(GoQuote("\u00a0\u00ad\u200b\u2028\ufeff"), R"("\u00a0\u00ad\u200b\u2028\ufeff")");
  EXPECT_EQ(GoQuote(std::string_view("\0", 1)), R"("\x00")");
}

TEST(Text, SplitsAndJoins) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(Split("a,b,,c", ','), (Parts{"a", "b", "", "c"}));
  EXPECT_EQ(Split("", ','), (Parts{""}));
  EXPECT_EQ(Split(",", ','), (Parts{"", ""}));
  EXPECT_EQ(Join({"a", "b", ""}, ", "), "a, b, ");
  EXPECT_EQ(Join({}, ","), "");
}

TEST(Text, TrimsReplacesAndCompares) {
  EXPECT_EQ(TrimSpace(" \t a b\n"), "a b");
  EXPECT_EQ(TrimSpace(" \n "), "");
  EXPECT_EQ(ReplaceAll("aXbXX", "X", "--"), "a--b----");
  EXPECT_EQ(ReplaceAll("abc", "", "x"), "abc");
  EXPECT_TRUE(EqualsIgnoreCase("AbC", "aBc"));
  EXPECT_FALSE(EqualsIgnoreCase("ab", "abc"));
}

TEST(Text, MapsCase) {
  EXPECT_EQ(ToLower("ÄB"), "Äb") << "ASCII only";
  EXPECT_EQ(ToLowerUtf8("ÄBΩЖ"), "äbωж");
  EXPECT_EQ(ToUpperUtf8("äbωжß"), "ÄBΩЖß");
  EXPECT_EQ(ToUpperUtf8("a\xff"
                        "b"),
            "A\xff"
            "B");
}

TEST(Text, FindsTheNearestWord) {
  std::vector<std::string> flags = {"web.listen-address", "config.file", "storage.tsdb.path"};
  EXPECT_EQ(Nearest("config.fiel", flags), "config.file");
  EXPECT_EQ(Nearest("web.listen-adress", flags), "web.listen-address");
  EXPECT_EQ(Nearest("something.else", flags), "");
  EXPECT_EQ(Nearest("x", {}), "");
}

TEST(Secret, NeverPrintsItself) {
  EXPECT_EQ(fmt::format("{}", Secret("hunter2")), "<secret>");
  EXPECT_EQ(fmt::format("{}", Secret()), "");
  EXPECT_EQ(Secret("hunter2").reveal(), "hunter2");
}

TEST(Clock, PrintsTimes) {
  EXPECT_EQ(FormatRfc3339(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatRfc3339(1795231783120), "2026-11-21T03:29:43.120Z");
  EXPECT_EQ(FormatRfc3339(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatRfc3339(951782400000), "2000-02-29T00:00:00Z");
}

TEST(Clock, ReadsTimes) {
  EXPECT_EQ(ParseRfc3339("2026-11-21T03:29:43.12Z"), 1795231783120);
  EXPECT_EQ(ParseRfc3339("2026-11-21T05:29:43+02:00"), 1795231783000);
  for (const char* text : {"", "2026-11-21", "2026-11-21T03:29:43", "2026-02-31T00:00:00Z",
                           "2026-11-21T24:00:00Z", "2026-11-21T03:29:43.Z", "x"}) {
    EXPECT_EQ(ParseRfc3339(text), std::nullopt) << text;
  }
}

TEST(Clock, GoesForward) {
  int64_t before = Clock::System()->MonotonicNs();
  EXPECT_GE(Clock::System()->MonotonicNs(), before);
  EXPECT_GT(Clock::System()->Now(), 1'600'000'000'000);
}

}  // namespace
}  // namespace watchfire

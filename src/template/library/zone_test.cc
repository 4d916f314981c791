// Time zones from TZif bytes and the rules in their footers, and Go's layouts where the corpora do
// not reach.

#include "template/library/zone.h"

#include <gtest/gtest.h>

#include "template/duration.h"
#include "template/library/go_time.h"
#include "template/library/testing_zone.h"

namespace watchfire::templates {
namespace {

std::string At(const Zone& zone, int64_t seconds) {
  Zone::Moment moment = zone.At(seconds);
  return std::string(moment.abbreviation) + " " + std::to_string(moment.offset_s);
}

TEST(Zone, FollowsTheRuleInTheFooter) {
  Zone zone = Zone::Parse("x", ZoneFileWithFooter("CET-1CEST,M3.5.0,M10.5.0/3")).value();
  // 2050-03-27 01:00 UTC and 2050-10-30 01:00 UTC.
  EXPECT_EQ("CET 3600", At(zone, 2'531'955'599));
  EXPECT_EQ("CEST 7200", At(zone, 2'531'955'600));
  EXPECT_EQ("CEST 7200", At(zone, 2'550'704'399));
  EXPECT_EQ("CET 3600", At(zone, 2'550'704'400));
}

TEST(Zone, FollowsASouthernRule) {
  Zone zone = Zone::Parse("x", ZoneFileWithFooter("AEST-10AEDT,M10.1.0,M4.1.0/3")).value();
  EXPECT_EQ("AEDT 39600", At(zone, 1'767'225'600));  // 2026-01-01
  EXPECT_EQ("AEST 36000", At(zone, 1'782'864'000));  // 2026-07-01
}

TEST(Zone, TakesNamesInBracketsAndOddOffsets) {
  Zone zone = Zone::Parse("x", ZoneFileWithFooter("<+0545>-5:45")).value();
  EXPECT_EQ("+0545 20700", At(zone, 0));
}

TEST(Zone, RefusesBytesThatAreNoZone) {
  EXPECT_FALSE(Zone::Parse("x", "").ok());
  EXPECT_FALSE(Zone::Parse("x", "TZif").ok());
  std::string file = ZoneFileWithFooter("UTC0");
  for (size_t size = 0; size + 8 < file.size(); ++size) {
    EXPECT_FALSE(Zone::Parse("x", file.substr(0, size)).ok()) << size;
  }
}

TEST(ZoneTable, NamesMayNotLeaveTheDirectory) {
  ZoneTable zones([](std::string_view) { return std::optional<std::string>("x"); });
  for (const char* name : {"../x", "/etc/passwd", "a/../b", "\\x"}) {
    auto zone = zones.Find(name);
    ASSERT_FALSE(zone.ok());
    EXPECT_EQ("time: invalid location name", zone.error().message());
  }
}

TEST(ZoneTable, KeepsWhatItFound) {
  int loads = 0;
  ZoneTable zones([&](std::string_view) {
    ++loads;
    return std::optional<std::string>(ZoneFileWithFooter("EST5"));
  });
  EXPECT_EQ(zones.Find("America/X").value(), zones.Find("America/X").value());
  EXPECT_EQ(1, loads);
}

TEST(GoTime, CivilTimesGoThereAndBack) {
  for (int64_t seconds = -70'000'000'000; seconds < 70'000'000'000; seconds += 98'765'431) {
    EXPECT_EQ(seconds, SecondsOf(CivilOf(seconds)));
  }
  CivilTime zero = CivilOf(GoTime::kZeroSeconds);
  EXPECT_EQ(1, zero.year);
  EXPECT_EQ(1, zero.month);
  EXPECT_EQ(1, zero.day);
  EXPECT_EQ(1, zero.weekday);
}

TEST(GoTime, WritesEveryPartOfALayout) {
  GoTime time = GoTime::OfMs(1'136'217'845'678);  // 2006-01-02 16:04:05.678 UTC
  EXPECT_EQ("06 1 Jan January 2| 2|002|  2 4 04 4 5 pm Monday Z +0000 .678 ,67 .678000 _2006",
            FormatTime(time,
                       "06 1 Jan January 2|_2|002|__2 3 03 4 5 pm Monday Z07:00 -0700 .000 "
                       ",00 .000000 _2006"));
}

TEST(GoTime, ReadsWhatItWrites) {
  for (std::string_view layout : {"2006-01-02T15:04:05.999999999Z07:00",
                                  "Mon Jan _2 15:04:05 MST 2006", "02 Jan 06 03:04:05 PM -0700",
                                  "Monday, 2 January 2006 at 3:04:05pm", "2006-002 15:04:05"}) {
    GoTime time = GoTime::OfMs(1'709'294'645'000);
    auto again = ParseTime(layout, FormatTime(time, layout), nullptr);
    ASSERT_TRUE(again.ok()) << layout << ": " << again.error().message();
    EXPECT_EQ(0, time.Compare(*again)) << layout;
  }
}

TEST(GoTime, RefusesDatesThatAreNone) {
  EXPECT_EQ("parsing time \"2026-02-30\": day out of range",
            ParseTime("2006-01-02", "2026-02-30", nullptr).error().message());
  EXPECT_EQ("parsing time \"2026x\": extra text: \"x\"",
            ParseTime("2006", "2026x", nullptr).error().message());
}

TEST(GoDuration, IsWrittenAsGoDoes) {
  EXPECT_EQ("0s", FormatGoDuration(0));
  EXPECT_EQ("1ns", FormatGoDuration(1));
  EXPECT_EQ("1.1µs", FormatGoDuration(1100));
  EXPECT_EQ("2.2ms", FormatGoDuration(2'200'000));
  EXPECT_EQ("3.3s", FormatGoDuration(3'300'000'000));
  EXPECT_EQ("4m5.001s", FormatGoDuration(245'001'000'000));
  EXPECT_EQ("5h6m7.001s", FormatGoDuration(18'367'001'000'000));
  EXPECT_EQ("-1h0m0s", FormatGoDuration(-3'600'000'000'000));
  EXPECT_EQ("2562047h47m16.854775807s", FormatGoDuration(INT64_MAX));
  EXPECT_EQ("-2562047h47m16.854775808s", FormatGoDuration(INT64_MIN));
}

}  // namespace
}  // namespace watchfire::templates

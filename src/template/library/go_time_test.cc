// Go's layouts where the corpora do not reach.

#include "template/library/go_time.h"

#include <gtest/gtest.h>

#include "template/duration.h"

namespace watchfire::templates {
namespace {

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
    auto again = ParseTime(layout, FormatTime(time, layout));
    ASSERT_TRUE(again.ok()) << layout << ": " << again.error().message();
    EXPECT_EQ(0, time.Compare(*again)) << layout;
  }
}

TEST(GoTime, TheQuickWayToWriteAMomentIsTheLayoutsText) {
  std::vector<GoTime> times = {{}, {.seconds = -1}, {.seconds = GoTime::kZeroSeconds - 1}};
  for (int64_t seconds : {0L, 951'782'399L, 1'709'294'645L, 253'402'300'799L, 253'402'300'800L}) {
    for (int32_t nanos : {0, 1, 120, 678'000'000, 999'999'999}) {
      times.push_back({.seconds = seconds, .nanos = nanos});
      times.push_back({seconds, nanos, TimeZone::Fixed("", 7'200)});
      times.push_back({seconds, nanos, TimeZone::Fixed("", -34'200)});
    }
  }
  for (const GoTime& time : times) {
    EXPECT_EQ(FormatTime(time, kRfc3339NanoLayout), Rfc3339NanoText(time));
  }
}

TEST(GoTime, AZoneWithoutANameShowsItsHoursAndMinutes) {
  GoTime time = ParseTime("2006-01-02T15:04Z07:00", "2026-11-21T10:00+02:00").value();
  EXPECT_EQ("10:00 +0200", FormatTime(time, "15:04 MST"));
}

TEST(GoTime, RefusesDatesThatAreNone) {
  EXPECT_EQ("parsing time \"2026-02-30\": day out of range",
            ParseTime("2006-01-02", "2026-02-30").error().message());
  EXPECT_EQ("parsing time \"2026x\": extra text: \"x\"",
            ParseTime("2006", "2026x").error().message());
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

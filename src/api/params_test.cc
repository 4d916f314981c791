#include "api/params.h"

namespace watchfire::api {
namespace {

TEST(Params, ReadTimesAsSecondsAndAsRfc3339) {
  EXPECT_EQ(ParseTime("1.5").value(), 1500);
  EXPECT_EQ(ParseTime("1e9").value(), 1'000'000'000'000);
  EXPECT_EQ(ParseTime("-0.0015").value(), -2);
  EXPECT_EQ(ParseTime("1970-01-01T00:00:01.25Z").value(), 1250);
  EXPECT_EQ(ParseTime("2015-06-03T13:21:58.555+02:00").value(), 1'433'330'518'555);
  EXPECT_EQ(ParseTime("-292273086-05-16T16:47:06Z").value(), kMinTime);
  EXPECT_EQ(ParseTime("292277025-08-18T07:12:54.999999999Z").value(), kMaxTime);
  EXPECT_EQ(ParseTime("1e300").value(), kMaxTime);
}

TEST(Params, RefuseWhatIsNoTime) {
  for (const char* text : {"", "soon", "2015-06-03", "2015-02-30T00:00:00Z", "NaN", "+Inf",
                           "2015-06-03T13:21:58", "2015-06-03T25:00:00Z"}) {
    Result<TimeMs> t = ParseTime(text);
    ASSERT_FALSE(t.ok()) << text;
    EXPECT_EQ(t.error().message(), fmt::format("cannot parse \"{}\" to a valid timestamp", text));
  }
}

TEST(Params, NameTheParameterOfABadTime) {
  net::Values form;
  EXPECT_EQ(ParseTimeParam(form, "start", 7).value(), 7);
  form.Add("start", "x");
  EXPECT_EQ(ParseTimeParam(form, "start", 7).error().message(),
            "invalid time value for 'start': cannot parse \"x\" to a valid timestamp");
}

TEST(Params, ReadDurations) {
  EXPECT_EQ(ParseDurationParam("1.5").value(), 1500);
  EXPECT_EQ(ParseDurationParam("1h30m").value(), 5'400'000);
  EXPECT_EQ(ParseDurationParam("x").error().message(), "cannot parse \"x\" to a valid duration");
  EXPECT_EQ(ParseDurationParam("1e300").error().message(),
            "cannot parse \"1e300\" to a valid duration. It overflows int64");
  EXPECT_FALSE(ParseDurationParam("NaN").ok());
}

TEST(Params, ReadLimits) {
  EXPECT_EQ(ParseLimit("").value(), 0u);
  EXPECT_EQ(ParseLimit("12").value(), 12u);
  EXPECT_EQ(ParseLimit("-1").error().message(), "limit must be non-negative");
  EXPECT_FALSE(ParseLimit("many").ok());
}

TEST(Params, WantSelectorsThatSelect) {
  net::Values form;
  form.Add("match[]", "up{job=~\".*\"}");
  form.Add("match[]", "{a=\"b\"}");
  EXPECT_EQ(ParseMatchParams(form).value().size(), 2u);
  net::Values all;
  all.Add("match[]", "{a=~\".*\"}");
  EXPECT_FALSE(ParseMatchParams(all).ok());
}

}  // namespace
}  // namespace watchfire::api

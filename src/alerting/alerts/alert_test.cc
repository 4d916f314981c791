#include "alerting/alerts/alert.h"

#include "alerting/alerts/flush_record.h"

namespace watchfire::alerting {
namespace {

constexpr TimeMs kNow = 1'700'000'000'000;

TEST(AlertTime, ReadsWhatClientsWrite) {
  struct Row {
    std::string_view text;
    std::string_view millis;
    std::string_view nanos;
  };
  const Row rows[] = {
      {"2026-11-21T03:29:43Z", "2026-11-21T03:29:43.000Z", "2026-11-21T03:29:43Z"},
      {"2026-11-21T03:29:43.12Z", "2026-11-21T03:29:43.120Z", "2026-11-21T03:29:43.12Z"},
      {"2026-11-21T03:29:43.123456789+02:00", "2026-11-21T03:29:43.123+02:00",
       "2026-11-21T03:29:43.123456789+02:00"},
      {"2026-11-21T03:29:43.123456789123-0530", "2026-11-21T03:29:43.123-05:30",
       "2026-11-21T03:29:43.123456789-05:30"},
      {"2026-11-21T03:29:43+00:00", "2026-11-21T03:29:43.000Z", "2026-11-21T03:29:43Z"},
      {"2026-11-21T03:29:43", "2026-11-21T03:29:43.000Z", "2026-11-21T03:29:43Z"},
      {"2026-11-21 03:29:43", "2026-11-21T03:29:43.000Z", "2026-11-21T03:29:43Z"},
      {"2026-11-21T03:29", "2026-11-21T03:29:00.000Z", "2026-11-21T03:29:00Z"},
      {"2026-11-21T03:29Z", "2026-11-21T03:29:00.000Z", "2026-11-21T03:29:00Z"},
      {"2026-11-21", "2026-11-21T00:00:00.000Z", "2026-11-21T00:00:00Z"},
      {"1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999Z",
       "1969-12-31T23:59:59.999999999Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00Z"},
      {"0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00Z"},
  };
  for (const Row& row : rows) {
    std::optional<AlertTime> time = ParseAlertTime(row.text);
    ASSERT_TRUE(time.has_value()) << row.text;
    EXPECT_EQ(FormatMillis(*time), row.millis) << row.text;
    EXPECT_EQ(FormatNanos(*time), row.nanos) << row.text;
  }
}

TEST(AlertTime, RefusesWhatIsNone) {
  for (std::string_view text :
       {"", "now", "2026", "2026-11", "2026-13-01", "2026-02-29", "2026-11-21T", "2026-11-21T3:29Z",
        "2026-11-21T24:00:00Z", "2026-11-21T03:60Z", "2026-11-21T03:29:61Z",
        "2026-11-21T03:29:43.Z", "2026-11-21T03:29:43+2", "2026-11-21T03:29:43+24:00",
        "2026-11-21T03:29:43Zx", " 2026-11-21", "2026-11-21T03:29:43 Z", "+026-11-21"}) {
    EXPECT_FALSE(ParseAlertTime(text).has_value()) << text;
  }
}

TEST(AlertTime, HoldsTheEndsOfWhatNanosecondsCount) {
  std::optional<AlertTime> late = ParseAlertTime("9999-12-31T23:59:59Z");
  std::optional<AlertTime> early = ParseAlertTime("0002-01-01T00:00:00Z");
  ASSERT_TRUE(late && early);
  EXPECT_FALSE(late->absent());
  EXPECT_FALSE(early->absent());
  EXPECT_EQ(FormatMillis(*late).substr(0, 4), "2262");
  EXPECT_TRUE(*early < AlertTime::OfMs(0));
  EXPECT_TRUE(ParseAlertTime("0001-01-01T00:00:00Z")->absent());
}

TEST(AlertTime, RoundsDownToMilliseconds) {
  EXPECT_EQ((AlertTime{-1, 0}).ms(), -1);
  EXPECT_EQ((AlertTime{999'999, 0}).ms(), 0);
  EXPECT_EQ((AlertTime{-1'000'000, 0}).ms(), -1);
}

Alert Of(int64_t starts_s, int64_t ends_s, int64_t updated_s, bool timeout,
         std::string annotation) {
  Alert alert;
  alert.labels = model::Labels::Of({{"alertname", "a"}});
  alert.starts_at = AlertTime::OfMs(kNow + starts_s * 1000);
  alert.ends_at = AlertTime::OfMs(kNow + ends_s * 1000);
  alert.updated_at = AlertTime::OfMs(kNow + updated_s * 1000);
  alert.timeout = timeout;
  alert.annotations = {{"x", std::move(annotation)}};
  alert.Seal();
  return alert;
}

TEST(AlertMerge, TakesTimesByUpstreamsTable) {
  struct Row {
    std::string name;
    Alert older;
    Alert newer;
    int64_t starts_s;
    int64_t ends_s;
    bool timeout;
  };
  const Row rows[] = {
      {"both fire, the older started first", Of(-60, 120, -10, false, "o"),
       Of(-30, 90, 0, false, "n"), -60, 120, false},
      {"both fire, the newer started first", Of(-30, 120, -10, false, "o"),
       Of(-60, 180, 0, false, "n"), -60, 180, false},
      {"a guessed end gives way", Of(-60, 300, -10, true, "o"), Of(-60, 60, 0, false, "n"), -60, 60,
       false},
      {"a guess is later than what was told", Of(-60, 60, -10, false, "o"),
       Of(-60, 300, 0, true, "n"), -60, 300, true},
      {"a told end that is later stays", Of(-60, 300, -10, false, "o"), Of(-60, 60, 0, true, "n"),
       -60, 300, true},
      {"the newer is resolved, the older fires", Of(-60, 300, -10, false, "o"),
       Of(-30, -1, 0, false, "n"), -60, -1, false},
      {"both resolved, the older ended later", Of(-60, -2, -10, false, "o"),
       Of(-30, -5, 0, false, "n"), -60, -2, false},
      {"both resolved, the newer ended later", Of(-60, -5, -10, false, "o"),
       Of(-30, -2, 0, false, "n"), -60, -2, false},
      {"the older is resolved, the newer fires", Of(-60, -5, -10, false, "o"),
       Of(-30, 60, 0, false, "n"), -60, 60, false},
  };
  for (const Row& row : rows) {
    // Whoever is the newer decides, not the order of arguments.
    for (const Alert& merged :
         {Merge(row.older, row.newer, kNow), Merge(row.newer, row.older, kNow)}) {
      EXPECT_EQ(merged.starts_at.ms(), kNow + row.starts_s * 1000) << row.name;
      EXPECT_EQ(merged.ends_at.ms(), kNow + row.ends_s * 1000) << row.name;
      EXPECT_EQ(merged.timeout, row.timeout) << row.name;
      EXPECT_EQ(merged.annotations[0].second, "n") << row.name;
      EXPECT_EQ(merged.fingerprint, row.newer.fingerprint) << row.name;
    }
  }
}

TEST(AlertMerge, WantsTimesThatOverlapStrictly) {
  Alert older = Of(0, 100, 0, false, "");
  EXPECT_TRUE(Overlap(older, Of(50, 150, 1, false, "")));
  EXPECT_TRUE(Overlap(older, Of(-50, 50, 1, false, "")));
  EXPECT_TRUE(Overlap(older, Of(10, 20, 1, false, "")));
  EXPECT_FALSE(Overlap(older, Of(100, 150, 1, false, "")));
  EXPECT_FALSE(Overlap(older, Of(-50, 0, 1, false, "")));
  EXPECT_FALSE(Overlap(older, Of(200, 300, 1, false, "")));
}

TEST(Alert, IsResolvedFromItsEndOn) {
  Alert alert = Of(-60, 0, 0, false, "");
  EXPECT_TRUE(alert.ResolvedAt(kNow));
  EXPECT_FALSE(alert.ResolvedAt(kNow - 1));
  alert.ends_at.unix_ns += 1;  // a nanosecond later
  EXPECT_FALSE(alert.ResolvedAt(kNow));
  EXPECT_TRUE(alert.ResolvedAt(kNow + 1));
  EXPECT_TRUE(alert.ResolvedAt(kMaxTime));
  alert.ends_at = AlertTime();
  EXPECT_FALSE(alert.ResolvedAt(kMaxTime));
}

TEST(Alert, IsValidatedInUpstreamsWords) {
  auto error = [](const Alert& alert) {
    Result<void> valid = Validate(alert);
    return valid.ok() ? std::string("fine") : valid.error().message();
  };
  Alert alert = Of(-60, 60, 0, false, "x");
  EXPECT_EQ(error(alert), "fine");
  alert.starts_at = AlertTime();
  EXPECT_EQ(error(alert), "start time missing");
  alert = Of(60, -60, 0, false, "x");
  EXPECT_EQ(error(alert), "start time must be before end time");
  alert = Of(-60, 60, 0, false, "x");
  alert.labels = model::Labels();
  EXPECT_EQ(error(alert), "at least one label pair required");
  alert = Of(-60, 60, 0, false, "x");
  alert.labels = model::Labels::Of({{"a", "\xff"}});
  EXPECT_EQ(error(alert), "invalid label set: invalid value \"\\xff\"");
  alert = Of(-60, 60, 0, false, "x");
  alert.labels = model::Labels::Of({{"\xff", "b"}});
  EXPECT_EQ(error(alert), "invalid label set: invalid name \"\\xff\"");
  alert = Of(-60, 60, 0, false, "x");
  alert.annotations = {{"", "x"}};
  EXPECT_EQ(error(alert), "invalid annotations: invalid name \"\"");
  alert.annotations = {{"a", "\xff"}};
  EXPECT_EQ(error(alert), "invalid annotations: invalid value \"\\xff\"");
}

TEST(Alert, StandsInAGroupByJobInstanceAndLabels) {
  using model::Labels;
  const Labels order[] = {
      Labels::Of({{"job", "a"}, {"instance", "1"}}),
      Labels::Of({{"job", "a"}, {"instance", "2"}}),
      Labels::Of({{"job", "a"}}),
      Labels::Of({{"job", "b"}, {"instance", "1"}}),
      Labels::Of({{"instance", "0"}}),
      Labels::Of({{"instance", "0"}, {"x", "1"}}),
      Labels::Of({{"y", "1"}}),  // misses x, which the next has
      Labels::Of({{"x", "1"}}),
      Labels::Of({{"x", "2"}}),
      Labels::Of({{"x", "0"}, {"y", "0"}}),
  };
  for (size_t i = 0; i < std::size(order); ++i) {
    for (size_t j = 0; j < std::size(order); ++j) {
      Alert a;
      Alert b;
      a.labels = order[i];
      b.labels = order[j];
      EXPECT_EQ(BeforeInGroup(a, b), i < j) << i << " " << j;
    }
  }
}

TEST(Alert, FingerprintIsUpstreams) {
  Alert alert;
  alert.Seal();
  EXPECT_EQ(alert.fingerprint, 14'695'981'039'346'656'037U);
}

TEST(Texts, AreUpstreams) {
  EXPECT_EQ(ReasonText(Reason::kRepeat), "repeat interval elapsed");
  EXPECT_EQ(FailureText(FailureKind::kContextDeadlineExceeded), "contextDeadlineExceeded");
  EXPECT_EQ(MuteKindText(MuteKind::kActiveInterval), "active_time_interval");
}

}  // namespace
}  // namespace watchfire::alerting

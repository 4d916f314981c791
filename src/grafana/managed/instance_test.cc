#include "grafana/managed/instance.h"

#include <gtest/gtest.h>

namespace watchfire::grafana {
namespace {

constexpr int64_t kMinute = 60'000;

ManagedRule Rule(int64_t for_ms = 2 * kMinute, int64_t keep_ms = 0) {
  ManagedRule rule;
  rule.for_ms = for_ms;
  rule.keep_firing_ms = keep_ms;
  return rule;
}

// The states after each outcome, a minute apart: "b" breach, "n" normal, "0" no data, "e" error.
std::string Walk(std::string_view outcomes, const ManagedRule& rule) {
  Instance instance;
  std::string states;
  TimeMs t = kMinute;
  for (char c : outcomes) {
    Verdict verdict = c == 'b'   ? Verdict::kBreach
                      : c == 'n' ? Verdict::kNormal
                      : c == '0' ? Verdict::kNoData
                                 : Verdict::kError;
    Advance(instance, verdict, t, rule);
    if (!states.empty()) states += ", ";
    states += instance.StateWithReason();
    t += kMinute;
  }
  return states;
}

TEST(InstanceTest, ABreachIsPendingUntilItLastedLongEnough) {
  EXPECT_EQ(Walk("nbbbb", Rule()), "Normal, Pending, Pending, Alerting, Alerting");
  EXPECT_EQ(Walk("bnbb", Rule()), "Pending, Normal, Pending, Pending");
  EXPECT_EQ(Walk("bn", Rule(0)), "Alerting, Normal");
}

TEST(InstanceTest, WhatEndedRecoversBeforeItIsNormal) {
  EXPECT_EQ(Walk("bnnnn", Rule(0, 2 * kMinute)),
            "Alerting, Recovering, Recovering, Normal, Normal");
  EXPECT_EQ(Walk("bnbnnn", Rule(0, 2 * kMinute)),
            "Alerting, Recovering, Alerting, Recovering, Recovering, Normal");
}

TEST(InstanceTest, TheAlertKeepsItsBeginningThroughRecovering) {
  Instance instance;
  ManagedRule rule = Rule(0, 5 * kMinute);
  Advance(instance, Verdict::kBreach, 1 * kMinute, rule);
  Advance(instance, Verdict::kNormal, 2 * kMinute, rule);
  Advance(instance, Verdict::kBreach, 3 * kMinute, rule);
  EXPECT_EQ(instance.firing_at, 1 * kMinute);
  EXPECT_EQ(instance.since, 3 * kMinute);
}

TEST(InstanceTest, NoDataFollowsTheRulesPolicy) {
  ManagedRule rule = Rule();
  EXPECT_EQ(Walk("n000", rule), "Normal, Pending (NoData), Pending (NoData), NoData");
  EXPECT_EQ(Walk("0", Rule(0)), "NoData");
  EXPECT_EQ(Walk("bbb0", rule), "Pending, Pending, Alerting, NoData");
  EXPECT_EQ(Walk("00", Rule(0)), "NoData, NoData");
  EXPECT_EQ(Walk("0n", Rule(0)), "NoData, Normal");
  rule.no_data = NoDataPolicy::kAlerting;
  EXPECT_EQ(Walk("000", rule), "Pending (NoData), Pending (NoData), Alerting (NoData)");
  EXPECT_EQ(Walk("b0b", rule), "Pending, Pending (NoData), Alerting");
  rule.no_data = NoDataPolicy::kOk;
  EXPECT_EQ(Walk("bbb0b", rule), "Pending, Pending, Alerting, Normal (NoData), Pending");
  rule.no_data = NoDataPolicy::kKeepLast;
  EXPECT_EQ(Walk("bbb00n", rule),
            "Pending, Pending, Alerting, Alerting (NoData, KeepLast), "
            "Alerting (NoData, KeepLast), Normal");
  EXPECT_EQ(Walk("b00", rule), "Pending, Pending (NoData, KeepLast), Alerting (NoData, KeepLast)");
  EXPECT_EQ(Walk("n0", rule), "Normal, Normal (NoData, KeepLast)");
}

TEST(InstanceTest, ErrorsFollowTheRulesPolicy) {
  ManagedRule rule = Rule(0);
  EXPECT_EQ(Walk("en", rule), "Error, Normal");
  EXPECT_EQ(Walk("e0", rule), "Error, NoData");
  rule.error = ErrorPolicy::kAlerting;
  EXPECT_EQ(Walk("eb", rule), "Alerting (Error), Alerting");
  rule.error = ErrorPolicy::kOk;
  EXPECT_EQ(Walk("be", rule), "Alerting, Normal (Error)");
  rule.error = ErrorPolicy::kKeepLast;
  EXPECT_EQ(Walk("bee", rule), "Alerting, Alerting (Error, KeepLast), Alerting (Error, KeepLast)");
}

TEST(InstanceTest, AClockThatIsSetBackDoesNotEndAPendingAlert) {
  Instance instance;
  ManagedRule rule = Rule();
  Advance(instance, Verdict::kBreach, 100 * kMinute, rule);
  Advance(instance, Verdict::kBreach, 50 * kMinute, rule);
  EXPECT_EQ(instance.state, InstanceState::kPending);
  Advance(instance, Verdict::kBreach, 52 * kMinute, rule);
  EXPECT_EQ(instance.state, InstanceState::kAlerting);
}

TEST(InstanceTest, WhatIsKeptOfAnAlertComesBackWhole) {
  Instance instance;
  instance.key = model::Labels::Of({{"job", "node"}});
  instance.labels = model::Labels::Of({{"alertname", "x"}, {"job", "node"}});
  instance.annotations = {{"summary", "\"quoted\" & <b>"}};
  Advance(instance, Verdict::kBreach, 5 * kMinute, Rule(0));
  instance.sent_labels = instance.labels;
  instance.sent_starts_at = 5 * kMinute;
  Result<codec::Json> json = codec::Json::Parse(ToJson(instance).ToString());
  ASSERT_TRUE(json.ok());
  Result<Instance> back = InstanceOf(*json);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(ToJson(*back), ToJson(instance));
  EXPECT_EQ(back->firing_at, 5 * kMinute);
  EXPECT_EQ(back->sent_labels, instance.labels);
}

}  // namespace
}  // namespace watchfire::grafana

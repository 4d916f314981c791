#include "alerting/inhibit/inhibitor.h"

#include <random>

namespace watchfire::alerting {
namespace {

constexpr TimeMs kNow = 1'700'000'000'000;
constexpr TimeMs kMinute = 60'000;

amconfig::Matchers Parse(std::string_view text) {
  return amconfig::ParseMatchers(text, amconfig::MatcherSyntax::kUtf8).value();
}

amconfig::InhibitRule RuleOf(std::string_view source, std::string_view target,
                             std::vector<std::string> equal) {
  amconfig::InhibitRule rule;
  rule.source_matchers = Parse(source);
  rule.target_matchers = Parse(target);
  rule.equal = std::move(equal);
  return rule;
}

AlertPtr AlertOf(std::vector<model::LabelView> labels, TimeMs ends_at) {
  auto alert = std::make_shared<Alert>();
  alert->labels = model::Labels::FromPairs(std::move(labels));
  alert->starts_at = AlertTime::OfMs(kNow - kMinute);
  alert->ends_at = AlertTime::OfMs(ends_at);
  alert->fingerprint = alert->labels.StableHash();
  return alert;
}

bool Muted(const Inhibitor& inhibitor, std::initializer_list<model::LabelView> labels,
           TimeMs now = kNow) {
  return inhibitor.Mutes(model::Labels::Of(labels), now).has_value();
}

TEST(Inhibitor, ComparesTheLabelsOfEqual) {
  struct Row {
    std::vector<std::string> equal;
    std::vector<model::LabelView> source;
    bool resolved;
    bool muted;
  };
  // The target is {a="b", c="d"}.
  const Row kRows[] = {
      {{}, {{"x", "y"}}, false, true},
      {{"a"}, {{"a", "b"}}, false, true},
      {{"a", "c"}, {{"a", "b"}, {"c", "d"}, {"n", "e"}}, false, true},
      {{"a"}, {{"a", "f"}}, false, false},
      {{"a", "c"}, {{"a", "b"}, {"c", "x"}}, false, false},
      {{"a"}, {{"n", "e"}}, false, false},
      {{"z"}, {{"n", "e"}}, false, true},  // on neither side
      {{"z"}, {{"z", "e"}}, false, false},
      {{"a"}, {{"a", "b"}}, true, false},
  };
  for (const Row& row : kRows) {
    Inhibitor inhibitor({RuleOf("", "", row.equal)});
    // One-sided by a second label, so that the guard stays out of this.
    Inhibitor guarded({RuleOf("role=source", "role!=source", row.equal)});
    std::vector<model::LabelView> labels = row.source;
    labels.push_back({"role", "source"});
    guarded.Update({AlertOf(labels, row.resolved ? kNow : kNow + kMinute)});
    EXPECT_EQ(Muted(guarded, {{"a", "b"}, {"c", "d"}}), row.muted);
    inhibitor.Update({AlertOf(labels, kNow + kMinute)});
    EXPECT_FALSE(Muted(inhibitor, {{"a", "b"}, {"c", "d"}})) << "without matchers all is two-sided";
  }
}

// Both alerts are sources; s and t name which sides of the rule they match.
TEST(Inhibitor, IsNotMutedByAnAlertLikeItself) {
  amconfig::InhibitRule rule = RuleOf("s=1", "t=1", {"e"});
  struct Row {
    std::initializer_list<model::LabelView> target;
    bool muted;
  };
  {
    Inhibitor inhibitor({rule});
    inhibitor.Update({AlertOf({{"s", "1"}, {"e", "1"}}, kNow + kMinute)});
    for (const Row& row :
         {Row{{{"t", "1"}, {"e", "1"}}, true}, Row{{{"s", "1"}, {"t", "1"}, {"e", "1"}}, true},
          Row{{{"t", "1"}, {"e", "2"}}, false}, Row{{{"t", "1"}}, false},
          Row{{{"t", "0"}, {"e", "1"}}, false}, Row{{{"s", "1"}, {"e", "1"}}, false}}) {
      EXPECT_EQ(Muted(inhibitor, row.target), row.muted);
    }
  }
  {
    Inhibitor inhibitor({rule});
    inhibitor.Update({AlertOf({{"s", "1"}, {"t", "1"}, {"e", "1"}}, kNow + kMinute)});
    EXPECT_TRUE(Muted(inhibitor, {{"t", "1"}, {"e", "1"}}));
    EXPECT_FALSE(Muted(inhibitor, {{"s", "1"}, {"t", "1"}, {"e", "1"}}));
    EXPECT_FALSE(Muted(inhibitor, {{"s", "1"}, {"t", "1"}, {"e", "1"}, {"more", "1"}}));
  }
}

TEST(Inhibitor, FindsAOneSidedSourceBehindATwoSidedOne) {
  Inhibitor inhibitor({RuleOf("s=1", "t=1", {"e"})});
  AlertPtr two_sided = AlertOf({{"s", "1"}, {"t", "1"}, {"e", "1"}}, kNow + 9 * kMinute);
  AlertPtr one_sided = AlertOf({{"s", "1"}, {"e", "1"}, {"n", "1"}}, kNow + kMinute);
  inhibitor.Update({one_sided, two_sided});
  model::Labels target = model::Labels::Of({{"s", "1"}, {"t", "1"}, {"e", "1"}, {"x", "1"}});
  EXPECT_EQ(inhibitor.Mutes(target, kNow)->source, one_sided->fingerprint);
  EXPECT_FALSE(inhibitor.Mutes(target, kNow + kMinute));
}

TEST(Inhibitor, NamesTheFirstRuleThatMutes) {
  amconfig::InhibitRule first = RuleOf("severity=critical", "severity=~\"warning|info\"", {"job"});
  first.name = "first";
  amconfig::InhibitRule second = RuleOf("alertname=Down", "alertname!=Down", {});
  second.name = "second";
  Inhibitor inhibitor({RuleOf("x=y", "severity=warning", {}), first, second});
  EXPECT_EQ(inhibitor.rules(), 3u);
  AlertPtr down =
      AlertOf({{"alertname", "Down"}, {"severity", "critical"}, {"job", "a"}}, kNow + kMinute);
  inhibitor.Update({down});
  std::optional<Inhibition> muted =
      inhibitor.Mutes(model::Labels::Of({{"severity", "info"}, {"job", "a"}}), kNow);
  ASSERT_TRUE(muted);
  EXPECT_EQ(muted->rule, 1u);
  EXPECT_EQ(muted->rule_name, "first");
  EXPECT_EQ(muted->source, down->fingerprint);
  muted = inhibitor.Mutes(model::Labels::Of({{"severity", "info"}, {"job", "b"}}), kNow);
  ASSERT_TRUE(muted);
  EXPECT_EQ(muted->rule_name, "second");
}

TEST(Inhibitor, ReadsTheOldMaps) {
  amconfig::InhibitRule rule;
  rule.source_match = {{"s", "1"}};
  rule.source_match_re = {{"env", "prod|test"}};
  rule.target_match_re = {{"t", "[12]"}};
  Inhibitor inhibitor({rule});
  inhibitor.Update({AlertOf({{"s", "1"}, {"env", "dev"}}, kNow + kMinute)});
  EXPECT_FALSE(Muted(inhibitor, {{"t", "2"}}));
  inhibitor.Update({AlertOf({{"s", "1"}, {"env", "test"}}, kNow + kMinute)});
  EXPECT_TRUE(Muted(inhibitor, {{"t", "2"}}));
  EXPECT_FALSE(Muted(inhibitor, {{"t", "3"}}));
}

TEST(Inhibitor, FollowsASourceThatResolvesAndReturns) {
  Inhibitor inhibitor({RuleOf("s=1", "t=1", {"e"})});
  inhibitor.Update({AlertOf({{"s", "1"}, {"e", "1"}}, kNow + 5 * kMinute)});
  EXPECT_TRUE(Muted(inhibitor, {{"t", "1"}, {"e", "1"}}));
  inhibitor.Update({AlertOf({{"s", "1"}, {"e", "1"}}, kNow + kMinute)});
  EXPECT_TRUE(Muted(inhibitor, {{"t", "1"}, {"e", "1"}}, kNow + kMinute - 1));
  EXPECT_FALSE(Muted(inhibitor, {{"t", "1"}, {"e", "1"}}, kNow + kMinute));
  inhibitor.Gc(kNow + kMinute);
  inhibitor.Update({AlertOf({{"s", "1"}, {"e", "1"}}, kNow + 9 * kMinute)});
  EXPECT_TRUE(Muted(inhibitor, {{"t", "1"}, {"e", "1"}}, kNow + 2 * kMinute));
}

TEST(Inhibitor, KeepsTheOthersWhenOneSourceIsCollected) {
  Inhibitor inhibitor({RuleOf("s=1", "t=1", {"e"})});
  inhibitor.Update({AlertOf({{"s", "1"}, {"e", "1"}, {"n", "1"}}, kNow),
                    AlertOf({{"s", "1"}, {"e", "1"}, {"n", "2"}}, kNow + kMinute),
                    AlertOf({{"s", "1"}, {"e", "1"}, {"n", "3"}}, kNow)});
  inhibitor.Gc(kNow);
  EXPECT_TRUE(Muted(inhibitor, {{"t", "1"}, {"e", "1"}}));
  inhibitor.Gc(kNow + kMinute);
  EXPECT_FALSE(Muted(inhibitor, {{"t", "1"}, {"e", "1"}}, kNow));
}

TEST(Inhibitor, WithoutAnEndIsAlwaysASource) {
  Inhibitor inhibitor({RuleOf("s=1", "t=1", {})});
  auto alert = std::make_shared<Alert>(*AlertOf({{"s", "1"}}, kNow));
  alert->ends_at = {};
  inhibitor.Update({alert});
  inhibitor.Gc(kNow + kMinute);
  EXPECT_TRUE(Muted(inhibitor, {{"t", "1"}}));
}

TEST(Inhibitor, WithoutRulesMutesNothing) {
  Inhibitor inhibitor({});
  inhibitor.Update({AlertOf({{"s", "1"}}, kNow + kMinute)});
  inhibitor.Gc(kNow);
  EXPECT_FALSE(Muted(inhibitor, {{"t", "1"}}));
}

// Random rules and alerts; the index must say what a scan of all alerts says.
TEST(Inhibitor, AnswersWhatAScanWouldAnswer) {
  std::mt19937 random(11);
  auto one_of = [&](auto& list) { return list[random() % std::size(list)]; };
  const char* const kNames[] = {"a", "b", "c"};
  const char* const kValues[] = {"", "1", "2", "3"};
  const char* const kMatchers[] = {"a=1",       "b=2",         "c!=1",          "a=~\"1|2\"",
                                   "b=~\".+\"", "c=~\"[12]\"", "a=\"\"",        "b!~\"1|3\"",
                                   "c=3",       "a=~\"2|3\"",  "b=~\"(1|2)?\"", "c=~\"3|4\""};
  size_t muted = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<amconfig::InhibitRule> rules;
    for (size_t n = 1 + random() % 6; n > 0; --n) {
      auto side = [&] {
        std::string text;
        for (size_t m = random() % 3; m > 0; --m) text += std::string(one_of(kMatchers)) + ",";
        return text;
      };
      rules.push_back(RuleOf(side(), side(), {}));
      if (random() % 2 == 0) rules.back().equal.push_back(one_of(kNames));
    }
    Inhibitor inhibitor(rules);
    std::map<uint64_t, AlertPtr> alerts;
    TimeMs now = kNow;
    for (int step = 0; step < 60; ++step) {
      now += static_cast<TimeMs>(random() % 10'000);
      if (random() % 10 == 0) inhibitor.Gc(now);
      AlertPtr alert =
          AlertOf({{"a", one_of(kValues)}, {"b", one_of(kValues)}, {"c", one_of(kValues)}},
                  now + static_cast<TimeMs>(random() % 100'000) - 20'000);
      alerts[alert->fingerprint] = alert;
      inhibitor.Update({alert});
      model::Labels target = model::Labels::Of(
          {{"a", one_of(kValues)}, {"b", one_of(kValues)}, {"c", one_of(kValues)}});
      std::optional<size_t> expected;
      for (size_t i = 0; i < rules.size() && !expected; ++i) {
        if (!MatchesAll(rules[i].target_matchers, target)) continue;
        bool both = MatchesAll(rules[i].source_matchers, target);
        for (const auto& [fingerprint, source] : alerts) {
          bool live = source->ends_at.unix_ns > now * 1'000'000;
          if (!live || !MatchesAll(rules[i].source_matchers, source->labels)) continue;
          if (both && MatchesAll(rules[i].target_matchers, source->labels)) continue;
          bool equal = std::all_of(rules[i].equal.begin(), rules[i].equal.end(),
                                   [&](const std::string& name) {
                                     return source->labels.Get(name) == target.Get(name);
                                   });
          if (equal) expected = i;
        }
      }
      std::optional<Inhibition> got = inhibitor.Mutes(target, now);
      ASSERT_EQ(got.has_value(), expected.has_value()) << target.ToString();
      if (!got) continue;
      ++muted;
      EXPECT_EQ(got->rule, *expected);
      EXPECT_GT(alerts.at(got->source)->ends_at.unix_ns, now * 1'000'000);
    }
  }
  EXPECT_GT(muted, 500u);
}

}  // namespace
}  // namespace watchfire::alerting

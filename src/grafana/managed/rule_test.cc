#include "grafana/managed/rule.h"

#include <gtest/gtest.h>

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr std::string_view kProvisioned = R"({
  "uid": "r-1", "title": "Low disk", "folderUID": "f", "ruleGroup": "g", "condition": "C",
  "for": "5m", "keep_firing_for": "1m", "noDataState": "OK", "execErrState": "KeepLast",
  "labels": {"severity": "page", "number": 3}, "annotations": {"summary": "{{ $labels.job }}"},
  "isPaused": true, "missing_series_evals_to_resolve": 4,
  "notification_settings": {"receiver": "phone", "group_by": ["job"], "group_wait": "10s"},
  "data": [
    {"refId": "A", "relativeTimeRange": {"from": 300, "to": 60}, "datasourceUid": "prom",
     "model": {"expr": "up", "instant": true}},
    {"refId": "C", "datasourceUid": "__expr__", "model": {"type": "threshold", "expression": "A",
     "conditions": [{"evaluator": {"type": "lt", "params": [1]}}]}}]})";

Json Parse(std::string_view text) {
  Result<Json> json = Json::Parse(text);
  EXPECT_TRUE(json.ok()) << text;
  return json.ok() ? *json : Json();
}

std::string Problem(std::string_view text) {
  Result<ManagedRule> rule = ParseRule(Parse(text));
  if (!rule.ok()) return rule.error().message();
  Result<void> valid = Validate(*rule);
  return valid.ok() ? "" : valid.error().message();
}

// The provisioned rule with one member replaced.
std::string With(std::string_view key, std::string_view value) {
  Json json = Parse(kProvisioned);
  json.Set(key, Parse(value));
  return json.ToString();
}

TEST(ManagedRuleTest, BothSpellingsReadAlike) {
  ManagedRule rule = ParseRule(Parse(kProvisioned)).value();
  EXPECT_EQ(rule.for_ms, 300'000);
  EXPECT_EQ(rule.keep_firing_ms, 60'000);
  EXPECT_EQ(rule.no_data, NoDataPolicy::kOk);
  EXPECT_EQ(rule.error, ErrorPolicy::kKeepLast);
  EXPECT_EQ(rule.labels.at("number"), "3");
  EXPECT_EQ(rule.missing_evals, 4);
  EXPECT_EQ(rule.data.at(0).from_s, 300);
  EXPECT_EQ(rule.route->receiver, "phone");
  EXPECT_TRUE(Validate(rule).ok());
  for (Json other : {RuleJson(rule, Spelling::kProvisioning), RulerJson(rule, 60'000)}) {
    Result<ManagedRule> again = ParseRule(other);
    ASSERT_TRUE(again.ok()) << again.error().message();
    EXPECT_EQ(RuleJson(*again, Spelling::kProvisioning), RuleJson(rule, Spelling::kProvisioning));
  }
}

TEST(ManagedRuleTest, ATimeRangeThatNoClockHasIsRefused) {
  for (const char* seconds : {"9223372036854775807", "-9223372036854775807", "3153600001"}) {
    std::string data = fmt::format(
        R"([{{"refId":"C","datasourceUid":"p","relativeTimeRange":{{"from":{}}},"model":{{}}}}])",
        seconds);
    EXPECT_TRUE(Problem(With("data", data)).ends_with("from is longer than a hundred years"));
  }
}

TEST(ManagedRuleTest, TheSpellingOfFilesReadsBackWithoutItsPlace) {
  ManagedRule rule = ParseRule(Parse(kProvisioned)).value();
  rule.annotations[std::string(kDashboardUidAnnotation)] = "dash";
  rule.annotations[std::string(kPanelIdAnnotation)] = "4";
  Json file = RuleJson(rule, Spelling::kFile);
  EXPECT_EQ(file.Find("folderUID"), nullptr);
  EXPECT_EQ(*file.Find("dashboardUid")->AsString(), "dash");
  ManagedRule again = ParseRule(file).value();
  again.folder_uid = rule.folder_uid;
  again.group = rule.group;
  EXPECT_EQ(RuleJson(again, Spelling::kProvisioning), RuleJson(rule, Spelling::kProvisioning));
}

TEST(ManagedRuleTest, MistakesNameTheRuleAndTheField) {
  EXPECT_EQ(Problem(kProvisioned), "");
  EXPECT_EQ(Problem(With("title", R"("")")), "rule \"r-1\": title is required");
  EXPECT_EQ(Problem(With("for", R"("soon")")),
            "rule \"Low disk\": for: not a valid duration string: \"soon\"");
  EXPECT_EQ(Problem(With("noDataState", R"("Maybe")")),
            "rule \"Low disk\": noDataState is \"Maybe\", expected NoData, Alerting, OK or "
            "KeepLast");
  EXPECT_EQ(Problem(With("condition", R"("Z")")),
            "rule \"Low disk\": condition is \"Z\", which is no refId of data");
  EXPECT_EQ(Problem(With("labels", R"({"":"x"})")), "rule \"Low disk\": labels: \"\" is no name");
  EXPECT_EQ(Problem(With("uid", R"("a/b")")),
            "rule \"Low disk\": uid may hold letters, digits, - and _ alone");
  EXPECT_EQ(Problem(With("data", "{}")), "rule \"Low disk\": data must be a list");
  EXPECT_EQ(Problem(With("data", R"([{"refId":"C","datasourceUid":"p",
      "relativeTimeRange":{"from":0,"to":5},"model":{}}])")),
            "rule \"Low disk\": data: relativeTimeRange of C: from must be before to");
  EXPECT_NE(Problem(With("data", R"([{"refId":"C","datasourceUid":"__expr__",
      "model":{"type":"math","expression":"$X > 1"}}])"))
                .find("rule \"Low disk\": data: "),
            std::string::npos);
  EXPECT_EQ(Problem(With("notification_settings", R"({"group_by":[]})")),
            "rule \"Low disk\": notification_settings: receiver is required");
}

TEST(ManagedRuleTest, ARecordingRuleNeedsAMetricAndARef) {
  EXPECT_EQ(Problem(With("record", R"({"metric":"a:b","from":"A"})")), "");
  EXPECT_EQ(Problem(With("record", R"({"metric":"","from":"A"})")),
            "rule \"Low disk\": record.metric \"\" is no metric name");
  EXPECT_EQ(Problem(With("record", R"({"metric":"m","from":"Q"})")),
            "rule \"Low disk\": record.from is \"Q\", which is no refId of data");
}

TEST(ManagedRuleTest, IntervalsAreMultiplesOfTenSeconds) {
  EXPECT_TRUE(ValidateInterval(60'000, 10'000).ok());
  EXPECT_FALSE(ValidateInterval(5'000, 10'000).ok());
  EXPECT_EQ(ValidateInterval(65'000, 10'000).error().message(),
            "interval 1m5s is no multiple of 10s");
}

TEST(ManagedRuleTest, DurationsMayBeTextsSecondsOrNanoseconds) {
  EXPECT_EQ(ParseRuleDuration(Json::OfString("1m30s"), "for").value(), 90'000);
  EXPECT_EQ(ParseRuleDuration(Json::OfInt(60), "for").value(), 60'000);
  EXPECT_EQ(ParseRuleDuration(Json::OfInt(60'000'000'000), "for").value(), 60'000);
  EXPECT_FALSE(ParseRuleDuration(Json::OfInt(-1), "for").ok());
}

}  // namespace
}  // namespace watchfire::grafana

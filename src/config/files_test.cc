// Rule files and target files.
#include "config/rule_file.h"
#include "config/target_group.h"

namespace watchfire::config {
namespace {

std::string RuleError(std::string_view text, const RuleFileOptions& options = {}) {
  Result<RuleFile> file = LoadRuleFile(text, "r.yml", options);
  return file.ok() ? "no error" : file.error().message();
}

TEST(RuleFile, ReadsGroupsAndRulesWithTheirPlaces) {
  Result<RuleFile> file = LoadRuleFile(
      "groups:\n"
      "- name: g\n"
      "  interval: 30s\n"
      "  query_offset: 0s\n"
      "  limit: 5\n"
      "  labels: {team: a}\n"
      "  rules:\n"
      "  - record: job:x:rate\n"
      "    expr: rate(x[5m])\n"
      "  - alert: \"Down\"\n"
      "    expr: |\n"
      "      up == 0\n"
      "    for: 5m\n"
      "    keep_firing_for: 1m\n"
      "    labels: {severity: 1}\n"
      "    annotations: {summary: '{{ $value }}'}\n"
      "- name: empty\n",
      "r.yml");
  ASSERT_TRUE(file.ok()) << file.error().message();
  ASSERT_EQ(file->groups.size(), 2u);
  const RuleGroup& group = file->groups[0];
  EXPECT_EQ(group.interval_ms, 30'000);
  EXPECT_EQ(group.query_offset_ms, 0);
  EXPECT_EQ(group.limit, 5);
  EXPECT_EQ(group.labels.at("team"), "a");
  const Rule& record = group.rules[0];
  EXPECT_FALSE(record.is_alert());
  EXPECT_EQ(record.name(), "job:x:rate");
  EXPECT_EQ(record.expr_at, (Position{9, 11}));
  const Rule& alert = group.rules[1];
  EXPECT_TRUE(alert.is_alert());
  EXPECT_EQ(alert.name(), "Down");
  EXPECT_EQ(alert.expr, "up == 0\n");
  EXPECT_EQ(alert.for_ms, 300'000);
  EXPECT_EQ(alert.keep_firing_for_ms, 60'000);
  EXPECT_EQ(alert.labels.at("severity"), "1");
  EXPECT_EQ(alert.alert_at, (Position{10, 12}));
  EXPECT_EQ(alert.expr_at, (Position{11, 11}));
  EXPECT_EQ(file->groups[1].query_offset_ms, std::nullopt);
}

TEST(RuleFile, TakesAnEmptyFileAsNoGroups) {
  EXPECT_TRUE(LoadRuleFile("", "r.yml")->groups.empty());
  EXPECT_TRUE(LoadRuleFile("groups:\n", "r.yml")->groups.empty());
}

TEST(RuleFile, ReportsAllUnknownKeysAndTypes) {
  EXPECT_EQ(RuleError("groups:\n- name: g\n  intervall: 1m\n  rules:\n  - alert: a\n    expr: x\n"
                      "    fore: 5m\n    for: soon\nextra: 1\n"),
            "r.yml: 3:3: field intervall not found in type rulefmt.RuleGroup\n"
            "r.yml: 7:5: field fore not found in type rulefmt.Rule\n"
            "r.yml: 8:10: not a valid duration string: \"soon\"\n"
            "r.yml: 9:1: field extra not found in type rulefmt.RuleGroups");
  EXPECT_EQ(RuleError("groups: x\n"),
            "r.yml: 1:9: cannot unmarshal !!str `x` into "
            "[]rulefmt.RuleGroup");
  EXPECT_EQ(RuleError("groups:\n- name: g\n  name: h\n"),
            "r.yml:3:3: mapping key \"name\" already defined at line 2");
}

TEST(RuleFile, ReportsEveryRuleThatMakesNoSense) {
  EXPECT_EQ(RuleError("groups:\n"
                      "- name: g\n"
                      "  rules:\n"
                      "  - record: a\n"
                      "    alert: b\n"
                      "    expr: x\n"
                      "  - record: 'a b{}'\n"
                      "    expr: x\n"
                      "    labels: {__name__: n}\n"
                      "- name: g\n"),
            "r.yml: 4:13: 5:12: group \"g\", rule 1, \"b\": only one of 'record' and 'alert' must "
            "be set\n"
            "r.yml: 7:13: group \"g\", rule 2, \"a b{}\": braces present in the recording rule "
            "name; should it be in expr?: a b{}\n"
            "r.yml: group \"g\", rule 2, \"a b{}\": invalid label name: __name__\n"
            "r.yml: 10:3: groupname: \"g\" is repeated in the same file");
  EXPECT_EQ(RuleError("groups:\n- rules: []\n"), "r.yml: 2:3: Groupname must not be empty");
}

TEST(RuleFile, AsksTheCallbacks) {
  RuleFileOptions options;
  options.check_expression = [](const std::string& expr) -> Result<void> {
    if (expr == "good") return {};
    return Error::Invalid("1:1: parse error: unexpected end of input");
  };
  options.check_template = [](const std::string& name, const std::string& text) -> Result<void> {
    if (text.find("{{") == std::string::npos) return {};
    return Error::Invalid("template: {}:1: unclosed action", name);
  };
  EXPECT_EQ(RuleError("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: sum(\n"
                      "    labels: {l: '{{'}\n    annotations: {a: '{{', b: fine}\n"
                      "  - {record: r, expr: good, labels: {l: '{{'}}\n",
                      options),
            "r.yml: 5:11: group \"g\", rule 1, \"A\": could not parse expression: 1:1: parse "
            "error: unexpected end of input\n"
            "r.yml: group \"g\", rule 1, \"A\": label \"l\": template: __alert_A:1: unclosed "
            "action\n"
            "r.yml: group \"g\", rule 1, \"A\": annotation \"a\": template: __alert_A:1: unclosed "
            "action");
}

TEST(RuleFile, FollowsTheNamingScheme) {
  std::string_view text =
      "groups:\n- name: g\n  rules:\n  - {record: a.b, expr: x}\n  - {alert: A, expr: x, "
      "annotations: {'ä': t}}\n";
  EXPECT_EQ(RuleError(text), "no error");
  EXPECT_EQ(RuleError(text, {.name_scheme = model::NameScheme::kLegacy}),
            "r.yml: 4:14: group \"g\", rule 1, \"a.b\": invalid recording rule name: a.b\n"
            "r.yml: group \"g\", rule 2, \"A\": invalid annotation name: ä");
}

TEST(RuleFile, BoundsWhatItReports) {
  std::string text = "groups:\n- name: g\n  rules:\n";
  for (int i = 0; i < 1000; ++i) text += "  - {}\n";
  std::string message = RuleError(text);
  EXPECT_LT(message.size(), 10'000u);
  EXPECT_NE(message.find("more errors"), std::string::npos);
}

TEST(RuleFile, SaysThatLaterDocumentsAreIgnored) {
  Result<RuleFile> file = LoadRuleFile("groups: []\n---\ngroups: []\n", "r.yml");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->warnings.size(), 1u);
}

std::string TargetError(std::string_view text, bool is_json = false) {
  Result<std::vector<TargetGroup>> groups = LoadTargetGroups(text, "t", is_json);
  return groups.ok() ? "no error" : groups.error().message();
}

TEST(TargetGroups, ReadYamlAndJson) {
  std::vector<TargetGroup> expected = {{{"a:1", "b:2"}, {{"l", "v"}}, "t:0"}, {{}, {}, "t:1"}};
  EXPECT_EQ(*LoadTargetGroups("- targets: [a:1, 'b:2']\n  labels: {l: v}\n- {}\n", "t", false),
            expected);
  EXPECT_EQ(
      *LoadTargetGroups(R"([{"targets": ["a:1", "b:2"], "labels": {"l": "v"}}, {}])", "t", true),
      expected);
  EXPECT_TRUE(LoadTargetGroups("", "t", false)->empty());
  EXPECT_TRUE(LoadTargetGroups("[]", "t", true)->empty());
}

TEST(TargetGroups, AreStrict) {
  EXPECT_EQ(TargetError("- targets: [a]\n  label: {}\n"),
            "t:2: field label not found in type targetgroup.Group");
  EXPECT_EQ(TargetError("- targets: [a]\n- ~\n"), "t:2: nil target group item found (index 1)");
  EXPECT_EQ(TargetError("- targets: a\n"), "t:1: cannot unmarshal !!str `a` into []string");
  EXPECT_EQ(TargetError("targets: [a]\n"), "t:1: cannot unmarshal !!map into []*targetgroup.Group");
  EXPECT_EQ(TargetError("- labels: {'': x}\n"), "t:1: \"\" is not a valid label name");
  EXPECT_EQ(TargetError("- a\n"), "t:1: cannot unmarshal !!str `a` into targetgroup.Group");
  EXPECT_EQ(TargetError(R"([{"targets": ["a"], "extra": 1}])", true),
            "t:1: field extra not found in type targetgroup.Group");
  EXPECT_EQ(TargetError("", true), "t:1:1: JSON does not allow empty root content");
  EXPECT_NE(TargetError(R"([{"targets": ["a"]},])", true), "no error");
  EXPECT_NE(TargetError("- targets: [a]\n", true), "no error") << "YAML is not JSON";
}

TEST(TargetGroups, TakeTensOfThousandsOfTargets) {
  std::string text = "- targets:\n";
  for (int i = 0; i < 50'000; ++i) text += fmt::format("  - host-{}.example.com:9100\n", i);
  Result<std::vector<TargetGroup>> groups = LoadTargetGroups(text, "t", false);
  ASSERT_TRUE(groups.ok());
  EXPECT_EQ((*groups)[0].targets.size(), 50'000u);
}

}  // namespace
}  // namespace watchfire::config

#include "scrape/sample_labels.h"

#include <gtest/gtest.h>

#include "exposition/text_parser.h"

namespace watchfire::scrape {
namespace {

using model::Labels;

const Labels kTarget = Labels::Of({{"instance", "i"}, {"job", "j"}});

Result<Labels> Make(const SampleRules& rules, std::string_view series,
                    const Labels& target = kTarget) {
  exposition::SeriesLabelsView view;
  TRY(exposition::ParseSeriesText(series, model::MetricType::kUnknown, view));
  return MakeSampleLabels(rules, target, view);
}

std::string Text(const SampleRules& rules, std::string_view series,
                 const Labels& target = kTarget) {
  Result<Labels> labels = Make(rules, series, target);
  return labels.ok() ? labels->ToMetricString() : "error: " + labels.error().message();
}

model::RelabelConfig Rule(model::RelabelAction action, std::vector<std::string> source,
                          std::string regex, std::string target = {}) {
  model::RelabelConfig rule;
  rule.action = action;
  rule.source_labels = std::move(source);
  rule.regex_text = std::move(regex);
  rule.target_label = std::move(target);
  EXPECT_TRUE(rule.Prepare().ok());
  return rule;
}

TEST(MakeSampleLabels, AddsTheTargetsLabels) {
  EXPECT_EQ(Text({}, R"(m{a="1"})"), R"(m{a="1", instance="i", job="j"})");
}

TEST(MakeSampleLabels, MovesClashingLabelsAside) {
  EXPECT_EQ(Text({}, R"(m{job="x"})"), R"(m{exported_job="x", instance="i", job="j"})");
  EXPECT_EQ(Text({}, R"(m{job="x",exported_job="y"})"),
            R"(m{exported_exported_job="x", exported_job="y", instance="i", job="j"})");
  EXPECT_EQ(Text({}, R"(m{job=""})"), R"(m{instance="i", job="j"})");
  // The shorter name chooses first, as upstream does.
  EXPECT_EQ(
      Text({}, R"(m{exported_a="long",a="short"})", Labels::Of({{"a", "t"}, {"exported_a", "t"}})),
      R"(m{a="t", exported_a="t", exported_exported_a="short", )"
      R"(exported_exported_exported_a="long"})");
}

TEST(MakeSampleLabels, HonoursScrapedLabelsIfAsked) {
  SampleRules rules;
  rules.honor_labels = true;
  EXPECT_EQ(Text(rules, R"(m{job="x"})"), R"(m{instance="i", job="x"})");
  EXPECT_EQ(Text(rules, R"(m{job=""})"), R"(m{instance="i", job="j"})");
}

TEST(MakeSampleLabels, RelabelsAndDrops) {
  SampleRules rules;
  rules.metric_relabel_configs = {
      Rule(model::RelabelAction::kDrop, {"__name__"}, "go_.*"),
      Rule(model::RelabelAction::kReplace, {"a"}, "(.+)", "b"),
      Rule(model::RelabelAction::kLabelDrop, {}, "a"),
  };
  EXPECT_EQ(Text(rules, R"(m{a="1"})"), R"(m{b="1", instance="i", job="j"})");
  EXPECT_TRUE(Make(rules, "go_x")->empty());
}

TEST(MakeSampleLabels, RefusesBadNames) {
  SampleRules rules;
  rules.name_scheme = model::NameScheme::kLegacy;
  EXPECT_EQ(Text(rules, R"({"a.b"})"), R"(error: invalid metric name or label names: )"
                                       R"({__name__="a.b", instance="i", job="j"})");
  EXPECT_EQ(Text({}, R"({"a.b"})"), R"({"a.b", instance="i", job="j"})");
  EXPECT_EQ(Text({}, R"(m{a="1",a="2"})"), "error: label name \"a\" is not unique: invalid sample");
  SampleRules nameless;
  nameless.metric_relabel_configs = {Rule(model::RelabelAction::kLabelDrop, {}, "__name__")};
  EXPECT_EQ(Text(nameless, "m"), "error: missing metric name (__name__ label)");
}

TEST(MakeSampleLabels, EnforcesLimitsOnLabels) {
  SampleRules rules;
  rules.label_limit = 4;
  EXPECT_EQ(Text(rules, R"(m{a="1"})").substr(0, 2), "m{");
  EXPECT_EQ(Text(rules, R"(m{a="1",b="2"})"),
            "error: label_limit exceeded (metric: m, number of labels: 5, limit: 4)");
  rules = {};
  rules.label_name_length_limit = 8;
  EXPECT_EQ(Text(rules, R"(m{long_name="1"})"),
            "error: label_name_length_limit exceeded (metric: m, label name: long_name, "
            "length: 9, limit: 8)");
  rules = {};
  rules.label_value_length_limit = 3;
  Result<Labels> labels = Make(rules, R"(m{a="long"})");
  EXPECT_EQ(labels.error().message(),
            "label_value_length_limit exceeded (metric: m, label name: a, value: \"long\", "
            "length: 4, limit: 3)");
  EXPECT_EQ(labels.error().code(), ErrorCode::kLimit);
}

}  // namespace
}  // namespace watchfire::scrape

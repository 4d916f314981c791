#include "model/relabel.h"

#include "base/file.h"
#include "codec/yaml.h"

namespace watchfire::model {
namespace {

std::string TextOf(const yaml::Node& mapping, std::string_view key, std::string_view otherwise) {
  const yaml::Node* node = mapping.Find(key);
  return std::string(node == nullptr ? otherwise : std::string_view(node->text));
}

Result<RelabelConfig> ReadRule(const yaml::Node& rule, NameScheme scheme) {
  RelabelConfig config;
  config.scheme = scheme;
  if (const yaml::Node* sources = rule.Find("source_labels")) {
    for (const yaml::Node& source : sources->items) config.source_labels.push_back(source.text);
  }
  config.separator = TextOf(rule, "separator", config.separator);
  config.regex_text = TextOf(rule, "regex", config.regex_text);
  config.target_label = TextOf(rule, "target_label", "");
  config.replacement = TextOf(rule, "replacement", config.replacement);
  config.action = TRY(ParseRelabelAction(TextOf(rule, "action", "replace")));
  if (const yaml::Node* modulus = rule.Find("modulus")) {
    config.modulus = yaml::AsUint(*modulus).value_or(0);
  }
  TRY(config.Prepare());
  return config;
}

Result<RelabelConfigs> ReadRules(const yaml::Node& test_case) {
  NameScheme scheme =
      TextOf(test_case, "scheme", "") == "legacy" ? NameScheme::kLegacy : NameScheme::kUtf8;
  RelabelConfigs configs;
  for (const yaml::Node& rule : test_case.Find("rules")->items) {
    configs.push_back(TRY(ReadRule(rule, scheme)));
  }
  return configs;
}

Labels ReadLabels(const yaml::Node& mapping) {
  LabelsBuilder builder;
  for (const yaml::Entry& entry : mapping.entries) builder.Set(entry.key, entry.value.text);
  return builder.Build();
}

yaml::Node ReadCorpus(const std::string& name) {
  std::string path = "tests/relabel/" + name;
  Result<std::string> text = FileSystem::Local()->ReadFile(path);
  EXPECT_TRUE(text.ok()) << "run from the repository's root: " << text.error().message();
  Result<yaml::Node> root = yaml::Parse(text.value_or(""), {.source = path});
  EXPECT_TRUE(root.ok()) << root.error().message();
  return root.value_or({});
}

TEST(Relabel, DoesWhatTheCorpusSays) {
  yaml::Node corpus = ReadCorpus("actions.txt");
  EXPECT_GT(corpus.items.size(), 40u);
  for (const yaml::Node& test_case : corpus.items) {
    SCOPED_TRACE(fmt::format("line {}: {}", test_case.line, TextOf(test_case, "case", "")));
    Result<RelabelConfigs> configs = ReadRules(test_case);
    if (!configs.ok()) {
      ADD_FAILURE() << configs.error().message();
      continue;
    }
    LabelsBuilder labels(ReadLabels(*test_case.Find("labels")));
    bool kept = Relabel(*configs, labels);
    const yaml::Node& want = *test_case.Find("want");
    if (want.is_scalar()) {
      EXPECT_FALSE(kept) << labels.Build().ToString();
    } else {
      EXPECT_TRUE(kept);
      EXPECT_EQ(labels.Build().ToString(), ReadLabels(want).ToString());
    }
  }
}

TEST(Relabel, RefusesRulesThatMakeNoSense) {
  yaml::Node corpus = ReadCorpus("errors.txt");
  EXPECT_GT(corpus.items.size(), 20u);
  for (const yaml::Node& test_case : corpus.items) {
    SCOPED_TRACE(fmt::format("line {}: {}", test_case.line, TextOf(test_case, "case", "")));
    Result<RelabelConfigs> configs = ReadRules(test_case);
    EXPECT_EQ(configs.ok() ? "no error" : configs.error().message(),
              TextOf(test_case, "error", ""));
  }
}

TEST(Relabel, LeavesTheLabelsOfADroppedSetAsTheDroppingRuleMetThem) {
  RelabelConfig set;
  set.target_label = "b";
  set.replacement = "early";
  RelabelConfig drop;
  drop.action = RelabelAction::kDrop;
  RelabelConfig late = set;
  late.replacement = "late";
  RelabelConfigs configs = {set, drop, late};
  for (RelabelConfig& config : configs) ASSERT_TRUE(config.Prepare().ok());
  LabelsBuilder labels(Labels::Of({{"a", "1"}}));
  EXPECT_FALSE(Relabel(configs, labels));
  EXPECT_EQ(labels.Build(), Labels::Of({{"a", "1"}, {"b", "early"}}));
}

TEST(Relabel, ComparesConfigsByWhatWasWritten) {
  RelabelConfig a;
  a.target_label = "x";
  RelabelConfig b = a;
  ASSERT_TRUE(b.Prepare().ok());
  EXPECT_EQ(a, b);
  b.separator = ",";
  EXPECT_FALSE(a == b);
}

TEST(Relabel, NamesEveryAction) {
  for (const char* name : {"replace", "keep", "drop", "keepequal", "dropequal", "hashmod",
                           "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase"}) {
    Result<RelabelAction> action = ParseRelabelAction(name);
    ASSERT_TRUE(action.ok()) << name;
    EXPECT_EQ(RelabelActionName(*action), name);
  }
}

}  // namespace
}  // namespace watchfire::model

#include "rules/loader.h"

#include <cstdlib>
#include <filesystem>

#include "rules/rule_world_test.h"

namespace watchfire::rules {
namespace {

std::string ThresholdText(const std::string& query) {
  std::optional<Threshold> threshold = ThresholdOf(*promql::Parse(query).value());
  if (!threshold) return "none";
  return fmt::format("{} {} {}", threshold->left, threshold->op, threshold->value);
}

TEST(ThresholdTest, IsAComparisonWithANumber) {
  EXPECT_EQ(ThresholdText("rate(x[5m]) > 0.9"), "rate(x[5m]) > 0.9");
  EXPECT_EQ(ThresholdText("(up) == 0"), "up == 0");
  EXPECT_EQ(ThresholdText("((x < -1))"), "x < -1");
  EXPECT_EQ(ThresholdText("x != (2)"), "x != 2");
}

TEST(ThresholdTest, IsTurnedRoundIfTheNumberComesFirst) {
  EXPECT_EQ(ThresholdText("5 < x"), "x > 5");
  EXPECT_EQ(ThresholdText("5 >= x"), "x <= 5");
  EXPECT_EQ(ThresholdText("0 == up"), "up == 0");
}

TEST(ThresholdTest, IsNothingElse) {
  for (const char* query : {"up", "x > y", "x > bool 1", "x > 1 and y > 2", "x + 1"}) {
    EXPECT_EQ(ThresholdText(query), "none") << query;
  }
}

TEST(SameGroupTest, AnyChangeMakesAnother) {
  const std::string text =
      "groups:\n- name: g\n  interval: 1m\n  limit: 3\n  query_offset: 1s\n  labels: {a: b}\n"
      "  rules:\n  - {alert: A, expr: x > 1, for: 1m, keep_firing_for: 2m, labels: {c: d},"
      " annotations: {e: f}}\n";
  auto same = [&text](const std::string& from, const std::string& to) {
    std::string other = text;
    other.replace(other.find(from), from.size(), to);
    return SameGroup(*GroupOf(text), *GroupOf(other));
  };
  EXPECT_TRUE(same("x > 1", "x  >  1"));  // the same expression
  for (auto [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"name: g", "name: h"},
           {"interval: 1m", "interval: 2m"},
           {"limit: 3", "limit: 4"},
           {"query_offset: 1s", "query_offset: 2s"},
           {"{a: b}", "{a: c}"},
           {"alert: A", "alert: B"},
           {"x > 1", "x > 2"},
           {"for: 1m", "for: 2m"},
           {"keep_firing_for: 2m", "keep_firing_for: 3m"},
           {"{c: d}", "{c: e}"},
           {"{e: f}", "{e: g}"}}) {
    EXPECT_FALSE(same(from, to)) << to;
  }
  config::Config other;
  other.global.external_labels = model::Labels::Of({{"region", "eu"}});
  EXPECT_FALSE(SameGroup(*GroupOf(text), *GroupOf(text, other)));
}

TEST(LoaderTest, UpstreamsFilesAreTakenOrRefusedAsTheirNamesSay) {
  const char* set = std::getenv("WATCHFIRE_CONFORMANCE");
  std::string root = set != nullptr ? set : "../shared/conformance";
  root += "/prometheus/";
  if (!std::filesystem::exists(root)) {
    GTEST_SKIP() << "no conformance data at " << root;
  }
  int files = 0;
  for (const char* directory : {"rulefmt", "rules"}) {
    for (const auto& entry : std::filesystem::directory_iterator(root + directory)) {
      std::string name = entry.path().filename();
      config::Config config;
      // The legacy files say what is refused where names are the old ones.
      bool legacy = name.starts_with("legacy_");
      if (legacy) config.global.metric_name_validation_scheme = model::NameScheme::kLegacy;
      bool bad = name.find(".bad.") != std::string::npos || name == "invalid_rules.yaml";
      auto groups = LoadGroups(entry.path(), config, promql::ParseOptions{}, *FileSystem::Local());
      EXPECT_EQ(groups.ok(), !bad) << name << (groups.ok() ? "" : groups.error().message());
      ++files;
    }
  }
  EXPECT_GT(files, 20);
}

}  // namespace
}  // namespace watchfire::rules

#include "rules/dependencies.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "rules/rule_world_test.h"

namespace watchfire::rules {
namespace {

Batches BatchesOfText(const std::string& rules) {
  std::string text = "groups:\n- name: g\n  rules:\n" + rules;
  return BatchesOf(GroupOf(text)->rules);
}

TEST(DependenciesTest, RulesThatReadNothingOfEachOtherRunTogether) {
  EXPECT_EQ(BatchesOfText("  - {record: a, expr: x}\n"
                          "  - {record: b, expr: y}\n"
                          "  - {alert: C, expr: z}\n"),
            (Batches{{0, 1, 2}}));
}

TEST(DependenciesTest, AChainRunsInItsOrder) {
  EXPECT_EQ(BatchesOfText("  - {record: a, expr: x}\n"
                          "  - {record: b, expr: a}\n"
                          "  - {record: c, expr: 'sum(rate(b[5m]))'}\n"
                          "  - {record: d, expr: 'max_over_time(c[5m:1m]) > 1'}\n"),
            (Batches{{0}, {1}, {2}, {3}}));
}

TEST(DependenciesTest, WhatNothingNeedsComesLastAndTogether) {
  EXPECT_EQ(BatchesOfText("  - {record: a, expr: x}\n"
                          "  - {record: b, expr: a}\n"
                          "  - {record: free, expr: y}\n"
                          "  - {record: c, expr: a}\n"),
            (Batches{{0, 2}, {1, 3}}));
}

TEST(DependenciesTest, ARuleDoesNotDependOnThoseAfterItNorOnItself) {
  EXPECT_EQ(BatchesOfText("  - {record: a, expr: b}\n"
                          "  - {record: b, expr: 'b offset 1m + 1'}\n"),
            (Batches{{0, 1}}));
}

TEST(DependenciesTest, AlertsAreDependedOnByTheirSeries) {
  EXPECT_EQ(BatchesOfText("  - {alert: A, expr: x}\n"
                          "  - {alert: B, expr: 'ALERTS{alertname=\"A\"}'}\n"
                          "  - {alert: C, expr: 'ALERTS{alertname=\"other\"}'}\n"
                          "  - {alert: D, expr: 'ALERTS_FOR_STATE{alertname=~\"A|B\"}'}\n"),
            (Batches{{0, 2}, {1}, {3}}));
}

TEST(DependenciesTest, ASelectorByPatternDependsOnWhatMatches) {
  EXPECT_EQ(BatchesOfText("  - {record: a1, expr: x}\n"
                          "  - {record: b1, expr: x}\n"
                          "  - {record: c, expr: '{__name__=~\"a.\"}'}\n"),
            (Batches{{0, 1}, {2}}));
}

TEST(DependenciesTest, ASelectorWithoutANamePutsTheWholeGroupInOrder) {
  EXPECT_EQ(BatchesOfText("  - {record: a, expr: x}\n"
                          "  - {record: b, expr: '{job=\"x\"}'}\n"
                          "  - {record: c, expr: y}\n"),
            (Batches{{0}, {1}, {2}}));
}

TEST(DependenciesTest, UpstreamsFilesAreTakenApartAsUpstreamDoes) {
  const char* set = std::getenv("WATCHFIRE_CONFORMANCE");
  std::string root = std::string(set != nullptr ? set : "../shared/conformance");
  root += "/prometheus/rules/";
  if (!std::filesystem::exists(root)) {
    GTEST_SKIP() << "no conformance data at " << root;
  }
  auto batches = [&root](const std::string& file) {
    std::ifstream in(root + file);
    std::stringstream text;
    text << in.rdbuf();
    return BatchesOf(GroupOf(text.str())->rules);
  };
  EXPECT_EQ(batches("rules_multiple_independent.yaml").size(), 1u);
  EXPECT_EQ(batches("rules_chain.yaml"), (Batches{{0, 1}, {2}, {3}, {4, 5, 6}}));
  EXPECT_EQ(batches("rules_indeterminates.yaml"), (Batches{{0}, {1}, {2}, {3}, {4}, {5}, {6}}));
  EXPECT_EQ(batches("rules_multiple_dependents_on_base.yaml"),
            (Batches{{0, 4}, {1, 2, 3, 5, 6, 7}}));
}

TEST(EvaluationSlotsTest, EveryRuleRunsOnceHoweverFewSlotsThereAre) {
  EvaluationSlots slots(2);
  std::array<std::atomic<int>, 50> runs{};
  slots.Run(runs.size(), [&](size_t outer) {
    ++runs[outer];
    // A group beside it, which may find no slot.
    std::atomic<int> inner = 0;
    slots.Run(3, [&](size_t) { ++inner; });
    EXPECT_EQ(inner.load(), 3);
  });
  for (const auto& count : runs) EXPECT_EQ(count.load(), 1);
}

}  // namespace
}  // namespace watchfire::rules

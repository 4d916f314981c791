#include "rules/manager.h"

#include <unistd.h>

namespace watchfire::rules {
namespace {

class ManagerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/watchfire-rules-XXXXXX";
    directory_ = mkdtemp(name);
  }
  void TearDown() override { ASSERT_TRUE(files_.RemoveRecursively(directory_).ok()); }
  void Write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(files_.WriteFileAtomically(JoinPath(directory_, name), text).ok());
  }
  Result<void> Update() {
    manager_.Replace(TRY(manager_.Load(config_, files_)));
    return {};
  }

  FileSystem& files_ = *FileSystem::Local();
  std::string directory_;
  config::Config config_;
  Manager manager_{promql::ParseOptions{}};
};

constexpr std::string_view kGood = R"(groups:
  - name: g
    labels: {team: a, severity: low}
    rules:
      - alert: Down
        expr: up   ==0
        for: 2m
        labels: {severity: high}
        annotations: {summary: it is down}
      - record: job:up:sum
        expr: sum(up) by (job)
)";

TEST_F(ManagerTest, ReadsGroupsWithMergedLabelsAndCanonicalQueries) {
  Write("a.yml", kGood);
  config_.rule_files = {JoinPath(directory_, "*.yml")};
  config_.global.evaluation_interval_ms = 15'000;
  Result<void> updated = Update();
  ASSERT_TRUE(updated.ok()) << updated.error().message();
  std::vector<GroupView> groups = manager_.Views();
  ASSERT_EQ(groups.size(), 1u);
  const GroupSpec& group = *groups.front().spec;
  EXPECT_EQ(group.interval_ms, 15'000);
  ASSERT_EQ(group.rules.size(), 2u);
  EXPECT_TRUE(group.rules[0].alerting);
  EXPECT_EQ(group.rules[0].query, "up == 0");
  EXPECT_EQ(group.rules[0].for_ms, 120'000);
  EXPECT_EQ(group.rules[0].label_set, model::Labels::Of({{"team", "a"}, {"severity", "high"}}));
  EXPECT_EQ(group.rules[1].query, "sum by (job) (up)");
  EXPECT_FALSE(groups.front().rules[0].state.has_value());
  EXPECT_EQ(groups.front().rules[0].health, Health::kUnknown);
}

TEST_F(ManagerTest, KeepsTheOldRulesWhenOneFileIsWrong) {
  Write("a.yml", kGood);
  config_.rule_files = {JoinPath(directory_, "*.yml")};
  ASSERT_TRUE(Update().ok());
  Write("b.yml", "groups:\n  - name: h\n    rules:\n      - alert: X\n        expr: sum(\n");
  Result<void> updated = Update();
  ASSERT_FALSE(updated.ok());
  EXPECT_NE(updated.error().message().find("b.yml"), std::string::npos);
  EXPECT_NE(updated.error().message().find("could not parse expression"), std::string::npos);
  EXPECT_EQ(manager_.Views().size(), 1u);
}

TEST_F(ManagerTest, TakesPatternsThatMatchNothing) {
  config_.rule_files = {JoinPath(directory_, "none/*.yml")};
  EXPECT_TRUE(Update().ok());
  EXPECT_TRUE(manager_.Views().empty());
}

}  // namespace
}  // namespace watchfire::rules

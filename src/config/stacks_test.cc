// The configurations of real teams under examples/stacks load unchanged, with their rule files.
#include <filesystem>

#include "config/loader.h"
#include "config/rule_file.h"

namespace watchfire::config {
namespace {

struct Stack {
  const char* name;  // of the test
  const char* config;
  size_t jobs;
  size_t alerts;
};

constexpr Stack kStacks[] = {
    {"Wingman", "wingman/monitoring/prometheus.yml", 2, 3},
    {"WingmanProduction", "wingman/monitoring/prometheus-prd.yml", 2, 3},
    {"Trainer", "trainer/prometheus/prometheus.yml", 5, 0},
    {"Pybase", "pybase/monitoring/prometheus.yml", 4, 11},
    {"PybaseExternal", "pybase/monitoring/external-prometheus.yml", 1, 0},
    {"PybaseRemoteWrite", "pybase/monitoring/prometheus-remote-write.yml", 0, 0},
    {"AgentOrchestrator", "agent-orchestrator/observability/prometheus.yml", 2, 4},
    {"ItSupport", "it-support/docker/monitoring/prometheus/prometheus.yml", 2, 11},
};

std::string PathOf(const char* config) {
  return std::string("examples/stacks/") + config;
}

Config Load(const char* name) {
  std::string path = PathOf(name);
  Result<std::string> text = FileSystem::Local()->ReadFile(path);
  EXPECT_TRUE(text.ok()) << "run from the repository's root: " << text.error().message();
  Result<Config> config = LoadConfig(text.value_or(""), path);
  EXPECT_TRUE(config.ok()) << config.error().message();
  return config.ok() ? *config : Config();
}

class Stacks : public testing::TestWithParam<Stack> {};

TEST_P(Stacks, LoadUnchangedWithTheirRules) {
  Config config = Load(GetParam().config);
  EXPECT_EQ(config.scrape_configs.size(), GetParam().jobs);
  size_t alerts = 0;
  for (const std::string& pattern : config.rule_files) {
    Result<std::vector<std::string>> paths = ExpandGlob(pattern, *FileSystem::Local());
    ASSERT_TRUE(paths.ok());
    EXPECT_FALSE(paths->empty()) << pattern;
    for (const std::string& path : *paths) {
      Result<RuleFile> file = LoadRuleFile(FileSystem::Local()->ReadFile(path).value_or(""), path);
      ASSERT_TRUE(file.ok()) << file.error().message();
      for (const RuleGroup& group : file->groups) alerts += group.rules.size();
    }
  }
  EXPECT_EQ(alerts, GetParam().alerts);
}

INSTANTIATE_TEST_SUITE_P(All, Stacks, testing::ValuesIn(kStacks),
                         [](const auto& stack) { return std::string(stack.param.name); });

TEST(Stacks, PybaseKeepsSevenDays) {
  Config config = Load("pybase/monitoring/prometheus.yml");
  EXPECT_EQ(config.storage.tsdb->retention->time_ms, 7LL * 24 * 3600 * 1000);
}

TEST(Stacks, PybaseWritesWithItsToken) {
  Config config = Load("pybase/monitoring/prometheus-remote-write.yml");
  EXPECT_EQ(config.remote_write[0].http_client.authorization->credentials.reveal(), "<token>");
  EXPECT_EQ(config.warnings.size(), 1u);
}

TEST(Stacks, PybaseIsRelabelledByTheServerThatScrapesIt) {
  const Config config = Load("pybase/monitoring/external-prometheus.yml");
  const ScrapeConfig& job = config.scrape_configs[0];
  model::LabelsBuilder labels(model::Labels::Of({{"__address__", "pybase.example.com:8000"}}));
  ASSERT_TRUE(model::Relabel(job.relabel_configs, labels));
  EXPECT_EQ(labels.Get("instance"), "pybase-prod");
  EXPECT_EQ(job.metrics_path, "/api/v1/metrics");
}

TEST(Stacks, WingmanSendsAlertsAndLabels) {
  Config config = Load("wingman/monitoring/prometheus.yml");
  EXPECT_EQ(config.global.external_labels,
            model::Labels::Of({{"cluster", "wingman"}, {"environment", "test"}}));
  EXPECT_EQ(config.alerting.alertmanagers[0].discovery.static_configs[0].targets[0],
            "alertmanager:9093");
}

TEST(Stacks, EveryYamlFileOfThemIsYaml) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("examples/stacks")) {
    if (entry.path().extension() != ".yml") continue;
    std::string text = FileSystem::Local()->ReadFile(entry.path().string()).value_or("");
    EXPECT_TRUE(yaml::Parse(text, {.source = entry.path().string()}).ok()) << entry.path();
    ++count;
  }
  EXPECT_GT(count, 15u);
}

}  // namespace
}  // namespace watchfire::config

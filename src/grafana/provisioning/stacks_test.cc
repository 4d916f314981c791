// The provisioning files of the example stacks, as they lie in the repository, but for the paths of
// their dashboards, which hold in the directory of the stack.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "grafana/provisioning/provisioning.h"
#include "testing/fake_clock.h"

namespace watchfire::grafana {
namespace {

namespace fs = std::filesystem;

struct Stack {
  const char* name;
  const char* sources;     // a file or directory, below the stack
  const char* providers;   // "": none
  const char* dashboards;  // "": none; the provider writes this path
  const char* uid;         // of the source
  std::vector<std::string> uids;
};

const Stack kStacks[] = {
    {"trainer",
     "grafana/provisioning/datasources",
     "grafana/provisioning/dashboards",
     "grafana/dashboards",
     "prometheus",
     {"trainer-llm-provider", "trainer-overview", "trainer-prompt-manager",
      "trainer-prompt-security"}},
    {"pybase",
     "docker/grafana/provisioning/datasources",
     "docker/grafana/provisioning/dashboards",
     "monitoring/grafana-dashboards",
     "prometheus",
     {"pybase-api", "pybase-celery", "pybase-database", "pybase-overview"}},
    {"agent-orchestrator",
     "observability/grafana/provisioning/datasources",
     "observability/grafana/provisioning/dashboards",
     "observability/grafana/dashboards",
     "PBFA97CFB590B2093",
     {"agent-orchestrator", "agent-orchestrator-details"}},
    {"it-support",
     "docker/monitoring/grafana/provisioning/datasources",
     "docker/monitoring/grafana/provisioning/dashboards",
     "docker/monitoring/grafana/dashboards",
     "prometheus",
     {"it-support-auth", "it-support-cache", "it-support-database", "it-support-files",
      "it-support-http", "it-support-system", "it-support-tickets", "it-support-websocket"}},
    {"wingman", "monitoring/grafana-datasources.yml", "", "", "PBFA97CFB590B2093", {}},
};

class StacksTest : public ::testing::TestWithParam<Stack> {
 protected:
  StacksTest() {
    char name[] = "/tmp/watchfire_stacks_XXXXXX";
    root_ = mkdtemp(name);
    fs::create_directories(root_ + "/conf/datasources");
    fs::create_directories(root_ + "/conf/dashboards");
    fs::create_directories(root_ + "/files");
  }
  ~StacksTest() override { fs::remove_all(root_); }

  // Copies what is there, with the directory of the dashboards replaced.
  void Take(const std::string& from, const std::string& to) {
    std::vector<fs::path> files;
    if (fs::is_directory(from)) {
      for (const auto& entry : fs::directory_iterator(from)) files.push_back(entry.path());
    } else {
      files.emplace_back(from);
    }
    ASSERT_FALSE(files.empty()) << from;
    for (const fs::path& file : files) {
      std::string text = FileSystem::Local()->ReadFile(file).value();
      std::string path = std::string("path: ") + GetParam().dashboards;
      if (!to.ends_with("files")) text = ReplaceAll(text, path, "path: " + root_ + "/files");
      std::string target = root_ + to + "/" + file.filename().string();
      ASSERT_TRUE(FileSystem::Local()->WriteFileAtomically(target, text).ok());
    }
  }

  std::string root_;
  testing::FakeClock clock_;
};

TEST_P(StacksTest, IsProvisionedWithoutAProblem) {
  const Stack& stack = GetParam();
  // Tests run in the root of the repository.
  std::string base = fmt::format("examples/stacks/{}/", stack.name);
  ASSERT_TRUE(fs::exists(base)) << "run this in the root of the repository";
  Take(base + stack.sources, "/conf/datasources");
  if (*stack.providers != '\0') Take(base + stack.providers, "/conf/dashboards");
  if (*stack.dashboards != '\0') Take(base + stack.dashboards, "/files");

  auto database = store::Database::Open(root_ + "/watchfire.db").value();
  auto sources = DataSources::Open(database.get(), Secret("key"), &clock_).value();
  auto dashboards = Dashboards::Open(database.get(), {&clock_, 20}).value();
  ProvisioningDependencies d;
  d.directory = root_ + "/conf";
  d.sources = sources.get();
  d.dashboards = dashboards.get();
  d.environment = [](std::string_view) { return std::nullopt; };
  d.files = FileSystem::Local();
  d.clock = &clock_;
  Provisioning provisioning(std::move(d));
  provisioning.ReloadDataSources();
  provisioning.ReloadDashboards();
  for (const Provisioning::Problem& p : provisioning.problems()) {
    ADD_FAILURE() << p.file << ":" << p.line << ": " << p.message;
  }
  DataSourcePtr source = sources->ByUid(stack.uid);
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->url, "http://prometheus:9090");
  EXPECT_EQ(sources->Default(), source);
  EXPECT_EQ(sources->Resolve("prometheus"), source);
  std::vector<std::string> uids;
  std::vector<DashboardMeta> all = dashboards->All().value();
  for (const DashboardMeta& meta : all) uids.push_back(meta.uid);
  std::sort(uids.begin(), uids.end());
  EXPECT_EQ(uids, stack.uids);
}

INSTANTIATE_TEST_SUITE_P(Examples, StacksTest, ::testing::ValuesIn(kStacks),
                         [](const auto& stack) { return ReplaceAll(stack.param.name, "-", "_"); });

}  // namespace
}  // namespace watchfire::grafana

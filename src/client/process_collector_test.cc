#include "client/process_collector.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "client/text_writer.h"

namespace watchfire::client {
namespace {

double ValueOf(const std::vector<MetricFamily>& families, const std::string& name) {
  for (const MetricFamily& family : families) {
    if (family.name == name) return family.points.at(0).value;
  }
  ADD_FAILURE() << "no metric " << name;
  return 0;
}

TEST(ProcessCollector, ReadsThisProcess) {
  std::vector<MetricFamily> families = ProcessCollector().Collect();
  EXPECT_GT(ValueOf(families, "process_resident_memory_bytes"), 1e5);
  EXPECT_GE(ValueOf(families, "process_virtual_memory_bytes"),
            ValueOf(families, "process_resident_memory_bytes"));
  EXPECT_GT(ValueOf(families, "process_virtual_memory_max_bytes"), 0);
  EXPECT_GT(ValueOf(families, "process_open_fds"), 2);
  EXPECT_GE(ValueOf(families, "process_max_fds"), ValueOf(families, "process_open_fds"));
  EXPECT_GT(ValueOf(families, "process_start_time_seconds"), 1.5e9);
  EXPECT_GE(ValueOf(families, "process_cpu_seconds_total"), 0);
}

TEST(ProcessCollector, SurvivesAProgramNameWithParenthesesAndLeavesOutWhatIsMissing) {
  std::filesystem::path root = testing::TempDir() + "/proc_fixture_" + std::to_string(getpid());
  std::filesystem::create_directories(root / "self");
  std::ofstream(root / "self" / "stat")
      << "7 (a) b (c) S 1 7 7 0 -1 4194560 10 0 0 0 150 50 0 0 20 0 1 0 3000 8192 2 0 0 0\n";
  std::ofstream(root / "stat") << "cpu 1 2\nbtime 1000\n";
  std::vector<MetricFamily> families = ProcessCollector(root.string()).Collect();
  std::filesystem::remove_all(root);
  auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  EXPECT_EQ(ValueOf(families, "process_cpu_seconds_total"), 200 / ticks);
  EXPECT_EQ(ValueOf(families, "process_virtual_memory_bytes"), 8192);
  EXPECT_EQ(ValueOf(families, "process_start_time_seconds"), 1000 + 3000 / ticks);
  EXPECT_EQ(families.size(), 4u);
}

TEST(ProcessCollector, PassesPromtoolTogetherWithTheOtherKinds) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "promtool is not installed";
  }
  Registry registry;
  ProcessCollector::Register(registry);
  registry.AddHistogram("h_seconds", "H\\ with\nbreak.", {0.1, 1}).Observe(1);
  registry.AddSummary("s_seconds", "S.", {0.5}).Observe(1);
  registry.AddCounter("c_total", "C.", {{"a", "x\"y\\z\n"}}).Increment();
  std::string path = testing::TempDir() + "/metrics_" + std::to_string(getpid());
  std::ofstream(path) << WriteText(registry.Gather());
  int status = std::system(("promtool check metrics < " + path + " 2>&1").c_str());
  std::remove(path.c_str());
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace watchfire::client

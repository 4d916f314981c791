#include "app/query_limits.h"

#include <filesystem>
#include <fstream>

namespace watchfire::app {
namespace {

constexpr uint64_t kMachine = 8ULL << 30;

class UsableMemoryTest : public ::testing::Test {
 protected:
  UsableMemoryTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "memory-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~UsableMemoryTest() override { std::filesystem::remove_all(root_); }
  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  std::string root_;
};

TEST_F(UsableMemoryTest, IsTheMachinesWithoutGroups) {
  EXPECT_EQ(UsableMemoryBytes(root_, kMachine), kMachine);
  Write("/proc/self/cgroup", "0::/\n");
  Write("/sys/fs/cgroup/memory.max", "max\n");
  EXPECT_EQ(UsableMemoryBytes(root_, kMachine), kMachine);
}

TEST_F(UsableMemoryTest, IsTheSmallestLimitOnTheWayToOurGroup) {
  Write("/proc/self/cgroup", "0::/system.slice/watchfire.service\n");
  Write("/sys/fs/cgroup/system.slice/watchfire.service/memory.max", "4294967296\n");
  EXPECT_EQ(UsableMemoryBytes(root_, kMachine), 4ULL << 30);
  Write("/sys/fs/cgroup/system.slice/memory.max", "1073741824\n");
  EXPECT_EQ(UsableMemoryBytes(root_, kMachine), 1ULL << 30);
}

TEST_F(UsableMemoryTest, KnowsVersionOneAndContainers) {
  Write("/proc/self/cgroup", "12:cpu,cpuacct:/x\n9:memory:/docker/abc\n1:name=systemd:/y\n");
  Write("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "2147483648\n");
  EXPECT_EQ(UsableMemoryBytes(root_, kMachine), 2ULL << 30);
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n");
  EXPECT_EQ(UsableMemoryBytes(root_, kMachine), 512ULL << 20);
  // No limit, as version 1 writes it.
  Write("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(UsableMemoryBytes(root_, 256ULL << 20), 256ULL << 20);
}

TEST(ReadEngineOptions, TakesFlagsAndShareOfTheMachine) {
  Features features;
  promql::EngineOptions given =
      ReadEngineOptions(Flags::Parse({"--query.max-memory=64MB", "--query.max-total-memory=1GB",
                                      "--query.max-samples=7", "--query.max-concurrency=3",
                                      "--query.timeout=5s", "--query.lookback-delta=1m"})
                            .value(),
                        features);
  EXPECT_EQ(given.max_memory, 64u << 20);
  EXPECT_EQ(given.max_total_memory, 1u << 30);
  EXPECT_EQ(given.max_samples, 7u);
  EXPECT_EQ(given.max_concurrency, 3);
  EXPECT_EQ(given.timeout_ms, 5000);
  EXPECT_EQ(given.lookback_delta_ms, 60'000);
  promql::EngineOptions usual = ReadEngineOptions(Flags::Parse({}).value(), features);
  EXPECT_GE(usual.max_memory, 256u << 20);
  EXPECT_GE(usual.max_total_memory, usual.max_memory);
  EXPECT_LE(usual.max_memory, std::max<uint64_t>(UsableMemoryBytes() / 4, 256u << 20));
}

}  // namespace
}  // namespace watchfire::app

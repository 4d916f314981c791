#include "discovery/manager.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "base/log.h"
#include "base/mutex.h"

namespace watchfire::discovery {
namespace {

config::ServiceDiscoveryConfigs Static(std::vector<std::string> targets) {
  config::ServiceDiscoveryConfigs configs;
  configs.static_configs.push_back({std::move(targets), {{"env", "test"}}, ""});
  return configs;
}

// Collects what the manager sends and waits for it.
class Receiver {
 public:
  Manager::Sink sink() {
    return [this](const TargetSets& sets) {
      MutexLock lock(mutex_);
      last_ = sets;
      ++count_;
      wake_.NotifyAll();
    };
  }
  // Waits until the addresses of `job` are these; what was there last on failure.
  std::vector<std::string> WaitFor(const std::string& job, std::vector<std::string> addresses) {
    MutexLock lock(mutex_);
    for (int i = 0; i < 1000 && Addresses(job) != addresses; ++i) wake_.WaitFor(mutex_, 10);
    return Addresses(job);
  }
  int count() {
    MutexLock lock(mutex_);
    return count_;
  }
  TargetSets last() {
    MutexLock lock(mutex_);
    return last_;
  }

 private:
  std::vector<std::string> Addresses(const std::string& job) REQUIRES(mutex_) {
    std::vector<std::string> out;
    for (const auto& group : last_[job]) {
      for (const model::Labels& target : group->targets) {
        out.emplace_back(target.Get("__address__"));
      }
    }
    return out;
  }

  Mutex mutex_;
  CondVar wake_;
  TargetSets last_ GUARDED_BY(mutex_);
  int count_ GUARDED_BY(mutex_) = 0;
};

using Strings = std::vector<std::string>;

class ManagerTest : public ::testing::Test {
 protected:
  ManagerTest() { std::filesystem::create_directories(directory_); }
  ~ManagerTest() override { std::filesystem::remove_all(directory_); }

  void Write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(FileSystem::Local()->WriteFileAtomically(directory_ + "/" + name, text).ok());
  }
  config::ServiceDiscoveryConfigs Files(const std::string& pattern) {
    config::ServiceDiscoveryConfigs configs;
    config::FileSdConfig file;
    file.files = {directory_ + "/" + pattern};
    configs.file_sd_configs.push_back(file);
    return configs;
  }
  double Metric(const std::string& name) {
    for (const client::MetricFamily& family : registry_.Gather()) {
      if (family.name == name) return family.points[0].value;
    }
    return -1;
  }

  std::string directory_ = ::testing::TempDir() + "/sd_" + std::to_string(getpid());
  client::Registry registry_;
  Receiver receiver_;
};

TEST_F(ManagerTest, SendsStaticTargetsAtOnceWithTheirGroupLabels) {
  Manager manager({.interval_ms = 3'600'000}, &registry_, Clock::System(), receiver_.sink());
  manager.ApplyConfig({{"a", Static({"x:1", "y:2"})}, {"empty", {}}});
  EXPECT_EQ(receiver_.WaitFor("a", {"x:1", "y:2"}), (Strings{"x:1", "y:2"}));
  TargetSets sets = receiver_.last();
  EXPECT_TRUE(sets.contains("empty"));
  EXPECT_EQ(sets["a"][0]->labels.Get("env"), "test");
  EXPECT_EQ(sets["a"][0]->source, "0");
  EXPECT_EQ(Metric("prometheus_sd_discovered_targets"), 2);
}

TEST_F(ManagerTest, SendsANewConfigurationAtOnceWhateverTheInterval) {
  Manager manager({.interval_ms = 3'600'000}, &registry_, Clock::System(), receiver_.sink());
  manager.ApplyConfig({{"a", Static({"x:1"})}});
  EXPECT_EQ(receiver_.WaitFor("a", {"x:1"}), Strings{"x:1"});
  manager.ApplyConfig({{"a", Static({"z:1"})}});
  EXPECT_EQ(receiver_.WaitFor("a", {"z:1"}), Strings{"z:1"});
  manager.ApplyConfig({{"b", Static({"z:1"})}});
  EXPECT_EQ(receiver_.WaitFor("b", {"z:1"}), Strings{"z:1"});
  EXPECT_FALSE(receiver_.last().contains("a"));
}

TEST_F(ManagerTest, FollowsFilesThatAppearChangeAndVanish) {
  Write("a.yml", "- targets: ['a:1']\n  labels: {k: v}\n- targets: ['b:1']\n");
  Manager manager({.interval_ms = 1}, &registry_, Clock::System(), receiver_.sink());
  manager.ApplyConfig({{"f", Files("*.yml")}});
  ASSERT_EQ(receiver_.WaitFor("f", {"a:1", "b:1"}), (Strings{"a:1", "b:1"}));
  std::string path = directory_ + "/a.yml";
  EXPECT_EQ(receiver_.last()["f"][0]->source, path + ":0");
  EXPECT_EQ(receiver_.last()["f"][0]->labels.Get("__meta_filepath"), path);
  EXPECT_EQ(receiver_.last()["f"][0]->labels.Get("k"), "v");
  EXPECT_GT(Metric("prometheus_sd_file_mtime_seconds"), 1e9);

  Write("a.yml", "- targets: ['c:1']\n");
  EXPECT_EQ(receiver_.WaitFor("f", {"c:1"}), Strings{"c:1"});
  Write("b.yml", "- targets: ['d:1']\n");
  EXPECT_EQ(receiver_.WaitFor("f", {"c:1", "d:1"}), (Strings{"c:1", "d:1"}));
  ASSERT_TRUE(FileSystem::Local()->Remove(path).ok());
  EXPECT_EQ(receiver_.WaitFor("f", {"d:1"}), Strings{"d:1"});
}

TEST_F(ManagerTest, KeepsTheTargetsOfABrokenFile) {
  Write("a.json", R"([{"targets": ["a:1"]}])");
  std::string log;
  CaptureLogs(&log);
  {
    Manager manager({.interval_ms = 1}, &registry_, Clock::System(), receiver_.sink());
    manager.ApplyConfig({{"f", Files("*.json")}});
    EXPECT_EQ(receiver_.WaitFor("f", {"a:1"}), Strings{"a:1"});
    Write("a.json", R"([{"targets": ["b:1"], "wrong": 1}])");
    Write("b.json", R"([{"targets": ["c:1"]}])");
    EXPECT_EQ(receiver_.WaitFor("f", {"a:1", "c:1"}), (Strings{"a:1", "c:1"}));
    EXPECT_GE(Metric("prometheus_sd_file_read_errors_total"), 1);
  }
  CaptureLogs(nullptr);
  EXPECT_NE(log.find("Error reading file"), std::string::npos);
}

TEST_F(ManagerTest, RunsEqualMechanismsOfSeveralJobsOnce) {
  Write("a.yml", "- targets: ['a:1']\n");
  Manager manager({.interval_ms = 1}, &registry_, Clock::System(), receiver_.sink());
  manager.ApplyConfig({{"f", Files("*.yml")}, {"g", Files("*.yml")}});
  EXPECT_EQ(receiver_.WaitFor("f", {"a:1"}), Strings{"a:1"});
  EXPECT_EQ(receiver_.last()["f"], receiver_.last()["g"]);
  EXPECT_EQ(Metric("prometheus_sd_received_updates_total"), 1);
}

TEST_F(ManagerTest, NamesMechanismsThatAreNotThereYet) {
  config::ServiceDiscoveryConfigs configs = Static({"x:1"});
  configs.consul_sd_configs.emplace_back();
  std::string log;
  CaptureLogs(&log);
  {
    Manager manager({.interval_ms = 1}, &registry_, Clock::System(), receiver_.sink());
    manager.ApplyConfig({{"a", configs}});
    EXPECT_EQ(receiver_.WaitFor("a", {"x:1"}), Strings{"x:1"});
    EXPECT_EQ(Metric("prometheus_sd_failed_configs"), 1);
  }
  CaptureLogs(nullptr);
  EXPECT_NE(log.find("consul_sd_configs"), std::string::npos);
  EXPECT_NE(log.find("not supported yet"), std::string::npos);
}

TEST_F(ManagerTest, CallsNothingAfterStop) {
  Manager manager({.interval_ms = 1}, &registry_, Clock::System(), receiver_.sink());
  manager.ApplyConfig({{"f", Files("*.yml")}});
  receiver_.WaitFor("f", {});
  manager.Stop();
  int count = receiver_.count();
  Write("a.yml", "- targets: ['a:1']\n");
  manager.ApplyConfig({{"g", Static({"x:1"})}});
  manager.Stop();
  EXPECT_EQ(receiver_.count(), count);
}

}  // namespace
}  // namespace watchfire::discovery

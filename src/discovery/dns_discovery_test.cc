#include "discovery/dns_discovery.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "base/mutex.h"

namespace watchfire::discovery {
namespace {

// Runs one refresh and returns its groups.
std::vector<TargetGroup> Discover(config::DnsSdConfig config, DnsLookup lookup, Metrics& metrics) {
  config.refresh_interval_ms = 3'600'000;
  Mutex mutex;
  CondVar wake;
  bool done = false;
  std::vector<TargetGroup> out;
  DnsDiscovery discovery(config, "job", metrics, std::move(lookup));
  discovery.Start([&](std::vector<TargetGroup> groups) {
    MutexLock lock(mutex);
    out = std::move(groups);
    done = true;
    wake.NotifyAll();
  });
  MutexLock lock(mutex);
  while (!done) wake.Wait(mutex);
  return out;
}

DnsLookup Answer(std::vector<DnsRecord> records) {
  return [records](const std::string&, const std::string&) -> Result<std::vector<DnsRecord>> {
    return records;
  };
}

config::DnsSdConfig Config(std::string type) {
  config::DnsSdConfig config;
  config.names = {"db.example"};
  config.type = std::move(type);
  config.port = 9100;
  return config;
}

TEST(DnsDiscovery, TakesThePortFromSrvRecords) {
  client::Registry registry;
  Metrics metrics(registry);
  auto groups = Discover(Config("srv"), Answer({{"a.example", 81}, {"b.example", 82}}), metrics);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].source, "db.example");
  ASSERT_EQ(groups[0].targets.size(), 2u);
  EXPECT_EQ(groups[0].targets[1].ToString(),
            "{__address__=\"b.example:82\", __meta_dns_name=\"db.example\", "
            "__meta_dns_srv_record_port=\"82\", __meta_dns_srv_record_target=\"b.example.\"}");
}

TEST(DnsDiscovery, AddsTheConfiguredPortToAddressesAndHosts) {
  client::Registry registry;
  Metrics metrics(registry);
  EXPECT_EQ(
      Discover(Config("A"), Answer({{"10.0.0.1", 0}}), metrics)[0].targets[0].Get("__address__"),
      "10.0.0.1:9100");
  EXPECT_EQ(
      Discover(Config("AAAA"), Answer({{"fd00::1", 0}}), metrics)[0].targets[0].Get("__address__"),
      "[fd00::1]:9100");
  model::Labels mx = Discover(Config("MX"), Answer({{"mail.example", 0}}), metrics)[0].targets[0];
  EXPECT_EQ(mx.Get("__address__"), "mail.example:9100");
  EXPECT_EQ(mx.Get("__meta_dns_mx_record_target"), "mail.example.");
}

TEST(DnsDiscovery, KeepsTheTargetsOfANameThatCannotBeAsked) {
  client::Registry registry;
  Metrics metrics(registry);
  config::DnsSdConfig config = Config("A");
  config.names = {"down", "up"};
  std::string log;
  CaptureLogs(&log);
  auto groups = Discover(
      config,
      [](const std::string& name, const std::string&) -> Result<std::vector<DnsRecord>> {
        if (name == "down") return Error::Unavailable("no servers");
        return std::vector<DnsRecord>();
      },
      metrics);
  CaptureLogs(nullptr);
  // No group for "down", which therefore stays; an empty one for "up", which has nothing left.
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].source, "up");
  EXPECT_TRUE(groups[0].targets.empty());
  EXPECT_EQ(metrics.dns_lookups.value(), 2);
  EXPECT_EQ(metrics.dns_lookup_failures.value(), 1);
  EXPECT_NE(log.find("no servers"), std::string::npos);
}

}  // namespace
}  // namespace watchfire::discovery

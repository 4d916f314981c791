#include "app/alerting_settings.h"

namespace watchfire::app {
namespace {

Result<AlertingSettings> Within(std::vector<std::string> arguments) {
  Flags flags = Flags::Parse(std::move(arguments)).value();
  return ReadAlertingSettings(flags, "alertmanager.", "data/");
}

TEST(AlertingSettings, NobodyListensWithoutAConfiguration) {
  auto settings = Within({});
  ASSERT_TRUE(settings.ok()) << settings.error().message();
  EXPECT_TRUE(settings->listen_addresses.empty());
  EXPECT_FALSE(settings->manager.cluster.has_value());
  EXPECT_EQ(settings->manager.storage_path, "data/alertmanager");
}

TEST(AlertingSettings, AConfigurationBringsUpstreamsAddress) {
  auto settings = Within({"--alertmanager.config.file=am.yml"});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->listen_addresses, std::vector<std::string>{"0.0.0.0:9093"});
  settings = Within({"--alertmanager.config.file=am.yml", "--alertmanager.web.listen-address="});
  ASSERT_TRUE(settings.ok());
  EXPECT_TRUE(settings->listen_addresses.empty()) << "switched off";
}

TEST(AlertingSettings, LinksUseTheExternalUrlAndItsPath) {
  auto settings = Within({"--alertmanager.web.external-url=https://example.org/am/"});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->external_url, "https://example.org/am");
  EXPECT_EQ(settings->prefix, "/am");
}

TEST(AlertingSettings, WhatIsNotSupportedIsRefused) {
  auto settings = Within({"--alertmanager.cluster.tls-config=tls.yml"});
  ASSERT_FALSE(settings.ok());
  EXPECT_NE(settings.error().message().find("cluster.tls-config"), std::string::npos);
  settings = Within({"--alertmanager.enable-feature=classic-mode,utf8-strict-mode"});
  ASSERT_FALSE(settings.ok());
  settings = Within({"--alertmanager.enable-feature=telepathy"});
  ASSERT_FALSE(settings.ok());
  EXPECT_NE(settings.error().message().find("telepathy"), std::string::npos);
}

}  // namespace
}  // namespace watchfire::app

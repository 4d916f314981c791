#include <cstdlib>

#include "config/loader.h"

namespace watchfire::config {
namespace {

Config MustLoad(std::string_view text, const std::string& filename = "prometheus.yml") {
  Result<Config> config = LoadConfig(text, filename);
  EXPECT_TRUE(config.ok()) << config.error().message();
  return config.ok() ? *config : Config();
}

TEST(ConfigToYaml, ShowsTheDefaults) {
  EXPECT_EQ(ConfigToYaml(MustLoad("")),
            "global:\n"
            "  scrape_interval: 1m\n"
            "  scrape_timeout: 10s\n"
            "  evaluation_interval: 1m\n"
            "  metric_name_validation_scheme: utf8\n"
            "  metric_name_escaping_scheme: allow-utf-8\n"
            "  scrape_native_histograms: false\n"
            "runtime:\n"
            "  gogc: 75\n"
            "otlp:\n"
            "  translation_strategy: UnderscoreEscapingWithSuffixes\n"
            "  label_name_underscore_sanitization: true\n"
            "  label_name_preserve_multiple_underscores: true\n");
}

TEST(ConfigToYaml, ShowsAJobWithWhatItInherited) {
  std::string text = ConfigToYaml(
      MustLoad("global: {scrape_interval: 15s, external_labels: {b: '1', a: x}}\n"
               "scrape_configs:\n- job_name: node\n  params:\n    match[]: ['{a=\"b\"}', c]\n"
               "  static_configs:\n  - targets: ['localhost:9090']\n    labels: {my: label}\n"
               "  relabel_configs:\n  - source_labels: [job, __meta]\n    target_label: x\n"
               "    regex: '(.*)some-[regex]'\n"));
  EXPECT_NE(text.find("  external_labels:\n    a: x\n    b: \"1\"\n"), std::string::npos) << text;
  size_t at = text.find("scrape_configs:\n");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(text.substr(at, text.find("otlp:") - at),
            "scrape_configs:\n"
            "- job_name: node\n"
            "  honor_timestamps: true\n"
            "  track_timestamps_staleness: false\n"
            "  params:\n"
            "    match[]:\n"
            "    - '{a=\"b\"}'\n"
            "    - c\n"
            "  scrape_interval: 15s\n"
            "  scrape_timeout: 10s\n"
            "  scrape_protocols:\n"
            "  - OpenMetricsText1.0.0\n"
            "  - OpenMetricsText0.0.1\n"
            "  - PrometheusText1.0.0\n"
            "  - PrometheusText0.0.4\n"
            "  scrape_native_histograms: false\n"
            "  always_scrape_classic_histograms: false\n"
            "  convert_classic_histograms_to_nhcb: false\n"
            "  metrics_path: /metrics\n"
            "  scheme: http\n"
            "  enable_compression: true\n"
            "  metric_name_validation_scheme: utf8\n"
            "  metric_name_escaping_scheme: allow-utf-8\n"
            "  extra_scrape_metrics: false\n"
            "  follow_redirects: true\n"
            "  enable_http2: true\n"
            "  relabel_configs:\n"
            "  - source_labels: [job, __meta]\n"
            "    separator: ;\n"
            "    regex: (.*)some-[regex]\n"
            "    target_label: x\n"
            "    replacement: $1\n"
            "    action: replace\n"
            "  static_configs:\n"
            "  - targets:\n"
            "    - localhost:9090\n"
            "    labels:\n"
            "      my: label\n");
}

TEST(ConfigToYaml, HidesEverySecret) {
  std::string text = ConfigToYaml(MustLoad(
      "scrape_configs:\n- job_name: a\n  basic_auth: {username: u, password: hidden1}\n"
      "  proxy_url: http://u:hidden2@proxy\n  proxy_connect_header: {X: [hidden3]}\n"
      "  http_headers: {Y: {values: [shown], secrets: [hidden4]}}\n"
      "  consul_sd_configs: [{token: hidden5}]\n"
      "- job_name: b\n  bearer_token: hidden6\n"
      "remote_write: [{url: 'http://u:hidden7@h/w', sigv4: {access_key: k, secret_key: hidden8}}]\n"
      "remote_read: [{url: 'http://u:hidden9@h/r', headers: {Authorization: Bearer hidden10}}]\n"));
  EXPECT_EQ(text.find("hidden"), std::string::npos) << text;
  EXPECT_NE(text.find("proxy_url: http://u:xxxxx@proxy"), std::string::npos) << text;
  EXPECT_NE(text.find("    password: <secret>\n"), std::string::npos);
  EXPECT_NE(text.find("- shown\n"), std::string::npos);
}

TEST(ConfigToYaml, WritesAnEmptyItemAsABracePair) {
  Config config;
  config.scrape_configs.resize(1);
  config.scrape_configs[0].discovery.static_configs.resize(2);
  config.scrape_configs[0].discovery.static_configs[1].targets = {"x"};
  std::string text = ConfigToYaml(config);
  EXPECT_NE(text.find("  static_configs:\n  - {}\n  - targets:\n    - x\n"), std::string::npos)
      << text;
}

// What is printed reads back as the same configuration, except for what is hidden.
void ExpectRoundTrip(const std::string& text, const std::string& filename) {
  Config config = MustLoad(text, filename);
  std::string printed = ConfigToYaml(config);
  // The paths are complete, so the name of a file in the working directory changes none.
  Result<Config> again = LoadConfig(printed, "x.yml");
  ASSERT_TRUE(again.ok()) << filename << ": " << again.error().message() << "\n" << printed;
  EXPECT_EQ(ConfigToYaml(*again), printed) << filename;
}

TEST(ConfigToYaml, RoundTripsEveryGoodFile) {
  const char* root = std::getenv("WATCHFIRE_CONFORMANCE");
  std::string folder =
      JoinPath(root == nullptr ? "../shared/conformance" : root, "prometheus/config");
  auto entries = FileSystem::Local()->ListDirectory(folder);
  if (!entries.ok()) GTEST_SKIP() << "no conformance data at " << folder;
  size_t count = 0;
  for (const DirEntry& entry : *entries) {
    if (entry.name.find(".good.yml") == std::string::npos) continue;
    // Dollars in external labels were escaped, and would be expanded a second time.
    if (entry.name == "external_labels.good.yml") continue;
    std::string path = JoinPath(folder, entry.name);
    ExpectRoundTrip(FileSystem::Local()->ReadFile(path).value_or(""), path);
    ++count;
  }
  EXPECT_GT(count, 50u);
}

TEST(ConfigToYaml, KeepsEverySecretOfTheLargestFileHidden) {
  const char* root = std::getenv("WATCHFIRE_CONFORMANCE");
  std::string path =
      JoinPath(root == nullptr ? "../shared/conformance" : root, "prometheus/config/conf.good.yml");
  Result<std::string> text = FileSystem::Local()->ReadFile(path);
  if (!text.ok()) GTEST_SKIP() << "no conformance data at " << path;
  std::string printed = ConfigToYaml(MustLoad(*text, path));
  EXPECT_EQ(printed.find("mysecret"), std::string::npos);
  size_t count = 0;
  for (size_t at = printed.find("<secret>"); at != std::string::npos;
       at = printed.find("<secret>", at + 1)) {
    ++count;
  }
  EXPECT_GE(count, 25u);
}

// The tree that upstream's round-trip file states must be in what is printed of it: nothing is
// lost, renamed or changed; defaults may be added.
void ExpectContains(const yaml::Node& printed, const yaml::Node& stated, const std::string& where) {
  if (stated.is_scalar()) {
    EXPECT_EQ(printed.text, stated.text) << where;
    return;
  }
  if (stated.is_sequence()) {
    ASSERT_EQ(printed.items.size(), stated.items.size()) << where;
    for (size_t i = 0; i < stated.items.size(); ++i) {
      ExpectContains(printed.items[i], stated.items[i], fmt::format("{}[{}]", where, i));
    }
    return;
  }
  for (const yaml::Entry& entry : stated.entries) {
    const yaml::Node* value = printed.Find(entry.key);
    ASSERT_NE(value, nullptr) << where << "." << entry.key;
    ExpectContains(*value, entry.value, where + "." + entry.key);
  }
}

TEST(ConfigToYaml, ShowsAllOfUpstreamsRoundTripFile) {
  const char* root = std::getenv("WATCHFIRE_CONFORMANCE");
  std::string path = JoinPath(root == nullptr ? "../shared/conformance" : root,
                              "prometheus/config/roundtrip.good.yml");
  Result<std::string> text = FileSystem::Local()->ReadFile(path);
  if (!text.ok()) GTEST_SKIP() << "no conformance data at " << path;
  // Read as if it lay in the working directory, so that paths stay as they are.
  yaml::Node printed = *yaml::Parse(ConfigToYaml(MustLoad(*text, "roundtrip.yml")));
  ExpectContains(printed, *yaml::Parse(*text), "");
}

}  // namespace
}  // namespace watchfire::config

#include "alerting/amconfig/loader.h"

#include <fstream>

#include "alerting/amconfig/go_duration.h"
#include "base/text.h"

namespace watchfire::amconfig {
namespace {

Config Load(const std::string& text) {
  Result<Config> config =
      LoadConfig(text, "/etc/am/am.yml", {.zones = SystemZones(FileSystem::Local())});
  EXPECT_TRUE(config.ok()) << config.error().message();
  return config.ok() ? *config : Config();
}

// tests/alertmanager/errors.txt; the tests run in the repository's root.
TEST(Loader, RefusesEveryMistakeOfTheCorpusWithItsLine) {
  std::ifstream file("tests/alertmanager/errors.txt");
  ASSERT_TRUE(file.is_open()) << "run from the repository's root";
  std::string line;
  std::string name;
  std::string text;
  std::string expected;
  size_t cases = 0;
  auto check = [&] {
    if (name.empty()) return;
    Result<Config> config = LoadConfig(text, "am.yml", {.zones = SystemZones(FileSystem::Local())});
    EXPECT_EQ(config.ok() ? "no error" : config.error().message(), expected) << name;
    ++cases;
  };
  while (std::getline(file, line)) {
    if (line.substr(0, 4) == "--- ") {
      check();
      name = line.substr(4);
      text.clear();
      expected.clear();
    } else if (line.substr(0, 2) == "! ") {
      expected += (expected.empty() ? "am.yml:" : "\nam.yml:") + line.substr(2);
    } else {
      text += line + "\n";
    }
  }
  check();
  EXPECT_GT(cases, 45u);
}

constexpr const char* kSecrets = R"(
global:
  smtp_smarthost: h:25
  smtp_from: a@b
  smtp_auth_password: hidden1
  slack_api_url: https://hooks.example.com/hidden2
  opsgenie_api_key: hidden3
  telegram_bot_token: hidden4
  http_config:
    authorization: {credentials: hidden5}
route: {receiver: all, routes: [{matchers: ['a=~"b|c", d!=e'], group_by: [...]}]}
receivers:
  - name: all
    email_configs: [{to: x@y}]
    slack_configs: [{channel: c}]
    webhook_configs: [{url: 'http://h/hidden6', payload: {a: '{{ .Status }}', b: [1, true]}}]
    telegram_configs: [{chat_id: -5}]
    opsgenie_configs: [{responders: [{name: t, type: Team}]}]
    pagerduty_configs: [{routing_key: hidden7, details: {x: y}}]
    pushover_configs: [{user_key: hidden8, token: hidden9}]
    discord_configs: [{webhook_url: 'http://h/hidden10'}]
    msteamsv2_configs: [{webhook_url: 'http://h/hidden11'}]
    mattermost_configs: [{webhook_url: 'http://h/hidden12'}]
    jira_configs: [{api_url: 'http://j', project: P, issue_type: Bug,
      summary: {template: s, enable_update: false}, fields: {f: {g: h}}}]
time_intervals:
  - name: n
    time_intervals:
      - times: [{start_time: '09:00', end_time: '24:00'}]
        weekdays: ['Monday:friday', sunday]
        days_of_month: ['-3:-1']
        months: ['january:3']
        years: [2026]
        location: UTC
)";

TEST(Loader, NeverPrintsASecretAndLoadsItsDump) {
  Config config = Load(kSecrets);
  std::string dump = ConfigToYaml(config);
  EXPECT_EQ(dump.find("hidden"), std::string::npos) << dump;
  EXPECT_NE(dump.find("<secret>"), std::string::npos);
  EXPECT_NE(dump.find("templates: []"), std::string::npos);
  EXPECT_NE(dump.find("weekdays: ['monday:friday', sunday]"), std::string::npos) << dump;
  Result<Config> again = LoadConfig(dump, "/etc/am/am.yml");
  ASSERT_TRUE(again.ok()) << again.error().message() << "\n" << dump;
  EXPECT_EQ(ConfigToYaml(*again), dump);
  EXPECT_EQ(config.original, kSecrets);
}

TEST(Loader, FillsInWhatReceiversInherit) {
  Config config = Load(kSecrets);
  const Receiver& all = config.receivers[0];
  EXPECT_EQ(all.labels.at("name"), "all");
  const EmailConfig& email = all.email_configs[0];
  EXPECT_EQ(email.smarthost, "h:25");
  EXPECT_EQ(email.hello, "localhost");
  EXPECT_EQ(email.auth_password.reveal(), "hidden1");
  EXPECT_TRUE(*email.require_tls);
  EXPECT_FALSE(email.send_resolved);
  EXPECT_EQ(all.slack_configs[0].api_url.reveal(), "https://hooks.example.com/hidden2");
  EXPECT_EQ(all.slack_configs[0].http_config->authorization->credentials.reveal(), "hidden5");
  EXPECT_EQ(all.telegram_configs[0].chat_id, -5);
  EXPECT_EQ(all.telegram_configs[0].api_url.text, "https://api.telegram.org");
  EXPECT_EQ(all.opsgenie_configs[0].responders[0].type, "team");
  EXPECT_EQ(all.pagerduty_configs[0].details.entries.size(), 5u);
  EXPECT_EQ(all.jira_configs[0].summary.enable_update, false);
}

TEST(Loader, SendsWithAnAppTokenToTheApi) {
  Config config = Load(
      "global: {slack_app_token: t}\n"
      "route: {receiver: a}\n"
      "receivers: [{name: a, slack_configs: [{channel: c, update_message: true}]}]\n");
  const SlackConfig& slack = config.receivers[0].slack_configs[0];
  EXPECT_EQ(slack.api_url.reveal(), "https://slack.com/api/chat.postMessage");
  EXPECT_EQ(slack.http_config->authorization->type, "Bearer");
  EXPECT_EQ(slack.http_config->authorization->credentials.reveal(), "t");
}

TEST(Loader, ResolvesRelativePathsOfTemplatesAndClients) {
  Config config = Load(
      "templates: [t/*.tmpl, /abs/*.tmpl]\n"
      "route: {receiver: a}\n"
      "receivers: [{name: a, webhook_configs: [{url_file: f, http_config: {tls_config: {ca_file: "
      "ca.pem}}}]}]\n");
  EXPECT_EQ(config.templates, (std::vector<std::string>{"/etc/am/t/*.tmpl", "/abs/*.tmpl"}));
  const WebhookConfig& webhook = config.receivers[0].webhook_configs[0];
  EXPECT_EQ(webhook.http_config->tls_config.ca_file, "/etc/am/ca.pem");
  EXPECT_EQ(webhook.url_file, "f");
}

TEST(Loader, AcceptsWhatUpstreamTakesForEmpty) {
  Config config = Load(
      "global:\nroute: {receiver: a}\nreceivers: [{name: a}]\n"
      "inhibit_rules: [null]\n");
  EXPECT_EQ(config.inhibit_rules.size(), 1u);
  EXPECT_EQ(config.global, GlobalConfig());
}

TEST(Loader, WarnsOfMatchersWithTwoReadings) {
  Config config =
      Load("route:\n  receiver: a\n  routes:\n    - matchers: ['a=b c']\nreceivers: [{name: a}]\n");
  ASSERT_EQ(config.warnings.size(), 1u);
  EXPECT_NE(config.warnings[0].find("line 4: "), std::string::npos) << config.warnings[0];
}

TEST(Loader, ShowsNoSecretInErrors) {
  Result<Config> config = LoadConfig(
      "global: {slack_api_url: 'http://h:x/hidden'}\nroute: {receiver: a}\nreceivers: [{name: a}]",
      "am.yml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().message().find("hidden"), std::string::npos) << config.error().message();
}

TEST(GoDurations, GoThereAndBack) {
  for (const char* text : {"0s", "1ns", "1.5s", "1m0s", "1h0m0s", "1h2m3.004s", "-1m0s", "250ms"}) {
    EXPECT_EQ(FormatGoDuration(*ParseGoDuration(text)), text);
  }
  EXPECT_EQ(*ParseGoDuration("1.5h"), 5'400'000'000'000);
  EXPECT_EQ(ParseGoDuration("3").error().message(), "time: missing unit in duration \"3\"");
  EXPECT_EQ(ParseGoDuration("").error().message(), "time: invalid duration \"\"");
  EXPECT_FALSE(ParseGoDuration("9999999999h").ok());
}

}  // namespace
}  // namespace watchfire::amconfig

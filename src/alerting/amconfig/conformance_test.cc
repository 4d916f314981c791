// Alertmanager's own configuration files: every good one loads and its dump loads again, every bad
// one is refused in upstream's words. Read from $WATCHFIRE_CONFORMANCE; not part of this
// repository. The file of a real team under examples/stacks loads unchanged.
#include <cstdlib>
#include <map>

#include "alerting/amconfig/loader.h"

namespace watchfire::amconfig {
namespace {

std::string Root() {
  const char* root = std::getenv("WATCHFIRE_CONFORMANCE");
  return JoinPath(root == nullptr ? "../shared/conformance" : root, "alertmanager");
}

const std::map<std::string, std::string>& BadFiles() {
  static const std::map<std::string, std::string> kBad = {
      {"conf.mattermost-both-webhook-url-and-file.yml",
       "at most one of mattermost_webhook_url & mattermost_webhook_url_file must be configured"},
      {"conf.mattermost-valid-receiver-both-webhook-url-and-file.yml",
       "at most one of mattermost_webhook_url & mattermost_webhook_url_file must be configured"},
      {"conf.mattermost-no-webhook-url.yml",
       "missing webhook_url or webhook_url_file on mattermost_config"},
      {"conf.telegram-valid-receiver-both-bot-token-and-file.yml",
       "at most one of telegram_bot_token & telegram_bot_token_file must be configured"},
      {"conf.nil-match_re-route.yml", "invalid regexp value for \"invalid_label\""},
      {"conf.nil-source_match_re-inhibition.yml",
       "invalid regexp value for \"invalid_source_label\""},
      {"conf.nil-target_match_re-inhibition.yml",
       "invalid regexp value for \"invalid_target_label\""},
      {"conf.opsgenie-both-file-and-apikey.yml",
       "at most one of opsgenie_api_key & opsgenie_api_key_file must be configured"},
      {"conf.opsgenie-default-apikey-old-team.yml", "field teams not found in type opsgenie.plain"},
      {"conf.opsgenie-no-apikey.yml", "no global OpsGenie API Key set either inline or in a file"},
      {"conf.rocketchat-both-token-and-tokenfile.yml",
       "at most one of rocketchat_token & rocketchat_token_file must be configured"},
      {"conf.rocketchat-both-tokenid-and-tokenidfile.yml",
       "at most one of rocketchat_token_id & rocketchat_token_id_file must be configured"},
      {"conf.rocketchat-no-token.yml", "no global Rocketchat Token set either inline or in a file"},
      {"conf.slack-both-file-and-token.yml",
       "at most one of slack_app_token & slack_app_token_file must be configured"},
      {"conf.slack-both-file-and-url.yml",
       "at most one of slack_api_url & slack_api_url_file must be configured"},
      {"conf.slack-both-url-and-token.yml",
       "at most one of slack_app_token/slack_app_token_file & slack_api_url/slack_api_url_file "
       "must be configured"},
      {"conf.slack-no-api-url-or-token.yml",
       "no Slack API URL nor App token set either inline or in a file"},
      {"conf.slack-update-message-and-webhook.yml",
       "update_message can only be used with bot tokens. api_url must be set to "
       "https://slack.com/api/chat.postMessage"},
      {"conf.smtp-both-password-and-file.yml",
       "at most one of smtp_auth_password & smtp_auth_password_file must be configured"},
      {"conf.sns-invalid.yml",
       "must provide either a Target ARN, Topic ARN, or Phone Number for SNS config"},
      {"conf.telegram-both-bot-token-and-file.yml",
       "at most one of telegram_bot_token & telegram_bot_token_file must be configured"},
      {"conf.telegram-no-bot-token.yml", "missing bot_token or bot_token_file on telegram_config"},
      {"conf.victorops-both-file-and-apikey.yml",
       "at most one of victorops_api_key & victorops_api_key_file must be configured"},
      {"conf.victorops-no-apikey.yml", "no global VictorOps API Key set"},
      {"conf.wechat-both-file-and-secret.yml",
       "at most one of wechat_api_secret & wechat_api_secret_file must be configured"},
      {"conf.wechat-no-api-secret.yml",
       "no global Wechat Api Secret set either inline or in a file"},
      {"conf.bad.yml", "cannot unmarshal !!str `BAD` into config.plain"},
  };
  return kBad;
}

void CheckGood(const std::string& path, const std::string& text) {
  Result<Config> config = LoadConfig(text, path, {.zones = SystemZones(FileSystem::Local())});
  ASSERT_TRUE(config.ok()) << config.error().message();
  std::string dump = ConfigToYaml(*config);
  EXPECT_EQ(dump.find("mysecret"), std::string::npos) << path;
  Result<Config> again = LoadConfig(dump, path);
  ASSERT_TRUE(again.ok()) << again.error().message() << "\n" << dump;
  // An empty smtp_hello is left out, as upstream does, and so becomes the default.
  if (config->global.smtp_hello.empty()) return;
  EXPECT_EQ(ConfigToYaml(*again), dump) << path;
}

TEST(Conformance, GoodFilesLoadAndBadOnesAreRefusedInUpstreamsWords) {
  FileSystem* files = FileSystem::Local();
  if (!files->Exists(Root())) {
    GTEST_SKIP() << "no conformance data at " << Root() << "; set WATCHFIRE_CONFORMANCE";
  }
  size_t good = 0;
  size_t bad = 0;
  for (const char* folder : {"config", "amtool", "examples"}) {
    std::string directory = JoinPath(Root(), folder);
    std::vector<DirEntry> entries = files->ListDirectory(directory).value();
    for (const DirEntry& entry : entries) {
      std::string path = JoinPath(directory, entry.name);
      std::string text = files->ReadFile(path).value();
      auto expected = BadFiles().find(entry.name);
      if (expected == BadFiles().end()) {
        CheckGood(path, text);
        ++good;
        continue;
      }
      Result<Config> config = LoadConfig(text, path);
      ASSERT_FALSE(config.ok()) << path;
      EXPECT_NE(config.error().message().find(expected->second), std::string::npos)
          << config.error().message();
      EXPECT_EQ(config.error().message().rfind(path + ":", 0), 0u) << config.error().message();
      ++bad;
    }
  }
  EXPECT_EQ(bad, BadFiles().size());
  EXPECT_GE(good, 25u);
}

TEST(Conformance, TheFileOfARealTeamLoads) {
  std::string path = "examples/stacks/agent-orchestrator/observability/alertmanager.yml";
  Result<std::string> text = FileSystem::Local()->ReadFile(path);
  ASSERT_TRUE(text.ok()) << "run from the repository's root";
  CheckGood(path, *text);
}

}  // namespace
}  // namespace watchfire::amconfig

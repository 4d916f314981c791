#include "alerting/amconfig/inherit.h"

#include <algorithm>

#include "alerting/amconfig/describe.h"

namespace watchfire::amconfig {
namespace {

constexpr std::string_view kHidden = "<secret>";

void InheritHttp(Notifier& c, const GlobalConfig& global) {
  if (!c.http_config) c.http_config = global.http_config;
}

// A secret and its file are inherited together, when neither is set; `error` if there is nothing.
Result<void> InheritPair(Secret& secret, std::string& file, const Secret& from,
                         const std::string& from_file, std::string_view error) {
  if (!secret.empty() || !file.empty()) return {};
  if (from.empty() && from_file.empty()) return Error::Invalid("{}", error);
  secret = from;
  file = from_file;
  return {};
}

Result<void> InheritUrl(Url& url, const Url& from, std::string_view error) {
  if (url.empty()) url = from;
  if (url.empty()) return Error::Invalid("{}", error);
  return {};
}

// Paths are appended to these addresses.
void EndWithSlash(Url& url) {
  size_t end = std::min(url.text.find_first_of("?#"), url.text.size());
  if (end > 0 && url.text[end - 1] == '/') return;
  url.text = url.text.substr(0, end) + '/' + url.text.substr(end);
}

Result<void> InheritEmail(EmailConfig& c, const GlobalConfig& global) {
  if (!c.tls_config) c.tls_config = global.smtp_tls_config;
  if (c.smarthost.empty()) c.smarthost = global.smtp_smarthost;
  if (c.smarthost.empty()) return Error::Invalid("no global SMTP smarthost set");
  if (c.from.empty()) c.from = global.smtp_from;
  if (c.from.empty()) return Error::Invalid("no global SMTP from set");
  if (c.hello.empty()) c.hello = global.smtp_hello;
  if (c.auth_username.empty()) c.auth_username = global.smtp_auth_username;
  if (c.auth_password.empty() && c.auth_password_file.empty()) {
    c.auth_password = global.smtp_auth_password;
    c.auth_password_file = global.smtp_auth_password_file;
  }
  if (c.auth_secret.empty() && c.auth_secret_file.empty()) {
    c.auth_secret = global.smtp_auth_secret;
    c.auth_secret_file = global.smtp_auth_secret_file;
  }
  if (c.auth_identity.empty()) c.auth_identity = global.smtp_auth_identity;
  if (!c.require_tls) c.require_tls = global.smtp_require_tls;
  if (!c.force_implicit_tls) c.force_implicit_tls = global.smtp_force_implicit_tls;
  return {};
}

// A bot token needs the API's address and travels in a header; a webhook address holds its own
// secret. What the receiver says itself comes first.
Result<void> InheritSlack(SlackConfig& c, const GlobalConfig& global) {
  constexpr std::string_view kNothing =
      "no Slack API URL nor App token set either inline or in a file";
  bool own_authorization = c.http_config && c.http_config->authorization;
  InheritHttp(c, global);
  bool has_url = !c.api_url.empty() || !c.api_url_file.empty();
  bool has_token = !c.app_token.empty() || !c.app_token_file.empty();
  if (c.app_url.empty()) c.app_url = global.slack_app_url;
  // A dump shows a token, the API's address and the header that were made of them.
  bool own_app_api = c.api_url.reveal() == c.app_url.text || c.api_url.reveal() == kHidden;
  if (has_token && has_url && !own_app_api) {
    return Error::Invalid(
        "at most one of api_url/api_url_file & app_token/app_token_file must be configured");
  }
  bool global_token = !global.slack_app_token.empty() || !global.slack_app_token_file.empty();
  if (!has_token && !has_url && !own_authorization && global_token) {
    c.app_token = global.slack_app_token;
    c.app_token_file = global.slack_app_token_file;
    has_token = true;
  }
  if (has_token) {
    bool from_dump = c.http_config->authorization &&
                     c.http_config->authorization->credentials == c.app_token &&
                     c.http_config->authorization->credentials_file == c.app_token_file;
    if (c.http_config->authorization && !from_dump) {
      return Error::Invalid("http authorization can't be set when using Slack App tokens");
    }
    c.api_url = Secret(c.app_url.text);
    c.api_url_file.clear();
    c.http_config->authorization.emplace();
    c.http_config->authorization->credentials = c.app_token;
    c.http_config->authorization->credentials_file = c.app_token_file;
  } else if (!has_url) {
    TRY(InheritPair(c.api_url, c.api_url_file, global.slack_api_url, global.slack_api_url_file,
                    kNothing));
  }
  if (c.update_message && c.api_url.reveal() != c.app_url.text && c.api_url.reveal() != kHidden) {
    return Error::Invalid(
        "update_message can only be used with bot tokens. api_url must be set to "
        "https://slack.com/api/chat.postMessage");
  }
  return {};
}

Result<void> InheritOpsgenie(OpsgenieConfig& c, const GlobalConfig& global) {
  InheritHttp(c, global);
  TRY(InheritUrl(c.api_url, global.opsgenie_api_url, "no global OpsGenie URL set"));
  EndWithSlash(c.api_url);
  return InheritPair(c.api_key, c.api_key_file, global.opsgenie_api_key,
                     global.opsgenie_api_key_file,
                     "no global OpsGenie API Key set either inline or in a file");
}

Result<void> InheritWechat(WechatConfig& c, const GlobalConfig& global) {
  InheritHttp(c, global);
  TRY(InheritUrl(c.api_url, global.wechat_api_url, "no global Wechat URL set"));
  TRY(InheritPair(c.api_secret, c.api_secret_file, global.wechat_api_secret,
                  global.wechat_api_secret_file,
                  "no global Wechat Api Secret set either inline or in a file"));
  if (c.corp_id.empty()) c.corp_id = global.wechat_api_corp_id;
  if (c.corp_id.empty()) return Error::Invalid("no global Wechat CorpID set");
  EndWithSlash(c.api_url);
  return {};
}

Result<void> InheritVictorops(VictoropsConfig& c, const GlobalConfig& global) {
  InheritHttp(c, global);
  TRY(InheritUrl(c.api_url, global.victorops_api_url, "no global VictorOps URL set"));
  EndWithSlash(c.api_url);
  return InheritPair(c.api_key, c.api_key_file, global.victorops_api_key,
                     global.victorops_api_key_file, "no global VictorOps API Key set");
}

Result<void> InheritRocketchat(RocketchatConfig& c, const GlobalConfig& global) {
  InheritHttp(c, global);
  if (c.api_url.empty()) c.api_url = global.rocketchat_api_url;
  TRY(InheritPair(c.token_id, c.token_id_file, global.rocketchat_token_id,
                  global.rocketchat_token_id_file,
                  "no global Rocketchat TokenID set either inline or in a file"));
  return InheritPair(c.token, c.token_file, global.rocketchat_token, global.rocketchat_token_file,
                     "no global Rocketchat Token set either inline or in a file");
}

// Keeps its own http_config, but for the proxy.
void InheritMsteamsv2(Msteamsv2Config& c, const GlobalConfig& global) {
  InheritHttp(c, global);
  if (c.http_config->proxy.proxy_url.empty()) {
    c.http_config->proxy.proxy_url = global.http_config.proxy.proxy_url;
  }
}

}  // namespace

Result<void> CheckGlobal(const GlobalConfig& g) {
  auto pair = [](const Secret& secret, const std::string& file, std::string_view name) {
    return AtMostOne(!secret.empty(), !file.empty(), name, fmt::format("{}_file", name));
  };
  TRY(pair(g.slack_api_url, g.slack_api_url_file, "slack_api_url"));
  TRY(pair(g.slack_app_token, g.slack_app_token_file, "slack_app_token"));
  bool has_url = !g.slack_api_url_file.empty() ||
                 (!g.slack_api_url.empty() && g.slack_api_url.reveal() != g.slack_app_url.text &&
                  g.slack_api_url.reveal() != kHidden);
  TRY(AtMostOne(!g.slack_app_token.empty() || !g.slack_app_token_file.empty(), has_url,
                "slack_app_token/slack_app_token_file", "slack_api_url/slack_api_url_file"));
  TRY(pair(g.opsgenie_api_key, g.opsgenie_api_key_file, "opsgenie_api_key"));
  TRY(pair(g.victorops_api_key, g.victorops_api_key_file, "victorops_api_key"));
  TRY(pair(g.smtp_auth_password, g.smtp_auth_password_file, "smtp_auth_password"));
  TRY(pair(g.smtp_auth_secret, g.smtp_auth_secret_file, "smtp_auth_secret"));
  TRY(pair(g.telegram_bot_token, g.telegram_bot_token_file, "telegram_bot_token"));
  TRY(pair(g.rocketchat_token, g.rocketchat_token_file, "rocketchat_token"));
  TRY(pair(g.rocketchat_token_id, g.rocketchat_token_id_file, "rocketchat_token_id"));
  TRY(pair(g.wechat_api_secret, g.wechat_api_secret_file, "wechat_api_secret"));
  return pair(g.mattermost_webhook_url, g.mattermost_webhook_url_file, "mattermost_webhook_url");
}

Result<void> Inherit(Receiver& r, const GlobalConfig& global) {
  r.labels["name"] = r.name;
  for (WebhookConfig& c : r.webhook_configs) InheritHttp(c, global);
  for (EmailConfig& c : r.email_configs) TRY(InheritEmail(c, global));
  for (SlackConfig& c : r.slack_configs) TRY(InheritSlack(c, global));
  for (PushoverConfig& c : r.pushover_configs) InheritHttp(c, global);
  for (PagerdutyConfig& c : r.pagerduty_configs) {
    InheritHttp(c, global);
    TRY(InheritUrl(c.url, global.pagerduty_url, "no global PagerDuty URL set"));
  }
  for (IncidentioConfig& c : r.incidentio_configs) InheritHttp(c, global);
  for (OpsgenieConfig& c : r.opsgenie_configs) TRY(InheritOpsgenie(c, global));
  for (WechatConfig& c : r.wechat_configs) TRY(InheritWechat(c, global));
  for (VictoropsConfig& c : r.victorops_configs) TRY(InheritVictorops(c, global));
  for (SnsConfig& c : r.sns_configs) InheritHttp(c, global);
  for (TelegramConfig& c : r.telegram_configs) {
    InheritHttp(c, global);
    if (c.api_url.empty()) c.api_url = global.telegram_api_url;
    TRY(InheritPair(c.bot_token, c.bot_token_file, global.telegram_bot_token,
                    global.telegram_bot_token_file,
                    "missing bot_token or bot_token_file on telegram_config"));
  }
  for (DiscordConfig& c : r.discord_configs) InheritHttp(c, global);
  for (WebexConfig& c : r.webex_configs) {
    InheritHttp(c, global);
    TRY(InheritUrl(c.api_url, global.webex_api_url, "no global Webex URL set"));
  }
  for (MsteamsConfig& c : r.msteams_configs) InheritHttp(c, global);
  for (Msteamsv2Config& c : r.msteamsv2_configs) InheritMsteamsv2(c, global);
  for (JiraConfig& c : r.jira_configs) {
    InheritHttp(c, global);
    TRY(InheritUrl(c.api_url, global.jira_api_url, "no global Jira Cloud URL set"));
  }
  for (RocketchatConfig& c : r.rocketchat_configs) TRY(InheritRocketchat(c, global));
  for (MattermostConfig& c : r.mattermost_configs) {
    InheritHttp(c, global);
    TRY(InheritPair(c.webhook_url, c.webhook_url_file, global.mattermost_webhook_url,
                    global.mattermost_webhook_url_file,
                    "missing webhook_url or webhook_url_file on mattermost_config"));
  }
  return {};
}

}  // namespace watchfire::amconfig

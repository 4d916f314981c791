#pragma once
// Receivers of alertmanager.yml as values: one struct for each kind of integration. Field names are
// the YAML keys, initialisers are what an absent key means; texts marked T are templates, rendered
// when a notification is sent. After loading, everything that a receiver inherits from `global` is
// filled in. Secrets print as `<secret>` only; `…_file` names are read when something is sent.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "codec/yaml.h"
#include "config/config.h"
#include "config/http_client.h"

namespace watchfire::amconfig {

using config::HttpClientConfig;
using config::TlsConfig;
using config::Url;

// What all of them have. Durations of Go's syntax are kept in nanoseconds.
struct Notifier {
  bool send_resolved = true;
  std::optional<HttpClientConfig> http_config;
};

struct WebhookConfig : Notifier {
  Secret url;  // may hold a template
  std::string url_file;
  uint64_t max_alerts = 0;
  int64_t timeout_ns = 0;
  yaml::Node payload;  // T in every string; null: the standard body
  // Grafana's body (version "1"), method and texts, for contact points; no keys of the file.
  bool managed = false;
  std::string method = "POST";
  std::string title;    // T
  std::string message;  // T
  Secret hmac_secret;   // the body is signed with it; empty: not
  std::string hmac_header, hmac_timestamp_header;
};

struct EmailThreading {
  bool enabled = false;
  std::string thread_by_date = "daily";
  bool operator==(const EmailThreading&) const = default;
};

struct EmailConfig : Notifier {
  EmailConfig() { send_resolved = false; }
  std::string to;    // T
  std::string from;  // T
  std::string hello;
  std::string smarthost;
  std::string auth_username;
  Secret auth_password;
  std::string auth_password_file;
  Secret auth_secret;
  std::string auth_secret_file;
  std::string auth_identity;
  std::map<std::string, std::string> headers;  // T; canonical names
  std::string html = R"({{ template "email.default.html" . }})";
  std::string text;
  std::optional<bool> require_tls;
  std::optional<TlsConfig> tls_config;
  std::optional<bool> force_implicit_tls;
  std::optional<EmailThreading> threading;
  bool opportunistic_tls = false;  // STARTTLS where it is offered; no key of the file
};

struct PagerdutyImage {
  std::string src, alt, href;
};
struct PagerdutyLink {
  std::string href, text;
};
struct PagerdutyConfig : Notifier {
  Secret service_key;
  std::string service_key_file;
  Secret routing_key;
  std::string routing_key_file;
  Url url;
  std::string client = R"({{ template "pagerduty.default.client" . }})";
  std::string client_url = R"({{ template "pagerduty.default.clientURL" . }})";
  std::string description = R"({{ template "pagerduty.default.description" .}})";
  yaml::Node details;  // a mapping; T in every string
  std::vector<PagerdutyImage> images;
  std::vector<PagerdutyLink> links;
  std::string source, severity, class_name, component, group;
  int64_t timeout_ns = 0;
};

struct SlackConfirmation {
  std::string text, title, ok_text, dismiss_text;
};
struct SlackAction {
  std::string type, text, url, style, name, value;
  std::optional<SlackConfirmation> confirm;
};
struct SlackField {
  std::string title, value;
  std::optional<bool> is_short;
};
struct SlackConfig : Notifier {
  SlackConfig() { send_resolved = false; }
  Secret api_url;
  std::string api_url_file;
  Secret app_token;
  std::string app_token_file;
  Url app_url;
  std::string channel;
  std::string username = R"({{ template "slack.default.username" . }})";
  std::string color = R"({{ if eq .Status "firing" }}danger{{ else }}good{{ end }})";
  std::string title = R"({{ template "slack.default.title" . }})";
  std::string title_link = R"({{ template "slack.default.titlelink" . }})";
  std::string pretext = R"({{ template "slack.default.pretext" . }})";
  std::string text = R"({{ template "slack.default.text" . }})";
  std::string message_text;
  std::vector<SlackField> fields;
  bool short_fields = false;
  std::string footer = R"({{ template "slack.default.footer" . }})";
  std::string fallback = R"({{ template "slack.default.fallback" . }})";
  std::string callback_id = R"({{ template "slack.default.callbackid" . }})";
  std::string icon_emoji = R"({{ template "slack.default.iconemoji" . }})";
  std::string icon_url = R"({{ template "slack.default.iconurl" . }})";
  std::string image_url;
  std::string thumb_url;
  bool link_names = false;
  std::vector<std::string> mrkdwn_in;
  std::vector<SlackAction> actions;
  bool update_message = false;
  int64_t timeout_ns = 0;
};

struct OpsgenieResponder {
  std::string id, name, username, type;
};
struct OpsgenieConfig : Notifier {
  Secret api_key;
  std::string api_key_file;
  Url api_url;
  std::string message = R"({{ template "opsgenie.default.message" . }})";
  std::string description = R"({{ template "opsgenie.default.description" . }})";
  std::string source = R"({{ template "opsgenie.default.source" . }})";
  std::map<std::string, std::string> details;
  std::string entity;
  std::vector<OpsgenieResponder> responders;
  std::string actions, tags, note, priority;
  bool update_alerts = false;
};

struct WechatConfig : Notifier {
  WechatConfig() { send_resolved = false; }
  Secret api_secret;
  std::string api_secret_file;
  std::string corp_id;
  std::string message = R"({{ template "wechat.default.message" . }})";
  Url api_url;
  std::string to_user = R"({{ template "wechat.default.to_user" . }})";
  std::string to_party = R"({{ template "wechat.default.to_party" . }})";
  std::string to_tag = R"({{ template "wechat.default.to_tag" . }})";
  std::string agent_id = R"({{ template "wechat.default.agent_id" . }})";
  std::string message_type;
};

struct VictoropsConfig : Notifier {
  Secret api_key;
  std::string api_key_file;
  Url api_url;
  std::string routing_key;
  std::string message_type = "CRITICAL";
  std::string state_message = R"({{ template "victorops.default.state_message" . }})";
  std::string entity_display_name = R"({{ template "victorops.default.entity_display_name" . }})";
  std::string monitoring_tool = R"({{ template "victorops.default.monitoring_tool" . }})";
  std::map<std::string, std::string> custom_fields;
};

struct PushoverConfig : Notifier {
  Secret user_key;
  std::string user_key_file;
  Secret token;
  std::string token_file;
  std::string title = R"({{ template "pushover.default.title" . }})";
  std::string message = R"({{ template "pushover.default.message" . }})";
  std::string url = R"({{ template "pushover.default.url" . }})";
  std::string url_title, device, sound;
  std::string priority = R"({{ if eq .Status "firing" }}2{{ else }}0{{ end }})";
  int64_t retry_ns = 60'000'000'000;
  int64_t expire_ns = 3'600'000'000'000;
  int64_t ttl_ns = 0;
  bool html = false;
  bool monospace = false;
};

struct SnsConfig : Notifier {
  std::string api_url;
  config::SigV4Config sigv4;
  std::string topic_arn, phone_number, target_arn;
  std::string subject = R"({{ template "sns.default.subject" . }})";
  std::string message = R"({{ template "sns.default.message" . }})";
  std::map<std::string, std::string> attributes;
  bool use_aws_http_client = false;
};

struct TelegramConfig : Notifier {
  Url api_url;
  Secret bot_token;
  std::string bot_token_file;
  int64_t chat_id = 0;
  std::string chat_id_file;
  int64_t message_thread_id = 0;
  std::string message = R"({{ template "telegram.default.message" . }})";
  bool disable_notifications = false;
  std::string parse_mode = "HTML";
  // Of contact points; no keys of the file.
  std::string chat_name;  // "@channel", in place of chat_id
  bool web_page_preview = false;
  bool protect_content = false;
};

struct DiscordConfig : Notifier {
  Secret webhook_url;
  std::string webhook_url_file;
  std::string content;
  std::string title = R"({{ template "discord.default.title" . }})";
  std::string message = R"({{ template "discord.default.message" . }})";
  std::string username, avatar_url;
};

struct WebexConfig : Notifier {
  Url api_url;
  std::string message = R"({{ template "webex.default.message" . }})";
  std::string room_id;
};

struct MsteamsConfig : Notifier {
  Secret webhook_url;
  std::string webhook_url_file;
  std::string title = R"({{ template "msteams.default.title" . }})";
  std::string summary = R"({{ template "msteams.default.summary" . }})";
  std::string text = R"({{ template "msteams.default.text" . }})";
};

struct Msteamsv2Config : Notifier {
  Secret webhook_url;
  std::string webhook_url_file;
  std::string title = R"({{ template "msteamsv2.default.title" . }})";
  std::string text = R"({{ template "msteamsv2.default.text" . }})";
};

// A text, or `{template: …, enable_update: …}`.
struct JiraText {
  std::string text;
  std::optional<bool> enable_update;
};
struct JiraConfig : Notifier {
  Url api_url;
  std::string api_type = "auto";
  std::string project;
  JiraText summary{R"({{ template "jira.default.summary" . }})", {}};
  JiraText description{R"({{ template "jira.default.description" . }})", {}};
  std::vector<std::string> labels;
  std::string priority = R"({{ template "jira.default.priority" . }})";
  std::string issue_type, reopen_transition, resolve_transition, wont_fix_resolution;
  int64_t reopen_duration_ms = 0;
  yaml::Node fields;
};

struct IncidentioConfig : Notifier {
  Url url;
  std::string url_file;
  Secret alert_source_token;
  std::string alert_source_token_file;
  uint64_t max_alerts = 0;
  int64_t timeout_ns = 0;
};

struct RocketchatField {
  std::string title, value;
  std::optional<bool> is_short;
};
struct RocketchatAction {
  std::string type, text, url, image_url, msg, msg_processing_type;
  bool is_web_view = false;
};
struct RocketchatConfig : Notifier {
  RocketchatConfig() { send_resolved = false; }
  Url api_url;
  Secret token_id;
  std::string token_id_file;
  Secret token;
  std::string token_file;
  std::string channel;
  std::string color = R"({{ if eq .Status "firing" }}red{{ else }}green{{ end }})";
  std::string title = R"({{ template "rocketchat.default.title" . }})";
  std::string title_link = R"({{ template "rocketchat.default.titlelink" . }})";
  std::string text = R"({{ template "rocketchat.default.text" . }})";
  std::vector<RocketchatField> fields;
  bool short_fields = false;
  std::string emoji = R"({{ template "rocketchat.default.emoji" . }})";
  std::string icon_url = R"({{ template "rocketchat.default.iconurl" . }})";
  std::string image_url, thumb_url;
  bool link_names = false;
  std::vector<RocketchatAction> actions;
};

struct MattermostField {
  std::string title, value;
  std::optional<bool> is_short;
};
struct MattermostAttachment {
  std::string fallback, color, pretext, text, author_name, author_link, author_icon, title,
      title_link, thumb_url, footer, footer_icon, image_url;
  std::vector<MattermostField> fields;
};
struct MattermostPriority {
  std::string priority;
  bool requested_ack = false;
  bool persistent_notifications = false;
};
struct MattermostProps {
  std::string card;
};
struct MattermostConfig : Notifier {
  Secret webhook_url;
  std::string webhook_url_file;
  std::string channel;
  std::string username = R"({{ template "mattermost.default.username" . }})";
  std::string text = R"({{ template "mattermost.default.text" . }})";
  std::string fallback = R"({{ template "mattermost.default.fallback" . }})";
  std::string color = R"({{ template "mattermost.default.color" . }})";
  std::string title = R"({{ template "mattermost.default.title" . }})";
  std::string title_link = R"({{ template "mattermost.default.titlelink" . }})";
  std::string pretext, author_name, author_link, author_icon;
  std::vector<MattermostField> fields;
  std::string thumb_url, footer, footer_icon, image_url, icon_url, icon_emoji;
  std::vector<MattermostAttachment> attachments;  // deprecated
  std::string type;
  std::optional<MattermostProps> props;
  std::optional<MattermostPriority> priority;
};

struct Receiver {
  std::string name;
  std::map<std::string, std::string> labels;
  std::vector<DiscordConfig> discord_configs;
  std::vector<EmailConfig> email_configs;
  std::vector<IncidentioConfig> incidentio_configs;
  std::vector<PagerdutyConfig> pagerduty_configs;
  std::vector<SlackConfig> slack_configs;
  std::vector<WebhookConfig> webhook_configs;
  std::vector<OpsgenieConfig> opsgenie_configs;
  std::vector<WechatConfig> wechat_configs;
  std::vector<PushoverConfig> pushover_configs;
  std::vector<VictoropsConfig> victorops_configs;
  std::vector<SnsConfig> sns_configs;
  std::vector<TelegramConfig> telegram_configs;
  std::vector<WebexConfig> webex_configs;
  std::vector<MsteamsConfig> msteams_configs;
  std::vector<Msteamsv2Config> msteamsv2_configs;
  std::vector<JiraConfig> jira_configs;
  std::vector<RocketchatConfig> rocketchat_configs;
  std::vector<MattermostConfig> mattermost_configs;
};

}  // namespace watchfire::amconfig

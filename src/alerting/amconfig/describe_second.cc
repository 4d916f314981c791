// The other receivers.
#include "alerting/amconfig/describe.h"
#include "base/text.h"

namespace watchfire::amconfig {
namespace {

void Common(Fields& fields, Notifier& c) {
  fields.Bool("send_resolved", c.send_resolved, Show::kAlways);
  fields.Optional("http_config", "config.plain", c.http_config);
}

void OneJiraText(Fields& fields, std::string_view name, JiraText& value) {
  yaml::Node node;
  if (fields.reading() && fields.Has(name)) fields.Any(name, node);
  bool has_parts = fields.reading() ? node.is_mapping() : value.enable_update.has_value();
  if (!has_parts) return fields.Text(name, value.text);
  std::optional<JiraText> parts = value;
  fields.Optional(name, "jira.plain", parts);
  if (parts) value = std::move(*parts);
}

}  // namespace

void Describe(Fields& fields, WechatConfig& c) {
  Common(fields, c);
  fields.SecretText("api_secret", c.api_secret);
  fields.Text("api_secret_file", c.api_secret_file);
  fields.Text("corp_id", c.corp_id);
  fields.Text("message", c.message);
  HttpUrl(fields, "api_url", c.api_url);
  fields.Text("to_user", c.to_user);
  fields.Text("to_party", c.to_party);
  fields.Text("to_tag", c.to_tag);
  fields.Text("agent_id", c.agent_id);
  fields.Text("message_type", c.message_type);
}

Result<void> Validate(WechatConfig& c) {
  if (c.message_type.empty()) c.message_type = "text";
  if (c.message_type != "text" && c.message_type != "markdown") {
    return Error::Invalid("weChat message type {} does not match valid options ^(text|markdown)$",
                          GoQuote(c.message_type));
  }
  return AtMostOne(!c.api_secret.empty(), !c.api_secret_file.empty(), "api_secret",
                   "api_secret_file");
}

void Describe(Fields& fields, VictoropsConfig& c) {
  Common(fields, c);
  fields.SecretText("api_key", c.api_key);
  fields.Text("api_key_file", c.api_key_file);
  HttpUrl(fields, "api_url", c.api_url);
  fields.Text("routing_key", c.routing_key, Show::kAlways);
  fields.Text("message_type", c.message_type, Show::kAlways);
  fields.Text("state_message", c.state_message, Show::kAlways);
  fields.Text("entity_display_name", c.entity_display_name, Show::kAlways);
  fields.Text("monitoring_tool", c.monitoring_tool, Show::kAlways);
  fields.TextMap("custom_fields", c.custom_fields);
}

Result<void> Validate(VictoropsConfig& c) {
  if (c.routing_key.empty()) return Error::Invalid("missing Routing key in VictorOps config");
  TRY(AtMostOne(!c.api_key.empty(), !c.api_key_file.empty(), "api_key", "api_key_file"));
  for (const char* reserved :
       {"routing_key", "message_type", "state_message", "entity_display_name", "monitoring_tool",
        "entity_id", "entity_state"}) {
    if (c.custom_fields.count(reserved) == 0) continue;
    return Error::Invalid(
        "victorOps config contains custom field {} which cannot be used as it conflicts with the "
        "fixed/static fields",
        reserved);
  }
  return {};
}

void Describe(Fields& fields, SnsConfig& c) {
  Common(fields, c);
  fields.Text("api_url", c.api_url);
  fields.Object("sigv4", "sigv4.plain", c.sigv4, Show::kAlways);
  fields.Text("topic_arn", c.topic_arn);
  fields.Text("phone_number", c.phone_number);
  fields.Text("target_arn", c.target_arn);
  fields.Text("subject", c.subject);
  fields.Text("message", c.message);
  fields.TextMap("attributes", c.attributes);
  fields.Bool("use_aws_http_client", c.use_aws_http_client);
}

Result<void> Validate(SnsConfig& c) {
  int targets = (c.target_arn.empty() ? 0 : 1) + (c.topic_arn.empty() ? 0 : 1) +
                (c.phone_number.empty() ? 0 : 1);
  if (targets == 1) return {};
  return Error::Invalid(
      "must provide either a Target ARN, Topic ARN, or Phone Number for SNS config");
}

void Describe(Fields& fields, WebexConfig& c) {
  Common(fields, c);
  HttpUrl(fields, "api_url", c.api_url);
  fields.Text("message", c.message);
  fields.Text("room_id", c.room_id, Show::kAlways);
}

Result<void> Validate(WebexConfig& c) {
  if (c.room_id.empty()) return Error::Invalid("missing room_id on webex_config");
  if (!c.http_config || !c.http_config->authorization) {
    return Error::Invalid("missing webex_configs.http_config.authorization");
  }
  return {};
}

void Describe(Fields& fields, JiraText& c) {
  fields.Text("template", c.text);
  fields.OptionalBool("enable_update", c.enable_update);
}

void Describe(Fields& fields, JiraConfig& c) {
  Common(fields, c);
  HttpUrl(fields, "api_url", c.api_url);
  fields.Text("api_type", c.api_type);
  fields.Text("project", c.project);
  OneJiraText(fields, "summary", c.summary);
  OneJiraText(fields, "description", c.description);
  fields.Texts("labels", c.labels);
  fields.Text("priority", c.priority);
  fields.Text("issue_type", c.issue_type);
  fields.Text("reopen_transition", c.reopen_transition);
  fields.Text("resolve_transition", c.resolve_transition);
  fields.Text("wont_fix_resolution", c.wont_fix_resolution);
  fields.Duration("reopen_duration", c.reopen_duration_ms);
  fields.Any("fields", c.fields);
}

Result<void> Validate(JiraConfig& c) {
  if (c.project.empty()) return Error::Invalid("missing project in jira_config");
  if (c.issue_type.empty()) return Error::Invalid("missing issue_type in jira_config");
  if (c.api_type != "auto" && c.api_type != "cloud" && c.api_type != "datacenter") {
    return Error::Invalid("unknown api_type on jira_config, must be auto, cloud or datacenter");
  }
  return {};
}

void Describe(Fields& fields, IncidentioConfig& c) {
  Common(fields, c);
  HttpUrl(fields, "url", c.url);
  fields.Text("url_file", c.url_file);
  fields.SecretText("alert_source_token", c.alert_source_token);
  fields.Text("alert_source_token_file", c.alert_source_token_file);
  fields.Uint("max_alerts", c.max_alerts);
  GoDuration(fields, "timeout", c.timeout_ns);
}

Result<void> Validate(IncidentioConfig& c) {
  if (c.url.empty() && c.url_file.empty()) {
    return Error::Invalid("one of url or url_file must be configured");
  }
  TRY(AtMostOne(!c.url.empty(), !c.url_file.empty(), "url", "url_file"));
  bool inline_token = !c.alert_source_token.empty();
  bool file_token = !c.alert_source_token_file.empty();
  TRY(AtMostOne(inline_token, file_token, "alert_source_token", "alert_source_token_file"));
  bool header = c.http_config && c.http_config->authorization;
  if (header && (inline_token || file_token)) {
    return Error::Invalid(
        "cannot specify alert_source_token or alert_source_token_file when using "
        "http_config.authorization");
  }
  if (!header && !inline_token && !file_token) {
    return Error::Invalid(
        "at least one of alert_source_token, alert_source_token_file or http_config.authorization "
        "must be configured");
  }
  return {};
}

// Upstream gave these two no keys, so that they are the names of its fields in lower case.
void Describe(Fields& fields, RocketchatField& c) {
  fields.OptionalBool("short", c.is_short);
  fields.Text("title", c.title);
  fields.Text("value", c.value);
}

void Describe(Fields& fields, RocketchatAction& c) {
  fields.Text("type", c.type);
  fields.Text("text", c.text);
  fields.Text("url", c.url);
  fields.Text("imageurl", c.image_url);
  fields.Bool("iswebview", c.is_web_view);
  fields.Text("msg", c.msg);
  fields.Text("msgprocessingtype", c.msg_processing_type);
}

void Describe(Fields& fields, RocketchatConfig& c) {
  Common(fields, c);
  HttpUrl(fields, "api_url", c.api_url);
  fields.SecretText("token_id", c.token_id);
  fields.Text("token_id_file", c.token_id_file);
  fields.SecretText("token", c.token);
  fields.Text("token_file", c.token_file);
  fields.Text("channel", c.channel);
  fields.Text("color", c.color);
  fields.Text("title", c.title);
  fields.Text("title_link", c.title_link);
  fields.Text("text", c.text);
  fields.List("fields", "rocketchat.Field", c.fields, "missing rocketchat field");
  fields.Bool("short_fields", c.short_fields, Show::kAlways);
  fields.Text("emoji", c.emoji);
  fields.Text("icon_url", c.icon_url);
  fields.Text("image_url", c.image_url);
  fields.Text("thumb_url", c.thumb_url);
  fields.Bool("link_names", c.link_names, Show::kAlways);
  fields.List("actions", "rocketchat.Action", c.actions, "missing rocketchat action");
}

Result<void> Validate(RocketchatConfig& c) {
  TRY(AtMostOne(!c.token.empty(), !c.token_file.empty(), "token", "token_file"));
  return AtMostOne(!c.token_id.empty(), !c.token_id_file.empty(), "token_id", "token_id_file");
}

void Describe(Fields& fields, MattermostField& c) {
  fields.Text("title", c.title);
  fields.Text("value", c.value);
  fields.OptionalBool("short", c.is_short);
}

void Describe(Fields& fields, MattermostAttachment& c) {
  fields.Text("fallback", c.fallback);
  fields.Text("color", c.color);
  fields.Text("pretext", c.pretext);
  fields.Text("text", c.text);
  fields.Text("author_name", c.author_name);
  fields.Text("author_link", c.author_link);
  fields.Text("author_icon", c.author_icon);
  fields.Text("title", c.title);
  fields.Text("title_link", c.title_link);
  fields.List("fields", "mattermost.plain", c.fields, "missing mattermost field");
  fields.Text("thumb_url", c.thumb_url);
  fields.Text("footer", c.footer);
  fields.Text("footer_icon", c.footer_icon);
  fields.Text("image_url", c.image_url);
}

void Describe(Fields& fields, MattermostProps& c) {
  fields.Text("card", c.card);
}

void Describe(Fields& fields, MattermostPriority& c) {
  fields.Text("priority", c.priority);
  fields.Bool("requested_ack", c.requested_ack);
  fields.Bool("persistent_notifications", c.persistent_notifications);
}

void Describe(Fields& fields, MattermostConfig& c) {
  Common(fields, c);
  SecretUrl(fields, "webhook_url", c.webhook_url);
  fields.Text("webhook_url_file", c.webhook_url_file);
  fields.Text("channel", c.channel);
  fields.Text("username", c.username);
  fields.Text("text", c.text);
  fields.Text("fallback", c.fallback);
  fields.Text("color", c.color);
  fields.Text("pretext", c.pretext);
  fields.Text("author_name", c.author_name);
  fields.Text("author_link", c.author_link);
  fields.Text("author_icon", c.author_icon);
  fields.Text("title", c.title);
  fields.Text("title_link", c.title_link);
  fields.List("fields", "mattermost.plain", c.fields, "missing mattermost field");
  fields.Text("thumb_url", c.thumb_url);
  fields.Text("footer", c.footer);
  fields.Text("footer_icon", c.footer_icon);
  fields.Text("image_url", c.image_url);
  fields.Text("icon_url", c.icon_url);
  fields.Text("icon_emoji", c.icon_emoji);
  fields.List("attachments", "mattermost.plain", c.attachments, "missing mattermost attachment");
  fields.Text("type", c.type);
  fields.Optional("props", "mattermost.Props", c.props);
  fields.Optional("priority", "mattermost.Priority", c.priority);
}

Result<void> Validate(MattermostConfig& c) {
  return AtMostOne(!c.webhook_url.empty(), !c.webhook_url_file.empty(), "webhook_url",
                   "webhook_url_file");
}

}  // namespace watchfire::amconfig

// The receivers that most teams use.
#include <algorithm>
#include <array>

#include "alerting/amconfig/describe.h"
#include "base/text.h"

namespace watchfire::amconfig {
namespace {

void Common(Fields& fields, Notifier& c) {
  fields.Bool("send_resolved", c.send_resolved, Show::kAlways);
  fields.Optional("http_config", "config.plain", c.http_config);
}

// "reply-to" → "Reply-To", as far as the bytes are those of a header name.
std::string CanonicalName(const std::string& name) {
  std::string out = ToLower(name);
  bool start = true;
  for (char& c : out) {
    bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    if (!word) return name;
    if (start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    start = c == '-';
  }
  return out;
}

Result<void> OneUrl(const Secret& url, const std::string& file, std::string_view name) {
  if (url.empty() && file.empty()) {
    return Error::Invalid("one of {} or {}_file must be configured", name, name);
  }
  return AtMostOne(!url.empty(), !file.empty(), name, fmt::format("{}_file", name));
}

Result<void> CheckResponder(OpsgenieResponder& c) {
  auto shown = [&c] { return fmt::format("{{{} {} {} {}}}", c.id, c.name, c.username, c.type); };
  if (c.id.empty() && c.username.empty() && c.name.empty()) {
    return Error::Invalid(
        "opsGenieConfig responder {} has to have at least one of id, username or name specified",
        shown());
  }
  if (c.type.find("{{") != std::string::npos) return {};
  c.type = ToLower(c.type);
  for (std::string_view known : {"team", "teams", "user", "escalation", "schedule"}) {
    if (c.type == known) return {};
  }
  return Error::Invalid(
      "opsGenieConfig responder {} type does not match valid options "
      "^(team|teams|user|escalation|schedule)$",
      shown());
}

// Adds what upstream always sends, unless the file says otherwise.
void FillDetails(yaml::Node& details) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kDefaults = {{
      {"firing", "{{ .Alerts.Firing | toJson }}"},
      {"num_firing", "{{ .Alerts.Firing | len }}"},
      {"num_resolved", "{{ .Alerts.Resolved | len }}"},
      {"resolved", "{{ .Alerts.Resolved | toJson }}"},
  }};
  if (!details.is_mapping()) {
    details = yaml::Node();
    details.kind = yaml::Kind::kMapping;
  }
  for (const auto& [key, text] : kDefaults) {
    if (details.Find(key) != nullptr) continue;
    yaml::Entry entry;
    entry.key = key;
    entry.value.plain = false;
    entry.value.text = text;
    details.entries.push_back(std::move(entry));
  }
  std::sort(details.entries.begin(), details.entries.end(),
            [](const yaml::Entry& a, const yaml::Entry& b) { return a.key < b.key; });
}

}  // namespace

void Describe(Fields& fields, WebhookConfig& c) {
  Common(fields, c);
  SecretTemplateUrl(fields, "url", c.url);
  fields.Text("url_file", c.url_file, Show::kAlways);
  fields.Uint("max_alerts", c.max_alerts);
  GoDuration(fields, "timeout", c.timeout_ns, Show::kAlways);
  fields.Any("payload", c.payload);
}

Result<void> Validate(WebhookConfig& c) {
  return OneUrl(c.url, c.url_file, "url");
}

void Describe(Fields& fields, EmailThreading& c) {
  fields.Bool("enabled", c.enabled, Show::kAlways);
  fields.Text("thread_by_date", c.thread_by_date);
}

Result<void> Validate(EmailThreading& c) {
  if (c.thread_by_date == "none" || c.thread_by_date == "daily") return {};
  return Error::Invalid("threading.thread_by_date must be either 'none' or 'daily'");
}

void Describe(Fields& fields, EmailConfig& c) {
  fields.Bool("send_resolved", c.send_resolved, Show::kAlways);
  fields.Text("to", c.to);
  fields.Text("from", c.from);
  fields.Text("hello", c.hello);
  HostPort(fields, "smarthost", c.smarthost);
  fields.Text("auth_username", c.auth_username);
  fields.SecretText("auth_password", c.auth_password);
  fields.Text("auth_password_file", c.auth_password_file);
  fields.SecretText("auth_secret", c.auth_secret);
  fields.Text("auth_secret_file", c.auth_secret_file);
  fields.Text("auth_identity", c.auth_identity);
  fields.TextMap("headers", c.headers);
  fields.Text("html", c.html);
  fields.Text("text", c.text);
  fields.OptionalBool("require_tls", c.require_tls);
  fields.Optional("tls_config", "config.plain", c.tls_config);
  fields.OptionalBool("force_implicit_tls", c.force_implicit_tls);
  fields.Optional("threading", "email.ThreadingConfig", c.threading);
}

Result<void> Validate(EmailConfig& c) {
  if (c.to.empty()) return Error::Invalid("missing to address in email config");
  std::map<std::string, std::string> canonical;
  for (auto& [name, value] : c.headers) {
    std::string key = CanonicalName(name);
    if (canonical.count(key) != 0) {
      return Error::Invalid("duplicate header {} in email config", GoQuote(key));
    }
    canonical[key] = std::move(value);
  }
  c.headers = std::move(canonical);
  if (c.threading && c.threading->enabled) {
    for (const char* name : {"References", "In-Reply-To"}) {
      if (c.headers.count(name) == 0) continue;
      return Error::Invalid(
          "conflicting configuration: threading.enabled conflicts with custom {} "
          "header",
          name);
    }
  }
  return {};
}

void Describe(Fields& fields, PagerdutyImage& c) {
  fields.Text("src", c.src);
  fields.Text("alt", c.alt);
  fields.Text("href", c.href);
}

void Describe(Fields& fields, PagerdutyLink& c) {
  fields.Text("href", c.href);
  fields.Text("text", c.text);
}

void Describe(Fields& fields, PagerdutyConfig& c) {
  Common(fields, c);
  fields.SecretText("service_key", c.service_key);
  fields.Text("service_key_file", c.service_key_file);
  fields.SecretText("routing_key", c.routing_key);
  fields.Text("routing_key_file", c.routing_key_file);
  HttpUrl(fields, "url", c.url);
  fields.Text("client", c.client);
  fields.Text("client_url", c.client_url);
  fields.Text("description", c.description);
  fields.Any("details", c.details);
  fields.List("images", "pagerduty.Image", c.images, "missing pagerduty image");
  fields.List("links", "pagerduty.Link", c.links, "missing pagerduty link");
  fields.Text("source", c.source);
  fields.Text("severity", c.severity);
  fields.Text("class", c.class_name);
  fields.Text("component", c.component);
  fields.Text("group", c.group);
  GoDuration(fields, "timeout", c.timeout_ns);
}

Result<void> Validate(PagerdutyConfig& c) {
  if (c.routing_key.empty() && c.service_key.empty() && c.routing_key_file.empty() &&
      c.service_key_file.empty()) {
    return Error::Invalid("missing service or routing key in PagerDuty config");
  }
  TRY(AtMostOne(!c.routing_key.empty(), !c.routing_key_file.empty(), "routing_key",
                "routing_key_file"));
  TRY(AtMostOne(!c.service_key.empty(), !c.service_key_file.empty(), "service_key",
                "service_key_file"));
  if (!c.details.is_null() && !c.details.is_mapping()) {
    return Error::Invalid("cannot unmarshal {} into map[string]interface {{}}",
                          c.details.TypeName());
  }
  if (c.source.empty()) c.source = c.client;
  FillDetails(c.details);
  return {};
}

void Describe(Fields& fields, SlackConfirmation& c) {
  fields.Text("text", c.text);
  fields.Text("title", c.title);
  fields.Text("ok_text", c.ok_text);
  fields.Text("dismiss_text", c.dismiss_text);
}

Result<void> Validate(SlackConfirmation& c) {
  if (c.text.empty()) return Error::Invalid("missing text in Slack confirmation configuration");
  return {};
}

void Describe(Fields& fields, SlackAction& c) {
  fields.Text("type", c.type);
  fields.Text("text", c.text);
  fields.Text("url", c.url);
  fields.Text("style", c.style);
  fields.Text("name", c.name);
  fields.Text("value", c.value);
  fields.Optional("confirm", "slack.plain", c.confirm);
}

Result<void> Validate(SlackAction& c) {
  if (c.type.empty()) return Error::Invalid("missing type in Slack action configuration");
  if (c.text.empty()) return Error::Invalid("missing text in Slack action configuration");
  if (!c.url.empty()) {
    // A link button has nothing of a message button.
    c.name.clear();
    c.value.clear();
    c.confirm.reset();
  } else if (c.name.empty()) {
    return Error::Invalid("missing name or url in Slack action configuration");
  }
  return {};
}

void Describe(Fields& fields, SlackField& c) {
  fields.Text("title", c.title);
  fields.Text("value", c.value);
  fields.OptionalBool("short", c.is_short);
}

Result<void> Validate(SlackField& c) {
  if (c.title.empty()) return Error::Invalid("missing title in Slack field configuration");
  if (c.value.empty()) return Error::Invalid("missing value in Slack field configuration");
  return {};
}

void Describe(Fields& fields, SlackConfig& c) {
  Common(fields, c);
  SecretUrl(fields, "api_url", c.api_url);
  fields.Text("api_url_file", c.api_url_file);
  fields.SecretText("app_token", c.app_token);
  fields.Text("app_token_file", c.app_token_file);
  HttpUrl(fields, "app_url", c.app_url);
  fields.Text("channel", c.channel);
  fields.Text("username", c.username);
  fields.Text("color", c.color);
  fields.Text("title", c.title);
  fields.Text("title_link", c.title_link);
  fields.Text("pretext", c.pretext);
  fields.Text("text", c.text);
  fields.Text("message_text", c.message_text);
  fields.List("fields", "slack.plain", c.fields, "missing slack field");
  fields.Bool("short_fields", c.short_fields, Show::kAlways);
  fields.Text("footer", c.footer);
  fields.Text("fallback", c.fallback);
  fields.Text("callback_id", c.callback_id);
  fields.Text("icon_emoji", c.icon_emoji);
  fields.Text("icon_url", c.icon_url);
  fields.Text("image_url", c.image_url);
  fields.Text("thumb_url", c.thumb_url);
  fields.Bool("link_names", c.link_names, Show::kAlways);
  fields.Texts("mrkdwn_in", c.mrkdwn_in);
  fields.List("actions", "slack.plain", c.actions, "missing slack action");
  fields.Bool("update_message", c.update_message);
  GoDuration(fields, "timeout", c.timeout_ns);
}

Result<void> Validate(SlackConfig& c) {
  TRY(AtMostOne(!c.api_url.empty(), !c.api_url_file.empty(), "api_url", "api_url_file"));
  return AtMostOne(!c.app_token.empty(), !c.app_token_file.empty(), "app_token", "app_token_file");
}

void Describe(Fields& fields, OpsgenieResponder& c) {
  fields.Text("id", c.id);
  fields.Text("name", c.name);
  fields.Text("username", c.username);
  fields.Text("type", c.type);
}

void Describe(Fields& fields, OpsgenieConfig& c) {
  Common(fields, c);
  fields.SecretText("api_key", c.api_key);
  fields.Text("api_key_file", c.api_key_file);
  HttpUrl(fields, "api_url", c.api_url);
  fields.Text("message", c.message);
  fields.Text("description", c.description);
  fields.Text("source", c.source);
  fields.TextMap("details", c.details);
  fields.Text("entity", c.entity);
  fields.List("responders", "opsgenie.Responder", c.responders, "missing opsgenie responder");
  fields.Text("actions", c.actions);
  fields.Text("tags", c.tags);
  fields.Text("note", c.note);
  fields.Text("priority", c.priority);
  fields.Bool("update_alerts", c.update_alerts);
}

Result<void> Validate(OpsgenieConfig& c) {
  TRY(AtMostOne(!c.api_key.empty(), !c.api_key_file.empty(), "api_key", "api_key_file"));
  for (OpsgenieResponder& responder : c.responders) TRY(CheckResponder(responder));
  return {};
}

void Describe(Fields& fields, PushoverConfig& c) {
  Common(fields, c);
  fields.SecretText("user_key", c.user_key);
  fields.Text("user_key_file", c.user_key_file);
  fields.SecretText("token", c.token);
  fields.Text("token_file", c.token_file);
  fields.Text("title", c.title);
  fields.Text("message", c.message);
  fields.Text("url", c.url);
  fields.Text("url_title", c.url_title);
  fields.Text("device", c.device);
  fields.Text("sound", c.sound);
  fields.Text("priority", c.priority);
  GoDuration(fields, "retry", c.retry_ns);
  GoDuration(fields, "expire", c.expire_ns);
  GoDuration(fields, "ttl", c.ttl_ns);
  fields.Bool("html", c.html);
  fields.Bool("monospace", c.monospace);
}

Result<void> Validate(PushoverConfig& c) {
  TRY(OneUrl(c.user_key, c.user_key_file, "user_key"));
  TRY(OneUrl(c.token, c.token_file, "token"));
  return AtMostOne(c.monospace, c.html, "monospace", "html");
}

void Describe(Fields& fields, TelegramConfig& c) {
  Common(fields, c);
  HttpUrl(fields, "api_url", c.api_url);
  fields.SecretText("bot_token", c.bot_token);
  fields.Text("bot_token_file", c.bot_token_file);
  fields.Int("chat_id", c.chat_id, Show::kIfSet);
  fields.Text("chat_id_file", c.chat_id_file);
  fields.Int("message_thread_id", c.message_thread_id, Show::kIfSet);
  fields.Text("message", c.message);
  fields.Bool("disable_notifications", c.disable_notifications);
  fields.Text("parse_mode", c.parse_mode, Show::kAlways);
}

Result<void> Validate(TelegramConfig& c) {
  TRY(AtMostOne(!c.bot_token.empty(), !c.bot_token_file.empty(), "bot_token", "bot_token_file"));
  if (c.chat_id == 0 && c.chat_id_file.empty()) {
    return Error::Invalid("missing chat_id or chat_id_file on telegram_config");
  }
  TRY(AtMostOne(c.chat_id != 0, !c.chat_id_file.empty(), "chat_id", "chat_id_file"));
  for (std::string_view known : {"", "Markdown", "MarkdownV2", "HTML"}) {
    if (c.parse_mode == known) return {};
  }
  return Error::Invalid(
      "unknown parse_mode on telegram_config, must be Markdown, MarkdownV2, HTML or empty string");
}

void Describe(Fields& fields, DiscordConfig& c) {
  Common(fields, c);
  SecretUrl(fields, "webhook_url", c.webhook_url);
  fields.Text("webhook_url_file", c.webhook_url_file);
  fields.Text("content", c.content);
  fields.Text("title", c.title);
  fields.Text("message", c.message);
  fields.Text("username", c.username);
  fields.Text("avatar_url", c.avatar_url);
}

Result<void> Validate(DiscordConfig& c) {
  return OneUrl(c.webhook_url, c.webhook_url_file, "webhook_url");
}

void Describe(Fields& fields, MsteamsConfig& c) {
  Common(fields, c);
  SecretUrl(fields, "webhook_url", c.webhook_url);
  fields.Text("webhook_url_file", c.webhook_url_file);
  fields.Text("title", c.title);
  fields.Text("summary", c.summary);
  fields.Text("text", c.text);
}

Result<void> Validate(MsteamsConfig& c) {
  return OneUrl(c.webhook_url, c.webhook_url_file, "webhook_url");
}

void Describe(Fields& fields, Msteamsv2Config& c) {
  Common(fields, c);
  SecretUrl(fields, "webhook_url", c.webhook_url);
  fields.Text("webhook_url_file", c.webhook_url_file);
  fields.Text("title", c.title);
  fields.Text("text", c.text);
}

Result<void> Validate(Msteamsv2Config& c) {
  return OneUrl(c.webhook_url, c.webhook_url_file, "webhook_url");
}

}  // namespace watchfire::amconfig

// Contact points as receivers of an Alertmanager: the same services under other names.

#include <algorithm>

#include "base/numbers.h"
#include "base/text.h"
#include "grafana/contacts/contact_point.h"

namespace watchfire::grafana {
namespace {

using codec::Json;
using Mapped = std::vector<MappedIntegration>;

constexpr std::string_view kTitle = R"({{ template "default.title" . }})";
constexpr std::string_view kMessage = R"({{ template "default.message" . }})";

// What the functions below read of a point.
class Source {
 public:
  Source(const ContactPoint& point, const Settings* settings)
      : point_(point), settings_(settings) {}

  std::string Text(std::string_view name, std::string_view otherwise = {}) const {
    const Json* value = point_.settings.Find(name);
    if (value == nullptr || value->is_null()) return std::string(otherwise);
    if (const std::string* text = value->AsString()) {
      return text->empty() ? std::string(otherwise) : *text;
    }
    return value->ToString();
  }
  bool Flag(std::string_view name) const {
    const Json* value = point_.settings.Find(name);
    if (value == nullptr) return false;
    const std::string* text = value->AsString();
    return text != nullptr ? *text == "true" : value->AsBool().value_or(false);
  }
  std::string Secure(const std::string& name) const {
    auto at = point_.secure.find(name);
    return at == point_.secure.end() ? std::string() : at->second.reveal();
  }
  const Json* Find(std::string_view name) const { return point_.settings.Find(name); }
  const Settings& settings() const { return *settings_; }

  Json Config() const {
    Json config = Json::OfObject({});
    config.Set("send_resolved", Json::OfBool(!point_.disable_resolve));
    return config;
  }

 private:
  const ContactPoint& point_;
  const Settings* settings_;
};

void Put(Json& json, std::string_view key, std::string text) {
  if (!text.empty()) json.Set(key, Json::OfString(std::move(text)));
}

Json Object(std::initializer_list<std::pair<std::string_view, std::string>> members) {
  Json object = Json::OfObject({});
  for (const auto& [key, text] : members) object.Set(key, Json::OfString(text));
  return object;
}

std::vector<std::string> Addresses(const std::string& text) {
  std::vector<std::string> found;
  std::string one;
  auto end = [&] {
    std::string_view trimmed = TrimSpace(one);
    if (!trimmed.empty()) found.emplace_back(trimmed);
    one.clear();
  };
  for (char c : text) {
    if (c == ';' || c == ',' || c == '\n') {
      end();
    } else {
      one += c;
    }
  }
  end();
  return found;
}

Mapped MapEmail(const Source& from) {
  const auto& smtp = from.settings().smtp;
  std::vector<std::string> to = Addresses(from.Text("addresses"));
  if (from.Flag("singleEmail") && to.size() > 1) to = {Join(to, ", ")};
  Mapped mapped;
  for (const std::string& address : to) {
    Json config = from.Config();
    Put(config, "to", address);
    std::string sender = smtp.from_address.empty() ? "admin@grafana.localhost" : smtp.from_address;
    if (!smtp.from_name.empty()) sender = fmt::format("\"{}\" <{}>", smtp.from_name, sender);
    Put(config, "from", sender);
    Put(config, "smarthost", smtp.host.empty() ? "localhost:25" : smtp.host);
    Put(config, "hello", smtp.ehlo_identity);
    Put(config, "auth_username", smtp.user);
    Put(config, "auth_password", smtp.password.reveal());
    std::string policy = smtp.starttls_policy;
    config.Set("require_tls", Json::OfBool(policy == "MandatoryStartTLS"));
    if (smtp.skip_verify) {
      Json tls = Json::OfObject({});
      tls.Set("insecure_skip_verify", Json::OfBool(true));
      config.Set("tls_config", std::move(tls));
    }
    config.Set("headers", Object({{"Subject", from.Text("subject", kTitle)}}));
    std::string message = from.Text("message");
    if (!message.empty()) {
      config.Set("html", Json::OfString(""));
      Put(config, "text", message);
    }
    bool opportunistic = policy.empty() || policy == "OpportunisticStartTLS";
    mapped.push_back({"email_configs", std::move(config),
                      [opportunistic](amconfig::Receiver& receiver, size_t index) {
                        receiver.email_configs[index].opportunistic_tls = opportunistic;
                      }});
  }
  return mapped;
}

Mapped MapTelegram(const Source& from) {
  Json config = from.Config();
  std::string chat = from.Text("chatid");
  std::optional<int64_t> id = ParseInt(chat);
  bool numeric = id.has_value() && *id != 0;
  // The loader wants a number; a name takes its place afterwards.
  config.Set("chat_id", Json::OfInt(numeric ? *id : 1));
  Put(config, "bot_token", from.Secure("bottoken"));
  Put(config, "api_url", from.Text("apiUrl", "https://api.telegram.org"));
  if (auto thread = ParseInt(from.Text("message_thread_id"))) {
    config.Set("message_thread_id", Json::OfInt(*thread));
  }
  Put(config, "message", from.Text("message", kMessage));
  std::string mode = from.Text("parse_mode", "HTML");
  config.Set("parse_mode", Json::OfString(mode == "None" ? "" : mode));
  config.Set("disable_notifications", Json::OfBool(from.Flag("disable_notifications")));
  std::string name = numeric ? "" : chat;
  bool preview = !from.Flag("disable_web_page_preview");
  bool protect = from.Flag("protect_content");
  return {{"telegram_configs", std::move(config),
           [name, preview, protect](amconfig::Receiver& receiver, size_t index) {
             amconfig::TelegramConfig& telegram = receiver.telegram_configs[index];
             telegram.chat_name = name;
             telegram.web_page_preview = preview;
             telegram.protect_content = protect;
           }}};
}

std::string SlackMentions(const Source& from) {
  std::string mentions;
  std::string channel = from.Text("mentionChannel");
  if (!channel.empty()) mentions += "<!" + channel + "|" + channel + "> ";
  for (const std::string& id : Addresses(from.Text("mentionGroups"))) {
    mentions += "<!subteam^" + id + "> ";
  }
  for (const std::string& id : Addresses(from.Text("mentionUsers"))) mentions += "<@" + id + "> ";
  return mentions;
}

Mapped MapSlack(const Source& from) {
  Json config = from.Config();
  Put(config, "channel", from.Text("recipient"));
  std::string url = from.Secure("url");
  if (!url.empty()) {
    Put(config, "api_url", url);
  } else {
    Put(config, "app_token", from.Secure("token"));
    Put(config, "app_url", from.Text("endpointUrl", "https://slack.com/api/chat.postMessage"));
  }
  Put(config, "username", from.Text("username", "watchfire"));
  Put(config, "icon_emoji", from.Text("icon_emoji"));
  Put(config, "icon_url", from.Text("icon_url"));
  Put(config, "title", from.Text("title", kTitle));
  Put(config, "text", from.Text("text", kMessage));
  Put(config, "color", from.Text("color"));
  Put(config, "pretext", SlackMentions(from));
  Put(config, "title_link", "{{ .ExternalURL }}/alerting/list");
  return {{"slack_configs", std::move(config), {}}};
}

// User and password, or scheme and credentials.
Json HttpConfig(const Source& from, std::string_view user_key = "username",
                const std::string& password_key = "password") {
  Json http = Json::OfObject({});
  std::string user = from.Text(user_key), password = from.Secure(password_key);
  std::string credentials = from.Secure("authorization_credentials");
  if (!user.empty() || !password.empty()) {
    http.Set("basic_auth", Object({{"username", user}, {"password", password}}));
  } else if (!credentials.empty()) {
    http.Set("authorization", Object({{"type", from.Text("authorization_scheme", "Bearer")},
                                      {"credentials", credentials}}));
  }
  Json tls = Json::OfObject({});
  Put(tls, "ca", from.Secure("tlsConfig.caCertificate"));
  Put(tls, "cert", from.Secure("tlsConfig.clientCertificate"));
  Put(tls, "key", from.Secure("tlsConfig.clientKey"));
  const Json* given = from.Find("tlsConfig");
  const Json* skip = given == nullptr ? nullptr : given->Find("insecureSkipVerify");
  if (skip != nullptr && skip->AsBool().value_or(false)) {
    tls.Set("insecure_skip_verify", Json::OfBool(true));
  }
  if (!tls.AsObject()->empty()) http.Set("tls_config", std::move(tls));
  return http;
}

void AddHeaders(Json& http, const Json* headers) {
  if (headers == nullptr || headers->AsObject() == nullptr) return;
  Json all = Json::OfObject({});
  for (const Json::Member& header : *headers->AsObject()) {
    const std::string* text = header.value.AsString();
    std::string value = text == nullptr ? header.value.ToString() : *text;
    size_t space = value.find(' ');
    if (EqualsIgnoreCase(header.name, "Authorization") && space != std::string::npos) {
      http.Set("authorization", Object({{"type", value.substr(0, space)},
                                        {"credentials", value.substr(space + 1)}}));
      continue;
    }
    Json values = Json::OfObject({});
    values.Set("values", Json::OfArray({Json::OfString(value)}));
    all.Set(header.name, std::move(values));
  }
  if (!all.AsObject()->empty()) http.Set("http_headers", std::move(all));
}

Mapped MapWebhook(const Source& from) {
  Json config = from.Config();
  Put(config, "url", from.Text("url"));
  if (auto limit = ParseInt(from.Text("maxAlerts")); limit && *limit > 0) {
    config.Set("max_alerts", Json::OfInt(*limit));
  }
  Json http = HttpConfig(from);
  AddHeaders(http, from.Find("headers"));
  if (!http.AsObject()->empty()) config.Set("http_config", std::move(http));
  if (const Json* payload = from.Find("payload")) {
    const Json* text = payload->Find("template");
    if (text != nullptr && text->AsString() != nullptr && !text->AsString()->empty()) {
      config.Set("payload", *text);
    }
  }
  auto finish = [method = from.Text("httpMethod", "POST"), title = from.Text("title", kTitle),
                 message = from.Text("message", kMessage), key = from.Secure("hmacConfig.secret"),
                 hmac = from.Find("hmacConfig") == nullptr ? Json() : *from.Find("hmacConfig")](
                    amconfig::Receiver& receiver, size_t index) {
    amconfig::WebhookConfig& webhook = receiver.webhook_configs[index];
    webhook.managed = true;
    webhook.method = method;
    webhook.title = title;
    webhook.message = message;
    webhook.hmac_secret = Secret(key);
    auto header = [&hmac](std::string_view name) {
      const Json* value = hmac.Find(name);
      return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
    };
    webhook.hmac_header = header("header");
    webhook.hmac_timestamp_header = header("timestampHeader");
  };
  return {{"webhook_configs", std::move(config), std::move(finish)}};
}

// A service that takes a small JSON document at a secret address.
Mapped MapPosted(const Source& from, Json payload) {
  Json config = from.Config();
  Put(config, "url", from.Secure("url"));
  config.Set("payload", std::move(payload));
  return {{"webhook_configs", std::move(config), {}}};
}

std::string TitleAndMessage(const Source& from, std::string_view between) {
  return from.Text("title", kTitle) + std::string(between) + from.Text("message", kMessage);
}

Mapped MapGoogleChat(const Source& from) {
  return MapPosted(from, Object({{"text", TitleAndMessage(from, "\n\n")}}));
}

Mapped MapWecom(const Source& from) {
  Json payload = Object({{"msgtype", "markdown"}});
  payload.Set("markdown", Object({{"content", "# " + TitleAndMessage(from, "\n")}}));
  return MapPosted(from, std::move(payload));
}

Mapped MapDingding(const Source& from) {
  Json payload = Object({{"msgtype", "link"}});
  payload.Set("link", Object({{"text", from.Text("message", kMessage)},
                              {"title", from.Text("title", kTitle)},
                              {"messageUrl", "{{ .ExternalURL }}/alerting/list"}}));
  return MapPosted(from, std::move(payload));
}

Mapped MapPagerduty(const Source& from) {
  Json config = from.Config();
  Put(config, "routing_key", from.Secure("integrationKey"));
  Put(config, "url", from.Text("url", "https://events.pagerduty.com/v2/enqueue"));
  Put(config, "severity", from.Text("severity", "critical"));
  Put(config, "class", from.Text("class", "default"));
  Put(config, "component", from.Text("component", "Grafana"));
  Put(config, "group", from.Text("group", "default"));
  Put(config, "description", from.Text("summary", kTitle));
  Put(config, "source", from.Text("source"));
  Put(config, "client", from.Text("client", "Grafana"));
  Put(config, "client_url", from.Text("client_url", "{{ .ExternalURL }}"));
  if (const Json* details = from.Find("details"); details != nullptr && details->AsObject()) {
    config.Set("details", *details);
  }
  return {{"pagerduty_configs", std::move(config), {}}};
}

Mapped MapOpsgenie(const Source& from) {
  Json config = from.Config();
  // A key of ours that says whether to close; unset is yes.
  if (from.Find("autoClose") != nullptr && !from.Flag("autoClose")) {
    config.Set("send_resolved", Json::OfBool(false));
  }
  Put(config, "api_key", from.Secure("apiKey"));
  std::string url = from.Text("apiUrl", "https://api.opsgenie.com/");
  constexpr std::string_view kPath = "v2/alerts";
  if (url.ends_with(kPath)) url.resize(url.size() - kPath.size());
  Put(config, "api_url", url);
  Put(config, "message", from.Text("message", kTitle));
  Put(config, "description", from.Text("description", kMessage));
  if (from.Flag("overridePriority")) {
    Put(config, "priority", "{{ .CommonLabels.og_priority }}");
  }
  std::string tags = from.Text("sendTagsAs", "tags");
  if (tags == "tags" || tags == "both") {
    Put(config, "tags",
        "{{ range $i, $p := .CommonLabels.SortedPairs }}{{ if $i }},{{ end }}{{ $p.Name }}:"
        "{{ $p.Value }}{{ end }}");
  }
  if (const Json* responders = from.Find("responders"); responders && responders->AsArray()) {
    config.Set("responders", *responders);
  }
  return {{"opsgenie_configs", std::move(config), {}}};
}

Mapped MapDiscord(const Source& from) {
  Json config = from.Config();
  Put(config, "webhook_url", from.Secure("url"));
  Put(config, "title", from.Text("title", kTitle));
  Put(config, "message", from.Text("message", kMessage));
  Put(config, "avatar_url", from.Text("avatar_url"));
  if (!from.Flag("use_discord_username")) Put(config, "username", "watchfire");
  return {{"discord_configs", std::move(config), {}}};
}

Mapped MapTeams(const Source& from) {
  Json config = from.Config();
  std::string url = from.Secure("url");
  Put(config, "webhook_url", url);
  Put(config, "title", from.Text("title", kTitle));
  Put(config, "text", from.Text("message", kMessage));
  bool connector = url.find("webhook.office.com") != std::string::npos;
  return {{connector ? "msteams_configs" : "msteamsv2_configs", std::move(config), {}}};
}

Mapped MapPushover(const Source& from) {
  Json config = from.Config();
  Put(config, "user_key", from.Secure("userKey"));
  Put(config, "token", from.Secure("apiToken"));
  Put(config, "title", from.Text("title", kTitle));
  Put(config, "message", from.Text("message", kMessage));
  Put(config, "device", from.Text("device"));
  Put(config, "sound", from.Text("sound"));
  Put(config, "priority",
      fmt::format(R"({{{{ if eq .Status "firing" }}}}{}{{{{ else }}}}{}{{{{ end }}}})",
                  from.Text("priority", "0"), from.Text("okPriority", "0")));
  for (const char* key : {"retry", "expire"}) {
    if (auto seconds = ParseInt(from.Text(key)); seconds && *seconds > 0) {
      Put(config, key, fmt::format("{}s", *seconds));
    }
  }
  return {{"pushover_configs", std::move(config), {}}};
}

// The address ends in the key and the routing key.
Mapped MapVictorops(const Source& from) {
  std::string url = from.Secure("url");
  while (url.ends_with('/')) url.pop_back();
  size_t route = url.rfind('/');
  size_t key = route == std::string::npos || route == 0 ? route : url.rfind('/', route - 1);
  if (key == std::string::npos) return {};
  Json config = from.Config();
  Put(config, "api_url", url.substr(0, key + 1));
  Put(config, "api_key", url.substr(key + 1, route - key - 1));
  Put(config, "routing_key", url.substr(route + 1));
  Put(config, "message_type", from.Text("messageType", "CRITICAL"));
  Put(config, "entity_display_name", from.Text("title", kTitle));
  Put(config, "state_message", from.Text("description", kMessage));
  return {{"victorops_configs", std::move(config), {}}};
}

Mapped MapWebex(const Source& from) {
  Json config = from.Config();
  Put(config, "room_id", from.Text("room_id"));
  Put(config, "api_url", from.Text("api_url", "https://webexapis.com/v1/messages"));
  Put(config, "message", from.Text("message", kMessage));
  Json http = Json::OfObject({});
  http.Set("authorization",
           Object({{"type", "Bearer"}, {"credentials", from.Secure("bot_token")}}));
  config.Set("http_config", std::move(http));
  return {{"webex_configs", std::move(config), {}}};
}

Mapped MapSns(const Source& from) {
  Json config = from.Config();
  Put(config, "topic_arn", from.Text("topic"));
  Put(config, "subject", from.Text("subject", kTitle));
  Put(config, "message", from.Text("message", kMessage));
  Json sigv4 = Json::OfObject({});
  Put(sigv4, "access_key", from.Secure("access_key"));
  Put(sigv4, "secret_key", from.Secure("secret_key"));
  Put(sigv4, "region", from.Text("region"));
  config.Set("sigv4", std::move(sigv4));
  return {{"sns_configs", std::move(config), {}}};
}

Mapped MapJira(const Source& from) {
  Json config = from.Config();
  Put(config, "api_url", from.Text("api_url"));
  Put(config, "project", from.Text("project"));
  Put(config, "issue_type", from.Text("issue_type"));
  Put(config, "summary", from.Text("summary", kTitle));
  Put(config, "description", from.Text("description", kMessage));
  Put(config, "priority", from.Text("priority"));
  Json http = Json::OfObject({});
  std::string user = from.Secure("user"), token = from.Secure("api_token");
  if (!user.empty()) {
    http.Set("basic_auth", Object({{"username", user}, {"password", from.Secure("password")}}));
  } else if (!token.empty()) {
    http.Set("authorization", Object({{"type", "Bearer"}, {"credentials", token}}));
  }
  config.Set("http_config", std::move(http));
  return {{"jira_configs", std::move(config), {}}};
}

struct Mapping {
  std::string_view type;
  Mapped (*map)(const Source&);
};
constexpr Mapping kMappings[] = {
    {"email", MapEmail},       {"telegram", MapTelegram},
    {"slack", MapSlack},       {"webhook", MapWebhook},
    {"oncall", MapWebhook},    {"pagerduty", MapPagerduty},
    {"opsgenie", MapOpsgenie}, {"discord", MapDiscord},
    {"teams", MapTeams},       {"googlechat", MapGoogleChat},
    {"pushover", MapPushover}, {"victorops", MapVictorops},
    {"webex", MapWebex},       {"wecom", MapWecom},
    {"dingding", MapDingding}, {"sns", MapSns},
    {"jira", MapJira},
};

}  // namespace

Mapped MapIntegrations(const ContactPoint& point, const Settings* settings) {
  if (!UndeliveredBecause(point, settings).empty()) return {};
  auto mapping = std::ranges::find(kMappings, point.type, &Mapping::type);
  if (mapping == std::end(kMappings)) return {};
  return mapping->map(Source(point, settings));
}

}  // namespace watchfire::grafana

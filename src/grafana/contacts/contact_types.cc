#include "grafana/contacts/contact_types.h"

#include <fmt/core.h>

#include <algorithm>

namespace watchfire::grafana {
namespace {

constexpr std::string_view kTitle = R"({{ template "default.title" . }})";
constexpr std::string_view kMessage = R"({{ template "default.message" . }})";

ContactOption Text(std::string_view name, std::string_view label, std::string_view about = {}) {
  return {.name = name, .label = label, .description = about};
}
ContactOption Needed(std::string_view name, std::string_view label, std::string_view about = {}) {
  return {.name = name, .label = label, .description = about, .required = true};
}
ContactOption Hidden(std::string_view name, std::string_view label, std::string_view about = {}) {
  return {.name = name, .label = label, .description = about, .secure = true};
}
ContactOption NeededSecret(std::string_view name, std::string_view label,
                           std::string_view about = {}) {
  return {.name = name, .label = label, .description = about, .required = true, .secure = true};
}
ContactOption Check(std::string_view name, std::string_view label, std::string_view about = {}) {
  return {.name = name, .label = label, .description = about, .element = "checkbox"};
}
ContactOption Area(std::string_view name, std::string_view label, std::string_view otherwise) {
  return {.name = name,
          .label = label,
          .description = "May be a template.",
          .element = "textarea",
          .placeholder = otherwise};
}
ContactOption Title() {
  return {.name = "title",
          .label = "Title",
          .description = "May be a template.",
          .placeholder = kTitle};
}
ContactOption Message(std::string_view name = "message") {
  return Area(name, "Message", kMessage);
}
ContactOption Choice(std::string_view name, std::string_view label,
                     std::vector<std::string_view> choices) {
  return {.name = name, .label = label, .element = "select", .choices = std::move(choices)};
}
ContactOption Map(std::string_view name, std::string_view label) {
  return {.name = name, .label = label, .element = "key_value_map"};
}

ContactType Email() {
  return {"email",
          "Email",
          "Sends mail through the server of [smtp].",
          true,
          {{.name = "addresses",
            .label = "Addresses",
            .description = "Separated by ; or , or by lines.",
            .required = true,
            .element = "textarea"},
           Check("singleEmail", "Single email", "One mail to all addresses."),
           {.name = "subject", .label = "Subject", .placeholder = kTitle},
           Message()}};
}

ContactType Telegram() {
  return {"telegram",
          "Telegram",
          "Sends a message of your bot to a chat.",
          true,
          {NeededSecret("bottoken", "Bot token", "From @BotFather."),
           Needed("chatid", "Chat ID", "A number, or @name of a public channel."),
           Text("message_thread_id", "Thread ID", "Of a topic in a group."), Message(),
           Choice("parse_mode", "Parse mode", {"HTML", "Markdown", "MarkdownV2", "None"}),
           Check("disable_web_page_preview", "No preview of links"),
           Check("protect_content", "Protect content", "No forwarding, no saving."),
           Check("disable_notifications", "Silent", "The message makes no sound."),
           Text("apiUrl", "API address", "Of a Bot API server of your own.")}};
}

ContactType Slack() {
  return {"slack",
          "Slack",
          "Posts to a channel, by an incoming webhook or a bot's token.",
          true,
          {Text("recipient", "Recipient", "Channel or user; needed with a token."),
           Hidden("token", "Token", "Of a bot; in place of the webhook's address."),
           Hidden("url", "Webhook URL"), Text("username", "Username"),
           Text("icon_emoji", "Icon emoji"), Text("icon_url", "Icon URL"),
           Choice("mentionChannel", "Mention channel", {"", "here", "channel"}),
           Text("mentionUsers", "Mention users", "Ids, separated by commas."),
           Text("mentionGroups", "Mention groups", "Ids, separated by commas."),
           Text("endpointUrl", "Endpoint URL", "Of the API, with a token."), Title(),
           Area("text", "Text", kMessage), Text("color", "Color")}};
}

ContactType Webhook() {
  return {"webhook",
          "Webhook",
          "Sends JSON to an address.",
          true,
          {Needed("url", "URL"),
           Choice("httpMethod", "HTTP method", {"POST", "PUT"}),
           Text("username", "User", "Of basic authentication."),
           Hidden("password", "Password"),
           Text("authorization_scheme", "Authorization scheme", "Bearer unless something is said."),
           Hidden("authorization_credentials", "Authorization credentials"),
           Text("maxAlerts", "Max alerts", "0: all."),
           Title(),
           Message(),
           Map("headers", "Extra headers"),
           {.name = "payload",
            .label = "Custom payload",
            .description = "A template whose text is the body.",
            .element = "subform"},
           {.name = "tlsConfig", .label = "TLS", .element = "subform"},
           {.name = "hmacConfig", .label = "HMAC signature", .element = "subform"},
           Hidden("tlsConfig.caCertificate", "CA certificate"),
           Hidden("tlsConfig.clientCertificate", "Client certificate"),
           Hidden("tlsConfig.clientKey", "Client key"),
           Hidden("hmacConfig.secret", "HMAC secret")}};
}

ContactType Pagerduty() {
  return {"pagerduty",
          "PagerDuty",
          "Opens and ends incidents.",
          true,
          {NeededSecret("integrationKey", "Integration key"), Text("severity", "Severity"),
           Text("class", "Class"), Text("component", "Component"), Text("group", "Group"),
           Text("summary", "Summary"), Text("source", "Source"), Text("client", "Client"),
           Text("client_url", "Client URL"), Map("details", "Details"), Text("url", "API URL")}};
}

ContactType Opsgenie() {
  return {"opsgenie",
          "OpsGenie",
          "Opens and ends alerts.",
          true,
          {NeededSecret("apiKey", "API key"),
           Text("apiUrl", "API URL"),
           Text("message", "Message"),
           Area("description", "Description", kMessage),
           Check("autoClose", "Close with the alert"),
           Check("overridePriority", "Priority of the label og_priority"),
           Choice("sendTagsAs", "Send labels as", {"tags", "details", "both"}),
           {.name = "responders", .label = "Responders", .element = "subform"}}};
}

std::vector<ContactType> Delivered() {
  return {
      Email(),
      Telegram(),
      Slack(),
      Webhook(),
      Pagerduty(),
      Opsgenie(),
      {"discord",
       "Discord",
       "Posts to a channel's webhook.",
       true,
       {NeededSecret("url", "Webhook URL"), Title(), Message(), Text("avatar_url", "Avatar URL"),
        Check("use_discord_username", "Keep the webhook's name")}},
      {"teams",
       "Microsoft Teams",
       "Posts a card to a workflow's or connector's webhook.",
       true,
       {NeededSecret("url", "URL"), Title(), Message(), Text("sectiontitle", "Section title")}},
      {"googlechat",
       "Google Chat",
       "Posts to a space's webhook.",
       true,
       {NeededSecret("url", "URL"), Title(), Message()}},
  };
}

std::vector<ContactType> AlsoDelivered() {
  return {
      {"pushover",
       "Pushover",
       "Pushes to phones.",
       true,
       {NeededSecret("userKey", "User key"), NeededSecret("apiToken", "API token"),
        Text("device", "Device"), Text("priority", "Priority when alerting", "-2 to 2."),
        Text("okPriority", "Priority when resolved"), Text("retry", "Retry (s)"),
        Text("expire", "Expire (s)"), Text("sound", "Sound when alerting"), Title(), Message()}},
      {"victorops",
       "VictorOps",
       "Opens and ends incidents of Splunk On-Call.",
       true,
       {NeededSecret("url", "URL"), Text("messageType", "Message type"), Title(),
        Area("description", "Description", kMessage)}},
      {"webex",
       "Cisco Webex",
       "Posts to a room.",
       true,
       {NeededSecret("bot_token", "Bot token"), Needed("room_id", "Room ID"),
        Text("api_url", "API URL"), Message()}},
      {"dingding",
       "DingDing",
       "Posts to a group's robot.",
       true,
       {NeededSecret("url", "URL"), Choice("msgType", "Message type", {"link", "actionCard"}),
        Title(), Message()}},
      {"wecom",
       "WeCom",
       "Posts to a group's robot.",
       true,
       {NeededSecret("url", "URL"), Title(), Message()}},
      {"oncall",
       "Grafana OnCall",
       "Sends JSON to an integration of OnCall.",
       true,
       {Needed("url", "URL"), Text("username", "User"), Hidden("password", "Password"), Title(),
        Message()}},
      {"sns",
       "AWS SNS",
       "Publishes to a topic.",
       true,
       {Needed("topic", "Topic ARN"), Hidden("access_key", "Access key"),
        Hidden("secret_key", "Secret key"), Text("region", "Region"), Text("subject", "Subject"),
        Message()}},
      {"jira",
       "Jira",
       "Opens and closes issues.",
       true,
       {Needed("api_url", "API URL"), Needed("project", "Project"),
        Needed("issue_type", "Issue type"), Text("summary", "Summary"),
        Area("description", "Description", kMessage), Hidden("user", "User"),
        Hidden("password", "Password"), Hidden("api_token", "API token")}},
  };
}

// Settings are kept as they are; only what is secret must be known.
std::vector<ContactType> Kept() {
  return {
      {"prometheus-alertmanager",
       "Alertmanager",
       "Passes alerts on to another Alertmanager.",
       false,
       {Needed("url", "URL"), Text("basicAuthUser", "User"),
        Hidden("basicAuthPassword", "Password")}},
      {"line",
       "LINE",
       "LINE Notify.",
       false,
       {NeededSecret("token", "Token"), Title(), Area("description", "Description", kMessage)}},
      {"kafka",
       "Kafka REST Proxy",
       "Publishes to a topic.",
       false,
       {Needed("kafkaRestProxy", "Kafka REST proxy"), Needed("kafkaTopic", "Topic"),
        Text("username", "User"), Hidden("password", "Password"), Text("apiVersion", "API version"),
        Text("kafkaClusterId", "Cluster ID"), Area("description", "Description", kMessage),
        Area("details", "Details", "")}},
      {"threema",
       "Threema Gateway",
       "Sends to a Threema ID.",
       false,
       {Needed("gateway_id", "Gateway ID"), Needed("recipient_id", "Recipient ID"),
        NeededSecret("api_secret", "API secret"), Title(),
        Area("description", "Description", kMessage)}},
      {"sensugo",
       "Sensu Go",
       "Sends events.",
       false,
       {Needed("url", "URL"), NeededSecret("apikey", "API key"), Text("entity", "Entity"),
        Text("check", "Check"), Text("handler", "Handler"), Text("namespace", "Namespace"),
        Message()}},
      {"mqtt",
       "MQTT",
       "Publishes to a topic.",
       false,
       {Needed("brokerUrl", "Broker URL"),
        Needed("topic", "Topic"),
        Choice("messageFormat", "Message format", {"json", "text"}),
        Text("clientId", "Client ID"),
        Text("username", "User"),
        Hidden("password", "Password"),
        Message(),
        {.name = "tlsConfig", .label = "TLS", .element = "subform"},
        Hidden("tlsConfig.caCertificate", "CA certificate"),
        Hidden("tlsConfig.clientCertificate", "Client certificate"),
        Hidden("tlsConfig.clientKey", "Client key")}},
  };
}

void WriteOption(codec::JsonWriter& json, const ContactOption& option) {
  json.BeginObject().Field("propertyName", option.name).Field("label", option.label);
  json.Field("description", option.description).Field("element", option.element);
  json.Field("inputType", option.secure ? "password" : option.element == "input" ? "text" : "");
  json.Field("placeholder", option.placeholder).Field("required", option.required);
  json.Field("secure", option.secure).Field("validationRule", "").Field("dependsOn", "");
  json.Key("showWhen").BeginObject().Field("field", "").Field("is", "").EndObject();
  json.Key("selectOptions");
  if (option.choices.empty()) {
    json.Null();
  } else {
    json.BeginArray();
    for (std::string_view choice : option.choices) {
      json.BeginObject().Field("value", choice);
      json.Field("label", choice.empty() ? "Nobody" : choice).EndObject();
    }
    json.EndArray();
  }
  json.EndObject();
}

}  // namespace

const ContactOption* ContactType::Find(std::string_view option) const {
  auto at = std::ranges::find(options, option, &ContactOption::name);
  return at == options.end() ? nullptr : &*at;
}

const std::vector<ContactType>& ContactTypes() {
  static const std::vector<ContactType> kTypes = [] {
    std::vector<ContactType> types = Delivered();
    for (auto* more : {AlsoDelivered, Kept}) {
      for (ContactType& type : more()) types.push_back(std::move(type));
    }
    return types;
  }();
  return kTypes;
}

const ContactType* FindContactType(std::string_view type) {
  auto at = std::ranges::find(ContactTypes(), type, &ContactType::type);
  return at == ContactTypes().end() ? nullptr : &*at;
}

void WriteContactTypes(codec::JsonWriter& json) {
  json.BeginArray();
  for (const ContactType& type : ContactTypes()) {
    json.BeginObject().Field("type", type.type).Field("name", type.name);
    json.Field("heading", fmt::format("{} settings", type.name));
    json.Field("description", type.description).Field("info", "");
    json.Field("delivered", type.delivered).Key("options").BeginArray();
    for (const ContactOption& option : type.options) {
      // Parts of a subform are said by it.
      if (option.name.find('.') == std::string_view::npos) WriteOption(json, option);
    }
    json.EndArray().EndObject();
  }
  json.EndArray();
}

}  // namespace watchfire::grafana

// Slack: an incoming webhook, or chat.postMessage with an app's token. With `update_message` what
// Slack calls the posted message is kept in the notification log, and later notifications of the
// same episode change that message (chat.update) instead of posting another.

#include "alerting/amconfig/receivers.h"
#include "base/text.h"
#include "codec/json.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/truncate.h"

namespace watchfire::notify {
namespace {

constexpr size_t kMaxTitle = 1024;  // characters
// Upstream's names in the notification log.
constexpr std::string_view kTimestampKey = "threadTs";
constexpr std::string_view kChannelKey = "channelId";
constexpr std::string_view kPostMethod = "chat.postMessage";
constexpr std::string_view kUpdateMethod = "chat.update";

struct MessageField {
  const Field& title;
  const Field& value;
  bool is_short = false;
};

struct Confirmation {
  const Field& text;
  const Field& title;
  const Field& ok_text;
  const Field& dismiss_text;
};

struct Action {
  const Field& type;
  const Field& text;
  const Field& url;
  const Field& style;
  const Field& name;
  const Field& value;
  std::optional<Confirmation> confirm;
};

// The message that was posted before.
struct Posted {
  std::string timestamp;
  std::string channel;
};

std::string TextOf(const alerting::ReceiverData& data, std::string_view key) {
  auto at = data.find(std::string(key));
  const std::string* text = at == data.end() ? nullptr : std::get_if<std::string>(&at->second);
  return text == nullptr ? std::string() : *text;
}

std::string TextOf(const codec::Json& json, std::string_view key) {
  const codec::Json* value = json.Find(key);
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? std::string() : *text;
}

class Slack final : public HttpIntegration {
 public:
  Slack(const amconfig::SlackConfig& config, size_t index, const Environment& environment,
        std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("slack", index, config, environment, std::move(client)),
        config_(config),
        channel_(fields().Text("channel", config.channel)),
        username_(fields().Text("username", config.username)),
        color_(fields().Text("color", config.color)),
        title_(fields().Text("title", config.title)),
        title_link_(fields().Text("title_link", config.title_link)),
        pretext_(fields().Text("pretext", config.pretext)),
        text_(fields().Text("text", config.text)),
        message_text_(fields().Text("message_text", config.message_text)),
        footer_(fields().Text("footer", config.footer)),
        fallback_(fields().Text("fallback", config.fallback)),
        callback_id_(fields().Text("callback_id", config.callback_id)),
        icon_emoji_(fields().Text("icon_emoji", config.icon_emoji)),
        icon_url_(fields().Text("icon_url", config.icon_url)),
        image_url_(fields().Text("image_url", config.image_url)),
        thumb_url_(fields().Text("thumb_url", config.thumb_url)) {
    AddMessageFields();
    AddActions();
    if (config_.mrkdwn_in.empty()) config_.mrkdwn_in = {"fallback", "pretext", "text"};
  }

 protected:
  Attempt Send(Delivery& delivery) override {
    // An app's address is everybody's; only webhooks are secrets.
    bool secret = config_.api_url.reveal() != config_.app_url.text;
    Result<std::string> url = config_.app_url.text;
    if (secret) url = delivery.SecretOrFile(config_.api_url, config_.api_url_file);
    if (!url.ok()) return FailedAttempt(url.error(), false);
    Posted posted;
    if (config_.update_message) {
      const alerting::ReceiverData& data = delivery.notification.data;
      posted = {TextOf(data, kTimestampKey), TextOf(data, kChannelKey)};
    }
    bool update = !posted.timestamp.empty() && !posted.channel.empty();
    std::string channel = delivery.render(channel_);
    if (update) channel = posted.channel;
    std::string body = Body(delivery.render, channel, update ? posted.timestamp : "");
    if (delivery.render.error()) return delivery.Unrenderable();

    Exchange exchange = Post(delivery, {.url = update ? UpdateUrl(*url) : *url,
                                        .body = std::move(body),
                                        .secret_url = secret,
                                        .timeout_ns = config_.timeout_ns});
    if (!exchange.answered) return std::move(exchange.attempt);
    std::string prefix = fmt::format("channel {}: ", GoQuote(channel));
    Judge(exchange, {}, {}, prefix);
    if (exchange.attempt.delivered) JudgeAnswer(delivery, exchange, prefix);
    return std::move(exchange.attempt);
  }

 private:
  void AddMessageFields() {
    for (const amconfig::SlackField& field : config_.fields) {
      std::string path = fmt::format("fields[{}]", message_fields_.size());
      message_fields_.push_back({fields().Text(path + ".title", field.title),
                                 fields().Text(path + ".value", field.value),
                                 field.is_short.value_or(config_.short_fields)});
    }
  }

  void AddActions() {
    for (const amconfig::SlackAction& action : config_.actions) {
      std::string path = fmt::format("actions[{}]", actions_.size());
      auto text = [&](const char* key, const std::string& value) -> const Field& {
        return fields().Text(path + "." + key, value);
      };
      actions_.push_back({text("type", action.type), text("text", action.text),
                          text("url", action.url), text("style", action.style),
                          text("name", action.name), text("value", action.value),
                          PrepareConfirmation(action, path + ".confirm.")});
    }
  }

  std::optional<Confirmation> PrepareConfirmation(const amconfig::SlackAction& action,
                                                  const std::string& path) {
    if (!action.confirm) return std::nullopt;
    const amconfig::SlackConfirmation& confirm = *action.confirm;
    return Confirmation{fields().Text(path + "text", confirm.text),
                        fields().Text(path + "title", confirm.title),
                        fields().Text(path + "ok_text", confirm.ok_text),
                        fields().Text(path + "dismiss_text", confirm.dismiss_text)};
  }

  static std::string UpdateUrl(const std::string& url) {
    if (!url.ends_with(kPostMethod)) return "https://slack.com/api/chat.update";
    return url.substr(0, url.size() - kPostMethod.size()) + std::string(kUpdateMethod);
  }

  std::string Body(Rendering& render, const std::string& channel, const std::string& timestamp) {
    codec::JsonWriter json;
    json.BeginObject();
    OptionalField(json, "channel", channel);
    OptionalField(json, "ts", timestamp);
    OptionalField(json, "username", render(username_));
    OptionalField(json, "icon_emoji", render(icon_emoji_));
    OptionalField(json, "icon_url", render(icon_url_));
    if (config_.link_names) json.Field("link_names", true);
    OptionalField(json, "text", render(message_text_));
    json.Key("attachments").BeginArray();
    WriteAttachment(render, json);
    json.EndArray().EndObject();
    return EncodeJson(json);
  }

  void WriteAttachment(Rendering& render, codec::JsonWriter& json) {
    json.BeginObject();
    OptionalField(json, "title", TruncateRunes(render(title_), kMaxTitle));
    OptionalField(json, "title_link", render(title_link_));
    OptionalField(json, "pretext", render(pretext_));
    json.Field("text", render(text_));
    json.Field("fallback", render(fallback_));
    json.Field("callback_id", render(callback_id_));
    WriteMessageFields(render, json);
    WriteActions(render, json);
    OptionalField(json, "image_url", render(image_url_));
    OptionalField(json, "thumb_url", render(thumb_url_));
    json.Field("footer", render(footer_));
    OptionalField(json, "color", render(color_));
    json.Key("mrkdwn_in").BeginArray();
    for (const std::string& part : config_.mrkdwn_in) json.String(part);
    json.EndArray().EndObject();
  }

  void WriteMessageFields(Rendering& render, codec::JsonWriter& json) {
    if (message_fields_.empty()) return;
    json.Key("fields").BeginArray();
    for (const MessageField& field : message_fields_) {
      json.BeginObject();
      OptionalField(json, "title", render(field.title));
      OptionalField(json, "value", render(field.value));
      json.Field("short", field.is_short).EndObject();
    }
    json.EndArray();
  }

  void WriteActions(Rendering& render, codec::JsonWriter& json) {
    if (actions_.empty()) return;
    json.Key("actions").BeginArray();
    for (const Action& action : actions_) {
      json.BeginObject();
      OptionalField(json, "type", render(action.type));
      OptionalField(json, "text", render(action.text));
      OptionalField(json, "url", render(action.url));
      OptionalField(json, "style", render(action.style));
      OptionalField(json, "name", render(action.name));
      OptionalField(json, "value", render(action.value));
      if (action.confirm) {
        json.Key("confirm").BeginObject();
        OptionalField(json, "text", render(action.confirm->text));
        OptionalField(json, "title", render(action.confirm->title));
        OptionalField(json, "ok_text", render(action.confirm->ok_text));
        OptionalField(json, "dismiss_text", render(action.confirm->dismiss_text));
        json.EndObject();
      }
      json.EndObject();
    }
    json.EndArray();
  }

  // A 200 can hold an error: webhooks say "ok" as plain text, methods answer JSON.
  void JudgeAnswer(const Delivery& delivery, Exchange& exchange, const std::string& prefix) const {
    const std::string& body = exchange.response.body;
    if (!exchange.response.headers.Get("Content-Type").starts_with("application/json")) {
      if (body != "ok") {
        Refuse(exchange, prefix + "received an error response from Slack: " + body);
      }
      return;
    }
    Result<codec::Json> answer = codec::Json::Parse(body);
    if (!answer.ok()) {
      Refuse(exchange,
             fmt::format("{}could not unmarshal JSON response {}: {}", prefix, GoQuote(body),
                         answer.error().message()),
             true);
      return;
    }
    const codec::Json* ok = answer->Find("ok");
    if (ok == nullptr || !ok->AsBool().value_or(false)) {
      Refuse(exchange, prefix + "error response from Slack: " + TextOf(*answer, "error"));
      return;
    }
    Posted posted{TextOf(*answer, "ts"), TextOf(*answer, "channel")};
    if (!config_.update_message || posted.timestamp.empty() || posted.channel.empty()) return;
    alerting::ReceiverData data = delivery.notification.data;
    data[std::string(kTimestampKey)] = posted.timestamp;
    data[std::string(kChannelKey)] = posted.channel;
    exchange.attempt.data = std::make_shared<const alerting::ReceiverData>(std::move(data));
  }

  amconfig::SlackConfig config_;
  const Field& channel_;
  const Field& username_;
  const Field& color_;
  const Field& title_;
  const Field& title_link_;
  const Field& pretext_;
  const Field& text_;
  const Field& message_text_;
  const Field& footer_;
  const Field& fallback_;
  const Field& callback_id_;
  const Field& icon_emoji_;
  const Field& icon_url_;
  const Field& image_url_;
  const Field& thumb_url_;
  std::vector<MessageField> message_fields_;
  std::vector<Action> actions_;
};

}  // namespace

Built BuildSlack(const amconfig::SlackConfig& config, size_t index,
                 const Environment& environment) {
  return MakeHttp<Slack>(config, index, environment);
}

}  // namespace watchfire::notify

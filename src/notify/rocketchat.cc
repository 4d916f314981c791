// Rocket.Chat: chat.postMessage with one attachment.

#include "alerting/amconfig/receivers.h"
#include "base/text.h"
#include "codec/json.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/truncate.h"

namespace watchfire::notify {
namespace {

constexpr size_t kMaxTitle = 1024;  // characters
constexpr uint64_t kMaxTokenBytes = 64 << 10;

struct MessageField {
  const Field& title;
  const Field& value;
  bool is_short = false;
};

// Only buttons are known to the API.
struct Button {
  const Field& text;
  const Field& url;
  const Field& message;
};

class Rocketchat final : public HttpIntegration {
 public:
  Rocketchat(const amconfig::RocketchatConfig& config, size_t index, const Environment& environment,
             std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("rocketchat", index, config, environment, std::move(client)),
        url_(config.api_url.text),
        token_(config.token),
        token_id_(config.token_id),
        channel_(fields().Text("channel", config.channel)),
        color_(fields().Text("color", config.color)),
        title_(fields().Text("title", config.title)),
        title_link_(fields().Text("title_link", config.title_link)),
        text_(fields().Text("text", config.text)),
        emoji_(fields().Text("emoji", config.emoji)),
        icon_url_(fields().Text("icon_url", config.icon_url)),
        image_url_(fields().Text("image_url", config.image_url)),
        thumb_url_(fields().Text("thumb_url", config.thumb_url)) {
    while (url_.ends_with('/')) url_.pop_back();
    url_ += "/api/v1/chat.postMessage";
    for (const amconfig::RocketchatField& field : config.fields) {
      std::string path = fmt::format("fields[{}]", message_fields_.size());
      message_fields_.push_back({fields().Text(path + ".title", field.title),
                                 fields().Text(path + ".value", field.value),
                                 field.is_short.value_or(config.short_fields)});
    }
    for (const amconfig::RocketchatAction& action : config.actions) {
      std::string path = fmt::format("actions[{}]", buttons_.size());
      buttons_.push_back({fields().Text(path + ".text", action.text),
                          fields().Text(path + ".url", action.url),
                          fields().Text(path + ".msg", action.msg)});
    }
  }

  // Read when the configuration is applied, not for each message.
  Result<void> ReadTokens(const amconfig::RocketchatConfig& config, FileSystem& files) {
    token_ = TRY(ReadToken(config.token, config.token_file, files));
    token_id_ = TRY(ReadToken(config.token_id, config.token_id_file, files));
    return {};
  }

 protected:
  Attempt Send(Delivery& delivery) override {
    delivery.secrets.Add(token_);
    delivery.secrets.Add(token_id_);
    std::string channel = delivery.render(channel_);
    std::string body = Body(delivery.render, channel);
    if (delivery.render.error()) return delivery.Unrenderable();
    HttpCall call{.url = url_, .body = std::move(body), .secret_url = false};
    call.headers.Add("X-Auth-Token", token_.reveal());
    call.headers.Add("X-User-Id", token_id_.reveal());
    Exchange exchange = Post(delivery, std::move(call));
    if (!exchange.answered) return std::move(exchange.attempt);
    std::string prefix = fmt::format("channel {}: ", GoQuote(channel));
    Judge(exchange, {}, {}, prefix);
    if (exchange.attempt.delivered) JudgeAnswer(exchange, prefix);
    return std::move(exchange.attempt);
  }

 private:
  static Result<Secret> ReadToken(const Secret& token, const std::string& file, FileSystem& files) {
    if (file.empty()) return token;
    Result<std::string> text = files.ReadFile(file, kMaxTokenBytes);
    if (!text.ok()) return text.error().With("could not read {}", file);
    return Secret(std::string(TrimSpace(*text)));
  }

  std::string Body(Rendering& render, const std::string& channel) const {
    codec::JsonWriter json;
    json.BeginObject();
    OptionalField(json, "channel", channel);
    OptionalField(json, "emoji", render(emoji_));
    OptionalField(json, "avatar", render(icon_url_));
    json.Key("attachments").BeginArray().BeginObject();
    OptionalField(json, "title", TruncateRunes(render(title_), kMaxTitle));
    OptionalField(json, "title_link", render(title_link_));
    OptionalField(json, "text", render(text_));
    OptionalField(json, "image_url", render(image_url_));
    OptionalField(json, "thumb_url", render(thumb_url_));
    OptionalField(json, "color", render(color_));
    if (!message_fields_.empty()) {
      json.Key("fields").BeginArray();
      for (const MessageField& field : message_fields_) {
        json.BeginObject().Field("short", field.is_short);
        OptionalField(json, "title", render(field.title));
        OptionalField(json, "value", render(field.value));
        json.EndObject();
      }
      json.EndArray();
    }
    if (!buttons_.empty()) {
      json.Key("actions").BeginArray();
      for (const Button& button : buttons_) {
        json.BeginObject().Field("type", "button");
        OptionalField(json, "text", render(button.text));
        OptionalField(json, "url", render(button.url));
        json.Field("is_webview", false);
        OptionalField(json, "msg", render(button.message));
        json.Field("msg_in_chat_window", false).EndObject();
      }
      json.EndArray();
    }
    json.EndObject().EndArray().EndObject();
    return EncodeJson(json);
  }

  static void JudgeAnswer(Exchange& exchange, const std::string& prefix) {
    const std::string& body = exchange.response.body;
    Result<codec::Json> answer = codec::Json::Parse(body);
    if (!answer.ok()) {
      Refuse(exchange,
             fmt::format("{}could not unmarshal JSON response {}: {}", prefix, GoQuote(body),
                         answer.error().message()),
             true);
      return;
    }
    const codec::Json* success = answer->Find("success");
    if (success != nullptr && success->AsBool().value_or(false)) return;
    const codec::Json* error = answer->Find("error");
    const std::string* said = error == nullptr ? nullptr : error->AsString();
    Refuse(exchange, fmt::format("{}error response from Rocketchat: {}", prefix,
                                 said == nullptr ? "" : *said));
  }

  std::string url_;
  Secret token_;
  Secret token_id_;
  const Field& channel_;
  const Field& color_;
  const Field& title_;
  const Field& title_link_;
  const Field& text_;
  const Field& emoji_;
  const Field& icon_url_;
  const Field& image_url_;
  const Field& thumb_url_;
  std::vector<MessageField> message_fields_;
  std::vector<Button> buttons_;
};

}  // namespace

Built BuildRocketchat(const amconfig::RocketchatConfig& config, size_t index,
                      const Environment& environment) {
  std::unique_ptr<net::HttpClient> client = TRY(MakeClient(config, environment));
  auto rocketchat = std::make_unique<Rocketchat>(config, index, environment, std::move(client));
  FileSystem* files = environment.files == nullptr ? FileSystem::Local() : environment.files;
  TRY(rocketchat->ReadTokens(config, *files));
  return std::unique_ptr<Integration>(std::move(rocketchat));
}

}  // namespace watchfire::notify

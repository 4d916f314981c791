// Mattermost: an incoming webhook with attachments like Slack's.

#include "alerting/amconfig/receivers.h"
#include "base/text.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/truncate.h"

namespace watchfire::notify {
namespace {

constexpr size_t kMaxText = 16383;  // characters
constexpr std::string_view kUrgent = "urgent";
constexpr std::string_view kImportant = "important";
constexpr std::string_view kStandard = "standard";

struct MessageField {
  const Field& title;
  const Field& value;
  std::optional<bool> is_short;
};

// Its fields in the order in which they are written.
struct Attachment {
  std::vector<std::pair<std::string_view, const Field*>> before_fields;
  std::vector<MessageField> fields;
  std::vector<std::pair<std::string_view, const Field*>> after_fields;
};

class Mattermost final : public HttpIntegration {
 public:
  Mattermost(const amconfig::MattermostConfig& config, size_t index, const Environment& environment,
             std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("mattermost", index, config, environment, std::move(client)),
        config_(config),
        text_(fields().Text("text", config.text)),
        channel_(fields().Text("channel", config.channel)),
        username_(fields().Text("username", config.username)),
        icon_url_(fields().Text("icon_url", config.icon_url)),
        icon_emoji_(fields().Text("icon_emoji", config.icon_emoji)),
        type_(fields().Text("type", config.type)),
        card_(fields().Text("props.card", config.props ? config.props->card : "")),
        priority_(
            fields().Text("priority.priority", config.priority ? config.priority->priority : "")) {
    for (const amconfig::MattermostAttachment& attachment : config.attachments) {
      std::string path = fmt::format("attachments[{}].", attachments_.size());
      attachments_.push_back(Prepare(attachment, path));
    }
    if (attachments_.empty()) attachments_.push_back(Prepare(OwnAttachment(config), ""));
  }

 protected:
  Attempt Send(Delivery& delivery) override {
    Result<std::string> url = delivery.SecretOrFile(config_.webhook_url, config_.webhook_url_file);
    if (!url.ok()) return FailedAttempt(url.error(), false);
    if (url->empty()) return FailedAttempt(Error::Invalid("webhook url missing"), false);
    std::string channel = delivery.render(channel_);
    std::string body = Body(delivery.render, channel);
    if (delivery.render.error()) return delivery.Unrenderable();
    Exchange exchange = Post(delivery, {.url = *url, .body = std::move(body)});
    if (exchange.answered) {
      Judge(exchange, {}, {}, fmt::format("channel {}: ", GoQuote(channel)));
    }
    return std::move(exchange.attempt);
  }

 private:
  // What stands beside `text` in the receiver itself; the text is the message's.
  static amconfig::MattermostAttachment OwnAttachment(const amconfig::MattermostConfig& c) {
    amconfig::MattermostAttachment own;
    own.fallback = c.fallback;
    own.color = c.color;
    own.pretext = c.pretext;
    own.author_name = c.author_name;
    own.author_link = c.author_link;
    own.author_icon = c.author_icon;
    own.title = c.title;
    own.title_link = c.title_link;
    own.thumb_url = c.thumb_url;
    own.footer = c.footer;
    own.footer_icon = c.footer_icon;
    own.image_url = c.image_url;
    own.fields = c.fields;
    return own;
  }

  Attachment Prepare(const amconfig::MattermostAttachment& config, const std::string& path) {
    auto text = [&](std::string_view key, const std::string& value) {
      return std::pair(key, &fields().Text(path + std::string(key), value));
    };
    Attachment out;
    out.before_fields = {
        text("fallback", config.fallback),       text("color", config.color),
        text("pretext", config.pretext),         text("text", config.text),
        text("author_name", config.author_name), text("author_link", config.author_link),
        text("author_icon", config.author_icon), text("title", config.title),
        text("title_link", config.title_link)};
    for (const amconfig::MattermostField& field : config.fields) {
      std::string at = fmt::format("{}fields[{}]", path, out.fields.size());
      out.fields.push_back({fields().Text(at + ".title", field.title),
                            fields().Text(at + ".value", field.value), field.is_short});
    }
    out.after_fields = {text("thumb_url", config.thumb_url), text("footer", config.footer),
                        text("footer_icon", config.footer_icon),
                        text("image_url", config.image_url)};
    return out;
  }

  std::string Body(Rendering& render, const std::string& channel) const {
    codec::JsonWriter json;
    json.BeginObject();
    json.Field("text", TruncateRunes(render(text_), kMaxText));
    OptionalField(json, "channel", channel);
    OptionalField(json, "username", render(username_));
    OptionalField(json, "icon_url", render(icon_url_));
    OptionalField(json, "icon_emoji", render(icon_emoji_));
    json.Key("attachments").BeginArray();
    for (const Attachment& attachment : attachments_) Write(attachment, render, json);
    json.EndArray();
    OptionalField(json, "type", render(type_));
    if (config_.props && !config_.props->card.empty()) {
      json.Key("props").BeginObject();
      OptionalField(json, "card", render(card_));
      json.EndObject();
    }
    WritePriority(render, json);
    json.EndObject();
    return EncodeJson(json);
  }

  static void Write(const Attachment& attachment, Rendering& render, codec::JsonWriter& json) {
    json.BeginObject();
    for (const auto& [key, field] : attachment.before_fields) {
      OptionalField(json, key, render(*field));
    }
    if (!attachment.fields.empty()) {
      json.Key("fields").BeginArray();
      for (const MessageField& field : attachment.fields) {
        json.BeginObject();
        OptionalField(json, "title", render(field.title));
        OptionalField(json, "value", render(field.value));
        if (field.is_short) json.Field("short", *field.is_short);
        json.EndObject();
      }
      json.EndArray();
    }
    for (const auto& [key, field] : attachment.after_fields) {
      OptionalField(json, key, render(*field));
    }
    json.EndObject();
  }

  // Mattermost refuses an acknowledgement of what is not important.
  void WritePriority(Rendering& render, codec::JsonWriter& json) const {
    if (!config_.priority || config_.priority->priority.empty()) return;
    std::string level = ToLower(render(priority_));
    if (level != kUrgent && level != kImportant) level = kStandard;
    json.Key("priority").BeginObject().Field("priority", level);
    if (config_.priority->requested_ack && level != kStandard) json.Field("requested_ack", true);
    if (config_.priority->persistent_notifications && level == kUrgent) {
      json.Field("persistent_notifications", true);
    }
    json.EndObject();
  }

  amconfig::MattermostConfig config_;
  const Field& text_;
  const Field& channel_;
  const Field& username_;
  const Field& icon_url_;
  const Field& icon_emoji_;
  const Field& type_;
  const Field& card_;
  const Field& priority_;
  std::vector<Attachment> attachments_;
};

}  // namespace

Built BuildMattermost(const amconfig::MattermostConfig& config, size_t index,
                      const Environment& environment) {
  return MakeHttp<Mattermost>(config, index, environment);
}

}  // namespace watchfire::notify

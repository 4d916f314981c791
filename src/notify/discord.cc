// Discord: one embed, red or green.

#include "alerting/amconfig/receivers.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/truncate.h"

namespace watchfire::notify {
namespace {

// discord.com/developers/docs/resources/message#embed-object-embed-limits, in characters.
constexpr size_t kMaxContent = 2000;
constexpr size_t kMaxTitle = 256;
constexpr size_t kMaxDescription = 4096;
constexpr int kRed = 0x992d22;
constexpr int kGreen = 0x2ecc71;

class Discord final : public HttpIntegration {
 public:
  Discord(const amconfig::DiscordConfig& config, size_t index, const Environment& environment,
          std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("discord", index, config, environment, std::move(client)),
        config_(config),
        title_(fields().Text("title", config.title)),
        message_(fields().Text("message", config.message)),
        content_(fields().Text("content", config.content)) {}

 protected:
  Attempt Send(Delivery& delivery) override {
    std::string title = TruncateRunes(delivery.render(title_), kMaxTitle);
    std::string description = TruncateRunes(delivery.render(message_), kMaxDescription);
    std::string content = TruncateRunes(delivery.render(content_), kMaxContent);
    if (delivery.render.error()) return delivery.Unrenderable();
    Result<std::string> url = delivery.SecretOrFile(config_.webhook_url, config_.webhook_url_file);
    if (!url.ok()) return FailedAttempt(url.error().With("read webhook_url_file"), false);

    codec::JsonWriter json;
    json.BeginObject().Field("content", content);
    json.Key("embeds").BeginArray().BeginObject();
    json.Field("title", title).Field("description", description);
    json.Field("color", delivery.firing() ? kRed : kGreen);
    json.EndObject().EndArray();
    OptionalField(json, "username", config_.username);
    OptionalField(json, "avatar_url", config_.avatar_url);
    json.EndObject();
    Exchange exchange = Post(delivery, {.url = *url, .body = EncodeJson(json)});
    if (exchange.answered) Judge(exchange);
    return std::move(exchange.attempt);
  }

 private:
  amconfig::DiscordConfig config_;
  const Field& title_;
  const Field& message_;
  const Field& content_;
};

}  // namespace

Built BuildDiscord(const amconfig::DiscordConfig& config, size_t index,
                   const Environment& environment) {
  return MakeHttp<Discord>(config, index, environment);
}

}  // namespace watchfire::notify

// Microsoft Teams by Power Automate's workflows: an adaptive card.

#include "alerting/amconfig/receivers.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"

namespace watchfire::notify {
namespace {

constexpr std::string_view kCardType = "application/vnd.microsoft.card.adaptive";
constexpr std::string_view kCardSchema = "http://adaptivecards.io/schemas/adaptive-card.json";
constexpr std::string_view kRed = "Attention";
constexpr std::string_view kGreen = "Good";

class Msteamsv2 final : public HttpIntegration {
 public:
  Msteamsv2(const amconfig::Msteamsv2Config& config, size_t index, const Environment& environment,
            std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("msteamsv2", index, config, environment, std::move(client)),
        config_(config),
        title_(fields().Text("title", config.title)),
        text_(fields().Text("text", config.text)) {}

 protected:
  Attempt Send(Delivery& delivery) override {
    std::string title = delivery.render(title_);
    std::string text = delivery.render(text_);
    if (delivery.render.error()) return delivery.Unrenderable();
    Result<std::string> url = delivery.SecretOrFile(config_.webhook_url, config_.webhook_url_file);
    if (!url.ok()) return FailedAttempt(url.error().With("read webhook_url_file"), false);

    codec::JsonWriter json;
    json.BeginObject().Field("type", "message");
    json.Key("attachments").BeginArray().BeginObject();
    json.Field("contentType", kCardType).Key("contentUrl").Null();
    json.Key("content").BeginObject();
    json.Field("$schema", kCardSchema).Field("type", "AdaptiveCard").Field("version", "1.2");
    json.Key("body").BeginArray().BeginObject();
    json.Field("type", "TextBlock").Field("text", title).Field("weight", "Bolder");
    json.Field("size", "Medium").Field("wrap", true).Field("style", "heading");
    json.Field("color", delivery.firing() ? kRed : kGreen).EndObject();
    json.BeginObject().Field("type", "TextBlock").Field("text", text).Field("wrap", true);
    json.EndObject().EndArray();
    json.Key("msteams").BeginObject().Field("width", "full").EndObject();
    json.EndObject().EndObject().EndArray().EndObject();
    Exchange exchange = Post(delivery, {.url = *url, .body = EncodeJson(json)});
    if (exchange.answered) Judge(exchange);
    return std::move(exchange.attempt);
  }

 private:
  amconfig::Msteamsv2Config config_;
  const Field& title_;
  const Field& text_;
};

}  // namespace

Built BuildMsteamsv2(const amconfig::Msteamsv2Config& config, size_t index,
                     const Environment& environment) {
  return MakeHttp<Msteamsv2>(config, index, environment);
}

}  // namespace watchfire::notify

// Microsoft Teams by its old connectors: a message card.

#include "alerting/amconfig/receivers.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"

namespace watchfire::notify {
namespace {

constexpr std::string_view kRed = "8C1A1A";
constexpr std::string_view kGreen = "2DC72D";

class Msteams final : public HttpIntegration {
 public:
  Msteams(const amconfig::MsteamsConfig& config, size_t index, const Environment& environment,
          std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("msteams", index, config, environment, std::move(client)),
        config_(config),
        title_(fields().Text("title", config.title)),
        summary_(fields().Text("summary", config.summary)),
        text_(fields().Text("text", config.text)) {}

 protected:
  Attempt Send(Delivery& delivery) override {
    std::string title = delivery.render(title_);
    std::string text = delivery.render(text_);
    std::string summary = delivery.render(summary_);
    if (delivery.render.error()) return delivery.Unrenderable();
    Result<std::string> url = delivery.SecretOrFile(config_.webhook_url, config_.webhook_url_file);
    if (!url.ok()) return FailedAttempt(url.error().With("read webhook_url_file"), false);

    codec::JsonWriter json;
    json.BeginObject();
    json.Field("@context", "http://schema.org/extensions").Field("type", "MessageCard");
    json.Field("title", title).Field("summary", summary).Field("text", text);
    json.Field("themeColor", delivery.firing() ? kRed : kGreen);
    json.EndObject();
    Exchange exchange = Post(delivery, {.url = *url, .body = EncodeJson(json)});
    if (exchange.answered) Judge(exchange);
    return std::move(exchange.attempt);
  }

 private:
  amconfig::MsteamsConfig config_;
  const Field& title_;
  const Field& summary_;
  const Field& text_;
};

}  // namespace

Built BuildMsteams(const amconfig::MsteamsConfig& config, size_t index,
                   const Environment& environment) {
  return MakeHttp<Msteams>(config, index, environment);
}

}  // namespace watchfire::notify

// Webhook: the data that templates see, as JSON, or a tree of the configuration's own.

#include "alerting/amconfig/receivers.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/payload.h"
#include "template/json_text.h"

namespace watchfire::notify {
namespace {

constexpr std::string_view kVersion = "4";

class Webhook final : public HttpIntegration {
 public:
  Webhook(const amconfig::WebhookConfig& config, size_t index, const Environment& environment,
          std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("webhook", index, config, environment, std::move(client)),
        config_(config),
        url_(fields().Text("url", config.url.reveal())) {
    if (!config.payload.is_null()) AddTreeFields(config.payload, "payload", fields());
  }

 protected:
  uint64_t max_alerts() const override { return config_.max_alerts; }

  Attempt Send(Delivery& delivery) override {
    Result<std::string> body = Body(delivery);
    if (!body.ok()) return FailedAttempt(body.error(), false);
    Result<std::string> url = Url(delivery);
    if (!url.ok()) return FailedAttempt(url.error(), false);
    Exchange exchange =
        Post(delivery, {.url = *url, .body = *body, .timeout_ns = config_.timeout_ns});
    if (exchange.answered) Judge(exchange);
    return std::move(exchange.attempt);
  }

 private:
  Result<std::string> Url(Delivery& delivery) {
    std::string url;
    if (!config_.url.empty()) {
      url = delivery.render(url_);
    } else {
      Result<std::string> text = delivery.ReadSecretFile(config_.url_file);
      if (!text.ok()) return text.error().With("read url_file");
      url = delivery.render.Text(*text);
    }
    if (delivery.render.error()) {
      return delivery.render.error()->With("failed to template webhook URL");
    }
    if (url.empty()) return Error::Invalid("webhook URL is empty after templating");
    return url;
  }

  Result<std::string> Body(Delivery& delivery) {
    codec::JsonWriter json;
    if (!config_.payload.is_null()) {
      codec::Json tree = RenderTree(config_.payload, delivery.render);
      if (delivery.render.error()) return *delivery.render.error();
      tree.WriteTo(&json);
      return EncodeJson(json);
    }
    // The data's own fields, then those that only this message has.
    templates::Budget budget((templates::Limits()));
    std::string data = TRY(templates::ToJsonText(DataValue(delivery.data), budget));
    size_t truncated = delivery.notification.alerts.size() - delivery.data.alerts.size();
    json.BeginObject();
    json.Field("version", kVersion);
    json.Field("groupKey", delivery.notification.group_key);
    json.Field("truncatedAlerts", static_cast<uint64_t>(truncated));
    json.EndObject();
    data.back() = ',';
    return data + EncodeJson(json).substr(1);
  }

  amconfig::WebhookConfig config_;
  const Field& url_;
};

}  // namespace

Built BuildWebhook(const amconfig::WebhookConfig& config, size_t index,
                   const Environment& environment) {
  return MakeHttp<Webhook>(config, index, environment, false);
}

}  // namespace watchfire::notify

// Webhook: the data that templates see, as JSON, or a tree of the configuration's own.

#include "alerting/amconfig/receivers.h"
#include "net/digest.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/managed_body.h"
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
        url_(fields().Text("url", config.url.reveal())),
        title_(fields().Text("title", config.title)),
        message_(fields().Text("message", config.message)) {
    if (!config.payload.is_null()) AddTreeFields(config.payload, "payload", fields());
  }

 protected:
  uint64_t max_alerts() const override { return config_.max_alerts; }

  Attempt Send(Delivery& delivery) override {
    Result<std::string> body = Body(delivery);
    if (!body.ok()) return FailedAttempt(body.error(), false);
    Result<std::string> url = Url(delivery);
    if (!url.ok()) return FailedAttempt(url.error(), false);
    HttpCall call{.url = *url, .body = *body, .timeout_ns = config_.timeout_ns};
    call.method = config_.method;
    Sign(call);
    Exchange exchange = Post(delivery, std::move(call));
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
    if (config_.managed) {
      std::string title = delivery.render(title_);
      std::string message = delivery.render(message_);
      if (delivery.render.error()) return *delivery.render.error();
      return ManagedBody(delivery.notification, delivery.data, title, message);
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

  // The time, where there is a header for it, a colon and the body.
  void Sign(HttpCall& call) const {
    if (config_.hmac_secret.empty()) return;
    std::string signed_text;
    if (!config_.hmac_timestamp_header.empty()) {
      const Clock* clock = environment().clock;
      int64_t now = (clock == nullptr ? Clock::System() : clock)->Now() / 1000;
      call.headers.Set(config_.hmac_timestamp_header, std::to_string(now));
      signed_text = std::to_string(now) + ":";
    }
    std::string header =
        config_.hmac_header.empty() ? "X-Grafana-Alerting-Signature" : config_.hmac_header;
    call.headers.Set(
        header, net::Hex(net::HmacSha256(config_.hmac_secret.reveal(), signed_text + call.body)));
  }

  amconfig::WebhookConfig config_;
  const Field& url_;
  const Field& title_;
  const Field& message_;
};

}  // namespace

Built BuildWebhook(const amconfig::WebhookConfig& config, size_t index,
                   const Environment& environment) {
  return MakeHttp<Webhook>(config, index, environment, false);
}

}  // namespace watchfire::notify

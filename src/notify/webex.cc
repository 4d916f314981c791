// Webex: Markdown for a room; who we are is said by http_config.

#include "alerting/amconfig/receivers.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/truncate.h"

namespace watchfire::notify {
namespace {

constexpr size_t kMaxMessageBytes = 7439;

class Webex final : public HttpIntegration {
 public:
  Webex(const amconfig::WebexConfig& config, size_t index, const Environment& environment,
        std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("webex", index, config, environment, std::move(client)),
        url_(config.api_url.text),
        message_(fields().Text("message", config.message)),
        room_id_(fields().Text("room_id", config.room_id)) {}

 protected:
  Attempt Send(Delivery& delivery) override {
    codec::JsonWriter json;
    json.BeginObject();
    json.Field("markdown", TruncateBytes(delivery.render(message_), kMaxMessageBytes));
    OptionalField(json, "roomId", delivery.render(room_id_));
    json.EndObject();
    if (delivery.render.error()) return delivery.Unrenderable();
    Exchange exchange =
        Post(delivery, {.url = url_, .body = EncodeJson(json), .secret_url = false});
    if (exchange.answered) Judge(exchange);
    return std::move(exchange.attempt);
  }

 private:
  std::string url_;
  const Field& message_;
  const Field& room_id_;
};

}  // namespace

Built BuildWebex(const amconfig::WebexConfig& config, size_t index,
                 const Environment& environment) {
  return MakeHttp<Webex>(config, index, environment);
}

}  // namespace watchfire::notify

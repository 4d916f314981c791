// VictorOps (Splunk On-Call): its generic REST endpoint takes a flat object.

#include "alerting/amconfig/receivers.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/truncate.h"

namespace watchfire::notify {
namespace {

constexpr size_t kMaxMessageRunes = 20480;

class Victorops final : public HttpIntegration {
 public:
  Victorops(const amconfig::VictoropsConfig& config, size_t index, const Environment& environment,
            std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("victorops", index, config, environment, std::move(client)),
        config_(config),
        routing_key_(fields().Text("routing_key", config.routing_key)),
        message_type_(fields().Text("message_type", config.message_type)),
        state_message_(fields().Text("state_message", config.state_message)),
        entity_display_name_(fields().Text("entity_display_name", config.entity_display_name)),
        monitoring_tool_(fields().Text("monitoring_tool", config.monitoring_tool)) {
    for (const auto& [name, value] : config.custom_fields) {
      custom_fields_.emplace_back(name, &fields().Text("custom_fields." + name, value));
    }
  }

 protected:
  Attempt Send(Delivery& delivery) override {
    auto key = delivery.SecretOrFile(config_.api_key, config_.api_key_file);
    if (!key.ok()) {
      return FailedAttempt(key.error().With("failed to read API key from file"), false);
    }
    std::string url =
        fmt::format("{}{}/{}", config_.api_url.text, *key, delivery.render(routing_key_));
    std::string body = Body(delivery);
    if (delivery.render.error()) {
      return FailedAttempt(delivery.render.error()->With("templating error"), false);
    }
    Exchange exchange = Post(delivery, {.url = std::move(url), .body = std::move(body)});
    if (exchange.answered) Judge(exchange);
    return std::move(exchange.attempt);
  }

 private:
  std::string Body(Delivery& delivery) {
    Rendering& render = delivery.render;
    std::string type = render(message_type_);
    if (!delivery.firing()) {
      type = "RECOVERY";
    } else if (type != "INFO" && type != "WARNING" && type != "CRITICAL") {
      type = "CRITICAL";
    }
    std::map<std::string, std::string> message{
        {"message_type", type},
        {"entity_id", delivery.GroupKeyHash()},
        {"entity_display_name", render(entity_display_name_)},
        {"monitoring_tool", render(monitoring_tool_)},
        {"state_message", TruncateRunes(render(state_message_), kMaxMessageRunes)}};
    for (const auto& [name, field] : custom_fields_) message[name] = render(*field);
    codec::JsonWriter json;
    json.BeginObject();
    for (const auto& [name, value] : message) json.Field(name, value);
    json.EndObject();
    return EncodeJson(json);
  }

  const amconfig::VictoropsConfig config_;
  const Field& routing_key_;
  const Field& message_type_;
  const Field& state_message_;
  const Field& entity_display_name_;
  const Field& monitoring_tool_;
  std::vector<std::pair<std::string, const Field*>> custom_fields_;
};

}  // namespace

Built BuildVictorops(const amconfig::VictoropsConfig& config, size_t index,
                     const Environment& environment) {
  return MakeHttp<Victorops>(config, index, environment);
}

}  // namespace watchfire::notify

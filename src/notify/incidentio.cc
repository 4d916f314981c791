// incident.io: the webhook's message under another version, with a limit of its size.

#include "alerting/amconfig/receivers.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "template/json_text.h"

namespace watchfire::notify {
namespace {

constexpr size_t kMaxPayloadBytes = 512 << 10;
constexpr uint64_t kMaxTokenBytes = 64 << 10;

Result<std::string> Encode(const Delivery& delivery, const templates::NotificationData& data) {
  templates::Budget budget((templates::Limits()));
  std::string text = TRY(templates::ToJsonText(DataValue(data), budget));
  codec::JsonWriter json;
  json.BeginObject().Field("version", "1").Field("groupKey", delivery.notification.group_key);
  // Those that max_alerts left out, not those that the size did.
  json.Field("truncatedAlerts", static_cast<uint64_t>(delivery.notification.alerts.size() -
                                                      delivery.data.alerts.size()));
  json.EndObject();
  text.back() = ',';
  return text + EncodeJson(json).substr(1);
}

// The service's own words of what is wrong.
std::string Reasons(const std::string& body) {
  auto json = codec::Json::Parse(body);
  if (!json.ok()) return "";
  std::vector<std::string> parts;
  for (const char* name : {"message", "error"}) {
    const codec::Json* text = json->Find(name);
    if (text != nullptr && text->AsString() && !text->AsString()->empty()) {
      parts.push_back(*text->AsString());
    }
  }
  const codec::Json* list = json->Find("errors");
  if (list != nullptr && list->AsArray() && !list->AsArray()->empty()) {
    std::vector<std::string> errors;
    for (const codec::Json& error : *list->AsArray()) {
      errors.push_back(error.AsString() ? *error.AsString() : error.ToString());
    }
    parts.push_back(Join(errors, ", "));
  }
  return Join(parts, ": ");
}

class Incidentio final : public HttpIntegration {
 public:
  Incidentio(const amconfig::IncidentioConfig& config, size_t index, const Environment& environment,
             std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("incidentio", index, config, environment, std::move(client)),
        config_(config) {}

 protected:
  uint64_t max_alerts() const override { return config_.max_alerts; }

  Attempt Send(Delivery& delivery) override {
    auto body = Encode(delivery, delivery.data);
    if (body.ok() && body->size() > kMaxPayloadBytes && delivery.data.alerts.size() > 1) {
      // One alert is enough to open the incident.
      templates::NotificationData first = delivery.data;
      first.alerts.resize(1);
      body = Encode(delivery, first);
    }
    if (!body.ok()) {
      return FailedAttempt(body.error().With("failed to encode incident.io message"), false);
    }
    std::string url = config_.url.text;
    if (url.empty()) {
      auto text = delivery.ReadSecretFile(config_.url_file);
      if (!text.ok()) return FailedAttempt(text.error().With("read url_file"), false);
      url = std::move(*text);
    }
    Exchange exchange =
        Post(delivery,
             {.url = std::move(url), .body = std::move(*body), .timeout_ns = config_.timeout_ns});
    if (exchange.answered) Judge(exchange, {429}, Reasons(exchange.response.body));
    return std::move(exchange.attempt);
  }

 private:
  const amconfig::IncidentioConfig config_;
};

}  // namespace

Built BuildIncidentio(const amconfig::IncidentioConfig& config, size_t index,
                      const Environment& environment) {
  // The token is read now, and stands before whatever the http_config says.
  amconfig::IncidentioConfig with_token = config;
  Secret token = config.alert_source_token;
  if (!config.alert_source_token_file.empty()) {
    FileSystem* files = environment.files ? environment.files : FileSystem::Local();
    auto text = files->ReadFile(config.alert_source_token_file, kMaxTokenBytes);
    if (!text.ok()) return text.error().With("failed to read alert_source_token_file");
    token = Secret(std::string(TrimSpace(*text)));
  }
  if (!token.empty()) {
    if (!with_token.http_config) with_token.http_config.emplace();
    config::Authorization authorization;
    authorization.credentials = token;
    with_token.http_config->authorization = authorization;
    with_token.http_config->basic_auth.reset();
    with_token.http_config->oauth2.reset();
  }
  return MakeHttp<Incidentio>(with_token, index, environment);
}

}  // namespace watchfire::notify

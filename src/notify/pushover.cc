// Pushover: everything is said in the address's query, the body is empty.

#include "alerting/amconfig/receivers.h"
#include "base/text.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/truncate.h"

namespace watchfire::notify {
namespace {

constexpr std::string_view kUrl = "https://api.pushover.net/1/messages.json";
// pushover.net/api#limits, in characters.
constexpr size_t kMaxTitle = 250;
constexpr size_t kMaxMessage = 1024;
constexpr size_t kMaxUrl = 512;
constexpr int64_t kNsPerSecond = 1'000'000'000;

std::string Seconds(int64_t ns) {
  return std::to_string(ns / kNsPerSecond);
}

class Pushover final : public HttpIntegration {
 public:
  Pushover(const amconfig::PushoverConfig& config, size_t index, const Environment& environment,
           std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("pushover", index, config, environment, std::move(client)),
        config_(config),
        token_(fields().Text("token", config.token.reveal())),
        user_key_(fields().Text("user_key", config.user_key.reveal())),
        title_(fields().Text("title", config.title)),
        message_(config.html ? fields().Html("message", config.message)
                             : fields().Text("message", config.message)),
        url_(fields().Text("url", config.url)),
        url_title_(fields().Text("url_title", config.url_title)),
        priority_(fields().Text("priority", config.priority)),
        device_(fields().Text("device", config.device)),
        sound_(fields().Text("sound", config.sound)) {}

 protected:
  Attempt Send(Delivery& delivery) override {
    net::Values parameters;
    Result<std::string> token = Key(delivery, token_, config_.token, config_.token_file);
    if (!token.ok()) return FailedAttempt(token.error().With("read token_file"), false);
    parameters.Add("token", *token);
    Result<std::string> user = Key(delivery, user_key_, config_.user_key, config_.user_key_file);
    if (!user.ok()) return FailedAttempt(user.error().With("read user_key_file"), false);
    parameters.Add("user", *user);
    AddMessage(delivery, parameters);
    if (delivery.render.error()) return delivery.Unrenderable();

    Exchange exchange = Post(delivery, {.url = fmt::format("{}?{}", kUrl, parameters.Encode()),
                                        .content_type = "text/plain",
                                        .secret_url = false});
    if (exchange.answered) Judge(exchange);
    return std::move(exchange.attempt);
  }

 private:
  Result<std::string> Key(Delivery& delivery, const Field& field, const Secret& secret,
                          const std::string& file) {
    std::string key;
    if (!secret.empty()) {
      key = delivery.render(field);
    } else {
      key = delivery.render.Text(TRY(delivery.ReadSecretFile(file, false)));
    }
    delivery.secrets.Add(key);
    return key;
  }

  void AddMessage(Delivery& delivery, net::Values& parameters) {
    Rendering& render = delivery.render;
    parameters.Add("title", TruncateRunes(render(title_), kMaxTitle));
    if (config_.html) parameters.Add("html", "1");
    if (config_.monospace) parameters.Add("monospace", "1");
    std::string message(TrimSpace(TruncateRunes(render(message_), kMaxMessage)));
    // An empty one would be refused.
    parameters.Add("message", message.empty() ? "(no details)" : message);
    parameters.Add("url", TruncateRunes(render(url_), kMaxUrl));
    parameters.Add("url_title", render(url_title_));
    parameters.Add("priority", render(priority_));
    parameters.Add("retry", Seconds(config_.retry_ns));
    parameters.Add("expire", Seconds(config_.expire_ns));
    parameters.Add("device", render(device_));
    parameters.Add("sound", render(sound_));
    if (config_.ttl_ns >= kNsPerSecond) parameters.Add("ttl", Seconds(config_.ttl_ns));
  }

  amconfig::PushoverConfig config_;
  const Field& token_;
  const Field& user_key_;
  const Field& title_;
  const Field& message_;
  const Field& url_;
  const Field& url_title_;
  const Field& priority_;
  const Field& device_;
  const Field& sound_;
};

}  // namespace

Built BuildPushover(const amconfig::PushoverConfig& config, size_t index,
                    const Environment& environment) {
  return MakeHttp<Pushover>(config, index, environment, false);
}

}  // namespace watchfire::notify

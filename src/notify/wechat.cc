// WeChat Work: a token is fetched with the secret and kept, messages are sent with the token.

#include "alerting/amconfig/receivers.h"
#include "base/mutex.h"
#include "codec/json.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"

namespace watchfire::notify {
namespace {

constexpr int64_t kTokenLifeMs = 2 * 3600 * 1000;
constexpr int64_t kTokenExpired = 42001;

class Wechat final : public HttpIntegration {
 public:
  Wechat(const amconfig::WechatConfig& config, size_t index, const Environment& environment,
         std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("wechat", index, config, environment, std::move(client)),
        config_(config),
        api_secret_(fields().Text("api_secret", config.api_secret.reveal())),
        corp_id_(fields().Text("corp_id", config.corp_id)),
        message_(fields().Text("message", config.message)),
        to_user_(fields().Text("to_user", config.to_user)),
        to_party_(fields().Text("to_party", config.to_party)),
        to_tag_(fields().Text("to_tag", config.to_tag)),
        agent_id_(fields().Text("agent_id", config.agent_id)) {}

 protected:
  Attempt Send(Delivery& delivery) override;

 private:
  std::string Body(Delivery& delivery) const;
  // "" after a failure, which is then in `failed`.
  std::string Token(Delivery& delivery, Attempt& failed);
  std::string FetchToken(Delivery& delivery, Attempt& failed);
  void JudgeAnswer(Exchange& exchange);
  TimeMs Now() const {
    return environment().clock ? environment().clock->Now() : Clock::System()->Now();
  }

  const amconfig::WechatConfig config_;
  const Field& api_secret_;
  const Field& corp_id_;
  const Field& message_;
  const Field& to_user_;
  const Field& to_party_;
  const Field& to_tag_;
  const Field& agent_id_;

  Mutex mutex_;
  std::string token_ GUARDED_BY(mutex_);
  TimeMs token_since_ GUARDED_BY(mutex_) = 0;
};

std::string Wechat::Token(Delivery& delivery, Attempt& failed) {
  {
    MutexLock lock(mutex_);
    if (!token_.empty() && Now() - token_since_ <= kTokenLifeMs) return token_;
  }
  std::string token = FetchToken(delivery, failed);
  MutexLock lock(mutex_);
  token_ = token;
  token_since_ = Now();
  return token;
}

std::string Wechat::FetchToken(Delivery& delivery, Attempt& failed) {
  std::string secret;
  if (config_.api_secret.empty() && !config_.api_secret_file.empty()) {
    auto text = delivery.ReadSecretFile(config_.api_secret_file);
    if (!text.ok()) {
      failed = FailedAttempt(text.error().With("read api_secret_file"), false);
      return "";
    }
    secret = delivery.render.Text(*text);
  } else {
    secret = delivery.render(api_secret_);
  }
  delivery.secrets.Add(secret);
  net::Values parameters;
  parameters.Add("corpsecret", secret);
  parameters.Add("corpid", delivery.render(corp_id_));
  if (delivery.render.error()) {
    failed = FailedAttempt(delivery.render.error()->With("templating error"), false);
    return "";
  }
  Exchange exchange =
      Post(delivery, {.method = "GET",
                      .url = config_.api_url.text + "gettoken?" + parameters.Encode(),
                      .content_type = "",
                      .secret_url = false});
  failed = std::move(exchange.attempt);
  if (!exchange.answered) return "";
  auto json = codec::Json::Parse(exchange.response.body);
  const codec::Json* token = json.ok() ? json->Find("access_token") : nullptr;
  if (token != nullptr && token->AsString() != nullptr && !token->AsString()->empty()) {
    return *token->AsString();
  }
  int status = exchange.response.status;
  failed.retry = status != 200;
  failed.failure = status == 200 ? FailureKind::kAuthError : FailureOfStatus(status);
  failed.error = status != 200 ? fmt::format("unexpected status code {}", status)
                 : json.ok()   ? fmt::format("invalid APISecret for CorpID: {}", config_.corp_id)
                               : fmt::format("answer of gettoken: {}", json.error().message());
  return "";
}

std::string Wechat::Body(Delivery& delivery) const {
  Rendering& render = delivery.render;
  bool markdown = config_.message_type == "markdown";
  std::string message = render(message_);
  codec::JsonWriter json;
  // Both kinds of content are there, one empty, as upstream sends them.
  json.BeginObject().Key("text").BeginObject();
  json.Field("content", markdown ? "" : message).EndObject();
  OptionalField(json, "touser", render(to_user_));
  OptionalField(json, "toparty", render(to_party_));
  OptionalField(json, "totag", render(to_tag_));
  OptionalField(json, "agentid", render(agent_id_));
  json.Field("safe", "0");
  OptionalField(json, "msgtype", config_.message_type);
  json.Key("markdown").BeginObject().Field("content", markdown ? message : "").EndObject();
  json.EndObject();
  return EncodeJson(json);
}

// The service answers 200 and says in the body what went wrong.
void Wechat::JudgeAnswer(Exchange& exchange) {
  Attempt& attempt = exchange.attempt;
  if (exchange.response.status != 200) {
    attempt.retry = true;
    attempt.failure = FailureOfStatus(exchange.response.status);
    attempt.error = fmt::format("unexpected status code {}", exchange.response.status);
    return;
  }
  auto json = codec::Json::Parse(exchange.response.body);
  if (!json.ok()) return Refuse(exchange, json.error().message(), true);
  int64_t code = 0;
  std::string text;
  // The service's names, and those that upstream reads.
  for (const char* name : {"errcode", "code"}) {
    const codec::Json* value = json->Find(name);
    if (code == 0 && value != nullptr) code = value->AsInt().value_or(0);
  }
  for (const char* name : {"errmsg", "error"}) {
    const codec::Json* value = json->Find(name);
    if (text.empty() && value != nullptr && value->AsString()) text = *value->AsString();
  }
  attempt.delivered = code == 0;
  if (code == 0) return;
  if (code == kTokenExpired) {
    MutexLock lock(mutex_);
    token_.clear();
  }
  Refuse(exchange, text.empty() ? fmt::format("errcode {}", code) : text, code == kTokenExpired);
}

Attempt Wechat::Send(Delivery& delivery) {
  std::string body = Body(delivery);
  if (delivery.render.error()) {
    return FailedAttempt(delivery.render.error()->With("templating error"), false);
  }
  Attempt failed;
  std::string token = Token(delivery, failed);
  if (token.empty()) return failed;
  delivery.secrets.Add(token);
  Exchange exchange =
      Post(delivery,
           {.url = config_.api_url.text + "message/send?access_token=" + net::PercentEncode(token),
            .body = std::move(body),
            .secret_url = false});
  if (exchange.answered) JudgeAnswer(exchange);
  return std::move(exchange.attempt);
}

}  // namespace

Built BuildWechat(const amconfig::WechatConfig& config, size_t index,
                  const Environment& environment) {
  return MakeHttp<Wechat>(config, index, environment);
}

}  // namespace watchfire::notify

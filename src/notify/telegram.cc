// Telegram: sendMessage of a bot. Whatever goes wrong is tried again until the flush's time is up,
// as upstream does.

#include "alerting/amconfig/receivers.h"
#include "base/numbers.h"
#include "base/text.h"
#include "codec/json.h"
#include "notify/integrations.h"
#include "notify/parts/http_integration.h"
#include "notify/parts/truncate.h"

namespace watchfire::notify {
namespace {

constexpr size_t kMaxMessage = 4096;  // characters
constexpr std::string_view kTooLong =
    "This notification cannot be shown: its text is longer than Telegram takes. Please check the "
    "template that makes it.";

class Telegram final : public HttpIntegration {
 public:
  Telegram(const amconfig::TelegramConfig& config, size_t index, const Environment& environment,
           std::unique_ptr<net::HttpClient> client)
      : HttpIntegration("telegram", index, config, environment, std::move(client)),
        config_(config),
        html_(config.parse_mode == "HTML"),
        message_(html_ ? fields().Html("message", config.message)
                       : fields().Text("message", config.message)) {}

 protected:
  Attempt Send(Delivery& delivery) override {
    std::string text = delivery.render(message_);
    if (delivery.render.error()) return delivery.Unrenderable();
    // HTML that is cut somewhere would be refused.
    if (html_ && LongerThanRunes(text, kMaxMessage)) text = kTooLong;
    Result<std::string> token = Token(delivery);
    if (!token.ok()) return FailedAttempt(token.error(), true);
    Result<int64_t> chat = ChatId(delivery);
    if (!chat.ok()) return FailedAttempt(chat.error(), true);
    Exchange exchange =
        Post(delivery, {.url = config_.api_url.text + "/bot" + *token + "/sendMessage",
                        .body = Body(*chat, TruncateRunes(text, kMaxMessage)),
                        .secret_url = false});
    if (exchange.answered) JudgeAnswer(exchange);
    return std::move(exchange.attempt);
  }

 private:
  Result<std::string> Token(Delivery& delivery) {
    if (config_.bot_token_file.empty()) return delivery.SecretOrFile(config_.bot_token, "");
    Result<std::string> token = delivery.ReadSecretFile(config_.bot_token_file);
    if (!token.ok()) return token.error().With("could not read {}", config_.bot_token_file);
    return token;
  }

  Result<int64_t> ChatId(Delivery& delivery) {
    const std::string& file = config_.chat_id_file;
    if (file.empty()) return config_.chat_id;
    Result<std::string> text = delivery.ReadTextFile(file);
    if (!text.ok()) return text.error().With("could not read {}", file);
    std::optional<int64_t> id = ParseInt(*text);
    if (!id) {
      return Error::Invalid(
          "could not parse chat_id from {}: strconv.ParseInt: parsing {}: invalid syntax", file,
          GoQuote(*text));
    }
    return *id;
  }

  // Every value is a text, keys are sorted.
  std::string Body(int64_t chat_id, const std::string& text) const {
    codec::JsonWriter json;
    json.BeginObject().Field(
        "chat_id", config_.chat_name.empty() ? std::to_string(chat_id) : config_.chat_name);
    if (config_.disable_notifications) json.Field("disable_notification", "true");
    if (!config_.web_page_preview) json.Field("disable_web_page_preview", "true");
    if (config_.message_thread_id != 0) {
      json.Field("message_thread_id", std::to_string(config_.message_thread_id));
    }
    OptionalField(json, "parse_mode", config_.parse_mode);
    if (config_.protect_content) json.Field("protect_content", "true");
    json.Field("text", text).EndObject();
    return EncodeJson(json);
  }

  static void JudgeAnswer(Exchange& exchange) {
    Result<codec::Json> answer = codec::Json::Parse(exchange.response.body);
    const codec::Json* ok = answer.ok() ? answer->Find("ok") : nullptr;
    if (ok != nullptr && ok->AsBool().value_or(false)) {
      exchange.attempt.delivered = true;
      return;
    }
    const codec::Json* description = answer.ok() ? answer->Find("description") : nullptr;
    if (description == nullptr || description->AsString() == nullptr) {
      Judge(exchange);
      if (exchange.attempt.delivered) {
        Refuse(exchange, "telebot: unexpected answer: " + exchange.response.body);
        exchange.attempt.failure = FailureKind::kOther;
      }
    } else {
      const codec::Json* code = answer->Find("error_code");
      int64_t number = code == nullptr ? 0 : code->AsInt().value_or(0);
      std::string_view said = *description->AsString();
      constexpr std::string_view kFlood = "Too Many Requests: ";
      if (said.starts_with(kFlood)) said.remove_prefix(kFlood.size());
      Refuse(exchange, fmt::format("telegram: {} ({})", said, number));
      exchange.attempt.failure =
          FailureOfStatus(number > 0 && number < 1000 ? static_cast<int>(number) : 0);
    }
    exchange.attempt.retry = true;
  }

  amconfig::TelegramConfig config_;
  bool html_;
  const Field& message_;
};

}  // namespace

Built BuildTelegram(const amconfig::TelegramConfig& config, size_t index,
                    const Environment& environment) {
  return MakeHttp<Telegram>(config, index, environment, false);
}

}  // namespace watchfire::notify

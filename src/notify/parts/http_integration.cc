#include "notify/parts/http_integration.h"

#include <algorithm>

#include "base/text.h"
#include "discovery/convert.h"
#include "net/digest.h"
#include "net/url.h"
#include "template/duration.h"

namespace watchfire::notify {
namespace {

// Nobody has so much to say about a notification.
constexpr uint64_t kMaxAnswerBytes = 1 << 20;
constexpr int64_t kNsPerMs = 1'000'000;

// `Post "<redacted>": why`, as upstream hides addresses in errors of transport.
std::string WithoutAddress(const std::string& message) {
  size_t open = message.find(" \"");
  size_t close = message.find("\": ");
  bool named = open != std::string::npos && close != std::string::npos && open < close &&
               message.find(' ') == open;
  if (!named) return message;
  return message.substr(0, open + 2) + "<redacted>" + message.substr(close);
}

void AddSecretFile(Delivery& delivery, const std::string& path) {
  // What cannot be read is the client's error to tell.
  if (!path.empty()) (void)delivery.ReadSecretFile(path);
}

// An answer may repeat what it was sent.
void AddClientSecrets(Delivery& delivery, const config::HttpClientConfig& config) {
  Redactor& secrets = delivery.secrets;
  if (config.basic_auth) {
    const config::BasicAuth& basic = *config.basic_auth;
    secrets.Add(basic.password);
    if (!basic.password.empty()) {
      secrets.Add(net::EncodeBase64(basic.username + ":" + basic.password.reveal()));
    }
    AddSecretFile(delivery, basic.password_file);
  }
  if (config.authorization) {
    secrets.Add(config.authorization->credentials);
    AddSecretFile(delivery, config.authorization->credentials_file);
  }
  if (config.oauth2) {
    secrets.Add(config.oauth2->client_secret);
    AddSecretFile(delivery, config.oauth2->client_secret_file);
  }
  for (const auto& [name, header] : config.http_headers) {
    for (const Secret& value : header.secrets) secrets.Add(value);
    for (const std::string& path : header.files) AddSecretFile(delivery, path);
  }
  for (const auto& [name, values] : config.proxy.proxy_connect_header) {
    for (const Secret& value : values) secrets.Add(value);
  }
  Result<net::Url> proxy = net::Url::Parse(config.proxy.proxy_url.text);
  if (proxy.ok() && proxy->password) secrets.Add(*proxy->password);
}

}  // namespace

HttpIntegration::HttpIntegration(std::string_view kind, size_t index,
                                 const amconfig::Notifier& config, const Environment& environment,
                                 std::unique_ptr<net::HttpClient> client)
    : Integration(kind, index, config.send_resolved, environment),
      client_config_(config.http_config.value_or(config::HttpClientConfig())),
      client_(std::move(client)) {}

Exchange HttpIntegration::Post(Delivery& delivery, HttpCall call) {
  AddClientSecrets(delivery, client_config_);
  if (call.secret_url) delivery.secrets.AddUrl(call.url);
  int64_t left_ms = delivery.RemainingMs();
  int64_t own_ms = (call.timeout_ns + kNsPerMs - 1) / kNsPerMs;
  bool own_first = call.timeout_ns > 0 && own_ms < left_ms;

  net::HttpRequest request;
  request.method = call.method;
  request.url = call.url;
  request.headers = std::move(call.headers);
  if (!call.content_type.empty()) request.headers.Set("Content-Type", call.content_type);
  request.body = std::move(call.body);
  request.timeout_ms = own_first ? own_ms : left_ms;
  request.body_limit = kMaxAnswerBytes;
  request.cut_body = true;
  request.cancelled = delivery.context.cancelled;
  Result<net::HttpResponse> response = client_->Do(request);

  Exchange exchange;
  if (!response.ok()) {
    exchange.attempt = FailedAttempt(response.error(), true);
    std::string& error = exchange.attempt.error;
    error = WithoutAddress(error);
    if (own_first && response.error().code() == ErrorCode::kTimeout) {
      error += fmt::format(": configured {} timeout reached ({})", integration(),
                           templates::FormatGoDuration(call.timeout_ns));
    }
  } else {
    exchange.answered = true;
    exchange.response = std::move(response).value();
    exchange.attempt.status = exchange.response.status;
    exchange.attempt.response = exchange.response.body;
  }
  exchange.attempt.request =
      request.method + " " + (call.secret_url ? Redactor::ShowUrl(call.url) : call.url);
  exchange.attempt.body = std::move(request.body);
  return exchange;
}

void HttpIntegration::Judge(Exchange& exchange, std::initializer_list<int> retried,
                            const std::optional<std::string>& details, std::string_view prefix) {
  int status = exchange.response.status;
  Attempt& attempt = exchange.attempt;
  if (status / 100 == 2) {
    attempt.delivered = true;
    return;
  }
  bool listed = std::find(retried.begin(), retried.end(), status) != retried.end();
  attempt.retry = status / 100 == 5 || listed;
  attempt.failure = FailureOfStatus(status);
  attempt.error = fmt::format("{}unexpected status code {}", prefix, status);
  const std::string& said = details ? *details : exchange.response.body;
  if (!said.empty()) attempt.error += ": " + said;
}

void HttpIntegration::Refuse(Exchange& exchange, std::string error, bool retry) {
  exchange.attempt.delivered = false;
  exchange.attempt.retry = retry;
  exchange.attempt.failure = FailureKind::kClientError;
  exchange.attempt.error = std::move(error);
}

Result<std::unique_ptr<net::HttpClient>> MakeClient(const amconfig::Notifier& config,
                                                    const Environment& environment,
                                                    bool allow_http2) {
  net::HttpClientOptions options = TRY(discovery::ToHttpOptions(
      config.http_config.value_or(config::HttpClientConfig()), environment.user_agent));
  options.enable_http2 = options.enable_http2 && allow_http2;
  return net::HttpClient::Make(std::move(options));
}

std::string EncodeJson(codec::JsonWriter& json) {
  return json.Take() + "\n";
}

void OptionalField(codec::JsonWriter& json, std::string_view key, std::string_view text) {
  if (!text.empty()) json.Field(key, text);
}

}  // namespace watchfire::notify

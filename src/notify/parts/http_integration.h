#pragma once
// HttpIntegration: an integration that talks HTTP. It owns the client that the receiver's
// http_config describes (connections are kept between notifications), says who we are, keeps
// within the time, and turns answers into Attempts by the rule that nearly all kinds share: 2xx is
// delivered, 5xx and what a kind lists is worth another try, transport errors too.
//
//   Exchange exchange = Post(delivery, {.url = url, .body = std::move(json)});
//   if (exchange.answered) Judge(exchange, {429});
//   return std::move(exchange.attempt);

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include "alerting/amconfig/receivers.h"
#include "codec/json_writer.h"
#include "net/http_client.h"
#include "notify/parts/integration.h"

namespace watchfire::notify {

struct HttpCall {
  std::string method = "POST";
  std::string url;
  net::Headers headers{};
  std::string body{};
  std::string content_type = "application/json";
  // Nothing but scheme and host may be shown; else `url` is shown without what is in `secrets`.
  bool secret_url = true;
  // The receiver's own `timeout`, in nanoseconds; 0: only the flush's.
  int64_t timeout_ns = 0;
};

// What became of one request.
struct Exchange {
  bool answered = false;
  net::HttpResponse response;  // if answered
  // Filled as far as is known: request, body, status, response; not answered: the error too.
  Attempt attempt;
};

class HttpIntegration : public Integration {
 protected:
  HttpIntegration(std::string_view kind, size_t index, const amconfig::Notifier& config,
                  const Environment& environment, std::unique_ptr<net::HttpClient> client);

  Exchange Post(Delivery& delivery, HttpCall call);

  // The common rule. `details` replaces the answer's body in the error; `prefix` is put before it
  // (`channel "x": `).
  static void Judge(Exchange& exchange, std::initializer_list<int> retried = {},
                    const std::optional<std::string>& details = {}, std::string_view prefix = {});

  // A service that says in its answer that it did not take the message.
  static void Refuse(Exchange& exchange, std::string error, bool retry = false);

 private:
  config::HttpClientConfig client_config_;
  std::unique_ptr<net::HttpClient> client_;
};

// Of the receiver's http_config, or the defaults.
Result<std::unique_ptr<net::HttpClient>> MakeClient(const amconfig::Notifier& config,
                                                    const Environment& environment,
                                                    bool allow_http2 = true);

template <typename Kind, typename Config>
Result<std::unique_ptr<Integration>> MakeHttp(const Config& config, size_t index,
                                              const Environment& environment,
                                              bool allow_http2 = true) {
  std::unique_ptr<net::HttpClient> client = TRY(MakeClient(config, environment, allow_http2));
  return std::unique_ptr<Integration>(
      std::make_unique<Kind>(config, index, environment, std::move(client)));
}

// A JSON value as Go's Encoder writes it: with a newline.
std::string EncodeJson(codec::JsonWriter& json);
// Left out if it is empty.
void OptionalField(codec::JsonWriter& json, std::string_view key, std::string_view text);

}  // namespace watchfire::notify

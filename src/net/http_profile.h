#pragma once
// What all requests of one configuration share: checked options, secrets read from files at the
// time of a request, and the OAuth2 token. Internal to net; see http_client.h. Thread-safe.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "net/http_client.h"

namespace watchfire::net {

// One attempt to reach a server, as a Transfer takes it.
struct OutgoingRequest {
  std::string method;
  std::string url;
  Headers headers;
  // Configured headers and the Authorization value ("" for none): dropped on the way to another
  // origin.
  std::vector<std::pair<std::string, std::string>> private_headers;
  std::string authorization;
  std::string body;
  int64_t timeout_ms = 0;
  uint64_t body_limit = kDefaultBodyLimit;
  bool cut_body = false;
};

class HttpProfile {
 public:
  explicit HttpProfile(HttpClientOptions options) : options_(std::move(options)) {}
  // Checks the options and makes the client of the token endpoint.
  Result<void> Prepare();

  const HttpClientOptions& options() const { return options_; }

  // Fills private_headers and authorization. May read files and fetch a token.
  Result<void> Authorize(const std::shared_ptr<const std::atomic<bool>>& cancelled,
                         OutgoingRequest& request);

 private:
  Result<std::string> Authorization(const std::shared_ptr<const std::atomic<bool>>& cancelled,
                                    int64_t timeout_ms);
  Result<std::string> Token(const std::shared_ptr<const std::atomic<bool>>& cancelled,
                            int64_t timeout_ms);
  Result<std::string> FetchToken(const std::shared_ptr<const std::atomic<bool>>& cancelled,
                                 int64_t timeout_ms);
  Result<HttpResponse> AskForToken(const std::shared_ptr<const std::atomic<bool>>& cancelled,
                                   int64_t timeout_ms, const std::string& secret, bool in_header);

  const HttpClientOptions options_;
  std::unique_ptr<HttpClient> token_client_;

  Mutex mutex_;
  CondVar fetched_;
  bool fetching_ GUARDED_BY(mutex_) = false;
  std::string token_ GUARDED_BY(mutex_);  // "Bearer …"
  int64_t token_expires_ns_ GUARDED_BY(mutex_) = 0;
};

// The text of a secret file without trailing white space.
Result<std::string> ReadSecretFile(const std::string& path);

// In OpenSSL's numbers; `otherwise` for kDefault.
int TlsProtocol(TlsVersion version, int otherwise);

}  // namespace watchfire::net

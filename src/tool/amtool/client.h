#pragma once
// Asks an Alertmanager over its API, version 2. Errors come in the words in which upstream's tool
// reports them, with what the server said. Not thread-safe, but for Post and what it is made of.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "codec/json.h"
#include "net/http_client.h"

namespace watchfire::amtool {

struct ClientOptions {
  std::string url;
  std::string http_config_file;
  int64_t timeout_ms = 30'000;
  bool version_check = true;
  std::string version;  // of the Alertmanager whose behaviour is kept
};

class Client {
 public:
  using Query = std::vector<std::pair<std::string, std::string>>;

  // Reads the file of HTTP options; with `version_check`, warns on stderr of a server of another
  // version.
  static Result<std::unique_ptr<Client>> Make(const ClientOptions& options);

  // `path` is below /api/v2; `operation` names it in errors as upstream does: "getAlerts".
  Result<codec::Json> Get(const std::string& path, const Query& query,
                          const std::string& operation);
  // The answer of a server that answers with nothing is null. Thread-safe.
  Result<codec::Json> Post(const std::string& path, const codec::Json& body,
                           const std::string& operation);
  Result<void> Delete(const std::string& path, const std::string& shown_path,
                      const std::string& operation);
  // Where the last part of `path` is a value.
  Result<codec::Json> GetOne(const std::string& path, const std::string& shown_path,
                             const std::string& operation);

 private:
  Result<codec::Json> Ask(net::HttpRequest request, const std::string& shown_path,
                          const std::string& operation);
  void CheckVersion(const std::string& version);

  std::string base_;
  int64_t timeout_ms_ = 30'000;
  std::unique_ptr<net::HttpClient> client_;
};

}  // namespace watchfire::amtool

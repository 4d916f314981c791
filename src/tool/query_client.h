#pragma once
// Asks a Prometheus-compatible server over its HTTP API, for the commands under `query`. One
// request at a time; a failed query comes back as an error with the server's own words, warnings
// go to stderr. Not thread-safe.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "codec/json.h"
#include "net/http_client.h"

namespace watchfire::tool {

class QueryClient {
 public:
  using Form = std::vector<std::pair<std::string, std::string>>;

  // `server`: a URL, whose user and password are sent as basic authentication; without a scheme it
  // is taken as http. `headers`: "name=value" each.
  static Result<std::unique_ptr<QueryClient>> Make(const std::string& server,
                                                   const std::vector<std::string>& headers);

  // The "data" of the answer. `path` is below /api/v1 and begins with a slash.
  Result<codec::Json> Post(const std::string& path, const Form& form);
  Result<codec::Json> Get(const std::string& path, const Form& form);

 private:
  Result<codec::Json> Ask(net::HttpRequest request);

  std::string base_;
  net::Headers headers_;
  std::unique_ptr<net::HttpClient> client_;
};

}  // namespace watchfire::tool

#pragma once
// The `--web.config.file` of the Prometheus family: TLS, client certificates, extra headers, rate
// limit and users with bcrypt hashes for a server. The key names and meaning are the exporter
// toolkit's, so that existing files work.
//
// WebGuard applies such a file while a server runs: it looks at the file at every request and TLS
// handshake and reads it again when it (or a certificate) has changed. A file that has become
// unreadable or wrong answers every request with 500 until it is mended: it never opens the doors.
// Results of bcrypt are cached; unknown users cost the same time as known ones.
//
// WebConfig is a plain value; WebGuard is thread-safe, owned by the server. Check may take as long
// as bcrypt does and so belongs on the handler pool.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "net/http.h"
#include "net/http_client.h"

struct ssl_ctx_st;

namespace watchfire::net {

enum class ClientAuth : uint8_t {
  kNoClientCert,
  kRequestClientCert,
  kRequireAnyClientCert,
  kVerifyClientCertIfGiven,
  kRequireAndVerifyClientCert,
};

struct TlsServerConfig {
  std::string cert;  // PEM text, else:
  std::string cert_file;
  Secret key;
  std::string key_file;
  ClientAuth client_auth = ClientAuth::kNoClientCert;
  std::string client_ca;
  std::string client_ca_file;
  std::vector<std::string> client_allowed_sans;
  TlsVersion min_version = TlsVersion::kTls12;
  TlsVersion max_version = TlsVersion::kTls13;
  std::vector<std::string> cipher_suites;      // Go's names
  std::vector<std::string> curve_preferences;  // Go's names
  bool prefer_server_cipher_suites = true;
};

struct WebConfig {
  std::optional<TlsServerConfig> tls;
  bool http2 = true;  // accepted; the server speaks HTTP/1.1
  std::vector<std::pair<std::string, std::string>> headers;
  int64_t rate_interval_ns = 0;  // 0: no limit
  int64_t rate_burst = 0;
  std::map<std::string, Secret> users;  // name → bcrypt hash
};

// Strict: unknown keys and values are kInvalid (`file:line: field x not found in type y`). Relative
// file names are taken from the directory of `path`. The text is at most 1 MiB.
Result<WebConfig> ParseWebConfig(std::string_view text, const std::string& path);
Result<WebConfig> LoadWebConfig(const std::string& path);

// A server context from the config's certificates. kInvalid or kIo with the file's name. May be
// kept and shared; freed with the last reference.
Result<std::shared_ptr<ssl_ctx_st>> MakeServerTls(const TlsServerConfig& config);

class WebGuard {
 public:
  static Result<std::unique_ptr<WebGuard>> Open(std::string path,
                                                const Clock* clock = Clock::System());
  ~WebGuard();

  // Whether the file asked for TLS when it was opened; this does not change later.
  bool tls() const;
  // The context for the next handshake, rebuilt when a file has changed.
  Result<std::shared_ptr<ssl_ctx_st>> TlsContext();
  // Limits, authenticates (setting request.user), calls `next`, adds the configured headers.
  Response Check(Request& request, const std::function<Response(Request&)>& next);

 private:
  struct Impl;
  explicit WebGuard(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::net

#pragma once
// HTTP for callers: HttpClient asks and waits (rules, discovery, remote ends), HttpFetcher asks
// thousands of targets again and again from one thread (scraping). Both take HttpClientOptions,
// which mirror the `http_config` keys of the configuration files. HTTP/1.1, and HTTP/2 where TLS
// negotiates it.
//
// Credentials from files are read at each request, so they can be rotated; trailing white space is
// cut. Redirects (at most 10) never carry credentials or configured headers to another host.
// Answers are bounded in time and, counted uncompressed, in size. Compressed answers are decoded
// here, if the caller asked for them by an Accept-Encoding header of its own.
//
// Error codes: kTimeout ("context deadline exceeded"), kCancelled, kLimit ("body size limit
// exceeded"), kInvalid (URL, options), kDenied (TLS verification), kIo (everything else). Messages
// begin as upstream's do: `Get "http://host/path": …`; they never hold credentials. Any HTTP status
// is a success here. Both classes are thread-safe.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "net/http.h"

namespace watchfire::net {

// In the option structs every member has an initialiser, so that a caller names only what it sets.

enum class TlsVersion : uint8_t { kDefault, kTls10, kTls11, kTls12, kTls13 };
// "TLS10" … "TLS13", "" for kDefault.
Result<TlsVersion> ParseTlsVersion(std::string_view text);

struct TlsClientOptions {
  std::string ca{};  // PEM text, else:
  std::string ca_file{};
  std::string cert{};
  std::string cert_file{};
  Secret key{};
  std::string key_file{};
  std::string server_name{};  // for SNI and verification instead of the URL's host
  bool insecure_skip_verify = false;
  TlsVersion min_version = TlsVersion::kDefault;
  TlsVersion max_version = TlsVersion::kDefault;
};

struct BasicAuthOptions {
  std::string username{};
  std::string username_file{};
  Secret password{};
  std::string password_file{};
};

struct AuthorizationOptions {
  std::string type = "Bearer";
  Secret credentials{};
  std::string credentials_file{};
};

struct ProxyOptions {
  std::string url{};  // may hold user:password
  std::string no_proxy{};
  bool from_environment = false;
  std::vector<std::pair<std::string, Secret>> connect_headers{};
};

// The client credentials flow; the token is kept until shortly before it expires.
struct Oauth2Options {
  std::string client_id;
  Secret client_secret;
  std::string client_secret_file;
  std::vector<std::string> scopes;
  std::string token_url;
  std::map<std::string, std::string> endpoint_params;
  TlsClientOptions tls;
  ProxyOptions proxy;
};

struct HeaderOption {
  std::string name{};
  std::vector<std::string> values{};
  std::vector<Secret> secrets{};
  std::vector<std::string> files{};
};

// At most one of basic_auth, authorization and oauth2 is set.
struct HttpClientOptions {
  std::optional<BasicAuthOptions> basic_auth;
  std::optional<AuthorizationOptions> authorization;
  std::optional<Oauth2Options> oauth2;
  TlsClientOptions tls;
  ProxyOptions proxy;
  std::vector<HeaderOption> headers;
  bool follow_redirects = true;
  bool enable_http2 = true;
  std::string unix_socket;               // connects here whatever the URL's host is
  std::string user_agent = "watchfire";  // "Prometheus/<version>" for scrapes
};

inline constexpr uint64_t kDefaultBodyLimit = 256 << 20;

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  int64_t timeout_ms = 30'000;  // redirects and token requests included
  // A body of this many bytes or more is an error; 0: kDefaultBodyLimit.
  uint64_t body_limit = 0;
  // It is no error then, but what is beyond is not read: for answers of which the status counts.
  bool cut_body = false;
  // Looked at several times a second while waiting; may be empty.
  std::shared_ptr<const std::atomic<bool>> cancelled;
};

struct HttpResponse {
  int status = 0;
  Headers headers;  // of the last hop
  std::string body;
  std::string url;  // where the answer came from, after redirects
};

class HttpClient {
 public:
  // kInvalid for options that contradict each other.
  static Result<std::unique_ptr<HttpClient>> Make(HttpClientOptions options);
  ~HttpClient();

  // Blocks. Connections are kept and reused by later calls of this object.
  Result<HttpResponse> Do(const HttpRequest& request);

 private:
  struct Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Checked options with what is shared by all targets of one job: the OAuth2 token and its client.
class HttpProfile;
Result<std::shared_ptr<HttpProfile>> MakeHttpProfile(HttpClientOptions options);

// One URL that is fetched over and over. It keeps its prepared request and its connection; at most
// one fetch at a time. Made by HttpFetcher::AddTarget.
class HttpTarget;

// Undoes the Content-Encoding ("", identity, gzip, deflate, zstd, snappy) of a body in place.
// kLimit ("body size limit exceeded") when the result has `limit` bytes or more.
Result<void> DecodeBody(std::string_view encoding, uint64_t limit, std::string& body);

class HttpFetcher {
 public:
  struct Options {
    std::string thread_name = "fetch-loop";
    size_t max_idle_connections = 100'000;
  };
  // Runs on the fetcher's thread: hand long work (decoding, parsing) to a pool. It may call Fetch,
  // but not after kCancelled: once the destructor has begun, Fetch answers that at once.
  using Callback = std::function<void(Result<HttpResponse>)>;

  struct FetchOptions {
    int64_t timeout_ms = 10'000;
    uint64_t body_limit = 0;  // as HttpRequest::body_limit; the body is counted as it is sent
    // The body is received into this string, whose memory is kept: pass back the one of the last
    // response, as it is (what lies within its size needs no clearing again).
    std::string buffer{};
    // The body comes as it was sent; the callee calls DecodeBody with the Content-Encoding header
    // in a thread that has the time.
    bool raw = true;
  };

  HttpFetcher();
  explicit HttpFetcher(Options options);
  // Running fetches are answered kCancelled first.
  ~HttpFetcher();
  HttpFetcher(const HttpFetcher&) = delete;
  HttpFetcher& operator=(const HttpFetcher&) = delete;

  // A GET of `url` with these headers besides the profile's. Must not outlive the fetcher.
  Result<std::shared_ptr<HttpTarget>> AddTarget(std::shared_ptr<HttpProfile> profile,
                                                std::string url, Headers headers);
  // Never blocks on the network, but sends a request where a connection is kept, reads credential
  // files and, for OAuth2 without a valid token, asks for one, in the caller's thread. The callback
  // is called exactly once. The connection is kept until the target is dropped.
  void Fetch(std::shared_ptr<HttpTarget> target, FetchOptions options, Callback callback);
  // Ends a running fetch of this target with kCancelled; nothing happens if there is none.
  void Cancel(const std::shared_ptr<HttpTarget>& target);
  // Within a callback: how many sockets are known to wait for this thread to return.
  size_t backlog() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::net

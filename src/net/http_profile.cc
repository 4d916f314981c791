#include "net/http_profile.h"

#include <openssl/ssl.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/yaml.h"
#include "net/digest.h"
#include "net/url.h"

namespace watchfire::net {
namespace {

constexpr uint64_t kMaxSecretBytes = 1 << 20;
constexpr uint64_t kMaxTokenBytes = 1 << 20;
// A token is renewed this long before it expires, so that it survives the request it is sent with.
constexpr int64_t kTokenMarginNs = 10'000'000'000;

using Cancelled = std::shared_ptr<const std::atomic<bool>>;

Result<void> CheckTls(const TlsClientOptions& tls) {
  if (!tls.ca.empty() && !tls.ca_file.empty()) {
    return Error::Invalid("at most one of ca and ca_file must be configured");
  }
  if (!tls.cert.empty() && !tls.cert_file.empty()) {
    return Error::Invalid("at most one of cert and cert_file must be configured");
  }
  if (!tls.key.empty() && !tls.key_file.empty()) {
    return Error::Invalid("at most one of key and key_file must be configured");
  }
  bool has_cert = !tls.cert.empty() || !tls.cert_file.empty();
  bool has_key = !tls.key.empty() || !tls.key_file.empty();
  if (has_cert && !has_key) {
    return Error::Invalid(
        "exactly one of key or key_file must be configured when a client certificate is "
        "configured");
  }
  if (has_key && !has_cert) {
    return Error::Invalid(
        "exactly one of cert or cert_file must be configured when a client key is configured");
  }
  if (tls.max_version != TlsVersion::kDefault && tls.min_version > tls.max_version) {
    return Error::Invalid(
        "tls_config.max_version must be greater than or equal to "
        "tls_config.min_version if both are specified");
  }
  return {};
}

Result<void> CheckProxy(const ProxyOptions& proxy) {
  if (proxy.from_environment && (!proxy.url.empty() || !proxy.no_proxy.empty())) {
    return Error::Invalid(
        "if proxy_from_environment is configured, proxy_url and no_proxy must not be configured");
  }
  if (proxy.url.empty() && !proxy.no_proxy.empty()) {
    return Error::Invalid("if no_proxy is configured, proxy_url must also be configured");
  }
  if (!proxy.url.empty()) {
    auto url = Url::Parse(proxy.url);
    if (!url.ok()) return url.error().With("proxy_url");
  }
  return {};
}

bool BreaksHeader(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

Result<TlsVersion> ParseTlsVersion(std::string_view text) {
  if (text.empty()) return TlsVersion::kDefault;
  if (text == "TLS10") return TlsVersion::kTls10;
  if (text == "TLS11") return TlsVersion::kTls11;
  if (text == "TLS12") return TlsVersion::kTls12;
  if (text == "TLS13") return TlsVersion::kTls13;
  return Error::Invalid("unknown TLS version: {}", text);
}

Result<std::string> ReadSecretFile(const std::string& path) {
  std::string text = TRY(FileSystem::Local()->ReadFile(path, kMaxSecretBytes));
  size_t end = text.find_last_not_of(" \t\r\n\v\f");
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text;
}

Result<std::shared_ptr<HttpProfile>> MakeHttpProfile(HttpClientOptions options) {
  auto profile = std::make_shared<HttpProfile>(std::move(options));
  TRY(profile->Prepare());
  return profile;
}

Result<void> HttpProfile::Prepare() {
  int methods =
      (options_.basic_auth ? 1 : 0) + (options_.authorization ? 1 : 0) + (options_.oauth2 ? 1 : 0);
  if (methods > 1) {
    return Error::Invalid("at most one of basic_auth, oauth2 & authorization must be configured");
  }
  if (options_.authorization && EqualsIgnoreCase(options_.authorization->type, "basic")) {
    return Error::Invalid(
        R"(authorization type cannot be set to "basic", use "basic_auth" instead)");
  }
  TRY(CheckTls(options_.tls));
  TRY(CheckProxy(options_.proxy));
  if (BreaksHeader(options_.user_agent)) return Error::Invalid("line break in the user agent");
  if (!options_.oauth2) return {};
  const Oauth2Options& oauth2 = *options_.oauth2;
  if (oauth2.client_id.empty()) return Error::Invalid("oauth2 client_id must be configured");
  if (oauth2.token_url.empty()) return Error::Invalid("oauth2 token_url must be configured");
  HttpClientOptions token_options;
  token_options.tls = oauth2.tls;
  token_options.proxy = oauth2.proxy;
  token_options.user_agent = options_.user_agent;
  token_client_ = TRY(HttpClient::Make(std::move(token_options)));
  return {};
}

Result<void> HttpProfile::Authorize(const Cancelled& cancelled, OutgoingRequest& request) {
  request.private_headers.clear();
  for (const HeaderOption& header : options_.headers) {
    for (const std::string& value : header.values) {
      request.private_headers.emplace_back(header.name, value);
    }
    for (const Secret& value : header.secrets) {
      request.private_headers.emplace_back(header.name, value.reveal());
    }
    for (const std::string& file : header.files) {
      request.private_headers.emplace_back(header.name, TRY(ReadSecretFile(file)));
    }
  }
  request.authorization = TRY(Authorization(cancelled, request.timeout_ms));
  if (BreaksHeader(request.authorization)) return Error::Invalid("line break in the credentials");
  return {};
}

Result<std::string> HttpProfile::Authorization(const Cancelled& cancelled, int64_t timeout_ms) {
  if (options_.basic_auth) {
    const BasicAuthOptions& basic = *options_.basic_auth;
    std::string user = basic.username;
    if (!basic.username_file.empty()) user = TRY(ReadSecretFile(basic.username_file));
    std::string password = basic.password.reveal();
    if (!basic.password_file.empty()) password = TRY(ReadSecretFile(basic.password_file));
    return "Basic " + EncodeBase64(user + ":" + password);
  }
  if (options_.authorization) {
    const AuthorizationOptions& authorization = *options_.authorization;
    std::string credentials = authorization.credentials.reveal();
    if (!authorization.credentials_file.empty()) {
      credentials = TRY(ReadSecretFile(authorization.credentials_file));
    }
    return authorization.type + " " + credentials;
  }
  if (options_.oauth2) return Token(cancelled, timeout_ms);
  return std::string();
}

// Only one caller asks; the others wait for its token.
Result<std::string> HttpProfile::Token(const Cancelled& cancelled, int64_t timeout_ms) {
  const Clock* clock = Clock::System();
  int64_t deadline_ns = clock->MonotonicNs() + timeout_ms * 1'000'000;
  {
    MutexLock lock(mutex_);
    while (true) {
      int64_t now_ns = clock->MonotonicNs();
      if (!token_.empty() && now_ns < token_expires_ns_) return token_;
      if (!fetching_) break;
      if (now_ns >= deadline_ns) return Error::Timeout("oauth2: context deadline exceeded");
      fetched_.WaitFor(mutex_, std::max<int64_t>(1, (deadline_ns - now_ns) / 1'000'000));
    }
    fetching_ = true;
    token_.clear();
  }
  Result<std::string> token = FetchToken(cancelled, timeout_ms);
  MutexLock lock(mutex_);
  fetching_ = false;
  fetched_.NotifyAll();
  return token;
}

Result<HttpResponse> HttpProfile::AskForToken(const Cancelled& cancelled, int64_t timeout_ms,
                                              const std::string& secret, bool in_header) {
  const Oauth2Options& oauth2 = *options_.oauth2;
  Values form;
  form.Add("grant_type", "client_credentials");
  if (!oauth2.scopes.empty()) form.Add("scope", Join(oauth2.scopes, " "));
  for (const auto& [name, value] : oauth2.endpoint_params) form.Add(name, value);
  HttpRequest request;
  request.method = "POST";
  request.url = oauth2.token_url;
  request.timeout_ms = timeout_ms;
  request.body_limit = kMaxTokenBytes;
  request.cancelled = cancelled;
  if (in_header) {
    std::string pair = PercentEncode(oauth2.client_id) + ":" + PercentEncode(secret);
    request.headers.Add("Authorization", "Basic " + EncodeBase64(pair));
  } else {
    form.Add("client_id", oauth2.client_id);
    form.Add("client_secret", secret);
  }
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
  request.body = form.Encode();
  return token_client_->Do(request);
}

Result<std::string> HttpProfile::FetchToken(const Cancelled& cancelled, int64_t timeout_ms) {
  const Oauth2Options& oauth2 = *options_.oauth2;
  std::string secret = oauth2.client_secret.reveal();
  if (!oauth2.client_secret_file.empty()) secret = TRY(ReadSecretFile(oauth2.client_secret_file));
  // Servers differ in where they expect the client's own credentials; the header is the standard.
  HttpResponse response = TRY(AskForToken(cancelled, timeout_ms, secret, true));
  if (response.status / 100 != 2) {
    response = TRY(AskForToken(cancelled, timeout_ms, secret, false));
  }
  if (response.status / 100 != 2) {
    return Error::Denied("oauth2: cannot fetch token: {} {}", response.status,
                         StatusText(response.status));
  }
  yaml::ParseOptions json;
  json.json = true;
  auto parsed = yaml::Parse(response.body, json);
  if (!parsed.ok() || !parsed->is_mapping()) {
    return Error::Denied("oauth2: cannot parse the token response");
  }
  const yaml::Node* access = parsed->Find("access_token");
  if (access == nullptr || access->text.empty()) {
    return Error::Denied("oauth2: server response missing access_token");
  }
  std::string type = "Bearer";
  const yaml::Node* type_node = parsed->Find("token_type");
  if (type_node != nullptr && !type_node->text.empty() &&
      !EqualsIgnoreCase(type_node->text, "bearer")) {
    type = type_node->text;
  }
  int64_t lifetime_ns = INT64_MAX / 2;  // no expires_in: until the process ends
  const yaml::Node* expires = parsed->Find("expires_in");
  if (expires != nullptr && !expires->is_null()) {
    yaml::Node number = *expires;
    number.plain = true;  // some servers send it as a string
    int64_t seconds = std::clamp<int64_t>(yaml::AsInt(number).value_or(0), 0, 1'000'000'000);
    lifetime_ns = std::max<int64_t>(0, seconds * 1'000'000'000 - kTokenMarginNs);
  }
  std::string token = type + " " + access->text;
  MutexLock lock(mutex_);
  token_ = token;
  int64_t now_ns = Clock::System()->MonotonicNs();
  token_expires_ns_ = now_ns > INT64_MAX - lifetime_ns ? INT64_MAX : now_ns + lifetime_ns;
  return token;
}

int TlsProtocol(TlsVersion version, int otherwise) {
  switch (version) {
    case TlsVersion::kTls10:
      return TLS1_VERSION;
    case TlsVersion::kTls11:
      return TLS1_1_VERSION;
    case TlsVersion::kTls12:
      return TLS1_2_VERSION;
    case TlsVersion::kTls13:
      return TLS1_3_VERSION;
    case TlsVersion::kDefault:
      break;
  }
  return otherwise;
}

}  // namespace watchfire::net

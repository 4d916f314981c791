#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/describe.h"

namespace watchfire::config {
namespace {

template <typename... T>
size_t CountSet(const T&... values) {
  return (size_t{0} + ... + (values.empty() ? 0U : 1U));
}

void TlsVersion(Fields& fields, std::string_view name, std::string& version) {
  fields.Converted(name, version, [&version](const std::string& text) -> Result<void> {
    if (!text.empty() && text != "TLS10" && text != "TLS11" && text != "TLS12" && text != "TLS13") {
      return Error::Invalid("unknown TLS version: {}", text);
    }
    version = text;
    return {};
  });
}

// "x-amz-date" → "X-Amz-Date".
std::string CanonicalHeader(std::string_view name) {
  std::string out = ToLower(name);
  bool start = true;
  for (char& c : out) {
    if (start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    start = c == '-';
  }
  return out;
}

Result<void> CheckHeaders(const std::map<std::string, HttpHeader>& headers) {
  constexpr std::array<std::string_view, 18> kReserved = {"Accept-Encoding",
                                                          "Authorization",
                                                          "Connection",
                                                          "Content-Encoding",
                                                          "Content-Length",
                                                          "Content-Type",
                                                          "Host",
                                                          "Keep-Alive",
                                                          "Proxy-Authenticate",
                                                          "Proxy-Authorization",
                                                          "User-Agent",
                                                          "Www-Authenticate",
                                                          "X-Amz-Content-Sha256",
                                                          "X-Amz-Date",
                                                          "X-Amz-Security-Token",
                                                          "X-Prometheus-Remote-Read-Version",
                                                          "X-Prometheus-Remote-Write-Version",
                                                          "X-Prometheus-Scrape-Timeout-Seconds"};
  for (const auto& [name, header] : headers) {
    std::string canonical = CanonicalHeader(name);
    if (std::find(kReserved.begin(), kReserved.end(), canonical) != kReserved.end()) {
      return Error::Invalid("setting header {} is not allowed", GoQuote(canonical));
    }
  }
  return {};
}

Result<void> CheckProxy(const ProxyConfig& c) {
  if (!c.proxy_connect_header.empty() && !c.proxy_from_environment && c.proxy_url.empty()) {
    return Error::Invalid(
        "if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be "
        "configured");
  }
  if (c.proxy_from_environment && !c.proxy_url.empty()) {
    return Error::Invalid(
        "if proxy_from_environment is configured, proxy_url must not be configured");
  }
  if (c.proxy_from_environment && !c.no_proxy.empty()) {
    return Error::Invalid(
        "if proxy_from_environment is configured, no_proxy must not be configured");
  }
  if (c.proxy_url.empty() && !c.no_proxy.empty()) {
    return Error::Invalid("if no_proxy is configured, proxy_url must also be configured");
  }
  return {};
}

Result<void> CheckBasicAuth(const BasicAuth& c) {
  if (CountSet(c.username, c.username_file, c.username_ref) > 1) {
    return Error::Invalid(
        "at most one of basic_auth username, username_file & username_ref must be configured");
  }
  if (CountSet(c.password, c.password_file, c.password_ref) > 1) {
    return Error::Invalid(
        "at most one of basic_auth password, password_file & password_ref must be configured");
  }
  return {};
}

Result<void> CheckOAuth2(const OAuth2& c) {
  constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  if (c.client_id.empty()) return Error::Invalid("oauth2 client_id must be configured");
  if (c.token_url.empty()) return Error::Invalid("oauth2 token_url must be configured");
  if (!c.grant_type.empty() && c.grant_type != "client_credentials" && c.grant_type != kJwtBearer) {
    return Error::Invalid("oauth2 grant_type must be one of client_credentials, {}", kJwtBearer);
  }
  if (c.grant_type == kJwtBearer) {
    if (CountSet(c.client_certificate_key, c.client_certificate_key_file,
                 c.client_certificate_key_ref) > 1) {
      return Error::Invalid(
          "at most one of oauth2 client_certificate_key, client_certificate_key_file & "
          "client_certificate_key_ref must be configured using grant-type={}",
          kJwtBearer);
    }
    const std::string& algorithm = c.signature_algorithm;
    if (!algorithm.empty() && algorithm != "RS256" && algorithm != "RS384" &&
        algorithm != "RS512") {
      return Error::Invalid("oauth2 signature_algorithm must be one of RS256, RS384, RS512");
    }
  }
  if (CountSet(c.client_secret, c.client_secret_file, c.client_secret_ref) > 1) {
    return Error::Invalid(
        "at most one of oauth2 client_secret, client_secret_file & client_secret_ref must be "
        "configured");
  }
  return {};
}

// The deprecated bearer_token keys, which exclude the others and then become `authorization`.
Result<void> FoldBearerToken(HttpClientConfig& c) {
  bool bearer = !c.bearer_token.empty() || !c.bearer_token_file.empty();
  if (!c.bearer_token.empty() && !c.bearer_token_file.empty()) {
    return Error::Invalid("at most one of bearer_token & bearer_token_file must be configured");
  }
  if (bearer && (c.basic_auth || c.oauth2)) {
    return Error::Invalid(
        "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured");
  }
  if (bearer && c.authorization) {
    return Error::Invalid("authorization is not compatible with bearer_token & bearer_token_file");
  }
  if (bearer) {
    c.authorization.emplace();
    c.authorization->credentials = std::move(c.bearer_token);
    c.authorization->credentials_file = std::move(c.bearer_token_file);
    c.bearer_token = Secret();
    c.bearer_token_file.clear();
  }
  return {};
}

Result<void> CheckAuthorization(Authorization& c) {
  if (CountSet(c.credentials, c.credentials_file, c.credentials_ref) > 1) {
    return Error::Invalid(
        "at most one of authorization credentials & credentials_file must be configured");
  }
  c.type = TrimSpace(c.type);
  if (c.type.empty()) c.type = "Bearer";
  if (ToLower(c.type) == "basic") {
    return Error::Invalid(
        "authorization type cannot be set to \"basic\", use \"basic_auth\" instead");
  }
  return {};
}

}  // namespace

void Describe(Fields& fields, BasicAuth& c) {
  fields.Text("username", c.username);
  fields.Path("username_file", c.username_file);
  fields.Text("username_ref", c.username_ref);
  fields.SecretText("password", c.password);
  fields.Path("password_file", c.password_file);
  fields.Text("password_ref", c.password_ref);
}

void Describe(Fields& fields, Authorization& c) {
  fields.Text("type", c.type);
  fields.SecretText("credentials", c.credentials);
  fields.Path("credentials_file", c.credentials_file);
  fields.Text("credentials_ref", c.credentials_ref);
}

void Describe(Fields& fields, TlsConfig& c) {
  fields.Text("ca", c.ca);
  fields.Text("cert", c.cert);
  fields.SecretText("key", c.key);
  fields.Path("ca_file", c.ca_file);
  fields.Path("cert_file", c.cert_file);
  fields.Path("key_file", c.key_file);
  fields.Text("ca_ref", c.ca_ref);
  fields.Text("cert_ref", c.cert_ref);
  fields.Text("key_ref", c.key_ref);
  fields.Text("server_name", c.server_name);
  fields.Bool("insecure_skip_verify", c.insecure_skip_verify, Show::kAlways);
  TlsVersion(fields, "min_version", c.min_version);
  TlsVersion(fields, "max_version", c.max_version);
}

Result<void> Validate(TlsConfig& c) {
  if (CountSet(c.ca, c.ca_file, c.ca_ref) > 1) {
    return Error::Invalid("at most one of ca, ca_file & ca_ref must be configured");
  }
  if (CountSet(c.cert, c.cert_file, c.cert_ref) > 1) {
    return Error::Invalid("at most one of cert, cert_file & cert_ref must be configured");
  }
  if (CountSet(c.key, c.key_file, c.key_ref) > 1) {
    return Error::Invalid("at most one of key and key_file must be configured");
  }
  bool has_cert = CountSet(c.cert, c.cert_file, c.cert_ref) > 0;
  bool has_key = CountSet(c.key, c.key_file, c.key_ref) > 0;
  if (has_cert && !has_key) {
    return Error::Invalid(
        "exactly one of key or key_file must be configured when a client certificate is "
        "configured");
  }
  if (has_key && !has_cert) {
    return Error::Invalid(
        "exactly one of cert or cert_file must be configured when a client key is configured");
  }
  return {};
}

void Describe(Fields& fields, ProxyConfig& c) {
  fields.Address("proxy_url", c.proxy_url);
  fields.Text("no_proxy", c.no_proxy);
  fields.Bool("proxy_from_environment", c.proxy_from_environment);
  fields.SecretsMap("proxy_connect_header", c.proxy_connect_header);
}

void Describe(Fields& fields, OAuth2& c) {
  fields.Text("client_id", c.client_id, Show::kAlways);
  fields.SecretText("client_secret", c.client_secret);
  fields.Path("client_secret_file", c.client_secret_file);
  fields.Text("client_secret_ref", c.client_secret_ref);
  fields.Text("client_certificate_key_id", c.client_certificate_key_id);
  fields.SecretText("client_certificate_key", c.client_certificate_key);
  fields.Path("client_certificate_key_file", c.client_certificate_key_file);
  fields.Text("client_certificate_key_ref", c.client_certificate_key_ref);
  fields.Text("grant_type", c.grant_type);
  fields.Text("signature_algorithm", c.signature_algorithm);
  fields.Text("iss", c.iss);
  fields.Text("audience", c.audience);
  fields.Any("claims", c.claims);
  fields.Texts("scopes", c.scopes);
  fields.Text("token_url", c.token_url, Show::kAlways);
  fields.TextMap("endpoint_params", c.endpoint_params);
  fields.Object("tls_config", "config.plain", c.tls_config);
  Describe(fields, c.proxy);
}

void Describe(Fields& fields, HttpHeader& c) {
  fields.Texts("values", c.values);
  fields.SecretTexts("secrets", c.secrets);
  fields.Paths("files", c.files);
}

void Describe(Fields& fields, HttpClientConfig& c) {
  fields.Optional("basic_auth", "config.plain", c.basic_auth);
  fields.Optional("authorization", "config.Authorization", c.authorization);
  fields.Optional("oauth2", "config.plain", c.oauth2);
  fields.SecretText("bearer_token", c.bearer_token);
  fields.Path("bearer_token_file", c.bearer_token_file);
  fields.Object("tls_config", "config.plain", c.tls_config);
  fields.Bool("follow_redirects", c.follow_redirects, Show::kAlways);
  fields.Bool("enable_http2", c.enable_http2, Show::kAlways);
  Describe(fields, c.proxy);
  fields.ObjectMap("http_headers", "config.Header", c.http_headers);
}

Result<void> Validate(HttpClientConfig& c) {
  TRY(FoldBearerToken(c));
  if (c.basic_auth) TRY(CheckBasicAuth(*c.basic_auth));
  if (c.authorization) TRY(CheckAuthorization(*c.authorization));
  if ((c.basic_auth ? 1 : 0) + (c.authorization ? 1 : 0) + (c.oauth2 ? 1 : 0) > 1) {
    return Error::Invalid("at most one of basic_auth, oauth2 & authorization must be configured");
  }
  if (c.oauth2) {
    TRY(CheckOAuth2(*c.oauth2));
    TRY(CheckProxy(c.oauth2->proxy));
  }
  TRY(CheckProxy(c.proxy));
  return CheckHeaders(c.http_headers);
}

}  // namespace watchfire::config

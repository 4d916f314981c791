#pragma once
// The HTTP client options that scrape jobs, Alertmanagers, remote endpoints and most discovery
// mechanisms share. Plain values: the net room turns them into connections, and credential files
// are read there at request time, so that rotating one needs no reload.
//
// Field names are the YAML keys; durations end in `_ms`. Member initialisers are the defaults that
// an absent key leaves. Thread-compatible.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "codec/yaml.h"

namespace watchfire::config {

// An address as written. It may hold a password, so show Redacted() only.
struct Url {
  std::string text;

  bool empty() const { return text.empty(); }
  // The address with its password replaced by `xxxxx`.
  std::string Redacted() const;
  bool operator==(const Url&) const = default;
};

// The parts of an address that configuration checks look at.
struct UrlParts {
  std::string scheme;  // lower case
  std::string userinfo;
  std::string host;  // with the port, if any
  std::string path;  // with query and fragment
};
// Go's url.Parse as far as configurations need it; errors are `parse "x": …`.
Result<UrlParts> ParseUrl(std::string_view text);

struct BasicAuth {
  std::string username;
  std::string username_file;
  std::string username_ref;
  Secret password;
  std::string password_file;
  std::string password_ref;
  bool operator==(const BasicAuth&) const = default;
};

struct Authorization {
  std::string type = "Bearer";
  Secret credentials;
  std::string credentials_file;
  std::string credentials_ref;
  bool operator==(const Authorization&) const = default;
};

// Versions are "TLS10" … "TLS13"; empty means the library's own choice.
struct TlsConfig {
  std::string ca;
  std::string cert;
  Secret key;
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string ca_ref;
  std::string cert_ref;
  std::string key_ref;
  std::string server_name;
  bool insecure_skip_verify = false;
  std::string min_version;
  std::string max_version;
  bool operator==(const TlsConfig&) const = default;
};

struct ProxyConfig {
  Url proxy_url;
  std::string no_proxy;
  bool proxy_from_environment = false;
  std::map<std::string, std::vector<Secret>> proxy_connect_header;
  bool operator==(const ProxyConfig&) const = default;
};

struct OAuth2 {
  std::string client_id;
  Secret client_secret;
  std::string client_secret_file;
  std::string client_secret_ref;
  std::string client_certificate_key_id;
  Secret client_certificate_key;
  std::string client_certificate_key_file;
  std::string client_certificate_key_ref;
  std::string grant_type;
  std::string signature_algorithm;
  std::string iss;
  std::string audience;
  yaml::Node claims;  // any mapping, passed on as it is
  std::vector<std::string> scopes;
  std::string token_url;
  std::map<std::string, std::string> endpoint_params;
  TlsConfig tls_config;
  ProxyConfig proxy;  // inline
  bool operator==(const OAuth2&) const = default;
};

// One entry of http_headers: every value of the three kinds is sent.
struct HttpHeader {
  std::vector<std::string> values;
  std::vector<Secret> secrets;
  std::vector<std::string> files;
  bool operator==(const HttpHeader&) const = default;
};

struct HttpClientConfig {
  std::optional<BasicAuth> basic_auth;
  std::optional<Authorization> authorization;
  std::optional<OAuth2> oauth2;
  // Folded into `authorization` when the file is read, so always empty afterwards.
  Secret bearer_token;
  std::string bearer_token_file;
  TlsConfig tls_config;
  bool follow_redirects = true;
  bool enable_http2 = true;
  ProxyConfig proxy;  // inline
  std::map<std::string, HttpHeader> http_headers;
  bool operator==(const HttpClientConfig&) const = default;
};

}  // namespace watchfire::config

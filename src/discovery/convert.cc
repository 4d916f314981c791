#include "discovery/convert.h"

namespace watchfire::discovery {
namespace {

Result<net::TlsClientOptions> ToTls(const config::TlsConfig& config) {
  if (!config.ca_ref.empty() || !config.cert_ref.empty() || !config.key_ref.empty()) {
    return Error::Unavailable("secret managers (…_ref) are not supported yet");
  }
  net::TlsClientOptions tls;
  tls.ca = config.ca;
  tls.ca_file = config.ca_file;
  tls.cert = config.cert;
  tls.cert_file = config.cert_file;
  tls.key = config.key;
  tls.key_file = config.key_file;
  tls.server_name = config.server_name;
  tls.insecure_skip_verify = config.insecure_skip_verify;
  tls.min_version = TRY(net::ParseTlsVersion(config.min_version));
  tls.max_version = TRY(net::ParseTlsVersion(config.max_version));
  return tls;
}

net::ProxyOptions ToProxy(const config::ProxyConfig& config) {
  net::ProxyOptions proxy;
  proxy.url = config.proxy_url.text;
  proxy.no_proxy = config.no_proxy;
  proxy.from_environment = config.proxy_from_environment;
  for (const auto& [name, values] : config.proxy_connect_header) {
    for (const Secret& value : values) proxy.connect_headers.emplace_back(name, value);
  }
  return proxy;
}

Result<net::Oauth2Options> ToOauth2(const config::OAuth2& config) {
  if (!config.client_secret_ref.empty() || !config.client_certificate_key_ref.empty()) {
    return Error::Unavailable("secret managers (…_ref) are not supported yet");
  }
  if (!config.grant_type.empty() && config.grant_type != "client_credentials") {
    return Error::Unavailable("oauth2 grant_type \"{}\" is not supported yet", config.grant_type);
  }
  net::Oauth2Options oauth2;
  oauth2.client_id = config.client_id;
  oauth2.client_secret = config.client_secret;
  oauth2.client_secret_file = config.client_secret_file;
  oauth2.scopes = config.scopes;
  oauth2.token_url = config.token_url;
  oauth2.endpoint_params = config.endpoint_params;
  oauth2.tls = TRY(ToTls(config.tls_config));
  oauth2.proxy = ToProxy(config.proxy);
  return oauth2;
}

}  // namespace

TargetGroup FromConfig(const config::TargetGroup& group, std::string source,
                       std::initializer_list<model::LabelView> more_labels) {
  TargetGroup out;
  out.source = std::move(source);
  model::LabelsBuilder labels;
  for (const auto& [name, value] : group.labels) labels.Set(name, value);
  for (const model::LabelView& label : more_labels) labels.Set(label.name, label.value);
  out.labels = labels.Build();
  for (const std::string& target : group.targets) {
    out.targets.push_back(model::Labels::Of({{"__address__", target}}));
  }
  return out;
}

Result<net::HttpClientOptions> ToHttpOptions(const config::HttpClientConfig& config,
                                             std::string user_agent) {
  net::HttpClientOptions options;
  options.user_agent = std::move(user_agent);
  if (config.basic_auth) {
    if (!config.basic_auth->username_ref.empty() || !config.basic_auth->password_ref.empty()) {
      return Error::Unavailable("secret managers (…_ref) are not supported yet");
    }
    options.basic_auth = {config.basic_auth->username, config.basic_auth->username_file,
                          config.basic_auth->password, config.basic_auth->password_file};
  }
  if (config.authorization) {
    if (!config.authorization->credentials_ref.empty()) {
      return Error::Unavailable("secret managers (…_ref) are not supported yet");
    }
    options.authorization = {config.authorization->type, config.authorization->credentials,
                             config.authorization->credentials_file};
  }
  if (config.oauth2) options.oauth2 = TRY(ToOauth2(*config.oauth2));
  options.tls = TRY(ToTls(config.tls_config));
  options.proxy = ToProxy(config.proxy);
  for (const auto& [name, header] : config.http_headers) {
    options.headers.push_back({name, header.values, header.secrets, header.files});
  }
  options.follow_redirects = config.follow_redirects;
  options.enable_http2 = config.enable_http2;
  return options;
}

}  // namespace watchfire::discovery

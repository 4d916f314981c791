#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/describe.h"

namespace watchfire::config {
namespace {

template <size_t N>
bool IsOneOf(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

Result<void> Require(const std::string& value, std::string_view mechanism, std::string_view key) {
  if (!value.empty()) return {};
  return Error::Invalid("{} SD configuration requires {}", mechanism, key);
}

// An address that must be absolute http or https.
Result<void> RequireHttpUrl(const std::string& url) {
  if (url.empty()) return Error::Invalid("URL is missing");
  UrlParts parts = TRY(ParseUrl(url));
  if (parts.scheme != "http" && parts.scheme != "https") {
    return Error::Invalid("URL scheme must be 'http' or 'https'");
  }
  if (parts.host.empty()) return Error::Invalid("host is missing in URL");
  return {};
}

// `^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$`
bool IsTargetFilePattern(std::string_view path) {
  constexpr std::array<std::string_view, 6> kExtensions = {".json", ".yml", ".yaml",
                                                           ".JSON", ".YML", ".YAML"};
  size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || !IsOneOf(path.substr(dot), kExtensions)) return false;
  size_t star = path.find('*');
  return star == std::string_view::npos || path.find('/', star) == std::string_view::npos;
}

// `a=b,c!=d`, as Kubernetes reads field selectors.
Result<void> CheckFieldSelector(std::string_view selector) {
  if (selector.empty()) return {};
  for (std::string_view part : Split(selector, ',')) {
    if (!part.empty() && part.find('=') == std::string_view::npos) {
      return Error::Invalid("invalid selector: '{}'; can't understand '{}'", selector, part);
    }
  }
  return {};
}

struct SelectorRoles {
  std::string_view role;
  std::string_view allowed;  // joined by ", "
};
constexpr std::array<SelectorRoles, 6> kSelectorRoles = {
    {{"pod", "pod, node"},
     {"service", "service"},
     {"endpointslice", "pod, service, endpointslice"},
     {"endpoints", "pod, service, endpoints"},
     {"node", "node"},
     {"ingress", "ingress"}}};

const SelectorRoles* FindRole(std::string_view role) {
  for (const SelectorRoles& entry : kSelectorRoles) {
    if (entry.role == role) return &entry;
  }
  return nullptr;
}

Result<void> CheckSelectors(const KubernetesSdConfig& c) {
  const SelectorRoles& roles = *FindRole(c.role);
  std::vector<std::string> seen;
  for (const KubernetesSelector& selector : c.selectors) {
    if (!selector.role.empty() && FindRole(selector.role) == nullptr) {
      return Error::Invalid("unknown Kubernetes SD role {}", GoQuote(selector.role));
    }
    if (std::find(seen.begin(), seen.end(), selector.role) != seen.end()) {
      return Error::Invalid("duplicated selector role: {}", selector.role);
    }
    seen.push_back(selector.role);
    bool allowed = false;
    for (std::string_view role : Split(roles.allowed, ',')) {
      allowed = allowed || TrimSpace(role) == selector.role;
    }
    if (!allowed) {
      return Error::Invalid("{} role supports only {} selectors", c.role, roles.allowed);
    }
    TRY(CheckFieldSelector(selector.field));
  }
  return {};
}

Result<void> CheckAws(AwsSdConfig& c) {
  for (const SdFilter& filter : c.filters) {
    if (filter.values.empty()) {
      return Error::Invalid("EC2 SD configuration filter values cannot be empty");
    }
  }
  return Validate(c.http_client);
}

// One of a secret and its file, and not both.
Result<void> RequireSecretKey(const Secret& key, const std::string& file) {
  if (key.empty() && file.empty()) {
    return Error::Invalid("one of secret_key & secret_key_file must be configured");
  }
  if (!key.empty() && !file.empty()) {
    return Error::Invalid("at most one of secret_key & secret_key_file must be configured");
  }
  return {};
}

}  // namespace

Result<void> Validate(TargetGroup& c) {
  for (const auto& [name, value] : c.labels) {
    if (!model::IsValidLabelName(name)) {
      return Error::Invalid("{} is not a valid label name", GoQuote(name));
    }
    if (!IsValidUtf8(value)) return Error::Invalid("{} is not a valid label value", GoQuote(value));
  }
  return {};
}

Result<void> Validate(FileSdConfig& c) {
  if (c.files.empty()) {
    return Error::Invalid("file service discovery config must contain at least one path name");
  }
  for (const std::string& file : c.files) {
    if (!IsTargetFilePattern(file)) {
      return Error::Invalid("path name {} is not valid for file discovery", GoQuote(file));
    }
  }
  return {};
}

Result<void> Validate(HttpSdConfig& c) {
  TRY(RequireHttpUrl(c.url));
  return Validate(c.http_client);
}

Result<void> Validate(DnsSdConfig& c) {
  if (c.names.empty()) {
    return Error::Invalid("DNS-SD config must contain at least one SRV record name");
  }
  constexpr std::array<std::string_view, 4> kNeedPort = {"A", "AAAA", "MX", "NS"};
  std::string type = ToUpper(c.type);
  if (type == "SRV") return {};
  if (!IsOneOf(type, kNeedPort)) {
    return Error::Invalid("invalid DNS-SD records type {}", c.type);
  }
  if (c.port == 0) {
    return Error::Invalid("a port is required in DNS-SD configs for all record types except SRV");
  }
  return {};
}

Result<void> Validate(KubernetesSdConfig& c) {
  if (c.role.empty()) {
    return Error::Invalid(
        "role missing (one of: pod, service, endpoints, endpointslice, node, ingress)");
  }
  if (FindRole(c.role) == nullptr) {
    return Error::Invalid("unknown Kubernetes SD role {}", GoQuote(c.role));
  }
  TRY(Validate(c.http_client));
  bool custom_http = !(c.http_client == HttpClientConfig());
  bool kubeconfig = !c.kubeconfig_file.empty();
  bool api_server = !c.api_server.empty();
  if (api_server && kubeconfig) {
    return Error::Invalid("cannot use 'kubeconfig_file' and 'api_server' simultaneously");
  }
  if (kubeconfig && custom_http) {
    return Error::Invalid(
        "cannot use a custom HTTP client configuration together with 'kubeconfig_file'");
  }
  if (!api_server && custom_http) {
    return Error::Invalid(
        "to use custom HTTP client configuration please provide the 'api_server' URL explicitly");
  }
  if (api_server && c.namespaces.own_namespace) {
    return Error::Invalid("cannot use 'api_server' and 'namespaces.own_namespace' simultaneously");
  }
  if (kubeconfig && c.namespaces.own_namespace) {
    return Error::Invalid(
        "cannot use 'kubeconfig_file' and 'namespaces.own_namespace' simultaneously");
  }
  return CheckSelectors(c);
}

Result<void> Validate(DockerSdConfig& c) {
  if (c.host.empty()) return Error::Invalid("host missing");
  TRY(ParseUrl(c.host));
  return Validate(c.http_client);
}

Result<void> Validate(DockerSwarmSdConfig& c) {
  constexpr std::array<std::string_view, 3> kRoles = {"services", "nodes", "tasks"};
  if (c.host.empty()) return Error::Invalid("host missing");
  TRY(ParseUrl(c.host));
  if (c.role.empty()) return Error::Invalid("role missing (one of: tasks, services, nodes)");
  if (!IsOneOf(c.role, kRoles)) {
    return Error::Invalid("invalid role {}, expected tasks, services, or nodes", c.role);
  }
  return Validate(c.http_client);
}

Result<void> Validate(ConsulSdConfig& c) {
  TRY(Require(TrimSpace(c.server).empty() ? "" : c.server, "consul", "a server address"));
  if (!c.username.empty() || !c.password.empty()) {
    if (c.http_client.basic_auth) {
      return Error::Invalid(
          "at most one of consul SD configuration username and password and basic auth can be "
          "configured");
    }
    c.http_client.basic_auth.emplace();
    c.http_client.basic_auth->username = c.username;
    c.http_client.basic_auth->password = c.password;
  }
  if (!c.token.empty() && (c.http_client.authorization || c.http_client.oauth2)) {
    return Error::Invalid(
        "at most one of consul SD token, authorization, or oauth2 can be configured");
  }
  return Validate(c.http_client);
}

Result<void> Validate(AwsSdConfig& c) {
  constexpr std::array<std::string_view, 6> kRoles = {"ec2",       "ecs", "elasticache",
                                                      "lightsail", "msk", "rds"};
  if (!IsOneOf(c.role, kRoles)) {
    return Error::Invalid("unknown AWS SD role {}", GoQuote(c.role));
  }
  return CheckAws(c);
}

Result<void> Validate(Ec2SdConfig& c) {
  return CheckAws(c);
}
Result<void> Validate(LightsailSdConfig& c) {
  return CheckAws(c);
}
Result<void> Validate(AwsClusterSdConfig& c) {
  return CheckAws(c);
}

Result<void> Validate(AzureSdConfig& c) {
  constexpr std::array<std::string_view, 3> kMethods = {"OAuth", "ManagedIdentity", "SDK"};
  TRY(Require(c.subscription_id, "azure", "a subscription_id"));
  if (c.authentication_method == "OAuth") {
    TRY(Require(c.tenant_id, "azure", "a tenant_id"));
    TRY(Require(c.client_id, "azure", "a client_id"));
    TRY(Require(c.client_secret.reveal(), "azure", "a client_secret"));
  }
  if (!IsOneOf(c.authentication_method, kMethods)) {
    return Error::Invalid(
        "unknown authentication_type {}. Supported types are \"OAuth\", \"ManagedIdentity\" or "
        "\"SDK\"",
        GoQuote(c.authentication_method));
  }
  return Validate(c.http_client);
}

Result<void> Validate(GceSdConfig& c) {
  TRY(Require(c.project, "GCE", "a project"));
  return Require(c.zone, "GCE", "a zone");
}

Result<void> Validate(NomadSdConfig& c) {
  TRY(Require(TrimSpace(c.server).empty() ? "" : c.server, "nomad", "a server address"));
  return Validate(c.http_client);
}

Result<void> Validate(OpenstackSdConfig& c) {
  constexpr std::array<std::string_view, 3> kAvailabilities = {"admin", "internal", "public"};
  constexpr std::array<std::string_view, 3> kRoles = {"instance", "hypervisor", "loadbalancer"};
  if (!c.role.empty() && !IsOneOf(c.role, kRoles)) {
    return Error::Invalid("unknown OpenStack SD role {}", GoQuote(c.role));
  }
  if (!IsOneOf(c.availability, kAvailabilities)) {
    return Error::Invalid("unknown availability {}, must be one of admin, internal or public",
                          c.availability);
  }
  if (c.role.empty()) {
    return Error::Invalid("role missing (one of: instance, hypervisor, loadbalancer)");
  }
  TRY(Require(c.region, "openstack", "a region"));
  return Validate(c.tls_config);
}

Result<void> Validate(HetznerSdConfig& c) {
  constexpr std::array<std::string_view, 2> kRoles = {"robot", "hcloud"};
  if (c.role.empty()) return Error::Invalid("role missing (one of: robot, hcloud)");
  if (!IsOneOf(c.role, kRoles)) return Error::Invalid("unknown role {}", GoQuote(c.role));
  return Validate(c.http_client);
}

Result<void> Validate(DigitaloceanSdConfig& c) {
  return Validate(c.http_client);
}
Result<void> Validate(LinodeSdConfig& c) {
  return Validate(c.http_client);
}
Result<void> Validate(VultrSdConfig& c) {
  return Validate(c.http_client);
}

Result<void> Validate(PuppetdbSdConfig& c) {
  TRY(RequireHttpUrl(c.url));
  if (c.query.empty()) return Error::Invalid("query missing");
  return Validate(c.http_client);
}

Result<void> Validate(EurekaSdConfig& c) {
  if (c.server.empty()) return Error::Invalid("eureka_sd: empty or null eureka server");
  UrlParts parts = TRY(ParseUrl(c.server));
  if (parts.scheme.empty() || parts.host.empty()) {
    return Error::Invalid("eureka_sd: invalid eureka server URL");
  }
  return Validate(c.http_client);
}

Result<void> Validate(IonosSdConfig& c) {
  if (c.datacenter_id.empty()) return Error::Invalid("datacenter id can't be empty");
  return Validate(c.http_client);
}

Result<void> Validate(KumaSdConfig& c) {
  if (c.server.empty()) return Error::Invalid("kuma SD server must not be empty: {}", c.server);
  UrlParts parts = TRY(ParseUrl(c.server));
  if (parts.scheme.empty() || parts.host.empty()) {
    return Error::Invalid("kuma SD server must not be empty and have a scheme: {}",
                          Url{c.server}.Redacted());
  }
  return Validate(c.http_client);
}

Result<void> Validate(MarathonSdConfig& c) {
  bool token = !c.auth_token.empty() || !c.auth_token_file.empty();
  const HttpClientConfig& http = c.http_client;
  if (c.servers.empty()) {
    return Error::Invalid("marathon_sd: must contain at least one Marathon server");
  }
  if (!c.auth_token.empty() && !c.auth_token_file.empty()) {
    return Error::Invalid(
        "marathon_sd: at most one of auth_token & auth_token_file must be configured");
  }
  if (token && http.basic_auth) {
    return Error::Invalid(
        "marathon_sd: at most one of basic_auth, auth_token & auth_token_file must be configured");
  }
  if (token && (!http.bearer_token.empty() || !http.bearer_token_file.empty())) {
    return Error::Invalid(
        "marathon_sd: at most one of bearer_token, bearer_token_file, auth_token & auth_token_file "
        "must be configured");
  }
  if (token && http.authorization) {
    return Error::Invalid(
        "marathon_sd: at most one of auth_token, auth_token_file & authorization must be "
        "configured");
  }
  return Validate(c.http_client);
}

Result<void> Validate(ZookeeperSdConfig& c) {
  if (c.servers.empty()) {
    return Error::Invalid("zookeeper SD config must contain at least one Zookeeper server");
  }
  if (c.paths.empty()) {
    return Error::Invalid("zookeeper SD config must contain at least one path");
  }
  for (const std::string& path : c.paths) {
    if (path.empty() || path[0] != '/') {
      return Error::Invalid("zookeeper SD config paths must begin with '/': {}", path);
    }
  }
  return {};
}

Result<void> Validate(OciSdConfig& c) {
  constexpr std::array<std::string_view, 4> kMethods = {"api_key", "instance_principal",
                                                        "resource_principal", "workload_identity"};
  if (!IsOneOf(c.auth, kMethods)) {
    return Error::Invalid("unknown authentication method {}", GoQuote(c.auth));
  }
  if (!c.key.empty() && !c.key_file.empty()) {
    return Error::Invalid("at most one of key & key_file must be configured");
  }
  return Validate(c.http_client);
}

Result<void> Validate(OutscaleSdConfig& c) {
  TRY(Require(c.region, "outscale", "a region"));
  TRY(Require(c.access_key, "outscale", "an access_key"));
  TRY(RequireSecretKey(c.secret_key, c.secret_key_file));
  return Validate(c.http_client);
}

Result<void> Validate(OvhcloudSdConfig& c) {
  if (c.endpoint.empty()) return Error::Invalid("endpoint can not be empty");
  if (c.application_key.empty()) return Error::Invalid("application key can not be empty");
  if (c.application_secret.empty()) return Error::Invalid("application secret can not be empty");
  if (c.consumer_key.empty()) return Error::Invalid("consumer key can not be empty");
  if (c.service.empty()) return Error::Invalid("service can not be empty");
  if (c.service != "vps" && c.service != "dedicated_server") {
    return Error::Invalid("unknown service: {}", c.service);
  }
  return {};
}

Result<void> Validate(ScalewaySdConfig& c) {
  constexpr std::array<std::string_view, 2> kRoles = {"instance", "baremetal"};
  if (c.role.empty()) return Error::Invalid("role missing (one of: instance, baremetal)");
  if (!IsOneOf(c.role, kRoles)) return Error::Invalid("unknown role {}", GoQuote(c.role));
  if (c.project_id.empty()) return Error::Invalid("project_id is mandatory");
  TRY(RequireSecretKey(c.secret_key, c.secret_key_file));
  if (c.access_key.empty()) return Error::Invalid("access_key is mandatory");
  return Validate(c.http_client);
}

Result<void> Validate(StackitSdConfig& c) {
  if (Result<UrlParts> parts = ParseUrl(c.endpoint); !parts.ok()) {
    return parts.error().With("invalid endpoint {}", GoQuote(c.endpoint));
  }
  return Validate(c.http_client);
}

Result<void> Validate(TritonSdConfig& c) {
  if (c.role != "container" && c.role != "cn") {
    return Error::Invalid("triton SD configuration requires role to be 'container' or 'cn'");
  }
  TRY(Require(c.account, "triton", "an account"));
  TRY(Require(c.dns_suffix, "triton", "a dns_suffix"));
  TRY(Require(c.endpoint, "triton", "an endpoint"));
  if (c.refresh_interval_ms <= 0) {
    return Error::Invalid(
        "triton SD configuration requires RefreshInterval to be a positive integer");
  }
  return Validate(c.tls_config);
}

Result<void> Validate(UyuniSdConfig& c) {
  if (c.server.empty()) return Error::Invalid("Uyuni SD configuration requires server host");
  TRY(ParseUrl(c.server));
  TRY(Require(c.username, "Uyuni", "a username"));
  TRY(Require(c.password.reveal(), "Uyuni", "a password"));
  return Validate(c.http_client);
}

}  // namespace watchfire::config

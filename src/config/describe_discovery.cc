#include "config/describe.h"

namespace watchfire::config {
namespace {

// The two keys that nearly every mechanism has.
template <typename T>
void Refresh(Fields& fields, T& c) {
  fields.Duration("refresh_interval", c.refresh_interval_ms);
}
template <typename T>
void PortAndRefresh(Fields& fields, T& c) {
  fields.Int("port", c.port);
  Refresh(fields, c);
}

void Filters(Fields& fields, std::string_view type, std::vector<SdFilter>& filters) {
  fields.List("filters", type, filters, "empty or null section in filters");
}

void AwsAccess(Fields& fields, AwsSdConfig& c) {
  fields.Text("endpoint", c.endpoint);
  fields.Text("region", c.region);
  fields.Text("access_key", c.access_key);
  fields.SecretText("secret_key", c.secret_key);
  fields.Text("profile", c.profile);
  fields.Text("role_arn", c.role_arn);
  fields.Text("external_id", c.external_id);
  PortAndRefresh(fields, c);
  Describe(fields, c.http_client);
}

void AwsClusters(Fields& fields, AwsSdConfig& c) {
  fields.Texts("clusters", c.clusters);
  fields.Int("request_concurrency", c.request_concurrency);
}

template <typename T>
void SdList(Fields& fields, std::string_view key, std::string_view type, std::vector<T>& list) {
  fields.List(key, type, list, fmt::format("empty or null section in {}", key));
}

}  // namespace

void Describe(Fields& fields, SdFilter& c) {
  fields.Text("name", c.name, Show::kAlways);
  fields.Texts("values", c.values);
}

void Describe(Fields& fields, TargetGroup& c) {
  fields.Texts("targets", c.targets);
  fields.TextMap("labels", c.labels);
}

void Describe(Fields& fields, FileSdConfig& c) {
  fields.Paths("files", c.files);
  Refresh(fields, c);
}

void Describe(Fields& fields, HttpSdConfig& c) {
  Describe(fields, c.http_client);
  Refresh(fields, c);
  fields.Text("url", c.url, Show::kAlways);
}

void Describe(Fields& fields, DnsSdConfig& c) {
  fields.Texts("names", c.names);
  Refresh(fields, c);
  fields.Text("type", c.type);
  fields.Int("port", c.port);
}

void Describe(Fields& fields, KubernetesNamespaces& c) {
  fields.Bool("own_namespace", c.own_namespace, Show::kAlways);
  fields.Texts("names", c.names);
}

void Describe(Fields& fields, KubernetesSelector& c) {
  fields.Text("role", c.role);
  fields.Text("label", c.label);
  fields.Text("field", c.field);
}

void Describe(Fields& fields, KubernetesAttachMetadata& c) {
  fields.Bool("node", c.node, Show::kAlways);
  fields.Bool("namespace", c.namespace_);
  fields.Bool("deployment", c.deployment);
  fields.Bool("job", c.job);
  fields.Bool("cronjob", c.cronjob);
}

void Describe(Fields& fields, KubernetesSdConfig& c) {
  fields.Address("api_server", c.api_server);
  fields.Text("role", c.role, Show::kAlways);
  fields.Path("kubeconfig_file", c.kubeconfig_file);
  Describe(fields, c.http_client);
  fields.Object("namespaces", "kubernetes.plain", c.namespaces);
  fields.List("selectors", "kubernetes.plain", c.selectors, "empty or null section in selectors");
  fields.Object("attach_metadata", "kubernetes.AttachMetadataConfig", c.attach_metadata);
}

void Describe(Fields& fields, DockerSdConfig& c) {
  Describe(fields, c.http_client);
  fields.Text("host", c.host, Show::kAlways);
  fields.Int("port", c.port, Show::kAlways);
  Filters(fields, "moby.Filter", c.filters);
  fields.Text("host_networking_host", c.host_networking_host);
  Refresh(fields, c);
  fields.Bool("match_first_network", c.match_first_network, Show::kAlways);
}

void Describe(Fields& fields, DockerSwarmSdConfig& c) {
  Describe(fields, c.http_client);
  fields.Text("host", c.host, Show::kAlways);
  fields.Text("role", c.role, Show::kAlways);
  fields.Int("port", c.port, Show::kAlways);
  Filters(fields, "moby.Filter", c.filters);
  Refresh(fields, c);
}

void Describe(Fields& fields, ConsulSdConfig& c) {
  fields.Text("server", c.server);
  fields.Text("path_prefix", c.path_prefix);
  fields.SecretText("token", c.token);
  fields.Text("datacenter", c.datacenter);
  fields.Text("namespace", c.namespace_);
  fields.Text("partition", c.partition);
  fields.Text("tag_separator", c.tag_separator);
  fields.Text("scheme", c.scheme);
  fields.Text("username", c.username);
  fields.SecretText("password", c.password);
  fields.Bool("allow_stale", c.allow_stale, Show::kAlways);
  Refresh(fields, c);
  fields.Texts("services", c.services);
  fields.Texts("tags", c.tags);
  fields.TextMap("node_meta", c.node_meta);
  fields.Text("filter", c.filter);
  fields.Text("health_filter", c.health_filter);
  Describe(fields, c.http_client);
}

void Describe(Fields& fields, AwsSdConfig& c) {
  fields.Text("role", c.role, Show::kAlways);
  AwsAccess(fields, c);
  AwsClusters(fields, c);
  Filters(fields, "aws.EC2Filter", c.filters);
}

void Describe(Fields& fields, Ec2SdConfig& c) {
  AwsAccess(fields, c);
  Filters(fields, "aws.EC2Filter", c.filters);
}

void Describe(Fields& fields, LightsailSdConfig& c) {
  AwsAccess(fields, c);
}

void Describe(Fields& fields, AwsClusterSdConfig& c) {
  AwsAccess(fields, c);
  AwsClusters(fields, c);
}

void Describe(Fields& fields, AzureSdConfig& c) {
  fields.Text("environment", c.environment);
  fields.Int("port", c.port, Show::kAlways);
  fields.Text("subscription_id", c.subscription_id, Show::kAlways);
  fields.Text("tenant_id", c.tenant_id);
  fields.Text("client_id", c.client_id);
  fields.SecretText("client_secret", c.client_secret);
  Refresh(fields, c);
  fields.Text("authentication_method", c.authentication_method);
  fields.Text("resource_group", c.resource_group);
  Describe(fields, c.http_client);
}

void Describe(Fields& fields, GceSdConfig& c) {
  fields.Text("project", c.project, Show::kAlways);
  fields.Text("zone", c.zone, Show::kAlways);
  fields.Text("filter", c.filter);
  Refresh(fields, c);
  fields.Int("port", c.port, Show::kAlways);
  fields.Text("tag_separator", c.tag_separator);
}

void Describe(Fields& fields, NomadSdConfig& c) {
  fields.Bool("allow_stale", c.allow_stale, Show::kAlways);
  Describe(fields, c.http_client);
  fields.Text("namespace", c.namespace_, Show::kAlways);
  Refresh(fields, c);
  fields.Text("region", c.region, Show::kAlways);
  fields.Text("server", c.server, Show::kAlways);
  fields.Text("tag_separator", c.tag_separator);
}

void Describe(Fields& fields, OpenstackSdConfig& c) {
  fields.Text("identity_endpoint", c.identity_endpoint, Show::kAlways);
  fields.Text("username", c.username, Show::kAlways);
  fields.Text("userid", c.userid, Show::kAlways);
  fields.SecretText("password", c.password);
  fields.Text("project_name", c.project_name, Show::kAlways);
  fields.Text("project_id", c.project_id, Show::kAlways);
  fields.Text("domain_name", c.domain_name, Show::kAlways);
  fields.Text("domain_id", c.domain_id, Show::kAlways);
  fields.Text("application_credential_name", c.application_credential_name);
  fields.Text("application_credential_id", c.application_credential_id);
  fields.SecretText("application_credential_secret", c.application_credential_secret);
  fields.Text("role", c.role, Show::kAlways);
  fields.Text("region", c.region, Show::kAlways);
  Refresh(fields, c);
  fields.Int("port", c.port, Show::kAlways);
  fields.Bool("all_tenants", c.all_tenants);
  fields.Object("tls_config", "config.plain", c.tls_config);
  fields.Text("availability", c.availability);
}

void Describe(Fields& fields, HetznerSdConfig& c) {
  Describe(fields, c.http_client);
  Refresh(fields, c);
  fields.Int("port", c.port, Show::kAlways);
  fields.Text("role", c.role, Show::kAlways);
  fields.Text("label_selector", c.label_selector);
}

void Describe(Fields& fields, DigitaloceanSdConfig& c) {
  Describe(fields, c.http_client);
  PortAndRefresh(fields, c);
}

void Describe(Fields& fields, LinodeSdConfig& c) {
  Describe(fields, c.http_client);
  PortAndRefresh(fields, c);
  fields.Text("tag_separator", c.tag_separator);
  fields.Text("region", c.region);
}

void Describe(Fields& fields, PuppetdbSdConfig& c) {
  Describe(fields, c.http_client);
  Refresh(fields, c);
  fields.Text("url", c.url, Show::kAlways);
  fields.Text("query", c.query, Show::kAlways);
  fields.Bool("include_parameters", c.include_parameters, Show::kAlways);
  fields.Int("port", c.port, Show::kAlways);
}

void Describe(Fields& fields, EurekaSdConfig& c) {
  fields.Text("server", c.server);
  Describe(fields, c.http_client);
  Refresh(fields, c);
}

void Describe(Fields& fields, IonosSdConfig& c) {
  fields.Text("datacenter_id", c.datacenter_id, Show::kAlways);
  Describe(fields, c.http_client);
  PortAndRefresh(fields, c);
}

void Describe(Fields& fields, KumaSdConfig& c) {
  Describe(fields, c.http_client);
  Refresh(fields, c);
  fields.Duration("fetch_timeout", c.fetch_timeout_ms);
  fields.Text("server", c.server);
  fields.Text("client_id", c.client_id);
}

void Describe(Fields& fields, MarathonSdConfig& c) {
  fields.Texts("servers", c.servers);
  Refresh(fields, c);
  fields.SecretText("auth_token", c.auth_token);
  fields.Path("auth_token_file", c.auth_token_file);
  Describe(fields, c.http_client);
}

void Describe(Fields& fields, ZookeeperSdConfig& c) {
  fields.Texts("servers", c.servers);
  fields.Texts("paths", c.paths);
  fields.Duration("timeout", c.timeout_ms);
}

void Describe(Fields& fields, OciSdConfig& c) {
  fields.Text("auth", c.auth);
  fields.Text("region", c.region);
  fields.Text("tenancy", c.tenancy);
  fields.Text("user", c.user);
  fields.Text("fingerprint", c.fingerprint);
  fields.SecretText("key", c.key);
  fields.Path("key_file", c.key_file);
  fields.SecretText("key_passphrase", c.key_passphrase);
  fields.Texts("compartments", c.compartments);
  PortAndRefresh(fields, c);
  Describe(fields, c.http_client);
}

void Describe(Fields& fields, OutscaleSdConfig& c) {
  fields.Text("endpoint", c.endpoint);
  fields.Text("region", c.region, Show::kAlways);
  fields.Text("access_key", c.access_key, Show::kAlways);
  fields.SecretText("secret_key", c.secret_key);
  fields.Path("secret_key_file", c.secret_key_file);
  PortAndRefresh(fields, c);
  Describe(fields, c.http_client);
}

void Describe(Fields& fields, OvhcloudSdConfig& c) {
  fields.Text("endpoint", c.endpoint, Show::kAlways);
  fields.Text("application_key", c.application_key, Show::kAlways);
  fields.SecretText("application_secret", c.application_secret, Show::kAlways);
  fields.SecretText("consumer_key", c.consumer_key, Show::kAlways);
  Refresh(fields, c);
  fields.Text("service", c.service, Show::kAlways);
}

void Describe(Fields& fields, ScalewaySdConfig& c) {
  fields.Text("project_id", c.project_id, Show::kAlways);
  fields.Text("api_url", c.api_url);
  fields.Text("zone", c.zone, Show::kAlways);
  fields.Text("access_key", c.access_key, Show::kAlways);
  fields.SecretText("secret_key", c.secret_key);
  fields.Path("secret_key_file", c.secret_key_file);
  fields.Text("name_filter", c.name_filter);
  fields.Texts("tags_filter", c.tags_filter);
  Describe(fields, c.http_client);
  Refresh(fields, c);
  fields.Int("port", c.port, Show::kAlways);
  fields.Text("role", c.role, Show::kAlways);
}

void Describe(Fields& fields, StackitSdConfig& c) {
  Describe(fields, c.http_client);
  fields.Text("project", c.project, Show::kAlways);
  fields.Text("region", c.region);
  fields.Text("endpoint", c.endpoint);
  fields.SecretText("service_account_key", c.service_account_key);
  fields.Path("service_account_key_path", c.service_account_key_path);
  fields.SecretText("private_key", c.private_key);
  fields.Path("private_key_path", c.private_key_path);
  fields.Path("credentials_file_path", c.credentials_file_path);
  PortAndRefresh(fields, c);
}

void Describe(Fields& fields, TritonSdConfig& c) {
  fields.Text("account", c.account, Show::kAlways);
  fields.Text("role", c.role, Show::kAlways);
  fields.Text("dns_suffix", c.dns_suffix, Show::kAlways);
  fields.Text("endpoint", c.endpoint, Show::kAlways);
  fields.Texts("groups", c.groups);
  PortAndRefresh(fields, c);
  fields.Object("tls_config", "config.plain", c.tls_config);
  fields.Int("version", c.version);
}

void Describe(Fields& fields, UyuniSdConfig& c) {
  fields.Text("server", c.server, Show::kAlways);
  fields.Text("username", c.username, Show::kAlways);
  fields.SecretText("password", c.password, Show::kAlways);
  fields.Text("entitlement", c.entitlement);
  fields.Text("separator", c.separator);
  Refresh(fields, c);
  Describe(fields, c.http_client);
}

void Describe(Fields& fields, VultrSdConfig& c) {
  Describe(fields, c.http_client);
  PortAndRefresh(fields, c);
}

void Describe(Fields& fields, ServiceDiscoveryConfigs& c) {
  SdList(fields, "aws_sd_configs", "aws.plain", c.aws_sd_configs);
  SdList(fields, "azure_sd_configs", "azure.plain", c.azure_sd_configs);
  SdList(fields, "consul_sd_configs", "consul.plain", c.consul_sd_configs);
  SdList(fields, "digitalocean_sd_configs", "digitalocean.plain", c.digitalocean_sd_configs);
  SdList(fields, "dns_sd_configs", "dns.plain", c.dns_sd_configs);
  SdList(fields, "docker_sd_configs", "moby.plain", c.docker_sd_configs);
  SdList(fields, "dockerswarm_sd_configs", "moby.plain", c.dockerswarm_sd_configs);
  SdList(fields, "ec2_sd_configs", "aws.plain", c.ec2_sd_configs);
  SdList(fields, "ecs_sd_configs", "aws.plain", c.ecs_sd_configs);
  SdList(fields, "elasticache_sd_configs", "aws.plain", c.elasticache_sd_configs);
  SdList(fields, "eureka_sd_configs", "eureka.plain", c.eureka_sd_configs);
  SdList(fields, "file_sd_configs", "file.plain", c.file_sd_configs);
  SdList(fields, "gce_sd_configs", "gce.plain", c.gce_sd_configs);
  SdList(fields, "hetzner_sd_configs", "hetzner.plain", c.hetzner_sd_configs);
  SdList(fields, "http_sd_configs", "http.plain", c.http_sd_configs);
  SdList(fields, "ionos_sd_configs", "ionos.plain", c.ionos_sd_configs);
  SdList(fields, "kubernetes_sd_configs", "kubernetes.plain", c.kubernetes_sd_configs);
  SdList(fields, "kuma_sd_configs", "xds.plainKumaConf", c.kuma_sd_configs);
  SdList(fields, "lightsail_sd_configs", "aws.plain", c.lightsail_sd_configs);
  SdList(fields, "linode_sd_configs", "linode.plain", c.linode_sd_configs);
  SdList(fields, "marathon_sd_configs", "marathon.plain", c.marathon_sd_configs);
  SdList(fields, "msk_sd_configs", "aws.plain", c.msk_sd_configs);
  SdList(fields, "nerve_sd_configs", "zookeeper.plain", c.nerve_sd_configs);
  SdList(fields, "nomad_sd_configs", "nomad.plain", c.nomad_sd_configs);
  SdList(fields, "oci_sd_configs", "oci.plain", c.oci_sd_configs);
  SdList(fields, "openstack_sd_configs", "openstack.plain", c.openstack_sd_configs);
  SdList(fields, "outscale_sd_configs", "outscale.plain", c.outscale_sd_configs);
  SdList(fields, "ovhcloud_sd_configs", "ovhcloud.plain", c.ovhcloud_sd_configs);
  SdList(fields, "puppetdb_sd_configs", "puppetdb.plain", c.puppetdb_sd_configs);
  SdList(fields, "rds_sd_configs", "aws.plain", c.rds_sd_configs);
  SdList(fields, "scaleway_sd_configs", "scaleway.plain", c.scaleway_sd_configs);
  SdList(fields, "serverset_sd_configs", "zookeeper.plain", c.serverset_sd_configs);
  SdList(fields, "stackit_sd_configs", "stackit.plain", c.stackit_sd_configs);
  SdList(fields, "static_configs", "targetgroup.Group", c.static_configs);
  SdList(fields, "triton_sd_configs", "triton.plain", c.triton_sd_configs);
  SdList(fields, "uyuni_sd_configs", "uyuni.plain", c.uyuni_sd_configs);
  SdList(fields, "vultr_sd_configs", "vultr.plain", c.vultr_sd_configs);
}

}  // namespace watchfire::config

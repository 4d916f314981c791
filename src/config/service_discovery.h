#pragma once
// Every discovery mechanism's options as plain values. A job or an Alertmanager section may hold
// any number of each kind; all are read and checked here, whether or not the discovery room can
// run them yet, so that a configuration is never refused for naming one.
//
// Field names are the YAML keys; durations end in `_ms`. Names of roles and the like stay text
// after they were checked against their list. Thread-compatible.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "config/http_client.h"
#include "config/target_group.h"

namespace watchfire::config {

// A named filter of the Docker, EC2 and similar APIs.
struct SdFilter {
  std::string name;
  std::vector<std::string> values;
  bool operator==(const SdFilter&) const = default;
};

struct SigV4Config {
  std::string region;
  std::string access_key;
  Secret secret_key;
  std::string profile;
  std::string role_arn;
  std::string external_id;
  bool use_fips_sts_endpoint = false;
  std::string service_name;
  bool operator==(const SigV4Config&) const = default;
};

struct FileSdConfig {
  std::vector<std::string> files;  // globs, `*` only in the last segment
  int64_t refresh_interval_ms = 300'000;
  bool operator==(const FileSdConfig&) const = default;
};

struct HttpSdConfig {
  HttpClientConfig http_client;  // inline
  int64_t refresh_interval_ms = 60'000;
  std::string url;
  bool operator==(const HttpSdConfig&) const = default;
};

struct DnsSdConfig {
  std::vector<std::string> names;
  int64_t refresh_interval_ms = 30'000;
  std::string type = "SRV";
  int64_t port = 0;
  bool operator==(const DnsSdConfig&) const = default;
};

struct KubernetesNamespaces {
  bool own_namespace = false;
  std::vector<std::string> names;
  bool operator==(const KubernetesNamespaces&) const = default;
};
struct KubernetesSelector {
  std::string role;
  std::string label;
  std::string field;
  bool operator==(const KubernetesSelector&) const = default;
};
struct KubernetesAttachMetadata {
  bool node = false;
  bool namespace_ = false;  // `namespace`
  bool deployment = false;
  bool job = false;
  bool cronjob = false;
  bool operator==(const KubernetesAttachMetadata&) const = default;
};
struct KubernetesSdConfig {
  Url api_server;
  std::string role;
  std::string kubeconfig_file;
  HttpClientConfig http_client;  // inline
  KubernetesNamespaces namespaces;
  std::vector<KubernetesSelector> selectors;
  KubernetesAttachMetadata attach_metadata;
  bool operator==(const KubernetesSdConfig&) const = default;
};

struct DockerSdConfig {
  HttpClientConfig http_client;  // inline
  std::string host;
  int64_t port = 80;
  std::vector<SdFilter> filters;
  std::string host_networking_host = "localhost";
  int64_t refresh_interval_ms = 60'000;
  bool match_first_network = true;
  bool operator==(const DockerSdConfig&) const = default;
};

struct DockerSwarmSdConfig {
  HttpClientConfig http_client;  // inline
  std::string host;
  std::string role;
  int64_t port = 80;
  std::vector<SdFilter> filters;
  int64_t refresh_interval_ms = 60'000;
  bool operator==(const DockerSwarmSdConfig&) const = default;
};

struct ConsulSdConfig {
  std::string server = "localhost:8500";
  std::string path_prefix;
  Secret token;
  std::string datacenter;
  std::string namespace_;  // `namespace`
  std::string partition;
  std::string tag_separator = ",";
  std::string scheme = "http";
  std::string username;
  Secret password;
  bool allow_stale = true;
  int64_t refresh_interval_ms = 30'000;
  std::vector<std::string> services;
  std::vector<std::string> tags;
  std::map<std::string, std::string> node_meta;
  std::string filter;
  std::string health_filter;
  HttpClientConfig http_client;  // inline
  bool operator==(const ConsulSdConfig&) const = default;
};

// What the mechanisms of AWS share; `aws` itself, which names one of them as its role, has all.
struct AwsSdConfig {
  std::string role;  // aws alone: ec2, ecs, elasticache, lightsail, msk or rds
  std::string endpoint;
  std::string region;
  std::string access_key;
  Secret secret_key;
  std::string profile;
  std::string role_arn;
  std::string external_id;
  std::vector<std::string> clusters;  // not ec2, lightsail
  int64_t port = 80;
  int64_t refresh_interval_ms = 60'000;
  int64_t request_concurrency = 0;  // not ec2, lightsail; 0: the mechanism's default
  std::vector<SdFilter> filters;    // ec2 and aws alone
  HttpClientConfig http_client;     // inline
  bool operator==(const AwsSdConfig&) const = default;
};
struct Ec2SdConfig : AwsSdConfig {
  bool operator==(const Ec2SdConfig&) const = default;
};
struct LightsailSdConfig : AwsSdConfig {
  bool operator==(const LightsailSdConfig&) const = default;
};
// ecs, elasticache, msk, rds.
struct AwsClusterSdConfig : AwsSdConfig {
  bool operator==(const AwsClusterSdConfig&) const = default;
};

struct AzureSdConfig {
  std::string environment = "AzurePublicCloud";
  int64_t port = 80;
  std::string subscription_id;
  std::string tenant_id;
  std::string client_id;
  Secret client_secret;
  int64_t refresh_interval_ms = 300'000;
  std::string authentication_method = "OAuth";
  std::string resource_group;
  HttpClientConfig http_client;  // inline
  bool operator==(const AzureSdConfig&) const = default;
};

struct GceSdConfig {
  std::string project;
  std::string zone;
  std::string filter;
  int64_t refresh_interval_ms = 60'000;
  int64_t port = 80;
  std::string tag_separator = ",";
  bool operator==(const GceSdConfig&) const = default;
};

struct NomadSdConfig {
  bool allow_stale = true;
  HttpClientConfig http_client;        // inline
  std::string namespace_ = "default";  // `namespace`
  int64_t refresh_interval_ms = 60'000;
  std::string region = "global";
  std::string server = "http://localhost:4646";
  std::string tag_separator = ",";
  bool operator==(const NomadSdConfig&) const = default;
};

struct OpenstackSdConfig {
  std::string identity_endpoint;
  std::string username;
  std::string userid;
  Secret password;
  std::string project_name;
  std::string project_id;
  std::string domain_name;
  std::string domain_id;
  std::string application_credential_name;
  std::string application_credential_id;
  Secret application_credential_secret;
  std::string role;
  std::string region;
  int64_t refresh_interval_ms = 60'000;
  int64_t port = 80;
  bool all_tenants = false;
  TlsConfig tls_config;
  std::string availability = "public";
  bool operator==(const OpenstackSdConfig&) const = default;
};

struct HetznerSdConfig {
  HttpClientConfig http_client;  // inline
  int64_t refresh_interval_ms = 60'000;
  int64_t port = 80;
  std::string role;
  std::string label_selector;
  bool operator==(const HetznerSdConfig&) const = default;
};

struct DigitaloceanSdConfig {
  HttpClientConfig http_client;  // inline
  int64_t refresh_interval_ms = 60'000;
  int64_t port = 80;
  bool operator==(const DigitaloceanSdConfig&) const = default;
};

struct LinodeSdConfig {
  HttpClientConfig http_client;  // inline
  int64_t refresh_interval_ms = 60'000;
  int64_t port = 80;
  std::string tag_separator = ",";
  std::string region;
  bool operator==(const LinodeSdConfig&) const = default;
};

struct PuppetdbSdConfig {
  HttpClientConfig http_client;  // inline
  int64_t refresh_interval_ms = 60'000;
  std::string url;
  std::string query;
  bool include_parameters = false;
  int64_t port = 80;
  bool operator==(const PuppetdbSdConfig&) const = default;
};

struct EurekaSdConfig {
  std::string server;
  HttpClientConfig http_client;  // inline
  int64_t refresh_interval_ms = 30'000;
  bool operator==(const EurekaSdConfig&) const = default;
};

struct IonosSdConfig {
  std::string datacenter_id;
  HttpClientConfig http_client;  // inline
  int64_t port = 80;
  int64_t refresh_interval_ms = 60'000;
  bool operator==(const IonosSdConfig&) const = default;
};

struct KumaSdConfig {
  HttpClientConfig http_client;  // inline
  int64_t refresh_interval_ms = 15'000;
  int64_t fetch_timeout_ms = 120'000;
  std::string server;
  std::string client_id;
  bool operator==(const KumaSdConfig&) const = default;
};

struct MarathonSdConfig {
  std::vector<std::string> servers;
  int64_t refresh_interval_ms = 30'000;
  Secret auth_token;
  std::string auth_token_file;
  HttpClientConfig http_client;  // inline
  bool operator==(const MarathonSdConfig&) const = default;
};

// nerve and serverset.
struct ZookeeperSdConfig {
  std::vector<std::string> servers;
  std::vector<std::string> paths;
  int64_t timeout_ms = 10'000;
  bool operator==(const ZookeeperSdConfig&) const = default;
};

struct OciSdConfig {
  std::string auth = "api_key";
  std::string region;
  std::string tenancy;
  std::string user;
  std::string fingerprint;
  Secret key;
  std::string key_file;
  Secret key_passphrase;
  std::vector<std::string> compartments;
  int64_t port = 80;
  int64_t refresh_interval_ms = 60'000;
  HttpClientConfig http_client;  // inline
  bool operator==(const OciSdConfig&) const = default;
};

struct OutscaleSdConfig {
  std::string endpoint;
  std::string region = "eu-west-2";
  std::string access_key;
  Secret secret_key;
  std::string secret_key_file;
  int64_t refresh_interval_ms = 60'000;
  int64_t port = 80;
  HttpClientConfig http_client;  // inline
  bool operator==(const OutscaleSdConfig&) const = default;
};

struct OvhcloudSdConfig {
  std::string endpoint = "ovh-eu";
  std::string application_key;
  Secret application_secret;
  Secret consumer_key;
  int64_t refresh_interval_ms = 60'000;
  std::string service;
  bool operator==(const OvhcloudSdConfig&) const = default;
};

struct ScalewaySdConfig {
  std::string project_id;
  std::string api_url = "https://api.scaleway.com";
  std::string zone = "fr-par-1";
  std::string access_key;
  Secret secret_key;
  std::string secret_key_file;
  std::string name_filter;
  std::vector<std::string> tags_filter;
  HttpClientConfig http_client;  // inline
  int64_t refresh_interval_ms = 60'000;
  int64_t port = 80;
  std::string role;
  bool operator==(const ScalewaySdConfig&) const = default;
};

struct StackitSdConfig {
  HttpClientConfig http_client;  // inline
  std::string project;
  std::string region = "eu01";
  std::string endpoint;
  Secret service_account_key;
  std::string service_account_key_path;
  Secret private_key;
  std::string private_key_path;
  std::string credentials_file_path;
  int64_t port = 80;
  int64_t refresh_interval_ms = 60'000;
  bool operator==(const StackitSdConfig&) const = default;
};

struct TritonSdConfig {
  std::string account;
  std::string role = "container";
  std::string dns_suffix;
  std::string endpoint;
  std::vector<std::string> groups;
  int64_t port = 9163;
  int64_t refresh_interval_ms = 60'000;
  TlsConfig tls_config;
  int64_t version = 1;
  bool operator==(const TritonSdConfig&) const = default;
};

struct UyuniSdConfig {
  std::string server;
  std::string username;
  Secret password;
  std::string entitlement = "monitoring_entitled";
  std::string separator = ",";
  int64_t refresh_interval_ms = 60'000;
  HttpClientConfig http_client;  // inline
  bool operator==(const UyuniSdConfig&) const = default;
};

struct VultrSdConfig {
  HttpClientConfig http_client;  // inline
  int64_t refresh_interval_ms = 60'000;
  int64_t port = 80;
  bool operator==(const VultrSdConfig&) const = default;
};

// All `…_sd_configs` lists of one section, in the order of their keys.
struct ServiceDiscoveryConfigs {
  std::vector<AwsSdConfig> aws_sd_configs;
  std::vector<AzureSdConfig> azure_sd_configs;
  std::vector<ConsulSdConfig> consul_sd_configs;
  std::vector<DigitaloceanSdConfig> digitalocean_sd_configs;
  std::vector<DnsSdConfig> dns_sd_configs;
  std::vector<DockerSdConfig> docker_sd_configs;
  std::vector<DockerSwarmSdConfig> dockerswarm_sd_configs;
  std::vector<Ec2SdConfig> ec2_sd_configs;
  std::vector<AwsClusterSdConfig> ecs_sd_configs;
  std::vector<AwsClusterSdConfig> elasticache_sd_configs;
  std::vector<EurekaSdConfig> eureka_sd_configs;
  std::vector<FileSdConfig> file_sd_configs;
  std::vector<GceSdConfig> gce_sd_configs;
  std::vector<HetznerSdConfig> hetzner_sd_configs;
  std::vector<HttpSdConfig> http_sd_configs;
  std::vector<IonosSdConfig> ionos_sd_configs;
  std::vector<KubernetesSdConfig> kubernetes_sd_configs;
  std::vector<KumaSdConfig> kuma_sd_configs;
  std::vector<LightsailSdConfig> lightsail_sd_configs;
  std::vector<LinodeSdConfig> linode_sd_configs;
  std::vector<MarathonSdConfig> marathon_sd_configs;
  std::vector<AwsClusterSdConfig> msk_sd_configs;
  std::vector<ZookeeperSdConfig> nerve_sd_configs;
  std::vector<NomadSdConfig> nomad_sd_configs;
  std::vector<OciSdConfig> oci_sd_configs;
  std::vector<OpenstackSdConfig> openstack_sd_configs;
  std::vector<OutscaleSdConfig> outscale_sd_configs;
  std::vector<OvhcloudSdConfig> ovhcloud_sd_configs;
  std::vector<PuppetdbSdConfig> puppetdb_sd_configs;
  std::vector<AwsClusterSdConfig> rds_sd_configs;
  std::vector<ScalewaySdConfig> scaleway_sd_configs;
  std::vector<ZookeeperSdConfig> serverset_sd_configs;
  std::vector<StackitSdConfig> stackit_sd_configs;
  std::vector<TargetGroup> static_configs;
  std::vector<TritonSdConfig> triton_sd_configs;
  std::vector<UyuniSdConfig> uyuni_sd_configs;
  std::vector<VultrSdConfig> vultr_sd_configs;
  bool operator==(const ServiceDiscoveryConfigs&) const = default;
};

}  // namespace watchfire::config

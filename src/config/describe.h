#pragma once
// The keys of every configuration section, and the checks that need no other section. See
// fields.h. Internal to the config room; the functions are pure.

#include "config/config.h"
#include "config/fields.h"
#include "model/relabel.h"

namespace watchfire::model {

// Beside the type, so that Fields finds them.
void Describe(config::Fields& fields, RelabelConfig& c);
Result<void> Validate(RelabelConfig& c);

}  // namespace watchfire::model

namespace watchfire::config {

// ---- describe_http.cc
void Describe(Fields& fields, BasicAuth& c);
void Describe(Fields& fields, Authorization& c);
void Describe(Fields& fields, TlsConfig& c);
void Describe(Fields& fields, ProxyConfig& c);
void Describe(Fields& fields, OAuth2& c);
void Describe(Fields& fields, HttpHeader& c);
void Describe(Fields& fields, HttpClientConfig& c);
Result<void> Validate(TlsConfig& c);
// Also folds the bearer_token keys into `authorization`.
Result<void> Validate(HttpClientConfig& c);

// ---- describe_discovery.cc, validate_discovery.cc
#define WF_SD_SECTION(Type)               \
  void Describe(Fields& fields, Type& c); \
  Result<void> Validate(Type& c)
WF_SD_SECTION(AwsSdConfig);
WF_SD_SECTION(AwsClusterSdConfig);
WF_SD_SECTION(AzureSdConfig);
WF_SD_SECTION(ConsulSdConfig);
WF_SD_SECTION(DigitaloceanSdConfig);
WF_SD_SECTION(DnsSdConfig);
WF_SD_SECTION(DockerSdConfig);
WF_SD_SECTION(DockerSwarmSdConfig);
WF_SD_SECTION(Ec2SdConfig);
WF_SD_SECTION(EurekaSdConfig);
WF_SD_SECTION(FileSdConfig);
WF_SD_SECTION(GceSdConfig);
WF_SD_SECTION(HetznerSdConfig);
WF_SD_SECTION(HttpSdConfig);
WF_SD_SECTION(IonosSdConfig);
WF_SD_SECTION(KubernetesSdConfig);
WF_SD_SECTION(KumaSdConfig);
WF_SD_SECTION(LightsailSdConfig);
WF_SD_SECTION(LinodeSdConfig);
WF_SD_SECTION(MarathonSdConfig);
WF_SD_SECTION(NomadSdConfig);
WF_SD_SECTION(OciSdConfig);
WF_SD_SECTION(OpenstackSdConfig);
WF_SD_SECTION(OutscaleSdConfig);
WF_SD_SECTION(OvhcloudSdConfig);
WF_SD_SECTION(PuppetdbSdConfig);
WF_SD_SECTION(ScalewaySdConfig);
WF_SD_SECTION(StackitSdConfig);
WF_SD_SECTION(TargetGroup);
WF_SD_SECTION(TritonSdConfig);
WF_SD_SECTION(UyuniSdConfig);
WF_SD_SECTION(VultrSdConfig);
WF_SD_SECTION(ZookeeperSdConfig);
#undef WF_SD_SECTION
void Describe(Fields& fields, SdFilter& c);
void Describe(Fields& fields, KubernetesNamespaces& c);
void Describe(Fields& fields, KubernetesSelector& c);
void Describe(Fields& fields, KubernetesAttachMetadata& c);
// Inline: all the lists of a section.
void Describe(Fields& fields, ServiceDiscoveryConfigs& c);

// ---- describe.cc, validate.cc
void Describe(Fields& fields, Config& c);
void Describe(Fields& fields, GlobalConfig& c);
void Describe(Fields& fields, RuntimeConfig& c);
void Describe(Fields& fields, ScrapeConfig& c);
void Describe(Fields& fields, AlertingConfig& c);
void Describe(Fields& fields, AlertmanagerConfig& c);
void Describe(Fields& fields, SigV4Config& c);
void Describe(Fields& fields, TsdbRetentionConfig& c);
void Describe(Fields& fields, ChunkEncodingConfig& c);
void Describe(Fields& fields, TsdbConfig& c);
void Describe(Fields& fields, ExemplarsConfig& c);
void Describe(Fields& fields, StorageConfig& c);
void Describe(Fields& fields, TracingConfig& c);
void Describe(Fields& fields, QueueConfig& c);
void Describe(Fields& fields, MetadataConfig& c);
void Describe(Fields& fields, AzureAdConfig& c);
void Describe(Fields& fields, AzureAdConfig::ManagedIdentity& c);
void Describe(Fields& fields, AzureAdConfig::WorkloadIdentity& c);
void Describe(Fields& fields, AzureAdConfig::OAuth& c);
void Describe(Fields& fields, AzureAdConfig::Sdk& c);
void Describe(Fields& fields, GoogleIamConfig& c);
void Describe(Fields& fields, RemoteWriteConfig& c);
void Describe(Fields& fields, RemoteReadConfig& c);
void Describe(Fields& fields, OtlpConfig& c);
// A `global:` section that is there starts from zeros, not from the defaults.
void Prepare(GlobalConfig& c);
Result<void> Validate(GlobalConfig& c);
Result<void> Validate(ScrapeConfig& c);
Result<void> Validate(AlertmanagerConfig& c);
Result<void> Validate(SigV4Config& c);
Result<void> Validate(TsdbRetentionConfig& c);
Result<void> Validate(ChunkEncodingConfig& c);
Result<void> Validate(TsdbConfig& c);
Result<void> Validate(TracingConfig& c);
Result<void> Validate(QueueConfig& c);
Result<void> Validate(AzureAdConfig& c);
Result<void> Validate(RemoteWriteConfig& c);
Result<void> Validate(RemoteReadConfig& c);
Result<void> Validate(OtlpConfig& c);
// Fills in what a job inherits and checks the whole; after `global` is final.
Result<void> ApplyGlobal(ScrapeConfig& c, const GlobalConfig& global);
// Compiles and checks the rules under a naming scheme.
Result<void> PrepareRules(model::RelabelConfigs& rules, model::NameScheme scheme);

}  // namespace watchfire::config

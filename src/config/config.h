#pragma once
// prometheus.yml as plain values: what a server is told to scrape, evaluate, send and keep.
//
// Field names are the YAML keys; durations are int64 milliseconds and end in `_ms`, sizes are
// bytes. Member initialisers are the defaults. After LoadConfig every value is final: a scrape
// config has the global settings it inherits, paths are relative to the working directory (not to
// the file), and relabel rules are compiled, so nobody has to ask `global` again.
//
// A Config is read once and then shared as shared_ptr<const Config>; a reload makes a new one.
// Nothing here reads files, environment or clocks. Thread-compatible.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "codec/yaml.h"
#include "config/http_client.h"
#include "config/service_discovery.h"
#include "config/target_group.h"
#include "model/labels.h"
#include "model/relabel.h"

namespace watchfire::config {

struct GlobalConfig {
  int64_t scrape_interval_ms = 60'000;
  int64_t scrape_timeout_ms = 10'000;
  // Unset means that each job decides by scrape_native_histograms. See ScrapeProtocolHeader.
  std::optional<std::vector<std::string>> scrape_protocols;
  int64_t evaluation_interval_ms = 60'000;
  int64_t rule_query_offset_ms = 0;
  std::string query_log_file;
  std::string scrape_failure_log_file;
  model::Labels external_labels;
  uint64_t body_size_limit = 0;  // all limits: 0 = none
  uint64_t sample_limit = 0;
  uint64_t target_limit = 0;
  uint64_t label_limit = 0;
  uint64_t label_name_length_limit = 0;
  uint64_t label_value_length_limit = 0;
  uint64_t keep_dropped_targets = 0;
  model::NameScheme metric_name_validation_scheme = model::NameScheme::kUtf8;
  std::string metric_name_escaping_scheme = "allow-utf-8";
  bool scrape_native_histograms = false;
  bool convert_classic_histograms_to_nhcb = false;
  bool always_scrape_classic_histograms = false;
  bool extra_scrape_metrics = false;
  bool operator==(const GlobalConfig&) const = default;
};

// Accepted and shown; there is no garbage collector to tune.
struct RuntimeConfig {
  int64_t gogc = 75;
  bool operator==(const RuntimeConfig&) const = default;
};

struct ScrapeConfig {
  std::string job_name;
  bool honor_labels = false;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  std::map<std::string, std::vector<std::string>> params;
  int64_t scrape_interval_ms = 0;                            // after loading: never 0
  int64_t scrape_timeout_ms = 0;                             // after loading: never 0
  std::optional<std::vector<std::string>> scrape_protocols;  // after loading: always set
  std::string fallback_scrape_protocol;
  // The four tri-state switches are always set after loading.
  std::optional<bool> scrape_native_histograms;
  std::optional<bool> always_scrape_classic_histograms;
  std::optional<bool> convert_classic_histograms_to_nhcb;
  std::optional<bool> extra_scrape_metrics;
  std::string scrape_failure_log_file;
  std::string metrics_path = "/metrics";
  std::string scheme = "http";
  bool enable_compression = true;
  uint64_t body_size_limit = 0;
  uint64_t sample_limit = 0;
  uint64_t target_limit = 0;
  uint64_t label_limit = 0;
  uint64_t label_name_length_limit = 0;
  uint64_t label_value_length_limit = 0;
  uint64_t native_histogram_bucket_limit = 0;
  double native_histogram_min_bucket_factor = 0;
  uint64_t keep_dropped_targets = 0;
  std::optional<model::NameScheme> metric_name_validation_scheme;  // after loading: always set
  std::string metric_name_escaping_scheme;  // after loading: one of the four names
  HttpClientConfig http_client;             // inline
  ServiceDiscoveryConfigs discovery;        // inline
  model::RelabelConfigs relabel_configs;
  model::RelabelConfigs metric_relabel_configs;
  bool operator==(const ScrapeConfig&) const = default;
};

struct AlertmanagerConfig {
  std::string scheme = "http";
  std::string path_prefix;
  int64_t timeout_ms = 10'000;
  std::string api_version = "v2";
  HttpClientConfig http_client;       // inline
  ServiceDiscoveryConfigs discovery;  // inline
  std::optional<SigV4Config> sigv4;
  model::RelabelConfigs relabel_configs;        // on Alertmanager targets
  model::RelabelConfigs alert_relabel_configs;  // on alerts sent to this one
  bool operator==(const AlertmanagerConfig&) const = default;
};

struct AlertingConfig {
  model::RelabelConfigs alert_relabel_configs;
  std::vector<AlertmanagerConfig> alertmanagers;
  bool operator==(const AlertingConfig&) const = default;
};

struct TsdbRetentionConfig {
  int64_t time_ms = 0;  // 0: no limit by time
  uint64_t size = 0;    // bytes; 0: no limit by size
  double percentage = 0;
  bool operator==(const TsdbRetentionConfig&) const = default;
};

struct ChunkEncodingConfig {
  std::string floats;  // "", "xor", "xor2"
  bool operator==(const ChunkEncodingConfig&) const = default;
};

struct TsdbConfig {
  int64_t out_of_order_time_window_ms = 0;
  double stale_series_compaction_threshold = 0;
  ChunkEncodingConfig chunk_encoding;
  // Present: overrides the flags. The keys may also be written `retention.time` and so on.
  std::optional<TsdbRetentionConfig> retention;
  bool operator==(const TsdbConfig&) const = default;
};

struct ExemplarsConfig {
  int64_t max_exemplars = 0;
  bool operator==(const ExemplarsConfig&) const = default;
};

struct StorageConfig {
  std::optional<TsdbConfig> tsdb;
  std::optional<ExemplarsConfig> exemplars;
  bool operator==(const StorageConfig&) const = default;
};

struct TracingConfig {
  std::string client_type = "grpc";
  std::string endpoint;
  double sampling_fraction = 0;
  bool insecure = false;
  TlsConfig tls_config;
  std::map<std::string, std::string> headers;
  std::string compression;
  int64_t timeout_ms = 0;
  bool operator==(const TracingConfig&) const = default;
};

struct QueueConfig {
  int64_t capacity = 10'000;
  int64_t max_shards = 50;
  int64_t min_shards = 1;
  int64_t max_samples_per_send = 2'000;
  int64_t batch_send_deadline_ms = 5'000;
  int64_t min_backoff_ms = 30;
  int64_t max_backoff_ms = 5'000;
  bool retry_on_http_429 = false;
  int64_t sample_age_limit_ms = 0;
  bool operator==(const QueueConfig&) const = default;
};

struct MetadataConfig {
  bool send = true;
  int64_t send_interval_ms = 60'000;
  int64_t max_samples_per_send = 2'000;
  bool operator==(const MetadataConfig&) const = default;
};

// Credentials of Azure AD; exactly one of the four ways is set.
struct AzureAdConfig {
  struct ManagedIdentity {
    std::string client_id;
    bool operator==(const ManagedIdentity&) const = default;
  };
  struct WorkloadIdentity {
    std::string client_id;
    std::string tenant_id;
    std::string token_file_path;
    bool operator==(const WorkloadIdentity&) const = default;
  };
  struct OAuth {
    std::string client_id;
    Secret client_secret;
    std::string tenant_id;
    bool operator==(const OAuth&) const = default;
  };
  struct Sdk {
    std::string tenant_id;
    bool operator==(const Sdk&) const = default;
  };
  std::optional<ManagedIdentity> managed_identity;
  std::optional<WorkloadIdentity> workload_identity;
  std::optional<OAuth> oauth;
  std::optional<Sdk> sdk;
  std::string cloud;
  std::string scope;
  bool operator==(const AzureAdConfig&) const = default;
};

struct GoogleIamConfig {
  std::string credentials_file;
  bool operator==(const GoogleIamConfig&) const = default;
};

struct RemoteWriteConfig {
  RemoteWriteConfig() { http_client.enable_http2 = false; }

  Url url;
  int64_t remote_timeout_ms = 30'000;
  // Never holds `Authorization`: a bearer token there becomes `http_client.authorization`.
  std::map<std::string, std::string> headers;
  model::RelabelConfigs write_relabel_configs;
  std::string name;
  bool send_exemplars = false;
  bool send_native_histograms = false;
  bool round_robin_dns = false;
  std::string protobuf_message = "prometheus.WriteRequest";
  bool failed_request_logging = false;
  HttpClientConfig http_client;  // inline
  QueueConfig queue_config;
  MetadataConfig metadata_config;
  std::optional<SigV4Config> sigv4;
  std::optional<AzureAdConfig> azuread;
  std::optional<GoogleIamConfig> google_iam;
  bool operator==(const RemoteWriteConfig&) const = default;
};

struct RemoteReadConfig {
  Url url;
  int64_t remote_timeout_ms = 60'000;
  uint64_t chunked_read_limit = 50'000'000;
  std::map<std::string, std::string> headers;
  bool read_recent = false;
  std::string name;
  HttpClientConfig http_client;  // inline
  std::map<std::string, std::string> required_matchers;
  bool filter_external_labels = true;
  bool operator==(const RemoteReadConfig&) const = default;
};

struct OtlpConfig {
  bool promote_all_resource_attributes = false;
  std::vector<std::string> promote_resource_attributes;
  std::vector<std::string> ignore_resource_attributes;
  std::string translation_strategy = "UnderscoreEscapingWithSuffixes";
  bool keep_identifying_resource_attributes = false;
  bool convert_histograms_to_nhcb = false;
  bool promote_scope_metadata = false;
  bool label_name_underscore_sanitization = true;
  bool label_name_preserve_multiple_underscores = true;
  bool operator==(const OtlpConfig&) const = default;
};

struct Config {
  GlobalConfig global;
  RuntimeConfig runtime;
  AlertingConfig alerting;
  std::vector<std::string> rule_files;           // globs
  std::vector<std::string> scrape_config_files;  // globs; see LoadScrapeConfigFiles
  std::vector<ScrapeConfig> scrape_configs;
  StorageConfig storage;
  std::optional<TracingConfig> tracing;
  std::vector<RemoteWriteConfig> remote_write;
  std::vector<RemoteReadConfig> remote_read;
  OtlpConfig otlp;
  // What was accepted but should be changed; the caller logs it. Not part of the file.
  std::vector<std::string> warnings;
  bool operator==(const Config&) const = default;
};

// The media type of a scrape protocol name ("PrometheusText0.0.4" → "text/plain;version=0.0.4"),
// or "" for an unknown name. Names compare case-sensitively.
std::string_view ScrapeProtocolHeader(std::string_view protocol);

// The configuration as normalised YAML, as `/api/v1/status/config` shows it: defaults filled in,
// secrets as `<secret>`, passwords in addresses as `xxxxx`.
std::string ConfigToYaml(const Config& config);

}  // namespace watchfire::config

#include "config/describe.h"

#include "base/text.h"

namespace watchfire::model {

void Describe(config::Fields& fields, RelabelConfig& c) {
  fields.Texts("source_labels", c.source_labels, yaml::Context::kFlow);
  fields.Text("separator", c.separator, config::Show::kAlways);
  // Without the default, which every rule has that needs no regex.
  bool is_default = c.regex_text == RelabelConfig().regex_text;
  if (fields.reading() || !is_default) fields.Text("regex", c.regex_text, config::Show::kAlways);
  fields.Uint("modulus", c.modulus);
  fields.Text("target_label", c.target_label);
  fields.Text("replacement", c.replacement, config::Show::kAlways);
  fields.Converted("action", std::string(RelabelActionName(c.action)),
                   [&c](const std::string& text) -> Result<void> {
                     c.action = TRY(ParseRelabelAction(text));
                     return {};
                   });
}

}  // namespace watchfire::model

namespace watchfire::config {
namespace {

constexpr std::string_view kRelabelType = "relabel.plain";

std::string_view SchemeName(model::NameScheme scheme) {
  return scheme == model::NameScheme::kLegacy ? "legacy" : "utf8";
}

Result<std::optional<model::NameScheme>> ParseScheme(const std::string& text) {
  using Scheme = std::optional<model::NameScheme>;
  if (text.empty()) return Scheme();
  if (text == "utf8") return Scheme(model::NameScheme::kUtf8);
  if (text == "legacy") return Scheme(model::NameScheme::kLegacy);
  return Error::Invalid("unrecognized ValidationScheme: {}", GoQuote(text));
}

// What global and scrape sections have in common.
template <typename T>
void Limits(Fields& fields, T& c) {
  fields.Size("body_size_limit", c.body_size_limit);
  fields.Uint("sample_limit", c.sample_limit);
  fields.Uint("target_limit", c.target_limit);
  fields.Uint("label_limit", c.label_limit);
  fields.Uint("label_name_length_limit", c.label_name_length_limit);
  fields.Uint("label_value_length_limit", c.label_value_length_limit);
}

}  // namespace

void Describe(Fields& fields, GlobalConfig& c) {
  fields.Duration("scrape_interval", c.scrape_interval_ms);
  fields.Duration("scrape_timeout", c.scrape_timeout_ms);
  fields.OptionalTexts("scrape_protocols", c.scrape_protocols);
  fields.Duration("evaluation_interval", c.evaluation_interval_ms);
  fields.Duration("rule_query_offset", c.rule_query_offset_ms);
  fields.Path("query_log_file", c.query_log_file);
  fields.Path("scrape_failure_log_file", c.scrape_failure_log_file);
  fields.LabelSet("external_labels", c.external_labels);
  Limits(fields, c);
  fields.Uint("keep_dropped_targets", c.keep_dropped_targets);
  fields.Converted("metric_name_validation_scheme",
                   std::string(SchemeName(c.metric_name_validation_scheme)),
                   [&c](const std::string& text) -> Result<void> {
                     auto scheme = TRY(ParseScheme(text));
                     c.metric_name_validation_scheme = scheme.value_or(model::NameScheme::kUtf8);
                     return {};
                   });
  fields.Text("metric_name_escaping_scheme", c.metric_name_escaping_scheme);
  fields.Bool("scrape_native_histograms", c.scrape_native_histograms, Show::kAlways);
  fields.Bool("convert_classic_histograms_to_nhcb", c.convert_classic_histograms_to_nhcb);
  fields.Bool("always_scrape_classic_histograms", c.always_scrape_classic_histograms);
  fields.Bool("extra_scrape_metrics", c.extra_scrape_metrics);
}

void Describe(Fields& fields, RuntimeConfig& c) {
  fields.Int("gogc", c.gogc);
}

void Describe(Fields& fields, ScrapeConfig& c) {
  fields.Text("job_name", c.job_name, Show::kAlways);
  fields.Bool("honor_labels", c.honor_labels);
  fields.Bool("honor_timestamps", c.honor_timestamps, Show::kAlways);
  fields.Bool("track_timestamps_staleness", c.track_timestamps_staleness, Show::kAlways);
  fields.TextsMap("params", c.params);
  fields.Duration("scrape_interval", c.scrape_interval_ms);
  fields.Duration("scrape_timeout", c.scrape_timeout_ms);
  fields.OptionalTexts("scrape_protocols", c.scrape_protocols);
  fields.Text("fallback_scrape_protocol", c.fallback_scrape_protocol);
  fields.OptionalBool("scrape_native_histograms", c.scrape_native_histograms);
  fields.OptionalBool("always_scrape_classic_histograms", c.always_scrape_classic_histograms);
  fields.OptionalBool("convert_classic_histograms_to_nhcb", c.convert_classic_histograms_to_nhcb);
  fields.Path("scrape_failure_log_file", c.scrape_failure_log_file);
  fields.Text("metrics_path", c.metrics_path);
  fields.Text("scheme", c.scheme);
  fields.Bool("enable_compression", c.enable_compression, Show::kAlways);
  Limits(fields, c);
  fields.Uint("native_histogram_bucket_limit", c.native_histogram_bucket_limit);
  fields.Number("native_histogram_min_bucket_factor", c.native_histogram_min_bucket_factor);
  fields.Uint("keep_dropped_targets", c.keep_dropped_targets);
  std::string scheme(c.metric_name_validation_scheme ? SchemeName(*c.metric_name_validation_scheme)
                                                     : std::string_view());
  fields.Converted("metric_name_validation_scheme", scheme,
                   [&c](const std::string& text) -> Result<void> {
                     c.metric_name_validation_scheme = TRY(ParseScheme(text));
                     return {};
                   });
  fields.Text("metric_name_escaping_scheme", c.metric_name_escaping_scheme);
  fields.OptionalBool("extra_scrape_metrics", c.extra_scrape_metrics);
  Describe(fields, c.http_client);
  fields.List("relabel_configs", kRelabelType, c.relabel_configs,
              "empty or null target relabeling rule in scrape config");
  fields.List("metric_relabel_configs", kRelabelType, c.metric_relabel_configs,
              "empty or null metric relabeling rule in scrape config");
  Describe(fields, c.discovery);
}

void Describe(Fields& fields, AlertingConfig& c) {
  fields.List("alert_relabel_configs", kRelabelType, c.alert_relabel_configs,
              "empty or null alert relabeling rule");
  fields.List("alertmanagers", "config.AlertmanagerConfig", c.alertmanagers,
              "empty or null Alertmanager section");
}

void Describe(Fields& fields, AlertmanagerConfig& c) {
  Describe(fields, c.http_client);
  fields.Optional("sigv4", "sigv4.plain", c.sigv4);
  fields.Text("scheme", c.scheme);
  fields.Text("path_prefix", c.path_prefix);
  fields.Duration("timeout", c.timeout_ms);
  fields.Converted("api_version", c.api_version, [&c](const std::string& text) -> Result<void> {
    if (text != "v2") {
      return Error::Invalid("expected Alertmanager api version to be one of [v2] but got {}", text);
    }
    c.api_version = text;
    return {};
  });
  fields.List("relabel_configs", kRelabelType, c.relabel_configs,
              "empty or null Alertmanager target relabeling rule");
  fields.List("alert_relabel_configs", kRelabelType, c.alert_relabel_configs,
              "empty or null Alertmanager alert relabeling rule");
  Describe(fields, c.discovery);
}

void Describe(Fields& fields, SigV4Config& c) {
  fields.Text("region", c.region);
  fields.Text("access_key", c.access_key);
  fields.SecretText("secret_key", c.secret_key);
  fields.Text("profile", c.profile);
  fields.Text("role_arn", c.role_arn);
  fields.Text("external_id", c.external_id);
  fields.Bool("use_fips_sts_endpoint", c.use_fips_sts_endpoint);
  fields.Text("service_name", c.service_name);
}

void Describe(Fields& fields, TsdbRetentionConfig& c) {
  fields.Duration("time", c.time_ms);
  fields.Size("size", c.size);
  fields.Number("percentage", c.percentage);
}

void Describe(Fields& fields, ChunkEncodingConfig& c) {
  fields.Text("floats", c.floats);
}

void Describe(Fields& fields, TsdbConfig& c) {
  fields.Duration("out_of_order_time_window", c.out_of_order_time_window_ms);
  fields.Number("stale_series_compaction_threshold", c.stale_series_compaction_threshold);
  fields.Object("chunk_encoding", "config.ChunkEncodingConfig", c.chunk_encoding);
  fields.Optional("retention", "config.plain", c.retention);
  // Written as the flags are named; both forms are in use.
  bool dotted = fields.Has("retention.time") || fields.Has("retention.size") ||
                fields.Has("retention.percentage");
  if (dotted) {
    if (!c.retention) c.retention.emplace();
    fields.Duration("retention.time", c.retention->time_ms);
    fields.Size("retention.size", c.retention->size);
    fields.Number("retention.percentage", c.retention->percentage);
  }
}

void Describe(Fields& fields, ExemplarsConfig& c) {
  fields.Int("max_exemplars", c.max_exemplars);
}

void Describe(Fields& fields, StorageConfig& c) {
  fields.Optional("tsdb", "config.plain", c.tsdb);
  fields.Optional("exemplars", "config.ExemplarsConfig", c.exemplars);
}

void Describe(Fields& fields, TracingConfig& c) {
  fields.Converted("client_type", c.client_type, [&c](const std::string& text) -> Result<void> {
    if (text != "http" && text != "grpc") {
      return Error::Invalid("expected tracing client type to be to be http or grpc, but got {}",
                            text);
    }
    c.client_type = text;
    return {};
  });
  fields.Text("endpoint", c.endpoint);
  fields.Number("sampling_fraction", c.sampling_fraction);
  fields.Bool("insecure", c.insecure);
  fields.Object("tls_config", "config.plain", c.tls_config);
  fields.TextMap("headers", c.headers);
  fields.Text("compression", c.compression);
  fields.Duration("timeout", c.timeout_ms);
}

void Describe(Fields& fields, QueueConfig& c) {
  fields.Int("capacity", c.capacity);
  fields.Int("max_shards", c.max_shards);
  fields.Int("min_shards", c.min_shards);
  fields.Int("max_samples_per_send", c.max_samples_per_send);
  fields.Duration("batch_send_deadline", c.batch_send_deadline_ms);
  fields.Duration("min_backoff", c.min_backoff_ms);
  fields.Duration("max_backoff", c.max_backoff_ms);
  fields.Bool("retry_on_http_429", c.retry_on_http_429);
  fields.Duration("sample_age_limit", c.sample_age_limit_ms);
}

void Describe(Fields& fields, MetadataConfig& c) {
  fields.Bool("send", c.send, Show::kAlways);
  fields.Duration("send_interval", c.send_interval_ms, Show::kAlways);
  fields.Int("max_samples_per_send", c.max_samples_per_send);
}

void Describe(Fields& fields, AzureAdConfig::ManagedIdentity& c) {
  fields.Text("client_id", c.client_id);
}

void Describe(Fields& fields, AzureAdConfig::WorkloadIdentity& c) {
  fields.Text("client_id", c.client_id);
  fields.Text("tenant_id", c.tenant_id);
  fields.Text("token_file_path", c.token_file_path);
}

void Describe(Fields& fields, AzureAdConfig::OAuth& c) {
  fields.Text("client_id", c.client_id);
  fields.SecretText("client_secret", c.client_secret);
  fields.Text("tenant_id", c.tenant_id);
}

void Describe(Fields& fields, AzureAdConfig::Sdk& c) {
  fields.Text("tenant_id", c.tenant_id);
}

void Describe(Fields& fields, AzureAdConfig& c) {
  fields.Optional("managed_identity", "azuread.ManagedIdentityConfig", c.managed_identity);
  fields.Optional("workload_identity", "azuread.WorkloadIdentityConfig", c.workload_identity);
  fields.Optional("oauth", "azuread.OAuthConfig", c.oauth);
  fields.Optional("sdk", "azuread.SDKConfig", c.sdk);
  fields.Text("cloud", c.cloud);
  fields.Text("scope", c.scope);
}

void Describe(Fields& fields, GoogleIamConfig& c) {
  fields.Text("credentials_file", c.credentials_file);
}

void Describe(Fields& fields, RemoteWriteConfig& c) {
  fields.Address("url", c.url, Show::kAlways);
  fields.Duration("remote_timeout", c.remote_timeout_ms);
  fields.TextMap("headers", c.headers);
  fields.List("write_relabel_configs", kRelabelType, c.write_relabel_configs,
              "empty or null relabeling rule in remote write config");
  fields.Text("name", c.name);
  fields.Bool("send_exemplars", c.send_exemplars);
  fields.Bool("send_native_histograms", c.send_native_histograms);
  fields.Bool("round_robin_dns", c.round_robin_dns);
  fields.Text("protobuf_message", c.protobuf_message);
  fields.Bool("failed_request_logging", c.failed_request_logging);
  Describe(fields, c.http_client);
  fields.Object("queue_config", "config.QueueConfig", c.queue_config, Show::kAlways);
  fields.Object("metadata_config", "config.MetadataConfig", c.metadata_config, Show::kAlways);
  fields.Optional("sigv4", "sigv4.plain", c.sigv4);
  fields.Optional("azuread", "azuread.plain", c.azuread);
  fields.Optional("google_iam", "googleiam.Config", c.google_iam);
}

void Describe(Fields& fields, RemoteReadConfig& c) {
  fields.Address("url", c.url, Show::kAlways);
  fields.Duration("remote_timeout", c.remote_timeout_ms);
  fields.Uint("chunked_read_limit", c.chunked_read_limit);
  fields.TextMap("headers", c.headers);
  fields.Bool("read_recent", c.read_recent);
  fields.Text("name", c.name);
  Describe(fields, c.http_client);
  fields.TextMap("required_matchers", c.required_matchers);
  fields.Bool("filter_external_labels", c.filter_external_labels, Show::kAlways);
}

void Describe(Fields& fields, OtlpConfig& c) {
  fields.Bool("promote_all_resource_attributes", c.promote_all_resource_attributes);
  fields.Texts("promote_resource_attributes", c.promote_resource_attributes);
  fields.Texts("ignore_resource_attributes", c.ignore_resource_attributes);
  fields.Text("translation_strategy", c.translation_strategy);
  fields.Bool("keep_identifying_resource_attributes", c.keep_identifying_resource_attributes);
  fields.Bool("convert_histograms_to_nhcb", c.convert_histograms_to_nhcb);
  fields.Bool("promote_scope_metadata", c.promote_scope_metadata);
  fields.Bool("label_name_underscore_sanitization", c.label_name_underscore_sanitization,
              Show::kAlways);
  fields.Bool("label_name_preserve_multiple_underscores",
              c.label_name_preserve_multiple_underscores, Show::kAlways);
}

void Describe(Fields& fields, Config& c) {
  fields.Object("global", "config.plain", c.global, Show::kAlways);
  fields.Object("runtime", "config.RuntimeConfig", c.runtime, Show::kAlways);
  fields.Object("alerting", "config.plain", c.alerting);
  fields.Paths("rule_files", c.rule_files);
  fields.Paths("scrape_config_files", c.scrape_config_files);
  fields.List("scrape_configs", "config.ScrapeConfig", c.scrape_configs,
              "empty or null scrape config section");
  fields.Object("storage", "config.StorageConfig", c.storage);
  fields.Optional("tracing", "config.plain", c.tracing);
  fields.List("remote_write", "config.plain", c.remote_write,
              "empty or null remote write config section");
  fields.List("remote_read", "config.plain", c.remote_read,
              "empty or null remote read config section");
  fields.Object("otlp", "config.plain", c.otlp, Show::kAlways);
}

}  // namespace watchfire::config

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "config/describe.h"

namespace watchfire::model {

Result<void> Validate(RelabelConfig& c) {
  for (const std::string& name : c.source_labels) {
    if (!IsValidLabelName(name)) {
      return Error::Invalid("{} is not a valid label name", GoQuote(name));
    }
  }
  // Under the wider naming scheme; PrepareRules repeats it under the one that applies.
  return c.Prepare();
}

}  // namespace watchfire::model

namespace watchfire::config {
namespace {

struct Protocol {
  std::string_view name;
  std::string_view header;
};
constexpr std::array<Protocol, 5> kProtocols = {
    {{"OpenMetricsText0.0.1", "application/openmetrics-text;version=0.0.1"},
     {"OpenMetricsText1.0.0", "application/openmetrics-text;version=1.0.0"},
     {"PrometheusProto",
      "application/"
      "vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"},
     {"PrometheusText0.0.4", "text/plain;version=0.0.4"},
     {"PrometheusText1.0.0", "text/plain;version=1.0.0"}}};

constexpr std::array<std::string_view, 4> kEscapingSchemes = {"allow-utf-8", "underscores", "dots",
                                                              "values"};

bool IsEscapingScheme(std::string_view name) {
  return std::find(kEscapingSchemes.begin(), kEscapingSchemes.end(), name) !=
         kEscapingSchemes.end();
}

Result<void> CheckProtocol(const std::string& name) {
  if (!ScrapeProtocolHeader(name).empty()) return {};
  std::string supported;
  for (const Protocol& protocol : kProtocols) {
    supported.append(supported.empty() ? "" : " ").append(protocol.name);
  }
  return Error::Invalid("unknown scrape protocol {}, supported: [{}]", name, supported);
}

Result<void> CheckProtocols(const std::vector<std::string>& names) {
  if (names.empty()) return Error::Invalid("scrape_protocols cannot be empty");
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (!seen.insert(ToLower(name)).second) {
      return Error::Invalid("duplicated protocol in scrape_protocols, got [{}]", Join(names, " "));
    }
    if (Result<void> known = CheckProtocol(name); !known.ok()) {
      return known.error().With("scrape_protocols");
    }
  }
  return {};
}

// Users write URLs where an address belongs; a relabel rule may still make one of it.
Result<void> CheckStaticTargets(const ServiceDiscoveryConfigs& discovery) {
  for (const TargetGroup& group : discovery.static_configs) {
    for (const std::string& target : group.targets) {
      if (target.find('/') != std::string::npos) {
        return Error::Invalid("{} is not a valid hostname", GoQuote(target));
      }
    }
  }
  return {};
}

Result<void> CheckHeaderName(const std::string& name) {
  constexpr std::array<std::string_view, 16> kReserved = {"host",
                                                          "content-encoding",
                                                          "content-length",
                                                          "content-type",
                                                          "user-agent",
                                                          "connection",
                                                          "keep-alive",
                                                          "proxy-authenticate",
                                                          "proxy-authorization",
                                                          "www-authenticate",
                                                          "accept-encoding",
                                                          "x-prometheus-remote-write-version",
                                                          "x-prometheus-remote-read-version",
                                                          "x-amz-date",
                                                          "x-amz-security-token",
                                                          "x-amz-content-sha256"};
  if (std::find(kReserved.begin(), kReserved.end(), ToLower(name)) != kReserved.end()) {
    return Error::Invalid("{} is a reserved header. It must not be changed", name);
  }
  return {};
}

// `Authorization: Bearer …` among the headers means what `authorization:` means, so it becomes
// that; any other use of the header is refused as upstream refuses it.
Result<void> TakeHeaders(std::map<std::string, std::string>& headers, HttpClientConfig& http) {
  constexpr std::string_view kBearer = "Bearer ";
  for (auto at = headers.begin(); at != headers.end();) {
    TRY(CheckHeaderName(at->first));
    if (!EqualsIgnoreCase(at->first, "authorization")) {
      ++at;
      continue;
    }
    bool other_auth = http.basic_auth || http.authorization || http.oauth2 ||
                      !http.bearer_token.empty() || !http.bearer_token_file.empty();
    if (other_auth || at->second.substr(0, kBearer.size()) != kBearer) {
      return Error::Invalid(
          "authorization header must be changed via the basic_auth, authorization, oauth2, sigv4, "
          "azuread or google_iam parameter");
    }
    http.authorization.emplace();
    http.authorization->credentials = Secret(at->second.substr(kBearer.size()));
    at = headers.erase(at);
  }
  return {};
}

Result<void> CheckRemoteWriteAuth(const RemoteWriteConfig& c) {
  std::vector<std::string> configured;
  if (c.http_client.basic_auth) configured.emplace_back("basic_auth");
  if (c.http_client.authorization) configured.emplace_back("authorization");
  if (c.http_client.oauth2) configured.emplace_back("oauth2");
  if (c.sigv4) configured.emplace_back("sigv4");
  if (c.azuread) configured.emplace_back("azuread");
  if (c.google_iam) configured.emplace_back("google_iam");
  if (configured.size() <= 1) return {};
  return Error::Invalid(
      "at most one of basic_auth, authorization, oauth2, sigv4, azuread or google_iam must be "
      "configured. Currently configured: [{}]",
      Join(configured, " "));
}

// Trims in place; refuses empty and repeated names.
Result<void> TrimAttributes(std::vector<std::string>& attributes, std::string_view adjective) {
  std::set<std::string> seen;
  for (std::string& attribute : attributes) {
    attribute = std::string(TrimSpace(attribute));
    if (attribute.empty()) {
      return Error::Invalid("empty {} OTel resource attribute", adjective);
    }
    if (!seen.insert(attribute).second) {
      return Error::Invalid("duplicated {} OTel resource attribute {}", adjective,
                            GoQuote(attribute));
    }
  }
  return {};
}

Result<void> ApplyEscaping(ScrapeConfig& c, const GlobalConfig& global) {
  bool global_legacy = global.metric_name_validation_scheme == model::NameScheme::kLegacy;
  std::string inherited = global.metric_name_escaping_scheme;
  if (inherited.empty()) inherited = global_legacy ? "underscores" : "allow-utf-8";
  if (!IsEscapingScheme(inherited)) {
    return Error::Invalid(
        "unknown global name escaping method specified, must be one of 'allow-utf-8', "
        "'underscores', 'dots', or 'values', got {}",
        GoQuote(inherited));
  }
  bool own_scheme = c.metric_name_validation_scheme.has_value();
  if (!own_scheme) c.metric_name_validation_scheme = global.metric_name_validation_scheme;
  bool legacy = *c.metric_name_validation_scheme == model::NameScheme::kLegacy;
  if (c.metric_name_escaping_scheme.empty()) {
    // A job that sets only its naming scheme must not inherit an escaping that contradicts it.
    c.metric_name_escaping_scheme = !own_scheme ? inherited
                                    : legacy    ? "underscores"
                                                : "allow-utf-8";
  }
  if (!IsEscapingScheme(c.metric_name_escaping_scheme)) {
    return Error::Invalid(
        "unknown scrape config name escaping method specified, must be one of 'allow-utf-8', "
        "'underscores', 'dots', or 'values', got {}",
        GoQuote(c.metric_name_escaping_scheme));
  }
  if (legacy && c.metric_name_escaping_scheme == "allow-utf-8") {
    return Error::Invalid("utf8 metric names requested but validation scheme is not set to UTF8");
  }
  return {};
}

void InheritLimits(ScrapeConfig& c, const GlobalConfig& global) {
  auto inherit = [](uint64_t& own, uint64_t from) { own = own == 0 ? from : own; };
  inherit(c.body_size_limit, global.body_size_limit);
  inherit(c.sample_limit, global.sample_limit);
  inherit(c.target_limit, global.target_limit);
  inherit(c.label_limit, global.label_limit);
  inherit(c.label_name_length_limit, global.label_name_length_limit);
  inherit(c.label_value_length_limit, global.label_value_length_limit);
  inherit(c.keep_dropped_targets, global.keep_dropped_targets);
}

Result<void> ApplyProtocols(ScrapeConfig& c, const GlobalConfig& global) {
  if (!c.scrape_protocols) c.scrape_protocols = global.scrape_protocols;
  if (!c.scrape_protocols) {
    c.scrape_protocols = {"OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0",
                          "PrometheusText0.0.4"};
    if (*c.scrape_native_histograms) {
      c.scrape_protocols->insert(c.scrape_protocols->begin(), "PrometheusProto");
    }
  }
  auto for_job = [&](const Error& error) {
    return Error::Invalid("{} for scrape config with job name {}", error.message(),
                          GoQuote(c.job_name));
  };
  if (Result<void> checked = CheckProtocols(*c.scrape_protocols); !checked.ok()) {
    return for_job(checked.error());
  }
  if (c.fallback_scrape_protocol.empty()) return {};
  if (Result<void> checked = CheckProtocol(c.fallback_scrape_protocol); !checked.ok()) {
    return checked.error().With(
        "invalid fallback_scrape_protocol for scrape config with job name {}", GoQuote(c.job_name));
  }
  return {};
}

}  // namespace

std::string_view ScrapeProtocolHeader(std::string_view protocol) {
  for (const Protocol& known : kProtocols) {
    if (known.name == protocol) return known.header;
  }
  return {};
}

Result<void> PrepareRules(model::RelabelConfigs& rules, model::NameScheme scheme) {
  for (model::RelabelConfig& rule : rules) {
    rule.scheme = scheme;
    TRY(rule.Prepare());
  }
  return {};
}

void Prepare(GlobalConfig& c) {
  c.scrape_interval_ms = 0;
  c.scrape_timeout_ms = 0;
  c.evaluation_interval_ms = 0;
  c.metric_name_escaping_scheme.clear();
}

Result<void> Validate(GlobalConfig& c) {
  for (const model::LabelView& label : c.external_labels) {
    if (!model::IsValidLabelName(label.name, c.metric_name_validation_scheme)) {
      return Error::Invalid("{} is not a valid label name", GoQuote(label.name));
    }
    if (!IsValidUtf8(label.value)) {
      return Error::Invalid("{} is not a valid label value", GoQuote(label.value));
    }
  }
  GlobalConfig defaults;
  if (c.scrape_interval_ms == 0) c.scrape_interval_ms = defaults.scrape_interval_ms;
  if (c.scrape_timeout_ms > c.scrape_interval_ms) {
    return Error::Invalid("global scrape timeout greater than scrape interval");
  }
  if (c.scrape_timeout_ms == 0) {
    c.scrape_timeout_ms = std::min(defaults.scrape_timeout_ms, c.scrape_interval_ms);
  }
  if (c.evaluation_interval_ms == 0) c.evaluation_interval_ms = defaults.evaluation_interval_ms;
  if (c.scrape_protocols) {
    if (Result<void> checked = CheckProtocols(*c.scrape_protocols); !checked.ok()) {
      return Error::Invalid("{} for global config", checked.error().message());
    }
  }
  return {};
}

Result<void> Validate(ScrapeConfig& c) {
  if (c.job_name.empty()) return Error::Invalid("job_name is empty");
  TRY(Validate(c.http_client));
  if (c.relabel_configs.empty()) TRY(CheckStaticTargets(c.discovery));
  return {};
}

Result<void> ApplyGlobal(ScrapeConfig& c, const GlobalConfig& global) {
  if (c.scrape_interval_ms == 0) c.scrape_interval_ms = global.scrape_interval_ms;
  if (c.scrape_timeout_ms > c.scrape_interval_ms) {
    return Error::Invalid(
        "scrape timeout greater than scrape interval for scrape config with job name {}",
        GoQuote(c.job_name));
  }
  if (c.scrape_timeout_ms == 0) {
    c.scrape_timeout_ms = std::min(global.scrape_timeout_ms, c.scrape_interval_ms);
  }
  InheritLimits(c, global);
  if (c.scrape_failure_log_file.empty()) {
    c.scrape_failure_log_file = global.scrape_failure_log_file;
  }
  auto inherit = [](std::optional<bool>& own, bool from) { own = own.value_or(from); };
  inherit(c.scrape_native_histograms, global.scrape_native_histograms);
  inherit(c.always_scrape_classic_histograms, global.always_scrape_classic_histograms);
  inherit(c.convert_classic_histograms_to_nhcb, global.convert_classic_histograms_to_nhcb);
  inherit(c.extra_scrape_metrics, global.extra_scrape_metrics);
  TRY(ApplyProtocols(c, global));
  TRY(ApplyEscaping(c, global));
  TRY(PrepareRules(c.relabel_configs, *c.metric_name_validation_scheme));
  return PrepareRules(c.metric_relabel_configs, *c.metric_name_validation_scheme);
}

Result<void> Validate(AlertmanagerConfig& c) {
  TRY(Validate(c.http_client));
  const HttpClientConfig& http = c.http_client;
  if (c.sigv4 && (http.basic_auth || http.authorization || http.oauth2)) {
    return Error::Invalid(
        "at most one of basic_auth, authorization, oauth2, & sigv4 must be configured");
  }
  if (c.relabel_configs.empty()) TRY(CheckStaticTargets(c.discovery));
  return {};
}

Result<void> Validate(SigV4Config& c) {
  if (c.access_key.empty() != c.secret_key.empty()) {
    return Error::Invalid(
        "must provide a AWS SigV4 Access key and Secret Key if credentials are specified in the "
        "SigV4 config");
  }
  return {};
}

Result<void> Validate(TsdbRetentionConfig& c) {
  if (!(c.percentage >= 0 && c.percentage <= 100)) {
    return Error::Invalid("'storage.tsdb.retention.percentage' must be in the range [0, 100]");
  }
  return {};
}

Result<void> Validate(ChunkEncodingConfig& c) {
  if (!c.floats.empty() && c.floats != "xor" && c.floats != "xor2") {
    return Error::Invalid(
        "unsupported chunk encoding for floats {}, must be one of \"xor\" or \"xor2\"",
        GoQuote(c.floats));
  }
  return {};
}

Result<void> Validate(TsdbConfig& c) {
  double threshold = c.stale_series_compaction_threshold;
  if (!(threshold >= 0 && threshold <= 1)) {
    return Error::Invalid(
        "'storage.tsdb.stale_series_compaction_threshold' must be in the range [0, 1]");
  }
  if (c.retention) TRY(Validate(*c.retention));
  return {};
}

Result<void> Validate(TracingConfig& c) {
  for (const auto& [name, value] : c.headers) {
    if (EqualsIgnoreCase(name, "authorization")) {
      return Error::Invalid("custom authorization header configuration is not yet supported");
    }
    TRY(CheckHeaderName(name));
  }
  if (c.endpoint.empty()) return Error::Invalid("tracing endpoint must be set");
  if (!c.compression.empty() && c.compression != "gzip") {
    return Error::Invalid("invalid compression type {} provided, valid options: gzip",
                          c.compression);
  }
  return {};
}

Result<void> Validate(QueueConfig& c) {
  struct Count {
    std::string_view name;
    int64_t value;
  };
  for (const Count& count :
       {Count{"capacity", c.capacity}, Count{"max_shards", c.max_shards},
        Count{"min_shards", c.min_shards}, Count{"max_samples_per_send", c.max_samples_per_send}}) {
    if (count.value <= 0) {
      return Error::Invalid("queue_config {} must be greater than 0, got {}", count.name,
                            count.value);
    }
  }
  if (c.min_shards > c.max_shards) {
    return Error::Invalid("queue_config min_shards ({}) must not be greater than max_shards ({})",
                          c.min_shards, c.max_shards);
  }
  if (c.max_backoff_ms < c.min_backoff_ms) {
    return Error::Invalid("queue_config max_backoff must not be less than min_backoff");
  }
  return {};
}

Result<void> Validate(AzureAdConfig& c) {
  if (c.cloud.empty()) c.cloud = "AzurePublic";
  if (c.cloud != "AzureChina" && c.cloud != "AzureGovernment" && c.cloud != "AzurePublic") {
    return Error::Invalid("must provide a cloud in the Azure AD config");
  }
  int ways = (c.managed_identity ? 1 : 0) + (c.workload_identity ? 1 : 0) + (c.oauth ? 1 : 0) +
             (c.sdk ? 1 : 0);
  if (ways == 0) {
    return Error::Invalid(
        "must provide an Azure Managed Identity, Azure Workload Identity, Azure OAuth or Azure SDK "
        "in the Azure AD config");
  }
  if (ways > 1) {
    return Error::Invalid("cannot provide multiple authentication methods in the Azure AD config");
  }
  if (c.oauth && (c.oauth->client_id.empty() || c.oauth->client_secret.empty() ||
                  c.oauth->tenant_id.empty())) {
    return Error::Invalid(
        "must provide an Azure OAuth client_id, client_secret and tenant_id in the Azure AD "
        "config");
  }
  if (c.workload_identity &&
      (c.workload_identity->client_id.empty() || c.workload_identity->tenant_id.empty())) {
    return Error::Invalid(
        "must provide an Azure Workload Identity client_id and tenant_id in the Azure AD config");
  }
  return {};
}

Result<void> Validate(RemoteWriteConfig& c) {
  if (c.url.empty()) return Error::Invalid("url for remote_write is empty");
  TRY(TakeHeaders(c.headers, c.http_client));
  if (c.protobuf_message != "prometheus.WriteRequest" &&
      c.protobuf_message != "io.prometheus.write.v2.Request") {
    return Error::Invalid(
        "invalid protobuf_message value: unknown type for remote write protobuf message {}, "
        "supported: prometheus.WriteRequest, io.prometheus.write.v2.Request",
        c.protobuf_message);
  }
  TRY(Validate(c.http_client));
  return CheckRemoteWriteAuth(c);
}

Result<void> Validate(RemoteReadConfig& c) {
  if (c.url.empty()) return Error::Invalid("url for remote_read is empty");
  TRY(TakeHeaders(c.headers, c.http_client));
  return Validate(c.http_client);
}

Result<void> Validate(OtlpConfig& c) {
  if (c.promote_all_resource_attributes) {
    if (!c.promote_resource_attributes.empty()) {
      return Error::Invalid(
          "'promote_all_resource_attributes' and 'promote_resource_attributes' cannot be "
          "configured simultaneously");
    }
    if (Result<void> checked = TrimAttributes(c.ignore_resource_attributes, "ignored");
        !checked.ok()) {
      return checked.error().With("invalid 'ignore_resource_attributes'");
    }
    return {};
  }
  if (!c.ignore_resource_attributes.empty()) {
    return Error::Invalid(
        "'ignore_resource_attributes' cannot be configured unless "
        "'promote_all_resource_attributes' is true");
  }
  if (Result<void> checked = TrimAttributes(c.promote_resource_attributes, "promoted");
      !checked.ok()) {
    return checked.error().With("invalid 'promote_resource_attributes'");
  }
  return {};
}

}  // namespace watchfire::config

// Prometheus' own configuration files: every good one loads, every bad one is refused, in
// upstream's words where we know them. The files are read from $WATCHFIRE_CONFORMANCE and are not
// part of this repository.
#include <cstdlib>

#include "base/text.h"
#include "config/loader.h"
#include "config/rule_file.h"
#include "config/target_group.h"

namespace watchfire::config {
namespace {

std::string Root() {
  const char* root = std::getenv("WATCHFIRE_CONFORMANCE");
  return JoinPath(root == nullptr ? "../shared/conformance" : root, "prometheus");
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

class Conformance : public testing::Test {
 protected:
  void SetUp() override {
    if (!FileSystem::Local()->Exists(Root())) {
      GTEST_SKIP() << "no conformance data at " << Root() << "; set WATCHFIRE_CONFORMANCE";
    }
  }

  static std::vector<std::string> Files(const std::string& folder, std::string_view end) {
    std::vector<std::string> names;
    auto entries = FileSystem::Local()->ListDirectory(JoinPath(Root(), folder));
    for (const DirEntry& entry : entries.value()) {
      if (!entry.is_directory && EndsWith(entry.name, end)) names.push_back(entry.name);
    }
    return names;
  }
  static std::string ReadText(const std::string& path) {
    Result<std::string> text = FileSystem::Local()->ReadFile(path);
    EXPECT_TRUE(text.ok()) << text.error().message();
    return text.value_or("");
  }
  // The whole way of a server: the file and what it includes.
  static Result<Config> Load(const std::string& name, const LoadOptions& options = {}) {
    std::string path = JoinPath(Root(), name);
    Config config = TRY(LoadConfig(ReadText(path), path, options));
    TRY(LoadScrapeConfigFiles(config, *FileSystem::Local()));
    return config;
  }
  static std::string ErrorOf(const std::string& name, const LoadOptions& options = {}) {
    Result<Config> config = Load(name, options);
    return config.ok() ? "" : config.error().message();
  }
};

struct BadFile {
  const char* name;  // without ".bad.yml"
  const char* message;
};

// What upstream's tests expect in the message.
constexpr BadFile kBadFiles[] = {
    {"azure_authentication_method",
     "unknown authentication_type \"invalid\". Supported types are "
     "\"OAuth\", \"ManagedIdentity\" or \"SDK\""},
    {"azure_bearertoken_basicauth",
     "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured"},
    {"azure_client_id_missing", "azure SD configuration requires a client_id"},
    {"azure_client_secret_missing", "azure SD configuration requires a client_secret"},
    {"azure_subscription_id_missing", "azure SD configuration requires a subscription_id"},
    {"azure_tenant_id_missing", "azure SD configuration requires a tenant_id"},
    {"bearertoken", "at most one of bearer_token & bearer_token_file must be configured"},
    {"bearertoken_basicauth",
     "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured"},
    {"dropequal", "relabel configuration for dropequal action requires 'target_label' value"},
    {"dropequal1",
     "dropequal action requires only 'source_labels' and `target_label`, and no other fields"},
    {"ec2_filters_empty_values", "EC2 SD configuration filter values cannot be empty"},
    {"ec2_token_file", "at most one of bearer_token & bearer_token_file must be configured"},
    {"empty_alert_relabel_config", "empty or null alert relabeling rule"},
    {"empty_alertmanager_relabel_config", "empty or null Alertmanager target relabeling rule"},
    {"empty_metric_relabel_config", "empty or null metric relabeling rule"},
    {"empty_rr_config", "empty or null remote read config section"},
    {"empty_rw_config", "empty or null remote write config section"},
    {"empty_rw_relabel_config", "empty or null relabeling rule in remote write config"},
    {"empty_scrape_config", "empty or null scrape config section"},
    {"empty_scrape_config_action", "relabel action cannot be empty"},
    {"empty_static_config", "empty or null section in static_configs"},
    {"empty_target_relabel_config", "empty or null target relabeling rule"},
    {"eureka_invalid_server", "invalid eureka server URL"},
    {"eureka_no_server", "empty or null eureka server"},
    {"hetzner_role", "unknown role"},
    {"http_token_file", "at most one of bearer_token & bearer_token_file must be configured"},
    {"http_url_bad_scheme", "URL scheme must be 'http' or 'https'"},
    {"http_url_no_host", "host is missing in URL"},
    {"http_url_no_scheme", "URL scheme must be 'http' or 'https'"},
    {"ionos_datacenter", "datacenter id can't be empty"},
    {"jobname", "job_name is empty"},
    {"jobname_dup", R"(found multiple scrape configs with job name "prometheus")"},
    {"keepequal", "relabel configuration for keepequal action requires 'target_label' value"},
    {"keepequal1",
     "keepequal action requires only 'source_labels' and `target_label`, and no other fields"},
    {"kubernetes_api_server_with_own_namespace",
     "cannot use 'api_server' and 'namespaces.own_namespace' simultaneously"},
    {"kubernetes_authorization_basicauth",
     "at most one of basic_auth, oauth2 & authorization must be configured"},
    {"kubernetes_bearertoken",
     "at most one of bearer_token & bearer_token_file must be configured"},
    {"kubernetes_bearertoken_basicauth",
     "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured"},
    {"kubernetes_http_config_without_api_server",
     "to use custom HTTP client configuration please provide the 'api_server' URL explicitly"},
    {"kubernetes_kubeconfig_with_apiserver",
     "cannot use 'kubeconfig_file' and 'api_server' simultaneously"},
    {"kubernetes_kubeconfig_with_http_config",
     "cannot use a custom HTTP client configuration together with 'kubeconfig_file'"},
    {"kubernetes_kubeconfig_with_own_namespace",
     "cannot use 'kubeconfig_file' and 'namespaces.own_namespace' simultaneously"},
    {"kubernetes_namespace_discovery", "field foo not found in type kubernetes.plain"},
    {"kubernetes_role", "role"},
    {"kubernetes_selectors_duplicated_role", "duplicated selector role: pod"},
    {"kubernetes_selectors_endpoints",
     "endpoints role supports only pod, service, endpoints selectors"},
    {"kubernetes_selectors_incorrect_selector",
     "invalid selector: 'metadata.status-Running'; can't understand 'metadata.status-Running'"},
    {"kubernetes_selectors_ingress", "ingress role supports only ingress selectors"},
    {"kubernetes_selectors_node", "node role supports only node selectors"},
    {"kubernetes_selectors_service", "service role supports only service selectors"},
    {"labeldrop", "labeldrop action requires only 'regex', and no other fields"},
    {"labeldrop2", "labeldrop action requires only 'regex', and no other fields"},
    {"labeldrop3", "labeldrop action requires only 'regex', and no other fields"},
    {"labeldrop4", "labeldrop action requires only 'regex', and no other fields"},
    {"labeldrop5", "labeldrop action requires only 'regex', and no other fields"},
    {"labelkeep", "labelkeep action requires only 'regex', and no other fields"},
    {"labelkeep2", "labelkeep action requires only 'regex', and no other fields"},
    {"labelkeep3", "labelkeep action requires only 'regex', and no other fields"},
    {"labelkeep4", "labelkeep action requires only 'regex', and no other fields"},
    {"labelkeep5", "labelkeep action requires only 'regex', and no other fields"},
    {"labelmap", "!!binary value contains invalid base64 data"},
    {"labelname", R"("\xff" is not a valid label name)"},
    {"labelvalue", R"("\xff" is not a valid label value)"},
    {"lightsail_token_file", "at most one of bearer_token & bearer_token_file must be configured"},
    {"lowercase", "relabel configuration for lowercase action requires 'target_label' value"},
    {"lowercase3", "'replacement' can not be set for lowercase action"},
    {"marathon_authtoken_authorization",
     "marathon_sd: at most one of auth_token, auth_token_file & authorization must be configured"},
    {"marathon_authtoken_authtokenfile",
     "marathon_sd: at most one of auth_token & auth_token_file must be configured"},
    {"marathon_authtoken_basicauth",
     "marathon_sd: at most one of basic_auth, auth_token & auth_token_file must be configured"},
    {"marathon_authtoken_bearertoken",
     "marathon_sd: at most one of bearer_token, bearer_token_file, auth_token & auth_token_file "
     "must be configured"},
    {"marathon_no_servers", "marathon_sd: must contain at least one Marathon server"},
    {"metric_name_validation_scheme", R"(unrecognized ValidationScheme: "invalid_scheme")"},
    {"modulus_missing", "relabel configuration for hashmod requires non-zero modulus"},
    {"openstack_availability",
     "unknown availability invalid, must be one of admin, internal or public"},
    {"openstack_role", "unknown OpenStack SD role"},
    {"otlp_allow_utf8", R"(unsupported OTLP translation strategy "Invalid")"},
    {"otlp_ignore_resource_attributes_without_promote_all",
     "'ignore_resource_attributes' cannot be configured unless 'promote_all_resource_attributes' "
     "is true"},
    {"otlp_promote_all_resource_attributes",
     "'promote_all_resource_attributes' and 'promote_resource_attributes' cannot be configured "
     "simultaneously"},
    {"otlp_sanitize_ignore_resource_attributes",
     "invalid 'ignore_resource_attributes': duplicated ignored OTel resource "
     "attribute \"k8s.job.name\""},
    {"otlp_sanitize_promote_resource_attributes",
     "invalid 'promote_resource_attributes': duplicated promoted OTel "
     "resource attribute \"k8s.job.name\""},
    {"outscale_no_region", "outscale SD configuration requires a region"},
    {"ovhcloud_bad_service", "unknown service: fakeservice"},
    {"ovhcloud_no_secret", "application secret can not be empty"},
    {"puppetdb_bad_url", "host is missing in URL"},
    {"puppetdb_no_query", "query missing"},
    {"puppetdb_no_scheme", "URL scheme must be 'http' or 'https'"},
    {"puppetdb_no_url", "URL is missing"},
    {"puppetdb_token_file", "at most one of bearer_token & bearer_token_file must be configured"},
    {"regex", "error parsing regexp"},
    {"remote_read_dup", R"(found multiple remote read configs with job name "queue1")"},
    {"remote_read_header",
     "x-prometheus-remote-write-version is a reserved header. It must not be changed"},
    {"remote_read_url_missing", "url for remote_read is empty"},
    {"remote_write_authorization_header",
     "authorization header must be changed via the basic_auth, authorization, oauth2, sigv4, "
     "azuread or google_iam parameter"},
    {"remote_write_dup", R"(found multiple remote write configs with job name "queue1")"},
    {"remote_write_header",
     "x-prometheus-remote-write-version is a reserved header. It must not be changed"},
    {"remote_write_url_missing", "url for remote_write is empty"},
    {"remote_write_wrong_msg",
     "invalid protobuf_message value: unknown type for remote write protobuf message "
     "io.prometheus.writet.v2.Request, supported: prometheus.WriteRequest, "
     "io.prometheus.write.v2.Request"},
    {"rules", "invalid rule file path"},
    {"scaleway_no_secret", "one of secret_key & secret_key_file must be configured"},
    {"scaleway_role", R"(unknown role "invalid")"},
    {"scaleway_two_secrets", "at most one of secret_key & secret_key_file must be configured"},
    {"scrape_body_size_limit", "units: unknown unit  in 100"},
    {"scrape_config_files", R"(scrape timeout greater than scrape interval for scrape config)"},
    {"scrape_config_files_double_import",
     R"(found multiple scrape configs with job name "prometheus")"},
    {"scrape_config_files_duplicate",
     R"(found multiple scrape configs with job name "prometheus")"},
    {"scrape_config_files_fallback_scrape_protocol1",
     "invalid fallback_scrape_protocol for scrape config with job name "
     "\"node\": unknown scrape protocol prometheusproto, supported: "
     "[OpenMetricsText0.0.1 OpenMetricsText1.0.0 PrometheusProto "
     "PrometheusText0.0.4 PrometheusText1.0.0]"},
    // Upstream's words are "unmarshal errors" and then this.
    {"scrape_config_files_fallback_scrape_protocol2", "cannot unmarshal !!seq into string"},
    {"scrape_config_files_glob", R"(invalid scrape config file path "scrape_configs/*/*")"},
    {"scrape_config_files_global",
     R"(scrape timeout greater than scrape interval for scrape config with job name "prometheus")"},
    {"scrape_config_files_global_duplicate",
     R"(found multiple scrape configs with job name "prometheus")"},
    {"scrape_config_files_scrape_protocols",
     "scrape_protocols: unknown scrape protocol prometheusproto, supported: "
     "[OpenMetricsText0.0.1 OpenMetricsText1.0.0 PrometheusProto "
     "PrometheusText0.0.4 PrometheusText1.0.0] for scrape config with job "
     "name \"node\""},
    {"scrape_config_files_scrape_protocols2",
     "duplicated protocol in scrape_protocols, got [OpenMetricsText1.0.0 "
     "PrometheusProto OpenMetricsText1.0.0] for scrape config with job name "
     "\"node\""},
    {"scrape_config_utf8_conflicting",
     "utf8 metric names requested but validation scheme is not set to UTF8"},
    {"scrape_interval", "scrape timeout greater than scrape interval"},
    {"section_key_dup", "field scrape_configs already set in type config.plain"},
    {"stackit_endpoint", "invalid endpoint"},
    {"target_label_hashmod_missing",
     "relabel configuration for hashmod action requires 'target_label' value"},
    {"target_label_missing",
     "relabel configuration for replace action requires 'target_label' value"},
    {"tracing_invalid_authorization_header",
     "authorization header configuration is not yet supported"},
    {"tracing_invalid_compression", "invalid compression type foo provided, valid options: gzip"},
    {"tracing_invalid_header",
     "x-prometheus-remote-write-version is a reserved header. It must not be changed"},
    {"tracing_missing_endpoint", "tracing endpoint must be set"},
    {"unknown_attr", "field consult_sd_configs not found in type config.ScrapeConfig"},
    {"unknown_global_attr", "field nonexistent_field not found in type config.plain"},
    {"uppercase", "relabel configuration for uppercase action requires 'target_label' value"},
    {"uppercase3", "'replacement' can not be set for uppercase action"},
    {"url_in_targetgroup", R"("http://bad" is not a valid hostname)"},
    {"uyuni_no_server", "Uyuni SD configuration requires server host"},
    {"uyuni_token_file", "at most one of bearer_token & bearer_token_file must be configured"},
};

// Files of which we do not know upstream's words: refused in our own.
constexpr BadFile kBadFilesInOurWords[] = {
    {"kubernetes_selectors_pod", "pod role supports only pod, node selectors"},
    {"oci_authentication_method", R"(unknown authentication method "invalid")"},
    {"outscale_no_secret", "one of secret_key & secret_key_file must be configured"},
    {"outscale_two_secrets", "at most one of secret_key & secret_key_file must be configured"},
    {"remote_write_queue_capacity_zero", "queue_config capacity must be greater than 0"},
    {"remote_write_queue_max_backoff_less_than_min",
     "queue_config max_backoff must not be less than min_backoff"},
    {"remote_write_queue_max_samples_per_send_zero",
     "queue_config max_samples_per_send must be greater than 0"},
    {"remote_write_queue_max_shards_zero", "queue_config max_shards must be greater than 0"},
    {"remote_write_queue_min_shards_greater_than_max",
     "queue_config min_shards (100) must not be greater than max_shards (10)"},
    {"remote_write_queue_min_shards_zero", "queue_config min_shards must be greater than 0"},
    {"tsdb_chunk_encoding_floats", R"(unsupported chunk encoding for floats "xor3")"},
    {"tsdb_chunk_encoding_floats_wrong_case", R"(unsupported chunk encoding for floats "XOR")"},
    {"tsdb_chunk_encoding_floats_wrong_case_xor2",
     R"(unsupported chunk encoding for floats "XOR2")"},
    {"tsdb_retention_percentage", "must be in the range [0, 100]"},
    {"tsdb_retention_percentage_negative", "must be in the range [0, 100]"},
    {"tsdb_retention_size", "units: invalid -1GB"},
    {"tsdb_retention_time", R"(not a valid duration string: "-1h")"},
    // Not a configuration but a target group.
    {"static_config", "field targets not found in type config.plain"},
};

TEST_F(Conformance, EveryBadFileIsRefusedInItsWords) {
  std::map<std::string, std::string> expected;
  for (const BadFile& file : kBadFiles) expected[file.name] = file.message;
  for (const BadFile& file : kBadFilesInOurWords) expected[file.name] = file.message;
  size_t count = 0;
  for (const std::string& name : Files("config", ".bad.yml")) {
    std::string message = ErrorOf("config/" + name);
    EXPECT_NE(message, "") << name << " was accepted";
    auto at = expected.find(name.substr(0, name.size() - std::string(".bad.yml").size()));
    if (at == expected.end()) {
      ADD_FAILURE() << name << " has no expected message; it says: " << message;
      continue;
    }
    EXPECT_NE(message.find(at->second), std::string::npos) << name << ": " << message;
    ++count;
  }
  fmt::print("{} bad files refused, {} in upstream's words\n", count, std::size(kBadFiles));
  EXPECT_EQ(count, expected.size());
}

TEST_F(Conformance, EveryGoodFileLoads) {
  size_t count = 0;
  for (const std::string& name : Files("config", ".good.yml")) {
    EXPECT_EQ(ErrorOf("config/" + name), "") << name;
    ++count;
  }
  for (const char* name :
       {"scrape_config_default_validation_mode.yml", "scrape_config_global_validation_mode.yml",
        "scrape_config_local_global_validation_mode.yml", "scrape_config_local_infer_escaping.yml",
        "scrape_config_local_validation_mode.yml", "otlp_empty.yml"}) {
    EXPECT_EQ(ErrorOf(std::string("config/") + name), "") << name;
    ++count;
  }
  fmt::print("{} good files loaded\n", count);
  EXPECT_GT(count, 50u);
}

TEST_F(Conformance, EveryExampleAndPromtoolConfigLoads) {
  size_t count = 0;
  for (const std::string& name : Files("examples", ".yml")) {
    // Files for other programs.
    if (name.rfind("prometheus", 0) != 0) continue;
    EXPECT_EQ(ErrorOf("examples/" + name), "") << name;
    ++count;
  }
  for (const std::string& name : Files("promtool", ".yml")) {
    bool is_config = name.find("config") != std::string::npos || EndsWith(name, ".good.yml") ||
                     name.find("sd-empty-region") != std::string::npos;
    if (!is_config || EndsWith(name, ".bad.yml") || EndsWith(name, ".rules.good.yml")) continue;
    EXPECT_EQ(ErrorOf("promtool/" + name), "") << name;
    ++count;
  }
  fmt::print("{} example files loaded\n", count);
}

TEST_F(Conformance, AgentModeRefusesWhatAnAgentHasNoUseFor) {
  LoadOptions agent{.agent_mode = true};
  auto says = [&](const char* name, const char* what) {
    std::string message = ErrorOf(std::string("config/") + name, agent);
    EXPECT_NE(message.find(what), std::string::npos) << name << ": " << message;
  };
  says("agent_mode.with_alert_manager.yml", "field alerting is not allowed in agent mode");
  says("agent_mode.with_alert_relabels.yml", "field alerting is not allowed in agent mode");
  says("agent_mode.with_rule_files.yml", "field rule_files is not allowed in agent mode");
  says("agent_mode.with_remote_reads.yml", "field remote_read is not allowed in agent mode");
  EXPECT_EQ(ErrorOf("config/agent_mode.without_remote_writes.yml", agent), "");
  EXPECT_EQ(ErrorOf("config/agent_mode.good.yml", agent), "");
}

TEST_F(Conformance, OtherRefusals) {
  auto says = [&](const char* name, const char* what) {
    std::string message = ErrorOf(std::string("config/") + name);
    EXPECT_NE(message.find(what), std::string::npos) << name << ": " << message;
  };
  says("config_with_deprecated_am_api_config.yml",
       "expected Alertmanager api version to be one of [v2] but got v1");
  says("otlp_allow_utf8.incompatible.yml",
       "OTLP translation strategy \"NoUTF8EscapingWithSuffixes\" is not "
       "allowed when UTF8 is disabled");
  says("otlp_no_translation.incompatible.yml",
       R"(OTLP translation strategy "NoTranslation" is not allowed when UTF8 is disabled)");
}

std::string RuleErrors(const std::string& path, const RuleFileOptions& options = {}) {
  Result<std::string> text = FileSystem::Local()->ReadFile(path);
  Result<RuleFile> file = LoadRuleFile(text.value_or(""), BaseName(path), options);
  return file.ok() ? "" : file.error().message();
}

TEST_F(Conformance, BadRuleFilesAreRefusedInUpstreamsWords) {
  const BadFile files[] = {
      {"duplicate_grp", "groupname: \"yolo\" is repeated in the same file"},
      {"record_and_alert", "only one of 'record' and 'alert' must be set"},
      {"no_rec_alert", "one of 'record' or 'alert' must be set"},
      {"noexpr", "field 'expr' must be set in rule"},
      {"invalid_record_name",
       "braces present in the recording rule name; should it be in expr?: "
       "strawberry{flavor=\"sweet\"}"},
      {"bad_field", "field annotation not found in type rulefmt.Rule"},
      {"invalid_label_name", "invalid label name: __name__"},
      {"record_and_for", "invalid field 'for' in recording rule"},
      {"record_and_keep_firing_for", "invalid field 'keep_firing_for' in recording rule"},
  };
  for (const BadFile& file : files) {
    std::string message =
        RuleErrors(JoinPath(Root(), std::string("rulefmt/") + file.name + ".bad.yaml"));
    EXPECT_NE(message.find(file.message), std::string::npos) << file.name << ": " << message;
  }
}

TEST_F(Conformance, GoodRuleFilesLoad) {
  size_t count = 0;
  for (const char* name :
       {"test.yaml", "test_aliases.yaml", "utf-8_annotation.good.yaml", "utf-8_lname.good.yaml"}) {
    EXPECT_EQ(RuleErrors(JoinPath(Root(), std::string("rulefmt/") + name)), "") << name;
    ++count;
  }
  RuleFileOptions legacy{.name_scheme = model::NameScheme::kLegacy};
  EXPECT_EQ(RuleErrors(JoinPath(Root(), "rulefmt/legacy_validation_annotation.good.yaml"), legacy),
            "");
  EXPECT_NE(RuleErrors(JoinPath(Root(), "rulefmt/legacy_validation_annotation.bad.yaml"), legacy)
                .find("invalid annotation name"),
            std::string::npos);
  for (const std::string& name : Files("rules", ".yaml")) {
    if (name == "invalid_rules.yaml") continue;
    EXPECT_EQ(RuleErrors(JoinPath(Root(), "rules/" + name)), "") << name;
    ++count;
  }
  fmt::print("{} rule files loaded\n", count);
  Result<RuleFile> multi =
      LoadRuleFile(ReadText(JoinPath(Root(), "rules/rules_multi_doc.yaml")), "multi.yaml");
  ASSERT_TRUE(multi.ok());
  EXPECT_EQ(multi->warnings.size(), 1u);
}

TEST_F(Conformance, TargetFilesLoadOrFailAsUpstream) {
  auto load = [&](const std::string& name) {
    return LoadTargetGroups(ReadText(JoinPath(Root(), "discovery/file/" + name)), name,
                            EndsWith(name, ".json"));
  };
  for (const char* name : {"valid.json", "valid.yml", "valid2.yml", "valid3.yml"}) {
    EXPECT_TRUE(load(name).ok()) << name << ": " << load(name).error().message();
  }
  for (const char* name : {"invalid_nil.json", "invalid_nil.yml"}) {
    Result<std::vector<TargetGroup>> groups = load(name);
    ASSERT_FALSE(groups.ok()) << name;
    EXPECT_NE(groups.error().message().find("nil target group item found"), std::string::npos)
        << groups.error().message();
  }
  std::string http = ReadText(JoinPath(Root(), "discovery/http/http_sd.good.json"));
  Result<std::vector<TargetGroup>> groups = LoadTargetGroups(http, "http_sd.good.json", true);
  ASSERT_TRUE(groups.ok()) << groups.error().message();
  EXPECT_FALSE(groups->empty());
}

}  // namespace
}  // namespace watchfire::config

#include "config/loader.h"

#include <filesystem>

#include "base/text.h"

namespace watchfire::config {
namespace {

Config MustLoad(std::string_view text, const LoadOptions& options = {},
                const std::string& filename = "dir/prometheus.yml") {
  Result<Config> config = LoadConfig(text, filename, options);
  EXPECT_TRUE(config.ok()) << config.error().message();
  return config.ok() ? *config : Config();
}

std::string ErrorOf(std::string_view text, const LoadOptions& options = {}) {
  Result<Config> config = LoadConfig(text, "f.yml", options);
  return config.ok() ? "no error" : config.error().message();
}

LoadOptions WithEnv(std::map<std::string, std::string> variables) {
  LoadOptions options;
  options.env = [variables](const std::string& name) -> std::optional<std::string> {
    auto at = variables.find(name);
    return at == variables.end() ? std::nullopt : std::optional<std::string>(at->second);
  };
  return options;
}

TEST(Loader, TakesAnEmptyFileAsAllDefaults) {
  EXPECT_EQ(MustLoad(""), Config());
  EXPECT_EQ(MustLoad("# nothing\n"), Config());
  EXPECT_EQ(MustLoad("global:\nruntime:\notlp:\nstorage:\nalerting:\n"), Config());
  EXPECT_EQ(Config().runtime.gogc, 75);
}

TEST(Loader, FillsInWhatAJobInherits) {
  Config config = MustLoad(
      "global:\n"
      "  scrape_interval: 15s\n"
      "  sample_limit: 7\n"
      "  body_size_limit: 1KB\n"
      "  scrape_failure_log_file: fail.log\n"
      "  convert_classic_histograms_to_nhcb: true\n"
      "scrape_configs:\n"
      "- job_name: a\n"
      "- {job_name: b, scrape_interval: 5s, sample_limit: 9, "
      "convert_classic_histograms_to_nhcb: false}\n");
  const ScrapeConfig& a = config.scrape_configs[0];
  EXPECT_EQ(a.scrape_interval_ms, 15'000);
  EXPECT_EQ(a.scrape_timeout_ms, 10'000);
  EXPECT_EQ(a.sample_limit, 7u);
  EXPECT_EQ(a.body_size_limit, 1024u);
  EXPECT_EQ(a.scrape_failure_log_file, "dir/fail.log");
  EXPECT_EQ(a.metrics_path, "/metrics");
  EXPECT_EQ(a.scheme, "http");
  EXPECT_TRUE(a.honor_timestamps);
  EXPECT_FALSE(a.honor_labels);
  EXPECT_TRUE(a.enable_compression);
  EXPECT_EQ(a.convert_classic_histograms_to_nhcb, true);
  EXPECT_EQ(a.scrape_native_histograms, false);
  EXPECT_EQ(a.metric_name_escaping_scheme, "allow-utf-8");
  EXPECT_EQ(a.scrape_protocols->front(), "OpenMetricsText1.0.0");
  const ScrapeConfig& b = config.scrape_configs[1];
  EXPECT_EQ(b.scrape_interval_ms, 5'000);
  EXPECT_EQ(b.scrape_timeout_ms, 5'000) << "no longer than the interval";
  EXPECT_EQ(b.sample_limit, 9u);
  EXPECT_EQ(b.convert_classic_histograms_to_nhcb, false);
}

TEST(Loader, ChoosesTheScrapeProtocols) {
  auto first = [](const char* text) {
    return MustLoad(text).scrape_configs[0].scrape_protocols->front();
  };
  EXPECT_EQ(first("scrape_configs: [{job_name: a, scrape_native_histograms: true}]"),
            "PrometheusProto");
  EXPECT_EQ(first("global: {scrape_native_histograms: true}\nscrape_configs: [{job_name: a}]"),
            "PrometheusProto");
  EXPECT_EQ(first("global: {scrape_protocols: [PrometheusText0.0.4]}\n"
                  "scrape_configs: [{job_name: a, scrape_native_histograms: true}]"),
            "PrometheusText0.0.4");
  EXPECT_EQ(ErrorOf("global: {scrape_protocols: []}"),
            "f.yml:1: scrape_protocols cannot be empty for global config");
  EXPECT_EQ(ScrapeProtocolHeader("PrometheusText0.0.4"), "text/plain;version=0.0.4");
  EXPECT_EQ(ScrapeProtocolHeader("prometheustext0.0.4"), "");
}

TEST(Loader, InfersTheEscapingScheme) {
  auto scheme = [](const char* text) {
    const ScrapeConfig job = MustLoad(text).scrape_configs[0];
    return job.metric_name_escaping_scheme;
  };
  EXPECT_EQ(scheme("scrape_configs: [{job_name: a, metric_name_validation_scheme: legacy}]"),
            "underscores");
  EXPECT_EQ(scheme("global: {metric_name_validation_scheme: legacy}\n"
                   "scrape_configs: [{job_name: a}]"),
            "underscores");
  EXPECT_EQ(scheme("global: {metric_name_escaping_scheme: dots}\nscrape_configs: [{job_name: a}]"),
            "dots");
  EXPECT_EQ(scheme("global: {metric_name_validation_scheme: legacy, "
                   "metric_name_escaping_scheme: values}\n"
                   "scrape_configs: [{job_name: a, metric_name_validation_scheme: utf8}]"),
            "allow-utf-8");
}

TEST(Loader, ReportsEveryUnknownKeyWithItsLine) {
  EXPECT_EQ(ErrorOf("global:\n  scrape_intervall: 15s\n"
                    "scrape_configs:\n- job_name: a\n  metrics_pat: /m\n"
                    "  static_configs:\n  - target: ['x:1']\n"
                    "rule_file: [a]\n"),
            "f.yml:2: field scrape_intervall not found in type config.plain\n"
            "f.yml:5: field metrics_pat not found in type config.ScrapeConfig\n"
            "f.yml:7: field target not found in type targetgroup.Group\n"
            "f.yml:8: field rule_file not found in type config.plain");
}

TEST(Loader, ReportsRepeatedKeysAndWrongTypes) {
  EXPECT_EQ(ErrorOf("global:\n  scrape_interval: 1m\n  scrape_interval: 2m\n"),
            "f.yml:3: field scrape_interval already set in type config.plain");
  EXPECT_EQ(ErrorOf("global: {external_labels: {a: b, a: c}}\n"),
            "f.yml:1: key \"a\" already set in map");
  EXPECT_EQ(ErrorOf("scrape_configs:\n- job_name: [a]\n  honor_labels: perhaps\n"
                    "  sample_limit: many\n  params: {a: {b: c}}\n"),
            "f.yml:2: cannot unmarshal !!seq into string\n"
            "f.yml:3: cannot unmarshal !!str `perhaps` into bool\n"
            "f.yml:4: cannot unmarshal !!str `many` into uint\n"
            "f.yml:5: cannot unmarshal !!map into []string");
  EXPECT_EQ(ErrorOf("just a text\n"),
            "f.yml:1: cannot unmarshal !!str `just a ...` into config.plain");
  EXPECT_EQ(ErrorOf("scrape_configs: {}\n"),
            "f.yml:1: cannot unmarshal !!map into []scrape_configs");
  EXPECT_EQ(ErrorOf("scrape_configs: [a]\n"),
            "f.yml:1: cannot unmarshal !!str `a` into config.ScrapeConfig");
  EXPECT_EQ(ErrorOf("global: {scrape_interval: 15}\n"),
            "f.yml:1: not a valid duration string: \"15\"");
  EXPECT_EQ(ErrorOf("global: {scrape_interval: 15 s}\n"),
            "f.yml:1: unknown unit \" s\" in duration \"15 s\"");
}

TEST(Loader, BoundsWhatItReports) {
  std::string text = "global:\n";
  for (int i = 0; i < 1000; ++i) text += fmt::format("  unknown_{}: 1\n", i);
  std::string message = ErrorOf(text);
  EXPECT_LT(message.size(), 3000u);
  EXPECT_NE(message.find("and 980 more errors"), std::string::npos);
}

TEST(Loader, ReportsOneMistakeOnce) {
  // The unknown key is the cause; that the job has no name is a consequence.
  EXPECT_EQ(ErrorOf("scrape_configs:\n- jobname: a\n"),
            "f.yml:2: field jobname not found in type config.ScrapeConfig");
}

TEST(Loader, NamesTheLineOfWhatMakesNoSense) {
  EXPECT_EQ(ErrorOf("\n\nscrape_configs:\n- job_name: a\n- job_name: b\n- job_name: a\n"),
            "f.yml:6: found multiple scrape configs with job name \"a\"");
  EXPECT_EQ(ErrorOf("rule_files:\n- a.yml\n- 'b/*/c.yml'\n"),
            "f.yml:3: invalid rule file path \"b/*/c.yml\"");
  EXPECT_EQ(ErrorOf("global:\n  scrape_interval: 5s\n  scrape_timeout: 6s\n"),
            "f.yml:2: global scrape timeout greater than scrape interval");
}

TEST(Loader, NamesTheLineOfBrokenYaml) {
  EXPECT_EQ(ErrorOf("global:\n\tscrape_interval: 1m\n"),
            "f.yml:2:1: tab character may not be used as indentation");
  EXPECT_EQ(ErrorOf("global: \"\xff\"\n"), "f.yml:1:1: invalid UTF-8");
  EXPECT_EQ(ErrorOf("global: [\n"), "f.yml:2:1: flow sequence without a closing bracket");
  EXPECT_NE(ErrorOf(std::string(5000, '[')).find("nested deeper"), std::string::npos);
}

TEST(Loader, TakesNullItemsAsMistakes) {
  EXPECT_EQ(ErrorOf("scrape_configs:\n  - job_name: a\n  -\n"),
            "f.yml:3: empty or null scrape config section");
  EXPECT_EQ(ErrorOf("scrape_configs:\n- job_name: a\n  dns_sd_configs:\n    -\n"),
            "f.yml:4: empty or null section in dns_sd_configs");
}

TEST(Loader, TakesNullScalarsAsZero) {
  Config config = MustLoad(
      "scrape_configs:\n- job_name: a\n  honor_timestamps:\n  scrape_interval:\n  params:\n"
      "  relabel_configs:\n  - {target_label: x, regex: }\n");
  EXPECT_FALSE(config.scrape_configs[0].honor_timestamps);
  EXPECT_EQ(config.scrape_configs[0].scrape_interval_ms, 60'000);
  EXPECT_EQ(config.scrape_configs[0].relabel_configs[0].regex_text, "");
}

TEST(Loader, ReadsYaml11Booleans) {
  Config config =
      MustLoad("scrape_configs: [{job_name: a, honor_labels: yes, honor_timestamps: off}]");
  EXPECT_TRUE(config.scrape_configs[0].honor_labels);
  EXPECT_FALSE(config.scrape_configs[0].honor_timestamps);
}

TEST(Loader, ExpandsVariablesInExternalLabelsAlone) {
  Config config = MustLoad(
      "global:\n  external_labels:\n    foo: ${TEST}\n    baz: foo${TEST}bar\n"
      "    qux: foo$${TEST}\n    xyz: foo$$bar\n    gone: $MISSING\n    short: $TEST-x\n"
      "scrape_configs: [{job_name: '$TEST'}]\n",
      WithEnv({{"TEST", "value"}}));
  EXPECT_EQ(config.global.external_labels, model::Labels::Of({{"foo", "value"},
                                                              {"baz", "foovaluebar"},
                                                              {"qux", "foo${TEST}"},
                                                              {"xyz", "foo$bar"},
                                                              {"short", "value-x"}}));
  EXPECT_EQ(config.scrape_configs[0].job_name, "$TEST");
  ASSERT_EQ(config.warnings.size(), 1u);
  EXPECT_NE(config.warnings[0].find("MISSING"), std::string::npos);
}

TEST(Loader, ReadsGogcFromTheEnvironment) {
  EXPECT_EQ(MustLoad("", WithEnv({{"GOGC", "off"}})).runtime.gogc, -1);
  EXPECT_EQ(MustLoad("", WithEnv({{"GOGC", "50"}})).runtime.gogc, 50);
  EXPECT_EQ(MustLoad("runtime: {gogc: 10}", WithEnv({{"GOGC", "50"}})).runtime.gogc, 10);
}

TEST(Loader, ResolvesPathsAgainstTheDirectoryOfTheFile) {
  Config config = MustLoad(
      "global: {query_log_file: query.log}\n"
      "rule_files: [a.yml, 'sub/*.yml', /abs/b.yml, ../up.yml]\n"
      "scrape_configs:\n- job_name: a\n  basic_auth: {username: u, password_file: pw}\n"
      "  tls_config: {ca_file: ca.pem}\n"
      "  http_headers: {X: {files: [h]}}\n"
      "  file_sd_configs: [{files: ['targets/*.json']}]\n",
      {}, "etc/prometheus.yml");
  EXPECT_EQ(config.global.query_log_file, "etc/query.log");
  EXPECT_EQ(config.rule_files,
            (std::vector<std::string>{"etc/a.yml", "etc/sub/*.yml", "/abs/b.yml", "up.yml"}));
  const ScrapeConfig& job = config.scrape_configs[0];
  EXPECT_EQ(job.http_client.basic_auth->password_file, "etc/pw");
  EXPECT_EQ(job.http_client.tls_config.ca_file, "etc/ca.pem");
  EXPECT_EQ(job.http_client.http_headers.at("X").files[0], "etc/h");
  EXPECT_EQ(job.discovery.file_sd_configs[0].files[0], "etc/targets/*.json");
  // A file in the working directory needs no prefix.
  EXPECT_EQ(MustLoad("rule_files: [a.yml]", {}, "prometheus.yml").rule_files[0], "a.yml");
}

TEST(Loader, FoldsBearerTokensIntoAuthorization) {
  Config config = MustLoad("scrape_configs: [{job_name: a, bearer_token: t}]");
  const HttpClientConfig& http = config.scrape_configs[0].http_client;
  ASSERT_TRUE(http.authorization.has_value());
  EXPECT_EQ(http.authorization->type, "Bearer");
  EXPECT_EQ(http.authorization->credentials.reveal(), "t");
  EXPECT_TRUE(http.bearer_token.empty());
}

TEST(Loader, ChecksHttpOptions) {
  auto job = [](const std::string& options) {
    return ErrorOf("scrape_configs: [{job_name: a, " + options + "}]");
  };
  EXPECT_EQ(job("authorization: {type: Basic}"),
            "f.yml:1: authorization type cannot be set to \"basic\", use \"basic_auth\" instead");
  EXPECT_EQ(job("oauth2: {token_url: u}"), "f.yml:1: oauth2 client_id must be configured");
  EXPECT_EQ(job("oauth2: {client_id: i}"), "f.yml:1: oauth2 token_url must be configured");
  EXPECT_EQ(job("tls_config: {cert_file: c}"),
            "f.yml:1: exactly one of key or key_file must be configured when a client certificate "
            "is configured");
  EXPECT_EQ(job("tls_config: {min_version: TLS9}"), "f.yml:1: unknown TLS version: TLS9");
  EXPECT_EQ(job("no_proxy: x"),
            "f.yml:1: if no_proxy is configured, proxy_url must also be configured");
  EXPECT_EQ(job("http_headers: {x-amz-date: {values: [a]}}"),
            "f.yml:1: setting header \"X-Amz-Date\" is not allowed");
  EXPECT_EQ(job("proxy_url: '://x'"), "f.yml:1: parse \"://x\": missing protocol scheme");
  EXPECT_EQ(job("basic_auth: {username: a, username_file: b}"),
            "f.yml:1: at most one of basic_auth username, username_file & username_ref must be "
            "configured");
}

TEST(Loader, TakesABearerHeaderOfRemoteWriteAsAuthorizationAndWarns) {
  Config config = MustLoad(
      "remote_write:\n- url: https://u:p@example.com/w\n  headers:\n"
      "    Authorization: Bearer abc\n    X-Scope: t\n");
  const RemoteWriteConfig& write = config.remote_write[0];
  EXPECT_EQ(write.http_client.authorization->credentials.reveal(), "abc");
  EXPECT_EQ(write.headers, (std::map<std::string, std::string>{{"X-Scope", "t"}}));
  ASSERT_EQ(config.warnings.size(), 1u);
  EXPECT_EQ(config.warnings[0].find("abc"), std::string::npos);
  EXPECT_EQ(ConfigToYaml(config).find("abc"), std::string::npos);
  EXPECT_NE(ErrorOf("remote_write: [{url: x, basic_auth: {username: u}, headers: "
                    "{Authorization: Bearer abc}}]")
                .find("authorization header must be changed via"),
            std::string::npos);
}

TEST(Loader, ReadsRetentionInBothForms) {
  auto retention = [](const char* text) { return *MustLoad(text).storage.tsdb->retention; };
  EXPECT_EQ(retention("storage: {tsdb: {retention: {time: 7d, size: 1GB}}}").time_ms, 604'800'000);
  EXPECT_EQ(retention("storage: {tsdb: {retention.time: 7d}}").time_ms, 604'800'000);
  EXPECT_EQ(retention("storage: {tsdb: {retention.size: 1GB}}").size, 1u << 30);
  EXPECT_EQ(ErrorOf("storage: {tsdb: {retention.percentage: 101}}"),
            "f.yml:1: 'storage.tsdb.retention.percentage' must be in the range [0, 100]");
  EXPECT_FALSE(MustLoad("storage: {tsdb: {out_of_order_time_window: 1h}}")
                   .storage.tsdb->retention.has_value());
}

TEST(Loader, NumbersStaticGroupsByTheirPlace) {
  Config config = MustLoad(
      "scrape_configs: [{job_name: a, static_configs: [{targets: [x]}, {targets: [y], labels: {l: "
      "v}}]}]");
  const auto& groups = config.scrape_configs[0].discovery.static_configs;
  EXPECT_EQ(groups[0].source, "0");
  EXPECT_EQ(groups[1].source, "1");
  EXPECT_EQ(groups[1].labels.at("l"), "v");
}

TEST(Loader, FollowsAnchorsAndMergeKeys) {
  Config config = MustLoad(
      "scrape_configs:\n- &base\n  job_name: a\n  scrape_interval: 5s\n- <<: *base\n  job_name: "
      "b\n");
  EXPECT_EQ(config.scrape_configs[1].job_name, "b");
  EXPECT_EQ(config.scrape_configs[1].scrape_interval_ms, 5'000);
}

class LoaderFiles : public testing::Test {
 protected:
  LoaderFiles() {
    char name[] = "/tmp/watchfire_config_XXXXXX";
    directory_ = mkdtemp(name);
  }
  ~LoaderFiles() override { std::filesystem::remove_all(directory_); }
  void Write(const std::string& name, std::string_view text) {
    std::string path = JoinPath(directory_, name);
    ASSERT_TRUE(FileSystem::Local()->CreateDirectories(DirName(path)).ok());
    ASSERT_TRUE(FileSystem::Local()->WriteFileAtomically(path, text).ok());
  }
  std::vector<std::string> Glob(const std::string& pattern) {
    auto paths = ExpandGlob(JoinPath(directory_, pattern), *FileSystem::Local());
    EXPECT_TRUE(paths.ok());
    std::vector<std::string> names;
    for (const std::string& path : *paths) names.push_back(path.substr(directory_.size() + 1));
    return names;
  }
  std::string directory_;
};

TEST_F(LoaderFiles, GlobsMatchTheLastSegment) {
  using Names = std::vector<std::string>;
  for (const char* name : {"a.yml", "b.yml", "c.json", "sub/d.yml", ".hidden.yml"}) Write(name, "");
  EXPECT_EQ(Glob("a.yml"), (Names{"a.yml"}));
  EXPECT_EQ(Glob("none.yml"), Names{});
  EXPECT_EQ(Glob("*.json"), (Names{"c.json"}));
  EXPECT_EQ(Glob("[ab].yml"), (Names{"a.yml", "b.yml"}));
  EXPECT_EQ(Glob("?.yml"), (Names{"a.yml", "b.yml"}));
  EXPECT_EQ(Glob("sub/*"), (Names{"sub/d.yml"}));
  EXPECT_EQ(Glob("missing/*.yml"), Names{});
}

TEST_F(LoaderFiles, IncludesScrapeConfigFiles) {
  Write("jobs/one.yml",
        "scrape_configs:\n- job_name: one\n  tls_config: {ca_file: ca.pem}\n"
        "  static_configs: [{targets: ['h:1']}]\n");
  std::string main = JoinPath(directory_, "prometheus.yml");
  Config config = *LoadConfig(
      "global: {scrape_interval: 7s}\nscrape_config_files: ['jobs/*.yml']\n"
      "scrape_configs: [{job_name: zero}]\n",
      main);
  ASSERT_TRUE(LoadScrapeConfigFiles(config, *FileSystem::Local()).ok());
  ASSERT_EQ(config.scrape_configs.size(), 2u);
  const ScrapeConfig& job = config.scrape_configs[1];
  EXPECT_EQ(job.scrape_interval_ms, 7'000);
  EXPECT_EQ(job.http_client.tls_config.ca_file, JoinPath(directory_, "jobs/ca.pem"));
  EXPECT_EQ(job.discovery.static_configs[0].source, "0");
}

TEST_F(LoaderFiles, LeavesTheConfigAloneWhenAnIncludedFileIsBad) {
  Write("a.yml", "scrape_configs: [{job_name: a}]\n");
  Write("b.yml", "scrape_configs:\n- job_name: b\n- job_name: a\n");
  Config config = *LoadConfig("scrape_config_files: ['*.yml']\n", JoinPath(directory_, "p.conf"));
  Config before = config;
  Result<void> result = LoadScrapeConfigFiles(config, *FileSystem::Local());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message(),
            JoinPath(directory_, "b.yml") +
                ":3: found multiple scrape configs with job name \"a\", first found in " +
                GoQuote(JoinPath(directory_, "a.yml")));
  EXPECT_EQ(config, before);
  Write("c.yml", "rule_files: [x]\n");
  Write("b.yml", "");
  EXPECT_NE(LoadScrapeConfigFiles(config, *FileSystem::Local())
                .error()
                .message()
                .find("c.yml:1: field rule_files not found in type config.ScrapeConfigs"),
            std::string::npos);
}

TEST(Url, HidesPasswordsAndNothingElse) {
  auto redacted = [](const char* text) { return Url{text}.Redacted(); };
  EXPECT_EQ(redacted("http://user:secret@host:80/p?q=a:b@c"),
            "http://user:xxxxx@host:80/p?q=a:b@c");
  EXPECT_EQ(redacted("http://user@host/"), "http://user@host/");
  EXPECT_EQ(redacted("http://host:80/a@b"), "http://host:80/a@b");
  EXPECT_EQ(redacted("http://u:p@ss@host"), "http://u:xxxxx@host");
  EXPECT_EQ(redacted("host:9090"), "host:9090");
  EXPECT_EQ(redacted("http://u:pw@"), "http://u:xxxxx@");
}

TEST(Url, SplitsAddresses) {
  UrlParts parts = *ParseUrl("HTTPS://u:p@[::1]:443/a?b#c");
  EXPECT_EQ(parts.scheme, "https");
  EXPECT_EQ(parts.userinfo, "u:p");
  EXPECT_EQ(parts.host, "[::1]:443");
  EXPECT_EQ(parts.path, "/a?b#c");
  EXPECT_EQ(ParseUrl("localhost:9090")->scheme, "localhost");
  EXPECT_EQ(ParseUrl("1.2.3.4:9090").error().message(),
            "parse \"1.2.3.4:9090\": first path segment in URL cannot contain colon");
  EXPECT_EQ(ParseUrl("http://u:secret@h:x/").error().message(),
            "parse \"http://u:xxxxx@h:x/\": invalid port \":x\" after host");
  EXPECT_FALSE(ParseUrl("http://a b/").ok());
  EXPECT_FALSE(ParseUrl("http://a\n/").ok());
}

}  // namespace
}  // namespace watchfire::config

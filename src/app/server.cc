#include "app/server.h"

#include <algorithm>
#include <atomic>
#include <map>

#include "api/prometheus_api.h"
#include "api/query_request.h"
#include "api/rules_json.h"
#include "api/ui_assets.h"
#include "app/alerting_face.h"
#include "app/configuration.h"
#include "app/features.h"
#include "app/grafana_face.h"
#include "app/main_loop.h"
#include "app/pages.h"
#include "app/query_limits.h"
#include "app/storage_settings.h"
#include "app/web_address.h"
#include "base/log.h"
#include "base/text.h"
#include "client/process_collector.h"
#include "client/text_writer.h"
#include "discovery/manager.h"
#include "exporters/host_collector.h"
#include "net/http_server.h"
#include "remote/write_receiver.h"
#include "rules/manager.h"
#include "rules/notifier/notifier.h"
#include "scrape/manager.h"
#include "store/database.h"
#include "tsdb/db/db.h"

namespace watchfire::app {
namespace {

constexpr int64_t kStopDeadlineMs = 10'000;
// Queries have handlers of their own, so that a full load of them leaves the rest for health checks
// and pages. A few more than may run at once: bad ones are refused without waiting for a place.
constexpr size_t kHandlers = 8;
constexpr size_t kSpareQueryHandlers = 4;
constexpr uint16_t kDefaultPort = 9090;

}  // namespace

struct Server::Impl {
  explicit Impl(Flags flags_in)
      : flags(std::move(flags_in)),
        features(ReadFeatures(flags.List("enable-feature"))),
        start_time(clock.Now()) {}

  void AddOwnMetrics();
  void ConstructParts();
  api::Dependencies ApiDependencies();
  Result<void> StartWeb();
  Result<void> OpenData();
  void Apply(const Configuration& loaded);
  Result<Configuration> Load();
  Result<void> MakeAlerting();
  Result<void> MakeGrafana();
  void MakeDiscovery();
  Result<void> SetQueryLog(const std::string& path) { return engine->SetQueryLog(path, files); }
  // The rule that an alert comes from, as explanations show it.
  std::optional<api::RuleView> RuleOf(const model::Labels& labels) const;
  Result<void> MakeWriteReceiver();
  // The configuration that is in force; null before the first is applied.
  std::shared_ptr<const config::Config> Current() const {
    MutexLock lock(config_mutex);
    return config;
  }

  // In order of construction; destroyed in reverse.
  const Flags flags;
  const Features features;
  const Clock& clock = *Clock::System();
  FileSystem& files = *FileSystem::Local();
  const TimeMs start_time;
  std::string external_url;
  std::string prefix;

  std::atomic<bool> ready{false};
  std::atomic<bool> stopping{false};
  MainLoop loop;
  std::atomic<bool> reload_ok{true};
  std::atomic<TimeMs> reload_time{0};
  mutable Mutex config_mutex;
  std::shared_ptr<const config::Config> config GUARDED_BY(config_mutex);
  uint64_t config_digest = 0;    // main thread only
  uint64_t alerting_digest = 0;  // main thread only

  client::Registry registry;
  std::unique_ptr<ThreadPool> workers;
  std::unique_ptr<ThreadPool> shards;
  std::unique_ptr<ThreadPool> handlers;
  std::unique_ptr<ThreadPool> query_handlers;
  std::unique_ptr<promql::Engine> engine;
  const std::shared_ptr<tsdb::ReplayProgress> replay = std::make_shared<tsdb::ReplayProgress>();
  tsdb::DbOptions db_options;
  std::unique_ptr<tsdb::Db> db;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<remote::WriteReceiver> write_receiver;
  std::unique_ptr<AlertingFace> alerting;
  alerting::LoadedConfig initial_alerting;  // what Make checked and Start applies
  std::unique_ptr<rules::Notifier> notifier;
  std::unique_ptr<rules::Manager> rules;
  std::unique_ptr<scrape::Manager> scrape;
  GrafanaSettings grafana_settings;  // what Make read and Start builds with
  std::unique_ptr<GrafanaFace> grafana;
  std::unique_ptr<discovery::Manager> discovery;
  std::unique_ptr<discovery::Manager> alertmanagers;  // discovery of those outside
  std::unique_ptr<exporters::HostCollector> host;
  std::unique_ptr<api::UiPages> pages;
  std::unique_ptr<api::PrometheusApi> api;
  std::unique_ptr<net::HttpServer> web;
};

void Server::Impl::AddOwnMetrics() {
  client::ProcessCollector::Register(registry);
  registry
      .AddGauge("prometheus_build_info", "A constant 1 with the version and build of this program.",
                {{"branch", ""},
                 {"goarch", "amd64"},
                 {"goos", "linux"},
                 {"goversion", ""},
                 {"revision", ""},
                 {"tags", ""},
                 {"version", std::string(kCompatibleVersion)}})
      .Set(1);
  registry
      .AddGauge("watchfire_build_info", "A constant 1 with the version of this program.",
                {{"version", std::string(kVersion)}})
      .Set(1);
  registry.AddCallback("prometheus_ready", "Whether the server is ready (1) or not (0).",
                       client::MetricKind::kGauge, [this] { return ready ? 1.0 : 0.0; });
  registry.AddCallback("prometheus_config_last_reload_successful",
                       "Whether the last configuration reload attempt was successful.",
                       client::MetricKind::kGauge, [this] { return reload_ok ? 1.0 : 0.0; });
  registry.AddCallback("prometheus_config_last_reload_success_timestamp_seconds",
                       "Timestamp of the last successful configuration reload.",
                       client::MetricKind::kGauge, [this] { return ToSeconds(reload_time); });
  registry.AddCallback("watchfire_engine_query_memory_bytes",
                       "Memory that running queries and unsent answers are counted with.",
                       client::MetricKind::kGauge,
                       [this] { return static_cast<double>(engine->memory_in_use()); });
}

void Server::Impl::ConstructParts() {
  AddOwnMetrics();
  auto concurrency =
      static_cast<size_t>(std::clamp<int64_t>(flags.Int("query.max-concurrency"), 1, 256));
  workers = std::make_unique<ThreadPool>("work", 0);
  // Not the same: a scrape must not wait until a part of a heavy query is done.
  shards = std::make_unique<ThreadPool>("shard", 0);
  handlers = std::make_unique<ThreadPool>("http", kHandlers);
  query_handlers = std::make_unique<ThreadPool>("query", concurrency + kSpareQueryHandlers);
  engine = std::make_unique<promql::Engine>(ReadEngineOptions(flags, features), shards.get(),
                                            &registry, &clock);
  host = std::make_unique<exporters::HostCollector>();
  rules::NotifierOptions sending;
  sending.queue_capacity = static_cast<size_t>(
      std::max<int64_t>(1, flags.Int("alertmanager.notification-queue-capacity")));
  sending.batch_size =
      static_cast<size_t>(std::max<int64_t>(1, flags.Int("alertmanager.notification-batch-size")));
  sending.drain_on_shutdown = flags.Bool("alertmanager.drain-notification-queue-on-shutdown");
  sending.user_agent = fmt::format("Prometheus/{}", kCompatibleVersion);
  sending.clock = &clock;
  sending.registry = &registry;
  notifier = std::make_unique<rules::Notifier>(std::move(sending));
  rules::ManagerOptions evaluating;
  evaluating.parse = features.parse;
  evaluating.registry = &registry;
  evaluating.services.engine = engine.get();
  evaluating.services.clock = &clock;
  evaluating.services.external_url = external_url;
  evaluating.services.resend_delay_ms = flags.DurationMs("rules.alert.resend-delay");
  evaluating.services.outage_tolerance_ms = flags.DurationMs("rules.alert.for-outage-tolerance");
  evaluating.services.grace_period_ms = flags.DurationMs("rules.alert.for-grace-period");
  if (features.concurrent_rule_eval) {
    evaluating.max_concurrent_evals =
        static_cast<size_t>(std::max<int64_t>(0, flags.Int("rules.max-concurrent-evals")));
  }
  rules = std::make_unique<rules::Manager>(std::move(evaluating));
}

Result<void> Server::Impl::MakeAlerting() {
  AlertingSettings settings =
      TRY(ReadAlertingSettings(flags, "alertmanager.", flags.String("storage.tsdb.path")));
  AlertingFace::Dependencies deps;
  deps.clock = &clock;
  deps.files = &files;
  deps.registry = &registry;
  deps.handlers = handlers.get();
  deps.reload = [this] { return loop.RequestReload(); };
  deps.rule = [this](const model::Labels& labels) { return RuleOf(labels); };
  deps.start_time = start_time;
  alerting = std::make_unique<AlertingFace>(std::move(settings), std::move(deps));
  return {};
}

Result<void> Server::Impl::MakeGrafana() {
  GrafanaFace::Dependencies deps;
  deps.clock = &clock;
  deps.files = &files;
  deps.registry = &registry;
  deps.handlers = handlers.get();
  deps.query_handlers = query_handlers.get();
  deps.database = database.get();
  deps.flush_log = alerting->deliveries();
  deps.engine = engine.get();
  deps.storage = [this]() -> storage::Queryable* { return ready ? db.get() : nullptr; };
  deps.appender = [this] {
    return ready ? db->NewAppender() : std::unique_ptr<storage::Appender>();
  };
  deps.scrape = [this]() -> const scrape::Manager* { return ready ? scrape.get() : nullptr; };
  deps.scrape_interval_ms = [this] {
    std::shared_ptr<const config::Config> current = Current();
    return current ? current->global.scrape_interval_ms : int64_t{15'000};
  };
  deps.alerting_path = JoinPath(db_options.path, "grafana-alerting");
  deps.key_file = JoinPath(db_options.path, "watchfire.key");
  deps.own_addresses = OwnAddresses(web->ports());
  deps.own_prefix = prefix;
  deps.prometheus = [this](net::Router& router) { api->Register(router); };
  deps.others = [this](net::Router& router) { alerting->Register(router); };
  deps.long_paths = api::LongPaths();
  grafana = std::make_unique<GrafanaFace>(std::move(grafana_settings), std::move(deps));
  return grafana->Open();
}

std::optional<api::RuleView> Server::Impl::RuleOf(const model::Labels& labels) const {
  std::optional<rules::AlertOrigin> origin = rules->FindAlert(labels);
  if (!origin) return std::nullopt;
  const rules::RuleSpec& spec = *origin->rule.spec;
  api::RuleView view;
  view.group = origin->group->name;
  view.file = origin->group->file;
  view.name = spec.name;
  view.query = spec.query;
  view.state = "inactive";
  view.for_seconds = ToSeconds(spec.for_ms);
  view.health = rules::HealthText(origin->rule.health);
  view.last_error = origin->rule.last_error;
  if (origin->alert) {
    view.state = rules::AlertStateText(origin->alert->state);
    view.active_at = origin->alert->active_at;
    view.value = api::ExponentText(origin->alert->value);
  }
  if (spec.threshold) {
    view.threshold = {spec.threshold->left, spec.threshold->op, spec.threshold->value};
  }
  return view;
}

Result<void> Server::Impl::MakeWriteReceiver() {
  if (!flags.Bool("web.enable-remote-write-receiver")) return {};
  remote::WriteReceiverOptions options;
  options.accepted = TRY(remote::ParseAcceptedMessages(
      flags.List("web.remote-write-receiver.accepted-protobuf-messages")));
  options.storage = [this] { return db.get(); };
  options.registry = &registry;
  options.clock = &clock;
  write_receiver = std::make_unique<remote::WriteReceiver>(std::move(options));
  return {};
}

api::Dependencies Server::Impl::ApiDependencies() {
  api::Dependencies deps;
  deps.engine = engine.get();
  deps.database = [this] { return db.get(); };
  deps.scrape = [this] { return scrape.get(); };
  deps.rules = rules.get();
  deps.notifier = notifier.get();
  deps.write_receiver = write_receiver.get();
  if (features.exemplar_storage) {
    deps.select_exemplars = [this](TimeMs mint, TimeMs maxt,
                                   const std::vector<model::Matchers>& sets) {
      std::vector<api::ExemplarSeries> out;
      for (head::SeriesExemplars& series : db->SelectExemplars(mint, maxt, sets)) {
        out.push_back({std::move(series.labels), std::move(series.exemplars)});
      }
      return Result<std::vector<api::ExemplarSeries>>(std::move(out));
    };
  }
  deps.admin_enabled = flags.Bool("web.enable-admin-api");
  deps.replay = replay.get();
  deps.registry = &registry;
  deps.clock = &clock;
  deps.ready = &ready;
  deps.stopping = &stopping;
  deps.external_url = external_url;
  deps.cors_origin = flags.String("web.cors.origin");
  deps.host_metrics = [this] { return client::WriteText(host->Collect()); };
  deps.external_labels = [this] {
    std::shared_ptr<const config::Config> current = Current();
    return current ? current->global.external_labels : model::Labels();
  };
  deps.evaluation_interval_ms = [this] {
    std::shared_ptr<const config::Config> current = Current();
    return current ? current->global.evaluation_interval_ms : int64_t{60'000};
  };
  deps.status.config_yaml = [this] {
    std::shared_ptr<const config::Config> current = Current();
    return current ? config::ConfigToYaml(*current) : std::string();
  };
  deps.status.reload_success = [this] { return reload_ok.load(); };
  deps.status.last_reload = [this] { return reload_time.load(); };
  deps.status.retention = [this] { return RetentionText(ReadRetention(flags, Current().get())); };
  deps.status.flags = flags.AsTexts();
  deps.status.start_time = start_time;
  deps.status.build.version = std::string(kCompatibleVersion);
  deps.lifecycle.enabled = flags.Bool("web.enable-lifecycle");
  deps.lifecycle.reload = [this] { return loop.RequestReload(); };
  deps.lifecycle.quit = [this] { loop.RequestQuit(); };
  return deps;
}

Result<void> Server::Impl::StartWeb() {
  net::ServerOptions options;
  options.listen_addresses = flags.List("web.listen-address");
  options.web_config_file = flags.String("web.config.file");
  options.route_prefix = prefix.empty() ? "/" : prefix;
  options.read_timeout_ms = flags.DurationMs("web.read-timeout");
  options.max_connections =
      static_cast<size_t>(std::max<int64_t>(1, flags.Int("web.max-connections")));
  options.long_handlers = query_handlers.get();
  options.long_paths = api::LongPaths();
  net::Router router;
  api = std::make_unique<api::PrometheusApi>(ApiDependencies());
  api->Register(router);
  alerting->Register(router);
  pages = std::make_unique<api::UiPages>(prefix);
  pages->Register(router, kPages);
  web = TRY(
      net::HttpServer::Start(std::move(options), std::move(router), *handlers, &registry, &clock));
  for (size_t i = 0; i < web->ports().size(); ++i) {
    WF_LOG(kInfo, "Listening on", {"component", "web"},
           {"address", flags.List("web.listen-address")[i]}, {"port", web->ports()[i]},
           {"tls", web->tls()});
  }
  return {};
}

Result<void> Server::Impl::OpenData() {
  db_options.progress = replay;
  db_options.registry = &registry;
  db_options.clock = &clock;
  db_options.fs = &files;
  db = TRY(tsdb::Db::Open(db_options));
  auto active = promql::ActiveQueries::Open(
      JoinPath(db->path(), "queries.active"),
      static_cast<size_t>(std::max(engine->options().max_concurrency, 1)), files, &clock);
  if (!active.ok()) return active.error().With("queries.active");
  engine->TrackActive(std::move(*active));
  return {};
}

void Server::Impl::Apply(const Configuration& loaded) {
  for (const std::string& warning : loaded.config->warnings) {
    WF_LOG(kWarn, "Part of the configuration is taken otherwise than written", {"reason", warning});
  }
  engine->SetDefaultSubqueryStep(loaded.config->global.evaluation_interval_ms);
  discovery::Manager::Jobs jobs;
  for (const config::ScrapeConfig& job : loaded.config->scrape_configs) {
    jobs[job.job_name] = job.discovery;
  }
  discovery->ApplyConfig(jobs);
  alertmanagers->ApplyConfig(rules::Notifier::JobsOf(*loaded.config));
  db->SetRetention(ToDbRetention(ReadRetention(flags, loaded.config.get()), db->path()));
  db->SetOutOfOrderWindow(
      loaded.config->storage.tsdb ? loaded.config->storage.tsdb->out_of_order_time_window_ms : 0);
  db->SetMaxExemplars(ReadMaxExemplars(features, *loaded.config));
  config_digest = loaded.digest;
  MutexLock lock(config_mutex);
  config = loaded.config;
}

void Server::Impl::MakeDiscovery() {
  int64_t interval_ms = flags.DurationMs("scrape.discovery-reload-interval");
  discovery = std::make_unique<discovery::Manager>(
      discovery::Manager::Options{"scrape", interval_ms}, &registry, &clock,
      [this](const discovery::TargetSets& sets) { scrape->UpdateTargets(sets); });
  alertmanagers = std::make_unique<discovery::Manager>(
      discovery::Manager::Options{"notify", interval_ms}, &registry, &clock,
      [this](const discovery::TargetSets& sets) { notifier->UpdateTargets(sets); });
}

Result<Configuration> Server::Impl::Load() {
  LoadOptions options;
  options.extra_scrape_metrics = features.extra_scrape_metrics;
  return LoadConfiguration(flags.String("config.file"), options, files);
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
  Stop();
}

Result<std::unique_ptr<Server>> Server::Make(Flags flags) {
  auto impl = std::make_unique<Impl>(std::move(flags));
  impl->external_url = TRY(ExternalUrl(impl->flags.String("web.external-url"),
                                       impl->flags.List("web.listen-address"), kDefaultPort));
  const std::string& asked = impl->flags.String("web.route-prefix");
  impl->prefix =
      RoutePrefix(impl->external_url, impl->flags.IsSet("web.route-prefix") ? &asked : nullptr);
  if (impl->flags.Bool("agent")) return Error::Invalid("agent mode is not supported");
  auto origin = model::Regex::Compile(impl->flags.String("web.cors.origin"));
  if (!origin.ok()) return origin.error().With("--web.cors.origin");
  Configuration loaded = TRY(impl->Load());
  impl->ConstructParts();
  TRY(impl->rules->Load(*loaded.config, impl->files));
  TRY(impl->MakeAlerting());
  impl->initial_alerting = TRY(impl->alerting->Load());
  impl->grafana_settings = TRY(ReadGrafanaSettings(
      impl->flags, ProcessEnvironment(), impl->flags.String("storage.tsdb.path"), impl->files));
  TRY(impl->MakeWriteReceiver());
  impl->db_options = TRY(ReadStorageOptions(impl->flags, impl->features, *loaded.config));

  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Result<void> Server::Start() {
  Impl& it = *impl_;
  WF_LOG(kInfo, "Starting watchfire", {"version", kVersion},
         {"compatible_with", kCompatibleVersion});
  TRY(it.files.CreateDirectories(it.db_options.path));
  it.database = TRY(store::Database::Open(JoinPath(it.db_options.path, "watchfire.db")));
  TRY(it.alerting->Open(it.database.get()));
  TRY(it.alerting->Apply(it.initial_alerting));
  TRY(it.StartWeb());
  TRY(it.OpenData());
  scrape::ManagerOptions options;
  options.host = HostName();
  options.user_agent = fmt::format("Prometheus/{}", kCompatibleVersion);
  options.timestamp_tolerance_ms = it.flags.Bool("scrape.adjust-timestamps")
                                       ? it.flags.DurationMs("scrape.timestamp-tolerance")
                                       : 0;
  it.scrape = std::make_unique<scrape::Manager>(
      options, scrape::ManagerDependencies{it.db.get(), it.workers.get(), &it.registry, &it.clock});
  it.MakeDiscovery();
  it.notifier->AttachLocal(it.alerting->manager());
  it.rules->Attach(it.db.get(), it.db.get(), it.notifier.get());
  TRY(Reload());
  TRY(it.alerting->Listen(kAlertingPages));
  if (!it.grafana_settings.listen_addresses.empty()) {
    TRY(it.MakeGrafana());
    TRY(it.grafana->Listen(GrafanaPages()));
  }
  it.rules->Start();
  it.ready = true;
  if (it.grafana) it.grafana->Start();
  WF_LOG(kInfo, "Server is ready to receive web requests.", {"url", it.external_url});
  return {};
}

std::string Server::LocalUrl() const {
  const Impl& it = *impl_;
  return app::LocalUrl(it.web->tls(), it.flags.List("web.listen-address").front(),
                       it.web->ports().front(), it.prefix);
}

Result<void> Server::Reload() {
  Impl& it = *impl_;
  auto apply = [&]() -> Result<void> {
    Configuration loaded = TRY(it.Load());
    // Everything that can fail comes before anything that takes effect for good.
    auto groups = TRY(it.rules->Load(*loaded.config, it.files));
    Result<alerting::LoadedConfig> alerts = it.initial_alerting;
    if (it.ready) alerts = it.alerting->Load();
    if (!alerts.ok()) {
      it.alerting->manager()->ReportFailedReload();
      return alerts.error();
    }
    TRY(it.notifier->Check(*loaded.config));
    TRY(it.alerting->Check(*alerts));
    TRY(it.SetQueryLog(loaded.config->global.query_log_file));
    if (auto scraping = it.scrape->ApplyConfig(loaded.config); !scraping.ok()) {
      std::shared_ptr<const config::Config> former = it.Current();
      static_cast<void>(it.SetQueryLog(former ? former->global.query_log_file : "").ok());
      return scraping;
    }
    TRY(it.notifier->ApplyConfig(*loaded.config));
    if (it.ready) TRY(it.alerting->Apply(*alerts));
    it.rules->Replace(std::move(groups));
    it.Apply(loaded);
    it.alerting_digest = it.alerting->Digest();
    if (it.ready && it.grafana) it.grafana->Reload();
    return {};
  };
  Result<void> result = apply();
  it.reload_ok = result.ok();
  if (result.ok()) {
    it.reload_time = it.clock.Now();
    WF_LOG(kInfo, "Completed loading of configuration file",
           {"filename", it.flags.String("config.file")});
  } else {
    WF_LOG(kError, "Error reloading config", {"err", result.error()});
  }
  return result;
}

void Server::Wait() {
  Impl& it = *impl_;
  MainLoop::Callbacks callbacks;
  callbacks.reload = [this] { return Reload(); };
  if (it.flags.Bool("config.auto-reload")) {
    callbacks.interval_ms =
        std::max<int64_t>(it.flags.DurationMs("config.auto-reload-interval"), 1000);
    callbacks.changed = [&it] {
      Result<uint64_t> digest = ConfigurationDigest(it.flags.String("config.file"), it.files);
      bool changed = digest.ok() && *digest != it.config_digest;
      return changed || it.alerting->Digest() != it.alerting_digest;
    };
  }
  it.loop.Run(callbacks);
}

void Server::Stop() {
  Impl& it = *impl_;
  if (it.stopping.exchange(true)) return;
  it.ready = false;
  it.loop.Close();
  if (it.discovery) it.discovery->Stop();
  if (it.alertmanagers) it.alertmanagers->Stop();
  if (it.scrape) it.scrape->Stop();
  if (it.rules) it.rules->Stop();
  if (it.notifier) it.notifier->Stop();
  if (it.grafana) it.grafana->Stop();
  if (it.web) it.web->Stop(kStopDeadlineMs);
  if (it.alerting) it.alerting->Stop();
  if (it.db) {
    Result<void> closed = it.db->Close();
    if (!closed.ok()) WF_LOG(kError, "Error closing the storage", {"err", closed.error()});
  }
  WF_LOG(kInfo, "See you next time!");
}

}  // namespace watchfire::app

#include "app/server.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>

#include "api/prometheus_api.h"
#include "api/query_request.h"
#include "api/ui_assets.h"
#include "app/configuration.h"
#include "app/features.h"
#include "app/query_limits.h"
#include "app/storage_settings.h"
#include "base/log.h"
#include "base/text.h"
#include "client/process_collector.h"
#include "client/text_writer.h"
#include "discovery/manager.h"
#include "exporters/host_collector.h"
#include "net/http_server.h"
#include "net/url.h"
#include "remote/write_receiver.h"
#include "rules/manager.h"
#include "scrape/manager.h"
#include "tsdb/db/db.h"

namespace watchfire::app {
namespace {

constexpr int64_t kStopDeadlineMs = 10'000;
// Queries have handlers of their own, so that a full load of them leaves the rest for health checks
// and pages. A few more than may run at once: bad ones are refused without waiting for a place.
constexpr size_t kHandlers = 8;
constexpr size_t kSpareQueryHandlers = 4;
constexpr std::string_view kPages[] = {"/query",       "/targets", "/service-discovery",
                                       "/rules",       "/alerts",  "/status",
                                       "/tsdb-status", "/config",  "/flags"};

std::string HostName() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0) return "localhost";
  return name;
}

sigset_t HandledSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

// The URL under which others reach this server, without a trailing slash.
Result<std::string> ExternalUrl(const Flags& flags) {
  std::string text = flags.String("web.external-url");
  if (text.empty()) {
    const std::string& address = flags.List("web.listen-address").front();
    auto parts = net::SplitHostPort(address);
    text = fmt::format("http://{}:{}/", HostName(), parts.ok() ? parts->port : 9090);
  } else if (text.find("://") == std::string::npos) {
    text = "http://" + text;  // a bare host, as upstream takes it
  }
  auto url = net::Url::Parse(text);
  if (!url.ok()) return url.error().With("parse external URL {}", GoQuote(text));
  while (!text.empty() && text.back() == '/') text.pop_back();
  return text;
}

// "" or "/prefix", without a trailing slash.
std::string RoutePrefix(const Flags& flags, const std::string& external_url) {
  std::string prefix = flags.String("web.route-prefix");
  if (!flags.IsSet("web.route-prefix")) prefix = net::Url::Parse(external_url)->path;
  while (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
  if (!prefix.empty() && prefix[0] != '/') prefix = "/" + prefix;
  return prefix;
}

}  // namespace

void BlockSignals() {
  sigset_t set = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

struct Server::Impl {
  explicit Impl(Flags flags_in)
      : flags(std::move(flags_in)),
        features(ReadFeatures(flags.List("enable-feature"))),
        start_time(clock.Now()),
        wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Impl() { close(wake); }

  void AddOwnMetrics();
  void ConstructParts();
  api::Dependencies ApiDependencies();
  Result<void> StartWeb();
  Result<void> OpenData();
  void Apply(const Configuration& loaded);
  Result<Configuration> Load();
  void Wake(std::atomic<bool>& request);
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
  const int wake;  // eventfd: a handler or a signal wants the main thread
  std::string external_url;
  std::string prefix;

  std::atomic<bool> ready{false};
  std::atomic<bool> stopping{false};
  std::atomic<bool> reload_requested{false};
  std::atomic<bool> quit_requested{false};
  Mutex reload_mutex;
  CondVar reload_done;
  int64_t reloads GUARDED_BY(reload_mutex) = 0;
  Result<void> reload_result GUARDED_BY(reload_mutex);
  std::atomic<bool> reload_ok{true};
  std::atomic<TimeMs> reload_time{0};
  mutable Mutex config_mutex;
  std::shared_ptr<const config::Config> config GUARDED_BY(config_mutex);
  uint64_t config_digest = 0;  // main thread only

  client::Registry registry;
  std::unique_ptr<ThreadPool> workers;
  std::unique_ptr<ThreadPool> shards;
  std::unique_ptr<ThreadPool> handlers;
  std::unique_ptr<ThreadPool> query_handlers;
  std::unique_ptr<rules::Manager> rules;
  std::unique_ptr<promql::Engine> engine;
  const std::shared_ptr<tsdb::ReplayProgress> replay = std::make_shared<tsdb::ReplayProgress>();
  tsdb::DbOptions db_options;
  std::unique_ptr<tsdb::Db> db;
  std::unique_ptr<remote::WriteReceiver> write_receiver;
  std::unique_ptr<scrape::Manager> scrape;
  std::unique_ptr<discovery::Manager> discovery;
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
  rules = std::make_unique<rules::Manager>(features.parse);
  engine = std::make_unique<promql::Engine>(ReadEngineOptions(flags, features), shards.get(),
                                            &registry, &clock);
  host = std::make_unique<exporters::HostCollector>();
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
  deps.lifecycle.reload = [this]() -> Result<void> {
    MutexLock lock(reload_mutex);
    int64_t before = reloads;
    Wake(reload_requested);
    while (reloads == before && !stopping) reload_done.WaitFor(reload_mutex, 100);
    if (reloads == before) return Error::Unavailable("the server is shutting down");
    return reload_result;
  };
  deps.lifecycle.quit = [this] { Wake(quit_requested); };
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
  db->SetRetention(ToDbRetention(ReadRetention(flags, loaded.config.get()), db->path()));
  db->SetOutOfOrderWindow(
      loaded.config->storage.tsdb ? loaded.config->storage.tsdb->out_of_order_time_window_ms : 0);
  db->SetMaxExemplars(ReadMaxExemplars(features, *loaded.config));
  config_digest = loaded.digest;
  MutexLock lock(config_mutex);
  config = loaded.config;
}

Result<Configuration> Server::Impl::Load() {
  LoadOptions options;
  options.extra_scrape_metrics = features.extra_scrape_metrics;
  return LoadConfiguration(flags.String("config.file"), options, files);
}

void Server::Impl::Wake(std::atomic<bool>& request) {
  request = true;
  uint64_t one = 1;
  // A full counter means that a wake-up is pending already.
  [[maybe_unused]] ssize_t n = write(wake, &one, sizeof one);
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
  Stop();
}

Result<std::unique_ptr<Server>> Server::Make(Flags flags) {
  auto impl = std::make_unique<Impl>(std::move(flags));
  impl->external_url = TRY(ExternalUrl(impl->flags));
  impl->prefix = RoutePrefix(impl->flags, impl->external_url);
  if (impl->flags.Bool("agent")) return Error::Invalid("agent mode is not supported");
  auto origin = model::Regex::Compile(impl->flags.String("web.cors.origin"));
  if (!origin.ok()) return origin.error().With("--web.cors.origin");
  Configuration loaded = TRY(impl->Load());
  impl->ConstructParts();
  TRY(impl->rules->Load(*loaded.config, impl->files));
  TRY(impl->MakeWriteReceiver());
  impl->db_options = TRY(ReadStorageOptions(impl->flags, impl->features, *loaded.config));

  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Result<void> Server::Start() {
  Impl& it = *impl_;
  WF_LOG(kInfo, "Starting watchfire", {"version", kVersion},
         {"compatible_with", kCompatibleVersion});
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
  it.discovery = std::make_unique<discovery::Manager>(
      discovery::Manager::Options{"scrape",
                                  it.flags.DurationMs("scrape.discovery-reload-interval")},
      &it.registry, &it.clock,
      [&it](const discovery::TargetSets& sets) { it.scrape->UpdateTargets(sets); });
  TRY(Reload());
  it.ready = true;
  WF_LOG(kInfo, "Server is ready to receive web requests.", {"url", it.external_url});
  return {};
}

std::string Server::LocalUrl() const {
  const Impl& it = *impl_;
  auto address = net::SplitHostPort(it.flags.List("web.listen-address").front());
  std::string host = address.ok() ? address->host : "";
  if (host.empty() || host == "0.0.0.0" || host == "::") host = "localhost";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return fmt::format("{}://{}:{}{}", it.web->tls() ? "https" : "http", host,
                     it.web->ports().front(), it.prefix);
}

Result<void> Server::Reload() {
  Impl& it = *impl_;
  auto apply = [&]() -> Result<void> {
    Configuration loaded = TRY(it.Load());
    // Everything that can fail comes before anything that takes effect for good.
    auto groups = TRY(it.rules->Load(*loaded.config, it.files));
    TRY(it.engine->SetQueryLog(loaded.config->global.query_log_file, it.files));
    TRY(it.scrape->ApplyConfig(loaded.config));
    it.rules->Replace(std::move(groups));
    it.Apply(loaded);
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
  MutexLock lock(it.reload_mutex);
  ++it.reloads;
  it.reload_result = result;
  it.reload_done.NotifyAll();
  return result;
}

void Server::Wait() {
  Impl& it = *impl_;
  sigset_t set = HandledSignals();
  int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  WF_CHECK(signals >= 0);
  bool auto_reload = it.flags.Bool("config.auto-reload");
  int64_t interval_ms = std::max<int64_t>(it.flags.DurationMs("config.auto-reload-interval"), 1000);
  bool ending = false;
  while (!ending) {
    pollfd events[2] = {{signals, POLLIN, 0}, {it.wake, POLLIN, 0}};
    int n = poll(events, 2, auto_reload ? static_cast<int>(interval_ms) : -1);
    bool reload = it.reload_requested.exchange(false);
    if (n == 0 && auto_reload) {
      Result<uint64_t> digest = ConfigurationDigest(it.flags.String("config.file"), it.files);
      reload |= digest.ok() && *digest != it.config_digest;
    }
    uint64_t drained = 0;
    [[maybe_unused]] ssize_t ignored = read(it.wake, &drained, sizeof drained);
    signalfd_siginfo info{};
    while (read(signals, &info, sizeof info) == sizeof info) {
      if (info.ssi_signo == SIGHUP) {
        reload = true;
      } else {
        WF_LOG(kWarn, "Received an OS signal, exiting gracefully...",
               {"signal", strsignal(static_cast<int>(info.ssi_signo))});
        ending = true;
      }
    }
    if (it.quit_requested) {
      WF_LOG(kWarn, "Received termination request via web service, exiting gracefully...");
      ending = true;
    }
    // The result is logged, kept for whoever asked, and shown by a metric.
    if (reload && !ending) static_cast<void>(Reload().ok());
  }
  close(signals);
}

void Server::Stop() {
  Impl& it = *impl_;
  if (it.stopping.exchange(true)) return;
  it.ready = false;
  if (it.discovery) it.discovery->Stop();
  if (it.scrape) it.scrape->Stop();
  if (it.web) it.web->Stop(kStopDeadlineMs);
  if (it.db) {
    Result<void> closed = it.db->Close();
    if (!closed.ok()) WF_LOG(kError, "Error closing the storage", {"err", closed.error()});
  }
  WF_LOG(kInfo, "See you next time!");
}

}  // namespace watchfire::app

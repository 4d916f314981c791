#include "app/alerting_face.h"

#include <algorithm>

#include "app/web_address.h"
#include "base/log.h"
#include "base/text.h"

namespace watchfire::app {
namespace {

constexpr int64_t kStopDeadlineMs = 5'000;
constexpr uint16_t kDefaultPort = 9093;

// Names that are features of Alertmanager and mean nothing here, or are always on.
constexpr std::string_view kAcceptedFeatures[] = {
    "alert-names-in-metrics", "receiver-name-in-metrics", "group-key-in-metrics",
    "auto-gomemlimit",        "auto-gomaxprocs",          "event-recorder"};

Result<amconfig::MatcherSyntax> ReadSyntax(const std::vector<std::string>& lists) {
  bool classic = false;
  bool utf8 = false;
  for (const std::string& list : lists) {
    for (std::string_view name : Split(list, ',')) {
      if (name.empty()) continue;
      if (name == "classic-mode") {
        classic = true;
      } else if (name == "utf8-strict-mode") {
        utf8 = true;
      } else if (std::ranges::find(kAcceptedFeatures, name) == std::end(kAcceptedFeatures)) {
        return Error::Invalid("unknown feature flag {} of Alertmanager", GoQuote(name));
      }
    }
  }
  if (classic && utf8) {
    return Error::Invalid("cannot use both classic-mode and utf8-strict-mode");
  }
  using enum amconfig::MatcherSyntax;
  return classic ? kClassic : utf8 ? kUtf8 : kFallback;
}

Result<std::optional<alerting::ClusterOptions>> ReadCluster(const Flags& flags,
                                                            const std::string& p) {
  if (!flags.String(p + "cluster.tls-config").empty()) {
    return Error::Invalid("flag '--{}cluster.tls-config': TLS between peers is not supported", p);
  }
  alerting::ClusterOptions options;
  options.listen_address = flags.String(p + "cluster.listen-address");
  if (options.listen_address.empty()) return std::optional<alerting::ClusterOptions>();
  options.advertise_address = flags.String(p + "cluster.advertise-address");
  options.peer_name = flags.String(p + "cluster.peer-name");
  options.peers = flags.List(p + "cluster.peer");
  options.label = flags.String(p + "cluster.label");
  options.gossip_interval_ms = flags.DurationMs(p + "cluster.gossip-interval");
  options.pushpull_interval_ms = flags.DurationMs(p + "cluster.pushpull-interval");
  options.tcp_timeout_ms = flags.DurationMs(p + "cluster.tcp-timeout");
  options.probe_timeout_ms = flags.DurationMs(p + "cluster.probe-timeout");
  options.probe_interval_ms = flags.DurationMs(p + "cluster.probe-interval");
  options.settle_timeout_ms = flags.DurationMs(p + "cluster.settle-timeout");
  options.reconnect_interval_ms = flags.DurationMs(p + "cluster.reconnect-interval");
  options.reconnect_timeout_ms = flags.DurationMs(p + "cluster.reconnect-timeout");
  options.peers_resolve_timeout_ms = flags.DurationMs(p + "cluster.peers-resolve-timeout");
  options.allow_public_advertise =
      flags.Bool(p + "cluster.allow-insecure-public-advertise-address-discovery");
  return std::optional<alerting::ClusterOptions>(std::move(options));
}

size_t Count(const Flags& flags, const std::string& name) {
  return static_cast<size_t>(std::max<int64_t>(0, flags.Int(name)));
}

}  // namespace

Result<AlertingSettings> ReadAlertingSettings(const Flags& flags, const std::string& prefix,
                                              const std::string& data_path) {
  const std::string& p = prefix;
  AlertingSettings settings;
  settings.config_file = flags.String(p + "config.file");
  for (const std::string& address : flags.List(p + "web.listen-address")) {
    if (!address.empty()) settings.listen_addresses.push_back(address);
  }
  // A listener nobody asked for could take the port of the Alertmanager that is still running.
  bool unsaid = !flags.IsSet(p + "web.listen-address");
  if (unsaid && !p.empty() && !settings.config_file.empty()) {
    settings.listen_addresses = {fmt::format("0.0.0.0:{}", kDefaultPort)};
  }
  settings.web_config_file = flags.String(p + "web.config.file");
  settings.external_url = TRY(
      ExternalUrl(flags.String(p + "web.external-url"), settings.listen_addresses, kDefaultPort));
  std::string asked = flags.String(p + "web.route-prefix");
  settings.prefix =
      RoutePrefix(settings.external_url, flags.IsSet(p + "web.route-prefix") ? &asked : nullptr);
  settings.get_concurrency = Count(flags, p + "web.get-concurrency");

  alerting::AlertmanagerOptions& manager = settings.manager;
  manager.storage_path = flags.String(p + "storage.path");
  if (manager.storage_path.empty()) manager.storage_path = JoinPath(data_path, "alertmanager");
  manager.retention_ms = flags.DurationMs(p + "data.retention");
  manager.maintenance_interval_ms = flags.DurationMs(p + "data.maintenance-interval");
  manager.gc_interval_ms = flags.DurationMs(p + "alerts.gc-interval");
  manager.dispatch_maintenance_interval_ms = flags.DurationMs(p + "dispatch.maintenance-interval");
  manager.dispatch_start_delay_ms = flags.DurationMs(p + "dispatch.start-delay");
  manager.per_alertname_limit = Count(flags, p + "alerts.per-alertname-limit");
  manager.max_silences = Count(flags, p + "silences.max-silences");
  manager.max_silence_size_bytes = Count(flags, p + "silences.max-silence-size-bytes");
  manager.log_silences = flags.Bool(p + "log.silences");
  manager.syntax = TRY(ReadSyntax(flags.List(p + "enable-feature")));
  manager.external_url = settings.external_url;
  manager.version = std::string(kAlertmanagerVersion);
  manager.cluster = TRY(ReadCluster(flags, p));
  manager.peer_timeout_ms = flags.DurationMs(p + "cluster.peer-timeout");
  return settings;
}

AlertingFace::AlertingFace(AlertingSettings settings, Dependencies dependencies)
    : settings_(std::move(settings)), deps_(std::move(dependencies)) {}

AlertingFace::~AlertingFace() {
  Stop();
}

Result<alerting::LoadedConfig> AlertingFace::Load() const {
  if (settings_.config_file.empty()) return alerting::BuiltInConfig();
  return alerting::LoadConfigFile(settings_.config_file, settings_.manager.syntax, *deps_.files);
}

Result<void> AlertingFace::Open(const std::string& directory) {
  TRY(deps_.files->CreateDirectories(directory));
  database_ = TRY(store::Database::Open(JoinPath(directory, "watchfire.db")));
  alerting::DeliveryLog::Options log;
  log.clock = deps_.clock;
  log.registry = deps_.registry;
  deliveries_ = TRY(alerting::DeliveryLog::Open(database_.get(), log));

  TRY(deps_.files->CreateDirectories(settings_.manager.storage_path));
  alerting::AlertmanagerOptions options = settings_.manager;
  options.clock = deps_.clock;
  options.files = deps_.files;
  options.registry = deps_.registry;
  options.flush_log = deliveries_.get();
  if (options.cluster) {
    options.cluster->clock = deps_.clock;
    options.cluster->registry = deps_.registry;
  }
  manager_ = TRY(alerting::Alertmanager::Make(std::move(options)));

  api::AlertingDependencies deps;
  deps.manager = manager_.get();
  deps.deliveries = deliveries_.get();
  deps.registry = deps_.registry;
  deps.clock = deps_.clock;
  deps.files = deps_.files;
  deps.syntax = settings_.manager.syntax;
  deps.config_file = settings_.config_file;
  deps.reload = deps_.reload;
  deps.rule = deps_.rule;
  deps.get_concurrency = settings_.get_concurrency;
  deps.start_time = deps_.start_time;
  deps.build.version = std::string(kAlertmanagerVersion);
  api_ = std::make_unique<api::AlertingApi>(std::move(deps));
  return {};
}

void AlertingFace::Register(net::Router& router) {
  api_->Register(router);
}

Result<void> AlertingFace::Listen(std::span<const std::string_view> pages) {
  if (settings_.listen_addresses.empty()) return {};
  net::ServerOptions options;
  options.listen_addresses = settings_.listen_addresses;
  options.web_config_file = settings_.web_config_file;
  options.route_prefix = settings_.prefix.empty() ? "/" : settings_.prefix;
  options.listener_name = "alertmanager";
  options.metrics_prefix = "watchfire_alertmanager";
  net::Router router;
  api_->Register(router);
  api_->RegisterServer(router);
  pages_ = std::make_unique<api::UiPages>(settings_.prefix);
  pages_->Register(router, pages);
  web_ = TRY(net::HttpServer::Start(std::move(options), std::move(router), *deps_.handlers,
                                    deps_.registry, deps_.clock));
  for (size_t i = 0; i < web_->ports().size(); ++i) {
    auto parts = Split(settings_.listen_addresses[i], ':');
    std::string host = settings_.listen_addresses[i];
    host.resize(host.size() - parts.back().size());
    // One key of this form is what scripts around Alertmanager look for.
    WF_LOG(kInfo, "Listening on", {"component", "alertmanager"},
           {"address", fmt::format("{}{}", host, web_->ports()[i])}, {"tls", web_->tls()});
  }
  return {};
}

Result<void> AlertingFace::Apply(const alerting::LoadedConfig& loaded) {
  for (const std::string& warning : loaded.warnings) {
    WF_LOG(kWarn, "Part of the Alertmanager configuration is probably not meant so",
           {"component", "alertmanager"}, {"reason", warning});
  }
  return manager_->Apply(loaded);
}

Result<void> AlertingFace::Reload() {
  Result<alerting::LoadedConfig> loaded = Load();
  if (loaded.ok()) return Apply(*loaded);
  manager_->ReportFailedReload();
  return loaded.error();
}

void AlertingFace::Stop() {
  if (web_) web_->Stop(kStopDeadlineMs);
  if (manager_) manager_->Stop();
  if (deliveries_) deliveries_->Flush();
}

std::string AlertingFace::LocalUrl() const {
  if (!web_) return "";
  return app::LocalUrl(web_->tls(), settings_.listen_addresses.front(), web_->ports().front(),
                       settings_.prefix);
}

}  // namespace watchfire::app

#include "app/alerting_face.h"

#include "app/web_address.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "config/loader.h"

namespace watchfire::app {
namespace {

constexpr int64_t kStopDeadlineMs = 5'000;

}  // namespace

AlertingFace::AlertingFace(AlertingSettings settings, Dependencies dependencies)
    : settings_(std::move(settings)), deps_(std::move(dependencies)) {}

AlertingFace::~AlertingFace() {
  Stop();
}

Result<alerting::LoadedConfig> AlertingFace::Load() const {
  if (settings_.config_file.empty()) return alerting::BuiltInConfig();
  return alerting::LoadConfigFile(settings_.config_file, settings_.manager.syntax, *deps_.files);
}

Result<void> AlertingFace::Open(store::Database* database) {
  alerting::DeliveryLog::Options log;
  log.clock = deps_.clock;
  log.registry = deps_.registry;
  deliveries_ = TRY(alerting::DeliveryLog::Open(database, log));

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

uint64_t AlertingFace::Digest() const {
  if (settings_.config_file.empty()) return 0;
  auto text = deps_.files->ReadFile(settings_.config_file, config::kMaxConfigFileBytes);
  uint64_t digest = text.ok() ? Hash(*text) : 0;
  auto running = manager_->config();
  if (running == nullptr) return digest;
  for (const std::string& pattern : running->config->templates) {
    auto paths = config::ExpandGlob(pattern, *deps_.files);
    if (!paths.ok()) continue;
    for (const std::string& path : *paths) {
      auto file = deps_.files->ReadFile(path, config::kMaxConfigFileBytes);
      digest = HashCombine(digest, HashCombine(Hash(path), file.ok() ? Hash(*file) : 0));
    }
  }
  return digest;
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

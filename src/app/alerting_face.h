#pragma once
// AlertingFace: the Alertmanager side of the program: the manager with its snapshots, the delivery
// log, the API, and a listener of its own where one is wanted. The whole program has one beside
// everything else; called `alertmanager`, the program is nothing but this.
//
// Life: Make (reads flags and configuration, opens nothing) → Open (snapshots) →
// Register on any router → Listen → Apply any number of times → Stop. Main thread only, except for
// what the handlers call.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/delivery/delivery_log.h"
#include "alerting/manager/alertmanager.h"
#include "api/alerting/alerting_api.h"
#include "api/ui_assets.h"
#include "app/alerting_settings.h"
#include "net/http_server.h"
#include "store/database.h"

namespace watchfire::app {

class AlertingFace {
 public:
  struct Dependencies {
    const Clock* clock = nullptr;
    FileSystem* files = nullptr;
    client::Registry* registry = nullptr;
    ThreadPool* handlers = nullptr;
    std::function<Result<void>()> reload;
    std::function<std::optional<api::RuleView>(const model::Labels&)> rule;
    TimeMs start_time = 0;
  };
  AlertingFace(AlertingSettings settings, Dependencies dependencies);
  ~AlertingFace();

  // The configuration as it is in the file now, checked.
  Result<alerting::LoadedConfig> Load() const;
  // Reads the snapshots; `database` is where deliveries are remembered and outlives this.
  Result<void> Open(store::Database* database);
  // The API's paths on somebody else's router, which must not outlive this; after Open.
  void Register(net::Router& router);
  // Opens the listener, if there is one; `pages` are the pages that it serves.
  Result<void> Listen(std::span<const std::string_view> pages);
  Result<void> Apply(const alerting::LoadedConfig& loaded);
  // What Apply would refuse.
  Result<void> Check(const alerting::LoadedConfig& loaded) const { return manager_->Check(loaded); }
  // Over the configuration and the templates that it names now; what cannot be read counts as
  // empty.
  uint64_t Digest() const;
  // Both; a failure shows in the metrics.
  Result<void> Reload();
  // Stops the listener first, then notifications; snapshots are written.
  void Stop();

  const AlertingSettings& settings() const { return settings_; }
  // Null before Open.
  alerting::Alertmanager* manager() { return manager_.get(); }
  alerting::DeliveryLog* deliveries() { return deliveries_.get(); }
  // "" without a listener.
  std::string LocalUrl() const;

 private:
  AlertingSettings settings_;
  Dependencies deps_;
  std::unique_ptr<alerting::DeliveryLog> deliveries_;
  std::unique_ptr<alerting::Alertmanager> manager_;
  std::unique_ptr<api::AlertingApi> api_;
  std::unique_ptr<api::UiPages> pages_;
  std::unique_ptr<net::HttpServer> web_;
};

// The program `alertmanager`; returns its exit code.
int RunAlertmanager(std::vector<std::string> arguments);

}  // namespace watchfire::app

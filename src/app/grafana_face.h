#pragma once
// GrafanaFace: the dashboards of the program: accounts, dashboards, data sources, provisioning,
// managed alerts, their API, and a listener of its own. The whole program has one beside everything
// else; called `grafana-server`, the program is nothing but this.
//
// Life: Make (reads settings, opens nothing) → Open (the tables) → Listen → Start (provisioning and
// rules; once data is there) → Stop. Main thread only, except for what the handlers call.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/alerts/flush_record.h"
#include "api/grafana/access.h"
#include "api/ui_assets.h"
#include "app/grafana_settings.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/thread.h"
#include "client/registry.h"
#include "codec/json.h"
#include "net/http_server.h"
#include "promql/engine/engine.h"
#include "scrape/manager.h"
#include "storage/appender.h"
#include "storage/querier.h"
#include "store/database.h"

namespace watchfire::app {

class GrafanaFace {
 public:
  // What the rest of the program lends it; all that is unset is not there.
  struct Dependencies {
    const Clock* clock = nullptr;
    FileSystem* files = nullptr;
    client::Registry* registry = nullptr;
    ThreadPool* handlers = nullptr;
    ThreadPool* query_handlers = nullptr;
    store::Database* database = nullptr;
    alerting::FlushLog* flush_log = nullptr;
    promql::Engine* engine = nullptr;
    std::function<storage::Queryable*()> storage;  // null before readiness
    std::function<std::unique_ptr<storage::Appender>()> appender;
    std::function<const scrape::Manager*()> scrape;
    std::function<int64_t()> scrape_interval_ms;
    std::string alerting_path;  // directory of the snapshots of managed alerting
    std::string key_file;       // of the key that seals secrets, where the settings have none
    // host:port pairs of this program's Prometheus API, and its route prefix.
    std::vector<std::string> own_addresses;
    std::string own_prefix;
    // The API of Prometheus, and what else the listener answers.
    std::function<void(net::Router&)> prometheus;
    std::function<void(net::Router&)> others;
    std::vector<std::string> long_paths;
  };
  GrafanaFace(GrafanaSettings settings, Dependencies dependencies);
  ~GrafanaFace();

  // The tables; the first administrator.
  Result<void> Open();
  // Opens the listener, if one is wanted. An address that nobody asked for may be taken: that is
  // logged, and there is none.
  Result<void> Listen(std::span<const std::string_view> pages);
  // Data can be asked: files are provisioned, rules begin.
  void Start();
  // Reads provisioning files again.
  void Reload();
  void Stop();

  // "" without a listener.
  std::string LocalUrl() const;

 private:
  struct Parts;
  void MakeQueries();
  Result<void> MakeManaged();
  void MakeProvisioning();
  void RegisterApis(net::Router& router);
  void RegisterContent(api::GrafanaRoutes& routes);
  void RegisterPeople(api::GrafanaRoutes& routes);
  void RegisterData(api::GrafanaRoutes& routes);
  void RegisterAlerts(api::GrafanaRoutes& routes);

  GrafanaSettings settings_;
  Dependencies deps_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<api::UiPages> pages_;
  std::unique_ptr<net::HttpServer> web_;
};

// The program `grafana-server` (or `grafana server`); returns its exit code.
int RunGrafanaServer(std::vector<std::string> arguments);

}  // namespace watchfire::app

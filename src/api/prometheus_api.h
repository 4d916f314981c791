#pragma once
// The Prometheus face: /api/v1/*, the management endpoints and /metrics, registered on a Router.
//
// Handlers are thin: they read parameters, call one room and write the answer. They run on the
// worker pool, several at a time; everything they touch is thread-safe. The api owns nothing: all
// that Dependencies point to must outlive it and the server. Before `ready` is true, everything
// that needs data answers 503 as upstream does.

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "api/response.h"
#include "base/clock.h"
#include "client/registry.h"
#include "model/exemplar.h"
#include "net/http.h"
#include "promql/engine/engine.h"
#include "remote/write_receiver.h"
#include "rules/manager.h"
#include "rules/notifier/notifier.h"
#include "scrape/manager.h"
#include "tsdb/db/db.h"

namespace watchfire::api {

struct BuildInfo {
  std::string version;
  std::string revision;
  std::string branch;
  std::string build_user;
  std::string build_date;
  std::string compiler;
};

std::string BuildInfoJson(const BuildInfo& build);

// What the server as a whole knows; `app` fills it.
struct ServerStatus {
  std::function<std::string()> config_yaml;
  std::function<bool()> reload_success;
  std::function<TimeMs()> last_reload;
  std::function<std::string()> retention;                  // "15d or 10GiB"
  std::vector<std::pair<std::string, std::string>> flags;  // sorted by name
  TimeMs start_time = 0;
  BuildInfo build;
};

struct Lifecycle {
  bool enabled = false;  // --web.enable-lifecycle
  std::function<Result<void>()> reload;
  std::function<void()> quit;
};

// What the storage keeps of one series' exemplars, oldest first.
struct ExemplarSeries {
  model::Labels labels;
  std::vector<model::Exemplar> exemplars;
};
// Of all series that match one of the sets, in order of labels; both times are inclusive.
using SelectExemplars = std::function<Result<std::vector<ExemplarSeries>>(
    TimeMs mint, TimeMs maxt, const std::vector<model::Matchers>& sets)>;

struct Dependencies {
  promql::Engine* engine = nullptr;
  // These two exist from readiness on; handlers that need them are not called before.
  std::function<tsdb::Db*()> database;
  std::function<const scrape::Manager*()> scrape;
  const rules::Manager* rules = nullptr;
  const rules::Notifier* notifier = nullptr;  // null: alerts leave this process nowhere
  remote::WriteReceiver* write_receiver =
      nullptr;                       // null: --web.enable-remote-write-receiver is off
  SelectExemplars select_exemplars;  // empty: none are kept
  bool admin_enabled = false;        // --web.enable-admin-api
  const tsdb::ReplayProgress* replay = nullptr;
  client::Registry* registry = nullptr;
  const Clock* clock = nullptr;
  const std::atomic<bool>* ready = nullptr;
  const std::atomic<bool>* stopping = nullptr;
  std::string external_url;  // without a trailing slash
  std::string cors_origin = ".*";
  std::function<model::Labels()> external_labels;
  std::function<int64_t()> evaluation_interval_ms;  // global.evaluation_interval
  std::function<std::string()> host_metrics;        // the page of /metrics/host
  ServerStatus status;
  Lifecycle lifecycle;
};

class PrometheusApi {
 public:
  explicit PrometheusApi(Dependencies dependencies);
  // Adds every route; the router must not outlive this object.
  void Register(net::Router& router);

 private:
  using Method = net::Response (PrometheusApi::*)(const net::Request&);
  enum class Verbs : uint8_t { kGet, kGetPost, kPostPut };
  // Registers under /api/v1, with CORS, readiness and method checks.
  void Api(net::Router& router, const std::string& path, Method method, Verbs verbs = Verbs::kGet,
           bool needs_ready = true);
  void AddCors(const net::Request& request, net::Response& response) const;
  net::Response NotReady() const;

  // query_api.cc
  net::Response Query(const net::Request& request);
  net::Response QueryRange(const net::Request& request);
  net::Response FormatQuery(const net::Request& request);
  net::Response ParseQuery(const net::Request& request);
  net::Response Execute(const net::Request& request, const net::Values& form,
                        promql::QueryRequest query);
  // explain_api.cc
  net::Response QueryExplain(const net::Request& request);
  // advice_api.cc
  net::Response QueryAdvice(const net::Request& request);
  // series_api.cc
  net::Response Series(const net::Request& request);
  net::Response LabelNames(const net::Request& request);
  net::Response LabelValues(const net::Request& request);
  // targets_api.cc
  net::Response Targets(const net::Request& request);
  net::Response ScrapePools(const net::Request& request);
  net::Response TargetsMetadata(const net::Request& request);
  net::Response Metadata(const net::Request& request);
  // rules_api.cc
  net::Response Rules(const net::Request& request);
  net::Response Alerts(const net::Request& request);
  net::Response Alertmanagers(const net::Request& request);
  void NameAsRouted(std::vector<rules::AlertView>& alerts) const;
  // backtest_api.cc
  net::Response RuleBacktest(const net::Request& request);
  // status_api.cc
  net::Response StatusConfig(const net::Request& request);
  net::Response StatusFlags(const net::Request& request);
  net::Response StatusRuntimeInfo(const net::Request& request);
  net::Response StatusBuildInfo(const net::Request& request);
  net::Response StatusTsdb(const net::Request& request);
  net::Response StatusTsdbBlocks(const net::Request& request);
  net::Response StatusWalReplay(const net::Request& request);
  net::Response Notifications(const net::Request& request);
  // exemplars_api.cc
  net::Response QueryExemplars(const net::Request& request);
  // admin_api.cc
  net::Response DeleteSeries(const net::Request& request);
  net::Response CleanTombstones(const net::Request& request);
  net::Response Snapshot(const net::Request& request);
  // write_api.cc
  net::Response RemoteWrite(const net::Request& request);
  // federate.cc
  net::Response Federate(const net::Request& request);
  // management.cc
  void RegisterManagement(net::Router& router);
  net::Response Metrics(const net::Request& request);

  Dependencies deps_;
  model::Regex cors_origin_;
};

}  // namespace watchfire::api

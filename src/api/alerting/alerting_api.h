#pragma once
// The Alertmanager face: /api/v2/* as Alertmanager has it and, beside it, what it cannot tell (who
// was told what and why, what would happen, routes, acknowledgements), and what else its listener
// answers. Statuses, error bodies, orders and formats are upstream's.
//
// Handlers are thin: they read parameters, ask the Alertmanager and write the answer. They run on
// the pool of handlers, several at a time; everything they touch is thread-safe. The api owns
// nothing: all that AlertingDependencies point to must outlive it and the server. Tests of
// receivers wait for them, all else answers at once.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/amconfig/matcher.h"
#include "alerting/delivery/delivery_log.h"
#include "alerting/manager/alertmanager.h"
#include "base/clock.h"
#include "base/file.h"
#include "client/registry.h"
#include "net/http.h"

namespace watchfire::api {

// The rule behind an alert, as far as this server evaluates it.
struct RuleView {
  std::string group;
  std::string file;
  std::string name;
  std::string query;
  std::string state;  // "inactive", "pending", "firing"
  double for_seconds = 0;
  std::string health;  // "ok", "err", "unknown"
  std::string last_error;
  TimeMs active_at = 0;  // 0: not active
  std::string value;     // as /api/v1/alerts writes it; "": none
  struct Threshold {
    std::string left;
    std::string op;
    double value = 0;
  };
  std::optional<Threshold> threshold;
};

struct AlertmanagerBuild {
  std::string version;  // of the Alertmanager whose behaviour is kept
  std::string revision;
  std::string branch;
  std::string build_user;
  std::string build_date;
  std::string compiler;  // shown where upstream has the version of Go
};

struct AlertingDependencies {
  alerting::Alertmanager* manager = nullptr;
  const alerting::DeliveryLog* deliveries = nullptr;  // null: none are kept
  client::Registry* registry = nullptr;
  const Clock* clock = nullptr;
  FileSystem* files = nullptr;
  amconfig::MatcherSyntax syntax = amconfig::MatcherSyntax::kFallback;
  std::string config_file;               // whose directory templates of a trial are relative to
  std::function<Result<void>()> reload;  // empty: there is no configuration to read again
  // The alerting rule of an alert with these labels; empty: no rules here.
  std::function<std::optional<RuleView>(const model::Labels&)> rule;
  size_t get_concurrency = 0;  // --web.get-concurrency; 0: number of processors, at least 8
  TimeMs start_time = 0;
  AlertmanagerBuild build;
};

class AlertingApi {
 public:
  explicit AlertingApi(AlertingDependencies dependencies);
  ~AlertingApi();
  // /api/v2/*, on any listener. The router must not outlive this object.
  void Register(net::Router& router);
  // The rest of Alertmanager's own listener: /-/healthy, /-/ready, /-/reload, /metrics and
  // what is left of /api/v1.
  void RegisterServer(net::Router& router);

 private:
  using Method = net::Response (AlertingApi::*)(const net::Request&);
  struct Operation {
    std::string_view method;
    Method call;
  };
  enum class Origin : uint8_t { kUpstream, kOurs };
  // Every method of the path: the operations, the others' refusal and, for upstream's paths, what
  // browsers ask before they call from another site. `label` names it in metrics.
  void Path(net::Router& router, std::string pattern, std::string label,
            std::vector<Operation> operations, Origin origin);
  net::Handler Measured(std::string label, net::Handler handler);
  net::Response Limited(const net::Request& request, const net::Handler& handler);

  // alerts_api.cc
  net::Response GetAlerts(const net::Request& request);
  net::Response PostAlerts(const net::Request& request);
  net::Response GetGroups(const net::Request& request);
  // silences_api.cc
  net::Response GetSilences(const net::Request& request);
  net::Response PostSilences(const net::Request& request);
  net::Response GetSilence(const net::Request& request);
  net::Response DeleteSilence(const net::Request& request);
  net::Response Acknowledge(const net::Request& request);
  // status_api.cc
  net::Response GetStatus(const net::Request& request);
  net::Response GetReceivers(const net::Request& request);
  net::Response GetConfigWarnings(const net::Request& request);
  net::Response DryRun(const net::Request& request);
  // routes_api.cc
  net::Response GetRoutes(const net::Request& request);
  net::Response GetGroupStates(const net::Request& request);
  net::Response GetIntegrations(const net::Request& request);
  net::Response TestReceiver(const net::Request& request);
  // deliveries_api.cc
  net::Response GetDeliveries(const net::Request& request);
  net::Response GetDelivery(const net::Request& request);
  // explain_api.cc
  net::Response Explain(const net::Request& request);

  AlertingDependencies deps_;
  struct Metrics;
  std::unique_ptr<Metrics> metrics_;
  client::Counter& firing_;    // alerts received
  client::Counter& resolved_;  // alerts received
  client::Counter& invalid_;
  std::atomic<int64_t> running_gets_{0};
};

}  // namespace watchfire::api

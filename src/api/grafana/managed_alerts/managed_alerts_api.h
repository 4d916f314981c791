#pragma once
// ManagedAlertsApi: everything of Grafana's HTTP API that is about alerting: the provisioning API
// (Terraform and friends), the ruler's and Alertmanager's forms that pages use, states, previews;
// and what Grafana does not have: /api/alerting/preview and /api/alerting/overview.
//
// Handlers are thin over grafana::ManagedAlerting. What came from files is read-only here; what the
// provisioning API writes is marked so, unless X-Disable-Provenance is sent. Secrets are shown as
// [REDACTED]. Thread-safe; everything in the dependencies outlives this.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/alerting/alerting_api.h"
#include "api/grafana/access.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "grafana/dashboards/dashboards.h"
#include "grafana/managed/impl.h"
#include "grafana/managed/managed_alerting.h"

namespace watchfire::api {

struct ManagedAlertsDependencies {
  grafana::ManagedAlerting* managed = nullptr;
  grafana::Dashboards* dashboards = nullptr;
  const Clock* clock = nullptr;
  FileSystem* files = nullptr;
  // GET /api/v1/rules of a data source; uid "": of this very server. Empty: there are none.
  std::function<net::Response(std::string_view uid, const net::Request& request)> prometheus_rules;
};

class ManagedAlertsApi {
 public:
  explicit ManagedAlertsApi(ManagedAlertsDependencies deps);
  ~ManagedAlertsApi();
  void Register(GrafanaRoutes& routes);

  struct Route {
    std::string method, pattern;
    Need need = Need::kAdmin;
    CallHandler handler;
  };
  // What Register registers.
  std::vector<Route> Routes();

 private:
  using Method = net::Response (ManagedAlertsApi::*)(const Call&);
  struct Row {
    const char* method;
    const char* pattern;
    Need need;
    Method handler;
  };
  using Rows = std::vector<Row>;
  static Rows ProvisioningRows();
  static Rows RulerRows();
  static Rows StateRows();
  static Rows AlertmanagerRows();
  static Rows PreviewRows();

  // rules_api.cc
  net::Response ListRules(const Call& call);
  net::Response GetRule(const Call& call);
  net::Response PostRule(const Call& call);
  net::Response PutRule(const Call& call);
  net::Response DeleteRule(const Call& call);
  net::Response GetRuleGroup(const Call& call);
  net::Response PutRuleGroup(const Call& call);
  net::Response DeleteRuleGroup(const Call& call);
  net::Response ExportRules(const Call& call);
  net::Response ExportRule(const Call& call);
  net::Response ExportRuleGroup(const Call& call);
  net::Response RuleVersions(const Call& call);
  // contacts_api.cc
  net::Response ListPoints(const Call& call);
  net::Response PostPoint(const Call& call);
  net::Response PutPoint(const Call& call);
  net::Response DeletePoint(const Call& call);
  net::Response ExportPoints(const Call& call);
  net::Response GetPolicies(const Call& call);
  net::Response PutPolicies(const Call& call);
  net::Response DeletePolicies(const Call& call);
  net::Response ExportPolicies(const Call& call);
  net::Response ListTimings(const Call& call);
  net::Response GetTiming(const Call& call);
  net::Response PostTiming(const Call& call);
  net::Response PutTiming(const Call& call);
  net::Response DeleteTiming(const Call& call);
  net::Response ExportTimings(const Call& call);
  net::Response ListTemplates(const Call& call);
  net::Response GetTemplate(const Call& call);
  net::Response PutTemplate(const Call& call);
  net::Response DeleteTemplate(const Call& call);
  // ruler_api.cc
  net::Response RulerAll(const Call& call);
  net::Response RulerFolder(const Call& call);
  net::Response RulerGroup(const Call& call);
  net::Response RulerPost(const Call& call);
  net::Response RulerDelete(const Call& call);
  net::Response RulerOfSource(const Call& call);
  // state_api.cc
  net::Response PrometheusRules(const Call& call);
  net::Response PrometheusAlerts(const Call& call);
  net::Response SourceRules(const Call& call);
  net::Response Overview(const Call& call);
  net::Response History(const Call& call);
  net::Response LegacyAlerts(const Call& call);
  // alertmanager_api.cc
  net::Response Forward(const Call& call);
  net::Response GetConfig(const Call& call);
  net::Response PostConfig(const Call& call);
  net::Response DeleteConfig(const Call& call);
  net::Response TestReceivers(const Call& call);
  net::Response Notifiers(const Call& call);
  net::Response Choice(const Call& call);
  net::Response Alertmanagers(const Call& call);
  // preview_api.cc
  net::Response Eval(const Call& call);
  net::Response TestRule(const Call& call);
  net::Response Preview(const Call& call);
  net::Response ImportLegacy(const Call& call);

  grafana::ManagedAlerting::Impl& impl() { return deps_.managed->impl(); }

  ManagedAlertsDependencies deps_;
  // Alertmanager's own API over the managed one, once there is one.
  struct Inner;
  Mutex inner_mutex_;
  std::unique_ptr<Inner> inner_ GUARDED_BY(inner_mutex_);
};

}  // namespace watchfire::api

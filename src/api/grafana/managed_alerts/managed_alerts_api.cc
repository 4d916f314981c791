#include "api/grafana/managed_alerts/managed_alerts_api.h"

#include "api/grafana/managed_alerts/inner.h"

namespace watchfire::api {

ManagedAlertsApi::ManagedAlertsApi(ManagedAlertsDependencies deps) : deps_(std::move(deps)) {}
ManagedAlertsApi::~ManagedAlertsApi() = default;

std::vector<ManagedAlertsApi::Route> ManagedAlertsApi::Routes() {
  std::vector<Route> routes;
  for (const Rows& rows :
       {ProvisioningRows(), RulerRows(), StateRows(), AlertmanagerRows(), PreviewRows()}) {
    for (const Row& row : rows) {
      routes.push_back(
          {row.method, row.pattern, row.need,
           [this, method = row.handler](const Call& call) { return (this->*method)(call); }});
    }
  }
  return routes;
}

void ManagedAlertsApi::Register(GrafanaRoutes& routes) {
  for (Route& route : Routes()) {
    routes.Add(route.method, route.pattern, route.need, std::move(route.handler));
  }
}

ManagedAlertsApi::Rows ManagedAlertsApi::ProvisioningRows() {
  using A = ManagedAlertsApi;
  constexpr Need kRead = Need::kViewer, kWrite = Need::kEditor;
#define WF_P "/api/v1/provisioning"
  return {
      {"GET", WF_P "/alert-rules", kRead, &A::ListRules},
      {"POST", WF_P "/alert-rules", kWrite, &A::PostRule},
      {"GET", WF_P "/alert-rules/export", kRead, &A::ExportRules},
      {"GET", WF_P "/alert-rules/:uid", kRead, &A::GetRule},
      {"PUT", WF_P "/alert-rules/:uid", kWrite, &A::PutRule},
      {"DELETE", WF_P "/alert-rules/:uid", kWrite, &A::DeleteRule},
      {"GET", WF_P "/alert-rules/:uid/export", kRead, &A::ExportRule},
      {"GET", WF_P "/folder/:folder/rule-groups/:group", kRead, &A::GetRuleGroup},
      {"PUT", WF_P "/folder/:folder/rule-groups/:group", kWrite, &A::PutRuleGroup},
      {"DELETE", WF_P "/folder/:folder/rule-groups/:group", kWrite, &A::DeleteRuleGroup},
      {"GET", WF_P "/folder/:folder/rule-groups/:group/export", kRead, &A::ExportRuleGroup},
      {"GET", WF_P "/contact-points", kRead, &A::ListPoints},
      {"POST", WF_P "/contact-points", kWrite, &A::PostPoint},
      {"GET", WF_P "/contact-points/export", kRead, &A::ExportPoints},
      {"PUT", WF_P "/contact-points/:uid", kWrite, &A::PutPoint},
      {"DELETE", WF_P "/contact-points/:uid", kWrite, &A::DeletePoint},
      {"GET", WF_P "/policies", kRead, &A::GetPolicies},
      {"PUT", WF_P "/policies", kWrite, &A::PutPolicies},
      {"DELETE", WF_P "/policies", kWrite, &A::DeletePolicies},
      {"GET", WF_P "/policies/export", kRead, &A::ExportPolicies},
      {"GET", WF_P "/mute-timings", kRead, &A::ListTimings},
      {"POST", WF_P "/mute-timings", kWrite, &A::PostTiming},
      {"GET", WF_P "/mute-timings/export", kRead, &A::ExportTimings},
      {"GET", WF_P "/mute-timings/:name", kRead, &A::GetTiming},
      {"PUT", WF_P "/mute-timings/:name", kWrite, &A::PutTiming},
      {"DELETE", WF_P "/mute-timings/:name", kWrite, &A::DeleteTiming},
      {"GET", WF_P "/mute-timings/:name/export", kRead, &A::ExportTimings},
      {"GET", WF_P "/templates", kRead, &A::ListTemplates},
      {"GET", WF_P "/templates/:name", kRead, &A::GetTemplate},
      {"PUT", WF_P "/templates/:name", kWrite, &A::PutTemplate},
      {"DELETE", WF_P "/templates/:name", kWrite, &A::DeleteTemplate},
  };
#undef WF_P
}

ManagedAlertsApi::Rows ManagedAlertsApi::RulerRows() {
  using A = ManagedAlertsApi;
  constexpr Need kRead = Need::kViewer, kWrite = Need::kEditor;
#define WF_R "/api/ruler/grafana/api/v1"
  return {
      {"GET", WF_R "/rules", kRead, &A::RulerAll},
      {"GET", WF_R "/rules/:folder", kRead, &A::RulerFolder},
      {"POST", WF_R "/rules/:folder", kWrite, &A::RulerPost},
      {"DELETE", WF_R "/rules/:folder", kWrite, &A::RulerDelete},
      {"GET", WF_R "/rules/:folder/:group", kRead, &A::RulerGroup},
      {"DELETE", WF_R "/rules/:folder/:group", kWrite, &A::RulerDelete},
      {"GET", WF_R "/export/rules", kRead, &A::ExportRules},
      {"GET", WF_R "/rule/:uid/versions", kRead, &A::RuleVersions},
      {"GET", "/api/ruler/:source/api/v1/rules", kRead, &A::RulerOfSource},
  };
#undef WF_R
}

ManagedAlertsApi::Rows ManagedAlertsApi::StateRows() {
  using A = ManagedAlertsApi;
  constexpr Need kRead = Need::kViewer;
  return {
      {"GET", "/api/prometheus/grafana/api/v1/rules", kRead, &A::PrometheusRules},
      {"GET", "/api/prometheus/grafana/api/v1/alerts", kRead, &A::PrometheusAlerts},
      {"GET", "/api/prometheus/:source/api/v1/rules", kRead, &A::SourceRules},
      {"GET", "/api/alerting/overview", kRead, &A::Overview},
      {"GET", "/api/v1/rules/history", kRead, &A::History},
      {"GET", "/api/alerts", kRead, &A::LegacyAlerts},
      {"GET", "/api/alert-notifications", kRead, &A::LegacyAlerts},
  };
}

ManagedAlertsApi::Rows ManagedAlertsApi::AlertmanagerRows() {
  using A = ManagedAlertsApi;
  constexpr Need kRead = Need::kViewer, kWrite = Need::kEditor;
#define WF_A "/api/alertmanager/grafana"
  return {
      {"GET", WF_A "/api/v2/*path", kRead, &A::Forward},
      {"POST", WF_A "/api/v2/*path", kWrite, &A::Forward},
      {"DELETE", WF_A "/api/v2/*path", kWrite, &A::Forward},
      {"GET", WF_A "/config/api/v1/alerts", kRead, &A::GetConfig},
      {"POST", WF_A "/config/api/v1/alerts", kWrite, &A::PostConfig},
      {"DELETE", WF_A "/config/api/v1/alerts", kWrite, &A::DeleteConfig},
      {"POST", WF_A "/config/api/v1/receivers/test", kWrite, &A::TestReceivers},
      {"GET", "/api/alert-notifiers", kRead, &A::Notifiers},
      {"GET", "/api/v1/ngalert", kRead, &A::Choice},
      {"GET", "/api/v1/ngalert/admin_config", kRead, &A::Choice},
      {"GET", "/api/v1/ngalert/alertmanagers", kRead, &A::Alertmanagers},
  };
#undef WF_A
}

ManagedAlertsApi::Rows ManagedAlertsApi::PreviewRows() {
  using A = ManagedAlertsApi;
  return {
      {"POST", "/api/v1/eval", Need::kViewer, &A::Eval},
      {"POST", "/api/v1/rule/test/grafana", Need::kViewer, &A::TestRule},
      {"POST", "/api/alerting/preview", Need::kViewer, &A::Preview},
      {"POST", "/api/alerting/import", Need::kEditor, &A::ImportLegacy},
  };
}

}  // namespace watchfire::api

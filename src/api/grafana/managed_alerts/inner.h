#pragma once
// Alertmanager's API over the managed Alertmanager, with a router and metrics of its own. Internal
// to the room.

#include "api/alerting/alerting_api.h"
#include "api/grafana/managed_alerts/managed_alerts_api.h"
#include "client/registry.h"
#include "net/http.h"

namespace watchfire::api {

struct ManagedAlertsApi::Inner {
  explicit Inner(AlertingDependencies deps) {
    deps.registry = &registry;
    api = std::make_unique<AlertingApi>(std::move(deps));
    api->Register(router);
  }

  client::Registry registry;
  std::unique_ptr<AlertingApi> api;
  net::Router router;
};

}  // namespace watchfire::api

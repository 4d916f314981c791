#pragma once
// ContentApi: what people keep on the Grafana listener: dashboards with their versions, folders,
// search, library elements, snapshots, annotations, playlists, short addresses, public dashboards,
// data sources, provisioning and the trash, with Grafana's paths, shapes, statuses and messages.
//
// Handlers are thin: what is stored and checked is the rooms' business (grafana/dashboards,
// grafana/datasources, grafana/provisioning). Roles: viewers read, editors write, administrators
// keep data sources; permissions of a dashboard or folder, where set, hold instead of roles.
// Thread-safe; keeps no state of its own.

#include <functional>
#include <memory>
#include <string>

#include "api/grafana/access.h"
#include "base/clock.h"
#include "base/file.h"
#include "grafana/accounts/accounts.h"
#include "grafana/dashboards/dashboards.h"
#include "grafana/datasources/datasources.h"
#include "grafana/provisioning/provisioning.h"
#include "grafana/settings/settings.h"
#include "store/database.h"

namespace watchfire::api {

struct ContentDependencies {
  grafana::Dashboards* dashboards = nullptr;
  grafana::DataSources* sources = nullptr;
  grafana::Provisioning* provisioning = nullptr;  // null: nothing is provisioned
  grafana::Accounts* accounts = nullptr;
  const grafana::Settings* settings = nullptr;
  store::Database* database = nullptr;  // MigrateRecords has made its tables
  const Clock* clock = nullptr;
  FileSystem* files = nullptr;
  // Alert rules of a folder, for deleting it; empty: there are none.
  std::function<Result<int64_t>(const std::string& folder_uid)> count_rules;
  std::function<Result<void>(const std::string& folder_uid)> delete_rules;
};

class ContentApi {
 public:
  explicit ContentApi(ContentDependencies dependencies);
  ~ContentApi();
  void Register(GrafanaRoutes& routes);

  // For /api/admin/stats and the metrics.
  struct Counts {
    int64_t dashboards = 0, provisioned_dashboards = 0, folders = 0, tags = 0, trash = 0,
            datasources = 0, snapshots = 0, playlists = 0, library_elements = 0, annotations = 0,
            public_dashboards = 0;
  };
  Result<Counts> Count() const;

 private:
  std::unique_ptr<struct ContentContext> context_;
};

}  // namespace watchfire::api

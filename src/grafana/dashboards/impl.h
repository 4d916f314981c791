#pragma once
// What the sources of Dashboards share.

#include "grafana/dashboards/dashboard_rows.h"
#include "grafana/dashboards/dashboards.h"

namespace watchfire::grafana {

struct Dashboards::Impl {
  store::Database* database = nullptr;
  Options options;

  TimeMs Now() const { return options.clock->Now(); }

  // The first that `where` names; kNotFound.
  Result<DashboardMeta> FindMeta(std::string_view where, store::Value value) const;
  Result<std::vector<DashboardMeta>> FindMetas(std::string_view where,
                                               std::initializer_list<store::Value> values) const;
  Result<StoredDashboard> FindStored(std::string_view where, store::Value value) const;
  // Of one that is alive.
  Result<void> ToTrash(store::Connection& c, const DashboardMeta& meta, const std::string& login);
};

}  // namespace watchfire::grafana

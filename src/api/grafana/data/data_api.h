#pragma once
// The data face of the Grafana listener: queries of panels with their expressions, tests of data
// sources, what is passed on to them, panels of public dashboards, and why a panel is empty.
//
// Handlers are thin: they read the body, ask grafana::Queries and write the answer. They may wait
// for other servers, so they belong on the pool for long work. All that the dependencies point to
// must outlive this object and the server; this object must outlive the router.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/grafana/access.h"
#include "base/clock.h"
#include "base/thread.h"
#include "codec/json.h"
#include "grafana/datasources/datasources.h"
#include "grafana/queries/queries.h"
#include "promql/engine/engine.h"
#include "scrape/manager.h"
#include "storage/querier.h"

namespace watchfire::api {

// What a public address shows.
struct PublicDashboard {
  codec::Json dashboard;         // as stored
  bool may_choose_time = false;  // visitors may look at another range than the dashboard's
};

struct DataDependencies {
  grafana::DataSources* sources = nullptr;
  grafana::Queries* queries = nullptr;
  promql::Engine* engine = nullptr;                // for the diagnosis of empty answers
  std::function<storage::Queryable*()> storage;    // null before readiness
  std::function<const scrape::Manager*()> scrape;  // may be empty or null: no targets are known
  // The active targets, where there is no manager (tests); else they are the manager's.
  std::function<std::vector<scrape::TargetStatus>()> targets;
  // nullopt: there is no such address, or it is switched off.
  std::function<std::optional<PublicDashboard>(std::string_view access_token)> public_dashboard;
  ThreadPool* pool = nullptr;  // for several queries of one request; null: one after the other
  const Clock* clock = nullptr;
};

class DataApi {
 public:
  explicit DataApi(DataDependencies deps);
  void Register(GrafanaRoutes& routes);

 private:
  net::Response Query(const Call& call);
  net::Response PublicQuery(const Call& call);
  net::Response WhyNoData(const Call& call);
  net::Response Health(const Call& call);
  // By the parameter :uid or :id; null: there is none.
  grafana::DataSourcePtr SourceOf(const Call& call) const;
  net::Response Forward(const Call& call);

  DataDependencies deps_;
};

}  // namespace watchfire::api

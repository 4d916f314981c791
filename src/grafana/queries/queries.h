#pragma once
// Queries: asks a data source as Grafana's Prometheus data source does (steps, macros, alignment)
// and gives frames. A source whose address is this very server is answered by the engine in this
// process; all others over HTTP. Equal queries that run at the same time, or within a second, are
// asked once.
//
// Thread-safe. Waits for the answer in the caller's thread, which should be one for long work.
// Nothing of a source's secrets is in any error.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "client/registry.h"
#include "codec/json.h"
#include "grafana/datasources/datasources.h"
#include "grafana/expressions/series.h"
#include "net/http.h"
#include "promql/engine/engine.h"
#include "storage/querier.h"

namespace watchfire::grafana {

struct QueriesDependencies {
  DataSources* sources = nullptr;
  promql::Engine* engine = nullptr;              // null: nothing is answered in-process
  std::function<storage::Queryable*()> storage;  // null before readiness
  // host:port pairs at which this server's own Prometheus API is reached, and its path prefix.
  std::function<std::vector<std::string>()> own_addresses;
  std::string own_prefix;
  // The Prometheus API of this process, for requests that are passed on to it; paths have no
  // prefix. Empty: they go over the network like all others.
  std::function<net::Response(net::Request)> dispatch;
  std::function<int64_t()> scrape_interval_ms;  // global
  client::Registry* registry = nullptr;
  const Clock* clock = nullptr;
  int64_t timeout_ms = 30'000;
};

// A query of a panel, an explore page or a rule, as /api/ds/query has it.
struct PanelQuery {
  std::string ref_id;
  DataSourcePtr source;
  codec::Json model;  // expr, format, interval, intervalFactor, instant, range, legendFormat, …
  int64_t interval_ms = 0;      // 0: by max_data_points
  int64_t max_data_points = 0;  // 0: 1500
  TimeMs from = 0, to = 0;
  int64_t utc_offset_s = 0;
};

struct QueryAnswer {
  int status = 200;
  std::string error;         // "": fine
  std::string error_source;  // "downstream", "plugin"
  // The frames as JSON text, `[{"schema":…,"data":…},…]`.
  std::shared_ptr<const std::string> frames;
};

class Queries {
 public:
  explicit Queries(QueriesDependencies dependencies);
  ~Queries();

  QueryAnswer Run(const PanelQuery& query, std::shared_ptr<const std::atomic<bool>> cancelled);
  // The same as values, for expressions and rules.
  Result<NodeValue> Values(const PanelQuery& query,
                           std::shared_ptr<const std::atomic<bool>> cancelled);

  // How often the source's series get a sample, as far as its settings or our own configuration
  // say.
  int64_t ScrapeIntervalMs(const DataSource& source) const;
  // What is really asked for a query: the expression with its macros replaced, step and ends.
  // kInvalid: there is no such query.
  struct Asked {
    std::string expr;
    TimeMs start = 0, end = 0;  // both the same for an instant query
    int64_t step_ms = 0;
    bool instant = false;
  };
  Result<Asked> Plan(const PanelQuery& query) const;

  // Whether the source is this server, and how that was found out ("its address is ours", "nobody
  // is called prometheus here"); unset: it is another. Takes a second at most, once a minute.
  std::optional<std::string> OwnReason(const DataSource& source) const;
  struct Health {
    bool ok = false;
    std::string message;
    codec::Json details;
  };
  Health Check(const DataSource& source);
  // Passes a request on to `<url>/<path>`; what may pass is the caller's business.
  // kInvalid: a path that climbs; other errors as net::HttpClient has them.
  Result<net::Response> Forward(const DataSource& source, std::string_view path,
                                const net::Request& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::grafana

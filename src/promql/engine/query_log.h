#pragma once
// The query log (global.query_log_file): a line of JSON for every query that was run, with its
// parameters, its statistics, its failure and where it came from, in upstream's form. Opened anew
// on every reload, so that a rotated file is let go. A line that cannot be written is counted and
// lost; no query fails for it. Thread-safe.

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/result.h"
#include "client/registry.h"
#include "promql/plan/query.h"

namespace watchfire::promql {

class QueryLog {
 public:
  // `registry` may be null.
  QueryLog(const Clock* clock, client::Registry* registry);

  // Lines go to the end of this file from now on; "" ends logging. On error nothing changes.
  Result<void> Open(const std::string& path, FileSystem& files);

  // `error` is "" for a query that succeeded.
  void Write(const QueryRequest& request, const QueryStats& stats, std::string_view error);

 private:
  const Clock* clock_;
  client::Gauge* enabled_ = nullptr;
  client::Counter* failures_ = nullptr;
  Mutex mutex_;
  std::shared_ptr<AppendFile> file_ GUARDED_BY(mutex_);
};

// One line without its end.
std::string QueryLogLine(TimeMs now, const QueryRequest& request, const QueryStats& stats,
                         std::string_view error);

// {"timings":{…},"samples":{…}}, as the API shows it too.
std::string QueryStatsJson(const QueryStats& stats);

}  // namespace watchfire::promql

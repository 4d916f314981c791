#pragma once
// The queries of one request: read from its body, run, expressions evaluated over what they read,
// and all results written in the order of the request. Internal to this room.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "api/grafana/data/time_range.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/thread.h"
#include "codec/json.h"
#include "grafana/datasources/datasources.h"
#include "grafana/expressions/expressions.h"
#include "grafana/queries/queries.h"

namespace watchfire::api {

inline constexpr size_t kMaxQueries = 100;

struct BatchQuery {
  grafana::PanelQuery panel;
  bool hidden = false;
  bool is_expression = false;
  bool is_builtin = false;  // Grafana's own source: nothing that is asked here
  std::string error;        // "": it can be asked
  int status = 200;
};

struct Batch {
  TimeRange range;
  std::vector<BatchQuery> queries;
};

// Of {"from":…,"to":…,"queries":[…]}. Queries without a refId get the next free letter; a source
// that does not exist is the error of its query. kInvalid: no queries, too many, no times.
Result<Batch> ReadBatch(const codec::Json& body, const grafana::DataSources& sources, TimeMs now);

struct BatchAnswer {
  std::string json;  // {"results":{…}}
  bool failed = false;
};
struct BatchOptions {
  grafana::Queries* queries = nullptr;
  ThreadPool* pool = nullptr;  // may be null
  const Clock* clock = nullptr;
  std::shared_ptr<const std::atomic<bool>> cancelled;  // may be null
  bool hide_queries = false;                           // for people who may not see them
};
BatchAnswer RunBatch(const Batch& batch, const BatchOptions& options);

// Values of an expression as frames.
std::string FramesOf(const std::string& ref_id, const grafana::NodeValue& value);

}  // namespace watchfire::api

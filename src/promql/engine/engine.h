#pragma once
// The query engine: runs a parsed expression over a storage::Queryable. It knows the read door and
// nothing else of the storage, so it runs over a head, over blocks, or over a map of vectors alike.
//
// An Engine is thread-safe and shared; Exec may be called from any thread and uses the worker pool
// for leaves. Each query has a deadline, a sample budget and a cancel flag; going over one ends it
// with an error, never the process. Results are exact: what is not built yet answers with an error
// that names it.

#include <cstdint>
#include <memory>
#include <variant>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "base/thread.h"
#include "client/registry.h"
#include "promql/engine/active_queries.h"
#include "promql/engine/explain.h"
#include "promql/plan/query.h"
#include "storage/querier.h"

namespace watchfire::promql {

class Engine {
 public:
  // `pool` and `registry` must outlive the engine; registry may be null (tests).
  Engine(EngineOptions options, ThreadPool* pool, client::Registry* registry, const Clock* clock);
  ~Engine();

  std::variant<QueryResult, QueryFailure> Exec(storage::Queryable& queryable,
                                               const QueryRequest& request);

  // Runs the query in the same way and with the same failures, and tells what each part of it took
  // instead of the answer.
  std::variant<Explanation, QueryFailure> Explain(storage::Queryable& queryable,
                                                  const QueryRequest& request);

  const EngineOptions& options() const;
  // Applied on reload; running queries keep the old value.
  void SetDefaultSubqueryStep(int64_t step_ms);
  // Where queries are logged; "": nowhere. Applied on reload, which also reopens the file.
  Result<void> SetQueryLog(const std::string& path, FileSystem& files);
  // Where running queries are noted; called once, before the first query.
  void TrackActive(std::unique_ptr<ActiveQueries> active);
  // Bytes that running queries and answers under way are counted with.
  uint64_t memory_in_use() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::promql

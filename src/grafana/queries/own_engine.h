#pragma once
// Queries that this server answers itself: the engine over its own storage. Internal to this room.

#include <atomic>
#include <memory>

#include "grafana/queries/answer.h"
#include "grafana/queries/query_plan.h"
#include "promql/engine/engine.h"
#include "storage/querier.h"

namespace watchfire::grafana {

// `storage` null: the server is not ready, which is a failure. `timeout_ms` 0: the engine's.
Outcome AskEngine(promql::Engine& engine, storage::Queryable* storage, const QueryPlan& plan,
                  bool instant, int64_t timeout_ms,
                  std::shared_ptr<const std::atomic<bool>> cancelled);

}  // namespace watchfire::grafana

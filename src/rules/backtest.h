#pragma once
// Back-test: when an alert would have fired, had it been there. One range query over the past, then
// the life of each series of its answer through the same steps that evaluations take
// (alert_state.h).
//
// What it cannot know: samples that came late, and templates that query (they fail). Its steps are
// those of the query, not the slots of a group. The engine bounds the query, Limits bound the rest.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/labels.h"
#include "promql/engine/engine.h"
#include "rules/loader.h"
#include "storage/querier.h"

namespace watchfire::rules {

struct BacktestLimits {
  size_t alerts = 1'000;     // with episodes, shown
  size_t episodes = 10'000;  // of all of them, shown
};

struct Episode {
  TimeMs pending_at = 0;
  std::optional<TimeMs> fired_at;
  std::optional<TimeMs> ended_at;  // unset: goes on at the end
  // The value farthest beyond the threshold: the least if values below it alert, else the greatest.
  double peak = 0;
  TimeMs peak_at = 0;
};

struct BacktestAlert {
  model::Labels labels;
  std::vector<Episode> episodes;
};

struct Backtest {
  std::vector<BacktestAlert> alerts;  // by labels
  uint64_t fired = 0;                 // episodes that fired
  uint64_t pending_only = 0;          // episodes that ended, or go on, without
  double firing_seconds = 0;          // of all alerts together
  uint64_t series = 0;                // of the answer
  bool truncated = false;             // `alerts` does not show everything; the sums count it
  std::vector<std::string> warnings;
};

// `query`: start, end, step_ms, cancelled and origin are the caller's; the rest is set here.
std::variant<Backtest, promql::QueryFailure> RunBacktest(promql::Engine& engine,
                                                         storage::Queryable& queryable,
                                                         const RuleSpec& rule,
                                                         const model::Labels& external_labels,
                                                         promql::QueryRequest query,
                                                         const BacktestLimits& limits = {});

}  // namespace watchfire::rules

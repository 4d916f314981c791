#pragma once
// The query engine: runs a parsed expression over a storage::Queryable. It knows the read door and
// nothing else of the storage, so it runs over a head, over blocks, or over a map of vectors alike.
//
// An Engine is thread-safe and shared; Exec may be called from any thread and uses the worker pool
// for leaves. Each query has a deadline, a sample budget and a cancel flag; going over one ends it
// with an error, never the process. Results are exact: what is not built yet answers with an error
// that names it.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/thread.h"
#include "client/registry.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "promql/parser/parser.h"
#include "storage/querier.h"

namespace watchfire::promql {

struct EngineOptions {
  int64_t lookback_delta_ms = 300'000;
  int64_t timeout_ms = 120'000;
  uint64_t max_samples = 50'000'000;
  int max_concurrency = 20;
  int64_t default_subquery_step_ms = 60'000;  // global.evaluation_interval; may be set later
  ParseOptions parse;
  bool delayed_name_removal = false;
};

// Points of one series in columns. Histograms have a time column of their own.
struct ResultSeries {
  model::Labels labels;
  std::vector<TimeMs> t;
  std::vector<double> v;
  std::vector<TimeMs> histogram_t;
  std::vector<model::FloatHistogram> histograms;
};

struct ScalarValue {
  TimeMs t = 0;
  double v = 0;
};
struct StringValue {
  TimeMs t = 0;
  std::string v;
};
// kVector: one point a series, in the order that the expression gives (sort, topk) or unspecified;
// kMatrix: sorted by labels.
struct QueryValue {
  ValueType type = ValueType::kVector;
  std::vector<ResultSeries> series;
  ScalarValue scalar;
  StringValue string;
};

struct QueryStats {
  double eval_total_seconds = 0;
  double result_sort_seconds = 0;
  double preparation_seconds = 0;
  double inner_eval_seconds = 0;
  double queue_seconds = 0;
  double exec_total_seconds = 0;
  uint64_t total_queryable_samples = 0;
  uint64_t samples_read = 0;
  uint64_t peak_samples = 0;
};

struct QueryResult {
  QueryValue value;
  // Texts with their position (`… (1:5)`), without duplicates, in order of appearance.
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
  QueryStats stats;
};

// Why a query failed; api maps it to errorType and status.
enum class QueryErrorKind : uint8_t { kBadData, kExecution, kTimeout, kCanceled, kInternal };

struct QueryFailure {
  QueryErrorKind kind = QueryErrorKind::kExecution;
  std::string message;
};

struct QueryRequest {
  std::string query;
  TimeMs start = 0;  // instant queries: the evaluation time
  TimeMs end = 0;
  int64_t step_ms = 0;                                 // 0: instant
  int64_t lookback_delta_ms = 0;                       // 0: the engine's
  int64_t timeout_ms = 0;                              // 0: the engine's
  uint64_t limit = 0;                                  // at most so many series; 0: all
  std::shared_ptr<const std::atomic<bool>> cancelled;  // may be null
};

class Engine {
 public:
  // `pool` and `registry` must outlive the engine; registry may be null (tests).
  Engine(EngineOptions options, ThreadPool* pool, client::Registry* registry, const Clock* clock);
  ~Engine();

  std::variant<QueryResult, QueryFailure> Exec(storage::Queryable& queryable,
                                               const QueryRequest& request);

  const EngineOptions& options() const;
  // Applied on reload; running queries keep the old value.
  void SetDefaultSubqueryStep(int64_t step_ms);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::promql

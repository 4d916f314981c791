#pragma once
// A query as it comes and as it goes: options of the engine, a request, its result, its failure and
// its figures. Plain values.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "promql/parser/parser.h"
#include "promql/kernels/grid.h"
#include "promql/plan/memory_budget.h"

namespace watchfire::promql {

struct EngineOptions {
  int64_t lookback_delta_ms = 300'000;
  int64_t timeout_ms = 120'000;
  uint64_t max_samples = 50'000'000;
  uint64_t max_memory = 0;        // bytes of one query; 0: without limit
  uint64_t max_total_memory = 0;  // of all queries together, their answers included; 0: the same
  int max_concurrency = 20;
  int64_t default_subquery_step_ms = 60'000;  // global.evaluation_interval; may be set later
  ParseOptions parse;
  bool delayed_name_removal = false;
  bool per_step_stats = false;  // they may be asked for
  bool use_start_timestamps = false;  // in rate, increase, irate, resets, where there are any
  bool type_and_unit_labels = false;  // __type__ tells what is a counter
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
  // By step of the query, if asked for (QueryRequest::per_step_stats). A sample is read by the
  // first step that looks at it.
  Grid steps;
  std::vector<uint64_t> queryable_per_step;
  std::vector<uint64_t> read_per_step;
};

struct QueryResult {
  QueryValue value;
  // Texts with their position (`… (1:5)`), without duplicates, in order of appearance.
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
  QueryStats stats;
  // The account of what `value` takes; whoever turns it into something else goes on with it.
  std::shared_ptr<MemoryBudget> memory;
};

// Why a query failed; api maps it to errorType and status.
enum class QueryErrorKind : uint8_t { kBadData, kExecution, kTimeout, kCanceled, kInternal };

struct QueryFailure {
  QueryErrorKind kind = QueryErrorKind::kExecution;
  std::string message;
};

// Who asked, for the query log: an HTTP request (path not empty), a rule group, or nobody.
struct QueryOrigin {
  std::string client_ip;
  std::string method;
  std::string path;
  std::string rule_file;
  std::string rule_group;
};

struct QueryRequest {
  std::string query;
  // What `query` says, for those who ask the same again and again; null: it is parsed.
  std::shared_ptr<const Expr> expr = nullptr;
  TimeMs start = 0;  // instant queries: the evaluation time
  TimeMs end = 0;
  int64_t step_ms = 0;                                 // 0: instant
  int64_t lookback_delta_ms = 0;                       // 0: the engine's
  int64_t timeout_ms = 0;                              // 0: the engine's; below 0: none
  uint64_t limit = 0;                                  // at most so many series; 0: all
  std::shared_ptr<const std::atomic<bool>> cancelled;  // may be null
  QueryOrigin origin;
  bool per_step_stats = false;
  // Monotonic time from which the timeout counts, if the request had to wait before; 0: now.
  int64_t received_ns = 0;
};

}  // namespace watchfire::promql

#include "promql/engine/engine.h"

#include <algorithm>
#include <new>

#include <fmt/core.h>

#include "base/hash_map.h"
#include "model/histogram_math.h"
#include "promql/engine/gate.h"
#include "promql/engine/query_log.h"
#include "promql/operators/operator.h"
#include "promql/operators/scan.h"
#include "promql/plan/context.h"
#include "promql/plan/plan.h"

namespace watchfire::promql {
namespace {

// Everything that the engine tells about itself.
struct EngineMetrics {
  explicit EngineMetrics(client::Registry& registry, int max_concurrency)
      : queries(registry.AddGauge("prometheus_engine_queries",
                                  "The current number of queries being executed or waiting.")),
        samples(registry.AddCounter("prometheus_engine_query_samples_total",
                                    "The total number of samples loaded by all queries.")),
        samples_read(
            registry.AddCounter("prometheus_engine_query_samples_read_total",
                                "The total number of samples read from storage by all queries.")),
        durations(registry.AddSummaryFamily("prometheus_engine_query_duration_seconds",
                                            "Query timings", {0.5, 0.9, 0.99}, {"slice"})) {
    registry
        .AddGauge("prometheus_engine_queries_concurrent_max",
                  "The max number of concurrent queries.")
        .Set(max_concurrency);
    for (const char* slice : {"queue_time", "prepare_time", "inner_eval", "result_sort"}) {
      durations.With({slice});
    }
  }
  void Observe(const char* slice, double seconds) { durations.With({slice}).Observe(seconds); }

  client::Gauge& queries;
  client::Counter& samples;
  client::Counter& samples_read;
  client::Family<client::Summary>& durations;
};

class Stopwatch {
 public:
  explicit Stopwatch(const Clock* clock) : clock_(clock), start_(clock->MonotonicNs()) {}
  double Lap() {
    int64_t now = clock_->MonotonicNs();
    double seconds = static_cast<double>(now - start_) / 1e9;
    start_ = now;
    return seconds;
  }

 private:
  const Clock* clock_;
  int64_t start_;
};

void AppendPoints(const Grid& grid, Column& column, ResultSeries* out) {
  size_t steps = column.v.size();
  size_t floats = 0;
  for (size_t i = 0; i < steps; ++i) floats += column.HasFloat(i) ? 1 : 0;
  // As much as is needed: the answer lives until it is text.
  out->t.resize(floats);
  out->v.resize(floats);
  size_t at = 0;
  for (size_t i = 0; i < steps; ++i) {
    if (column.HasFloat(i)) {
      out->t[at] = grid.at(i);
      out->v[at++] = column.v[i];
    } else if (column.HasHistogram(i)) {
      out->histogram_t.push_back(grid.at(i));
      out->histograms.push_back(*column.h[i]);
    }
  }
}

// Puts the points of two series with the same labels together, in order of time.
template <typename T>
bool MergePoints(std::vector<TimeMs>& t, std::vector<T>& v, std::vector<TimeMs>& more_t,
                 std::vector<T>& more_v) {
  std::vector<TimeMs> merged_t;
  std::vector<T> merged_v;
  size_t a = 0;
  size_t b = 0;
  while (a < t.size() || b < more_t.size()) {
    if (a < t.size() && b < more_t.size() && t[a] == more_t[b]) return false;
    bool first = b >= more_t.size() || (a < t.size() && t[a] < more_t[b]);
    merged_t.push_back(first ? t[a] : more_t[b]);
    merged_v.push_back(std::move(first ? v[a] : more_v[b]));
    ++(first ? a : b);
  }
  t = std::move(merged_t);
  v = std::move(merged_v);
  return true;
}

void MergeSeries(ResultSeries& into, ResultSeries& from) {
  bool crossed = std::any_of(from.t.begin(), from.t.end(), [&into](TimeMs t) {
    return std::binary_search(into.histogram_t.begin(), into.histogram_t.end(), t);
  });
  crossed =
      crossed || std::any_of(from.histogram_t.begin(), from.histogram_t.end(), [&into](TimeMs t) {
        return std::binary_search(into.t.begin(), into.t.end(), t);
      });
  if (crossed || !MergePoints(into.t, into.v, from.t, from.v) ||
      !MergePoints(into.histogram_t, into.histograms, from.histogram_t, from.histograms)) {
    ThrowSameLabelset();
  }
}

// A histogram counts as what it takes in units of a float sample.
size_t SamplesIn(const ResultSeries& series) {
  size_t samples = series.t.size();
  for (const model::FloatHistogram& h : series.histograms) samples += model::SizeInSamples(h);
  return samples;
}

// What a series of the answer takes without its samples.
uint64_t BytesBeside(const ResultSeries& series) {
  return sizeof series + series.labels.size_bytes();
}

uint64_t BytesOf(const QueryValue& value) {
  uint64_t bytes = 0;
  for (const ResultSeries& series : value.series) {
    bytes += SamplesIn(series) * QueryContext::kSampleBytes + BytesBeside(series);
  }
  return bytes;
}

// Collects the answer: names that were to go at the end go, series that became equal are merged.
class ResultCollector {
 public:
  ResultCollector(QueryContext& context, bool distinct)
      : context_(context),
        clock_(context.clock()),
        held_(context),
        held_labels_(*context.memory),
        distinct_(distinct) {}

  void Add(ResultSeries series, bool drop_name) {
    size_t samples = SamplesIn(series);
    if (samples == 0) return;
    held_.Add(samples);
    if (drop_name) series.labels = DropReserved(series.labels);
    held_labels_.Add(BytesBeside(series));
    if (distinct_ && !drop_name) {
      all_.push_back(std::move(series));
      return;
    }
    auto [at, fresh] = index_.try_emplace(series.labels, all_.size());
    if (fresh) {
      all_.push_back(std::move(series));
    } else {
      MergeSeries(all_[at->second], series);
    }
  }
  std::vector<ResultSeries> Take(bool sort) {
    Stopwatch watch(clock_);
    if (sort) {
      std::sort(all_.begin(), all_.end(),
                [](const ResultSeries& a, const ResultSeries& b) { return a.labels < b.labels; });
    }
    uint64_t limit = context_.request.limit;
    if (limit > 0 && all_.size() > limit) {
      all_.resize(limit);
      context_.notes.WarnPlain("results truncated due to limit");
    }
    context_.stats.result_sort_seconds = watch.Lap();
    return std::move(all_);
  }

 private:
  QueryContext& context_;
  const Clock* clock_;
  HeldSamples held_;
  HeldBytes held_labels_;
  bool distinct_;
  HashMap<model::Labels, size_t, std::hash<model::Labels>> index_;
  std::vector<ResultSeries> all_;
};

// A range selector or subquery as the whole query: its samples as they are.
QueryValue EvalMatrix(QueryContext& context, const PlanNode& node, const Grid& grid) {
  QueryValue value;
  value.type = ValueType::kMatrix;
  ResultCollector collector(context, !context.options.delayed_name_removal);
  auto source = MakeRangeSource(context, node, grid);
  while (source->Next()) {
    ResultSeries series;
    series.labels = source->labels();
    const Windows& windows = source->windows();
    for (uint32_t i = windows.lo[0]; i < windows.hi[0]; ++i) {
      series.t.push_back(source->floats().t[i]);
      series.v.push_back(source->floats().v[i]);
    }
    for (const storage::HistogramSample& sample : source->histograms()) {
      series.histogram_t.push_back(sample.t);
      series.histograms.push_back(sample.histogram);
    }
    collector.Add(std::move(series), source->drop_name());
  }
  value.series = collector.Take(true);
  return value;
}

QueryValue EvalVector(QueryContext& context, const PlanNode& node, const Grid& grid) {
  QueryValue value;
  value.type = context.instant ? ValueType::kVector : ValueType::kMatrix;
  // Other operators may have dropped labels that are rare but tell series apart (__type__).
  bool distinct = (node.kind == NodeKind::kSelector || node.kind == NodeKind::kAggregate) &&
                  node.distinct && !context.options.delayed_name_removal;
  ResultCollector collector(context, distinct);
  StreamPtr stream = MakeStream(context, node, grid);
  while (stream->Next()) {
    Column& column = stream->column();
    context.Tick(grid.count);
    if (!column.AnyValue()) continue;
    ResultSeries series;
    series.labels = stream->labels();
    AppendPoints(grid, column, &series);
    collector.Add(std::move(series), stream->drop_name());
  }
  value.series = collector.Take(!context.instant);
  return value;
}

QueryValue EvalScalarQuery(QueryContext& context, const PlanNode& node, const Grid& grid) {
  QueryValue value;
  ScalarColumn column = EvalScalar(context, node, grid);
  if (context.instant) {
    value.type = ValueType::kScalar;
    value.scalar = {grid.start, column[0]};
    return value;
  }
  context.Hold(column.size());
  context.Release(column.size());
  value.type = ValueType::kMatrix;
  ResultSeries series;
  for (size_t i = 0; i < grid.count; ++i) series.t.push_back(grid.at(i));
  series.v = std::move(column);
  value.series.push_back(std::move(series));
  return value;
}

void CheckRequest(const QueryRequest& request, const Expr& expr) {
  if (request.step_ms == 0) return;
  ValueType type = expr.type();
  if (type != ValueType::kVector && type != ValueType::kScalar) {
    throw QueryError(fmt::format("invalid expression type \"{}\" for range query, must be Scalar "
                                 "or instant Vector",
                                 ValueTypeName(type)),
                     QueryErrorKind::kBadData);
  }
}

Grid GridOf(const QueryRequest& request) {
  TimeMs start = std::clamp(request.start, kMinTime, kMaxTime);
  TimeMs end = std::clamp(request.end, kMinTime, kMaxTime);
  if (request.step_ms <= 0 || end < start) return {start, 1, 1};
  return {start, request.step_ms, static_cast<size_t>((end - start) / request.step_ms) + 1};
}

QueryValue Evaluate(QueryContext& context, const PlanNode& plan, const Grid& grid) {
  switch (plan.type) {
    case ValueType::kScalar:
      return EvalScalarQuery(context, plan, grid);
    case ValueType::kVector:
      return EvalVector(context, plan, grid);
    case ValueType::kMatrix:
      return EvalMatrix(context, plan, grid);
    case ValueType::kString: {
      QueryValue value;
      value.type = ValueType::kString;
      value.string = {grid.start, plan.expr->As<StringLiteral>().value};
      return value;
    }
    case ValueType::kNone:
      break;
  }
  WF_CHECK(false && "an expression without a type");
  return {};
}

}  // namespace

struct Engine::Impl {
  Impl(EngineOptions engine_options, client::Registry* registry, const Clock* engine_clock)
      : options(std::move(engine_options)),
        clock(engine_clock),
        gate(options.max_concurrency),
        memory(std::make_shared<MemoryPool>(options.max_total_memory)),
        query_log(engine_clock, registry),
        subquery_step_ms(options.default_subquery_step_ms) {
    if (registry) metrics = std::make_unique<EngineMetrics>(*registry, options.max_concurrency);
  }

  // `explanation` may be null.
  QueryResult Run(storage::Queryable& queryable, const QueryRequest& request,
                  Explanation* explanation);
  QueryResult Execute(storage::Queryable& queryable, QueryContext& context, const Expr& expr,
                      Explanation* explanation);
  template <typename Outcome>
  std::variant<Outcome, QueryFailure> Guard(const std::function<Outcome()>& run);
  void Report(const QueryStats& stats);

  EngineOptions options;
  const Clock* clock;
  ThreadPool* pool = nullptr;
  QueryGate gate;
  const std::shared_ptr<MemoryPool> memory;
  QueryLog query_log;
  std::unique_ptr<ActiveQueries> active;
  std::atomic<int64_t> subquery_step_ms;
  std::unique_ptr<EngineMetrics> metrics;
};

QueryResult Engine::Impl::Run(storage::Queryable& queryable, const QueryRequest& request,
                              Explanation* explanation) {
  std::shared_ptr<const Expr> expr = request.expr;
  if (expr == nullptr) {
    Result<ExprPtr> parsed = Parse(request.query, options.parse);
    if (!parsed.ok()) throw QueryError(parsed.error().message(), QueryErrorKind::kBadData);
    expr = std::move(*parsed);
  }
  CheckRequest(request, *expr);
  QueryContext context(options, request, clock, memory);
  context.default_subquery_step_ms = subquery_step_ms.load(std::memory_order_relaxed);
  Stopwatch total(clock);
  try {
    QueryResult result = Execute(queryable, context, *expr, explanation);
    query_log.Write(request, context.stats, "");
    return result;
  } catch (const QueryError& error) {
    context.stats.exec_total_seconds = total.Lap();
    query_log.Write(request, context.stats, error.what());
    throw;
  }
}

QueryResult Engine::Impl::Execute(storage::Queryable& queryable, QueryContext& context,
                                  const Expr& expr, Explanation* explanation) {
  Stopwatch total(clock);
  Stopwatch watch(clock);
  QueryGate::Pass pass(gate, context);
  ActiveQueries::Note note(active.get(), context.request.query);
  QueryStats& stats = context.stats;
  stats.queue_seconds = watch.Lap();
  if (explanation != nullptr) {
    context.profile = std::make_unique<Profile>(clock, &stats.samples_read);
    context.profile->Switch(&context.profile->Of(nullptr));
  }

  Grid grid = GridOf(context.request);
  if (options.per_step_stats && context.request.per_step_stats) {
    stats.steps = grid;
    stats.queryable_per_step.resize(grid.count);
    stats.read_per_step.resize(grid.count);
  }
  PlanPtr plan = MakePlan(expr, context, grid);
  TimeMs mint = kMaxTime;
  TimeMs maxt = kMinTime;
  CoverTimes(*plan, grid, context.lookback_ms, &mint, &maxt);
  if (mint > maxt) mint = maxt = grid.start;  // no selector at all
  Result<std::unique_ptr<storage::Querier>> querier = queryable.NewQuerier(mint, maxt);
  if (!querier.ok()) ThrowStorageError(querier.error());
  context.querier = querier->get();
  context.pool = pool;
  stats.preparation_seconds = watch.Lap();

  context.CheckNow("expression evaluation");
  HeldSamples steps(context);
  steps.Add(grid.count);
  QueryResult result;
  result.value = Evaluate(context, *plan, grid);
  result.memory = context.memory;
  result.memory->Reserve(BytesOf(result.value));
  stats.inner_eval_seconds = watch.Lap() - stats.result_sort_seconds;
  stats.eval_total_seconds =
      stats.preparation_seconds + stats.inner_eval_seconds + stats.result_sort_seconds;
  stats.exec_total_seconds = total.Lap();
  result.warnings = context.notes.TakeWarnings();
  result.infos = context.notes.TakeInfos();
  result.stats = stats;
  Report(stats);
  if (explanation != nullptr) {
    context.profile->Switch(nullptr);
    *explanation = MakeExplanation(context, expr, *plan, grid, std::move(result));
  }
  return result;
}

void Engine::Impl::Report(const QueryStats& stats) {
  if (!metrics) return;
  metrics->samples.Increment(static_cast<double>(stats.total_queryable_samples));
  metrics->samples_read.Increment(static_cast<double>(stats.samples_read));
  metrics->Observe("queue_time", stats.queue_seconds);
  metrics->Observe("prepare_time", stats.preparation_seconds);
  metrics->Observe("inner_eval", stats.inner_eval_seconds);
  metrics->Observe("result_sort", stats.result_sort_seconds);
}

Engine::Engine(EngineOptions options, ThreadPool* pool, client::Registry* registry,
               const Clock* clock)
    : impl_(std::make_unique<Impl>(std::move(options), registry, clock)) {
  impl_->pool = pool;
}

Engine::~Engine() = default;

template <typename Outcome>
std::variant<Outcome, QueryFailure> Engine::Impl::Guard(const std::function<Outcome()>& run) {
  if (metrics) metrics->queries.Increment();
  std::variant<Outcome, QueryFailure> outcome;
  try {
    outcome = run();
  } catch (const QueryError& error) {
    outcome = error.failure();
  } catch (const std::bad_alloc&) {
    outcome = QueryFailure{QueryErrorKind::kExecution, "query needs more memory than there is"};
  }
  if (metrics) metrics->queries.Decrement();
  return outcome;
}

std::variant<QueryResult, QueryFailure> Engine::Exec(storage::Queryable& queryable,
                                                     const QueryRequest& request) {
  return impl_->Guard<QueryResult>([&] { return impl_->Run(queryable, request, nullptr); });
}

std::variant<Explanation, QueryFailure> Engine::Explain(storage::Queryable& queryable,
                                                        const QueryRequest& request) {
  return impl_->Guard<Explanation>([&] {
    Explanation explanation;
    impl_->Run(queryable, request, &explanation);
    return explanation;
  });
}

const EngineOptions& Engine::options() const {
  return impl_->options;
}

Result<void> Engine::SetQueryLog(const std::string& path, FileSystem& files) {
  return impl_->query_log.Open(path, files);
}

void Engine::TrackActive(std::unique_ptr<ActiveQueries> active) {
  impl_->active = std::move(active);
}

uint64_t Engine::memory_in_use() const {
  return impl_->memory->used();
}

void Engine::SetDefaultSubqueryStep(int64_t step_ms) {
  impl_->subquery_step_ms.store(step_ms, std::memory_order_relaxed);
}

}  // namespace watchfire::promql

#include "promql/plan/context.h"

#include <fmt/core.h>

namespace watchfire::promql {
namespace {

constexpr std::string_view kUnsupportedSuffix = " is not supported yet";
constexpr std::string_view kTooManySamples =
    "query processing would load too many samples into memory in query execution";

}  // namespace

void ThrowUnsupported(std::string_view what) {
  throw QueryError(std::string(what) + std::string(kUnsupportedSuffix));
}

bool IsUnsupportedMessage(std::string_view message) {
  return message.ends_with(kUnsupportedSuffix);
}

void ThrowStorageError(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kCancelled:
      throw QueryError("query was canceled in expression evaluation", QueryErrorKind::kCanceled);
    case ErrorCode::kTimeout:
      throw QueryError("query timed out in expression evaluation", QueryErrorKind::kTimeout);
    case ErrorCode::kLimit:
      throw QueryError(error.message());
    default:
      throw QueryError(error.message(), QueryErrorKind::kInternal);
  }
}

QueryContext::QueryContext(const EngineOptions& engine_options, const QueryRequest& query_request,
                           const Clock* clock, std::shared_ptr<MemoryPool> memory_pool)
    : options(engine_options),
      request(query_request),
      lookback_ms(query_request.lookback_delta_ms > 0 ? query_request.lookback_delta_ms
                                                      : engine_options.lookback_delta_ms),
      default_subquery_step_ms(engine_options.default_subquery_step_ms),
      instant(query_request.step_ms == 0),
      notes(query_request.query),
      memory(std::make_shared<MemoryBudget>(std::move(memory_pool), engine_options.max_memory)),
      clock_(clock),
      bytes_(*memory) {
  int64_t timeout_ms = engine_options.timeout_ms;
  if (query_request.timeout_ms != 0) timeout_ms = std::min(timeout_ms, query_request.timeout_ms);
  int64_t from_ns = request.received_ns != 0 ? request.received_ns : clock_->MonotonicNs();
  deadline_ns_ = from_ns + timeout_ms * 1'000'000;
}

QueryContext::QueryContext(QueryContext* parent)
    : options(parent->options),
      request(parent->request),
      lookback_ms(parent->lookback_ms),
      default_subquery_step_ms(parent->default_subquery_step_ms),
      instant(parent->instant),
      notes(parent->request.query),
      querier(parent->querier),
      memory(parent->memory),
      clock_(parent->clock_),
      deadline_ns_(parent->deadline_ns_),
      held_(parent->held_),
      bytes_(*memory) {
  stats.steps = parent->stats.steps;
  stats.queryable_per_step.resize(parent->stats.queryable_per_step.size());
  stats.read_per_step.resize(parent->stats.read_per_step.size());
  if (parent->profile != nullptr) {
    profile = parent->profile->Shard(&stats.samples_read);
  }
}

void QueryContext::CountStep(const Grid& grid, size_t i, uint64_t queryable, uint64_t read) {
  size_t steps = stats.queryable_per_step.size();
  bool own = grid.count == steps && grid.start == stats.steps.start;
  bool shared = !own && grid.count == 1;
  size_t first = own ? i : shared ? 0 : steps - 1;
  size_t last = shared ? steps - 1 : first;
  for (size_t step = first; step <= last; ++step) stats.queryable_per_step[step] += queryable;
  stats.read_per_step[first] += read;
}

void QueryContext::Absorb(QueryContext& shard) {
  notes.Absorb(shard.notes);
  if (profile != nullptr) profile->Absorb(*shard.profile);
  stats.total_queryable_samples += shard.stats.total_queryable_samples;
  stats.samples_read += shard.stats.samples_read;
  stats.peak_samples = std::max(stats.peak_samples, shard.stats.peak_samples);
  for (size_t i = 0; i < stats.queryable_per_step.size(); ++i) {
    stats.queryable_per_step[i] += shard.stats.queryable_per_step[i];
    stats.read_per_step[i] += shard.stats.read_per_step[i];
  }
}

void QueryContext::CheckNow(std::string_view where) {
  work_ = 0;
  if (request.cancelled && request.cancelled->load(std::memory_order_relaxed)) {
    throw QueryError(fmt::format("query was canceled in {}", where), QueryErrorKind::kCanceled);
  }
  if (clock_->MonotonicNs() >= deadline_ns_) {
    throw QueryError(fmt::format("query timed out in {}", where), QueryErrorKind::kTimeout);
  }
}

void QueryContext::Hold(size_t samples) {
  bytes_.Add(samples * kSampleBytes);
  uint64_t held = held_->fetch_add(samples, std::memory_order_relaxed) + samples;
  stats.peak_samples = std::max(stats.peak_samples, held);
  // Every growth is ours to give back, so the limit is tested after it was counted.
  if (held > options.max_samples) {
    Release(samples);
    throw QueryError(std::string(kTooManySamples));
  }
}

}  // namespace watchfire::promql

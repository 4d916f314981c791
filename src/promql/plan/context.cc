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

void ThrowUnsupportedHistograms(std::string_view where) {
  ThrowUnsupported(fmt::format("{} of native histograms", where));
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
                           const Clock* clock)
    : options(engine_options),
      request(query_request),
      lookback_ms(query_request.lookback_delta_ms > 0 ? query_request.lookback_delta_ms
                                                      : engine_options.lookback_delta_ms),
      default_subquery_step_ms(engine_options.default_subquery_step_ms),
      instant(query_request.step_ms == 0),
      notes(query_request.query),
      clock_(clock) {
  int64_t timeout_ms = engine_options.timeout_ms;
  if (query_request.timeout_ms > 0) timeout_ms = std::min(timeout_ms, query_request.timeout_ms);
  deadline_ns_ = clock_->MonotonicNs() + timeout_ms * 1'000'000;
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
  held_ += samples;
  stats.peak_samples = std::max(stats.peak_samples, held_);
  // Every growth is ours to give back, so the limit is tested after it was counted.
  if (held_ > options.max_samples) {
    held_ -= samples;
    throw QueryError(std::string(kTooManySamples));
  }
}

}  // namespace watchfire::promql

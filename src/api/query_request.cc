#include "api/query_request.h"

#include "api/params.h"
#include "net/url.h"

namespace watchfire::api {
namespace {

constexpr int64_t kMaxPoints = 11'000;

ErrorType TypeOf(promql::QueryErrorKind kind) {
  switch (kind) {
    case promql::QueryErrorKind::kBadData:
      return ErrorType::kBadData;
    case promql::QueryErrorKind::kExecution:
      return ErrorType::kExecution;
    case promql::QueryErrorKind::kTimeout:
      return ErrorType::kTimeout;
    case promql::QueryErrorKind::kCanceled:
      return ErrorType::kCanceled;
    case promql::QueryErrorKind::kInternal:
      return ErrorType::kInternal;
  }
  return ErrorType::kInternal;
}

// The parameters that both kinds of query share; `name`: the one that is looked at.
Result<void> ReadCommon(const net::Values& form, promql::QueryRequest& query, std::string* name) {
  query.query = std::string(form.Get("query"));
  *name = "limit";
  query.limit = TRY(ParseLimit(form.Get("limit")));
  *name = "timeout";
  if (form.Has("timeout")) {
    // No time at all is a wish like any other; 0 would mean the engine's own.
    query.timeout_ms = TRY(ParseDurationParam(form.Get("timeout")));
    if (query.timeout_ms <= 0) query.timeout_ms = -1;
  }
  *name = "lookback_delta";
  if (form.Has("lookback_delta")) {
    query.lookback_delta_ms = TRY(ParseDurationParam(form.Get("lookback_delta")));
    if (query.lookback_delta_ms <= 0) return Error::Invalid("lookback delta must be positive");
  }
  return {};
}

ReadQuery WithCommon(const net::Values& form, promql::QueryRequest query) {
  std::string name;
  if (Result<void> read = ReadCommon(form, query, &name); !read.ok()) {
    return InvalidParam(name, read.error());
  }
  return query;
}

}  // namespace

ReadQuery ReadInstantQuery(const net::Values& form, TimeMs now) {
  Result<TimeMs> time = ParseTimeParam(form, "time", now);
  if (!time.ok()) return InvalidParam("time", time.error());
  promql::QueryRequest query;
  query.start = query.end = *time;
  return WithCommon(form, std::move(query));
}

ReadQuery ReadRangeQuery(const net::Values& form) {
  Result<TimeMs> start = ParseTime(form.Get("start"));
  if (!start.ok()) return InvalidParam("start", start.error());
  Result<TimeMs> end = ParseTime(form.Get("end"));
  if (!end.ok()) return InvalidParam("end", end.error());
  if (*end < *start) {
    return InvalidParam("end", Error::Invalid("end timestamp must not be before start time"));
  }
  Result<int64_t> step = ParseDurationParam(form.Get("step"));
  if (!step.ok()) return InvalidParam("step", step.error());
  if (*step <= 0) {
    return InvalidParam("step",
                        Error::Invalid("zero or negative query resolution step widths are not "
                                       "accepted. Try a positive integer"));
  }
  if ((*end - *start) / *step > kMaxPoints) {
    return Failure(ErrorType::kBadData,
                   "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing "
                   "the query resolution (?step=XX)");
  }
  promql::QueryRequest query;
  query.start = *start;
  query.end = *end;
  query.step_ms = *step;
  return WithCommon(form, std::move(query));
}

void Attribute(const net::Request& request, promql::QueryRequest* query) {
  query->cancelled = request.cancelled;
  query->received_ns = request.received_ns;
  auto address = net::SplitHostPort(request.remote_address);
  query->origin.client_ip = address.ok() ? address->host : request.remote_address;
  query->origin.method = request.method;
  query->origin.path = request.path;
}

std::vector<std::string> LongPaths() {
  return {"/api/v1/query",           "/api/v1/query_range",
          "/api/v1/query_explain",   "/api/v1/query_advice",
          "/api/v1/query_exemplars", "/api/v1/rule_backtest",
          "/api/v1/series",          "/federate"};
}

net::Response QueryFailed(const promql::QueryFailure& failure) {
  if (failure.kind == promql::QueryErrorKind::kBadData) {
    return InvalidParam("query", Error::Invalid("{}", failure.message));
  }
  return Failure(TypeOf(failure.kind), failure.message);
}

}  // namespace watchfire::api

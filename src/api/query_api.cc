// Queries: /query, /query_range, /format_query, /parse_query.
#include "api/params.h"
#include "api/prometheus_api.h"
#include "api/query_json.h"
#include "promql/parser/printer.h"

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

// The parameters that both kinds of query share.
Result<void> ReadCommon(const net::Values& form, promql::QueryRequest& query, std::string* name) {
  query.query = std::string(form.Get("query"));
  *name = "limit";
  query.limit = TRY(ParseLimit(form.Get("limit")));
  *name = "timeout";
  if (form.Has("timeout")) query.timeout_ms = TRY(ParseDurationParam(form.Get("timeout")));
  *name = "lookback_delta";
  if (form.Has("lookback_delta")) {
    query.lookback_delta_ms = TRY(ParseDurationParam(form.Get("lookback_delta")));
    if (query.lookback_delta_ms <= 0) return Error::Invalid("lookback delta must be positive");
  }
  return {};
}

}  // namespace

net::Response PrometheusApi::Execute(const net::Request& request, const net::Values& form,
                                     promql::QueryRequest query) {
  query.cancelled = request.cancelled;
  auto outcome = deps_.engine->Exec(*deps_.database(), query);
  if (const auto* failure = std::get_if<promql::QueryFailure>(&outcome)) {
    if (failure->kind == promql::QueryErrorKind::kBadData) {
      return InvalidParam("query", Error::Invalid("{}", failure->message));
    }
    return Failure(TypeOf(failure->kind), failure->message);
  }
  auto& result = std::get<promql::QueryResult>(outcome);
  if (query.limit > 0 && result.value.series.size() > query.limit) {
    result.value.series.resize(query.limit);
    result.warnings.emplace_back("results truncated due to limit");
  }
  TextPieces text = BeginSuccess();
  WriteQueryResult(text, std::move(result.value),
                   form.Get("stats").empty() ? std::string() : QueryStatsJson(result.stats));
  return EndSuccess(std::move(text), result.warnings, result.infos);
}

net::Response PrometheusApi::Query(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  Result<TimeMs> time = ParseTimeParam(*form, "time", deps_.clock->Now());
  if (!time.ok()) return InvalidParam("time", time.error());
  promql::QueryRequest query;
  query.start = query.end = *time;
  std::string name;
  if (Result<void> read = ReadCommon(*form, query, &name); !read.ok()) {
    return InvalidParam(name, read.error());
  }
  return Execute(request, *form, std::move(query));
}

net::Response PrometheusApi::QueryRange(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  promql::QueryRequest query;
  Result<TimeMs> start = ParseTime(form->Get("start"));
  if (!start.ok()) return InvalidParam("start", start.error());
  Result<TimeMs> end = ParseTime(form->Get("end"));
  if (!end.ok()) return InvalidParam("end", end.error());
  if (*end < *start) {
    return InvalidParam("end", Error::Invalid("end timestamp must not be before start time"));
  }
  Result<int64_t> step = ParseDurationParam(form->Get("step"));
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
  query.start = *start;
  query.end = *end;
  query.step_ms = *step;
  std::string name;
  if (Result<void> read = ReadCommon(*form, query, &name); !read.ok()) {
    return InvalidParam(name, read.error());
  }
  return Execute(request, *form, std::move(query));
}

net::Response PrometheusApi::FormatQuery(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  auto expr = promql::Parse(form->Get("query"), deps_.engine->options().parse);
  if (!expr.ok()) return InvalidParam("query", expr.error());
  std::string data;
  codec::AppendJsonString(data, promql::Prettify(**expr));
  return Success(std::move(data));
}

net::Response PrometheusApi::ParseQuery(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  auto expr = promql::Parse(form->Get("query"), deps_.engine->options().parse);
  if (!expr.ok()) return InvalidParam("query", expr.error());
  return Success(promql::AstToJson(**expr));
}

}  // namespace watchfire::api

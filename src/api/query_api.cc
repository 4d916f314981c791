// Queries: /query, /query_range, /format_query, /parse_query.
#include "api/prometheus_api.h"
#include "api/query_json.h"
#include "api/query_request.h"
#include "base/text.h"
#include "promql/engine/query_log.h"
#include "promql/parser/printer.h"

namespace watchfire::api {
namespace {

// "true" and "all" are the values with a future; everything else means "true".
void NoteStatsValue(std::string_view stats, std::vector<std::string>* warnings) {
  if (stats.empty() || stats == "true" || stats == "all") return;
  warnings->push_back(
      fmt::format("value {} for parameter \"stats\" is deprecated and will be rejected in the next "
                  "major release, use \"true\" or \"all\"",
                  GoQuote(stats)));
}

// From now on the answer takes the memory that its text takes, until it is sent.
void KeepAccount(promql::MemoryBudget& memory, uint64_t result_bytes, uint64_t text_bytes) {
  memory.Charge(text_bytes);
  memory.Release(result_bytes);
}

}  // namespace

net::Response PrometheusApi::Execute(const net::Request& request, const net::Values& form,
                                     promql::QueryRequest query) {
  Attribute(request, &query);
  std::string_view stats = form.Get("stats");
  query.per_step_stats = stats == "all";
  auto outcome = deps_.engine->Exec(*deps_.database(), query);
  if (const auto* failure = std::get_if<promql::QueryFailure>(&outcome)) {
    return QueryFailed(*failure);
  }
  auto& result = std::get<promql::QueryResult>(outcome);
  NoteStatsValue(stats, &result.warnings);
  uint64_t result_bytes = result.memory->used();
  TextPieces text = BeginSuccess();
  WriteQueryResult(text, std::move(result.value),
                   stats.empty() ? std::string() : promql::QueryStatsJson(result.stats));
  uint64_t text_bytes = text.capacity();
  net::Response response = EndSuccess(std::move(text), result.warnings, result.infos);
  if (!response.tail.empty()) {
    KeepAccount(*result.memory, result_bytes, text_bytes);
    response.lease = std::move(result.memory);
  }
  return response;
}

net::Response PrometheusApi::Query(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  ReadQuery read = ReadInstantQuery(*form, deps_.clock->Now());
  if (auto* response = std::get_if<net::Response>(&read)) return std::move(*response);
  return Execute(request, *form, std::get<promql::QueryRequest>(std::move(read)));
}

net::Response PrometheusApi::QueryRange(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  ReadQuery read = ReadRangeQuery(*form);
  if (auto* response = std::get_if<net::Response>(&read)) return std::move(*response);
  return Execute(request, *form, std::get<promql::QueryRequest>(std::move(read)));
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

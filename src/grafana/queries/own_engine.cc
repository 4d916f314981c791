#include "grafana/queries/own_engine.h"

#include <utility>

#include "base/text.h"
#include "model/histogram_buckets.h"

namespace watchfire::grafana {
namespace {

// As the HTTP API would have answered, so that messages are the same for every source.
Failure FailureOf(const promql::QueryFailure& failure) {
  Failure out;
  std::string_view type;
  switch (failure.kind) {
    case promql::QueryErrorKind::kBadData:
      out.status = 400;
      out.message = "bad_data: invalid parameter \"query\": " + failure.message;
      return out;
    case promql::QueryErrorKind::kExecution:
      out.status = 422;
      type = "execution: ";
      break;
    case promql::QueryErrorKind::kTimeout:
      out.status = 503;
      type = "timeout: ";
      break;
    case promql::QueryErrorKind::kCanceled:
      out.status = 499;
      out.cancelled = true;
      type = "canceled: ";
      break;
    case promql::QueryErrorKind::kInternal:
      type = "internal: ";
      break;
  }
  out.message = std::string(type) + failure.message;
  return out;
}

std::vector<HistogramCell> CellsOf(const promql::ResultSeries& series) {
  std::vector<HistogramCell> cells;
  std::vector<model::HistogramBucket> buckets;
  for (size_t i = 0; i < series.histograms.size(); ++i) {
    model::BucketsOf(series.histograms[i], &buckets);
    for (const model::HistogramBucket& bucket : buckets) {
      if (bucket.count == 0) continue;
      int layout = bucket.lower_inclusive ? (bucket.upper_inclusive ? 3 : 1)
                                          : (bucket.upper_inclusive ? 0 : 2);
      cells.push_back({series.histogram_t[i], bucket.lower, bucket.upper, bucket.count,
                       static_cast<int8_t>(layout)});
    }
  }
  return cells;
}

Answer AnswerOf(promql::QueryResult result) {
  Answer answer;
  answer.warnings = std::move(result.warnings);
  answer.infos = std::move(result.infos);
  answer.lease = std::move(result.memory);
  promql::QueryValue& value = result.value;
  switch (value.type) {
    case promql::ValueType::kString:
      answer.kind = AnswerKind::kString;
      answer.text_time = value.string.t;
      answer.text = std::move(value.string.v);
      return answer;
    case promql::ValueType::kScalar:
      answer.kind = AnswerKind::kScalar;
      answer.series.push_back({{}, {value.scalar.t}, {value.scalar.v}, {}});
      return answer;
    case promql::ValueType::kMatrix:
      answer.kind = AnswerKind::kMatrix;
      break;
    default:
      answer.kind = AnswerKind::kVector;
  }
  answer.series.reserve(value.series.size());
  for (promql::ResultSeries& series : value.series) {
    std::vector<HistogramCell> cells = CellsOf(series);
    answer.series.push_back(
        {std::move(series.labels), std::move(series.t), std::move(series.v), std::move(cells)});
  }
  return answer;
}

}  // namespace

Outcome AskEngine(promql::Engine& engine, storage::Queryable* storage, const QueryPlan& plan,
                  bool instant, int64_t timeout_ms,
                  std::shared_ptr<const std::atomic<bool>> cancelled) {
  if (storage == nullptr) {
    return Failure{503, "unavailable: the server is still reading its data", true, false};
  }
  promql::QueryRequest request;
  request.query = plan.expr;
  request.start = instant ? plan.time : plan.start;
  request.end = instant ? plan.time : plan.end;
  request.step_ms = instant ? 0 : plan.step_ms;
  request.timeout_ms = timeout_ms;
  request.cancelled = std::move(cancelled);
  request.origin.path = "/api/ds/query";
  auto outcome = engine.Exec(*storage, request);
  if (const auto* failure = std::get_if<promql::QueryFailure>(&outcome)) return FailureOf(*failure);
  return AnswerOf(std::move(std::get<promql::QueryResult>(outcome)));
}

}  // namespace watchfire::grafana

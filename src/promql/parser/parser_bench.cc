#include <benchmark/benchmark.h>

#include <string>

#include "promql/parser/parser.h"
#include "promql/parser/printer.h"
#include "promql/parser/series_desc.h"

namespace watchfire::promql {
namespace {

constexpr std::string_view kSelector = "up{job=\"prometheus\"}";
constexpr std::string_view kAlert =
    "histogram_quantile(0.99, sum by (le, job) (rate(http_request_duration_seconds_bucket"
    "{job=~\"api|web\", code!~\"5..\"}[5m]))) > 0.5 and on (job) "
    "sum by (job) (increase(http_requests_total{job=~\"api|web\"}[1h] offset 1d)) > 1000";

void ParseText(benchmark::State& state, std::string_view query) {
  for (auto _ : state) {
    Result<ExprPtr> expr = Parse(query);
    benchmark::DoNotOptimize(expr.ok());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * query.size()));
}

void BM_ParseSelector(benchmark::State& state) {
  ParseText(state, kSelector);
}
BENCHMARK(BM_ParseSelector);

void BM_ParseAlert(benchmark::State& state) {
  ParseText(state, kAlert);
}
BENCHMARK(BM_ParseAlert);

void BM_ParseLongSum(benchmark::State& state) {
  std::string query = "a";
  for (int i = 0; i < 400; ++i) query += " + some_metric_total{instance=\"10.0.0.1:9100\"}";
  ParseText(state, query);
}
BENCHMARK(BM_ParseLongSum);

void BM_ParseError(benchmark::State& state) {
  ParseText(state, "topk(3, rate(llm_cost_dollars_total[5m]) by (model))");
}
BENCHMARK(BM_ParseError);

void BM_PrintAlert(benchmark::State& state) {
  ExprPtr expr = std::move(Parse(kAlert)).value();
  for (auto _ : state) benchmark::DoNotOptimize(Print(*expr));
}
BENCHMARK(BM_PrintAlert);

void BM_PrettifyAlert(benchmark::State& state) {
  ExprPtr expr = std::move(Parse(kAlert)).value();
  for (auto _ : state) benchmark::DoNotOptimize(Prettify(*expr));
}
BENCHMARK(BM_PrettifyAlert);

void BM_ParseSeries(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        ParseSeries("http_requests{job=\"api\",instance=\"0\"} 0+10x1000").ok());
  }
}
BENCHMARK(BM_ParseSeries);

}  // namespace
}  // namespace watchfire::promql

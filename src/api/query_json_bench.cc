// json_matrix: the answer of a panel query, 100 series of 1,440 points, by the kind of its values.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

#include "api/query_json.h"
#include "api/response.h"

namespace watchfire::api {
namespace {

constexpr size_t kSeries = 100;
constexpr size_t kPoints = 1'440;

enum Kind : int64_t { kCounter, kShort, kRate, kConstant };

promql::QueryResult Matrix(int64_t kind) {
  std::mt19937_64 random(7);
  std::vector<TimeMs> t(kPoints);
  for (size_t i = 0; i < kPoints; ++i) t[i] = 1'700'000'000'000 + static_cast<TimeMs>(i) * 15'000;
  promql::QueryResult result;
  result.value.type = promql::ValueType::kMatrix;
  for (size_t s = 0; s < kSeries; ++s) {
    promql::ResultSeries series;
    series.labels =
        model::Labels::Of({{"__name__", "node_cpu_seconds_total"},
                           {"instance", "host-" + std::to_string(s) + ".example.org:9100"},
                           {"job", "node"},
                           {"mode", "idle"}});
    series.t = t;
    double counter = static_cast<double>(random() % 1'000'000);
    for (size_t i = 0; i < kPoints; ++i) {
      counter += static_cast<double>(random() % 1'000);
      switch (kind) {
        case kCounter:
          series.v.push_back(counter);
          break;
        case kShort:
          series.v.push_back(std::round(counter) / 100);
          break;
        case kRate:
          series.v.push_back(counter / 3.7 / 285.0);
          break;
        default:
          series.v.push_back(0.1 + static_cast<double>(s));
      }
    }
    result.value.series.push_back(std::move(series));
  }
  return result;
}

void JsonMatrix(benchmark::State& state) {
  promql::QueryResult result = Matrix(state.range(0));
  size_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    promql::QueryValue value = result.value;
    state.ResumeTiming();
    TextPieces text = BeginSuccess();
    WriteQueryResult(text, std::move(value), "");
    net::Response response = EndSuccess(std::move(text));
    bytes += response.size();
    benchmark::DoNotOptimize(response);
  }
  state.SetItemsProcessed(static_cast<int64_t>(kSeries * kPoints) * state.iterations());
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(JsonMatrix)
    ->Name("json_matrix")
    ->ArgName("values")
    ->Arg(kCounter)
    ->Arg(kShort)
    ->Arg(kRate)
    ->Arg(kConstant);

}  // namespace
}  // namespace watchfire::api

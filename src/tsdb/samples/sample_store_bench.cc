// The sample store alone: rows that come in pieces, as remote write sends them. Items are samples.

#include <benchmark/benchmark.h>

#include <random>

#include "tsdb/samples/sample_store.h"

namespace watchfire::head {
namespace {

constexpr size_t kPerSender = 5000;

// Requests of `request` samples over the series of all senders, one sender's row after the other.
void BM_slices(benchmark::State& state) {
  auto count = static_cast<SeriesId>(state.range(0));
  auto request = static_cast<size_t>(state.range(1));
  auto change_every = static_cast<size_t>(state.range(2));
  bool overtaking = state.range(3) != 0;
  SampleStore store;
  std::mt19937_64 random(1);
  std::vector<double> values(count);
  for (double& v : values) v = static_cast<double>(random() % 100000);
  TimeMs now = 1'700'000'000'000 / kEraMs * kEraMs;
  std::vector<Rows> requests(1);
  size_t in_request = 0;
  auto cut = [&] {
    now += 15000;
    for (SeriesId id = 0; id < count; ++id) {
      if (change_every != 0 && id % change_every == 0) {
        values[id] += static_cast<double>((id * 7 + static_cast<size_t>(now / 15000) * 13) % 97);
      }
      if (in_request++ == request) {
        requests.emplace_back();
        in_request = 1;
      }
      Row& row = requests.back()[now + static_cast<TimeMs>(id / kPerSender)];
      row.ids.push_back(id);
      row.values.push_back(values[id]);
    }
  };
  uint64_t refused = 0;
  auto apply = [&] {
    // Two connections, neither waiting for the other.
    for (size_t i = 0; overtaking && i + 2 < requests.size(); i += 2) {
      if (random() % 3 == 0) std::swap(requests[i], requests[i + 1]);
    }
    for (size_t i = 0; i + 1 < requests.size(); ++i) refused += store.Apply(requests[i]).refused;
    requests.erase(requests.begin(), requests.end() - 1);
  };
  cut();
  apply();
  uint64_t samples = 0;
  for (auto _ : state) {
    state.PauseTiming();
    cut();
    state.ResumeTiming();
    apply();
    samples += count;
  }
  state.SetItemsProcessed(static_cast<int64_t>(samples));
  state.counters["timelines"] = static_cast<double>(store.GetStats().timelines);
  state.counters["refused"] = static_cast<double>(refused);
  state.counters["segments"] = static_cast<double>(store.GetStats().segments);
}
BENCHMARK(BM_slices)
    ->ArgNames({"series", "request", "change_every", "overtaking"})
    ->ArgsProduct({{100'000, 1'000'000}, {2000, 500}, {0, 3}, {0}})
    ->Args({100'000, 2000, 3, 1})
    ->Args({5'000, 2000, 3, 1})
    ->Args({5'000, 500, 3, 1})
    ->Iterations(60)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::head

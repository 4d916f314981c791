// The index alone: creating series, sorting them, letting them go. Arguments are numbers of series.

#include <benchmark/benchmark.h>

#include <numeric>
#include <random>

#include "tsdb/index/index.h"

namespace watchfire::index {
namespace {

using model::Labels;

constexpr size_t kPerTarget = 1000;

Labels SeriesLabels(size_t i, size_t generation = 0) {
  size_t line = i % kPerTarget;
  std::string pod = "pod-" + std::to_string(i / kPerTarget) + "-" + std::to_string(generation);
  std::string metric = "some_metric_name_" + std::to_string(line / 10) + "_total";
  return Labels::Of({{"__name__", metric},
                     {"device", "dev" + std::to_string(line % 10)},
                     {"distinct", "v" + std::to_string(line % 500)},
                     {"instance", pod + ":9100"},
                     {"job", "node"},
                     {"pod", pod},
                     {"region", "eu-west-1"}});
}

void BM_create(benchmark::State& state) {
  auto count = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    Index index;
    for (size_t i = 0; i < count; ++i)
      benchmark::DoNotOptimize(index.FindOrCreate(SeriesLabels(i)));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_create)->Arg(100'000)->Unit(benchmark::kMillisecond);

// A thousand lines a target; nothing but the ids.
void BM_select(benchmark::State& state) {
  auto count = static_cast<size_t>(state.range(0));
  Index index;
  for (size_t i = 0; i < count; ++i) benchmark::DoNotOptimize(index.FindOrCreate(SeriesLabels(i)));
  using model::Matcher;
  using model::MatchType;
  const std::vector<model::Matchers> kSelectors = {
      {Matcher::Equal("job", "node")},
      {*Matcher::Make(MatchType::kRegex, "__name__", "some_metric_name_[1-4]._total")},
      {*Matcher::Make(MatchType::kNotEqual, "device", "dev3")},
      {Matcher::Equal("job", "node"), Matcher::Equal("device", "dev3")},
      {Matcher::Equal("instance", "pod-42-0:9100")},
      {Matcher::Equal("__name__", "some_metric_name_7_total"), Matcher::Equal("device", "dev3"),
       Matcher::Equal("instance", "pod-42-0:9100")},
  };
  const model::Matchers& matchers = kSelectors[static_cast<size_t>(state.range(1))];
  size_t found = 0;
  for (auto _ : state) found += index.Select(matchers).size();
  state.SetItemsProcessed(static_cast<int64_t>(found));
  state.counters["found"] = static_cast<double>(found) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_select)
    ->ArgNames({"series", "selector"})
    ->ArgsProduct({{100'000, 1'000'000}, {0, 1, 2, 3, 4, 5}})
    ->Unit(benchmark::kMicrosecond);

void BM_labels_of(benchmark::State& state) {
  auto count = static_cast<size_t>(state.range(0));
  Index index;
  for (size_t i = 0; i < count; ++i) benchmark::DoNotOptimize(index.FindOrCreate(SeriesLabels(i)));
  SeriesId id = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(index.LabelsOf(id));
    id = static_cast<SeriesId>((id + 7) % count);
  }
}
BENCHMARK(BM_labels_of)->Arg(100'000);

void BM_sort_by_labels(benchmark::State& state) {
  auto count = static_cast<size_t>(state.range(0));
  Index index;
  for (size_t i = 0; i < count; ++i) {
    // 1: a label of its own for each series, as the ids of users or requests are.
    Labels labels = SeriesLabels(i);
    if (state.range(1) != 0) {
      labels = model::LabelsBuilder(labels).Set("user", std::to_string(i * 7919 % count)).Build();
    }
    benchmark::DoNotOptimize(index.FindOrCreate(labels));
  }
  std::vector<SeriesId> ids(count);
  for (auto _ : state) {
    std::iota(ids.begin(), ids.end(), 0);
    index.SortByLabels(&ids);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_sort_by_labels)
    ->ArgNames({"series", "own_label"})
    ->Args({10'000, 0})
    ->Args({1'000'000, 0})
    ->Args({1'000'000, 1})
    ->Unit(benchmark::kMillisecond);

// Half of the pods are replaced: their series marked, removed and released, as many created, and
// what is left of the texts dropped.
void BM_churn(benchmark::State& state) {
  auto count = static_cast<size_t>(state.range(0));
  Index index;
  for (size_t i = 0; i < count; ++i) benchmark::DoNotOptimize(index.FindOrCreate(SeriesLabels(i)));
  size_t generation = 0;
  std::vector<SeriesId> half;
  for (SeriesId id = 0; id < count; ++id) {
    if (id / kPerTarget % 2 == 0) half.push_back(id);
  }
  for (auto _ : state) {
    index.Mark(half);
    if (index.RemoveMarked(half).size() != half.size()) std::abort();
    index.Release(half);
    if (index.IsMostlyGarbage()) index.Rebuild({});
    index.ForgetOldStores();
    state.PauseTiming();
    ++generation;
    for (SeriesId id : half) {
      benchmark::DoNotOptimize(index.FindOrCreate(SeriesLabels(id, generation)));
    }
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(half.size()));
  state.counters["B_per_series"] =
      static_cast<double>(index.MemoryUsage().total()) / static_cast<double>(count);
}
BENCHMARK(BM_churn)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::index

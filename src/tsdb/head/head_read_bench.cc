// Reading from the head, series by series and in runs. Arguments are numbers of series; items are
// series, or samples.

#include <benchmark/benchmark.h>

#include <map>

#include "tsdb/head/load_testing.h"

namespace watchfire::head {
namespace {

using model::Matcher;
using model::MatchType;

// Each made once: a million series take their time.
Load& Scraped(int64_t count) {
  static std::map<int64_t, std::unique_ptr<Load>> loads;
  std::unique_ptr<Load>& load = loads[count];
  if (load == nullptr) {
    load = std::make_unique<Load>(static_cast<size_t>(count));
    for (int i = 0; i < 240; ++i) load->Scrape(3);
  }
  return *load;
}

model::Matchers Everything() {
  return {Matcher::Equal("job", "node")};
}
// One series in twenty.
model::Matchers Buckets() {
  return {*Matcher::Make(MatchType::kRegex, "__name__", "some_metric_name_1[0-4]_total")};
}

storage::SelectHints GroupedBy(std::vector<std::string> names) {
  storage::SelectHints hints;
  hints.groups = true;
  hints.by = true;
  hints.grouping = std::move(names);
  return hints;
}

void SetRates(benchmark::State& state, size_t series) {
  state.SetItemsProcessed(static_cast<int64_t>(series));
  state.counters["ns_per_series"] =
      benchmark::Counter(static_cast<double>(series) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void Newest(benchmark::State& state, const model::Matchers& matchers,
            const storage::SelectHints& hints) {
  Load& load = Scraped(state.range(0));
  size_t series = 0;
  for (auto _ : state) {
    auto querier = *load.head().NewQuerier(load.now() - 300'000, load.now() + 3'600'000);
    auto set = querier->Select(false, hints, matchers);
    storage::LatestRun run;
    while (set->NextLatest(kMinTime, kMaxTime, &run)) {
      series += run.count;
      benchmark::DoNotOptimize(run);
    }
  }
  SetRates(state, series);
}

void BM_newest_of_all(benchmark::State& state) {
  Newest(state, Everything(), GroupedBy({}));
}
BENCHMARK(BM_newest_of_all)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void BM_newest_of_all_by_name(benchmark::State& state) {
  Newest(state, Everything(), GroupedBy({"__name__"}));
}
BENCHMARK(BM_newest_of_all_by_name)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void BM_newest_of_buckets(benchmark::State& state) {
  Newest(state, Buckets(), GroupedBy({"instance"}));
}
BENCHMARK(BM_newest_of_buckets)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

// The last `samples` of each.
void Runs(benchmark::State& state, const model::Matchers& matchers, bool sorted) {
  Load& load = Scraped(state.range(0));
  TimeMs mint = load.now() - state.range(1) * 15'000;
  size_t series = 0;
  for (auto _ : state) {
    auto querier = *load.head().NewQuerier(mint, load.now() + 3'600'000);
    auto set = querier->Select(sorted, GroupedBy({"instance"}), matchers);
    storage::SeriesRun run;
    while (set->NextRun(kMinTime, kMaxTime, &run)) {
      series += run.count;
      benchmark::DoNotOptimize(run);
    }
  }
  SetRates(state, series);
}

void BM_runs_of_buckets(benchmark::State& state) {
  Runs(state, Buckets(), false);
}
BENCHMARK(BM_runs_of_buckets)
    ->ArgNames({"series", "samples"})
    ->ArgsProduct({{100'000, 1'000'000}, {4, 60, 240}})
    ->Unit(benchmark::kMicrosecond);

void BM_sorted_runs_of_buckets(benchmark::State& state) {
  Runs(state, Buckets(), true);
}
BENCHMARK(BM_sorted_runs_of_buckets)
    ->ArgNames({"series", "samples"})
    ->Args({1'000'000, 60})
    ->Unit(benchmark::kMicrosecond);

void BM_runs_of_all(benchmark::State& state) {
  Runs(state, Everything(), false);
}
BENCHMARK(BM_runs_of_all)
    ->ArgNames({"series", "samples"})
    ->Args({1'000'000, 60})
    ->Unit(benchmark::kMicrosecond);

// The same one by one.
void BM_series_of_buckets(benchmark::State& state) {
  Load& load = Scraped(state.range(0));
  TimeMs mint = load.now() - state.range(1) * 15'000;
  size_t series = 0;
  for (auto _ : state) {
    auto querier = *load.head().NewQuerier(mint, load.now() + 3'600'000);
    auto set = querier->Select(false, {}, Buckets());
    while (set->Next()) {
      benchmark::DoNotOptimize(set->At().Read(kMinTime, kMaxTime));
      ++series;
    }
  }
  SetRates(state, series);
}
BENCHMARK(BM_series_of_buckets)
    ->ArgNames({"series", "samples"})
    ->Args({1'000'000, 4})
    ->Args({1'000'000, 60})
    ->Unit(benchmark::kMicrosecond);

// As /api/v1/series of one instance.
void BM_labels_of_a_target(benchmark::State& state) {
  Load& load = Scraped(state.range(0));
  model::Matchers matchers = {Matcher::Equal("instance", "host-42:9100")};
  size_t series = 0;
  for (auto _ : state) {
    auto querier = *load.head().NewQuerier(load.now() - 300'000, load.now());
    auto set = querier->Select(true, {}, matchers);
    while (set->Next()) {
      benchmark::DoNotOptimize(set->At().labels());
      ++series;
    }
  }
  SetRates(state, series);
}
BENCHMARK(BM_labels_of_a_target)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void BM_metric_names(benchmark::State& state) {
  Load& load = Scraped(state.range(0));
  for (auto _ : state) {
    auto querier = *load.head().NewQuerier(load.now() - 300'000, load.now());
    benchmark::DoNotOptimize(querier->LabelValues("__name__", {}, 0));
  }
}
BENCHMARK(BM_metric_names)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void BM_select_regex(benchmark::State& state) {
  Load load(static_cast<size_t>(state.range(0)));
  load.Scrape(0);
  model::Matchers matchers = {
      *Matcher::Make(model::MatchType::kRegex, "distinct", "v[0-9]*7"),
  };
  size_t found = 0;
  for (auto _ : state) {
    auto querier = *load.head().NewQuerier(kMinTime, kMaxTime);
    auto set = querier->Select(false, {}, matchers);
    benchmark::DoNotOptimize(set);
    ++found;
  }
}
BENCHMARK(BM_select_regex)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void BM_latest(benchmark::State& state) {
  Load load(static_cast<size_t>(state.range(0)));
  for (int i = 0; i < 40; ++i) load.Scrape(3);
  model::Matchers matchers = {Matcher::Equal("job", "node")};
  size_t samples = 0;
  for (auto _ : state) {
    auto querier = *load.head().NewQuerier(load.now() - 300000, load.now() + 3'600'000);
    auto set = querier->Select(false, {}, matchers);
    model::Sample sample;
    while (set->Next()) samples += set->At().Latest(kMinTime, kMaxTime, &sample) ? 1 : 0;
  }
  state.SetItemsProcessed(static_cast<int64_t>(samples));
}
BENCHMARK(BM_latest)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void BM_read_range(benchmark::State& state) {
  Load load(100'000);
  for (int i = 0; i < 240; ++i) load.Scrape(static_cast<size_t>(state.range(0)));
  model::Matchers matchers = {Matcher::Equal("job", "node")};
  size_t samples = 0;
  for (auto _ : state) {
    auto querier = *load.head().NewQuerier(kMinTime, kMaxTime);
    auto set = querier->Select(false, {}, matchers);
    while (set->Next()) samples += set->At().Read(kMinTime, kMaxTime).t.size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(samples));
}
BENCHMARK(BM_read_range)
    ->ArgName("change_every")
    ->Arg(0)
    ->Arg(3)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::head

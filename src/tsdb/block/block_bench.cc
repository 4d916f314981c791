// Reading a block of two hours at 15 s: 100 metrics of 200 targets, each metric with a code of one
// to four values, on the machine's disk (and so in its page cache). Items are series or samples.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <random>

#include "base/check.h"
#include "tsdb/block/testing_blocks.h"

namespace watchfire::block {
namespace {

using testing::Condition;
using testing::kStart;
using testing::kStep;
using testing::MatchersOf;

constexpr int kMetrics = 100;
constexpr int kTargets = 200;
constexpr int kSamples = 480;

testing::BlockData MakeData() {
  testing::BlockData data;
  std::mt19937 random(1);
  for (int target = 0; target < kTargets; ++target) {
    for (int metric = 0; metric < kMetrics; ++metric) {
      model::Labels labels =
          model::Labels::Of({{"__name__", fmt::format("metric_{:03}_total", metric)},
                             {"cluster", "eu-1"},
                             {"code", std::to_string(200 + metric % 4)},
                             {"instance", fmt::format("host-{:04}:9100", target)},
                             {"job", target % 10 == 0 ? "api" : "node"}});
      testing::SeriesData& series = data[labels];
      double value = 0;
      for (int i = 0; i < kSamples; ++i) {
        series.times.push_back(kStart + target * 37 + i * kStep);
        value += random() % 4 == 0 ? 0 : static_cast<double>(random() % 100);
        series.values.push_back(value);
      }
    }
  }
  return data;
}

// The block, written once for all benchmarks.
class Fixture {
 public:
  static Block& TheBlock(bool full_chunks) {
    static Fixture upstream(chunk::kUpstreamLimits);
    static Fixture full(chunk::kFullLimits);
    return *(full_chunks ? full : upstream).block_;
  }
  static const std::string& Directory() { return TheBlock(false).directory(); }

 private:
  explicit Fixture(const chunk::ChunkLimits& limits) {
    std::string pattern = std::filesystem::temp_directory_path() / "block_bench_XXXXXX";
    WF_CHECK(::mkdtemp(pattern.data()) != nullptr);
    parent_ = pattern;
    auto directory = testing::WriteBlock(*FileSystem::Local(), parent_, MakeData(), limits);
    WF_CHECK(directory.ok());
    block_ = Block::Open(*FileSystem::Local(), *directory).value();
  }
  ~Fixture() { std::filesystem::remove_all(parent_); }

  std::string parent_;
  std::shared_ptr<Block> block_;
};

void BM_Open(benchmark::State& state) {
  const IndexReader& index = Fixture::TheBlock(false).index();
  for (auto _ : state) {
    auto block = Block::Open(*FileSystem::Local(), Fixture::Directory());
    WF_CHECK(block.ok());
  }
  state.counters["index_bytes"] = static_cast<double>(index.size_bytes());
  state.counters["memory_bytes"] = static_cast<double>(index.memory_bytes());
}
BENCHMARK(BM_Open)->Unit(benchmark::kMicrosecond);

const std::vector<std::vector<Condition>> kSelectors = {
    {{"__name__", "=", "metric_042_total"}},
    {{"__name__", "=", "metric_042_total"}, {"instance", "=", "host-0123:9100"}},
    {{"__name__", "=", "metric_042_total"}, {"instance", "=~", "host-01.*"}},
    {{"__name__", "=~", "metric_0[0-4].*"}, {"job", "!=", "api"}},
    {{"instance", "=~", "host-00(01|23|45).*"}, {"code", "!~", "20[12]"}},
    {{"job", "=", "node"}},
    {{"cluster", "!=", ""}},
};

void BM_Select(benchmark::State& state) {
  const IndexReader& index = Fixture::TheBlock(false).index();
  model::Matchers matchers = MatchersOf(kSelectors[static_cast<size_t>(state.range(0))]);
  size_t found = 0;
  for (auto _ : state) {
    auto refs = index.Select(matchers);
    found = refs->size();
    benchmark::DoNotOptimize(refs);
  }
  state.counters["series"] = static_cast<double>(found);
  std::string text;
  for (const model::Matcher& matcher : matchers) text += " " + matcher.ToString();
  state.SetLabel(text);
}
BENCHMARK(BM_Select)->DenseRange(0, 6)->Unit(benchmark::kMicrosecond);

// Series, their labels and nothing else, as the series API asks for.
void BM_ReadLabels(benchmark::State& state) {
  Block& block = Fixture::TheBlock(false);
  int64_t series = 0;
  for (auto _ : state) {
    auto querier = block.NewQuerier(kMinTime, kMaxTime);
    auto set = querier->Select(true, {}, {});
    for (; set->Next(); ++series) benchmark::DoNotOptimize(set->At().labels());
  }
  state.SetItemsProcessed(series);
}
BENCHMARK(BM_ReadLabels)->Unit(benchmark::kMillisecond);

// All samples; argument: whether chunks are as long as compaction makes them.
void BM_ReadSamples(benchmark::State& state) {
  Block& block = Fixture::TheBlock(state.range(0) != 0);
  int64_t samples = 0;
  for (auto _ : state) {
    auto querier = block.NewQuerier(kMinTime, kMaxTime);
    auto set = querier->Select(true, {}, {});
    while (set->Next()) {
      samples += static_cast<int64_t>(set->At().Read(kMinTime, kMaxTime).t.size());
    }
  }
  state.SetItemsProcessed(samples);
}
BENCHMARK(BM_ReadSamples)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void BM_Latest(benchmark::State& state) {
  Block& block = Fixture::TheBlock(state.range(0) != 0);
  int64_t series = 0;
  TimeMs at = kStart + kSamples / 2 * kStep;
  for (auto _ : state) {
    auto querier = block.NewQuerier(at - 300'000, at);
    auto set = querier->Select(true, {}, {});
    model::Sample sample;
    for (; set->Next(); ++series) benchmark::DoNotOptimize(set->At().Latest(kMinTime, at, &sample));
  }
  state.SetItemsProcessed(series);
}
BENCHMARK(BM_Latest)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

// The same in runs; the second argument: of so many samples before the middle, 0: all.
void BM_Runs(benchmark::State& state) {
  Block& block = Fixture::TheBlock(state.range(0) != 0);
  TimeMs maxt = state.range(1) == 0 ? kMaxTime : kStart + kSamples / 2 * kStep;
  TimeMs mint = state.range(1) == 0 ? kMinTime : maxt - state.range(1) * kStep;
  storage::SelectHints hints;
  hints.groups = true;
  hints.by = true;
  hints.grouping = {"instance"};
  int64_t samples = 0;
  int64_t series = 0;
  for (auto _ : state) {
    auto querier = block.NewQuerier(mint, maxt);
    auto set = querier->Select(false, hints, {});
    storage::SeriesRun run;
    while (set->NextRun(mint, maxt, &run)) {
      samples += static_cast<int64_t>(run.count * run.t.size());
      series += static_cast<int64_t>(run.count);
    }
  }
  state.SetItemsProcessed(samples);
  state.counters["series"] =
      benchmark::Counter(static_cast<double>(series), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Runs)->ArgsProduct({{0, 1}, {0, 20}})->Unit(benchmark::kMillisecond);

void BM_LabelValues(benchmark::State& state) {
  const IndexReader& index = Fixture::TheBlock(false).index();
  model::Matchers matchers;
  if (state.range(0) != 0) matchers = MatchersOf({{"job", "=", "api"}});
  for (auto _ : state) benchmark::DoNotOptimize(index.LabelValues("__name__", matchers, 0));
}
BENCHMARK(BM_LabelValues)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace watchfire::block

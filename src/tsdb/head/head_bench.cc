// Appending to the head, without a disk that could be slow: the log goes to
// memory-backed files where the machine has them. Arguments are numbers of series; items are
// samples or series.

#include <benchmark/benchmark.h>
#include <filesystem>
#include <random>

#include "tsdb/head/load_testing.h"

namespace watchfire::head {
namespace {

// The sample store alone, as Publish uses it; the log is measured apart.
void BM_append(benchmark::State& state) {
  auto count = static_cast<size_t>(state.range(0));
  auto change_every = static_cast<size_t>(state.range(1));
  SampleStore store;
  std::mt19937_64 random(1);
  std::vector<Rows> rows(count / kPerTarget);
  TimeMs now = 1'700'000'000'000 / kEraMs * kEraMs;
  for (size_t i = 0; i < count; ++i) {
    Row& row = rows[i / kPerTarget][now];
    row.ids.push_back(static_cast<SeriesId>(i));
    row.values.push_back(static_cast<double>(random() % 100000));
  }
  for (const Rows& one : rows) store.Apply(one);
  for (auto _ : state) {
    state.PauseTiming();
    now += 15000;
    for (Rows& one : rows) {
      auto node = one.extract(one.begin());
      node.key() = now;
      if (change_every != 0) {
        auto& values = node.mapped().values;
        for (size_t i = 0; i < values.size(); i += change_every) {
          values[i] += static_cast<double>((i * 7 + static_cast<size_t>(now / 15000) * 13) % 97);
        }
      }
      one.insert(std::move(node));
    }
    state.ResumeTiming();
    for (const Rows& one : rows) store.Apply(one);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(count));
  state.counters["ns_per_sample"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * static_cast<double>(count) * 1e-9,
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_append)
    ->ArgNames({"series", "change_every"})
    ->ArgsProduct({{100'000, 1'000'000}, {0, 1, 3}})
    ->Iterations(40)
    ->Unit(benchmark::kMillisecond);

// The whole transaction: appender, log record, zstd, publishing.
void BM_commit(benchmark::State& state) {
  Load load(static_cast<size_t>(state.range(0)));
  load.Scrape(0);
  for (auto _ : state) load.Scrape(static_cast<size_t>(state.range(1)));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_commit)
    ->ArgNames({"series", "change_every"})
    ->Args({100'000, 3})
    ->Args({1'000'000, 3})
    ->Iterations(10)
    ->Unit(benchmark::kMillisecond);

// Replaying forty scrapes from a real log; also how much the log takes a sample.
void BM_replay(benchmark::State& state) {
  std::string pattern = (std::filesystem::temp_directory_path() / "wf_replay_XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  auto count = static_cast<size_t>(state.range(0));
  {
    Load load(count, FileSystem::Local(), pattern);
    for (int i = 0; i < 40; ++i) load.Scrape(3);
  }
  uint64_t log_bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(pattern)) {
    log_bytes += file.file_size();
  }
  uint64_t samples = 0;
  for (auto _ : state) {
    client::Registry registry;
    HeadOptions options;
    options.fs = FileSystem::Local();
    options.clock = Clock::System();
    options.wal_directory = pattern;
    options.registry = &registry;
    Head head(options);
    samples += head.Replay(nullptr)->samples;
  }
  state.SetItemsProcessed(static_cast<int64_t>(samples));
  state.counters["log_B/sample"] = static_cast<double>(log_bytes) / static_cast<double>(count * 40);
  std::filesystem::remove_all(pattern);
}
BENCHMARK(BM_replay)->Arg(100'000)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);

void BM_memory(benchmark::State& state) {
  for (auto _ : state) {
    size_t before = ResidentBytes();
    Load load(static_cast<size_t>(state.range(0)));
    size_t with_series = ResidentBytes();
    for (int i = 0; i < 40; ++i) load.Scrape(3);
    auto n = static_cast<double>(load.count());
    HeadMemory memory = load.head().Memory();
    // The load keeps 16 bytes a series of its own.
    state.counters["rss_B/series"] = static_cast<double>(ResidentBytes() - before) / n - 16;
    state.counters["labels_B"] = static_cast<double>(memory.labels) / n;
    state.counters["slots_B"] = static_cast<double>(memory.slots) / n;
    state.counters["samples_B"] = static_cast<double>(memory.samples) / n;
    state.counters["columns_B"] = static_cast<double>(memory.columns) / n;
    state.counters["rss_index_B"] = static_cast<double>(with_series - before) / n - 16;
  }
}
BENCHMARK(BM_memory)->Arg(100'000)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);

// A whole era as chunks in label order, as the block writer takes it.
void BM_export(benchmark::State& state) {
  Load load(static_cast<size_t>(state.range(0)));
  TimeMs start = load.now();
  for (int i = 0; i < 480; ++i) load.Scrape(static_cast<size_t>(state.range(1)));
  size_t samples = 0;
  size_t bytes = 0;
  size_t before = ResidentBytes();
  size_t most = before;
  for (auto _ : state) {
    auto source = load.head().Source(start, start + kEraMs);
    benchmark::DoNotOptimize(*source->Symbols());
    auto set = *source->Series();
    for (size_t n = 0; set->Next(); ++n) {
      for (const chunk::ChunkView& one : set->chunks()) {
        samples += chunk::SampleCount(one);
        bytes += one.data.size();
      }
      if (n % 65536 == 0) most = std::max(most, ResidentBytes());
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(samples));
  state.counters["B/sample"] = static_cast<double>(bytes) / static_cast<double>(samples);
  state.counters["extra_B/series"] =
      static_cast<double>(most - before) / static_cast<double>(load.count());
}
BENCHMARK(BM_export)
    ->ArgNames({"series", "change_every"})
    ->ArgsProduct({{100'000, 1'000'000}, {0, 3}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::head

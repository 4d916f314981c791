// Single appends, and series that come and go. Items are samples or series.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>

#include "tsdb/head/head.h"

namespace watchfire::head {
namespace {

using model::Labels;
using storage::SeriesRef;

constexpr size_t kPerPod = 1000;
constexpr TimeMs kStart = 1'700'000'000'000 / kEraMs * kEraMs;

class Store {
 public:
  Store() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wf_churn_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    directory_ = pattern;
    HeadOptions options;
    options.fs = FileSystem::Local();
    options.clock = Clock::System();
    options.wal_directory = directory_ + "/wal";
    options.registry = &registry_;
    head_ = std::make_unique<Head>(options);
    if (!head_->OpenLog().ok()) std::abort();
  }
  ~Store() {
    head_.reset();
    std::filesystem::remove_all(directory_);
  }
  Head& head() { return *head_; }

  std::vector<SeriesRef> AddPod(size_t pod, TimeMs t) {
    auto appender = head_->NewAppender();
    std::vector<SeriesRef> refs;
    std::string name = "pod-" + std::to_string(pod);
    for (size_t line = 0; line < kPerPod; ++line) {
      refs.push_back(*appender->GetRef(
          Labels::Of({{"__name__", "some_metric_name_" + std::to_string(line / 10) + "_total"},
                      {"device", "dev" + std::to_string(line % 10)},
                      {"job", "node"},
                      {"pod", name}})));
    }
    appender->AppendRow(t, refs, std::vector<double>(kPerPod, 1), nullptr);
    if (!appender->Commit().ok()) std::abort();
    return refs;
  }

 private:
  std::string directory_;
  client::Registry registry_;
  std::unique_ptr<Head> head_;
};

// Append by reference, one sample after the other, without the commit.
void BM_append_singles(benchmark::State& state) {
  Store store;
  std::vector<SeriesRef> refs;
  for (size_t pod = 0; pod < 100; ++pod) {
    std::vector<SeriesRef> more = store.AddPod(pod, kStart);
    refs.insert(refs.end(), more.begin(), more.end());
  }
  constexpr size_t kRequest = 2000;
  auto appender = store.head().NewAppender();
  size_t at = 0;
  for (auto _ : state) {
    for (size_t i = 0; i < kRequest; ++i) {
      benchmark::DoNotOptimize(appender->Append(refs[at++], {}, kStart + 15000, 2, nullptr));
    }
    appender->Rollback();
    if (at == refs.size()) at = 0;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRequest));
}
BENCHMARK(BM_append_singles)->Unit(benchmark::kMicrosecond);

// Every second pod is replaced in each era: what it costs to let the old series go.
void BM_collect_garbage(benchmark::State& state) {
  auto pods = static_cast<size_t>(state.range(0)) / kPerPod;
  Store store;
  size_t next = 0;
  std::vector<size_t> names(pods);
  TimeMs t = kStart;
  int64_t removed = 0;
  for (size_t& name : names) {
    name = next++;
    store.AddPod(name, t);
  }
  for (auto _ : state) {
    state.PauseTiming();
    t += 2 * kEraMs;
    for (size_t i = 0; i < pods; ++i) {
      if (i % 2 == 0) names[i] = next++;
      store.AddPod(names[i], t);
    }
    {
      // A transaction under way keeps Truncate from doing what is to be measured.
      auto appender = store.head().NewAppender();
      benchmark::DoNotOptimize(appender->GetRef(Labels::Of({{"a", "b"}})));
      if (!store.head().Truncate(t).ok()) std::abort();
    }
    state.ResumeTiming();
    removed += static_cast<int64_t>(store.head().CollectGarbage());
  }
  HeadMemory memory = store.head().Memory();
  state.counters["series"] = static_cast<double>(store.head().Stats().num_series);
  state.counters["labels_B/series"] =
      static_cast<double>(memory.labels) / static_cast<double>(store.head().Stats().num_series);
  state.counters["removed"] = static_cast<double>(removed);
}
BENCHMARK(BM_collect_garbage)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Iterations(2)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::head

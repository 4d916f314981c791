// Reading a database whose samples lie in blocks and in the head: 5,000 series, 24 hours. Items are
// series.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>

#include "base/check.h"
#include "tsdb/db/testing_db.h"

namespace watchfire::tsdb {
namespace {

using model::Labels;
using model::Matcher;

constexpr TimeMs kHour = 3'600'000;
constexpr TimeMs kStart = 1'700'000'000'000 / (2 * kHour) * (2 * kHour);
constexpr TimeMs kStep = 60'000;
constexpr TimeMs kEnd = kStart + 24 * kHour;
constexpr int kTargets = 50;
constexpr int kLines = 100;

class Filled {
 public:
  static Db& Get() {
    static Filled filled;
    return *filled.db_;
  }

 private:
  Filled() {
    std::string pattern = std::filesystem::temp_directory_path() / "wf_db_bench_XXXXXX";
    WF_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
    DbOptions options;
    options.path = path_;
    options.background = false;
    options.clock = &clock_;
    db_ = std::move(Db::Open(options).value());
    std::vector<storage::SeriesRef> refs;
    std::vector<double> values(kLines);
    for (TimeMs t = kStart; t < kEnd; t += kStep) {
      clock_.Set(t);
      auto appender = db_->NewAppender();
      for (int target = 0; target < kTargets; ++target) {
        refs.clear();
        for (int line = 0; line < kLines; ++line) {
          refs.push_back(*appender->GetRef(
              Labels::Of({{"__name__", "metric_" + std::to_string(line / 5) + "_total"},
                          {"code", std::to_string(line % 5)},
                          {"instance", "host-" + std::to_string(target)},
                          {"job", "node"}})));
          values[static_cast<size_t>(line)] += line % 3;
        }
        appender->AppendRow(t, refs, values, nullptr);
      }
      WF_CHECK(appender->Commit().ok());
      if (t % kHour == kHour / 2) WF_CHECK(db_->Maintain().ok());
    }
  }
  ~Filled() {
    db_.reset();
    std::filesystem::remove_all(path_);
  }

  StoppedClock clock_{kStart};
  std::string path_;
  std::unique_ptr<Db> db_;
};

storage::SelectHints Hints(TimeMs start, TimeMs end) {
  storage::SelectHints hints;
  hints.start = start;
  hints.end = end;
  hints.groups = true;
  hints.by = true;
  hints.grouping = {"__name__"};
  return hints;
}

// As of a time, with five minutes before; argument: hours before the end.
void BM_newest(benchmark::State& state) {
  Db& db = Filled::Get();
  TimeMs at = kEnd - state.range(0) * kHour;
  int64_t series = 0;
  for (auto _ : state) {
    auto querier = *db.NewQuerier(at - 300'000, at);
    auto set = querier->Select(false, Hints(at - 300'000, at), {Matcher::Equal("job", "node")});
    storage::LatestRun run;
    while (set->NextLatest(at - 300'000, at, &run)) series += static_cast<int64_t>(run.count);
  }
  state.SetItemsProcessed(series);
}
BENCHMARK(BM_newest)->Arg(0)->Arg(12)->Unit(benchmark::kMicrosecond);

// So many hours before the end; second argument: whether in label order.
void BM_runs(benchmark::State& state) {
  TimeMs from = kEnd - state.range(0) * kHour;
  int64_t series = 0;
  for (auto _ : state) {
    auto querier = *Filled::Get().NewQuerier(from, kEnd);
    auto set =
        querier->Select(state.range(1) != 0, Hints(from, kEnd), {Matcher::Equal("job", "node")});
    storage::SeriesRun run;
    while (set->NextRun(from, kEnd, &run)) series += static_cast<int64_t>(run.count);
  }
  state.SetItemsProcessed(series);
}
BENCHMARK(BM_runs)
    ->ArgNames({"hours", "sorted"})
    ->ArgsProduct({{1, 4, 24}, {0, 1}})
    ->Unit(benchmark::kMicrosecond);

// As Prometheus' engine would ask: a querier over a day, for a selector that looks at its end.
void BM_end_of_a_wide_querier(benchmark::State& state) {
  int64_t series = 0;
  for (auto _ : state) {
    auto querier = *Filled::Get().NewQuerier(kStart, kEnd);
    auto set = querier->Select(false, Hints(kEnd - 300'000, kEnd), {Matcher::Equal("job", "node")});
    storage::SeriesRun run;
    while (set->NextRun(kEnd - 300'000, kEnd, &run)) series += static_cast<int64_t>(run.count);
  }
  state.SetItemsProcessed(series);
}
BENCHMARK(BM_end_of_a_wide_querier)->Unit(benchmark::kMicrosecond);

// Series and their labels in order, as the series API.
void BM_labels(benchmark::State& state) {
  int64_t series = 0;
  for (auto _ : state) {
    auto querier = *Filled::Get().NewQuerier(kEnd - 4 * kHour, kEnd);
    auto set = querier->Select(true, {}, {Matcher::Equal("job", "node")});
    for (; set->Next(); ++series) benchmark::DoNotOptimize(set->At().labels());
  }
  state.SetItemsProcessed(series);
}
BENCHMARK(BM_labels)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace watchfire::tsdb

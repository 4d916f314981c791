// The engine's kernels and a few whole queries over a storage that costs nothing.

#include <benchmark/benchmark.h>

#include "promql/engine/engine.h"
#include "promql/kernels/range_kernel.h"

namespace watchfire::promql {
namespace {

constexpr int64_t kScrapeMs = 15'000;

// Counters of targets with equal scrape times; nothing is copied.
class BenchStorage final : public storage::Queryable, public storage::Querier {
 public:
  BenchStorage(size_t series, size_t samples) {
    for (size_t i = 0; i < samples; ++i) t_.push_back(static_cast<int64_t>(i) * kScrapeMs);
    for (size_t i = 0; i < samples; ++i) v_.push_back(static_cast<double>(i * i % 100 + i * 100));
    for (size_t s = 0; s < series; ++s) {
      labels_.push_back(model::Labels::Of({{"__name__", "requests_total"},
                                           {"instance", std::to_string(s % 100)},
                                           {"handler", "/api/" + std::to_string(s / 100)},
                                           {"job", "app"}}));
    }
  }
  Result<std::unique_ptr<storage::Querier>> NewQuerier(TimeMs, TimeMs) override {
    return std::unique_ptr<storage::Querier>(new Door(*this));
  }
  std::unique_ptr<storage::SeriesSet> Select(bool, const storage::SelectHints&,
                                             const model::Matchers&) override {
    return std::make_unique<Set>(*this);
  }
  Result<std::vector<std::string>> LabelNames(const model::Matchers&, uint64_t) override {
    return std::vector<std::string>();
  }
  Result<std::vector<std::string>> LabelValues(const std::string&, const model::Matchers&,
                                               uint64_t) override {
    return std::vector<std::string>();
  }
  TimeMs end() const { return t_.back(); }

 private:
  class Door final : public storage::Querier {
   public:
    explicit Door(BenchStorage& storage) : storage_(storage) {}
    std::unique_ptr<storage::SeriesSet> Select(bool sorted, const storage::SelectHints& hints,
                                               const model::Matchers& matchers) override {
      return storage_.Select(sorted, hints, matchers);
    }
    Result<std::vector<std::string>> LabelNames(const model::Matchers& m, uint64_t n) override {
      return storage_.LabelNames(m, n);
    }
    Result<std::vector<std::string>> LabelValues(const std::string& name, const model::Matchers& m,
                                                 uint64_t n) override {
      return storage_.LabelValues(name, m, n);
    }

   private:
    BenchStorage& storage_;
  };
  class Set final : public storage::SeriesSet, public storage::Series {
   public:
    explicit Set(const BenchStorage& storage) : storage_(storage) {}
    bool Next() override { return ++at_ <= storage_.labels_.size(); }
    storage::Series& At() override { return *this; }
    Result<void> status() const override { return {}; }
    const model::Labels& labels() const override { return storage_.labels_[at_ - 1]; }
    storage::Columns Read(TimeMs mint, TimeMs maxt) override {
      auto lo = std::lower_bound(storage_.t_.begin(), storage_.t_.end(), mint);
      auto hi = std::upper_bound(lo, storage_.t_.end(), maxt);
      auto n = static_cast<size_t>(hi - lo);
      return {{&*lo, n}, {storage_.v_.data() + (lo - storage_.t_.begin()), n}};
    }
    bool Latest(TimeMs, TimeMs, model::Sample* out) override {
      *out = {storage_.t_.back(), storage_.v_.back()};
      return true;
    }
    std::vector<storage::HistogramSample> ReadHistograms(TimeMs, TimeMs) override { return {}; }

   private:
    const BenchStorage& storage_;
    size_t at_ = 0;
  };

  std::vector<TimeMs> t_;
  std::vector<double> v_;
  std::vector<model::Labels> labels_;
};

void Run(benchmark::State& state, BenchStorage& storage, const std::string& query, size_t steps) {
  Engine engine(EngineOptions{}, nullptr, nullptr, Clock::System());
  QueryRequest request;
  request.query = query;
  request.end = storage.end();
  request.step_ms = steps > 1 ? kScrapeMs : 0;
  request.start = request.end - static_cast<int64_t>(steps - 1) * kScrapeMs;
  for (auto _ : state) {
    auto outcome = engine.Exec(storage, request);
    if (auto* failure = std::get_if<QueryFailure>(&outcome)) {
      state.SkipWithError(failure->message.c_str());
    }
    benchmark::DoNotOptimize(outcome);
  }
}

// One kernel over one series: items are outputs.
void Kernel(benchmark::State& state, RangeKernelPtr kernel, int64_t range_ms) {
  constexpr size_t kSteps = 500;
  std::vector<TimeMs> t;
  std::vector<double> v;
  for (size_t i = 0; i < 600; ++i) {
    t.push_back(static_cast<int64_t>(i) * kScrapeMs);
    v.push_back(static_cast<double>(i * 7 + i % 3));
  }
  Grid steps{1'500'000, kScrapeMs, kSteps};
  WindowGrid grid{{}, range_ms};
  for (size_t i = 0; i < kSteps; ++i) grid.ends.push_back(steps.at(i));
  Windows windows;
  ComputeWindows(t, grid, &windows);
  RangeInput in{t.data(), v.data(), t.size(), &windows, 1, &grid, &steps, nullptr};
  std::vector<double> out(kSteps);
  for (auto _ : state) {
    kernel->Run(in, out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kSteps));
}

void RateKernel(benchmark::State& state) {
  Kernel(state, MakeRateKernel("rate"), 300'000);
}
BENCHMARK(RateKernel);
void SumOverTimeKernel(benchmark::State& state) {
  Kernel(state, MakeOverTimeKernel("sum_over_time"), 300'000);
}
BENCHMARK(SumOverTimeKernel);
void MaxOverTimeKernel(benchmark::State& state) {
  Kernel(state, MakeOverTimeKernel("max_over_time"), 300'000);
}
BENCHMARK(MaxOverTimeKernel);
void LongAvgOverTimeKernel(benchmark::State& state) {
  Kernel(state, MakeOverTimeKernel("avg_over_time"), 1'500'000);
}
BENCHMARK(LongAvgOverTimeKernel);

void SumOfRateOver1000SeriesAnd500Steps(benchmark::State& state) {
  BenchStorage storage(1000, 600);
  Run(state, storage, "sum(rate(requests_total[5m]))", 500);
}
BENCHMARK(SumOfRateOver1000SeriesAnd500Steps)->Unit(benchmark::kMillisecond);

void SumByOfRateOver48000SeriesAnd60Steps(benchmark::State& state) {
  BenchStorage storage(48'000, 100);
  Run(state, storage, "sum by (handler) (rate(requests_total[2m]))", 60);
}
BENCHMARK(SumByOfRateOver48000SeriesAnd60Steps)->Unit(benchmark::kMillisecond);

void InstantCountOver100000Series(benchmark::State& state) {
  BenchStorage storage(100'000, 1);
  Run(state, storage, "count({job=\"app\"})", 1);
}
BENCHMARK(InstantCountOver100000Series)->Unit(benchmark::kMillisecond);

void JoinOf4000PairsOver60Steps(benchmark::State& state) {
  BenchStorage storage(4000, 100);
  Run(state, storage, "requests_total / on (instance, handler) requests_total", 60);
}
BENCHMARK(JoinOf4000PairsOver60Steps)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::promql

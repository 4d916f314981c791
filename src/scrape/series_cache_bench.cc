// From page to row, without network and storage: what a scraped sample costs in this room.
// "Known": the same series every time; "Churn": one in a hundred series is another each time.

#include <benchmark/benchmark.h>

#include "exposition/text_parser.h"
#include "scrape/series_cache.h"

namespace watchfire::scrape {
namespace {

// Gives out refs and forgets everything else.
class NullAppender final : public storage::Appender {
 public:
  Result<storage::SeriesRef> GetRef(const model::Labels&) override { return ++last_; }
  Result<storage::SeriesRef> Append(storage::SeriesRef ref, const model::Labels&, TimeMs, double,
                                    storage::AppendError*) override {
    return ref;
  }
  void AppendRow(TimeMs, std::span<const storage::SeriesRef> refs, std::span<const double> values,
                 std::vector<storage::RowError>*) override {
    benchmark::DoNotOptimize(refs.data());
    benchmark::DoNotOptimize(values.data());
  }
  Result<storage::SeriesRef> AppendHistogram(storage::SeriesRef ref, const model::Labels&, TimeMs,
                                             const model::Histogram&) override {
    return ref;
  }
  Result<storage::SeriesRef> AppendFloatHistogram(storage::SeriesRef ref, const model::Labels&,
                                                  TimeMs, const model::FloatHistogram&) override {
    return ref;
  }
  Result<void> AppendExemplar(storage::SeriesRef, const model::Exemplar&) override { return {}; }
  Result<void> Commit() override { return {}; }
  void Rollback() override {}

 private:
  storage::SeriesRef last_ = 0;
};

constexpr int kSamples = 1000;

std::string Page(int round, bool churn) {
  std::string page;
  for (int i = 0; i < kSamples; ++i) {
    if (i % 10 == 0) {
      page += fmt::format("# HELP some_metric_{}_total Help of it.\n", i / 10);
      page += fmt::format("# TYPE some_metric_{}_total counter\n", i / 10);
    }
    int name = churn && i % 100 == 50 ? round * kSamples + i : i;
    page += fmt::format("some_metric_{}_total{{device=\"eth{}\",mode=\"idle\"}} {}\n", i / 10, name,
                        i * 12345 + round);
  }
  return page;
}

void Run(benchmark::State& state, bool churn) {
  SampleRules rules;
  model::Labels target = model::Labels::Of({{"instance", "host:9100"}, {"job", "node"}});
  LayoutTable layouts;
  SeriesCache cache(rules, target, layouts);
  NullAppender appender;
  Scratch scratch;
  PageCounts counts;
  std::vector<double> report(SeriesCache::ReportNames(rules).size());
  std::vector<std::string> pages;
  for (int round = 0; round < 16; ++round) pages.push_back(Page(round, churn));
  int64_t samples = 0;
  TimeMs t = 0;
  size_t next = 0;
  for (auto unused : state) {
    exposition::TextParser parser(pages[next++ % pages.size()]);
    if (!cache.Read(parser, appender, scratch, counts).ok()) return state.SkipWithError("page");
    ++t;
    if (!cache.Append(appender, t, t, report, scratch).ok()) return state.SkipWithError("row");
    samples += static_cast<int64_t>(counts.scraped);
  }
  state.SetItemsProcessed(samples);
  state.counters["sample"] = benchmark::Counter(
      static_cast<double>(samples), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void BM_KnownSeries(benchmark::State& state) {
  Run(state, false);
}
BENCHMARK(BM_KnownSeries);
void BM_ChurningSeries(benchmark::State& state) {
  Run(state, true);
}
BENCHMARK(BM_ChurningSeries);

}  // namespace
}  // namespace watchfire::scrape

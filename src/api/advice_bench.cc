// How long advice takes when there are many series: the bounds of a request are to be met.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>

#include "api/advice_catalog.h"
#include "promql/advice/advice.h"
#include "tsdb/db/db.h"

namespace watchfire::api {
namespace {

constexpr TimeMs kNow = 1'760'000'000'000;

class FixedClock final : public Clock {
 public:
  TimeMs Now() const override { return kNow; }
  int64_t MonotonicNs() const override { return Clock::System()->MonotonicNs(); }
};

// 200,000 series: 500 metrics on 20 targets, 20 of each on each.
class ManySeries {
 public:
  ManySeries() {
    char path[] = "/tmp/watchfire-advice-bench-XXXXXX";
    directory_ = mkdtemp(path);
    tsdb::DbOptions options;
    options.path = directory_;
    options.clock = &clock_;
    options.registry = &registry_;
    options.background = false;
    db_ = tsdb::Db::Open(options).value();
    auto appender = db_->NewAppender();
    for (int i = 0; i < 200'000; ++i) {
      std::string name = fmt::format("some_metric_number_{}_total", i % 500);
      std::string instance = fmt::format("host-{}:9100", i / 500 % 20);
      std::string path_label = fmt::format("/path/{}", i / 10'000);
      auto labels = model::Labels::Of(
          {{"__name__", name}, {"job", "app"}, {"instance", instance}, {"path", path_label}});
      (void)appender->Append(0, labels, kNow - 5000, i, nullptr);
    }
    (void)appender->Commit();
  }
  ~ManySeries() {
    db_.reset();
    std::filesystem::remove_all(directory_);
  }
  size_t Advise(const std::string& query) {
    AdviceBounds bounds;
    bounds.now = kNow;
    AdviceCatalog catalog(db_.get(), nullptr, &clock_, std::move(bounds));
    return advice::Advise(query, {}, &catalog).size();
  }

 private:
  std::string directory_;
  FixedClock clock_;
  client::Registry registry_;
  std::unique_ptr<tsdb::Db> db_;
};

void BM_Advise(benchmark::State& state, const std::string& query) {
  static ManySeries series;
  size_t found = 0;
  for (auto _ : state) found = series.Advise(query);
  state.counters["advice"] = static_cast<double>(found);
}

BENCHMARK_CAPTURE(BM_Advise, good, "sum by (job) (rate(some_metric_number_7_total[5m]))");
BENCHMARK_CAPTURE(BM_Advise, ratio,
                  "sum by (path) (rate(some_metric_number_7_total[5m])) / "
                  "sum by (path) (rate(some_metric_number_8_total[5m]))");
BENCHMARK_CAPTURE(BM_Advise, unknown_metric, "rate(some_metric_nmber_7_total[5m])");
BENCHMARK_CAPTURE(BM_Advise, unknown_value,
                  "rate(some_metric_number_7_total{path=\"/pth/1\"}[5m])");
BENCHMARK_CAPTURE(BM_Advise, everything, "sum by (pod) ({job=\"app\"}) / {job=~\"a.*\"}");
BENCHMARK_CAPTURE(BM_Advise, syntax, "topk(3, rate(x[5m]) by (model))");

}  // namespace
}  // namespace watchfire::api

// Groups of rules over the real storage: alerts over rates of many series that do not fire, alerts
// that all fire, and recorded sums.

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>

#include "base/check.h"
#include "rules/group.h"
#include "testing/fake_clock.h"
#include "tsdb/db/db.h"

namespace watchfire::rules {
namespace {

constexpr TimeMs kBase = 1'700'000'000'000;
constexpr int64_t kScrapeMs = 15'000;
constexpr int kScrapes = 80;
constexpr size_t kSeries = 100'000;
constexpr size_t kMetrics = 50;
constexpr size_t kTargets = 100;

class World {
 public:
  World() {
    char path[] = "/tmp/watchfire-rules-bench-XXXXXX";
    directory_ = mkdtemp(path);
    tsdb::DbOptions options;
    options.path = directory_;
    options.clock = &clock_;
    options.registry = &registry_;
    options.background = false;
    db_ = tsdb::Db::Open(options).value();
    Fill();
    services_.engine = &engine_;
    services_.queryable = db_.get();
    services_.appendable = db_.get();
    services_.clock = &clock_;
  }
  ~World() {
    db_.reset();
    std::filesystem::remove_all(directory_);
  }

  static World& Get() {
    static World world;
    return world;
  }

  // Evaluates one slot after another behind the last sample.
  void Run(benchmark::State& state, const std::string& text) {
    GroupSpecs specs = ReadGroups(text, "bench.yml", config::Config(), {}).value();
    Group group(specs.front(), &services_);
    TimeMs t = next_;
    for (auto _ : state) {
      group.Evaluate(t += 1);
    }
    next_ = t;
    for (const RuleView& rule : group.View(false).rules) {
      WF_CHECK(rule.health == Health::kOk);
    }
    state.counters["samples"] = static_cast<double>(group.View(false).rules[0].samples);
  }

 private:
  // Each target has series of every metric; a scrape is a row.
  void Fill() {
    std::vector<std::vector<storage::SeriesRef>> refs(kTargets);
    for (int scrape = 0; scrape < kScrapes; ++scrape) {
      for (size_t target = 0; target < kTargets; ++target) {
        auto appender = db_->NewAppender();
        std::vector<storage::SeriesRef>& row = refs[target];
        if (row.empty()) AddTarget(*appender, target, &row);
        std::vector<double> values(row.size(), scrape * 10.0 + static_cast<double>(target));
        TimeMs t = kBase + scrape * kScrapeMs + static_cast<TimeMs>(target);
        appender->AppendRow(t, row, values, nullptr);
        WF_CHECK(appender->Commit().ok());
      }
    }
  }
  static void AddTarget(storage::Appender& appender, size_t target,
                        std::vector<storage::SeriesRef>* row) {
    constexpr size_t kHandlers = kSeries / kMetrics / kTargets;
    for (size_t metric = 0; metric < kMetrics; ++metric) {
      for (size_t handler = 0; handler < kHandlers; ++handler) {
        std::string name = "requests_" + std::to_string(metric) + "_total";
        std::string instance = "host-" + std::to_string(target) + ":9100";
        std::string path = "/api/v1/thing/" + std::to_string(handler);
        model::Labels labels = model::Labels::Of({{"__name__", name},
                                                  {"handler", path},
                                                  {"instance", instance},
                                                  {"job", "application"}});
        row->push_back(appender.GetRef(labels).value());
      }
    }
  }

  std::string directory_;
  testing::FakeClock clock_{kBase + kScrapes * kScrapeMs};
  client::Registry registry_;
  ThreadPool workers_{"work", 1};
  promql::Engine engine_{{}, &workers_, &registry_, &clock_};
  std::unique_ptr<tsdb::Db> db_;
  Services services_;
  TimeMs next_ = kBase + kScrapes * kScrapeMs;
};

std::string Alerts(const std::string& expr, size_t count) {
  std::string text = "groups:\n- name: bench\n  rules:\n";
  for (size_t i = 0; i < count; ++i) {
    std::string metric = "requests_" + std::to_string(i % kMetrics) + "_total";
    text += "  - alert: Alert" + std::to_string(i) + "\n    expr: '" + expr;
    size_t at = text.rfind("METRIC");
    text.replace(at, 6, metric);
    text +=
        "'\n    for: 5m\n    labels: {severity: page}\n"
        "    annotations: {summary: \"{{ $labels.instance }} has {{ $value }}\"}\n";
  }
  return text;
}

// 50 alerts, each over all 2,000 series of a metric; 100,000 series are looked at.
void BM_QuietRates(benchmark::State& state) {
  World::Get().Run(state, Alerts("rate(METRIC[5m]) > 1e9", kMetrics));
}
BENCHMARK(BM_QuietRates)->Unit(benchmark::kMillisecond);

void BM_QuietSumsOfRates(benchmark::State& state) {
  World::Get().Run(state, Alerts("sum by (instance) (rate(METRIC[5m])) > 1e9", kMetrics));
}
BENCHMARK(BM_QuietSumsOfRates)->Unit(benchmark::kMillisecond);

void BM_QuietComparisons(benchmark::State& state) {
  World::Get().Run(state, Alerts("METRIC < 0", kMetrics));
}
BENCHMARK(BM_QuietComparisons)->Unit(benchmark::kMillisecond);

// 2,000 alerts, each with its two series and a template.
void BM_FiringAlerts(benchmark::State& state) {
  World::Get().Run(state, Alerts("rate(METRIC[5m]) >= 0", 1));
}
BENCHMARK(BM_FiringAlerts)->Unit(benchmark::kMillisecond);

void BM_RecordedSeries(benchmark::State& state) {
  World::Get().Run(state,
                   "groups:\n- name: bench\n  rules:\n"
                   "  - {record: recorded, expr: 'rate(requests_7_total[5m])'}\n");
}
BENCHMARK(BM_RecordedSeries)->Unit(benchmark::kMillisecond);

void BM_RuleWithoutSeries(benchmark::State& state) {
  World::Get().Run(state, Alerts("absent_METRIC > 1", 1));
}
BENCHMARK(BM_RuleWithoutSeries)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace watchfire::rules

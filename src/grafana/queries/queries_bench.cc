// What a dashboard costs: one viewer's queries, and those of thirty viewers of the same dashboard
// that refresh within the same second. Counted in queries; `bytes` is the text of the frames.
#include <benchmark/benchmark.h>

#include <cmath>

#include "grafana/queries/queries.h"
#include "testing/fake_clock.h"
#include "testing/test_storage.h"

namespace watchfire::grafana {
namespace {

constexpr TimeMs kNow = 1'700'000'000'000;
constexpr int kPanels = 20;

// Twenty metrics of ten series, six hours at 15 s.
struct World {
  World() {
    auto appender = storage.NewAppender();
    for (int panel = 0; panel < kPanels; ++panel) {
      for (int i = 0; i < 10; ++i) {
        model::Labels labels = model::Labels::Of({{"__name__", "metric_" + std::to_string(panel)},
                                                  {"instance", "host-" + std::to_string(i)},
                                                  {"job", "node"}});
        for (TimeMs t = kNow - 6 * 3'600'000; t <= kNow; t += 15'000) {
          double v = std::sin(static_cast<double>(t / 15'000 + i) / 40) * 100;
          if (!appender->Append(0, labels, t, v).ok()) std::abort();
        }
      }
    }
    if (!appender->Commit().ok()) std::abort();
    source->uid = "p";
    source->url = "http://192.0.2.1:9090";
    QueriesDependencies deps;
    deps.engine = &engine;
    deps.storage = [this] { return &storage; };
    deps.own_addresses = [] { return std::vector<std::string>{"192.0.2.1:9090"}; };
    deps.clock = &clock;
    queries = std::make_unique<Queries>(deps);
  }

  // One viewer's refresh.
  size_t Show(int64_t later_ms) {
    size_t bytes = 0;
    for (int panel = 0; panel < kPanels; ++panel) {
      PanelQuery query;
      query.ref_id = "A";
      query.source = source;
      query.model.Set("expr", codec::Json::OfString("metric_" + std::to_string(panel)));
      query.model.Set("legendFormat", codec::Json::OfString("{{instance}}"));
      query.max_data_points = 800;
      query.interval_ms = 30'000;
      query.to = clock.Now() + later_ms;
      query.from = query.to - 6 * 3'600'000;
      QueryAnswer answer = queries->Run(query, nullptr);
      if (answer.frames == nullptr) std::abort();
      bytes += answer.frames->size();
    }
    return bytes;
  }

  testing::FakeClock clock{kNow};
  testing::TestStorage storage;
  ThreadPool pool{"bench", 1};
  promql::Engine engine{{}, &pool, nullptr, &clock};
  std::shared_ptr<DataSource> source = std::make_shared<DataSource>();
  std::unique_ptr<Queries> queries;
};

void BM_Dashboard(benchmark::State& state) {
  static World world;
  auto viewers = static_cast<int>(state.range(0));
  size_t bytes = 0;
  for (auto _ : state) {
    world.clock.Advance(2000);  // what was kept is gone
    for (int viewer = 0; viewer < viewers; ++viewer) bytes = world.Show(viewer);
  }
  state.SetItemsProcessed(state.iterations() * viewers * kPanels);
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(BM_Dashboard)->Arg(1)->Arg(30)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::grafana

// What alerts cost: taken in, and flushed with nothing to say (the usual tick) and with something.
// 10,000 alerts in 500 groups, 200 silences, 50 inhibition rules.
#include <benchmark/benchmark.h>

#include "alerting/amconfig/matcher.h"
#include "testing/alert_world.h"

namespace watchfire::alerting {
namespace {

constexpr int kAlerts = 10'000;
constexpr int kGroups = 500;

std::string Config(std::string_view repeat_interval) {
  std::string text =
      "global: {resolve_timeout: 24h}\n"
      "route:\n"
      "  receiver: hook\n"
      "  group_by: [alertname, cluster]\n"
      "  group_wait: 1s\n"
      "  group_interval: 1m\n"
      "  routes:\n";
  text.insert(text.find("  routes:"), fmt::format("  repeat_interval: {}\n", repeat_interval));
  for (int i = 0; i < 20; ++i) {
    text += fmt::format("  - matchers: ['team=\"t{}\"']\n    receiver: hook\n", i);
  }
  text += "inhibit_rules:\n";
  for (int i = 0; i < 50; ++i) {
    text += fmt::format(
        "- source_matchers: ['alertname=\"Source{}\"']\n"
        "  target_matchers: ['severity=\"warning\"', 'alertname=\"Alert{}\"']\n"
        "  equal: [cluster]\n",
        i, i);
  }
  text += "receivers:\n- name: hook\n  webhook_configs: [{url: 'http://127.0.0.1/'}]\n";
  return text;
}

std::vector<Alert> Alerts(TimeMs now, int round) {
  std::vector<Alert> alerts;
  for (int i = 0; i < kAlerts; ++i) {
    int group = i % kGroups;
    model::LabelsBuilder labels;
    labels.Set("alertname", fmt::format("Alert{}", group % 50));
    labels.Set("cluster", fmt::format("cluster-{}", group / 50));
    labels.Set("team", fmt::format("t{}", group % 30));
    labels.Set("instance", fmt::format("10.0.{}.{}:9100", i / 250, i % 250));
    labels.Set("job", "node");
    labels.Set("severity", i % 2 == 0 ? "warning" : "critical");
    Alert alert = PostedAlert(labels.Build(), AlertTime(), AlertTime(), now, 100'000LL * 3'600'000);
    alert.annotations = {{"description", "The disk of the machine will be full in four hours."},
                         {"summary", fmt::format("Disk is filling, report {}", round)}};
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

struct Bench {
  explicit Bench(std::string_view repeat_interval) : node(&world, {}) {
    node.Configure(Config(repeat_interval));
    for (int i = 0; i < 200; ++i) {
      Silence silence;
      silence.starts_at_ns = world.clock.Now() * 1'000'000;
      silence.ends_at_ns = (world.clock.Now() + 240LL * 3'600'000) * 1'000'000;
      silence.created_by = "bench";
      silence.comment = "bench";
      silence.matcher_sets = {*amconfig::ParseMatchers(
          i % 2 == 0 ? fmt::format("alertname=\"Alert{}\",instance=~\"10.0.{}.*\"", i % 50, i)
                     : fmt::format("instance=\"10.0.{}.7:9100\"", i),
          amconfig::MatcherSyntax::kFallback)};
      if (!node.silences.Set(silence).ok()) std::abort();
    }
  }
  World world;
  Node node;
};

void BM_Put(benchmark::State& state) {
  Bench bench("1000d");
  int round = 0;
  for (auto _ : state) {
    state.PauseTiming();
    bench.world.clock.Advance(15);
    std::vector<Alert> alerts = Alerts(bench.world.clock.Now(), round++);
    state.ResumeTiming();
    bench.node.store.Put(std::move(alerts));
  }
  state.SetItemsProcessed(state.iterations() * kAlerts);
}
BENCHMARK(BM_Put)->Unit(benchmark::kMillisecond);

// A tick of all groups in which nothing changed.
void BM_QuietTick(benchmark::State& state) {
  Bench bench("1000d");
  bench.node.store.Put(Alerts(bench.world.clock.Now(), 0));
  AdvanceTo(&bench.world, {&bench.node}, bench.world.clock.Now() + 2'000);
  for (auto _ : state) {
    bench.world.clock.Advance(60'000);
    bench.node.dispatcher.RunDue();
    state.PauseTiming();
    bench.node.records.clear();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * kAlerts);
}
BENCHMARK(BM_QuietTick)->Unit(benchmark::kMillisecond);

// A tick at which every group is told, up to the notifier.
void BM_TellingTick(benchmark::State& state) {
  Bench bench("4h");
  bench.node.store.Put(Alerts(bench.world.clock.Now(), 0));
  AdvanceTo(&bench.world, {&bench.node}, bench.world.clock.Now() + 2'000);
  for (auto _ : state) {
    // Past the repeat interval, but one tick only.
    bench.world.clock.Jump(5LL * 3'600'000);
    bench.world.clock.Advance(60'000);
    bench.node.dispatcher.RunDue();
    bench.world.threads.Settle();
    state.PauseTiming();
    // Silences hide a few groups whole.
    WF_CHECK(bench.world.told.size() > kGroups * 9 / 10);
    bench.world.told.clear();
    bench.node.records.clear();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * kAlerts);
}
BENCHMARK(BM_TellingTick)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::alerting

// What it costs to ask whether an alert is silenced, among 200 and 20,000 silences: for alerts
// that nobody asked for before (the index), for known ones (the cache), and after one more silence
// was made.
#include <benchmark/benchmark.h>

#include "alerting/silences/silences.h"

namespace watchfire::alerting {
namespace {

constexpr size_t kAlerts = 10'000;
constexpr TimeMs kNow = 1'700'000'000'000;
constexpr int64_t kHourNs = 3'600LL * 1'000'000'000;

class StillClock final : public Clock {
 public:
  TimeMs Now() const override { return kNow; }
  int64_t MonotonicNs() const override { return Clock::System()->MonotonicNs(); }
};
const StillClock kClock;

std::string InstanceOf(size_t i) {
  return fmt::format("web-{}.example.com:9100", i);
}

std::vector<model::Labels> MakeAlerts() {
  std::vector<model::Labels> out;
  for (size_t i = 0; i < kAlerts; ++i) {
    out.push_back(model::Labels::Of({{"alertname", fmt::format("Alert{}", i % 100)},
                                     {"cluster", fmt::format("c{}", i % 7)},
                                     {"environment", "production"},
                                     {"instance", InstanceOf(i)},
                                     {"job", fmt::format("job{}", i % 20)},
                                     {"namespace", fmt::format("ns{}", i % 50)},
                                     {"severity", i % 3 == 0 ? "critical" : "warning"},
                                     {"team", fmt::format("team{}", i % 11)}}));
  }
  return out;
}

// What people make: one alert on one machine, a machine, a group of machines by regex, a team's
// alert by alternatives.
void AddSilence(Silences& silences, size_t i) {
  std::string text;
  switch (i % 4) {
    case 0:
      text = fmt::format(R"(alertname="Alert{}",instance="{}")", i % 100, InstanceOf(i));
      break;
    case 1:
      text = fmt::format(R"(instance="{}")", InstanceOf(i * 3));
      break;
    case 2:
      text = fmt::format(R"(instance=~"web-{}[0-9]\\.example\\.com:.*")", i);
      break;
    default:
      text = fmt::format(R"(severity="warning",alertname=~"Alert{}|Other{}",team="team{}")",
                         i % 5000, i, i % 11);
  }
  Silence silence;
  silence.matcher_sets = {
      amconfig::ParseMatchers(text, amconfig::MatcherSyntax::kFallback).value()};
  silence.ends_at_ns = kNow * 1'000'000 + kHourNs;
  WF_CHECK(silences.Set(std::move(silence)).ok());
}

struct World {
  explicit World(size_t count) : silences({.clock = &kClock}), alerts(MakeAlerts()) {
    for (size_t i = 0; i < count; ++i) AddSilence(silences, i);
    for (const model::Labels& labels : alerts) fingerprints.push_back(labels.StableHash());
  }
  Silences silences;
  std::vector<model::Labels> alerts;
  std::vector<uint64_t> fingerprints;
};

void AskAll(World& world, size_t* muted) {
  for (size_t i = 0; i < kAlerts; ++i) {
    *muted += world.silences.MutedBy(world.fingerprints[i], world.alerts[i], kNow).size();
  }
}

void Report(benchmark::State& state, size_t muted) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kAlerts));
  state.counters["muted"] =
      static_cast<double>(muted) / static_cast<double>(state.iterations() * kAlerts);
}

void BM_UnknownAlerts(benchmark::State& state) {
  World world(static_cast<size_t>(state.range(0)));
  size_t muted = 0;
  for (auto _ : state) {
    state.PauseTiming();
    for (uint64_t fingerprint : world.fingerprints) world.silences.Forget(fingerprint);
    state.ResumeTiming();
    AskAll(world, &muted);
  }
  Report(state, muted);
}
BENCHMARK(BM_UnknownAlerts)->Arg(200)->Arg(20'000)->Unit(benchmark::kMillisecond);

void BM_KnownAlerts(benchmark::State& state) {
  World world(static_cast<size_t>(state.range(0)));
  size_t muted = 0;
  AskAll(world, &muted);
  muted = 0;
  for (auto _ : state) AskAll(world, &muted);
  Report(state, muted);
}
BENCHMARK(BM_KnownAlerts)->Arg(200)->Arg(20'000)->Unit(benchmark::kMillisecond);

void BM_AfterOneMoreSilence(benchmark::State& state) {
  World world(static_cast<size_t>(state.range(0)));
  size_t muted = 0;
  size_t made = static_cast<size_t>(state.range(0));
  AskAll(world, &muted);
  muted = 0;
  for (auto _ : state) {
    state.PauseTiming();
    AddSilence(world.silences, made++);
    state.ResumeTiming();
    AskAll(world, &muted);
  }
  Report(state, muted);
}
BENCHMARK(BM_AfterOneMoreSilence)->Arg(200)->Arg(20'000)->Unit(benchmark::kMillisecond);

void BM_MakeSilence(benchmark::State& state) {
  Silences silences({.clock = &kClock});
  size_t made = 0;
  for (auto _ : state) AddSilence(silences, made++);
}
BENCHMARK(BM_MakeSilence)->Iterations(20'000);

}  // namespace
}  // namespace watchfire::alerting

// 50 inhibition rules and 10,000 alerts: what a report of an alert costs, whether it is a source or
// speaks of nothing that any rule knows, and what it costs to ask whether one is muted.
#include <benchmark/benchmark.h>

#include "alerting/inhibit/inhibitor.h"

namespace watchfire::alerting {
namespace {

constexpr size_t kAlerts = 10'000;
constexpr size_t kRules = 50;
constexpr TimeMs kNow = 1'700'000'000'000;

// `silent`: no rule has such sources.
std::vector<AlertPtr> MakeAlerts(bool silent) {
  std::vector<AlertPtr> out;
  for (size_t i = 0; i < kAlerts; ++i) {
    auto alert = std::make_shared<Alert>();
    const char* severity = i % 10 == 0 ? "critical" : "warning";
    alert->labels = model::Labels::Of({{"alertname", fmt::format("Alert{}", i % 200)},
                                       {"cluster", fmt::format("c{}", i % 17)},
                                       {"environment", "production"},
                                       {"instance", fmt::format("web-{}:9100", i)},
                                       {"job", fmt::format("job{}", i % 20)},
                                       {"namespace", fmt::format("ns{}", i / 10 % 50)},
                                       {"severity", silent ? "none" : severity},
                                       {"team", fmt::format("team{}", i % 11)}});
    alert->ends_at = AlertTime::OfMs(kNow + 300'000);
    alert->fingerprint = alert->labels.StableHash();
    out.push_back(std::move(alert));
  }
  return out;
}

std::vector<amconfig::InhibitRule> MakeRules() {
  auto parse = [](const std::string& text) {
    return amconfig::ParseMatchers(text, amconfig::MatcherSyntax::kFallback).value();
  };
  std::vector<amconfig::InhibitRule> rules;
  for (size_t i = 0; i < kRules; ++i) {
    amconfig::InhibitRule rule;
    rule.source_matchers =
        parse(fmt::format(R"(severity="critical",alertname=~"Alert{}|Alert{}")", i * 2, i * 3));
    rule.target_matchers = parse(fmt::format(R"(severity=~"warning|info",team="team{}")", i % 11));
    rule.equal = {"cluster", "namespace"};
    rules.push_back(std::move(rule));
  }
  return rules;
}

void BM_Update(benchmark::State& state) {
  std::vector<AlertPtr> alerts = MakeAlerts(state.range(0) != 0);
  Inhibitor inhibitor(MakeRules());
  for (auto _ : state) inhibitor.Update(alerts);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kAlerts));
}
BENCHMARK(BM_Update)->ArgName("silent")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void BM_Mutes(benchmark::State& state) {
  std::vector<AlertPtr> alerts = MakeAlerts(false);
  Inhibitor inhibitor(MakeRules());
  inhibitor.Update(alerts);
  size_t muted = 0;
  for (auto _ : state) {
    for (const AlertPtr& alert : alerts) muted += inhibitor.Mutes(alert->labels, kNow) ? 1 : 0;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kAlerts));
  state.counters["muted"] =
      static_cast<double>(muted) / static_cast<double>(state.iterations() * kAlerts);
}
BENCHMARK(BM_Mutes)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace watchfire::alerting

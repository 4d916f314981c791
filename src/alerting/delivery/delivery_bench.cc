// A flush round as a large site has it: 10,000 alerts in 500 groups, two integrations each. Time
// is the writer's, per alert: what Record costs the dispatcher is a queue's push.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>

#include "alerting/delivery/delivery_log.h"
#include "alerting/delivery/testing_record.h"

namespace watchfire::alerting {
namespace {

constexpr int kGroups = 500;
constexpr int kAlertsPerGroup = 20;

enum class Round { kQuiet, kDelivered, kOneNewAlert, kAllNew };

class Site {
 public:
  Site() {
    char name[] = "/tmp/watchfire_delivery_bench_XXXXXX";
    directory_ = mkdtemp(name);
    database_ = *store::Database::Open(directory_ + "/watchfire.db");
    DeliveryLog::Options options;
    options.clock = Clock::System();
    log_ = *DeliveryLog::Open(database_.get(), options);
    for (int g = 0; g < kGroups; ++g) {
      std::vector<FlushedAlert>& alerts = alerts_.emplace_back();
      for (int a = 0; a < kAlertsPerGroup; ++a) alerts.push_back(New(g));
    }
  }
  ~Site() {
    log_.reset();
    database_.reset();
    std::filesystem::remove_all(directory_);
  }

  // Records made outside the measured time.
  std::vector<FlushRecord> Make(Round round, int64_t tick) {
    std::vector<FlushRecord> records;
    for (int g = 0; g < kGroups; ++g) {
      std::vector<FlushedAlert>& alerts = alerts_[static_cast<size_t>(g)];
      if (round == Round::kOneNewAlert) alerts[0] = New(g);
      if (round == Round::kAllNew) {
        for (FlushedAlert& alert : alerts) alert = New(g);
      }
      std::vector<IntegrationRecord> integrations;
      for (const char* name : {"slack", "email"}) {
        integrations.push_back(round == Round::kQuiet ? Skipped("sent 3m ago", name)
                                                      : Delivered(Body(), name));
      }
      records.push_back(Flush(Clock::System()->Now() + tick, fmt::format("team-{}", g), alerts,
                              std::move(integrations)));
      if (g >= kGroups / 2) records.back().receiver = "all";
    }
    return records;
  }
  void Write(std::vector<FlushRecord> records) {
    for (FlushRecord& record : records) log_->Record(std::move(record));
    log_->Flush();
  }
  const DeliveryLog& log() const { return *log_; }
  uint64_t AnyAlert() const { return alerts_[7][3].alert->fingerprint; }

 private:
  FlushedAlert New(int group) {
    auto alert = std::make_shared<Alert>();
    std::string instance = fmt::format("10.0.{}.{}:9100", group, ++made_);
    std::string team = fmt::format("team-{}", group);
    alert->labels = model::Labels::Of({{"alertname", "InstanceDown"},
                                       {"instance", instance},
                                       {"job", "node"},
                                       {"severity", "critical"},
                                       {"team", team}});
    alert->Seal();
    return {alert, false, MuteKind::kNone, {}};
  }
  static std::string Body() {
    std::string body;
    for (int i = 0; i < kAlertsPerGroup; ++i) {
      body +=
          fmt::format(R"({{"title":"InstanceDown","instance":"10.0.0.{}","state":"firing"}},)", i);
    }
    return body;
  }

  std::string directory_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<DeliveryLog> log_;
  std::vector<std::vector<FlushedAlert>> alerts_;
  int made_ = 0;
};

void FlushRound(benchmark::State& state, Round round) {
  Site site;
  site.Write(site.Make(Round::kDelivered, 0));
  int64_t tick = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<FlushRecord> records = site.Make(round, ++tick);
    state.ResumeTiming();
    site.Write(std::move(records));
  }
  state.counters["per_alert"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kGroups * kAlertsPerGroup,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void Quiet(benchmark::State& state) {
  FlushRound(state, Round::kQuiet);
}
void SaidAgain(benchmark::State& state) {
  FlushRound(state, Round::kDelivered);
}
void OneNewAlertAGroup(benchmark::State& state) {
  FlushRound(state, Round::kOneNewAlert);
}
void AllAlertsNew(benchmark::State& state) {
  FlushRound(state, Round::kAllNew);
}
BENCHMARK(Quiet)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(SaidAgain)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(OneNewAlertAGroup)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(AllAlertsNew)->UseRealTime()->Unit(benchmark::kMillisecond);

// 50,000 deliveries: a log that is a quarter full.
void FindOf(benchmark::State& state, DeliveryQuery query, bool by_alert) {
  Site site;
  for (int round = 0; round < 50; ++round) site.Write(site.Make(Round::kOneNewAlert, round));
  if (by_alert) query.fingerprint = site.AnyAlert();
  for (auto _ : state) {
    Result<std::vector<Delivery>> found = site.log().Find(query);
    benchmark::DoNotOptimize(found->size());
  }
}
BENCHMARK_CAPTURE(FindOf, Newest, DeliveryQuery{}, false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(FindOf, Alert, DeliveryQuery{}, true)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(FindOf, Receiver, DeliveryQuery{.receiver = "team-team-7"}, false)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(FindOf, UnknownReceiver, DeliveryQuery{.receiver = "none"}, false)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(FindOf, FailuresOfReceiver,
                  DeliveryQuery{.receiver = "team-team-7", .outcome = "failed"}, false)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(FindOf, AllFailures, DeliveryQuery{.outcome = "failed"}, false)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(FindOf, EverybodysReceiver, DeliveryQuery{.receiver = "all"}, false)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace watchfire::alerting

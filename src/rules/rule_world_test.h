#pragma once
// What tests of rules share: an engine over a storage in memory, a clock that is moved by hand, and
// a sink that keeps what it was sent. Header only.

#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "promql/engine/engine.h"
#include "rules/group.h"
#include "testing/fake_clock.h"
#include "testing/test_storage.h"

namespace watchfire::rules {

inline constexpr TimeMs kBase = 1'700'000'000'000;

class CapturingSink final : public alerting::AlertSink {
 public:
  void Put(std::vector<alerting::Alert> alerts) override {
    MutexLock lock(mutex_);
    std::move(alerts.begin(), alerts.end(), std::back_inserter(alerts_));
  }
  std::vector<alerting::Alert> Take() {
    MutexLock lock(mutex_);
    return std::exchange(alerts_, {});
  }

 private:
  Mutex mutex_;
  std::vector<alerting::Alert> alerts_ GUARDED_BY(mutex_);
};

inline std::shared_ptr<const GroupSpec> GroupOf(std::string_view text,
                                                const config::Config& config = {}) {
  Result<GroupSpecs> groups = ReadGroups(text, "rules.yml", config, promql::ParseOptions{});
  WF_CHECK(groups.ok() && groups->size() == 1);
  return groups->front();
}

struct RuleWorld {
  RuleWorld() {
    services.engine = &engine;
    services.queryable = &storage;
    services.appendable = &storage;
    services.sink = &sink;
    services.clock = &clock;
    services.external_url = "http://watchfire.example:9090";
  }

  testing::FakeClock clock{kBase};
  testing::TestStorage storage;
  ThreadPool workers{"work", 1};
  promql::Engine engine{{}, &workers, nullptr, &clock};
  CapturingSink sink;
  Services services;
};

}  // namespace watchfire::rules

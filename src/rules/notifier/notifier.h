#pragma once
// Notifier: sends the alerts of rules to Alertmanagers outside this process, as Prometheus does:
// one queue and one sending thread of control for each address, batches, external labels and
// relabelling, no retry (rules send again). Which Alertmanagers there are comes from service
// discovery.
//
// Send never blocks: a full queue drops its oldest alerts and counts them. Thread-safe but for
// ApplyConfig, UpdateTargets and Stop.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "alerting/alerts/alert_sink.h"
#include "base/clock.h"
#include "base/result.h"
#include "client/registry.h"
#include "config/config.h"
#include "discovery/manager.h"

namespace watchfire::rules {

struct NotifierOptions {
  size_t queue_capacity = 10'000;
  size_t batch_size = 256;
  bool drain_on_shutdown = true;
  std::string user_agent;  // "Prometheus/3.14.0"
  const Clock* clock = nullptr;
  client::Registry* registry = nullptr;
};

class Notifier : public alerting::AlertSink {
 public:
  explicit Notifier(NotifierOptions options);
  ~Notifier() override;

  // Checks clients and relabelling first; an error changes nothing.
  Result<void> ApplyConfig(const config::Config& config);
  // The jobs to discover for this configuration are named as ApplyConfig numbers them: `config-0`
  // ….
  static discovery::Manager::Jobs JobsOf(const config::Config& config);
  void UpdateTargets(const discovery::TargetSets& sets);

  void Put(std::vector<alerting::Alert> alerts) override;

  // URLs, for /api/v1/alertmanagers.
  std::vector<std::string> Active() const;
  std::vector<std::string> Dropped() const;
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::rules

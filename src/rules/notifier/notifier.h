#pragma once
// Notifier: sends the alerts of rules to Alertmanagers outside this process, as Prometheus does: a
// queue for each address, batches, external labels and relabelling, no retry (rules send again).
// Which Alertmanagers there are comes from service discovery:
//
//   Notifier notifier(options);
//   discovery::Manager discovery({.name = "notify"}, registry, clock,
//                                [&](const auto& sets) { notifier.UpdateTargets(sets); });
//   TRY(notifier.ApplyConfig(config));
//   discovery.ApplyConfig(Notifier::JobsOf(config));
//   …
//   discovery.Stop();  // and whoever puts
//   notifier.Stop();   // sends what is queued
//
// Nothing here waits for an Alertmanager but Stop: a full queue drops its oldest alerts and counts
// them. Threads ("notify-N") are as many as addresses, at most 64, and none without any.
// Thread-safe.

#include <cstdint>
#include <memory>
#include <optional>
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
  std::string user_agent = "Prometheus/3.14.0";
  const Clock* clock = nullptr;
  client::Registry* registry = nullptr;  // may be null
};

class Notifier : public alerting::AlertSink {
 public:
  explicit Notifier(NotifierOptions options);
  ~Notifier() override;

  // What ApplyConfig would refuse; changes nothing.
  Result<void> Check(const config::Config& config) const;
  // Checks clients and relabelling first; an error changes nothing. A section that stays as it is
  // keeps its queues.
  Result<void> ApplyConfig(const config::Config& config);
  // What to discover for this configuration; `config-N` is the Nth section of alertmanagers.
  static discovery::Manager::Jobs JobsOf(const config::Config& config);
  void UpdateTargets(const discovery::TargetSets& sets);

  // Who gets every alert too, with external labels and after alert_relabel_configs: the router in
  // this process. Before the first Put; outlives the notifier, or null.
  void AttachLocal(alerting::AlertSink* local);

  void Put(std::vector<alerting::Alert> alerts) override;

  // The labels that an alert with these is sent under, to the router in this process too; unset:
  // relabelling drops it.
  std::optional<model::Labels> Routed(const model::Labels& labels) const;

  // URLs without passwords, for /api/v1/alertmanagers.
  std::vector<std::string> Active() const;
  std::vector<std::string> Dropped() const;
  // No alert is taken any more. Waits until what is queued was sent, if that is wanted; the first
  // error at an address drops the rest of its queue. Idempotent.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::rules

#pragma once
// Runs the discovery mechanisms of all jobs and hands their targets on. Mechanisms report on
// threads of their own; the manager keeps the newest groups of each and calls the sink with all
// jobs' groups, at once after a configuration is applied and then at most every `interval_ms`
// (bursts are coalesced). Identical configurations in several jobs share one running mechanism,
// also across reloads.
//
//   discovery::Manager discovery({.name = "scrape"}, &registry, clock, sink);
//   discovery.ApplyConfig(jobs);
//
// The sink runs on the manager's thread, one call at a time, never with locks held. Stop (and the
// destructor) end all mechanisms; no call of the sink follows. Thread-safe.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "client/registry.h"
#include "config/service_discovery.h"
#include "discovery/target_group.h"

namespace watchfire::discovery {

class Manager {
 public:
  struct Options {
    std::string name = "scrape";  // the `name` label of prometheus_sd_*; "notify" for Alertmanagers
    int64_t interval_ms = 5'000;  // --scrape.discovery-reload-interval
  };
  using Sink = std::function<void(const TargetSets&)>;
  using Jobs = std::map<std::string, config::ServiceDiscoveryConfigs>;

  // What is pointed to must outlive the manager.
  Manager(Options options, client::Registry* registry, const Clock* clock, Sink sink);
  ~Manager();

  // Starts, keeps and stops mechanisms so that these run. Kinds that are configured but not
  // supported yet are logged as errors and count in prometheus_sd_failed_configs; the job's other
  // mechanisms run.
  void ApplyConfig(const Jobs& jobs);
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::discovery

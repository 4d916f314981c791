#pragma once
// One running discovery mechanism. The manager owns it; it reports groups through the callback it
// was started with, from Start itself or from a thread of its own, one call at a time. A group
// replaces the one of the same source; a group without targets removes it. Destruction stops the
// mechanism and waits for its thread; no call follows.

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "config/service_discovery.h"
#include "discovery/metrics.h"
#include "discovery/target_group.h"

namespace watchfire::discovery {

class Discoverer {
 public:
  using Report = std::function<void(std::vector<TargetGroup>)>;

  virtual ~Discoverer() = default;
  // Called once. What can be known without waiting for the network is reported before it returns,
  // so that the first scrapes do not wait for the second round of updates.
  virtual void Start(Report report) = 0;
};

// The configuration of one mechanism; equal ones may share a Discoverer.
using MechanismConfig = std::variant<std::vector<config::TargetGroup>, config::FileSdConfig,
                                     config::HttpSdConfig, config::DnsSdConfig>;

// "static", "file", "http", "dns".
std::string_view MechanismName(const MechanismConfig& config);

// The mechanisms of one job, and the keys of those that are configured but cannot be run yet.
struct JobMechanisms {
  std::vector<MechanismConfig> supported;
  std::vector<std::string> unsupported;  // "kubernetes_sd_configs"
};
JobMechanisms MechanismsOf(const config::ServiceDiscoveryConfigs& configs);

// `job` names the mechanism in metrics and logs.
Result<std::unique_ptr<Discoverer>> MakeDiscoverer(const MechanismConfig& config,
                                                   const std::string& job, Metrics& metrics);

}  // namespace watchfire::discovery

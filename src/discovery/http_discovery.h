#pragma once
// Targets from an HTTP endpoint that answers a JSON list of groups, asked once per refresh
// interval on a thread of its own (`sd-http`). A failed request keeps the groups of the last good
// one. Thread-compatible.

#include <memory>
#include <string>

#include "discovery/discoverer.h"
#include "discovery/refresher.h"
#include "net/http_client.h"

namespace watchfire::discovery {

class HttpDiscovery final : public Discoverer {
 public:
  static Result<std::unique_ptr<Discoverer>> Make(config::HttpSdConfig config, std::string job,
                                                  Metrics& metrics);
  void Start(Report report) override;

 private:
  HttpDiscovery(config::HttpSdConfig config, std::string job, Metrics& metrics,
                std::unique_ptr<net::HttpClient> client);
  void Refresh(const Refresher::Cancelled& cancelled);
  Result<std::vector<TargetGroup>> Ask(const Refresher::Cancelled& cancelled);

  const config::HttpSdConfig config_;
  const std::string job_;
  Metrics& metrics_;
  const std::unique_ptr<net::HttpClient> client_;
  Report report_;
  size_t known_groups_ = 0;
  std::unique_ptr<Refresher> refresher_;  // last: its thread uses all of the above
};

}  // namespace watchfire::discovery

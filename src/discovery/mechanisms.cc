#include "discovery/convert.h"
#include "discovery/discoverer.h"
#include "discovery/dns_discovery.h"
#include "discovery/file_discovery.h"
#include "discovery/http_discovery.h"

namespace watchfire::discovery {
namespace {

class StaticDiscovery final : public Discoverer {
 public:
  explicit StaticDiscovery(std::vector<config::TargetGroup> groups) : groups_(std::move(groups)) {}

  void Start(Report report) override {
    std::vector<TargetGroup> groups;
    for (size_t i = 0; i < groups_.size(); ++i) {
      groups.push_back(FromConfig(groups_[i], fmt::format("{}", i)));
    }
    report(std::move(groups));
  }

 private:
  const std::vector<config::TargetGroup> groups_;
};

}  // namespace

std::string_view MechanismName(const MechanismConfig& config) {
  constexpr std::string_view kNames[] = {"static", "file", "http", "dns"};
  static_assert(std::size(kNames) == std::variant_size_v<MechanismConfig>);
  return kNames[config.index()];
}

JobMechanisms MechanismsOf(const config::ServiceDiscoveryConfigs& configs) {
  JobMechanisms out;
  if (!configs.static_configs.empty()) out.supported.emplace_back(configs.static_configs);
  for (const auto& config : configs.file_sd_configs) out.supported.emplace_back(config);
  for (const auto& config : configs.http_sd_configs) out.supported.emplace_back(config);
  for (const auto& config : configs.dns_sd_configs) out.supported.emplace_back(config);
  auto refuse = [&out](const auto& list, const char* key) {
    if (!list.empty()) out.unsupported.emplace_back(key);
  };
#define WF_REFUSE(key) refuse(configs.key, #key)
  WF_REFUSE(aws_sd_configs);
  WF_REFUSE(azure_sd_configs);
  WF_REFUSE(consul_sd_configs);
  WF_REFUSE(digitalocean_sd_configs);
  WF_REFUSE(docker_sd_configs);
  WF_REFUSE(dockerswarm_sd_configs);
  WF_REFUSE(ec2_sd_configs);
  WF_REFUSE(ecs_sd_configs);
  WF_REFUSE(elasticache_sd_configs);
  WF_REFUSE(eureka_sd_configs);
  WF_REFUSE(gce_sd_configs);
  WF_REFUSE(hetzner_sd_configs);
  WF_REFUSE(ionos_sd_configs);
  WF_REFUSE(kubernetes_sd_configs);
  WF_REFUSE(kuma_sd_configs);
  WF_REFUSE(lightsail_sd_configs);
  WF_REFUSE(linode_sd_configs);
  WF_REFUSE(marathon_sd_configs);
  WF_REFUSE(msk_sd_configs);
  WF_REFUSE(nerve_sd_configs);
  WF_REFUSE(nomad_sd_configs);
  WF_REFUSE(oci_sd_configs);
  WF_REFUSE(openstack_sd_configs);
  WF_REFUSE(outscale_sd_configs);
  WF_REFUSE(ovhcloud_sd_configs);
  WF_REFUSE(puppetdb_sd_configs);
  WF_REFUSE(rds_sd_configs);
  WF_REFUSE(scaleway_sd_configs);
  WF_REFUSE(serverset_sd_configs);
  WF_REFUSE(stackit_sd_configs);
  WF_REFUSE(triton_sd_configs);
  WF_REFUSE(uyuni_sd_configs);
  WF_REFUSE(vultr_sd_configs);
#undef WF_REFUSE
  return out;
}

Result<std::unique_ptr<Discoverer>> MakeDiscoverer(const MechanismConfig& config,
                                                   const std::string& job, Metrics& metrics) {
  if (const auto* groups = std::get_if<std::vector<config::TargetGroup>>(&config)) {
    return std::unique_ptr<Discoverer>(std::make_unique<StaticDiscovery>(*groups));
  }
  if (const auto* file = std::get_if<config::FileSdConfig>(&config)) {
    return std::unique_ptr<Discoverer>(std::make_unique<FileDiscovery>(*file, job, metrics));
  }
  if (const auto* http = std::get_if<config::HttpSdConfig>(&config)) {
    return HttpDiscovery::Make(*http, job, metrics);
  }
  return std::unique_ptr<Discoverer>(
      std::make_unique<DnsDiscovery>(std::get<config::DnsSdConfig>(config), job, metrics));
}

}  // namespace watchfire::discovery

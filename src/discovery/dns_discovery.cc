#include "discovery/dns_discovery.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

namespace watchfire::discovery {
namespace {

std::string WithPort(const std::string& host, int64_t port) {
  bool six = host.find(':') != std::string::npos;
  return six ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

model::Labels TargetOf(const DnsRecord& record, const std::string& name, const std::string& type,
                       int64_t configured_port) {
  model::LabelsBuilder labels;
  labels.Set("__meta_dns_name", name);
  int64_t port = configured_port;
  if (type == "SRV") {
    labels.Set("__meta_dns_srv_record_target", record.target + ".");
    labels.Set("__meta_dns_srv_record_port", fmt::format("{}", record.port));
    port = record.port;
  } else if (type == "MX") {
    labels.Set("__meta_dns_mx_record_target", record.target + ".");
  } else if (type == "NS") {
    labels.Set("__meta_dns_ns_record_target", record.target + ".");
  }
  labels.Set("__address__", WithPort(record.target, port));
  return labels.Build();
}

}  // namespace

DnsDiscovery::DnsDiscovery(config::DnsSdConfig config, std::string job, Metrics& metrics,
                           DnsLookup lookup)
    : config_(std::move(config)),
      type_(ToUpper(config_.type)),
      job_(std::move(job)),
      metrics_(metrics),
      lookup_(std::move(lookup)) {}

void DnsDiscovery::Start(Report report) {
  report_ = std::move(report);
  refresher_ = std::make_unique<Refresher>(
      "sd-dns", config_.refresh_interval_ms,
      [this](const Refresher::Cancelled& cancelled) { Refresh(cancelled); });
}

void DnsDiscovery::Refresh(const Refresher::Cancelled& cancelled) {
  int64_t start_ns = Clock::System()->MonotonicNs();
  std::vector<TargetGroup> groups;
  for (const std::string& name : config_.names) {
    if (*cancelled) return;
    metrics_.dns_lookups.Increment();
    Result<std::vector<DnsRecord>> records = lookup_(name, type_);
    if (!records.ok()) {
      metrics_.dns_lookup_failures.Increment();
      metrics_.refresh_failures.With({"dns", job_}).Increment();
      WF_LOG(kError, "Error refreshing DNS targets", {"component", "discovery"},
             {"discovery", "dns"}, {"config", job_}, {"name", name}, {"err", records.error()});
      continue;
    }
    TargetGroup group;
    group.source = name;
    for (const DnsRecord& record : *records) {
      group.targets.push_back(TargetOf(record, name, type_, config_.port));
    }
    groups.push_back(std::move(group));
  }
  metrics_.refresh_seconds.With({"dns", job_})
      .Observe(static_cast<double>(Clock::System()->MonotonicNs() - start_ns) / 1e9);
  report_(std::move(groups));
}

}  // namespace watchfire::discovery

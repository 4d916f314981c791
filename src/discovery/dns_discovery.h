#pragma once
// Targets from DNS: the SRV, A, AAAA, MX or NS records of some names, asked once per refresh
// interval on a thread of its own (`sd-dns`) through the system's resolver configuration. A name
// that cannot be resolved keeps its targets. Thread-compatible.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "discovery/discoverer.h"
#include "discovery/refresher.h"

namespace watchfire::discovery {

// One record of an answer.
struct DnsRecord {
  std::string target;  // an address, or a host name without its trailing dot
  uint16_t port = 0;   // SRV
};

// Asks for the records of `name`; `type` is upper case. A name that does not exist is an empty
// answer; kUnavailable when the servers cannot be asked.
using DnsLookup =
    std::function<Result<std::vector<DnsRecord>>(const std::string& name, const std::string& type)>;

// The system's resolver: resolv.conf's servers and search list, TCP after truncation.
Result<std::vector<DnsRecord>> SystemDnsLookup(const std::string& name, const std::string& type);

class DnsDiscovery final : public Discoverer {
 public:
  DnsDiscovery(config::DnsSdConfig config, std::string job, Metrics& metrics,
               DnsLookup lookup = SystemDnsLookup);
  void Start(Report report) override;

 private:
  void Refresh(const Refresher::Cancelled& cancelled);

  const config::DnsSdConfig config_;
  const std::string type_;  // upper case
  const std::string job_;
  Metrics& metrics_;
  const DnsLookup lookup_;
  Report report_;
  std::unique_ptr<Refresher> refresher_;  // last: its thread uses all of the above
};

}  // namespace watchfire::discovery

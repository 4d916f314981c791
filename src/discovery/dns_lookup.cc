// DNS questions through the resolver of the C library, which knows resolv.conf, its search list and
// TCP. Only A records would come out of getaddrinfo; SRV, MX and NS need the raw answer.

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#include <array>
#include <cstring>

#include "discovery/dns_discovery.h"

namespace watchfire::discovery {
namespace {

// Frees what res_ninit opened.
class Resolver {
 public:
  Resolver() { ok_ = res_ninit(&state_) == 0; }
  ~Resolver() {
    if (ok_) res_nclose(&state_);
  }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  bool ok() const { return ok_; }
  res_state state() { return &state_; }

 private:
  struct __res_state state_ = {};
  bool ok_ = false;
};

Result<int> TypeNumber(const std::string& type) {
  if (type == "A") return int{ns_t_a};
  if (type == "AAAA") return int{ns_t_aaaa};
  if (type == "SRV") return int{ns_t_srv};
  if (type == "MX") return int{ns_t_mx};
  if (type == "NS") return int{ns_t_ns};
  return Error::Invalid("invalid DNS-SD records type {}", type);
}

// The host name at `offset` of the record's data, or "" when it is damaged.
std::string HostName(const ns_msg& message, const ns_rr& record, size_t offset) {
  if (ns_rr_rdlen(record) <= offset) return "";
  char name[NS_MAXDNAME];
  int size = ns_name_uncompress(ns_msg_base(message), ns_msg_end(message),
                                ns_rr_rdata(record) + offset, name, sizeof name);
  return size < 0 ? "" : std::string(name);
}

std::string Address(const ns_rr& record, int family, size_t size) {
  if (ns_rr_rdlen(record) != size) return "";
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(family, ns_rr_rdata(record), text, sizeof text) == nullptr ? "" : text;
}

DnsRecord ReadRecord(const ns_msg& message, const ns_rr& record, int type) {
  switch (type) {
    case ns_t_a:
      return {Address(record, AF_INET, 4), 0};
    case ns_t_aaaa:
      return {Address(record, AF_INET6, 16), 0};
    case ns_t_srv: {
      if (ns_rr_rdlen(record) < 7) return {};
      return {HostName(message, record, 6),
              static_cast<uint16_t>(ns_get16(ns_rr_rdata(record) + 4))};
    }
    case ns_t_mx:
      return {HostName(message, record, 2), 0};
    default:
      return {HostName(message, record, 0), 0};
  }
}

}  // namespace

Result<std::vector<DnsRecord>> SystemDnsLookup(const std::string& name, const std::string& type) {
  int number = TRY(TypeNumber(type));
  Resolver resolver;
  if (!resolver.ok()) return Error::Unavailable("could not load resolv.conf");
  std::array<unsigned char, NS_MAXMSG> answer;
  int size = res_nsearch(resolver.state(), name.c_str(), ns_c_in, number, answer.data(),
                         static_cast<int>(answer.size()));
  if (size < 0) {
    int reason = resolver.state()->res_h_errno;
    if (reason == HOST_NOT_FOUND || reason == NO_DATA) return std::vector<DnsRecord>();
    return Error::Unavailable("could not resolve {}: {}", name, hstrerror(reason));
  }
  ns_msg message;
  if (ns_initparse(answer.data(), size, &message) != 0) {
    return Error::Unavailable("could not resolve {}: malformed answer", name);
  }
  std::vector<DnsRecord> records;
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_an, i, &record) != 0) {
      return Error::Unavailable("could not resolve {}: malformed answer", name);
    }
    if (ns_rr_type(record) != number) continue;  // CNAMEs on the way
    DnsRecord read = ReadRecord(message, record, number);
    if (!read.target.empty()) records.push_back(std::move(read));
  }
  return records;
}

}  // namespace watchfire::discovery

#include "app/web_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>

#include "base/text.h"
#include "net/url.h"

namespace watchfire::app {

std::string HostName() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0) return "localhost";
  return name;
}

Result<std::string> ExternalUrl(std::string configured, const std::vector<std::string>& addresses,
                                uint16_t default_port) {
  std::string text = std::move(configured);
  if (text.empty()) {
    int port = default_port;
    if (!addresses.empty()) {
      auto parts = net::SplitHostPort(addresses.front());
      if (parts.ok()) port = parts->port;
    }
    text = fmt::format("http://{}:{}/", HostName(), port);
  } else if (text.find("://") == std::string::npos) {
    text = "http://" + text;  // a bare host, as upstream takes it
  }
  auto url = net::Url::Parse(text);
  if (!url.ok()) return url.error().With("parse external URL {}", GoQuote(text));
  while (!text.empty() && text.back() == '/') text.pop_back();
  return text;
}

std::string RoutePrefix(const std::string& external_url, const std::string* asked) {
  std::string prefix = asked != nullptr ? *asked : net::Url::Parse(external_url)->path;
  while (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
  if (!prefix.empty() && prefix[0] != '/') prefix = "/" + prefix;
  return prefix;
}

std::vector<std::string> OwnAddresses(const std::vector<uint16_t>& ports) {
  std::set<std::string> hosts = {"localhost", "127.0.0.1", "::1", HostName()};
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) == 0) {
    for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
      char text[INET6_ADDRSTRLEN] = {};
      if (one->ifa_addr == nullptr) continue;
      int family = one->ifa_addr->sa_family;
      if (family != AF_INET && family != AF_INET6) continue;
      socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
      if (getnameinfo(one->ifa_addr, size, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0) {
        std::string_view address(text);
        hosts.emplace(address.substr(0, address.find('%')));
      }
    }
    freeifaddrs(all);
  }
  std::vector<std::string> out;
  for (const std::string& host : hosts) {
    bool v6 = host.find(':') != std::string::npos;
    for (uint16_t port : ports)
      out.push_back(fmt::format("{}:{}", v6 ? "[" + host + "]" : host, port));
  }
  return out;
}

std::string LocalUrl(bool tls, const std::string& address, uint16_t port,
                     const std::string& prefix) {
  auto parts = net::SplitHostPort(address);
  std::string host = parts.ok() ? parts->host : "";
  if (host.empty() || host == "0.0.0.0" || host == "::") host = "localhost";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return fmt::format("{}://{}:{}{}", tls ? "https" : "http", host, port, prefix);
}

}  // namespace watchfire::app

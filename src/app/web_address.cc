#include "app/web_address.h"

#include <unistd.h>

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

std::string LocalUrl(bool tls, const std::string& address, uint16_t port,
                     const std::string& prefix) {
  auto parts = net::SplitHostPort(address);
  std::string host = parts.ok() ? parts->host : "";
  if (host.empty() || host == "0.0.0.0" || host == "::") host = "localhost";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return fmt::format("{}://{}:{}{}", tls ? "https" : "http", host, port, prefix);
}

}  // namespace watchfire::app

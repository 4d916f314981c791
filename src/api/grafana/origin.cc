#include "api/grafana/origin.h"

#include <algorithm>

#include "base/text.h"
#include "net/url.h"

namespace watchfire::api {
namespace {

// The host of an origin or URL; as given if it has no scheme.
std::string OriginHost(std::string_view origin) {
  size_t scheme = origin.find("://");
  if (scheme != std::string_view::npos) origin.remove_prefix(scheme + 3);
  return HostName(origin.substr(0, origin.find('/')));
}

// The names that this server is asked by.
std::vector<std::string> OwnNames(const net::Request& request, const grafana::Settings& settings) {
  std::vector<std::string> names = {HostName(request.headers.Get("Host"))};
  for (std::string_view host : Split(request.headers.Get("X-Forwarded-Host"), ',')) {
    names.push_back(HostName(TrimSpace(host)));
  }
  // What the administrator calls it; the default says nothing about it.
  if (!settings.Get("server", "root_url").empty()) {
    names.push_back(OriginHost(settings.server.root_url));
  }
  for (const std::string& trusted : settings.security.csrf_trusted_origins) {
    names.push_back(OriginHost(trusted));
  }
  return names;
}

}  // namespace

std::string HostName(std::string_view host_and_port) {
  size_t colon = host_and_port.rfind(':');
  size_t bracket = host_and_port.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    host_and_port = host_and_port.substr(0, colon);
  }
  return ToLower(host_and_port);
}

std::string OriginProblem(const net::Request& request, const grafana::Settings& settings) {
  std::string_view origin = request.headers.Get("Origin");
  if (origin.empty()) {
    // No browser of today leaves Origin away where it matters; scripts with a cookie do.
    if (!EqualsIgnoreCase(request.headers.Get("Sec-Fetch-Site"), "cross-site")) return {};
    return "origin not allowed: the request came from another site (Sec-Fetch-Site: cross-site)";
  }
  std::string host = OriginHost(origin);
  std::vector<std::string> names = OwnNames(request, settings);
  if (!host.empty() && std::find(names.begin(), names.end(), host) != names.end()) return {};
  std::string_view forwarded = request.headers.Get("X-Forwarded-Host");
  return fmt::format(
      "origin not allowed: the browser's Origin header is \"{}\", but the Host header is \"{}\" "
      "and "
      "X-Forwarded-Host {}; let the proxy pass the browser's Host on, or name the origin in "
      "[security] csrf_trusted_origins",
      origin.substr(0, 200), request.headers.Get("Host").substr(0, 200),
      forwarded.empty() ? "is not set" : fmt::format("is \"{}\"", forwarded.substr(0, 200)));
}

}  // namespace watchfire::api

#pragma once
// Where a request comes from, as far as a browser says it: pages of other sites can make a browser
// send its cookies along, but they cannot change what it writes into Origin. Pure functions.

#include <string>

#include "grafana/settings/settings.h"
#include "net/http.h"

namespace watchfire::api {

// "" if a request that a cookie let in may change something; else why not, naming the header that
// is to blame. Names are compared, not ports: proxies map those.
std::string OriginProblem(const net::Request& request, const grafana::Settings& settings);

// "Grafana.example.com:3000" → "grafana.example.com"; brackets of IPv6 are kept.
std::string HostName(std::string_view host_and_port);

}  // namespace watchfire::api

#pragma once
// Where a face of the server is reached: from outside (links) and on this machine. Pure functions
// but for the name of the host.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace watchfire::app {

std::string HostName();

// The URL under which others reach a face, without a trailing slash. `configured` "" makes
// one of the host's name and the port of the first address. kInvalid: it does not parse.
Result<std::string> ExternalUrl(std::string configured, const std::vector<std::string>& addresses,
                                uint16_t default_port);
// "" or "/prefix", without a trailing slash: the path of the URL, or what was asked for.
std::string RoutePrefix(const std::string& external_url, const std::string* asked);
// Every `host:port` under which this machine reaches listeners at these ports: loopback, the host's
// name and the addresses of its interfaces as they are now.
std::vector<std::string> OwnAddresses(const std::vector<uint16_t>& ports);
// Where somebody on this machine finds the pages.
std::string LocalUrl(bool tls, const std::string& address, uint16_t port,
                     const std::string& prefix);

}  // namespace watchfire::app

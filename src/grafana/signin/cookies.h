#pragma once
// Cookies as text, and where a person may be sent after signing in. Pure functions.

#include <cstdint>
#include <string>
#include <string_view>

#include "grafana/settings/settings.h"
#include "net/http.h"

namespace watchfire::grafana {

// The first of that name, or "".
std::string CookieOf(const net::Request& request, std::string_view name);

struct CookieOptions {
  int64_t max_age_s = 0;    // 0: deletes it
  bool http_only = true;    // no script sees it
  bool always_lax = false;  // it must come along when a provider sends the browser back
};
// The value of a Set-Cookie header.
std::string MakeCookie(const net::Request& request, const Settings& settings, std::string_view name,
                       std::string_view value, const CookieOptions& options);

// `wanted` if it is a path of this server, else "/"; always below the sub path.
std::string SafeRedirect(std::string_view wanted, const Settings& settings);

// "10.0.0.1:4711" → "10.0.0.1", "[::1]:80" → "::1".
std::string AddressOf(const net::Request& request);
// Whether an address lies in one of the networks or is one of the addresses; IPv4 within IPv6 too.
bool IsListed(std::string_view address, const std::vector<std::string>& networks);

}  // namespace watchfire::grafana

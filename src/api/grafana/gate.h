#pragma once
// The decision that GrafanaRoutes and GrafanaGuard share: may this request go on, and if not, what
// is it answered. Thread-safe.

#include <optional>

#include "api/grafana/access.h"

namespace watchfire::api {

// The answer to a request that may not go on; nullopt if it may.
std::optional<net::Response> Refuse(const net::Request& request,
                                    const grafana::SignIn::Outcome& outcome,
                                    const grafana::Settings& settings, Need need);

// Adds cookies of a renewed session, unless the handler set cookies itself.
void AddCookies(const grafana::SignIn::Outcome& outcome, net::Response* response);

// Whether a method leaves everything as it is.
bool IsSafe(const net::Request& request);

}  // namespace watchfire::api

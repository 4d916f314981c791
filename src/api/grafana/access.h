#pragma once
// Access: the gate in front of everything that the Grafana listener answers, and how its handlers
// are written. Every request is identified once (SignIn), checked for where it comes from if a
// cookie let it in (CSRF), for the least role that its route wants, and then handled.
//
//   routes.Add("GET", "/api/folders", Role::kViewer, [this](const Call& call) { … });
//
// Routes of the other APIs on the same listener (Prometheus', Alertmanager's) go through Guard,
// which knows by method and path what they need. Thread-safe.

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "codec/json.h"
#include "grafana/accounts/identity.h"
#include "grafana/settings/settings.h"
#include "grafana/signin/signin.h"
#include "net/http.h"
#include "net/http_server.h"

namespace watchfire::api {

struct Call {
  const net::Request& request;
  const grafana::Identity& who;
  net::Values query;  // of the address

  std::string_view Param(std::string_view name) const { return request.PathParam(name); }
  // The body; `{}` where there is none. kInvalid: `bad request data: …`.
  Result<codec::Json> Body() const;
};

using CallHandler = std::function<net::Response(const Call&)>;

// Who a route is for. kKnown: an anonymous visitor too, where there are any; kSignedIn: a person or
// service account with whatever role, not an anonymous visitor, who may be a kViewer.
enum class Need : uint8_t { kNothing, kKnown, kSignedIn, kViewer, kEditor, kAdmin, kServerAdmin };

class GrafanaRoutes {
 public:
  GrafanaRoutes(net::Router* router, grafana::SignIn* signin, const grafana::Settings* settings);
  // `pattern` as in net::Router; the same with a slash at its end is answered too.
  void Add(const std::string& method, const std::string& pattern, Need need, CallHandler handler);
  net::Router& router() { return *router_; }

 private:
  net::Router* router_;
  grafana::SignIn* signin_;
  const grafana::Settings* settings_;
};

// The outermost layer of the listener: X-Frame-Options and the like, the sub path, the redirect of
// pages to /login, and the gate of routes that are not GrafanaRoutes'.
net::Middleware GrafanaGuard(grafana::SignIn* signin, const grafana::Settings* settings);

// {"message": …} and, where given, more.
net::Response Message(int status, std::string_view message);
net::Response JsonAnswer(int status, const codec::Json& value);
// The code as a status, the message as it is.
net::Response ErrorAnswer(const Error& error);
// RFC 3339 with zeros for 0, as Go writes times.
std::string GoTime(TimeMs time);

}  // namespace watchfire::api

// GrafanaGuard: what a path needs by its name alone. Everything that is not named here needs an
// administrator to change it and a viewer to read it.
#include <algorithm>
#include <array>

#include "api/grafana/access.h"
#include "api/grafana/gate.h"
#include "api/grafana/origin.h"
#include "base/text.h"
#include "net/digest.h"
#include "secrets/secrets.h"

namespace watchfire::api {
namespace {

using grafana::IdentityKind;
using grafana::Settings;
using grafana::SignIn;

enum class Kind : uint8_t {
  kOpen,     // answered to everybody
  kRoutes,   // GrafanaRoutes look after it
  kLinks,    // so do they, but for people who follow a link and may have to sign in first
  kMetrics,  // open, or under a password of its own
  kApi,      // gated here, refused with JSON
  kPage      // gated here, refused with a way to the login page
};

struct Rule {
  Kind kind = Kind::kPage;
  Need need = Need::kViewer;
};

// Posts that only read, as long queries are posted.
constexpr std::array kReadingPosts = {
    "/api/v1/query",         "/api/v1/query_range",  "/api/v1/query_exemplars",
    "/api/v1/query_explain", "/api/v1/query_advice", "/api/v1/series",
    "/api/v1/labels",        "/api/v1/format_query", "/api/v1/parse_query",
    "/api/v1/rule_backtest", "/api/v1/read",         "/api/v2/config/dry_run"};

bool IsUnder(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool IsOpenPage(std::string_view path) {
  return path == "/login" || path.starts_with("/public-dashboards/") ||
         path.starts_with("/dashboard/snapshot/") || path.starts_with("/assets/") ||
         path.starts_with("/favicon") || path == "/manifest.json" || path == "/-/healthy" ||
         path == "/-/ready";
}

Rule RuleOf(const net::Request& request) {
  std::string_view path = request.path;
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  bool safe = IsSafe(request);
  if (path == "/metrics" && safe) return {Kind::kMetrics, Need::kNothing};
  if (path == "/healthz" || path == "/robots.txt" || path == "/logout" ||
      path.starts_with("/login/") || (path == "/login" && !safe)) {
    return {Kind::kRoutes, Need::kNothing};
  }
  if (safe && (IsUnder(path, "/goto") || IsUnder(path, "/render"))) {
    return {Kind::kLinks, Need::kNothing};
  }
  if (safe && IsOpenPage(path)) return {Kind::kOpen, Need::kNothing};
  bool others = IsUnder(path, "/api/v1") || IsUnder(path, "/api/v2");
  for (std::string_view ours : {"/api/v1/provisioning", "/api/v1/ngalert", "/api/v1/eval",
                                "/api/v1/rule/test/grafana", "/api/v1/rules/history"}) {
    if (IsUnder(path, ours)) others = false;
  }
  if (!others && (IsUnder(path, "/api") || IsUnder(path, "/apis"))) {
    return {Kind::kRoutes, Need::kNothing};
  }
  if (request.method == "OPTIONS") return {Kind::kApi, Need::kNothing};
  if (IsUnder(path, "/api/v1/admin") || IsUnder(path, "/debug")) return {Kind::kApi, Need::kAdmin};
  bool api = others || IsUnder(path, "/-") || path == "/federate" || IsUnder(path, "/metrics");
  if (safe) return {api ? Kind::kApi : Kind::kPage, Need::kViewer};
  if (std::find(kReadingPosts.begin(), kReadingPosts.end(), path) != kReadingPosts.end()) {
    return {Kind::kApi, request.method == "POST" ? Need::kViewer : Need::kAdmin};
  }
  return {Kind::kApi, IsUnder(path, "/api/v2") ? Need::kEditor : Need::kAdmin};
}

// The path as it stands in an address.
std::string EncodePath(std::string_view path) {
  std::string out;
  for (char c : path) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 std::string_view("/-_.~!$&'()*,;=:@").find(c) != std::string_view::npos;
    if (plain) {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02X}", static_cast<uint8_t>(c));
    }
  }
  return out;
}

net::Response ToLogin(const net::Request& request, const Settings& settings) {
  std::string location = settings.server.sub_path + "/login";
  std::string wanted = EncodePath(request.path);
  if (!request.raw_query.empty()) wanted += "?" + request.raw_query;
  // A second slash would name another host.
  if (wanted != "/" && !wanted.starts_with("//")) {
    location += "?redirectTo=" + net::PercentEncode(wanted);
  }
  net::Response response = net::Response::Redirect(302, std::move(location));
  response.headers.Add("Cache-Control", "no-store");
  return response;
}

// The login page of a server where everybody comes from one provider.
std::optional<net::Response> AutoLogin(const net::Request& request, SignIn* signin,
                                       const Settings& settings) {
  if (request.path != "/login" || request.method != "GET") return std::nullopt;
  Result<net::Values> query = net::Values::Parse(request.raw_query);
  if (!query.ok() || query->Has("disableAutoLogin") || query->Has("loginError")) {
    return std::nullopt;
  }
  for (const SignIn::Provider& provider : signin->Providers()) {
    if (!provider.auto_login) continue;
    std::string location = settings.server.sub_path + "/login/" + provider.id;
    if (query->Has("redirectTo")) {
      location += "?redirectTo=" + net::PercentEncode(query->Get("redirectTo"));
    }
    return net::Response::Redirect(302, std::move(location));
  }
  return std::nullopt;
}

bool HasPassword(const net::Request& request, const std::string& user,
                 const std::string& password) {
  std::string_view header = request.headers.Get("Authorization");
  if (header.size() < 6 || !EqualsIgnoreCase(header.substr(0, 6), "basic ")) return false;
  Result<std::string> given = net::DecodeBase64(TrimSpace(header.substr(6)));
  return given.ok() && secrets::EqualSecrets(*given, user + ":" + password);
}

std::optional<net::Response> CheckMetricsPassword(const net::Request& request,
                                                  const Settings& settings) {
  const std::string& user = settings.other.metrics_user.reveal();
  const std::string& password = settings.other.metrics_password.reveal();
  if (!settings.other.metrics_enabled) return Message(404, "Not found");
  if (user.empty() && password.empty()) return std::nullopt;
  if (HasPassword(request, user, password)) return std::nullopt;
  net::Response response = net::Response::Text(401, "Unauthorized\n");
  response.headers.Add("WWW-Authenticate", "Basic realm=\"metrics\"");
  return response;
}

net::Response Guarded(net::Request& request, const net::Next& next, SignIn* signin,
                      const Settings& settings) {
  Rule rule = RuleOf(request);
  if (rule.kind == Kind::kMetrics) {
    std::optional<net::Response> refused = CheckMetricsPassword(request, settings);
    return refused ? *std::move(refused) : next(request);
  }
  if (rule.kind == Kind::kOpen) {
    std::optional<net::Response> elsewhere = AutoLogin(request, signin, settings);
    return elsewhere ? *std::move(elsewhere) : next(request);
  }
  if (rule.kind == Kind::kLinks) {
    net::Response response = next(request);
    if (response.status != 401) return response;
    return ToLogin(request, settings);
  }
  if (rule.kind == Kind::kRoutes || rule.need == Need::kNothing) return next(request);
  SignIn::Outcome outcome = signin->Identify(request);
  std::optional<net::Response> response;
  if (rule.kind == Kind::kPage && !outcome.identity.known()) {
    response = ToLogin(request, settings);
  } else {
    response = Refuse(request, outcome, settings, rule.need);
    // Not `request.user`, which says that a password was the web configuration's: some of these
    // paths end at GrafanaRoutes, which identify again.
    if (!response) response = next(request);
  }
  AddCookies(outcome, &*response);
  return *std::move(response);
}

// Cuts the sub path off; a proxy may have done it.
void CutSubPath(net::Request& request, const Settings& settings) {
  const std::string& sub_path = settings.server.sub_path;
  if (sub_path.empty() || !IsUnder(request.path, sub_path)) return;
  request.path.erase(0, sub_path.size());
  if (request.path.empty()) request.path = "/";
}

void SetOnce(net::Response* response, std::string name, std::string value) {
  if (!response->headers.Has(name)) response->headers.Add(std::move(name), std::move(value));
}

}  // namespace

net::Middleware GrafanaGuard(SignIn* signin, const Settings* settings) {
  return [signin, settings](net::Request& request, const net::Next& next) {
    CutSubPath(request, *settings);
    net::Response response;
    bool probe = request.path == "/api/health" || request.path == "/healthz";
    if (settings->server.enforce_domain && !probe &&
        HostName(request.headers.Get("Host")) != ToLower(settings->server.domain)) {
      response = net::Response::Redirect(301, settings->server.root_url);
    } else {
      response = Guarded(request, next, signin, *settings);
    }
    SetOnce(&response, "X-Content-Type-Options", "nosniff");
    SetOnce(&response, "X-XSS-Protection", "1; mode=block");
    if (!settings->security.allow_embedding) SetOnce(&response, "X-Frame-Options", "deny");
    return response;
  };
}

}  // namespace watchfire::api

// What the server says about itself.
#include "api/grafana/people/people_api.h"
#include "api/grafana/people/shapes.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

using grafana::Role;

constexpr std::string_view kMask = "*********";

bool IsSecretName(std::string_view key) {
  for (std::string_view part : {"password", "secret", "token", "passphrase", "private", "api_key",
                                "license", "certificate", "cert_key", "client_key"}) {
    // A rotation interval is no token.
    if (key.find(part) != std::string_view::npos && !key.starts_with("token_") &&
        key != "password_hint" && key != "token_url") {
      return true;
    }
  }
  return false;
}

// "postgres://user:password@host" and the like.
bool HoldsPassword(std::string_view value) {
  size_t scheme = value.find("://");
  if (scheme == std::string_view::npos) return false;
  std::string_view authority = value.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  size_t at = authority.rfind('@');
  return at != std::string_view::npos &&
         authority.substr(0, at).find(':') != std::string_view::npos;
}

void WriteDataFormats(const grafana::Settings& settings, codec::JsonWriter& json) {
  json.Key("dateFormats")
      .BeginObject()
      .Field("fullDate", "YYYY-MM-DD HH:mm:ss")
      .Field("useBrowserLocale", false)
      .Key("interval")
      .BeginObject()
      .Field("millisecond", "HH:mm:ss.SSS")
      .Field("second", "HH:mm:ss")
      .Field("minute", "HH:mm")
      .Field("hour", "MM/DD HH:mm")
      .Field("day", "MM/DD")
      .Field("month", "YYYY-MM")
      .Field("year", "YYYY")
      .EndObject()
      .Field("defaultTimezone", settings.other.default_timezone)
      .Field("defaultWeekStart", settings.other.default_week_start)
      .EndObject();
}

}  // namespace

void PeopleApi::RegisterServer(GrafanaRoutes& routes) {
  On(routes, "GET", "/api/health", Need::kNothing, &PeopleApi::Health);
  routes.Add("GET", "/healthz", Need::kNothing,
             [](const Call&) { return net::Response::Text(200, "Ok"); });
  routes.Add("GET", "/robots.txt", Need::kNothing,
             [](const Call&) { return net::Response::Text(200, "User-agent: *\nDisallow: /\n"); });
  On(routes, "GET", "/api/frontend/settings", Need::kKnown, &PeopleApi::FrontendSettings);
  On(routes, "GET", "/api/admin/settings", Need::kServerAdmin, &PeopleApi::ServerSettings);
  On(routes, "GET", "/api/admin/stats", Need::kServerAdmin, &PeopleApi::Stats);
  routes.Add("GET", "/api/teams/search", Need::kSignedIn, [](const Call& call) {
    Page page = PageOf(call, 0);
    codec::JsonWriter json;
    json.BeginObject().Field("totalCount", 0).Key("teams").BeginArray().EndArray();
    json.Field("page", page.page).Field("perPage", page.per_page).EndObject();
    return JsonText(json);
  });
  routes.Add("GET", "/api/access-control/*rest", Need::kSignedIn, [](const Call& call) {
    bool object = call.request.path.find("/user/") != std::string::npos;
    return net::Response::Json(200, object ? "{}" : "[]");
  });
  for (const char* method : {"GET", "POST"}) {
    routes.Add(method, "/api/gnet/*rest", Need::kSignedIn,
               [](const Call&) { return Message(404, "this server does not ask grafana.com"); });
  }
}

net::Response PeopleApi::Health(const Call& call) {
  bool works = deps_.accounts->OrgName().ok();
  bool hidden = deps_.settings->anonymous.hide_version && call.who.id == 0;
  // Printed over lines, as probes and eyes are used to.
  std::string body = "{\n";
  if (!hidden) body += fmt::format("  \"commit\": \"{}\",\n", deps_.commit);
  body += fmt::format("  \"database\": \"{}\"", works ? "ok" : "failing");
  if (!hidden) body += fmt::format(",\n  \"version\": \"{}\"", deps_.version);
  return net::Response::Json(works ? 200 : 503, body + "\n}");
}

net::Response PeopleApi::ServerSettings(const Call&) {
  codec::JsonWriter json;
  json.BeginObject();
  for (const auto& [section, keys] : deps_.settings->sections) {
    json.Key(section.empty() ? "DEFAULT" : section).BeginObject();
    for (const auto& [key, value] : keys) {
      bool mask = !value.empty() && (IsSecretName(key) || HoldsPassword(value));
      json.Field(key, mask ? kMask : std::string_view(value));
    }
    json.EndObject();
  }
  json.EndObject();
  return JsonText(json);
}

net::Response PeopleApi::Stats(const Call&) {
  ServerCounts counts;
  if (deps_.counts) counts = deps_.counts();
  Result<std::vector<grafana::User>> users = deps_.accounts->Users();
  if (!users.ok()) return ErrorAnswer(users.error());
  int64_t stars = 0, sessions = 0, active = 0, today = 0;
  int64_t by_role[4] = {}, active_by_role[4] = {};
  constexpr int64_t kDay = 86'400'000;
  TimeMs now = deps_.clock->Now();
  for (const grafana::User& user : *users) {
    stars += static_cast<int64_t>(deps_.accounts->Stars(user.id).value_or({}).size());
    sessions += static_cast<int64_t>(deps_.accounts->Sessions(user.id).value_or({}).size());
    bool seen = user.last_seen > now - 30 * kDay;
    active += seen ? 1 : 0;
    today += user.last_seen > now - kDay ? 1 : 0;
    auto role = static_cast<size_t>(user.role);
    ++by_role[role];
    if (seen) ++active_by_role[role];
  }
  auto of = [](const int64_t(&all)[4], Role role) { return all[static_cast<size_t>(role)]; };
  codec::JsonWriter json;
  json.BeginObject()
      .Field("orgs", 1)
      .Field("dashboards", counts.dashboards)
      .Field("folders", counts.folders)
      .Field("snapshots", counts.snapshots)
      .Field("tags", counts.tags)
      .Field("datasources", counts.data_sources)
      .Field("playlists", counts.playlists)
      .Field("stars", stars)
      .Field("alerts", counts.alert_rules)
      .Field("publicDashboards", counts.public_dashboards)
      .Field("users", uint64_t{users->size()})
      .Field("admins", of(by_role, Role::kAdmin))
      .Field("editors", of(by_role, Role::kEditor))
      .Field("viewers", of(by_role, Role::kViewer))
      .Field("activeUsers", active)
      .Field("activeAdmins", of(active_by_role, Role::kAdmin))
      .Field("activeEditors", of(active_by_role, Role::kEditor))
      .Field("activeViewers", of(active_by_role, Role::kViewer))
      .Field("activeSessions", sessions)
      .Field("dailyActiveUsers", today)
      .Field("monthlyActiveUsers", active)
      .EndObject();
  return JsonText(json);
}

net::Response PeopleApi::FrontendSettings(const Call& call) {
  const grafana::Settings& settings = *deps_.settings;
  bool hidden = settings.anonymous.hide_version && call.who.id == 0;
  codec::JsonWriter json;
  json.BeginObject();
  json.Key("buildInfo")
      .BeginObject()
      .Field("version", hidden ? "" : deps_.version)
      .Field("commit", hidden ? "" : deps_.commit)
      .Field("edition", "Open Source")
      .Field("env", "production")
      .Field("hideVersion", settings.anonymous.hide_version)
      .Field("latestVersion", "")
      .Field("hasUpdate", false)
      .EndObject();
  json.Field("appUrl", settings.server.root_url).Field("appSubUrl", settings.server.sub_path);
  if (deps_.data_sources) {
    deps_.data_sources(json);
  } else {
    json.Field("defaultDatasource", "").Key("datasources").BeginObject().EndObject();
  }
  json.Key("panels").BeginObject().EndObject();
  json.Field("minRefreshInterval", fmt::format("{}s", settings.dashboards.min_refresh_ms / 1000))
      .Field("anonymousEnabled", settings.anonymous.enabled)
      .Field("disableLoginForm", settings.auth.disable_login_form)
      .Field("disableUserSignUp", !settings.users.allow_sign_up)
      .Field("viewersCanEdit", settings.users.viewers_can_edit)
      .Field("exploreEnabled", true)
      .Field("loginHint", settings.users.login_hint)
      .Field("passwordHint", settings.users.password_hint)
      .Field("defaultTheme", settings.users.default_theme)
      .Field("disableSanitizeHtml", settings.other.disable_sanitize_html)
      .Field("disableSignoutMenu", settings.auth.disable_signout_menu);
  json.Key("featureToggles").BeginObject().EndObject();
  json.Field("unifiedAlertingEnabled", settings.other.alerting_enabled);
  json.Key("unifiedAlerting")
      .BeginObject()
      .Field("minInterval", fmt::format("{}s", settings.other.alerting_min_interval_ms / 1000))
      .EndObject();
  json.Field("publicDashboardsEnabled", settings.other.public_dashboards_enabled)
      .Field("snapshotEnabled", settings.other.snapshots_enabled);
  WriteDataFormats(settings, json);
  json.Key("oauth").BeginObject();
  for (const grafana::SignIn::Provider& provider : deps_.signin->Providers()) {
    json.Key(provider.id).BeginObject().Field("name", provider.name).EndObject();
  }
  json.EndObject();
  json.Key("licenseInfo").BeginObject().Field("edition", "Open Source").EndObject().EndObject();
  return JsonText(json);
}

}  // namespace watchfire::api

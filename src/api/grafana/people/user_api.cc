// The own account: profile, password, preferences, stars.
#include "api/grafana/people/people_api.h"
#include "api/grafana/people/shapes.h"
#include "base/log.h"
#include "grafana/signin/cookies.h"

namespace watchfire::api {
namespace {

using codec::Json;
using grafana::IdentityKind;

constexpr size_t kMostPreferenceBytes = 255;
constexpr std::string_view kTextPreferences[] = {"theme",     "homeDashboardUID", "timezone",
                                                 "weekStart", "language",         "regionalFormat"};
constexpr std::string_view kObjectPreferences[] = {"navbar", "queryHistory", "cookiePreferences"};

net::Response EmptyList(const Call&) {
  return net::Response::Json(200, "[]");
}

// What may be set is what is known; "" unsets.
Result<void> ApplyPreferences(const Json& body, Json* preferences) {
  for (std::string_view key : kTextPreferences) {
    const Json* value = body.Find(key);
    if (value == nullptr || value->is_null()) continue;
    const std::string* text = value->AsString();
    if (text == nullptr || text->size() > kMostPreferenceBytes) {
      return Error::Invalid("{}: expected a text of at most {} bytes", key, kMostPreferenceBytes);
    }
    bool good_theme = text->empty() || *text == "light" || *text == "dark" || *text == "system";
    if (key == "theme" && !good_theme) return Error::Invalid("Invalid theme");
    preferences->Set(key, *value);
  }
  for (std::string_view key : kObjectPreferences) {
    const Json* value = body.Find(key);
    if (value != nullptr && value->AsObject() != nullptr) preferences->Set(key, *value);
  }
  return {};
}

// Whether a directory or a proxy takes the account of a name for the person of that name. Whoever
// could name himself would wait there for somebody with a better role.
bool NamesAreProof(const grafana::Settings& settings) {
  return settings.ldap.enabled || settings.auth_proxy.enabled ||
         settings.GetBool("auth", "oauth_allow_insecure_email_lookup", false);
}

net::Response AnonymousUser(const grafana::Identity& who) {
  codec::JsonWriter json;
  json.BeginObject()
      .Field("anonymous", true)
      .Field("role", grafana::RoleText(who.role))
      .Field("orgId", 1)
      .Field("login", "")
      .Field("name", who.name)
      .EndObject();
  return JsonText(json);
}

// A program that asks who it is.
net::Response ServiceUser(const grafana::Identity& who) {
  codec::JsonWriter json;
  json.BeginObject()
      .Field("id", who.id)
      .Field("uid", who.uid)
      .Field("email", "")
      .Field("name", who.name)
      .Field("login", who.login)
      .Field("theme", "")
      .Field("orgId", 1)
      .Field("isGrafanaAdmin", false)
      .Field("isDisabled", false)
      .Field("isExternal", false)
      .Field("role", grafana::RoleText(who.role))
      .Field("mustChangePassword", false)
      .EndObject();
  return JsonText(json);
}

}  // namespace

void PeopleApi::RegisterUser(GrafanaRoutes& routes) {
  On(routes, "GET", "/api/user", Need::kKnown, &PeopleApi::OwnUser);
  On(routes, "PUT", "/api/user", Need::kSignedIn, &PeopleApi::UpdateOwnUser);
  On(routes, "PUT", "/api/user/password", Need::kSignedIn, &PeopleApi::ChangeOwnPassword);
  On(routes, "GET", "/api/user/orgs", Need::kSignedIn, &PeopleApi::OwnOrganisations);
  On(routes, "POST", "/api/user/using/:org", Need::kSignedIn, &PeopleApi::UseOrganisation);
  On(routes, "GET", "/api/user/preferences", Need::kSignedIn, &PeopleApi::OwnPreferences);
  On(routes, "PUT", "/api/user/preferences", Need::kSignedIn, &PeopleApi::SetOwnPreferences);
  On(routes, "PATCH", "/api/user/preferences", Need::kSignedIn, &PeopleApi::SetOwnPreferences);
  On(routes, "GET", "/api/org/preferences", Need::kViewer, &PeopleApi::OrgPreferences);
  On(routes, "PUT", "/api/org/preferences", Need::kAdmin, &PeopleApi::SetOrgPreferences);
  On(routes, "PATCH", "/api/org/preferences", Need::kAdmin, &PeopleApi::SetOrgPreferences);
  On(routes, "GET", "/api/user/stars", Need::kSignedIn, &PeopleApi::Stars);
  for (const char* method : {"POST", "DELETE"}) {
    On(routes, method, "/api/user/stars/dashboard/uid/:uid", Need::kSignedIn, &PeopleApi::SetStar);
    On(routes, method, "/api/user/stars/dashboard/:id", Need::kSignedIn, &PeopleApi::SetStar);
  }
  routes.Add("GET", "/api/user/teams", Need::kSignedIn, EmptyList);
  routes.Add("GET", "/api/user/quotas", Need::kSignedIn, EmptyList);
  routes.Add("GET", "/api/user/permissions", Need::kSignedIn,
             [](const Call&) { return net::Response::Json(200, "{}"); });
  routes.Add("PUT", "/api/user/helpflags/:id", Need::kSignedIn, [](const Call&) {
    return net::Response::Json(200, "{\"message\":\"Help flag set\",\"helpFlags1\":0}");
  });
}

net::Response PeopleApi::OwnUser(const Call& call) {
  if (call.who.kind == IdentityKind::kAnonymous) return AnonymousUser(call.who);
  if (call.who.kind == IdentityKind::kServiceAccount) return ServiceUser(call.who);
  Result<grafana::User> user = deps_.accounts->FindUser(call.who.id);
  if (!user.ok()) return ErrorAnswer(user.error());
  bool external = !user->auth_module.empty();
  codec::JsonWriter json;
  json.BeginObject()
      .Field("id", user->id)
      .Field("uid", user->uid)
      .Field("email", user->email)
      .Field("name", user->name)
      .Field("login", user->login)
      .Field("theme", user->theme)
      .Field("orgId", 1)
      .Field("isGrafanaAdmin", user->server_admin)
      .Field("isDisabled", user->disabled)
      .Field("isExternal", external)
      .Field("isExternallySynced", external)
      .Field("isGrafanaAdminExternallySynced", false);
  WriteAuthLabels(*user, json);
  json.Field("updatedAt", GoTime(user->updated))
      .Field("createdAt", GoTime(user->created))
      .Field("avatarUrl", AvatarUrl(user->email))
      .Field("isProvisioned", false)
      .Field("role", grafana::RoleText(user->role))
      .Field("mustChangePassword", user->default_password)
      .EndObject();
  return JsonText(json);
}

net::Response PeopleApi::UpdateOwnUser(const Call& call) {
  Result<grafana::User> user = deps_.accounts->FindUser(call.who.id);
  if (!user.ok()) return ErrorAnswer(user.error());
  if (!user->auth_module.empty()) {
    return Message(403, "User info cannot be updated for external Users");
  }
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  auto changes = [&](std::string_view key, const std::string& now) {
    return body->Find(key) != nullptr && TextOf(*body, key) != now;
  };
  if (NamesAreProof(*deps_.settings) &&
      (changes("login", user->login) || changes("email", user->email))) {
    return Message(403, "login and e-mail are an administrator's to change on this server");
  }
  return ApplyUserUpdate(call, *std::move(user));
}

net::Response PeopleApi::ChangeOwnPassword(const Call& call) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Result<grafana::User> user = deps_.accounts->FindUser(call.who.id);
  if (!user.ok()) return ErrorAnswer(user.error());
  if (!user->auth_module.empty()) {
    return Message(400, "Cannot change the password of a user who signs in elsewhere");
  }
  Secret wanted(TextOf(*body, "newPassword"));
  if (body->Find("confirmNew") != nullptr && TextOf(*body, "confirmNew") != wanted.reveal()) {
    return Message(400, "New passwords do not match");
  }
  Result<grafana::Identity> known = deps_.accounts->CheckPassword(
      user->login, TextOf(*body, "oldPassword"), grafana::AddressOf(call.request));
  if (!known.ok()) return Message(401, "invalid old password");
  Result<void> changed = deps_.accounts->SetPassword(user->id, wanted, call.who.session_id);
  if (!changed.ok()) return ErrorAnswer(changed.error());
  WF_LOG(kInfo, "Password changed", {"component", "grafana"}, {"user", user->login});
  return Message(200, "User password changed");
}

net::Response PeopleApi::OwnOrganisations(const Call& call) {
  Result<std::string> name = deps_.accounts->OrgName();
  if (!name.ok()) return ErrorAnswer(name.error());
  codec::JsonWriter json;
  json.BeginArray()
      .BeginObject()
      .Field("orgId", 1)
      .Field("name", *name)
      .Field("role", grafana::RoleText(call.who.role))
      .EndObject()
      .EndArray();
  return JsonText(json);
}

net::Response PeopleApi::UseOrganisation(const Call& call) {
  if (call.Param("org") != "1") return Message(401, "Not a valid organization");
  return Message(200, "Active organization changed");
}

net::Response PeopleApi::ShowPreferences(int64_t user_id) {
  Result<Json> stored = deps_.accounts->Preferences(user_id);
  if (!stored.ok()) return ErrorAnswer(stored.error());
  Json shown = Json::OfObject({});
  for (std::string_view key : kTextPreferences) {
    const Json* value = stored->Find(key);
    shown.Set(key, value == nullptr ? Json::OfString("") : *value);
  }
  shown.Set("homeDashboardId", Json::OfInt(0));
  for (std::string_view key : kObjectPreferences) {
    if (const Json* value = stored->Find(key)) shown.Set(key, *value);
  }
  return JsonAnswer(200, shown);
}

net::Response PeopleApi::ChangePreferences(const Call& call, int64_t user_id) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  // PUT sets all, PATCH what it names.
  Json preferences = Json::OfObject({});
  if (call.request.method == "PATCH") {
    Result<Json> stored = deps_.accounts->Preferences(user_id);
    if (!stored.ok()) return ErrorAnswer(stored.error());
    preferences = *std::move(stored);
  }
  int64_t home = IntOf(*body, "homeDashboardId").value_or(0);
  if (home != 0 && TextOf(*body, "homeDashboardUID").empty()) {
    std::optional<std::string> uid = deps_.dashboard_uid ? deps_.dashboard_uid(home) : std::nullopt;
    if (!uid) return Message(404, "Dashboard not found");
    body->Set("homeDashboardUID", Json::OfString(*uid));
  }
  Result<void> applied = ApplyPreferences(*body, &preferences);
  if (applied.ok()) applied = deps_.accounts->SetPreferences(user_id, preferences);
  if (!applied.ok()) return ErrorAnswer(applied.error());
  return Message(200, "Preferences updated");
}

net::Response PeopleApi::OwnPreferences(const Call& call) {
  return ShowPreferences(call.who.id);
}
net::Response PeopleApi::SetOwnPreferences(const Call& call) {
  return ChangePreferences(call, call.who.id);
}
net::Response PeopleApi::OrgPreferences(const Call&) {
  return ShowPreferences(0);
}
net::Response PeopleApi::SetOrgPreferences(const Call& call) {
  return ChangePreferences(call, 0);
}

net::Response PeopleApi::Stars(const Call& call) {
  Result<std::vector<std::string>> stars = deps_.accounts->Stars(call.who.id);
  if (!stars.ok()) return ErrorAnswer(stars.error());
  codec::JsonWriter json;
  json.BeginArray();
  for (const std::string& uid : *stars) json.String(uid);
  json.EndArray();
  return JsonText(json);
}

net::Response PeopleApi::SetStar(const Call& call) {
  std::string uid(call.Param("uid"));
  if (uid.empty()) {
    std::optional<std::string> found;
    if (deps_.dashboard_uid) found = deps_.dashboard_uid(IdOf(call, "id"));
    if (!found) return Message(404, "Dashboard not found");
    uid = *std::move(found);
  }
  bool starred = call.request.method == "POST";
  Result<void> set = deps_.accounts->SetStar(call.who.id, uid, starred);
  if (!set.ok()) return ErrorAnswer(set.error());
  return Message(200, starred ? "Dashboard starred!" : "Dashboard unstarred");
}

}  // namespace watchfire::api

// Users, as administrators of the server see and change them.
#include "api/grafana/people/people_api.h"
#include "api/grafana/people/shapes.h"
#include "base/log.h"

namespace watchfire::api {
namespace {

void WriteListed(const grafana::User& user, TimeMs now, codec::JsonWriter& json) {
  json.BeginObject().Field("id", user.id);
  WriteUserFields(user, now, json);
  json.Field("isAdmin", user.server_admin).Field("isExternallySynced", !user.auth_module.empty());
  json.EndObject();
}

net::Response Profile(const grafana::User& user) {
  codec::JsonWriter json;
  json.BeginObject()
      .Field("id", user.id)
      .Field("uid", user.uid)
      .Field("email", user.email)
      .Field("name", user.name)
      .Field("login", user.login)
      .Field("theme", user.theme)
      .Field("orgId", 1)
      .Field("isGrafanaAdmin", user.server_admin)
      .Field("isDisabled", user.disabled)
      .Field("isExternal", !user.auth_module.empty());
  WriteAuthLabels(user, json);
  json.Field("updatedAt", GoTime(user.updated))
      .Field("createdAt", GoTime(user.created))
      .Field("avatarUrl", AvatarUrl(user.email))
      .EndObject();
  return JsonText(json);
}

void LogChange(const Call& call, std::string_view what, int64_t id) {
  WF_LOG(kInfo, "User changed", {"component", "grafana"}, {"change", what}, {"id", id},
         {"by", call.who.login});
}

}  // namespace

void PeopleApi::RegisterUsers(GrafanaRoutes& routes) {
  constexpr Need kNeed = Need::kServerAdmin;
  On(routes, "GET", "/api/users", kNeed, &PeopleApi::ListUsers);
  On(routes, "GET", "/api/users/search", kNeed, &PeopleApi::SearchUsers);
  On(routes, "GET", "/api/users/lookup", kNeed, &PeopleApi::LookUpUser);
  On(routes, "GET", "/api/users/:id", kNeed, &PeopleApi::GetUser);
  On(routes, "PUT", "/api/users/:id", kNeed, &PeopleApi::UpdateUser);
  On(routes, "GET", "/api/users/:id/orgs", kNeed, &PeopleApi::UserOrganisations);
  routes.Add("GET", "/api/users/:id/teams", kNeed,
             [](const Call&) { return net::Response::Json(200, "[]"); });
  On(routes, "POST", "/api/admin/users", kNeed, &PeopleApi::CreateUser);
  On(routes, "PUT", "/api/admin/users/:id/password", kNeed, &PeopleApi::SetUserPassword);
  On(routes, "PUT", "/api/admin/users/:id/permissions", kNeed, &PeopleApi::SetUserPermissions);
  On(routes, "DELETE", "/api/admin/users/:id", kNeed, &PeopleApi::DeleteUser);
  On(routes, "POST", "/api/admin/users/:id/disable", kNeed, &PeopleApi::SwitchUser);
  On(routes, "POST", "/api/admin/users/:id/enable", kNeed, &PeopleApi::SwitchUser);
  routes.Add("GET", "/api/admin/users/:id/quotas", kNeed,
             [](const Call&) { return net::Response::Json(200, "[]"); });
}

net::Response PeopleApi::ListUsers(const Call& call) {
  Result<std::vector<grafana::User>> users = deps_.accounts->Users(call.query.Get("query"));
  if (!users.ok()) return ErrorAnswer(users.error());
  Page page = PageOf(call, users->size());
  codec::JsonWriter json;
  json.BeginArray();
  for (size_t i = page.begin; i < page.end; ++i) {
    WriteListed((*users)[i], deps_.clock->Now(), json);
  }
  json.EndArray();
  return JsonText(json);
}

net::Response PeopleApi::SearchUsers(const Call& call) {
  Result<std::vector<grafana::User>> users = deps_.accounts->Users(call.query.Get("query"));
  if (!users.ok()) return ErrorAnswer(users.error());
  Page page = PageOf(call, users->size());
  codec::JsonWriter json;
  json.BeginObject().Field("totalCount", uint64_t{users->size()}).Key("users").BeginArray();
  for (size_t i = page.begin; i < page.end; ++i) {
    WriteListed((*users)[i], deps_.clock->Now(), json);
  }
  json.EndArray().Field("page", page.page).Field("perPage", page.per_page).EndObject();
  return JsonText(json);
}

net::Response PeopleApi::LookUpUser(const Call& call) {
  std::string_view wanted = call.query.Get("loginOrEmail");
  if (wanted.empty()) return Message(400, "loginOrEmail is needed");
  Result<grafana::User> user = deps_.accounts->FindUser(wanted);
  return user.ok() ? Profile(*user) : ErrorAnswer(user.error());
}

net::Response PeopleApi::GetUser(const Call& call) {
  Result<grafana::User> user = deps_.accounts->FindUser(IdOf(call, "id"));
  return user.ok() ? Profile(*user) : ErrorAnswer(user.error());
}

net::Response PeopleApi::UpdateUser(const Call& call) {
  Result<grafana::User> user = deps_.accounts->FindUser(IdOf(call, "id"));
  if (!user.ok()) return ErrorAnswer(user.error());
  LogChange(call, "profile", user->id);
  return ApplyUserUpdate(call, *std::move(user));
}

net::Response PeopleApi::ApplyUserUpdate(const Call& call, grafana::User user) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  // What is not named stays as it is.
  auto take = [&](std::string_view key, std::string* member) {
    if (body->Find(key) != nullptr) *member = TextOf(*body, key);
  };
  take("email", &user.email);
  take("name", &user.name);
  take("login", &user.login);
  take("theme", &user.theme);
  Result<void> updated = deps_.accounts->UpdateUser(user);
  if (!updated.ok()) return ErrorAnswer(updated.error());
  return Message(200, "User updated");
}

net::Response PeopleApi::UserOrganisations(const Call& call) {
  Result<grafana::User> user = deps_.accounts->FindUser(IdOf(call, "id"));
  if (!user.ok()) return ErrorAnswer(user.error());
  Result<std::string> name = deps_.accounts->OrgName();
  if (!name.ok()) return ErrorAnswer(name.error());
  codec::JsonWriter json;
  json.BeginArray()
      .BeginObject()
      .Field("orgId", 1)
      .Field("name", *name)
      .Field("role", grafana::RoleText(user->role))
      .EndObject()
      .EndArray();
  return JsonText(json);
}

net::Response PeopleApi::CreateUser(const Call& call) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  if (IntOf(*body, "OrgId").value_or(1) > 1) return Message(400, "organization not found");
  grafana::User user;
  user.login = TextOf(*body, "login");
  user.email = TextOf(*body, "email");
  user.name = TextOf(*body, "name");
  if (!grafana::ParseRole(deps_.settings->users.auto_assign_org_role, &user.role)) {
    user.role = grafana::Role::kViewer;
  }
  // Ours: the role at once, where Grafana needs a second request.
  std::string role = TextOf(*body, "role");
  if (!role.empty() && !grafana::ParseRole(role, &user.role)) {
    return Message(400, "Invalid role value: " + role);
  }
  Result<grafana::User> made =
      deps_.accounts->CreateUser(std::move(user), Secret(TextOf(*body, "password")));
  if (!made.ok() && made.error().code() == ErrorCode::kExists) {
    return Message(412, made.error().message());
  }
  if (!made.ok()) return ErrorAnswer(made.error());
  LogChange(call, "created", made->id);
  codec::JsonWriter json;
  json.BeginObject()
      .Field("id", made->id)
      .Field("uid", made->uid)
      .Field("message", "User created")
      .EndObject();
  return JsonText(json);
}

net::Response PeopleApi::SetUserPassword(const Call& call) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  int64_t id = IdOf(call, "id");
  // An administrator who sets his own stays signed in.
  int64_t keep = id == call.who.id ? call.who.session_id : 0;
  Result<void> set = deps_.accounts->SetPassword(id, Secret(TextOf(*body, "password")), keep);
  if (!set.ok()) return ErrorAnswer(set.error());
  LogChange(call, "password", id);
  return Message(200, "User password updated");
}

net::Response PeopleApi::SetUserPermissions(const Call& call) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  std::optional<bool> admin = BoolOf(*body, "isGrafanaAdmin");
  if (!admin) return Message(400, "isGrafanaAdmin is needed");
  Result<void> set = deps_.accounts->SetServerAdmin(IdOf(call, "id"), *admin);
  if (!set.ok()) return ErrorAnswer(set.error());
  LogChange(call, *admin ? "made server administrator" : "no server administrator any more",
            IdOf(call, "id"));
  return Message(200, "User permissions updated");
}

net::Response PeopleApi::DeleteUser(const Call& call) {
  Result<void> deleted = deps_.accounts->DeleteUser(IdOf(call, "id"));
  if (!deleted.ok()) return ErrorAnswer(deleted.error());
  LogChange(call, "deleted", IdOf(call, "id"));
  return Message(200, "User deleted");
}

net::Response PeopleApi::SwitchUser(const Call& call) {
  std::string_view path = call.request.path;
  bool disable = path.find("/disable") != std::string_view::npos;
  Result<void> set = deps_.accounts->SetDisabled(IdOf(call, "id"), disable);
  if (!set.ok()) return ErrorAnswer(set.error());
  LogChange(call, disable ? "disabled" : "enabled", IdOf(call, "id"));
  return Message(200, disable ? "User disabled" : "User enabled");
}

}  // namespace watchfire::api

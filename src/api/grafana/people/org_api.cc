// The one organisation and the roles in it.
#include "api/grafana/people/people_api.h"
#include "api/grafana/people/shapes.h"
#include "base/log.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

using grafana::Role;

constexpr std::string_view kNoOrg = "Organization not found";

// The organisation that a path names; routes of the own one name none.
bool IsOurs(const Call& call) {
  std::string_view id = call.Param("org");
  return id.empty() || id == "1";
}

net::Response OrgJson(std::string_view name) {
  codec::JsonWriter json;
  json.BeginObject().Field("id", 1).Field("name", name).Key("address").BeginObject();
  for (const char* key : {"address1", "address2", "city", "zipCode", "state", "country"}) {
    json.Field(key, "");
  }
  json.EndObject().EndObject();
  return JsonText(json);
}

}  // namespace

void PeopleApi::RegisterOrganisation(GrafanaRoutes& routes) {
  On(routes, "GET", "/api/org", Need::kSignedIn, &PeopleApi::GetOrg);
  On(routes, "PUT", "/api/org", Need::kAdmin, &PeopleApi::UpdateOrg);
  On(routes, "GET", "/api/org/users", Need::kAdmin, &PeopleApi::OrgUsers);
  On(routes, "GET", "/api/org/users/lookup", Need::kEditor, &PeopleApi::LookUpOrgUsers);
  On(routes, "POST", "/api/org/users", Need::kAdmin, &PeopleApi::AddOrgUser);
  On(routes, "PATCH", "/api/org/users/:id", Need::kAdmin, &PeopleApi::SetOrgUserRole);
  On(routes, "DELETE", "/api/org/users/:id", Need::kAdmin, &PeopleApi::RemoveOrgUser);
  routes.Add("GET", "/api/org/invites", Need::kAdmin,
             [](const Call&) { return net::Response::Json(200, "[]"); });
  routes.Add("GET", "/api/org/quotas", Need::kAdmin,
             [](const Call&) { return net::Response::Json(200, "[]"); });
  On(routes, "GET", "/api/orgs", Need::kServerAdmin, &PeopleApi::ListOrgs);
  On(routes, "POST", "/api/orgs", Need::kServerAdmin, &PeopleApi::CreateOrg);
  On(routes, "GET", "/api/orgs/:org", Need::kServerAdmin, &PeopleApi::GetOrg);
  On(routes, "GET", "/api/orgs/name/:name", Need::kServerAdmin, &PeopleApi::GetOrg);
  On(routes, "PUT", "/api/orgs/:org", Need::kServerAdmin, &PeopleApi::UpdateOrg);
  routes.Add("DELETE", "/api/orgs/:org", Need::kServerAdmin, [](const Call& call) {
    if (!IsOurs(call)) return Message(404, kNoOrg);
    return Message(400, "Can not delete org for current user");
  });
  On(routes, "GET", "/api/orgs/:org/users", Need::kServerAdmin, &PeopleApi::OrgUsers);
  On(routes, "POST", "/api/orgs/:org/users", Need::kServerAdmin, &PeopleApi::AddOrgUser);
  On(routes, "PATCH", "/api/orgs/:org/users/:id", Need::kServerAdmin, &PeopleApi::SetOrgUserRole);
  On(routes, "DELETE", "/api/orgs/:org/users/:id", Need::kServerAdmin, &PeopleApi::RemoveOrgUser);
}

net::Response PeopleApi::GetOrg(const Call& call) {
  Result<std::string> name = deps_.accounts->OrgName();
  if (!name.ok()) return ErrorAnswer(name.error());
  std::string_view wanted = call.Param("name");
  if (!IsOurs(call) || (!wanted.empty() && wanted != *name)) return Message(404, kNoOrg);
  return OrgJson(*name);
}

net::Response PeopleApi::UpdateOrg(const Call& call) {
  if (!IsOurs(call)) return Message(404, kNoOrg);
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Result<void> set = deps_.accounts->SetOrgName(TextOf(*body, "name"));
  if (!set.ok()) return ErrorAnswer(set.error());
  return Message(200, "Organization updated");
}

net::Response PeopleApi::OrgUsers(const Call& call) {
  if (!IsOurs(call)) return Message(404, kNoOrg);
  Result<std::vector<grafana::User>> users = deps_.accounts->Users(call.query.Get("query"));
  if (!users.ok()) return ErrorAnswer(users.error());
  codec::JsonWriter json;
  json.BeginArray();
  for (const grafana::User& user : *users) {
    json.BeginObject().Field("orgId", 1).Field("userId", user.id);
    WriteUserFields(user, deps_.clock->Now(), json);
    json.Field("role", grafana::RoleText(user.role))
        .Field("isExternallySynced", !user.auth_module.empty())
        .EndObject();
  }
  json.EndArray();
  return JsonText(json);
}

net::Response PeopleApi::LookUpOrgUsers(const Call& call) {
  Result<std::vector<grafana::User>> users = deps_.accounts->Users(call.query.Get("query"));
  if (!users.ok()) return ErrorAnswer(users.error());
  codec::JsonWriter json;
  json.BeginArray();
  for (const grafana::User& user : *users) {
    json.BeginObject()
        .Field("userId", user.id)
        .Field("uid", user.uid)
        .Field("login", user.login)
        .Field("avatarUrl", AvatarUrl(user.email))
        .EndObject();
  }
  json.EndArray();
  return JsonText(json);
}

net::Response PeopleApi::AddOrgUser(const Call& call) {
  if (!IsOurs(call)) return Message(404, kNoOrg);
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Role role = Role::kNone;
  if (!grafana::ParseRole(TextOf(*body, "role"), &role))
    return Message(400, "Invalid role specified");
  Result<grafana::User> user = deps_.accounts->FindUser(TextOf(*body, "loginOrEmail"));
  if (!user.ok()) return ErrorAnswer(user.error());
  // Whoever has an account is a member; one without a role can be given one like this.
  if (user->role != Role::kNone) return Message(409, "User is already member of this organization");
  Result<void> set = deps_.accounts->SetRole(user->id, role);
  if (!set.ok()) return ErrorAnswer(set.error());
  codec::JsonWriter json;
  json.BeginObject()
      .Field("message", "User added to organization")
      .Field("userId", user->id)
      .EndObject();
  return JsonText(json);
}

net::Response PeopleApi::SetOrgUserRole(const Call& call) {
  if (!IsOurs(call)) return Message(404, kNoOrg);
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Role role = Role::kNone;
  if (!grafana::ParseRole(TextOf(*body, "role"), &role))
    return Message(400, "Invalid role specified");
  Result<std::vector<grafana::User>> users = deps_.accounts->Users();
  if (!users.ok()) return ErrorAnswer(users.error());
  int64_t id = IdOf(call, "id");
  bool other_admin = role == Role::kAdmin;
  bool found = false;
  bool was_admin = false;
  for (const grafana::User& user : *users) {
    found = found || user.id == id;
    was_admin = was_admin || (user.id == id && user.role == Role::kAdmin);
    other_admin = other_admin || (user.id != id && user.role == Role::kAdmin && !user.disabled);
  }
  if (!found) return Message(404, "user not found");
  if (was_admin && !other_admin) {
    return Message(400, "Cannot change role so that there is no organization administrator left");
  }
  Result<void> set = deps_.accounts->SetRole(id, role);
  if (!set.ok()) return ErrorAnswer(set.error());
  WF_LOG(kInfo, "User changed", {"component", "grafana"}, {"change", grafana::RoleText(role)},
         {"id", id}, {"by", call.who.login});
  return Message(200, "Organization user updated");
}

// Of one organisation, nobody can leave without leaving the server. That is more than an
// administrator of the organisation may do to one of the server.
net::Response PeopleApi::RemoveOrgUser(const Call& call) {
  if (!IsOurs(call)) return Message(404, kNoOrg);
  Result<grafana::User> user = deps_.accounts->FindUser(IdOf(call, "id"));
  if (!user.ok()) return ErrorAnswer(user.error());
  if (user->server_admin && !call.who.server_admin) {
    return Message(403, "only an administrator of the server may remove another");
  }
  Result<void> deleted = deps_.accounts->DeleteUser(user->id);
  if (!deleted.ok()) return ErrorAnswer(deleted.error());
  WF_LOG(kInfo, "User changed", {"component", "grafana"}, {"change", "deleted"}, {"id", user->id},
         {"by", call.who.login});
  return Message(200, "User deleted");
}

net::Response PeopleApi::ListOrgs(const Call&) {
  Result<std::string> name = deps_.accounts->OrgName();
  if (!name.ok()) return ErrorAnswer(name.error());
  codec::JsonWriter json;
  json.BeginArray().BeginObject().Field("id", 1).Field("name", *name).EndObject().EndArray();
  return JsonText(json);
}

net::Response PeopleApi::CreateOrg(const Call& call) {
  Result<codec::Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Result<std::string> name = deps_.accounts->OrgName();
  if (name.ok() && TextOf(*body, "name") == *name) return Message(409, "Organization name taken");
  return Message(403, "this server has one organization; there cannot be others");
}

}  // namespace watchfire::api

#include "api/grafana/content/context.h"

namespace watchfire::api {
namespace {

using codec::Json;
using codec::JsonWriter;
using grafana::Permission;

std::string_view NameOf(int64_t permission) {
  return permission == kAdminister ? "Admin" : permission == kEdit ? "Edit" : "View";
}

// What permissions are of: a dashboard or a folder.
struct Holder {
  bool is_folder = false;
  int64_t id = 0;
  std::string uid, title, slug, url, folder_uid;
};

void WriteItem(JsonWriter& json, const Holder& of, const Permission& item) {
  json.BeginObject().Field("dashboardId", of.is_folder ? 0 : of.id);
  json.Field("userId", item.user_id).Field("userLogin", item.login).Field("userEmail", "");
  json.Field("teamId", 0).Field("team", "");
  if (!item.role.empty()) json.Field("role", item.role);
  json.Field("permission", item.permission).Field("permissionName", NameOf(item.permission));
  json.Field("uid", of.uid).Field("title", of.title).Field("slug", of.slug);
  json.Field("isFolder", of.is_folder).Field("url", of.url).Field("inherited", false).EndObject();
}

net::Response ListItems(const ContentContext& c, const Call& call, const Holder& of) {
  if (!c.May(call.who, kAdminister, of.is_folder ? "" : of.uid, of.folder_uid)) {
    return Denied("permissions:read");
  }
  Result<std::optional<std::vector<Permission>>> set = c.permissions.Get(of.is_folder, of.uid);
  if (!set.ok()) return ErrorAnswer(set.error());
  // What holds where nothing was set.
  std::vector<Permission> items =
      set->value_or(std::vector<Permission>{{"Viewer", 0, "", kView}, {"Editor", 0, "", kEdit}});
  JsonWriter json;
  json.BeginArray();
  for (const Permission& item : items) WriteItem(json, of, item);
  json.EndArray();
  return Answer(json);
}

Result<std::vector<Permission>> ReadItems(const ContentContext& c, const Json& body) {
  const Json* items = body.Find("items");
  if (items == nullptr || items->AsArray() == nullptr) return Error::Invalid("bad request data");
  std::vector<Permission> list;
  for (const Json& item : *items->AsArray()) {
    Permission permission{StringAt(item, "role"), IntAt(item, "userId"), "",
                          IntAt(item, "permission")};
    grafana::Role role = grafana::Role::kNone;
    if (IntAt(item, "teamId") > 0) return Error::Invalid("there are no teams on this server");
    if (permission.user_id > 0) {
      permission.role.clear();
      permission.login = TRY(c.rooms.accounts->FindUser(permission.user_id)).login;
    } else if (!grafana::ParseRole(permission.role, &role) || role == grafana::Role::kNone) {
      return Error::Invalid("a permission needs a role (Viewer, Editor, Admin) or a userId");
    } else {
      permission.role = std::string(grafana::RoleText(role));
    }
    list.push_back(std::move(permission));
  }
  return list;
}

net::Response SetItems(ContentContext& c, const Call& call, const Holder& of) {
  if (!c.May(call.who, kAdminister, of.is_folder ? "" : of.uid, of.folder_uid)) {
    return Denied("permissions:write");
  }
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  Result<std::vector<Permission>> items = ReadItems(c, body.json);
  if (!items.ok()) return Message(400, items.error().message());
  Result<void> set = c.permissions.Set(of.is_folder, of.uid, *items);
  if (!set.ok()) return ErrorAnswer(set.error());
  return Message(200,
                 of.is_folder ? "Folder permissions updated" : "Dashboard permissions updated");
}

Result<Holder> DashboardOf(const ContentContext& c, const Call& call) {
  grafana::DashboardMeta meta = TRY(c.rooms.dashboards->Find(call.Param("uid"))).meta;
  return Holder{false,          meta.id,   meta.uid,
                meta.title,     meta.slug, c.DashboardUrl(meta.uid, meta.slug),
                meta.folder_uid};
}

Result<Holder> FolderOf(const ContentContext& c, const Call& call) {
  grafana::Folder folder = TRY(c.rooms.dashboards->FindFolder(call.Param("uid")));
  return Holder{true,
                folder.id,
                folder.uid,
                folder.title,
                grafana::Slug(folder.title),
                c.FolderUrl(folder.uid, folder.title),
                folder.uid};
}

net::Response ListOfDashboard(ContentContext& c, const Call& call) {
  Result<Holder> of = DashboardOf(c, call);
  return of.ok() ? ListItems(c, call, *of) : ErrorAnswer(of.error());
}
net::Response SetOfDashboard(ContentContext& c, const Call& call) {
  Result<Holder> of = DashboardOf(c, call);
  return of.ok() ? SetItems(c, call, *of) : ErrorAnswer(of.error());
}
net::Response ListOfFolder(ContentContext& c, const Call& call) {
  Result<Holder> of = FolderOf(c, call);
  return of.ok() ? ListItems(c, call, *of) : ErrorAnswer(of.error());
}
net::Response SetOfFolder(ContentContext& c, const Call& call) {
  Result<Holder> of = FolderOf(c, call);
  return of.ok() ? SetItems(c, call, *of) : ErrorAnswer(of.error());
}

constexpr ContentRoute kRoutes[] = {
    {"GET", "/api/dashboards/uid/:uid/permissions", Need::kViewer, &ListOfDashboard},
    {"POST", "/api/dashboards/uid/:uid/permissions", Need::kViewer, &SetOfDashboard},
    {"GET", "/api/folders/:uid/permissions", Need::kViewer, &ListOfFolder},
    {"POST", "/api/folders/:uid/permissions", Need::kViewer, &SetOfFolder},
};

}  // namespace

void RegisterPermissions(GrafanaRoutes& routes, ContentContext& context) {
  AddRoutes(routes, context, kRoutes);
}

}  // namespace watchfire::api

#include "api/grafana/content/context.h"

#include <algorithm>

#include "base/text.h"

namespace watchfire::api {

using codec::Json;
using grafana::Identity;
using grafana::Permission;
using grafana::Role;

namespace {

constexpr int kMaxFolderDepth = 16;

// What the items allow, 0 for nothing.
int64_t GivenBy(const std::vector<Permission>& items, const Identity& who) {
  int64_t given = 0;
  for (const Permission& item : items) {
    Role role = Role::kNone;
    bool is_user = item.user_id > 0 && who.kind == grafana::IdentityKind::kUser;
    bool matches = is_user ? item.user_id == who.id
                           : !item.role.empty() && grafana::ParseRole(item.role, &role) &&
                                 role != Role::kNone && who.role >= role;
    if (matches) given = std::max(given, item.permission);
  }
  return given;
}

bool ByRole(const Identity& who, Level level) {
  return who.May(level == kView ? Role::kViewer : level == kEdit ? Role::kEditor : Role::kAdmin);
}

// Letters that a host with a port has; a header can hold anything.
bool IsHost(std::string_view host) {
  return !host.empty() && host.size() < 256 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']' || c == '_';
  });
}

}  // namespace

ContentContext::ContentContext(ContentDependencies d)
    : rooms(std::move(d)),
      snapshots(rooms.database, rooms.clock),
      elements(rooms.database, rooms.clock),
      playlists(rooms.database),
      short_urls(rooms.database, rooms.clock),
      public_dashboards(rooms.database, rooms.clock),
      permissions(rooms.database),
      annotations(rooms.database, rooms.clock) {
  WF_CHECK(rooms.dashboards != nullptr && rooms.sources != nullptr && rooms.accounts != nullptr &&
           rooms.settings != nullptr && rooms.database != nullptr && rooms.clock != nullptr &&
           rooms.files != nullptr);
}

bool ContentContext::May(const Identity& who, Level level, std::string_view dashboard_uid,
                         std::string_view folder_uid) const {
  if (who.May(Role::kAdmin)) return true;
  Result<bool> any = permissions.Any();
  // What cannot be read allows nothing.
  if (!any.ok()) return false;
  if (!*any) return ByRole(who, level);
  bool was_set = false;
  int64_t given = 0;
  auto look = [&](bool folder, std::string_view uid) {
    Result<std::optional<std::vector<Permission>>> items = permissions.Get(folder, uid);
    if (!items.ok()) {
      was_set = true;
    } else if (items->has_value()) {
      was_set = true;
      given = std::max(given, GivenBy(**items, who));
    }
  };
  if (!dashboard_uid.empty()) look(false, dashboard_uid);
  std::string around(folder_uid);
  for (int depth = 0; !around.empty() && depth < kMaxFolderDepth; ++depth) {
    look(true, around);
    around = FolderOf(around).parent_uid;
  }
  return was_set ? given >= level : ByRole(who, level);
}

std::set<std::string> ContentContext::StarsOf(const Identity& who) const {
  if (who.kind != grafana::IdentityKind::kUser) return {};
  Result<std::vector<std::string>> stars = rooms.accounts->Stars(who.id);
  if (!stars.ok()) return {};
  return {stars->begin(), stars->end()};
}

std::string ContentContext::DashboardUrl(std::string_view uid, std::string_view slug) const {
  return fmt::format("{}/d/{}/{}", rooms.settings->server.sub_path, uid, slug);
}

std::string ContentContext::FolderUrl(std::string_view uid, std::string_view title) const {
  return fmt::format("{}/dashboards/f/{}/{}", rooms.settings->server.sub_path, uid,
                     grafana::Slug(title));
}

std::string ContentContext::RootUrl(const net::Request& request) const {
  std::string root = rooms.settings->server.root_url;
  while (root.ends_with('/')) root.pop_back();
  // Nobody said where this server is: then it is where the visitor found it.
  bool unsaid = root.empty() || root.find("://localhost") != std::string::npos;
  std::string_view host = request.headers.Get("X-Forwarded-Host");
  if (host.empty()) host = request.headers.Get("Host");
  if (!unsaid || !IsHost(host)) return root;
  std::string_view scheme = request.headers.Get("X-Forwarded-Proto");
  bool secure = scheme.empty() ? request.tls : scheme == "https";
  return fmt::format("{}://{}{}", secure ? "https" : "http", host, rooms.settings->server.sub_path);
}

grafana::Folder ContentContext::FolderOf(std::string_view uid) const {
  if (uid.empty()) return {};
  Result<grafana::Folder> folder = rooms.dashboards->FindFolder(uid);
  return folder.ok() ? *std::move(folder) : grafana::Folder{};
}

Result<std::string> ContentContext::FolderUidOf(const Json& body) const {
  std::string uid = StringAt(body, "folderUid");
  int64_t id = IntAt(body, "folderId");
  if (uid == "general") return std::string();
  if (!uid.empty() || id <= 0) return uid;
  for (const grafana::Folder& folder : TRY(rooms.dashboards->Folders())) {
    if (folder.id == id) return folder.uid;
  }
  return Error::NotFound("folder not found");
}

Result<std::string> ContentContext::UidOfDashboardId(int64_t id) const {
  return TRY(rooms.dashboards->FindById(id)).meta.uid;
}

void AddRoutes(GrafanaRoutes& routes, ContentContext& context, std::span<const ContentRoute> list) {
  for (const ContentRoute& route : list) {
    routes.Add(
        route.method, route.pattern, route.need,
        [&context, handler = route.handler](const Call& call) { return handler(context, call); });
  }
}

std::string StringAt(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

int64_t IntAt(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  if (value == nullptr) return 0;
  // Scripts write numbers as text, and times with a fraction.
  if (value->AsString() != nullptr) return IntOf(*value->AsString(), 0);
  if (std::optional<int64_t> whole = value->AsInt()) return *whole;
  double number = value->AsDouble().value_or(0);
  return number > -9e15 && number < 9e15 ? static_cast<int64_t>(number) : 0;
}

bool BoolAt(const Json& object, std::string_view key, bool otherwise) {
  const Json* value = object.Find(key);
  return value == nullptr ? otherwise : value->AsBool().value_or(otherwise);
}

std::vector<std::string> StringsAt(const Json& object, std::string_view key) {
  std::vector<std::string> strings;
  const Json* value = object.Find(key);
  const Json::Array* list = value == nullptr ? nullptr : value->AsArray();
  if (list == nullptr) return strings;
  for (const Json& item : *list) {
    if (item.AsString() != nullptr) strings.push_back(*item.AsString());
  }
  return strings;
}

int64_t IntOf(std::string_view text, int64_t otherwise) {
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > 18) return otherwise;
  int64_t number = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return otherwise;
    number = number * 10 + (c - '0');
  }
  return negative ? -number : number;
}

size_t LimitOf(const Call& call, std::string_view name, size_t otherwise, size_t most) {
  int64_t number = IntOf(call.query.Get(name), 0);
  return number <= 0 ? otherwise : std::min(static_cast<size_t>(number), most);
}

std::vector<std::string> ListOf(const Call& call, std::string_view name) {
  std::vector<std::string> list;
  for (const std::string& value : call.query.GetAll(name)) {
    for (std::string_view part : Split(value, ',')) {
      if (!TrimSpace(part).empty()) list.emplace_back(TrimSpace(part));
    }
  }
  return list;
}

ReadBody ObjectOf(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return {Json(), Message(400, body.error().message())};
  if (body->AsObject() == nullptr) return {Json(), Message(400, "bad request data")};
  return {*std::move(body), std::nullopt};
}

net::Response Denied(std::string_view action) {
  codec::JsonWriter json;
  json.BeginObject().Field("accessErrorId", "");
  json.Field("message", fmt::format("You'll need additional permissions to perform this action. "
                                    "Permissions needed: {}",
                                    action));
  json.Field("title", "Access denied").EndObject();
  return Answer(json, 403);
}

net::Response Answer(codec::JsonWriter& json, int status) {
  return net::Response::Json(status, json.Take());
}

net::Response SaveRefused(const grafana::SaveError& error) {
  codec::JsonWriter json;
  json.BeginObject().Field("message", error.message);
  if (!error.status.empty()) json.Field("status", error.status);
  json.EndObject();
  return Answer(json, error.http_status);
}

net::Response SaveDone(const ContentContext& context, const grafana::DashboardMeta& meta) {
  codec::JsonWriter json;
  json.BeginObject().Field("folderUid", meta.folder_uid).Field("id", meta.id);
  json.Field("slug", meta.slug).Field("status", "success").Field("uid", meta.uid);
  json.Field("url", context.DashboardUrl(meta.uid, meta.slug)).Field("version", meta.version);
  json.EndObject();
  return Answer(json);
}

void WriteAccessControl(codec::JsonWriter& json, const Call& call, std::string_view noun,
                        bool may_edit, bool may_administer) {
  if (!IsTrue(call.query.Get("accesscontrol"))) return;
  json.Key("accessControl").BeginObject();
  for (const auto& [verb, allowed] : {std::pair("create", may_edit), std::pair("delete", may_edit),
                                      std::pair("permissions:read", may_administer),
                                      std::pair("permissions:write", may_administer),
                                      std::pair("read", true), std::pair("write", may_edit)}) {
    if (allowed) {
      std::string_view separator = std::string_view(verb).starts_with("permissions") ? "." : ":";
      json.Field(fmt::format("{}{}{}", noun, separator, verb), true);
    }
  }
  json.EndObject();
}

bool IsTrue(std::string_view text) {
  return text == "true" || text == "1";
}

}  // namespace watchfire::api

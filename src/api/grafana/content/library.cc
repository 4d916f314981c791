#include <algorithm>

#include "api/grafana/content/context.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

using codec::JsonWriter;
using grafana::LibraryElement;

constexpr size_t kMaxPage = 1'000;

void WriteElement(JsonWriter& json, const ContentContext& c, const LibraryElement& element) {
  grafana::Folder folder = c.FolderOf(element.folder_uid);
  Result<std::vector<grafana::DashboardMeta>> users =
      c.rooms.dashboards->UsersOfLibraryElement(element.uid);
  std::string folder_title = folder.uid.empty() ? "General" : folder.title;
  json.BeginObject().Field("id", element.id).Field("orgId", 1).Field("folderId", folder.id);
  json.Field("folderUid", folder.uid).Field("uid", element.uid).Field("name", element.name);
  json.Field("kind", element.kind).Field("type", element.type);
  json.Field("description", element.description);
  element.model.WriteTo(&json.Key("model"));
  json.Field("version", element.version).Key("meta").BeginObject();
  json.Field("folderName", folder_title).Field("folderUid", folder.uid);
  json.Field("connectedDashboards", static_cast<int64_t>(users.ok() ? users->size() : 0));
  json.Field("created", GoTime(element.created)).Field("updated", GoTime(element.updated));
  for (const auto& [key, login] :
       {std::pair("createdBy", &element.created_by), std::pair("updatedBy", &element.updated_by)}) {
    json.Key(key).BeginObject().Field("avatarUrl", "").Field("id", 0);
    json.Field("name", *login).EndObject();
  }
  json.EndObject().EndObject();
}

net::Response AnswerElement(const ContentContext& c, const LibraryElement& element) {
  JsonWriter json;
  json.BeginObject().Key("result");
  WriteElement(json, c, element);
  json.EndObject();
  return Answer(json);
}

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

net::Response List(ContentContext& c, const Call& call) {
  Result<std::vector<LibraryElement>> all = c.elements.All();
  if (!all.ok()) return ErrorAnswer(all.error());
  std::string wanted = ToLowerUtf8(call.query.Get("searchString"));
  std::vector<std::string> types = ListOf(call, "typeFilter");
  std::vector<std::string> folders = ListOf(call, "folderFilterUIDs");
  int64_t kind = IntOf(call.query.Get("kind"), 0);
  std::erase_if(*all, [&](const LibraryElement& e) {
    std::string folder = e.folder_uid.empty() ? "general" : e.folder_uid;
    bool matches = ToLowerUtf8(e.name + "\n" + e.description).find(wanted) != std::string::npos;
    return !matches || (!types.empty() && !Contains(types, e.type)) ||
           (!folders.empty() && !Contains(folders, folder)) || (kind > 0 && e.kind != kind) ||
           e.uid == call.query.Get("excludeUid") || !c.May(call.who, kView, "", e.folder_uid);
  });
  if (call.query.Get("sortDirection") == "alpha-desc") std::reverse(all->begin(), all->end());
  size_t per_page = LimitOf(call, "perPage", 100, kMaxPage);
  size_t page = LimitOf(call, "page", 1, 100'000);
  JsonWriter json;
  json.BeginObject().Key("result").BeginObject();
  json.Field("totalCount", static_cast<int64_t>(all->size())).Key("elements").BeginArray();
  for (size_t i = (page - 1) * per_page; i < std::min(all->size(), page * per_page); ++i) {
    WriteElement(json, c, (*all)[i]);
  }
  json.EndArray().Field("page", static_cast<int64_t>(page));
  json.Field("perPage", static_cast<int64_t>(per_page)).EndObject().EndObject();
  return Answer(json);
}

net::Response Create(ContentContext& c, const Call& call) {
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  LibraryElement wanted;
  Result<std::string> folder = c.FolderUidOf(body.json);
  if (!folder.ok()) return ErrorAnswer(folder.error());
  if (!c.May(call.who, kEdit, "", *folder)) return Denied("library.panels:create");
  if (!folder->empty() && c.FolderOf(*folder).uid.empty()) return Message(404, "folder not found");
  wanted.folder_uid = *folder;
  wanted.uid = StringAt(body.json, "uid");
  wanted.name = StringAt(body.json, "name");
  wanted.kind = std::max<int64_t>(1, IntAt(body.json, "kind"));
  if (const codec::Json* model = body.json.Find("model")) wanted.model = *model;
  wanted.created_by = call.who.login;
  Result<LibraryElement> made = c.elements.Create(std::move(wanted));
  return made.ok() ? AnswerElement(c, *made) : ErrorAnswer(made.error());
}

// The element of the path if this may be done with it, else the answer to send.
struct Found {
  LibraryElement element;
  std::optional<net::Response> refused;
};
Found Find(const ContentContext& c, const Call& call, Level level) {
  Result<LibraryElement> element = c.elements.Find(call.Param("uid"));
  if (!element.ok()) return {{}, ErrorAnswer(element.error())};
  if (!c.May(call.who, level, "", element->folder_uid)) return {{}, Denied("library.panels:write")};
  return {*std::move(element), std::nullopt};
}

net::Response Get(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kView);
  return found.refused ? *std::move(found.refused) : AnswerElement(c, found.element);
}

net::Response Patch(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kEdit);
  if (found.refused) return *std::move(found.refused);
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  LibraryElement changed = std::move(found.element);
  if (body.json.Find("folderUid") != nullptr || body.json.Find("folderId") != nullptr) {
    Result<std::string> folder = c.FolderUidOf(body.json);
    if (!folder.ok()) return ErrorAnswer(folder.error());
    if (!c.May(call.who, kEdit, "", *folder)) return Denied("library.panels:create");
    changed.folder_uid = *folder;
  }
  if (body.json.Find("name") != nullptr) changed.name = StringAt(body.json, "name");
  if (const codec::Json* model = body.json.Find("model")) changed.model = *model;
  changed.version = IntAt(body.json, "version");
  changed.updated_by = call.who.login;
  Result<LibraryElement> updated = c.elements.Update(std::move(changed));
  if (updated.ok()) return AnswerElement(c, *updated);
  bool conflict = updated.error().message() == grafana::LibraryElements::kVersionMismatch;
  return conflict ? Message(412, "the library element has been changed by someone else")
                  : ErrorAnswer(updated.error());
}

net::Response Delete(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kEdit);
  if (found.refused) return *std::move(found.refused);
  Result<std::vector<grafana::DashboardMeta>> users =
      c.rooms.dashboards->UsersOfLibraryElement(found.element.uid);
  if (!users.ok()) return ErrorAnswer(users.error());
  if (!users->empty()) return Message(403, "the library element has connections");
  Result<void> deleted = c.elements.Delete(found.element.uid);
  if (!deleted.ok()) return ErrorAnswer(deleted.error());
  JsonWriter json;
  json.BeginObject().Field("id", found.element.id).Field("message", "Library element deleted");
  json.EndObject();
  return Answer(json);
}

net::Response Connections(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kView);
  if (found.refused) return *std::move(found.refused);
  Result<std::vector<grafana::DashboardMeta>> users =
      c.rooms.dashboards->UsersOfLibraryElement(found.element.uid);
  if (!users.ok()) return ErrorAnswer(users.error());
  JsonWriter json;
  json.BeginObject().Key("result").BeginArray();
  for (const grafana::DashboardMeta& user : *users) {
    json.BeginObject().Field("id", user.id).Field("kind", 1);
    json.Field("elementId", found.element.id).Field("connectionId", user.id);
    json.Field("connectionUid", user.uid).Field("created", GoTime(user.updated)).EndObject();
  }
  json.EndArray().EndObject();
  return Answer(json);
}

net::Response ByName(ContentContext& c, const Call& call) {
  Result<std::vector<LibraryElement>> all = c.elements.All();
  if (!all.ok()) return ErrorAnswer(all.error());
  JsonWriter json;
  json.BeginObject().Key("result").BeginArray();
  bool any = false;
  for (const LibraryElement& element : *all) {
    if (element.name != call.Param("name")) continue;
    if (!c.May(call.who, kView, "", element.folder_uid)) continue;
    any = true;
    WriteElement(json, c, element);
  }
  json.EndArray().EndObject();
  return any ? Answer(json) : Message(404, "library element could not be found");
}

constexpr ContentRoute kRoutes[] = {
    {"GET", "/api/library-elements", Need::kViewer, &List},
    {"POST", "/api/library-elements", Need::kViewer, &Create},
    {"GET", "/api/library-elements/:uid", Need::kViewer, &Get},
    {"PATCH", "/api/library-elements/:uid", Need::kViewer, &Patch},
    {"DELETE", "/api/library-elements/:uid", Need::kViewer, &Delete},
    {"GET", "/api/library-elements/:uid/connections", Need::kViewer, &Connections},
    {"GET", "/api/library-elements/name/:name", Need::kViewer, &ByName},
};

}  // namespace

void RegisterLibrary(GrafanaRoutes& routes, ContentContext& context) {
  AddRoutes(routes, context, kRoutes);
}

}  // namespace watchfire::api

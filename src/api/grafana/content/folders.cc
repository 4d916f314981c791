#include <algorithm>

#include "api/grafana/content/context.h"

namespace watchfire::api {
namespace {

using codec::JsonWriter;
using grafana::Folder;

constexpr int kMaxDepth = 16;

void WriteFolder(JsonWriter& json, const ContentContext& c, const Call& call, const Folder& folder,
                 bool with_parents) {
  bool may_edit = c.May(call.who, kEdit, "", folder.uid);
  bool may_administer = c.May(call.who, kAdminister, "", folder.uid);
  Result<std::optional<std::vector<grafana::Permission>>> set = c.permissions.Get(true, folder.uid);
  json.BeginObject().Field("id", folder.id).Field("uid", folder.uid).Field("orgId", 1);
  json.Field("title", folder.title).Field("url", c.FolderUrl(folder.uid, folder.title));
  json.Field("hasAcl", set.ok() && set->has_value()).Field("canSave", may_edit);
  json.Field("canEdit", may_edit).Field("canAdmin", may_administer).Field("canDelete", may_edit);
  json.Field("createdBy", folder.created_by).Field("created", GoTime(folder.created));
  json.Field("updatedBy", folder.updated_by).Field("updated", GoTime(folder.updated));
  json.Field("version", folder.version);
  if (folder.provisioned) json.Field("provisioned", true);
  if (!folder.parent_uid.empty()) json.Field("parentUid", folder.parent_uid);
  WriteAccessControl(json, call, "folders", may_edit, may_administer);
  if (with_parents && !folder.parent_uid.empty()) {
    std::vector<Folder> parents;
    std::string uid = folder.parent_uid;
    for (int i = 0; !uid.empty() && i < kMaxDepth; ++i) {
      parents.push_back(c.FolderOf(uid));
      uid = parents.back().parent_uid;
    }
    std::reverse(parents.begin(), parents.end());
    json.Key("parents").BeginArray();
    for (const Folder& parent : parents) WriteFolder(json, c, call, parent, false);
    json.EndArray();
  }
  json.EndObject();
}

net::Response AnswerFolder(const ContentContext& c, const Call& call, const Folder& folder) {
  JsonWriter json;
  WriteFolder(json, c, call, folder, true);
  return Answer(json);
}

// The folder of the path if this may be done with it, else the answer to send.
struct Found {
  Folder folder;
  std::optional<net::Response> refused;
};
Found Find(const ContentContext& c, const Call& call, Level level) {
  if (call.Param("uid") == "general") {
    // There is no such row: the top.
    Folder top;
    top.uid = "general";
    top.title = "Dashboards";
    if (level == kView) return {std::move(top), std::nullopt};
    return {{}, Message(400, "the top of all folders cannot be changed")};
  }
  Result<Folder> folder = c.rooms.dashboards->FindFolder(call.Param("uid"));
  if (!folder.ok()) return {{}, ErrorAnswer(folder.error())};
  if (!c.May(call.who, level, "", folder->uid)) {
    return {{}, Denied(level == kView ? "folders:read" : "folders:write")};
  }
  return {*std::move(folder), std::nullopt};
}

net::Response List(ContentContext& c, const Call& call) {
  Result<std::vector<Folder>> folders = c.rooms.dashboards->Folders();
  if (!folders.ok()) return ErrorAnswer(folders.error());
  std::string_view parent = call.query.Get("parentUid");
  if (parent == "general") parent = "";
  Level level = call.query.Get("permission") == "Edit" ? kEdit : kView;
  std::erase_if(*folders, [&](const Folder& folder) {
    return folder.parent_uid != parent || !c.May(call.who, level, "", folder.uid);
  });
  size_t limit = LimitOf(call, "limit", 1'000, 10'000);
  size_t page = LimitOf(call, "page", 1, 100'000);
  JsonWriter json;
  json.BeginArray();
  for (size_t i = (page - 1) * limit; i < std::min(folders->size(), page * limit); ++i) {
    const Folder& folder = (*folders)[i];
    json.BeginObject().Field("id", folder.id).Field("uid", folder.uid);
    json.Field("title", folder.title);
    if (!folder.parent_uid.empty()) json.Field("parentUid", folder.parent_uid);
    json.EndObject();
  }
  json.EndArray();
  return Answer(json);
}

net::Response Get(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kView);
  return found.refused ? *std::move(found.refused) : AnswerFolder(c, call, found.folder);
}

net::Response GetById(ContentContext& c, const Call& call) {
  Result<std::vector<Folder>> folders = c.rooms.dashboards->Folders();
  if (!folders.ok()) return ErrorAnswer(folders.error());
  for (const Folder& folder : *folders) {
    if (std::to_string(folder.id) != call.Param("id")) continue;
    if (!c.May(call.who, kView, "", folder.uid)) return Denied("folders:read");
    return AnswerFolder(c, call, folder);
  }
  return Message(404, "folder not found");
}

net::Response FolderRefused(const Error& error) {
  if (error.message() == grafana::kFolderConflict) {
    return SaveRefused({412, "version-mismatch", error.message()});
  }
  return error.code() == ErrorCode::kLimit ? Message(400, error.message()) : ErrorAnswer(error);
}

net::Response Create(ContentContext& c, const Call& call) {
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  Folder wanted;
  wanted.uid = StringAt(body.json, "uid");
  wanted.title = StringAt(body.json, "title");
  wanted.parent_uid = StringAt(body.json, "parentUid");
  if (wanted.parent_uid == "general") wanted.parent_uid.clear();
  wanted.created_by = call.who.login;
  if (!c.May(call.who, kEdit, "", wanted.parent_uid)) return Denied("folders:create");
  Result<Folder> made = c.rooms.dashboards->CreateFolder(std::move(wanted));
  return made.ok() ? AnswerFolder(c, call, *made) : FolderRefused(made.error());
}

net::Response Update(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kEdit);
  if (found.refused) return *std::move(found.refused);
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  found.folder.title = StringAt(body.json, "title");
  found.folder.version = IntAt(body.json, "version");
  found.folder.updated_by = call.who.login;
  Result<Folder> updated =
      c.rooms.dashboards->UpdateFolder(found.folder, BoolAt(body.json, "overwrite"));
  return updated.ok() ? AnswerFolder(c, call, *updated) : FolderRefused(updated.error());
}

net::Response Move(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kEdit);
  if (found.refused) return *std::move(found.refused);
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  std::string parent = StringAt(body.json, "parentUid");
  if (parent == "general") parent.clear();
  if (!c.May(call.who, kEdit, "", parent)) return Denied("folders:write");
  found.folder.parent_uid = std::move(parent);
  found.folder.updated_by = call.who.login;
  Result<Folder> moved = c.rooms.dashboards->UpdateFolder(found.folder, true);
  return moved.ok() ? AnswerFolder(c, call, *moved) : FolderRefused(moved.error());
}

// The folder and all below it.
Result<std::vector<std::string>> Within(const ContentContext& c, const std::string& uid) {
  std::vector<Folder> folders = TRY(c.rooms.dashboards->Folders());
  std::vector<std::string> within = {uid};
  for (size_t i = 0; i < within.size(); ++i) {
    std::string parent = within[i];
    for (const Folder& folder : folders) {
      if (folder.parent_uid == parent) within.push_back(folder.uid);
    }
  }
  return within;
}

struct FolderCounts {
  int64_t folders = 0, dashboards = 0, rules = 0, elements = 0;
};

Result<FolderCounts> CountWithin(const ContentContext& c, const std::string& uid) {
  std::vector<std::string> within = TRY(Within(c, uid));
  FolderCounts counts;
  counts.folders = static_cast<int64_t>(within.size()) - 1;
  auto lies_within = [&](const std::string& folder) {
    return std::find(within.begin(), within.end(), folder) != within.end();
  };
  for (const grafana::DashboardMeta& meta : TRY(c.rooms.dashboards->All())) {
    counts.dashboards += lies_within(meta.folder_uid);
  }
  for (const grafana::LibraryElement& element : TRY(c.elements.All())) {
    counts.elements += lies_within(element.folder_uid);
  }
  if (c.rooms.count_rules == nullptr) return counts;
  for (const std::string& folder : within) counts.rules += TRY(c.rooms.count_rules(folder));
  return counts;
}

net::Response Counts(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kView);
  if (found.refused) return *std::move(found.refused);
  Result<FolderCounts> counts = CountWithin(c, found.folder.uid);
  if (!counts.ok()) return ErrorAnswer(counts.error());
  JsonWriter json;
  json.BeginObject().Field("alertrule", counts->rules).Field("dashboard", counts->dashboards);
  json.Field("folder", counts->folders).Field("librarypanel", counts->elements).EndObject();
  return Answer(json);
}

Result<void> DeleteRules(const ContentContext& c, const std::string& uid) {
  if (c.rooms.delete_rules == nullptr) return {};
  for (const std::string& folder : TRY(Within(c, uid))) TRY(c.rooms.delete_rules(folder));
  return {};
}

net::Response Delete(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kEdit);
  if (found.refused) return *std::move(found.refused);
  const Folder& folder = found.folder;
  Result<FolderCounts> counts = CountWithin(c, folder.uid);
  if (!counts.ok()) return ErrorAnswer(counts.error());
  if (counts->rules > 0) {
    if (!IsTrue(call.query.Get("forceDeleteRules"))) {
      return Message(
          400, fmt::format("folder cannot be deleted: it contains {} alert rules", counts->rules));
    }
    Result<void> deleted = DeleteRules(c, folder.uid);
    if (!deleted.ok()) return ErrorAnswer(deleted.error());
  }
  Result<void> deleted = c.rooms.dashboards->DeleteFolder(folder.uid, call.who.login);
  if (!deleted.ok()) {
    bool provisioned = deleted.error().code() == ErrorCode::kDenied;
    return provisioned ? Message(400, deleted.error().message()) : ErrorAnswer(deleted.error());
  }
  JsonWriter json;
  json.BeginObject().Field("id", folder.id).Field("message", "Folder deleted");
  json.Field("title", folder.title).EndObject();
  return Answer(json);
}

constexpr ContentRoute kRoutes[] = {
    {"GET", "/api/folders", Need::kViewer, &List},
    {"POST", "/api/folders", Need::kViewer, &Create},
    {"GET", "/api/folders/:uid", Need::kViewer, &Get},
    {"PUT", "/api/folders/:uid", Need::kViewer, &Update},
    {"DELETE", "/api/folders/:uid", Need::kViewer, &Delete},
    {"GET", "/api/folders/id/:id", Need::kViewer, &GetById},
    {"POST", "/api/folders/:uid/move", Need::kViewer, &Move},
    {"GET", "/api/folders/:uid/counts", Need::kViewer, &Counts},
};

}  // namespace

void RegisterFolders(GrafanaRoutes& routes, ContentContext& context) {
  AddRoutes(routes, context, kRoutes);
}

}  // namespace watchfire::api

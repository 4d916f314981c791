#include <algorithm>
#include <unordered_map>

#include "api/grafana/content/context.h"

namespace watchfire::api {
namespace {

using codec::Json;
using codec::JsonWriter;
using grafana::DashboardMeta;
using grafana::DashboardVersion;
using grafana::StoredDashboard;

constexpr size_t kMaxChanges = 2'000;

void WriteVersion(JsonWriter& json, const DashboardMeta& meta, const DashboardVersion& version) {
  json.BeginObject().Field("id", version.version).Field("dashboardId", meta.id);
  json.Field("dashboardUID", meta.uid).Field("uid", meta.uid);
  json.Field("parentVersion", version.parent_version);
  json.Field("restoredFrom", version.restored_from).Field("version", version.version);
  json.Field("created", GoTime(version.created)).Field("createdBy", version.created_by);
  json.Field("message", version.message);
  if (!version.json.empty()) json.Key("data").Raw(version.json);
  json.EndObject();
}

// The dashboard of the path if it may be read or written, else the answer to send.
struct Found {
  DashboardMeta meta;
  std::optional<net::Response> refused;
};
Found Find(const ContentContext& c, const Call& call, Level level) {
  Result<StoredDashboard> stored = c.rooms.dashboards->Find(call.Param("uid"));
  if (!stored.ok()) return {{}, ErrorAnswer(stored.error())};
  if (!c.May(call.who, level, stored->meta.uid, stored->meta.folder_uid)) {
    return {{}, Denied(level == kView ? "dashboards:read" : "dashboards:write")};
  }
  return {std::move(stored->meta), std::nullopt};
}

net::Response List(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kView);
  if (found.refused) return *std::move(found.refused);
  size_t limit = LimitOf(call, "limit", 1'000, 1'000);
  int64_t before = IntOf(call.query.Get("start"), 0);
  Result<std::vector<DashboardVersion>> versions =
      c.rooms.dashboards->Versions(found.meta.uid, limit, before);
  if (!versions.ok()) return ErrorAnswer(versions.error());
  JsonWriter json;
  json.BeginObject().Field("continueToken", "").Key("versions").BeginArray();
  for (const DashboardVersion& version : *versions) WriteVersion(json, found.meta, version);
  json.EndArray().EndObject();
  return Answer(json);
}

net::Response One(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kView);
  if (found.refused) return *std::move(found.refused);
  Result<DashboardVersion> version =
      c.rooms.dashboards->Version(found.meta.uid, IntOf(call.Param("version"), 0));
  if (!version.ok()) return ErrorAnswer(version.error());
  JsonWriter json;
  WriteVersion(json, found.meta, *version);
  return Answer(json);
}

net::Response Restore(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kEdit);
  if (found.refused) return *std::move(found.refused);
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  int64_t number = IntAt(body.json, "version");
  Result<DashboardVersion> version = c.rooms.dashboards->Version(found.meta.uid, number);
  if (!version.ok()) return ErrorAnswer(version.error());
  Result<Json> model = Json::Parse(version->json);
  if (!model.ok()) return ErrorAnswer(Error::Corrupt("version {} is damaged", number));
  grafana::SaveRequest request;
  request.dashboard = *std::move(model);
  request.keep_folder = true;
  request.overwrite = true;
  request.login = call.who.login;
  request.message = fmt::format("Restored from version {}", number);
  request.restored_from = number;
  std::variant<DashboardMeta, grafana::SaveError> saved =
      c.rooms.dashboards->Save(std::move(request));
  if (const auto* refused = std::get_if<grafana::SaveError>(&saved)) return SaveRefused(*refused);
  return SaveDone(c, std::get<DashboardMeta>(saved));
}

// ---- differences

// Where two documents differ, as {"op", "path", "old", "new"}.
class Differences {
 public:
  explicit Differences(JsonWriter& json) : json_(json) {}

  void Between(const Json* a, const Json* b, const std::string& path) {
    if (a != nullptr && b != nullptr) {
      if (a->AsObject() != nullptr && b->AsObject() != nullptr) return Objects(*a, *b, path);
      if (a->AsArray() != nullptr && b->AsArray() != nullptr) {
        return Arrays(*a->AsArray(), *b->AsArray(), path);
      }
      if (*a == *b) return;
    }
    if (++count_ > kMaxChanges) return;
    json_.BeginObject().Field("op", a == nullptr ? "add" : b == nullptr ? "remove" : "replace");
    json_.Field("path", path);
    if (a != nullptr) a->WriteTo(&json_.Key("old"));
    if (b != nullptr) b->WriteTo(&json_.Key("new"));
    json_.EndObject();
  }

 private:
  void Objects(const Json& a, const Json& b, const std::string& path) {
    // Bodies may have a million keys in one object, which Find would look through for each.
    std::unordered_map<std::string_view, const Json*> of_a, of_b;
    for (const Json::Member& member : *a.AsObject()) of_a.emplace(member.name, &member.value);
    for (const Json::Member& member : *b.AsObject()) of_b.emplace(member.name, &member.value);
    for (const Json::Member& member : *a.AsObject()) {
      auto other = of_b.find(member.name);
      Between(&member.value, other == of_b.end() ? nullptr : other->second,
              path + "/" + member.name);
    }
    for (const Json::Member& member : *b.AsObject()) {
      if (!of_a.contains(member.name)) Between(nullptr, &member.value, path + "/" + member.name);
    }
  }

  void Arrays(const Json::Array& a, const Json::Array& b, const std::string& path) {
    for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
      Between(i < a.size() ? &a[i] : nullptr, i < b.size() ? &b[i] : nullptr,
              fmt::format("{}/{}", path, i));
    }
  }

  JsonWriter& json_;
  size_t count_ = 0;
};

// {"dashboardUid" or "dashboardId", "version", "unsavedDashboard"}
Result<Json> Side(const ContentContext& c, const Call& call, const Json& body, const char* key) {
  const Json* side = body.Find(key);
  if (side == nullptr || side->AsObject() == nullptr) return Error::Invalid("bad request data");
  const Json* unsaved = side->Find("unsavedDashboard");
  if (unsaved != nullptr && unsaved->AsObject() != nullptr) return *unsaved;
  std::string uid = StringAt(*side, "dashboardUid");
  if (uid.empty()) uid = TRY(c.UidOfDashboardId(IntAt(*side, "dashboardId")));
  StoredDashboard stored = TRY(c.rooms.dashboards->Find(uid));
  if (!c.May(call.who, kView, uid, stored.meta.folder_uid)) {
    return Error::Denied("dashboards:read");
  }
  int64_t number = IntAt(*side, "version");
  if (number == 0) return Json::Parse(stored.json);
  DashboardVersion version = TRY(c.rooms.dashboards->Version(uid, number));
  return Json::Parse(version.json);
}

net::Response CalculateDiff(ContentContext& c, const Call& call) {
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  Result<Json> base = Side(c, call, body.json, "base");
  if (!base.ok()) return ErrorAnswer(base.error());
  Result<Json> changed = Side(c, call, body.json, "new");
  if (!changed.ok()) return ErrorAnswer(changed.error());
  JsonWriter json;
  json.BeginArray();
  Differences(json).Between(&*base, &*changed, "");
  json.EndArray();
  return Answer(json);
}

// ---- the trash

net::Response ListTrash(ContentContext& c, const Call& call) {
  Result<std::vector<DashboardMeta>> trash = c.rooms.dashboards->Trash();
  if (!trash.ok()) return ErrorAnswer(trash.error());
  JsonWriter json;
  json.BeginArray();
  for (const DashboardMeta& meta : *trash) {
    if (!c.May(call.who, kEdit, meta.uid, meta.folder_uid)) continue;
    json.BeginObject().Field("uid", meta.uid).Field("title", meta.title);
    json.Field("folderUid", meta.folder_uid);
    json.Field("folderTitle", c.FolderOf(meta.folder_uid).title);
    json.Field("deleted", GoTime(meta.deleted)).Field("deletedBy", meta.updated_by);
    json.Key("tags").BeginArray();
    for (const std::string& tag : meta.tags) json.String(tag);
    json.EndArray().EndObject();
  }
  json.EndArray();
  return Answer(json);
}

Result<DashboardMeta> FindInTrash(const ContentContext& c, const Call& call) {
  for (DashboardMeta& meta : TRY(c.rooms.dashboards->Trash())) {
    if (meta.uid == call.Param("uid")) return std::move(meta);
  }
  return Error::NotFound("Dashboard not found");
}

net::Response RestoreFromTrash(ContentContext& c, const Call& call) {
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  Result<DashboardMeta> meta = FindInTrash(c, call);
  if (!meta.ok()) return ErrorAnswer(meta.error());
  // Whoever may write elsewhere alone must not fetch it from here.
  if (!c.May(call.who, kEdit, meta->uid, meta->folder_uid)) return Denied("dashboards:write");
  // Where it was, if that is still there.
  std::string folder = c.FolderOf(meta->folder_uid).uid;
  if (body.json.Find("folderUid") != nullptr) folder = StringAt(body.json, "folderUid");
  if (folder == "general") folder.clear();
  if (!c.May(call.who, kEdit, meta->uid, folder)) return Denied("dashboards:write");
  Result<DashboardMeta> restored = c.rooms.dashboards->Restore(meta->uid, folder);
  return restored.ok() ? SaveDone(c, *restored) : ErrorAnswer(restored.error());
}

net::Response DeleteFromTrash(ContentContext& c, const Call& call) {
  Result<DashboardMeta> meta = FindInTrash(c, call);
  if (!meta.ok()) return ErrorAnswer(meta.error());
  if (!c.May(call.who, kEdit, meta->uid, meta->folder_uid)) return Denied("dashboards:delete");
  Result<void> deleted = c.rooms.dashboards->DeleteForever(meta->uid);
  if (!deleted.ok()) return ErrorAnswer(deleted.error());
  return Message(200, "Dashboard deleted for ever");
}

constexpr ContentRoute kRoutes[] = {
    {"GET", "/api/dashboards/uid/:uid/versions", Need::kViewer, &List},
    {"GET", "/api/dashboards/uid/:uid/versions/:version", Need::kViewer, &One},
    {"POST", "/api/dashboards/uid/:uid/restore", Need::kViewer, &Restore},
    {"POST", "/api/dashboards/calculate-diff", Need::kViewer, &CalculateDiff},
    {"GET", "/api/trash", Need::kEditor, &ListTrash},
    {"POST", "/api/trash/:uid/restore", Need::kEditor, &RestoreFromTrash},
    {"DELETE", "/api/trash/:uid", Need::kEditor, &DeleteFromTrash},
};

}  // namespace

void RegisterHistory(GrafanaRoutes& routes, ContentContext& context) {
  AddRoutes(routes, context, kRoutes);
}

}  // namespace watchfire::api

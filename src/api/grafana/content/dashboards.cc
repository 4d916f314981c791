#include <unistd.h>

#include <algorithm>

#include "api/grafana/content/context.h"
#include "base/log.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

using codec::Json;
using codec::JsonWriter;
using grafana::DashboardMeta;
using grafana::ResolveInputs;
using grafana::SaveError;
using grafana::SaveRequest;
using grafana::StoredDashboard;
using grafana::Unwrap;

constexpr uint64_t kMaxHomeFile = 10 << 20;

constexpr std::string_view kHome =
    R"({"title":"Home","uid":"","editable":false,"schemaVersion":39,"time":{"from":"now-6h",)"
    R"("to":"now"},"templating":{"list":[]},"annotations":{"list":[]},"panels":[{"id":1,)"
    R"("type":"dashlist","title":"Dashboards","gridPos":{"x":0,"y":0,"w":24,"h":15},)"
    R"("options":{"showStarred":true,"showRecentlyViewed":true,"showSearch":true}}]})";

bool FileIsWritable(const DashboardMeta& meta) {
  // It is replaced, so its directory must take a file.
  return !meta.provider.empty() && ::access(meta.file.c_str(), W_OK) == 0 &&
         ::access(DirName(meta.file).c_str(), W_OK) == 0;
}

void WriteAnnotationRights(JsonWriter& json, bool may_edit) {
  json.Key("annotationsPermissions").BeginObject();
  for (const char* whose : {"dashboard", "organization"}) {
    json.Key(whose).BeginObject().Field("canAdd", may_edit).Field("canEdit", may_edit);
    json.Field("canDelete", may_edit).EndObject();
  }
  json.EndObject();
}

void WriteMeta(JsonWriter& json, const ContentContext& c, const Call& call,
               const DashboardMeta& meta) {
  bool may_edit = c.May(call.who, kEdit, meta.uid, meta.folder_uid);
  bool may_administer = c.May(call.who, kAdminister, meta.uid, meta.folder_uid);
  grafana::Folder folder = c.FolderOf(meta.folder_uid);
  Result<std::optional<std::vector<grafana::Permission>>> set = c.permissions.Get(false, meta.uid);
  Result<grafana::PublicDashboard> shared = c.public_dashboards.OfDashboard(meta.uid);
  json.BeginObject().Field("type", "db").Field("canSave", may_edit).Field("canEdit", may_edit);
  json.Field("canAdmin", may_administer).Field("canStar", call.who.id > 0);
  json.Field("canDelete", may_edit).Field("slug", meta.slug);
  json.Field("url", c.DashboardUrl(meta.uid, meta.slug)).Field("expires", GoTime(0));
  json.Field("created", GoTime(meta.created)).Field("updated", GoTime(meta.updated));
  json.Field("updatedBy", meta.updated_by).Field("createdBy", meta.created_by);
  json.Field("version", meta.version).Field("hasAcl", set.ok() && set->has_value());
  json.Field("isFolder", false).Field("apiVersion", "v1beta1").Field("folderId", folder.id);
  json.Field("folderUid", folder.uid);
  json.Field("folderTitle", folder.uid.empty() ? "Dashboards" : folder.title);
  json.Field("folderUrl", folder.uid.empty() ? "" : c.FolderUrl(folder.uid, folder.title));
  json.Field("provisioned", !meta.provider.empty() && !meta.allow_ui_updates);
  json.Field("provisionedExternalId", BaseName(meta.file));
  json.Field("provisionedFileWritable", FileIsWritable(meta));
  json.Field("isStarred", c.StarsOf(call.who).contains(meta.uid));
  WriteAnnotationRights(json, may_edit);
  json.Field("publicDashboardEnabled", shared.ok() && shared->enabled);
  WriteAccessControl(json, call, "dashboards", may_edit, may_administer);
  json.EndObject();
}

net::Response AnswerDashboard(ContentContext& c, const Call& call, const StoredDashboard& stored) {
  if (!c.May(call.who, kView, stored.meta.uid, stored.meta.folder_uid)) {
    return Denied("dashboards:read");
  }
  JsonWriter json;
  json.BeginObject().Key("meta");
  WriteMeta(json, c, call, stored.meta);
  json.Key("dashboard").Raw(stored.json).EndObject();
  return Answer(json);
}

net::Response Get(ContentContext& c, const Call& call) {
  Result<StoredDashboard> stored = c.rooms.dashboards->Find(call.Param("uid"));
  return stored.ok() ? AnswerDashboard(c, call, *stored) : ErrorAnswer(stored.error());
}

net::Response GetBySlug(ContentContext& c, const Call& call) {
  Result<DashboardMeta> meta = c.rooms.dashboards->FindBySlug(call.Param("slug"));
  if (!meta.ok()) return ErrorAnswer(meta.error());
  Result<StoredDashboard> stored = c.rooms.dashboards->Find(meta->uid);
  return stored.ok() ? AnswerDashboard(c, call, *stored) : ErrorAnswer(stored.error());
}

// ---- saving

// The body of a save, whichever form people sent it in.
struct Posted {
  Json dashboard;
  std::string folder_uid, message;
  bool names_folder = false, overwrite = false, write_back = false;
};

Result<Posted> ReadPosted(const ContentContext& c, Json body) {
  Posted posted;
  posted.names_folder = body.Find("folderUid") != nullptr || body.Find("folderId") != nullptr;
  posted.folder_uid = TRY(c.FolderUidOf(body));
  posted.message = StringAt(body, "message");
  posted.overwrite = BoolAt(body, "overwrite");
  posted.write_back = BoolAt(body, "writeBack");
  Result<Json> bare = Unwrap(body);
  if (bare.ok()) {
    posted.dashboard = *std::move(bare);
  } else if (Json* inner = body.Find("dashboard")) {
    // Refused by the store, in its words.
    posted.dashboard = std::move(*inner);
  } else {
    return Error::Invalid("bad request data");
  }
  return posted;
}

std::string DefaultSource(const ContentContext& c) {
  grafana::DataSourcePtr source = c.rooms.sources->Default();
  return source == nullptr ? "" : source->uid;
}

// The stored one that a save of `dashboard` would replace; one in the trash would come back.
std::optional<DashboardMeta> Replaced(const ContentContext& c, const Json& dashboard,
                                      std::string_view folder_uid, bool overwrite) {
  std::string uid(TrimSpace(StringAt(dashboard, "uid")));
  int64_t id = IntAt(dashboard, "id");
  Result<StoredDashboard> found = !uid.empty() ? c.rooms.dashboards->Find(uid)
                                  : id > 0     ? c.rooms.dashboards->FindById(id)
                                               : Error::NotFound("new");
  if (found.ok()) return std::move(found->meta);
  auto first = [](Result<std::vector<DashboardMeta>> metas,
                  auto matches) -> std::optional<DashboardMeta> {
    if (!metas.ok()) return std::nullopt;
    auto at = std::find_if(metas->begin(), metas->end(), matches);
    if (at == metas->end()) return std::nullopt;
    return std::move(*at);
  };
  if (!uid.empty()) {
    return first(c.rooms.dashboards->Trash(), [&](const auto& meta) { return meta.uid == uid; });
  }
  if (!overwrite) return std::nullopt;
  std::string title = StringAt(dashboard, "title");
  return first(c.rooms.dashboards->All(), [&](const auto& meta) {
    return meta.folder_uid == folder_uid && meta.title == title;
  });
}

net::Response WriteToFile(ContentContext& c, const DashboardMeta& meta, const Posted& posted) {
  if (!posted.overwrite && IntAt(posted.dashboard, "version") != meta.version) {
    return SaveRefused({412, "version-mismatch", "The dashboard has been changed by someone else"});
  }
  if (TrimSpace(StringAt(posted.dashboard, "title")).empty()) {
    return SaveRefused({400, "empty-name", "Dashboard title cannot be empty"});
  }
  Result<void> written = c.rooms.provisioning->WriteBack(meta.file, posted.dashboard);
  if (!written.ok()) return ErrorAnswer(written.error());
  Result<StoredDashboard> now = c.rooms.dashboards->Find(meta.uid);
  return now.ok() ? SaveDone(c, now->meta) : ErrorAnswer(now.error());
}

net::Response Save(ContentContext& c, const Call& call) {
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  Result<Posted> posted = ReadPosted(c, std::move(body.json));
  if (!posted.ok()) {
    bool folder = posted.error().code() == ErrorCode::kNotFound;
    return SaveRefused({folder ? 404 : 400, folder ? "not-found" : "", posted.error().message()});
  }
  ResolveInputs(posted->dashboard, {}, DefaultSource(c));
  std::optional<DashboardMeta> replaced =
      Replaced(c, posted->dashboard, posted->folder_uid, posted->overwrite);
  if (replaced && !c.May(call.who, kEdit, replaced->uid, replaced->folder_uid)) {
    return Denied("dashboards:write");
  }
  bool moves = !replaced || replaced->deleted > 0 ||
               (posted->names_folder && posted->folder_uid != replaced->folder_uid);
  if (moves && !c.May(call.who, kEdit, "", posted->folder_uid)) return Denied("dashboards:create");
  if (posted->write_back && replaced && !replaced->provider.empty() &&
      c.rooms.provisioning != nullptr) {
    return WriteToFile(c, *replaced, *posted);
  }
  SaveRequest request;
  request.dashboard = std::move(posted->dashboard);
  request.folder_uid = posted->folder_uid;
  request.keep_folder = !posted->names_folder;
  request.message = posted->message;
  request.overwrite = posted->overwrite;
  request.login = call.who.login;
  std::variant<DashboardMeta, SaveError> saved = c.rooms.dashboards->Save(std::move(request));
  if (const auto* refused = std::get_if<SaveError>(&saved)) return SaveRefused(*refused);
  return SaveDone(c, std::get<DashboardMeta>(saved));
}

net::Response Delete(ContentContext& c, const Call& call) {
  Result<StoredDashboard> stored = c.rooms.dashboards->Find(call.Param("uid"));
  if (!stored.ok()) return ErrorAnswer(stored.error());
  const DashboardMeta& meta = stored->meta;
  if (!c.May(call.who, kEdit, meta.uid, meta.folder_uid)) return Denied("dashboards:delete");
  Result<DashboardMeta> deleted = c.rooms.dashboards->Delete(meta.uid, call.who.login);
  if (!deleted.ok()) {
    bool provisioned = deleted.error().code() == ErrorCode::kDenied;
    return provisioned ? Message(400, deleted.error().message()) : ErrorAnswer(deleted.error());
  }
  JsonWriter json;
  json.BeginObject().Field("id", meta.id);
  json.Field("message", fmt::format("Dashboard {} deleted", meta.title));
  json.Field("title", meta.title).Field("uid", meta.uid).EndObject();
  return Answer(json);
}

// ---- home

std::string ChosenHome(const ContentContext& c, const grafana::Identity& who) {
  for (int64_t user : {who.kind == grafana::IdentityKind::kUser ? who.id : 0, int64_t{0}}) {
    Result<Json> preferences = c.rooms.accounts->Preferences(user);
    std::string uid = preferences.ok() ? StringAt(*preferences, "homeDashboardUID") : "";
    if (!uid.empty()) return uid;
  }
  return {};
}

std::string HomeFile(const ContentContext& c) {
  const std::string& path = c.rooms.settings->dashboards.default_home_dashboard_path;
  if (path.empty()) return std::string(kHome);
  Result<std::string> text = c.rooms.files->ReadFile(path, kMaxHomeFile);
  Result<Json> model = text.ok() ? Json::Parse(*text) : Result<Json>(text.error());
  if (model.ok()) model = Unwrap(*std::move(model));
  if (!model.ok()) {
    WF_LOG(kWarn, "The home dashboard cannot be read", {"component", "grafana"}, {"file", path},
           {"err", model.error()});
    return std::string(kHome);
  }
  ResolveInputs(*model, {}, DefaultSource(c));
  return model->ToString();
}

net::Response Home(ContentContext& c, const Call& call) {
  JsonWriter json;
  std::string uid = ChosenHome(c, call.who);
  Result<StoredDashboard> chosen =
      uid.empty() ? Error::NotFound("none") : c.rooms.dashboards->Find(uid);
  if (chosen.ok()) {
    json.BeginObject();
    json.Field("redirectUri", c.DashboardUrl(chosen->meta.uid, chosen->meta.slug));
    json.EndObject();
    return Answer(json);
  }
  json.BeginObject().Key("meta").BeginObject().Field("isHome", true).Field("canSave", false);
  json.Field("canEdit", false).Field("canStar", false).Field("slug", "").Field("folderId", 0);
  json.Field("folderTitle", "General").Field("folderUid", "").Field("provisioned", false);
  json.EndObject().Key("dashboard").Raw(HomeFile(c)).EndObject();
  return Answer(json);
}

// ---- import

std::vector<grafana::ChosenInput> InputsOf(const ContentContext& c, const Json& body) {
  std::vector<grafana::ChosenInput> chosen;
  const Json* inputs = body.Find("inputs");
  const Json::Array* list = inputs == nullptr ? nullptr : inputs->AsArray();
  if (list == nullptr) return chosen;
  for (const Json& input : *list) {
    grafana::ChosenInput one{StringAt(input, "name"), StringAt(input, "value")};
    grafana::DataSourcePtr source = c.rooms.sources->Resolve(one.value);
    // Clients send a name or a uid.
    if (StringAt(input, "type") == "datasource" && source != nullptr) one.value = source->uid;
    chosen.push_back(std::move(one));
  }
  return chosen;
}

// Library panels that come along are made where they are not there.
void TakeElements(ContentContext& c, const Call& call, Json& dashboard,
                  const std::string& folder_uid) {
  const Json* elements = dashboard.Find("__elements");
  const Json::Object* object = elements == nullptr ? nullptr : elements->AsObject();
  for (const Json::Member& member : object == nullptr ? Json::Object{} : *object) {
    const Json* model = member.value.Find("model");
    if (model == nullptr || c.elements.Find(member.name).ok()) continue;
    grafana::LibraryElement element;
    element.uid = member.name;
    element.name = StringAt(member.value, "name");
    element.kind = std::max<int64_t>(1, IntAt(member.value, "kind"));
    element.model = *model;
    element.folder_uid = folder_uid;
    element.created_by = call.who.login;
    Result<grafana::LibraryElement> made = c.elements.Create(std::move(element));
    if (!made.ok()) {
      WF_LOG(kWarn, "A library panel of an import was left out", {"component", "grafana"},
             {"err", made.error()});
    }
  }
  std::erase_if(*dashboard.AsObject(),
                [](const Json::Member& member) { return member.name == "__elements"; });
}

void WriteImported(JsonWriter& json, const ContentContext& c, const DashboardMeta& meta) {
  grafana::Folder folder = c.FolderOf(meta.folder_uid);
  json.BeginObject().Field("uid", meta.uid).Field("pluginId", "").Field("title", meta.title);
  json.Field("imported", true).Field("importedUri", "db/" + meta.slug);
  json.Field("importedUrl", c.DashboardUrl(meta.uid, meta.slug)).Field("slug", meta.slug);
  json.Field("dashboardId", meta.id).Field("folderId", folder.id);
  json.Field("folderUid", meta.folder_uid).Field("importedRevision", 1).Field("revision", 1);
  json.Field("description", "").Field("path", "").Field("removed", false).EndObject();
}

net::Response Import(ContentContext& c, const Call& call) {
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  Result<std::string> folder = c.FolderUidOf(body.json);
  if (!folder.ok()) return SaveRefused({404, "not-found", folder.error().message()});
  if (!c.May(call.who, kEdit, "", *folder)) return Denied("dashboards:create");
  Result<Json> model = Unwrap(body.json);
  if (!model.ok()) return Message(400, model.error().message());
  // An id is that of the server that it came from. Inputs may stand in the uid.
  model->Set("id", Json());
  ResolveInputs(*model, InputsOf(c, body.json), DefaultSource(c));
  std::optional<DashboardMeta> replaced =
      Replaced(c, *model, *folder, BoolAt(body.json, "overwrite"));
  if (replaced && !c.May(call.who, kEdit, replaced->uid, replaced->folder_uid)) {
    return Denied("dashboards:write");
  }
  TakeElements(c, call, *model, *folder);
  SaveRequest request;
  request.dashboard = *std::move(model);
  request.folder_uid = *folder;
  request.overwrite = BoolAt(body.json, "overwrite");
  request.login = call.who.login;
  request.message = "imported";
  std::variant<DashboardMeta, SaveError> saved = c.rooms.dashboards->Save(std::move(request));
  if (const auto* refused = std::get_if<SaveError>(&saved)) return SaveRefused(*refused);
  JsonWriter json;
  WriteImported(json, c, std::get<DashboardMeta>(saved));
  return Answer(json);
}

// Those who may see little may be given more for one dashboard, so the gate asks for a viewer.
constexpr ContentRoute kRoutes[] = {
    {"POST", "/api/dashboards/db", Need::kViewer, &Save},
    {"GET", "/api/dashboards/db/:slug", Need::kViewer, &GetBySlug},
    {"GET", "/api/dashboards/uid/:uid", Need::kViewer, &Get},
    {"DELETE", "/api/dashboards/uid/:uid", Need::kViewer, &Delete},
    {"GET", "/api/dashboards/home", Need::kViewer, &Home},
    {"POST", "/api/dashboards/import", Need::kViewer, &Import},
};

}  // namespace

void RegisterDashboards(GrafanaRoutes& routes, ContentContext& context) {
  AddRoutes(routes, context, kRoutes);
}

}  // namespace watchfire::api

#include "api/grafana/content/context.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

using codec::JsonWriter;
using grafana::DataSourcePtr;
using grafana::Folder;
using grafana::Provisioning;
using Problems = std::vector<Provisioning::Problem>;

void WriteProblems(JsonWriter& json, const Problems& problems) {
  json.BeginArray();
  for (const Provisioning::Problem& problem : problems) {
    json.BeginObject().Field("kind", problem.kind).Field("file", problem.file);
    json.Field("line", static_cast<int64_t>(problem.line)).Field("message", problem.message);
    json.EndObject();
  }
  json.EndArray();
}

// "dashboards" → "Dashboards config reloaded".
net::Response Reload(ContentContext& c, const Call& call) {
  std::string kind(call.Param("kind"));
  Problems problems;
  Provisioning* provisioning = c.rooms.provisioning;
  if (kind == "datasources") {
    if (provisioning != nullptr) problems = provisioning->ReloadDataSources();
  } else if (kind == "dashboards") {
    if (provisioning != nullptr) problems = provisioning->ReloadDashboards();
  } else if (kind == "alerting") {
    if (provisioning != nullptr) problems = provisioning->ReloadAlerting();
  } else if (kind != "plugins" && kind != "access-control" && kind != "notifications") {
    return Message(404, "Not found");
  }
  JsonWriter json;
  json.BeginObject();
  json.Field("message",
             fmt::format("{}{} config reloaded", ToUpper(kind.substr(0, 1)), kind.substr(1)));
  WriteProblems(json.Key("problems"), problems);
  json.EndObject();
  return Answer(json, kind == "alerting" ? 202 : 200);
}

net::Response ListProblems(ContentContext& c, const Call&) {
  JsonWriter json;
  WriteProblems(json,
                c.rooms.provisioning == nullptr ? Problems{} : c.rooms.provisioning->problems());
  return Answer(json);
}

void WriteSources(JsonWriter& json, const std::vector<DataSourcePtr>& sources) {
  json.Key("datasources").BeginArray();
  for (const DataSourcePtr& s : sources) {
    json.BeginObject().Field("uid", s->uid).Field("name", s->name).Field("type", s->type);
    json.Field("access", s->access).Field("url", s->url).Field("user", s->user);
    json.Field("database", s->database).Field("basicAuth", s->basic_auth);
    json.Field("basicAuthUser", s->basic_auth_user).Field("isDefault", s->is_default);
    s->json_data.WriteTo(&json.Key("jsonData"));
    // Their names, so that it is known what has to be given again.
    json.Key("secureJsonFields").BeginObject();
    for (const auto& [name, secret] : s->secure) json.Field(name, !secret.empty());
    json.EndObject().EndObject();
  }
  json.EndArray();
}

net::Response Export(ContentContext& c, const Call&) {
  Result<std::vector<Folder>> folders = c.rooms.dashboards->Folders();
  if (!folders.ok()) return ErrorAnswer(folders.error());
  Result<std::vector<grafana::DashboardMeta>> metas = c.rooms.dashboards->All();
  if (!metas.ok()) return ErrorAnswer(metas.error());
  JsonWriter json;
  json.BeginObject().Key("folders").BeginArray();
  for (const Folder& folder : *folders) {
    json.BeginObject().Field("uid", folder.uid).Field("title", folder.title);
    json.Field("parentUid", folder.parent_uid).EndObject();
  }
  json.EndArray().Key("dashboards").BeginArray();
  for (const grafana::DashboardMeta& meta : *metas) {
    Result<grafana::StoredDashboard> stored = c.rooms.dashboards->Find(meta.uid);
    // Deleted meanwhile.
    if (!stored.ok()) continue;
    json.BeginObject().Field("folderUid", meta.folder_uid).Key("dashboard").Raw(stored->json);
    json.EndObject();
  }
  json.EndArray();
  WriteSources(json, c.rooms.sources->All());
  json.EndObject();
  net::Response response = Answer(json);
  response.headers.Set("Content-Disposition", "attachment; filename=\"watchfire-export.json\"");
  return response;
}

constexpr ContentRoute kRoutes[] = {
    {"POST", "/api/admin/provisioning/:kind/reload", Need::kServerAdmin, &Reload},
    {"GET", "/api/admin/provisioning/problems", Need::kAdmin, &ListProblems},
    {"GET", "/api/export", Need::kAdmin, &Export},
};

}  // namespace

void RegisterKeeping(GrafanaRoutes& routes, ContentContext& context) {
  AddRoutes(routes, context, kRoutes);
}

}  // namespace watchfire::api

#include <algorithm>

#include "api/grafana/content/context.h"

namespace watchfire::api {
namespace {

using codec::Json;
using codec::JsonWriter;
using grafana::Playlist;
using grafana::PublicDashboard;
using grafana::StoredDashboard;

// ---- short addresses

net::Response CreateShortUrl(ContentContext& c, const Call& call) {
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  Result<std::string> uid = c.short_urls.Create(StringAt(body.json, "path"), call.who.login);
  if (!uid.ok()) return Message(400, uid.error().message());
  JsonWriter json;
  json.BeginObject().Field("uid", *uid);
  json.Field("url", fmt::format("{}/goto/{}?orgId=1", c.RootUrl(call.request), *uid));
  json.EndObject();
  return Answer(json);
}

net::Response GoTo(ContentContext& c, const Call& call) {
  Result<std::string> path = c.short_urls.Find(call.Param("uid"));
  // A slash of ours before it: whatever it says leads to this server.
  return net::Response::Redirect(
      302, fmt::format("{}/{}", c.rooms.settings->server.sub_path, path.value_or("")));
}

// Links of chats and old scripts to pictures of panels.
net::Response NoPicture(ContentContext&, const Call& call) {
  return Message(501, fmt::format("panels are not rendered to pictures; /{} shows the panel itself",
                                  call.Param("page")));
}

// ---- playlists

void WritePlaylist(JsonWriter& json, const Playlist& playlist, bool with_items) {
  json.BeginObject().Field("id", playlist.id).Field("uid", playlist.uid);
  json.Field("name", playlist.name).Field("interval", playlist.interval);
  if (with_items) {
    json.Key("items").BeginArray();
    for (const grafana::PlaylistItem& item : playlist.items) {
      json.BeginObject().Field("type", item.type).Field("value", item.value);
      json.Field("title", item.title).EndObject();
    }
    json.EndArray();
  }
  json.EndObject();
}

net::Response AnswerPlaylist(const Result<Playlist>& playlist) {
  if (!playlist.ok()) return ErrorAnswer(playlist.error());
  JsonWriter json;
  WritePlaylist(json, *playlist, true);
  return Answer(json);
}

net::Response ListPlaylists(ContentContext& c, const Call&) {
  Result<std::vector<Playlist>> all = c.playlists.All();
  if (!all.ok()) return ErrorAnswer(all.error());
  JsonWriter json;
  json.BeginArray();
  for (const Playlist& playlist : *all) WritePlaylist(json, playlist, false);
  json.EndArray();
  return Answer(json);
}

net::Response GetPlaylist(ContentContext& c, const Call& call) {
  return AnswerPlaylist(c.playlists.Find(call.Param("uid")));
}

net::Response PlaylistItems(ContentContext& c, const Call& call) {
  Result<Playlist> playlist = c.playlists.Find(call.Param("uid"));
  if (!playlist.ok()) return ErrorAnswer(playlist.error());
  JsonWriter json;
  json.BeginArray();
  for (const grafana::PlaylistItem& item : playlist->items) {
    json.BeginObject().Field("type", item.type).Field("value", item.value);
    json.Field("title", item.title).EndObject();
  }
  json.EndArray();
  return Answer(json);
}

net::Response PutPlaylist(ContentContext& c, const Call& call, std::string uid) {
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  Playlist wanted;
  wanted.uid = std::move(uid);
  wanted.name = StringAt(body.json, "name");
  wanted.interval = StringAt(body.json, "interval");
  const Json* items = body.json.Find("items");
  const Json::Array* list = items == nullptr ? nullptr : items->AsArray();
  for (const Json& item : list == nullptr ? Json::Array{} : *list) {
    wanted.items.push_back(
        {StringAt(item, "type"), StringAt(item, "value"), StringAt(item, "title")});
  }
  return AnswerPlaylist(c.playlists.Put(std::move(wanted)));
}

net::Response CreatePlaylist(ContentContext& c, const Call& call) {
  return PutPlaylist(c, call, "");
}

net::Response UpdatePlaylist(ContentContext& c, const Call& call) {
  Result<Playlist> known = c.playlists.Find(call.Param("uid"));
  return known.ok() ? PutPlaylist(c, call, known->uid) : ErrorAnswer(known.error());
}

net::Response DeletePlaylist(ContentContext& c, const Call& call) {
  Result<void> deleted = c.playlists.Delete(call.Param("uid"));
  return deleted.ok() ? net::Response::Json(200, "{}") : ErrorAnswer(deleted.error());
}

// ---- public dashboards

net::Response AnswerPublic(const Result<PublicDashboard>& found) {
  if (!found.ok()) return ErrorAnswer(found.error());
  JsonWriter json;
  json.BeginObject().Field("uid", found->uid).Field("dashboardUid", found->dashboard_uid);
  json.Field("accessToken", found->access_token).Field("isEnabled", found->enabled);
  json.Field("annotationsEnabled", found->annotations_enabled);
  json.Field("timeSelectionEnabled", found->time_selection_enabled);
  json.Field("share", found->share).Field("createdAt", GoTime(found->created));
  json.Field("updatedAt", GoTime(found->updated)).EndObject();
  return Answer(json);
}

std::optional<net::Response> RefusePublic(const ContentContext& c, const Call& call, Level level) {
  if (!c.rooms.settings->other.public_dashboards_enabled) {
    return Message(404, "public dashboards are disabled");
  }
  Result<StoredDashboard> stored = c.rooms.dashboards->Find(call.Param("uid"));
  if (!stored.ok()) return ErrorAnswer(stored.error());
  if (c.May(call.who, level, stored->meta.uid, stored->meta.folder_uid)) return std::nullopt;
  return Denied("dashboards.public:write");
}

void ReadPublic(const Json& body, PublicDashboard& p) {
  p.enabled = BoolAt(body, "isEnabled", p.enabled);
  p.annotations_enabled = BoolAt(body, "annotationsEnabled", p.annotations_enabled);
  p.time_selection_enabled = BoolAt(body, "timeSelectionEnabled", p.time_selection_enabled);
}

net::Response GetPublic(ContentContext& c, const Call& call) {
  if (auto refused = RefusePublic(c, call, kView)) return *std::move(refused);
  Result<PublicDashboard> found = c.public_dashboards.OfDashboard(call.Param("uid"));
  // Its token is for those who may share it.
  if (found.ok() && !call.who.May(grafana::Role::kEditor)) found->access_token.clear();
  return AnswerPublic(found);
}

net::Response CreatePublic(ContentContext& c, const Call& call) {
  if (auto refused = RefusePublic(c, call, kEdit)) return *std::move(refused);
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  PublicDashboard wanted;
  ReadPublic(body.json, wanted);
  wanted.dashboard_uid = std::string(call.Param("uid"));
  wanted.created_by = wanted.updated_by = call.who.login;
  return AnswerPublic(c.public_dashboards.Create(std::move(wanted)));
}

// Of this dashboard and with that uid.
Result<PublicDashboard> FindPublic(const ContentContext& c, const Call& call) {
  PublicDashboard found = TRY(c.public_dashboards.OfDashboard(call.Param("uid")));
  if (found.uid != call.Param("publicUid")) return Error::NotFound("Public dashboard not found");
  return found;
}

net::Response UpdatePublic(ContentContext& c, const Call& call) {
  if (auto refused = RefusePublic(c, call, kEdit)) return *std::move(refused);
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  Result<PublicDashboard> found = FindPublic(c, call);
  if (!found.ok()) return ErrorAnswer(found.error());
  ReadPublic(body.json, *found);
  found->updated_by = call.who.login;
  return AnswerPublic(c.public_dashboards.Update(*found));
}

net::Response DeletePublic(ContentContext& c, const Call& call) {
  if (auto refused = RefusePublic(c, call, kEdit)) return *std::move(refused);
  Result<PublicDashboard> found = FindPublic(c, call);
  if (!found.ok()) return ErrorAnswer(found.error());
  Result<void> deleted = c.public_dashboards.Delete(found->uid);
  return deleted.ok() ? net::Response::Json(200, "{}") : ErrorAnswer(deleted.error());
}

net::Response ListPublic(ContentContext& c, const Call& call) {
  Result<std::vector<PublicDashboard>> all = c.public_dashboards.All();
  if (!all.ok()) return ErrorAnswer(all.error());
  JsonWriter json;
  int64_t count = 0;
  json.BeginObject().Key("publicDashboards").BeginArray();
  for (const PublicDashboard& p : *all) {
    Result<StoredDashboard> stored = c.rooms.dashboards->Find(p.dashboard_uid);
    if (!stored.ok() || !c.May(call.who, kEdit, p.dashboard_uid, stored->meta.folder_uid)) continue;
    ++count;
    json.BeginObject().Field("uid", p.uid).Field("accessToken", p.access_token);
    json.Field("title", stored->meta.title).Field("dashboardUid", p.dashboard_uid);
    json.Field("slug", stored->meta.slug).Field("isEnabled", p.enabled).EndObject();
  }
  json.EndArray().Field("page", 1).Field("perPage", 1'000).Field("totalCount", count).EndObject();
  return Answer(json);
}

// ---- what visitors with the token see

void EraseMembers(Json& object, std::initializer_list<std::string_view> names) {
  std::erase_if(*object.AsObject(), [&](const Json::Member& m) {
    return std::find(names.begin(), names.end(), m.name) != names.end();
  });
}

// Queries stay here: the visitor's panels ask by their numbers. Those of panels, of annotations and
// of variables, in both formats of dashboards.
void HideQueries(Json& value) {
  if (Json::Array* array = value.AsArray()) {
    for (Json& item : *array) HideQueries(item);
    return;
  }
  if (value.AsObject() == nullptr) return;
  EraseMembers(value, {"expr", "rawSql", "executedQueryString"});
  for (Json::Member& member : *value.AsObject()) {
    HideQueries(member.value);
    if (member.name != "targets" || member.value.AsArray() == nullptr) continue;
    for (Json& target : *member.value.AsArray()) {
      if (target.AsObject() != nullptr) EraseMembers(target, {"expression", "query", "exemplar"});
    }
  }
  if (StringAt(value, "type") == "query") EraseMembers(value, {"query", "definition"});
  Json* spec = StringAt(value, "kind") == "QueryVariable" ? value.Find("spec") : nullptr;
  if (spec != nullptr && spec->AsObject() != nullptr) EraseMembers(*spec, {"query", "definition"});
}

Result<StoredDashboard> OfToken(const ContentContext& c, const Call& call,
                                PublicDashboard* shared) {
  if (!c.rooms.settings->other.public_dashboards_enabled) {
    return Error::NotFound("Public dashboard not found");
  }
  *shared = TRY(c.public_dashboards.OfToken(call.Param("accessToken")));
  Result<StoredDashboard> stored = c.rooms.dashboards->Find(shared->dashboard_uid);
  if (!stored.ok()) return Error::NotFound("Public dashboard not found");
  return stored;
}

net::Response ViewPublic(ContentContext& c, const Call& call) {
  PublicDashboard shared;
  Result<StoredDashboard> stored = OfToken(c, call, &shared);
  if (!stored.ok()) return ErrorAnswer(stored.error());
  Result<Json> model = Json::Parse(stored->json);
  if (!model.ok()) return ErrorAnswer(Error::Corrupt("the dashboard is damaged"));
  HideQueries(*model);
  if (!shared.annotations_enabled) model->Set("annotations", Json::OfObject({}));
  JsonWriter json;
  json.BeginObject().Key("meta").BeginObject().Field("slug", stored->meta.slug);
  json.Field("type", "db").Field("canSave", false).Field("canEdit", false);
  json.Field("canAdmin", false).Field("canStar", false).Field("canDelete", false);
  json.Field("isFolder", false).Field("version", stored->meta.version);
  json.Field("created", GoTime(stored->meta.created));
  json.Field("updated", GoTime(stored->meta.updated));
  json.Field("publicDashboardAccessToken", shared.access_token);
  json.Field("publicDashboardUid", shared.uid).Field("publicDashboardEnabled", true);
  json.Field("annotationsEnabled", shared.annotations_enabled);
  json.Field("timeSelectionEnabled", shared.time_selection_enabled).EndObject();
  model->WriteTo(&json.Key("dashboard"));
  json.EndObject();
  return Answer(json);
}

net::Response PublicAnnotations(ContentContext& c, const Call& call) {
  PublicDashboard shared;
  Result<StoredDashboard> stored = OfToken(c, call, &shared);
  if (!stored.ok()) return ErrorAnswer(stored.error());
  grafana::AnnotationQuery query;
  query.from = IntOf(call.query.Get("from"), 0);
  query.to = IntOf(call.query.Get("to"), 0);
  query.dashboard_uid = stored->meta.uid;
  Result<std::vector<grafana::Annotation>> found = c.annotations.Query(query);
  if (!found.ok()) return ErrorAnswer(found.error());
  if (!shared.annotations_enabled) found->clear();
  JsonWriter json;
  json.BeginArray();
  for (const grafana::Annotation& a : *found) {
    json.BeginObject().Field("id", a.id).Field("panelId", a.panel_id).Field("time", a.time);
    json.Field("timeEnd", a.time_end).Field("text", a.text).Key("tags").BeginArray();
    for (const std::string& tag : a.tags) json.String(tag);
    json.EndArray().Field("isRegion", a.time_end > a.time).EndObject();
  }
  json.EndArray();
  return Answer(json);
}

constexpr ContentRoute kRoutes[] = {
    {"POST", "/api/short-urls", Need::kSignedIn, &CreateShortUrl},
    {"GET", "/goto/:uid", Need::kViewer, &GoTo},
    {"GET", "/render/*page", Need::kViewer, &NoPicture},
    {"GET", "/api/playlists", Need::kViewer, &ListPlaylists},
    {"POST", "/api/playlists", Need::kEditor, &CreatePlaylist},
    {"GET", "/api/playlists/:uid", Need::kViewer, &GetPlaylist},
    {"GET", "/api/playlists/:uid/items", Need::kViewer, &PlaylistItems},
    {"PUT", "/api/playlists/:uid", Need::kEditor, &UpdatePlaylist},
    {"DELETE", "/api/playlists/:uid", Need::kEditor, &DeletePlaylist},
    {"GET", "/api/dashboards/public-dashboards", Need::kEditor, &ListPublic},
    {"GET", "/api/dashboards/uid/:uid/public-dashboards", Need::kViewer, &GetPublic},
    {"POST", "/api/dashboards/uid/:uid/public-dashboards", Need::kEditor, &CreatePublic},
    {"PATCH", "/api/dashboards/uid/:uid/public-dashboards/:publicUid", Need::kEditor,
     &UpdatePublic},
    {"DELETE", "/api/dashboards/uid/:uid/public-dashboards/:publicUid", Need::kEditor,
     &DeletePublic},
    {"GET", "/api/public/dashboards/:accessToken", Need::kNothing, &ViewPublic},
    {"GET", "/api/public/dashboards/:accessToken/annotations", Need::kNothing, &PublicAnnotations},
};

}  // namespace

void RegisterSharing(GrafanaRoutes& routes, ContentContext& context) {
  AddRoutes(routes, context, kRoutes);
}

}  // namespace watchfire::api

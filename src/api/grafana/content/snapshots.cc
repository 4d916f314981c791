#include "api/grafana/content/context.h"

namespace watchfire::api {
namespace {

using codec::Json;
using codec::JsonWriter;
using grafana::Snapshot;

constexpr size_t kMaxListed = 1'000;

std::optional<net::Response> IfDisabled(const ContentContext& c) {
  if (c.rooms.settings->other.snapshots_enabled) return std::nullopt;
  return Message(403, "Dashboard Snapshots are disabled");
}

net::Response Create(ContentContext& c, const Call& call) {
  if (auto disabled = IfDisabled(c)) return *std::move(disabled);
  if (!call.who.May(grafana::Role::kViewer)) return Denied("snapshots:create");
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  if (BoolAt(body.json, "external")) {
    return Message(403, "External dashboard creation is disabled");
  }
  const Json* dashboard = body.json.Find("dashboard");
  if (dashboard == nullptr || dashboard->AsObject() == nullptr) {
    return Message(400, "bad request data");
  }
  Snapshot wanted;
  wanted.key = StringAt(body.json, "key");
  wanted.delete_key = StringAt(body.json, "deleteKey");
  wanted.name = StringAt(body.json, "name");
  if (wanted.name.empty()) wanted.name = "Unnamed snapshot";
  wanted.login = call.who.login;
  wanted.user_id = call.who.id;
  int64_t lives_s = IntAt(body.json, "expires");
  constexpr int64_t kLongest = 100LL * 365 * 86'400;
  if (lives_s > 0) wanted.expires = c.rooms.clock->Now() + std::min(lives_s, kLongest) * 1'000;
  wanted.dashboard = dashboard->ToString();
  Result<Snapshot> made = c.snapshots.Create(std::move(wanted));
  if (!made.ok()) return ErrorAnswer(made.error());
  std::string root = c.RootUrl(call.request);
  JsonWriter json;
  json.BeginObject().Field("deleteKey", made->delete_key);
  json.Field("deleteUrl", fmt::format("{}/api/snapshots-delete/{}", root, made->delete_key));
  json.Field("id", made->id).Field("key", made->key);
  json.Field("url", fmt::format("{}/dashboard/snapshot/{}", root, made->key)).EndObject();
  return Answer(json);
}

net::Response Get(ContentContext& c, const Call& call) {
  if (auto disabled = IfDisabled(c)) return *std::move(disabled);
  Result<Snapshot> found = c.snapshots.Find(call.Param("key"));
  if (!found.ok()) return ErrorAnswer(found.error());
  JsonWriter json;
  json.BeginObject().Key("meta").BeginObject().Field("isSnapshot", true);
  json.Field("type", "snapshot").Field("canSave", false).Field("canEdit", false);
  json.Field("canAdmin", false).Field("canStar", false).Field("canDelete", false);
  json.Field("slug", "").Field("url", "").Field("expires", GoTime(found->expires));
  json.Field("created", GoTime(found->created)).Field("updated", GoTime(found->updated));
  json.Field("isFolder", false).Field("folderId", 0).Field("provisioned", false).EndObject();
  json.Key("dashboard").Raw(found->dashboard).EndObject();
  net::Response response = Answer(json);
  response.headers.Set("Cache-Control", "private, max-age=60");
  return response;
}

net::Response Deleted(const Result<void>& deleted) {
  if (!deleted.ok()) return ErrorAnswer(deleted.error());
  return Message(
      200, "Snapshot deleted. It might take an hour before it's cleared from any CDN caches.");
}

// By number: a login can be given up and taken by somebody else.
bool IsOwn(const Snapshot& snapshot, const Call& call) {
  return snapshot.user_id > 0 && snapshot.user_id == call.who.id;
}

net::Response Delete(ContentContext& c, const Call& call) {
  if (auto disabled = IfDisabled(c)) return *std::move(disabled);
  Result<Snapshot> found = c.snapshots.Find(call.Param("key"));
  if (!found.ok()) return ErrorAnswer(found.error());
  if (!IsOwn(*found, call) && !call.who.May(grafana::Role::kEditor))
    return Denied("snapshots:delete");
  return Deleted(c.snapshots.Delete(found->key));
}

net::Response DeleteByKey(ContentContext& c, const Call& call) {
  if (auto disabled = IfDisabled(c)) return *std::move(disabled);
  return Deleted(c.snapshots.DeleteByDeleteKey(call.Param("deleteKey")));
}

net::Response List(ContentContext& c, const Call& call) {
  if (auto disabled = IfDisabled(c)) return *std::move(disabled);
  Result<std::vector<Snapshot>> list =
      c.snapshots.List(call.query.Get("query"), LimitOf(call, "limit", kMaxListed, kMaxListed));
  if (!list.ok()) return ErrorAnswer(list.error());
  bool all = call.who.May(grafana::Role::kEditor);
  JsonWriter json;
  json.BeginArray();
  for (const Snapshot& snapshot : *list) {
    if (!all && !IsOwn(snapshot, call)) continue;
    json.BeginObject().Field("id", snapshot.id).Field("name", snapshot.name);
    json.Field("key", snapshot.key).Field("orgId", 1).Field("userId", snapshot.user_id);
    json.Field("external", false).Field("externalUrl", "");
    json.Field("expires", GoTime(snapshot.expires)).Field("created", GoTime(snapshot.created));
    json.Field("updated", GoTime(snapshot.updated)).EndObject();
  }
  json.EndArray();
  return Answer(json);
}

net::Response SharedOptions(ContentContext& c, const Call&) {
  JsonWriter json;
  json.BeginObject().Field("externalEnabled", false).Field("externalSnapshotName", "");
  json.Field("externalSnapshotURL", "");
  json.Field("snapshotEnabled", c.rooms.settings->other.snapshots_enabled).EndObject();
  return Answer(json);
}

// Who has a key needs nothing else: that is what snapshots are for.
constexpr ContentRoute kRoutes[] = {
    {"POST", "/api/snapshots", Need::kSignedIn, &Create},
    {"GET", "/api/snapshots/:key", Need::kNothing, &Get},
    {"DELETE", "/api/snapshots/:key", Need::kViewer, &Delete},
    {"GET", "/api/snapshots-delete/:deleteKey", Need::kNothing, &DeleteByKey},
    {"GET", "/api/dashboard/snapshots", Need::kViewer, &List},
    {"GET", "/api/snapshot/shared-options", Need::kViewer, &SharedOptions},
};

}  // namespace

void RegisterSnapshots(GrafanaRoutes& routes, ContentContext& context) {
  AddRoutes(routes, context, kRoutes);
}

}  // namespace watchfire::api

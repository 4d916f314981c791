#include <map>

#include "api/grafana/content/context.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

using codec::Json;
using codec::JsonWriter;
using grafana::Annotation;
using grafana::AnnotationQuery;

// Dashboards of the answer, each looked up once.
class BoardsOf {
 public:
  explicit BoardsOf(const ContentContext& c) : c_(c) {}
  const grafana::DashboardMeta& Find(const std::string& uid) {
    auto found = metas_.find(uid);
    if (found != metas_.end()) return found->second;
    grafana::DashboardMeta meta;
    if (!uid.empty()) {
      Result<grafana::StoredDashboard> stored = c_.rooms.dashboards->Find(uid);
      if (stored.ok()) meta = std::move(stored->meta);
    }
    return metas_.emplace(uid, std::move(meta)).first->second;
  }
  bool May(const grafana::Identity& who, Level level, const std::string& uid) {
    const grafana::DashboardMeta& meta = Find(uid);
    return c_.May(who, level, meta.uid, meta.folder_uid);
  }

 private:
  const ContentContext& c_;
  std::map<std::string, grafana::DashboardMeta> metas_;
};

void WriteAnnotation(JsonWriter& json, const Annotation& a, int64_t dashboard_id) {
  json.BeginObject().Field("id", a.id).Field("alertId", 0).Field("alertName", a.alert_name);
  if (!a.alert_uid.empty()) json.Field("alertUID", a.alert_uid);
  json.Field("dashboardId", dashboard_id);
  json.Key("dashboardUID");
  a.dashboard_uid.empty() ? json.Null() : json.String(a.dashboard_uid);
  json.Field("panelId", a.panel_id).Field("userId", a.user_id).Field("userName", a.login);
  json.Field("newState", a.new_state).Field("prevState", a.prev_state);
  json.Field("created", a.created).Field("updated", a.updated).Field("time", a.time);
  json.Field("timeEnd", a.time_end).Field("text", a.text).Key("tags").BeginArray();
  for (const std::string& tag : a.tags) json.String(tag);
  json.EndArray().Field("login", a.login).Field("email", "").Field("avatarUrl", "");
  a.data.WriteTo(&json.Key("data"));
  json.EndObject();
}

Result<AnnotationQuery> ReadQuery(const ContentContext& c, const Call& call) {
  AnnotationQuery query;
  query.from = IntOf(call.query.Get("from"), 0);
  query.to = IntOf(call.query.Get("to"), 0);
  if (call.query.Has("dashboardUID")) query.dashboard_uid = call.query.Get("dashboardUID");
  int64_t id = IntOf(call.query.Get("dashboardId"), 0);
  if (id > 0) query.dashboard_uid = TRY(c.UidOfDashboardId(id));
  query.panel_id = IntOf(call.query.Get("panelId"), 0);
  query.user_id = IntOf(call.query.Get("userId"), 0);
  query.alert_uid = std::string(call.query.Get("alertUID"));
  query.tags = call.query.GetAll("tags");
  query.match_any = IsTrue(call.query.Get("matchAny"));
  std::string_view type = call.query.Get("type");
  query.alerts = type != "annotation";
  query.others = type != "alert";
  query.limit = LimitOf(call, "limit", 100, 10'000);
  return query;
}

net::Response List(ContentContext& c, const Call& call) {
  Result<AnnotationQuery> query = ReadQuery(c, call);
  if (!query.ok()) return ErrorAnswer(query.error());
  Result<std::vector<Annotation>> found = c.annotations.Query(*query);
  if (!found.ok()) return ErrorAnswer(found.error());
  BoardsOf boards(c);
  JsonWriter json;
  json.BeginArray();
  for (const Annotation& a : *found) {
    if (!boards.May(call.who, kView, a.dashboard_uid)) continue;
    WriteAnnotation(json, a, boards.Find(a.dashboard_uid).id);
  }
  json.EndArray();
  return Answer(json);
}

// The dashboard that a body names, "" for none.
Result<std::string> DashboardIn(const ContentContext& c, const Json& body) {
  std::string uid = StringAt(body, "dashboardUID");
  if (uid.empty()) uid = StringAt(body, "dashboardUid");
  int64_t id = IntAt(body, "dashboardId");
  if (uid.empty() && id > 0) return c.UidOfDashboardId(id);
  if (!uid.empty()) TRY(c.rooms.dashboards->Find(uid));
  return uid;
}

net::Response Added(ContentContext& c, Annotation annotation, std::string_view message) {
  Result<Annotation> added = c.annotations.Add(std::move(annotation));
  if (!added.ok()) return ErrorAnswer(added.error());
  JsonWriter json;
  json.BeginObject().Field("id", added->id).Field("message", message).EndObject();
  return Answer(json);
}

net::Response Create(ContentContext& c, const Call& call) {
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  Result<std::string> dashboard = DashboardIn(c, body.json);
  if (!dashboard.ok()) return ErrorAnswer(dashboard.error());
  if (!BoardsOf(c).May(call.who, kEdit, *dashboard)) return Denied("annotations:create");
  Annotation a;
  a.dashboard_uid = *dashboard;
  a.panel_id = IntAt(body.json, "panelId");
  a.user_id = call.who.id;
  a.login = call.who.login;
  a.time = IntAt(body.json, "time");
  a.time_end = IntAt(body.json, "timeEnd");
  a.text = StringAt(body.json, "text");
  a.tags = StringsAt(body.json, "tags");
  if (const Json* data = body.json.Find("data")) a.data = *data;
  return Added(c, std::move(a), "Annotation added");
}

net::Response CreateGraphite(ContentContext& c, const Call& call) {
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  if (!c.May(call.who, kEdit, "", "")) return Denied("annotations:create");
  Annotation a;
  a.user_id = call.who.id;
  a.login = call.who.login;
  a.text = StringAt(body.json, "what");
  if (a.text.empty()) return Message(400, "what field should not be empty");
  std::string data = StringAt(body.json, "data");
  if (!data.empty()) a.text += "\n" + data;
  // Seconds, unless they are so many that they are milliseconds.
  int64_t when = IntAt(body.json, "when");
  a.time = when > 0 && when < 100'000'000'000 ? when * 1'000 : when;
  a.tags = StringsAt(body.json, "tags");
  for (std::string_view tag : Split(StringAt(body.json, "tags"), ' ')) {
    if (!tag.empty()) a.tags.emplace_back(tag);
  }
  return Added(c, std::move(a), "Graphite annotation added");
}

// The annotation of the path if this may be done with it, else the answer to send.
struct Found {
  Annotation annotation;
  std::optional<net::Response> refused;
};
Found Find(const ContentContext& c, const Call& call, Level level) {
  Result<Annotation> found = c.annotations.Find(IntOf(call.Param("id"), 0));
  if (!found.ok()) return {{}, ErrorAnswer(found.error())};
  if (!BoardsOf(c).May(call.who, level, found->dashboard_uid)) {
    return {{}, Denied(level == kView ? "annotations:read" : "annotations:write")};
  }
  return {*std::move(found), std::nullopt};
}

net::Response Get(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kView);
  if (found.refused) return *std::move(found.refused);
  JsonWriter json;
  WriteAnnotation(json, found.annotation, BoardsOf(c).Find(found.annotation.dashboard_uid).id);
  return Answer(json);
}

net::Response Change(ContentContext& c, const Call& call, bool whole, std::string_view message) {
  Found found = Find(c, call, kEdit);
  if (found.refused) return *std::move(found.refused);
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  Annotation a = std::move(found.annotation);
  bool moves = body.json.Find("time") != nullptr;
  if (whole || body.json.Find("text") != nullptr) a.text = StringAt(body.json, "text");
  if (whole || body.json.Find("tags") != nullptr) a.tags = StringsAt(body.json, "tags");
  if (moves) a.time = IntAt(body.json, "time");
  if (body.json.Find("timeEnd") != nullptr) {
    a.time_end = IntAt(body.json, "timeEnd");
  } else if (moves && (whole || a.time_end < a.time)) {
    a.time_end = a.time;
  }
  if (const Json* data = body.json.Find("data")) a.data = *data;
  Result<void> updated = c.annotations.Update(a);
  return updated.ok() ? Message(200, message) : ErrorAnswer(updated.error());
}

net::Response Put(ContentContext& c, const Call& call) {
  return Change(c, call, true, "Annotation updated");
}

net::Response Patch(ContentContext& c, const Call& call) {
  return Change(c, call, false, "Annotation patched");
}

net::Response Delete(ContentContext& c, const Call& call) {
  Found found = Find(c, call, kEdit);
  if (found.refused) return *std::move(found.refused);
  Result<void> deleted = c.annotations.Delete(found.annotation.id);
  return deleted.ok() ? Message(200, "Annotation deleted") : ErrorAnswer(deleted.error());
}

net::Response Tags(ContentContext& c, const Call& call) {
  Result<std::vector<grafana::Annotations::TagCount>> tags =
      c.annotations.Tags(call.query.Get("tag"), LimitOf(call, "limit", 100, 10'000));
  if (!tags.ok()) return ErrorAnswer(tags.error());
  JsonWriter json;
  json.BeginObject().Key("result").BeginObject().Key("tags").BeginArray();
  for (const grafana::Annotations::TagCount& tag : *tags) {
    json.BeginObject().Field("tag", tag.tag).Field("count", tag.count).EndObject();
  }
  json.EndArray().EndObject().EndObject();
  return Answer(json);
}

net::Response MassDelete(ContentContext& c, const Call& call) {
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  int64_t id = IntAt(body.json, "annotationId");
  Result<std::string> dashboard = DashboardIn(c, body.json);
  if (!dashboard.ok()) return ErrorAnswer(dashboard.error());
  if (id > 0) {
    Result<Annotation> found = c.annotations.Find(id);
    if (!found.ok()) return ErrorAnswer(found.error());
    if (!BoardsOf(c).May(call.who, kEdit, found->dashboard_uid))
      return Denied("annotations:delete");
    Result<void> deleted = c.annotations.Delete(id);
    return deleted.ok() ? Message(200, "Annotations deleted") : ErrorAnswer(deleted.error());
  }
  if (dashboard->empty()) {
    return Message(400, "DashboardId/DashboardUID and PanelId are both required for mass delete");
  }
  if (!BoardsOf(c).May(call.who, kEdit, *dashboard)) return Denied("annotations:delete");
  Result<int64_t> deleted = c.annotations.DeleteOf(*dashboard, IntAt(body.json, "panelId"));
  return deleted.ok() ? Message(200, "Annotations deleted") : ErrorAnswer(deleted.error());
}

constexpr ContentRoute kRoutes[] = {
    {"GET", "/api/annotations", Need::kViewer, &List},
    {"POST", "/api/annotations", Need::kViewer, &Create},
    {"POST", "/api/annotations/graphite", Need::kViewer, &CreateGraphite},
    {"POST", "/api/annotations/mass-delete", Need::kViewer, &MassDelete},
    {"GET", "/api/annotations/tags", Need::kViewer, &Tags},
    {"GET", "/api/annotations/:id", Need::kViewer, &Get},
    {"PUT", "/api/annotations/:id", Need::kViewer, &Put},
    {"PATCH", "/api/annotations/:id", Need::kViewer, &Patch},
    {"DELETE", "/api/annotations/:id", Need::kViewer, &Delete},
};

}  // namespace

void RegisterAnnotations(GrafanaRoutes& routes, ContentContext& context) {
  AddRoutes(routes, context, kRoutes);
}

}  // namespace watchfire::api

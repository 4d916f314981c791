#include "api/grafana/content/context.h"
#include "base/text.h"

namespace watchfire::api {
namespace {

using codec::Json;
using codec::JsonWriter;
using grafana::DataSource;
using grafana::DataSourcePtr;

constexpr std::string_view kNotFound = "Data source not found";

std::string TypeName(const std::string& type) {
  if (type.empty()) return type;
  return ToUpper(type.substr(0, 1)) + type.substr(1);
}

// Whoever may not change sources sees what panels need, and not where they lead.
void WriteSource(JsonWriter& json, const Call& call, const DataSource& s, bool in_list) {
  bool whole = call.who.May(grafana::Role::kAdmin);
  json.BeginObject().Field("id", s.id).Field("uid", s.uid).Field("orgId", 1);
  json.Field("name", s.name).Field("type", s.type).Field("typeName", TypeName(s.type));
  json.Field("typeLogoUrl", "").Field("access", s.access).Field("url", whole ? s.url : "");
  json.Field("user", whole ? s.user : "").Field("database", whole ? s.database : "");
  json.Field("basicAuth", s.basic_auth);
  if (!in_list) {
    json.Field("basicAuthUser", whole ? s.basic_auth_user : "");
    json.Field("withCredentials", s.with_credentials);
  }
  json.Field("isDefault", s.is_default);
  s.json_data.WriteTo(&json.Key("jsonData"));
  if (!in_list) {
    json.Key("secureJsonFields").BeginObject();
    if (whole) {
      for (const auto& [name, secret] : s.secure) json.Field(name, !secret.empty());
    }
    json.EndObject().Field("version", s.version);
  }
  json.Field("readOnly", s.read_only);
  if (!in_list) {
    json.Field("apiVersion", "");
    WriteAccessControl(json, call, "datasources", whole && !s.read_only, false);
  }
  json.EndObject();
}

net::Response AnswerSource(const Call& call, const DataSourcePtr& source) {
  if (source == nullptr) return Message(404, kNotFound);
  JsonWriter json;
  WriteSource(json, call, *source, false);
  return Answer(json);
}

net::Response List(ContentContext& c, const Call& call) {
  JsonWriter json;
  json.BeginArray();
  for (const DataSourcePtr& source : c.rooms.sources->All()) WriteSource(json, call, *source, true);
  json.EndArray();
  return Answer(json);
}

DataSourcePtr OfId(const ContentContext& c, const Call& call) {
  int64_t id = IntOf(call.Param("id"), 0);
  return id > 0 ? c.rooms.sources->ById(id) : nullptr;
}
DataSourcePtr OfUid(const ContentContext& c, const Call& call) {
  return c.rooms.sources->ByUid(call.Param("uid"));
}
DataSourcePtr OfName(const ContentContext& c, const Call& call) {
  return c.rooms.sources->ByName(call.Param("name"));
}

net::Response GetById(ContentContext& c, const Call& call) {
  return AnswerSource(call, OfId(c, call));
}
net::Response GetByUid(ContentContext& c, const Call& call) {
  return AnswerSource(call, OfUid(c, call));
}
net::Response GetByName(ContentContext& c, const Call& call) {
  return AnswerSource(call, OfName(c, call));
}

net::Response IdOfName(ContentContext& c, const Call& call) {
  DataSourcePtr source = OfName(c, call);
  if (source == nullptr) return Message(404, kNotFound);
  JsonWriter json;
  json.BeginObject().Field("id", source->id).EndObject();
  return Answer(json);
}

// What a body says, over `base`.
Result<DataSource> ReadSource(const Json& body, DataSource base) {
  auto text = [&](const char* key, std::string& to) {
    const Json* value = body.Find(key);
    if (value != nullptr && value->AsString() != nullptr) to = *value->AsString();
  };
  text("uid", base.uid);
  text("name", base.name);
  text("type", base.type);
  text("access", base.access);
  text("url", base.url);
  text("user", base.user);
  text("database", base.database);
  text("basicAuthUser", base.basic_auth_user);
  base.basic_auth = BoolAt(body, "basicAuth", base.basic_auth);
  base.with_credentials = BoolAt(body, "withCredentials", base.with_credentials);
  base.is_default = BoolAt(body, "isDefault", base.is_default);
  base.version = IntAt(body, "version");
  if (const Json* settings = body.Find("jsonData")) base.json_data = *settings;
  base.secure.clear();
  const Json* secure = body.Find("secureJsonData");
  if (secure == nullptr || secure->is_null()) return base;
  if (secure->AsObject() == nullptr) return Error::Invalid("secureJsonData must be an object");
  for (const Json::Member& member : *secure->AsObject()) {
    const std::string* value = member.value.AsString();
    if (value == nullptr) return Error::Invalid("secureJsonData.{} must be a text", member.name);
    base.secure[member.name] = Secret(*value);
  }
  return base;
}

net::Response Stored(const Call& call, const DataSourcePtr& source, std::string_view message) {
  JsonWriter json;
  json.BeginObject().Key("datasource");
  WriteSource(json, call, *source, false);
  json.Field("id", source->id).Field("message", message).Field("name", source->name).EndObject();
  return Answer(json);
}

net::Response Create(ContentContext& c, const Call& call) {
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  if (StringAt(body.json, "name").empty() || StringAt(body.json, "type").empty()) {
    return Message(400, "bad request data: name and type are required");
  }
  Result<DataSource> wanted = ReadSource(body.json, {});
  if (!wanted.ok()) return Message(400, wanted.error().message());
  Result<DataSourcePtr> made = c.rooms.sources->Create(*std::move(wanted));
  return made.ok() ? Stored(call, *made, "Datasource added") : ErrorAnswer(made.error());
}

net::Response Update(ContentContext& c, const Call& call, const DataSourcePtr& stored) {
  if (stored == nullptr) return Message(404, kNotFound);
  ReadBody body = ObjectOf(call);
  if (body.refused) return *std::move(body.refused);
  Result<DataSource> changed = ReadSource(body.json, *stored);
  if (!changed.ok()) return Message(400, changed.error().message());
  // The path says which one; its uid stays what dashboards refer to.
  changed->uid = stored->uid;
  Result<DataSourcePtr> updated = c.rooms.sources->Update(*std::move(changed));
  if (updated.ok()) return Stored(call, *updated, "Datasource updated");
  bool conflict = updated.error().message() == grafana::kVersionConflict;
  return conflict ? Message(409, updated.error().message()) : ErrorAnswer(updated.error());
}

net::Response UpdateById(ContentContext& c, const Call& call) {
  return Update(c, call, OfId(c, call));
}
net::Response UpdateByUid(ContentContext& c, const Call& call) {
  return Update(c, call, OfUid(c, call));
}

net::Response Delete(ContentContext& c, const DataSourcePtr& source) {
  if (source == nullptr) return Message(404, kNotFound);
  Result<void> deleted = c.rooms.sources->Delete(source->uid);
  if (!deleted.ok()) return ErrorAnswer(deleted.error());
  JsonWriter json;
  json.BeginObject().Field("id", source->id).Field("message", "Data source deleted").EndObject();
  return Answer(json);
}

net::Response DeleteById(ContentContext& c, const Call& call) {
  return Delete(c, OfId(c, call));
}
net::Response DeleteByUid(ContentContext& c, const Call& call) {
  return Delete(c, OfUid(c, call));
}
net::Response DeleteByName(ContentContext& c, const Call& call) {
  return Delete(c, OfName(c, call));
}

net::Response AllCorrelations(ContentContext&, const Call&) {
  return net::Response::Json(200, R"({"correlations":[],"totalCount":0,"page":1,"limit":100})");
}

net::Response Correlations(ContentContext& c, const Call& call) {
  return OfUid(c, call) == nullptr ? Message(404, kNotFound) : net::Response::Json(200, "[]");
}

constexpr ContentRoute kRoutes[] = {
    {"GET", "/api/datasources", Need::kViewer, &List},
    {"POST", "/api/datasources", Need::kAdmin, &Create},
    {"GET", "/api/datasources/correlations", Need::kViewer, &AllCorrelations},
    {"GET", "/api/datasources/uid/:uid", Need::kViewer, &GetByUid},
    {"PUT", "/api/datasources/uid/:uid", Need::kAdmin, &UpdateByUid},
    {"DELETE", "/api/datasources/uid/:uid", Need::kAdmin, &DeleteByUid},
    {"GET", "/api/datasources/uid/:uid/correlations", Need::kViewer, &Correlations},
    {"GET", "/api/datasources/name/:name", Need::kViewer, &GetByName},
    {"DELETE", "/api/datasources/name/:name", Need::kAdmin, &DeleteByName},
    {"GET", "/api/datasources/id/:name", Need::kViewer, &IdOfName},
    {"GET", "/api/datasources/:id", Need::kViewer, &GetById},
    {"PUT", "/api/datasources/:id", Need::kAdmin, &UpdateById},
    {"DELETE", "/api/datasources/:id", Need::kAdmin, &DeleteById},
};

}  // namespace

void RegisterDataSources(GrafanaRoutes& routes, ContentContext& context) {
  AddRoutes(routes, context, kRoutes);
}

}  // namespace watchfire::api

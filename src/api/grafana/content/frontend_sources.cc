#include "api/grafana/content/frontend_sources.h"

#include "base/text.h"

namespace watchfire::api {
namespace {

void WriteMeta(codec::JsonWriter& json, std::string_view type) {
  json.Key("meta").BeginObject();
  json.Field("id", std::string(type)).Field("name", std::string(type));
  json.Field("type", "datasource").Field("module", "");
  json.Field("metrics", true).Field("annotations", true).Field("alerting", true);
  json.EndObject();
}

// Those that Grafana always has; requests never reach them.
void WriteBuiltIn(codec::JsonWriter& json, std::string_view name, std::string_view uid,
                  std::string_view type) {
  json.Key(name).BeginObject();
  json.Field("id", -1).Field("uid", uid).Field("name", name).Field("type", type);
  json.Field("access", "proxy").Field("isDefault", false).Field("readOnly", false);
  json.Key("jsonData").BeginObject().EndObject();
  WriteMeta(json, type);
  json.EndObject();
}

}  // namespace

void WriteFrontendSources(const grafana::DataSources& sources, codec::JsonWriter& json) {
  grafana::DataSourcePtr chosen = sources.Default();
  json.Field("defaultDatasource", chosen ? chosen->name : std::string());
  json.Key("datasources").BeginObject();
  for (const grafana::DataSourcePtr& source : sources.All()) {
    json.Key(source->name).BeginObject();
    json.Field("id", source->id).Field("uid", source->uid).Field("name", source->name);
    json.Field("type", source->type).Field("access", "proxy");
    json.Field("url", "/api/datasources/proxy/uid/" + source->uid);
    json.Field("isDefault", source == chosen).Field("readOnly", source->read_only);
    json.Key("jsonData");
    if (source->json_data.AsObject() != nullptr) {
      source->json_data.WriteTo(&json);
    } else {
      json.BeginObject().EndObject();
    }
    WriteMeta(json, source->type);
    json.EndObject();
  }
  WriteBuiltIn(json, "-- Grafana --", "grafana", "datasource");
  WriteBuiltIn(json, "-- Mixed --", "-- Mixed --", "datasource");
  WriteBuiltIn(json, "-- Dashboard --", "-- Dashboard --", "datasource");
  json.EndObject();
}

}  // namespace watchfire::api

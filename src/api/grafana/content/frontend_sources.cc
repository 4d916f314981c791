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

codec::Json WithInterval(const grafana::DataSource& source, int64_t interval_ms) {
  codec::Json data = source.json_data;
  if (data.AsObject() == nullptr) data = codec::Json::OfObject({});
  const codec::Json* given = data.Find("timeInterval");
  bool says = given != nullptr && given->AsString() != nullptr && !given->AsString()->empty();
  if (!says && interval_ms > 0) {
    data.Set("timeInterval", codec::Json::OfString(fmt::format("{}ms", interval_ms)));
  }
  return data;
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

void WriteFrontendSources(const grafana::DataSources& sources, const FactsOf& facts,
                          codec::JsonWriter& json) {
  grafana::DataSourcePtr chosen = sources.Default();
  json.Field("defaultDatasource", chosen ? chosen->name : std::string());
  json.Key("datasources").BeginObject();
  for (const grafana::DataSourcePtr& source : sources.All()) {
    json.Key(source->name).BeginObject();
    json.Field("id", source->id).Field("uid", source->uid).Field("name", source->name);
    json.Field("type", source->type).Field("access", "proxy");
    json.Field("url", "/api/datasources/proxy/uid/" + source->uid);
    json.Field("isDefault", source == chosen).Field("readOnly", source->read_only);
    SourceFacts known = facts ? facts(*source) : SourceFacts{};
    json.Field("own", known.own);
    WithInterval(*source, known.interval_ms).WriteTo(&json.Key("jsonData"));
    WriteMeta(json, source->type);
    json.EndObject();
  }
  WriteBuiltIn(json, "-- Grafana --", "grafana", "datasource");
  WriteBuiltIn(json, "-- Mixed --", "-- Mixed --", "datasource");
  WriteBuiltIn(json, "-- Dashboard --", "-- Dashboard --", "datasource");
  json.EndObject();
}

}  // namespace watchfire::api

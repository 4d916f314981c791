#include "api/grafana/managed_alerts/shapes.h"

#include <cmath>

#include "codec/yaml.h"
#include "model/duration.h"

namespace watchfire::api {
namespace {

using codec::Json;

bool IsEmptyTree(const Json& json) {
  if (json.AsObject() != nullptr) return json.AsObject()->empty();
  return json.AsArray() != nullptr && json.AsArray()->empty();
}

bool IsTree(const Json& json) {
  return (json.AsObject() != nullptr || json.AsArray() != nullptr) && !IsEmptyTree(json);
}

void WriteScalar(const Json& json, std::string& out) {
  const std::string* text = json.AsString();
  if (text == nullptr) {
    out += json.ToString();
  } else if (text->find_first_of("\n\r\t") != std::string::npos) {
    codec::AppendJsonString(out, *text);
  } else {
    out += yaml::QuoteScalar(*text);
  }
}

// `inline_first`: the first line continues what stands there ("- ").
void WriteYaml(const Json& json, size_t indent, bool inline_first, std::string& out) {
  std::string pad(indent, ' ');
  bool first = true;
  auto begin = [&] {
    if (!first || !inline_first) out += pad;
    first = false;
  };
  if (const Json::Object* object = json.AsObject()) {
    for (const Json::Member& member : *object) {
      begin();
      out += yaml::QuoteScalar(member.name) + ":";
      if (!IsTree(member.value)) {
        out += " ";
        WriteScalar(member.value, out);
        out += "\n";
        continue;
      }
      out += "\n";
      WriteYaml(member.value, indent + 2, false, out);
    }
  } else if (const Json::Array* array = json.AsArray()) {
    for (const Json& item : *array) {
      begin();
      out += "- ";
      if (IsTree(item)) {
        WriteYaml(item, indent + 2, true, out);
      } else {
        WriteScalar(item, out);
        out += "\n";
      }
    }
  }
}

Json Field(std::string_view name, std::string_view type, Json labels) {
  Json field = Json::OfObject({});
  field.Set("name", Text(name));
  field.Set("type", Text(type));
  Json info = Json::OfObject({});
  info.Set("frame", Text(type == "time" ? "time.Time" : "float64"));
  field.Set("typeInfo", std::move(info));
  if (!labels.is_null()) field.Set("labels", std::move(labels));
  return field;
}

Json Value(std::optional<double> value) {
  return value && std::isfinite(*value) ? Json::OfDouble(*value) : Json();
}

Json Frame(const std::string& ref, Json::Array fields, Json::Array values) {
  Json schema = Json::OfObject({});
  schema.Set("refId", Text(ref));
  schema.Set("fields", Json::OfArray(std::move(fields)));
  Json data = Json::OfObject({});
  data.Set("values", Json::OfArray(std::move(values)));
  Json frame = Json::OfObject({});
  frame.Set("schema", std::move(schema));
  frame.Set("data", std::move(data));
  return frame;
}

}  // namespace

Json Text(std::string_view text) {
  return Json::OfString(std::string(text));
}

Json LabelsObject(const model::Labels& labels) {
  Json json = Json::OfObject({});
  for (const model::LabelView& label : labels) json.Set(label.name, Text(label.value));
  return json;
}

Json MapObject(const std::map<std::string, std::string>& map) {
  Json json = Json::OfObject({});
  for (const auto& [name, value] : map) json.Set(name, Text(value));
  return json;
}

std::string MemberText(const Json& json, std::string_view key) {
  const Json* value = json.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

std::string YamlText(const Json& json) {
  std::string out;
  if (!IsTree(json)) {
    WriteScalar(json, out);
    return out + "\n";
  }
  WriteYaml(json, 0, false, out);
  return out;
}

Result<void> ReadRules(const Json& body, grafana::RuleGroup* group) {
  if (const Json* interval = body.Find("interval")) {
    group->interval_ms = TRY(grafana::ParseRuleDuration(*interval, "interval"));
  }
  const Json* rules = body.Find("rules");
  if (rules == nullptr || rules->AsArray() == nullptr) return Error::Invalid("rules is required");
  for (const Json& item : *rules->AsArray()) {
    group->rules.push_back(TRY(grafana::ParseRule(item)));
  }
  return {};
}

net::Response EmptyAnswer() {
  net::Response response;
  response.status = 204;
  return response;
}

net::Response ExportAnswer(const Call& call, const Json& document) {
  std::string format(call.query.Get("format"));
  if (format.empty()) {
    bool json = call.request.headers.Get("Accept").find("application/json") != std::string::npos;
    format = json ? "json" : "yaml";
  }
  if (format == "hcl") {
    return Message(400, "HCL is not written by this server: ask for format=yaml or format=json");
  }
  if (format != "yaml" && format != "json") {
    return Message(400, fmt::format("unknown format \"{}\": ask for yaml or json", format));
  }
  net::Response response = JsonAnswer(200, document);
  if (format == "yaml") {
    response = net::Response::Text(200, YamlText(document));
    response.headers.Set("Content-Type", "application/yaml");
  }
  if (call.query.Get("download") == "true") {
    response.headers.Set("Content-Disposition",
                         fmt::format("attachment; filename=\"export.{}\"", format));
  }
  return response;
}

Json GroupForFile(const grafana::RuleGroup& group, const std::string& folder_title) {
  Json json = Json::OfObject({});
  json.Set("orgId", Json::OfInt(1));
  json.Set("name", Text(group.name));
  json.Set("folder", Text(folder_title));
  json.Set("interval", Text(model::FormatDuration(group.interval_ms)));
  Json::Array rules;
  for (const grafana::ManagedRule& rule : group.rules) {
    rules.push_back(RuleJson(rule, grafana::Spelling::kFile));
  }
  json.Set("rules", Json::OfArray(std::move(rules)));
  return json;
}

Json PointsForFile(const grafana::ContactState& state, bool reveal) {
  std::vector<std::string> names;
  Json::Array points;
  for (const grafana::ContactPoint& first : state.points) {
    if (std::ranges::find(names, first.name) != names.end()) continue;
    names.push_back(first.name);
    Json::Array receivers;
    for (const grafana::ContactPoint& point : state.points) {
      if (point.name != first.name) continue;
      Json receiver = Json::OfObject({});
      receiver.Set("uid", Text(point.uid));
      receiver.Set("type", Text(point.type));
      receiver.Set("settings", ShownSettings(point, reveal));
      receiver.Set("disableResolveMessage", Json::OfBool(point.disable_resolve));
      receivers.push_back(std::move(receiver));
    }
    Json point = Json::OfObject({});
    point.Set("orgId", Json::OfInt(1));
    point.Set("name", Text(first.name));
    point.Set("receivers", Json::OfArray(std::move(receivers)));
    points.push_back(std::move(point));
  }
  return Json::OfArray(std::move(points));
}

Json PointObject(const grafana::ContactPoint& point, const grafana::Settings* settings) {
  Json json = Json::OfObject({});
  json.Set("uid", Text(point.uid));
  json.Set("name", Text(point.name));
  json.Set("type", Text(point.type));
  json.Set("settings", ShownSettings(point));
  json.Set("disableResolveMessage", Json::OfBool(point.disable_resolve));
  json.Set("provenance", Text(point.provenance));
  std::string why = UndeliveredBecause(point, settings);
  if (!why.empty()) json.Set("notDelivered", Text(why));
  return json;
}

Json FramesOf(const grafana::NodeValue& value, const std::string& ref) {
  Json::Array frames;
  if (const auto* numbers = std::get_if<std::vector<grafana::Number>>(&value.data)) {
    for (const grafana::Number& number : *numbers) {
      Json::Array fields = {Field(ref, "number", LabelsObject(number.labels))};
      Json::Array values = {Json::OfArray({Value(number.value)})};
      frames.push_back(Frame(ref, std::move(fields), std::move(values)));
    }
  } else if (const auto* all = std::get_if<std::vector<grafana::TimeSeries>>(&value.data)) {
    for (const grafana::TimeSeries& series : *all) {
      Json::Array t, v;
      for (TimeMs time : series.t) t.push_back(Json::OfInt(time));
      for (const std::optional<double>& one : series.v) v.push_back(Value(one));
      Json::Array fields = {Field("Time", "time", Json()),
                            Field("Value", "number", LabelsObject(series.labels))};
      Json::Array values = {Json::OfArray(std::move(t)), Json::OfArray(std::move(v))};
      frames.push_back(Frame(ref, std::move(fields), std::move(values)));
    }
  }
  return Json::OfArray(std::move(frames));
}

grafana::RuleEditor EditorOf(const Call& call, bool provisioning) {
  bool plain = !provisioning || call.request.headers.Has("X-Disable-Provenance");
  return {plain ? grafana::From::kPages : grafana::From::kApi, call.who.login};
}

}  // namespace watchfire::api

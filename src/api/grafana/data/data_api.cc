#include "api/grafana/data/data_api.h"

#include <algorithm>
#include <array>

#include "api/grafana/data/query_batch.h"
#include "base/numbers.h"
#include "base/text.h"
#include "codec/json_writer.h"

namespace watchfire::api {
namespace {

using codec::Json;

constexpr std::string_view kNotFound = "Data source not found";

// What viewers may send on besides asking for a page: queries whose parameters do not fit an
// address.
bool MayPost(std::string_view path) {
  static constexpr std::array<std::string_view, 9> kPaths = {
      "api/v1/query",       "api/v1/query_range",     "api/v1/series",
      "api/v1/labels",      "api/v1/query_exemplars", "api/v1/format_query",
      "api/v1/parse_query", "api/v1/query_advice",    "api/v1/query_explain"};
  while (path.starts_with('/')) path.remove_prefix(1);
  return std::find(kPaths.begin(), kPaths.end(), path) != kPaths.end();
}

// The panel with that id, also within rows; null if there is none.
const Json* FindPanel(const Json& panels, int64_t id, int depth) {
  if (panels.AsArray() == nullptr || depth > 3) return nullptr;
  for (const Json& panel : *panels.AsArray()) {
    const Json* number = panel.Find("id");
    if (number != nullptr && number->AsInt() == id) return &panel;
    const Json* inner = panel.Find("panels");
    const Json* found = inner == nullptr ? nullptr : FindPanel(*inner, id, depth + 1);
    if (found != nullptr) return found;
  }
  return nullptr;
}

// The body of a query as a panel would have sent it.
Json BodyOfPanel(const Json& panel, const Json& asked) {
  Json::Array queries;
  const Json* targets = panel.Find("targets");
  const Json* source = panel.Find("datasource");
  if (targets != nullptr && targets->AsArray() != nullptr) {
    for (const Json& target : *targets->AsArray()) {
      if (target.AsObject() == nullptr) continue;
      Json query = target;
      if (query.Find("datasource") == nullptr && source != nullptr) {
        query.Set("datasource", *source);
      }
      for (std::string_view key : {"intervalMs", "maxDataPoints"}) {
        if (const Json* value = asked.Find(key)) query.Set(key, *value);
      }
      queries.push_back(std::move(query));
    }
  }
  Json body;
  body.Set("queries", Json::OfArray(std::move(queries)));
  return body;
}

net::Response Answer(BatchAnswer answer) {
  return net::Response::Json(answer.failed ? 400 : 200, std::move(answer.json));
}

}  // namespace

DataApi::DataApi(DataDependencies deps) : deps_(std::move(deps)) {}

void DataApi::Register(GrafanaRoutes& routes) {
  auto add = [&](const char* method, const char* pattern, Need need,
                 net::Response (DataApi::*handler)(const Call&)) {
    routes.Add(method, pattern, need,
               [this, handler](const Call& c) { return (this->*handler)(c); });
  };
  add("POST", "/api/ds/query", Need::kViewer, &DataApi::Query);
  add("POST", "/api/ds/why-no-data", Need::kViewer, &DataApi::WhyNoData);
  add("POST", "/api/public/dashboards/:accessToken/panels/:panelId/query", Need::kNothing,
      &DataApi::PublicQuery);
  add("GET", "/api/datasources/uid/:uid/health", Need::kViewer, &DataApi::Health);
  add("GET", "/api/datasources/:id/health", Need::kViewer, &DataApi::Health);
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    for (const char* pattern :
         {"/api/datasources/proxy/uid/:uid/*path", "/api/datasources/proxy/:id/*path",
          "/api/datasources/uid/:uid/resources/*path", "/api/datasources/:id/resources/*path"}) {
      add(method, pattern, Need::kViewer, &DataApi::Forward);
    }
  }
}

net::Response DataApi::Query(const Call& call) {
  Result<Json> body = call.Body();
  if (!body.ok()) return ErrorAnswer(body.error());
  Result<Batch> batch = ReadBatch(*body, *deps_.sources, deps_.clock->Now());
  if (!batch.ok()) return ErrorAnswer(batch.error());
  BatchOptions options = {deps_.queries, deps_.pool, deps_.clock, call.request.cancelled};
  return Answer(RunBatch(*batch, options));
}

net::Response DataApi::PublicQuery(const Call& call) {
  if (!deps_.public_dashboard) return Message(404, "Public dashboard not found");
  std::optional<PublicDashboard> shown = deps_.public_dashboard(call.Param("accessToken"));
  if (!shown) return Message(404, "Public dashboard not found");
  Result<Json> asked = call.Body();
  if (!asked.ok()) return ErrorAnswer(asked.error());
  std::optional<int64_t> id = ParseInt(call.Param("panelId"));
  const Json* panels = shown->dashboard.Find("panels");
  const Json* panel = id && panels != nullptr ? FindPanel(*panels, *id, 0) : nullptr;
  if (panel == nullptr) return Message(404, "Public dashboard panel not found");
  Json body = BodyOfPanel(*panel, *asked);
  const Json* own = asked->Find("timeRange");
  bool chosen = shown->may_choose_time && own != nullptr && own->AsObject() != nullptr;
  if (const Json* range = chosen ? own : shown->dashboard.Find("time")) {
    for (std::string_view key : {"from", "to"}) {
      if (const Json* value = range->Find(key)) body.Set(key, *value);
    }
  }
  Result<Batch> batch = ReadBatch(body, *deps_.sources, deps_.clock->Now());
  if (!batch.ok()) return ErrorAnswer(batch.error());
  BatchOptions options = {deps_.queries, deps_.pool, deps_.clock, call.request.cancelled, true};
  return Answer(RunBatch(*batch, options));
}

grafana::DataSourcePtr DataApi::SourceOf(const Call& call) const {
  std::string_view uid = call.Param("uid");
  if (!uid.empty()) return deps_.sources->ByUid(uid);
  std::optional<int64_t> id = ParseInt(call.Param("id"));
  return id ? deps_.sources->ById(*id) : nullptr;
}

net::Response DataApi::Health(const Call& call) {
  grafana::DataSourcePtr source = SourceOf(call);
  if (source == nullptr) return Message(404, kNotFound);
  grafana::Queries::Health health = deps_.queries->Check(*source);
  codec::JsonWriter json;
  json.BeginObject().Field("message", health.message);
  json.Field("status", health.ok ? "OK" : "ERROR").Key("details");
  health.details.WriteTo(&json);
  json.EndObject();
  return net::Response::Json(health.ok ? 200 : 400, json.Take());
}

net::Response DataApi::Forward(const Call& call) {
  grafana::DataSourcePtr source = SourceOf(call);
  if (source == nullptr) return Message(404, kNotFound);
  std::string_view path = call.Param("path");
  const std::string& method = call.request.method;
  bool asks = method == "GET" || method == "HEAD" || (method == "POST" && MayPost(path));
  if (!asks)
    return Message(403, "non allow-listed " + method + "s not allowed on proxied data source");
  Result<net::Response> response = deps_.queries->Forward(*source, path, call.request);
  if (response.ok()) {
    // A page of theirs may not act on our pages' behalf.
    response->headers.Set("Content-Security-Policy", "sandbox");
    response->headers.Set("X-Content-Type-Options", "nosniff");
    return std::move(*response);
  }
  const Error& error = response.error();
  if (error.code() == ErrorCode::kInvalid) return Message(400, error.message());
  int status = error.code() == ErrorCode::kTimeout ? 504 : 502;
  return Message(status, "The data source cannot be reached: " + error.message());
}

}  // namespace watchfire::api

#include "api/prometheus_api.h"

namespace watchfire::api {

PrometheusApi::PrometheusApi(Dependencies dependencies)
    : deps_(std::move(dependencies)),
      // A pattern that does not compile is refused when flags are read.
      cors_origin_(model::Regex::Compile(deps_.cors_origin).value()) {}

void PrometheusApi::AddCors(const net::Request& request, net::Response& response) const {
  response.headers.Add("Vary", "Origin");
  std::string_view origin = request.headers.Get("Origin");
  if (origin.empty()) return;
  response.headers.Set("Access-Control-Allow-Headers",
                       "Accept, Authorization, Content-Type, Origin");
  response.headers.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  response.headers.Set("Access-Control-Expose-Headers", "Date");
  if (cors_origin_.Matches(origin)) {
    response.headers.Set("Access-Control-Allow-Origin", std::string(origin));
  }
}

void PrometheusApi::Api(net::Router& router, const std::string& path, Method method, Verbs verbs,
                        bool needs_ready) {
  std::string full = "/api/v1" + path;
  auto handler = [this, method, needs_ready](const net::Request& request) {
    net::Response response = needs_ready && !*deps_.ready ? NotReady() : (this->*method)(request);
    AddCors(request, response);
    return response;
  };
  auto options = [this](const net::Request& request) {
    net::Response response;
    response.status = 204;
    AddCors(request, response);
    return response;
  };
  if (verbs != Verbs::kPostPut) router.Handle("GET", full, handler);
  if (verbs != Verbs::kGet) router.Handle("POST", full, handler);
  if (verbs == Verbs::kPostPut) router.Handle("PUT", full, handler);
  router.Handle("OPTIONS", full, options);
}

void PrometheusApi::Register(net::Router& router) {
  Api(router, "/query", &PrometheusApi::Query, Verbs::kGetPost);
  Api(router, "/query_range", &PrometheusApi::QueryRange, Verbs::kGetPost);
  Api(router, "/query_explain", &PrometheusApi::QueryExplain, Verbs::kGetPost);
  Api(router, "/query_advice", &PrometheusApi::QueryAdvice, Verbs::kGetPost);
  Api(router, "/query_exemplars", &PrometheusApi::QueryExemplars, Verbs::kGetPost);
  Api(router, "/format_query", &PrometheusApi::FormatQuery, Verbs::kGetPost);
  Api(router, "/parse_query", &PrometheusApi::ParseQuery, Verbs::kGetPost);
  Api(router, "/series", &PrometheusApi::Series, Verbs::kGetPost);
  Api(router, "/labels", &PrometheusApi::LabelNames, Verbs::kGetPost);
  Api(router, "/label/:name/values", &PrometheusApi::LabelValues);
  Api(router, "/targets", &PrometheusApi::Targets);
  Api(router, "/scrape_pools", &PrometheusApi::ScrapePools);
  Api(router, "/targets/metadata", &PrometheusApi::TargetsMetadata);
  Api(router, "/metadata", &PrometheusApi::Metadata);
  Api(router, "/rules", &PrometheusApi::Rules);
  Api(router, "/rule_backtest", &PrometheusApi::RuleBacktest, Verbs::kGetPost);
  Api(router, "/alerts", &PrometheusApi::Alerts);
  Api(router, "/alertmanagers", &PrometheusApi::Alertmanagers);
  Api(router, "/status/config", &PrometheusApi::StatusConfig);
  Api(router, "/status/flags", &PrometheusApi::StatusFlags);
  Api(router, "/status/runtimeinfo", &PrometheusApi::StatusRuntimeInfo);
  Api(router, "/status/buildinfo", &PrometheusApi::StatusBuildInfo);
  Api(router, "/status/tsdb", &PrometheusApi::StatusTsdb);
  Api(router, "/status/tsdb/blocks", &PrometheusApi::StatusTsdbBlocks);
  Api(router, "/status/walreplay", &PrometheusApi::StatusWalReplay, Verbs::kGet, false);
  Api(router, "/notifications", &PrometheusApi::Notifications, Verbs::kGet, false);
  Api(router, "/admin/tsdb/delete_series", &PrometheusApi::DeleteSeries, Verbs::kPostPut);
  Api(router, "/admin/tsdb/clean_tombstones", &PrometheusApi::CleanTombstones, Verbs::kPostPut);
  Api(router, "/admin/tsdb/snapshot", &PrometheusApi::Snapshot, Verbs::kPostPut);
  // Answers in plain text and takes no part in CORS.
  router.Handle("POST", "/api/v1/write",
                [this](const net::Request& request) { return RemoteWrite(request); });
  RegisterManagement(router);
}

}  // namespace watchfire::api

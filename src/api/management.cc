// The management endpoints: /-/healthy, /-/ready, /-/reload, /-/quit, /metrics, /version.
#include "api/prometheus_api.h"
#include "client/text_writer.h"

namespace watchfire::api {
namespace {

constexpr std::string_view kLifecycleOff = "Lifecycle API is not enabled.";

}  // namespace

net::Response PrometheusApi::NotReady() const {
  net::Response response = net::Response::Text(503, "Service Unavailable");
  bool stopping = deps_.stopping != nullptr && *deps_.stopping;
  response.headers.Set("X-Prometheus-Stopping", stopping ? "true" : "false");
  return response;
}

net::Response PrometheusApi::Metrics(const net::Request&) {
  net::Response response = net::Response::Text(200, client::WriteText(deps_.registry->Gather()));
  response.headers.Set("Content-Type", std::string(client::kTextContentType));
  return response;
}

void PrometheusApi::RegisterManagement(net::Router& router) {
  router.Handle("GET", "/-/healthy", [](const net::Request&) {
    return net::Response::Text(200, "Prometheus Server is Healthy.\n");
  });
  router.Handle("GET", "/-/ready", [this](const net::Request&) {
    if (!*deps_.ready) return NotReady();
    return net::Response::Text(200, "Prometheus Server is Ready.\n");
  });
  auto reload = [this](const net::Request&) {
    if (!deps_.lifecycle.enabled) return net::Response::Text(403, std::string(kLifecycleOff));
    Result<void> done = deps_.lifecycle.reload();
    if (done.ok()) return net::Response::Text(200, "");
    return net::Response::Text(
        500, fmt::format("failed to reload config: {}\n", done.error().message()));
  };
  auto quit = [this](const net::Request&) {
    if (!deps_.lifecycle.enabled) return net::Response::Text(403, std::string(kLifecycleOff));
    deps_.lifecycle.quit();
    return net::Response::Text(200, "Requesting termination... Goodbye!");
  };
  auto only_post = [](const net::Request&) {
    net::Response response = net::Response::Text(405, "Only POST or PUT requests allowed");
    response.headers.Set("Allow", "POST, PUT");
    return response;
  };
  for (const char* method : {"POST", "PUT"}) {
    router.Handle(method, "/-/reload", reload);
    router.Handle(method, "/-/quit", quit);
  }
  router.Handle("GET", "/-/reload", only_post);
  router.Handle("GET", "/-/quit", only_post);
  router.Handle("GET", "/metrics",
                [this](const net::Request& request) { return Metrics(request); });
  router.Handle("GET", "/federate",
                [this](const net::Request& request) { return Federate(request); });
  router.Handle("GET", "/metrics/host", [this](const net::Request&) {
    net::Response response = net::Response::Text(200, deps_.host_metrics());
    response.headers.Set("Content-Type", std::string(client::kTextContentType));
    return response;
  });
  router.Handle("GET", "/version", [this](const net::Request&) {
    return net::Response::Json(200, BuildInfoJson(deps_.status.build));
  });
}

}  // namespace watchfire::api

#include "api/alerting/alerting_api.h"

#include <algorithm>
#include <array>
#include <thread>

#include "api/alerting/framework.h"
#include "base/text.h"
#include "client/text_writer.h"

namespace watchfire::api {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};
// What browsers may ask of another site, and with which headers.
constexpr std::array<std::string_view, 3> kCorsMethods = {"GET", "POST", "HEAD"};
constexpr std::array<std::string_view, 4> kCorsHeaders = {"accept", "content-type", "origin",
                                                          "x-requested-with"};

template <size_t N>
bool Holds(const std::array<std::string_view, N>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// The answer to a browser that asks whether another site's page may call; without the headers of
// permission it may not.
net::Response Preflight(const net::Request& request) {
  net::Response response = Empty(204);
  response.headers.Add("Vary", "Origin");
  response.headers.Add("Vary", "Access-Control-Request-Method");
  response.headers.Add("Vary", "Access-Control-Request-Headers");
  std::string_view method = request.headers.Get("Access-Control-Request-Method");
  if (request.headers.Get("Origin").empty() || !Holds(kCorsMethods, method)) return response;
  std::string_view asked = request.headers.Get("Access-Control-Request-Headers");
  for (std::string_view name : Split(asked, ',')) {
    std::string trimmed = ToLower(TrimSpace(name));
    if (!trimmed.empty() && !Holds(kCorsHeaders, trimmed)) return response;
  }
  response.headers.Add("Access-Control-Allow-Origin", "*");
  response.headers.Add("Access-Control-Allow-Methods", std::string(method));
  if (!asked.empty()) response.headers.Add("Access-Control-Allow-Headers", std::string(asked));
  return response;
}

bool IsPreflight(const net::Request& request) {
  return request.method == "OPTIONS" && request.headers.Has("Access-Control-Request-Method");
}

net::Response WrongMethod(const net::Request& request, const std::vector<std::string>& allowed) {
  std::string list = Join(allowed, ",");
  net::Response response = FrameworkError(
      405, fmt::format("method {} is not allowed, but [{}] are", request.method, list));
  response.headers.Set("Allow", list);
  return response;
}

// What all answers below /api/v2 have; `any_site`: pages of other sites may read it.
void AddHeaders(const net::Request& request, bool any_site, net::Response& response) {
  response.headers.Set("Cache-Control", "no-store");
  if (!any_site) return;
  response.headers.Add("Vary", "Origin");
  if (request.headers.Has("Origin")) response.headers.Set("Access-Control-Allow-Origin", "*");
}

net::Response UnknownPath(const net::Request& request) {
  net::Response response = FrameworkError(404, fmt::format("path {} was not found", request.path));
  AddHeaders(request, true, response);
  return response;
}

client::Counter& Received(client::Registry& registry, const char* status) {
  return registry.AddCounter("alertmanager_alerts_received_total",
                             "The total number of received alerts.",
                             {{"status", status}, {"version", "v2"}});
}

// As http.Error of upstream's language writes it.
net::Response PlainError(int status, std::string text) {
  net::Response response = net::Response::Text(status, std::move(text) + "\n");
  response.headers.Set("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace

struct AlertingApi::Metrics {
  explicit Metrics(client::Registry& registry)
      : durations(registry.AddHistogramFamily("alertmanager_http_request_duration_seconds",
                                              "Histogram of latencies for HTTP requests.",
                                              {.05, .1, .25, .5, .75, 1, 2, 5, 20, 60},
                                              {"handler", "method", "code"})),
        sizes(registry.AddHistogramFamily("alertmanager_http_response_size_bytes",
                                          "Histogram of response size for HTTP requests.",
                                          {1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8},
                                          {"handler", "method"})),
        in_flight(registry.AddGauge("alertmanager_http_requests_in_flight",
                                    "Current number of HTTP requests being processed.",
                                    {{"method", "get"}})),
        limited(registry.AddCounter("alertmanager_http_concurrency_limit_exceeded_total",
                                    "Total number of times an HTTP request failed because the "
                                    "concurrency limit was reached.",
                                    {{"method", "get"}})) {}
  client::Family<client::Histogram>& durations;
  client::Family<client::Histogram>& sizes;
  client::Gauge& in_flight;
  client::Counter& limited;
};

AlertingApi::AlertingApi(AlertingDependencies dependencies)
    : deps_(std::move(dependencies)),
      metrics_(std::make_unique<Metrics>(*deps_.registry)),
      firing_(Received(*deps_.registry, "firing")),
      resolved_(Received(*deps_.registry, "resolved")),
      invalid_(deps_.registry->AddCounter("alertmanager_alerts_invalid_total",
                                          "The total number of received alerts that were invalid.",
                                          {{"version", "v2"}})) {
  if (deps_.get_concurrency == 0) {
    deps_.get_concurrency = std::max<size_t>(std::thread::hardware_concurrency(), 8);
  }
}
AlertingApi::~AlertingApi() = default;

net::Handler AlertingApi::Measured(std::string label, net::Handler handler) {
  return
      [this, label = std::move(label), handler = std::move(handler)](const net::Request& request) {
        int64_t begin = deps_.clock->MonotonicNs();
        net::Response response = Limited(request, handler);
        double seconds = static_cast<double>(deps_.clock->MonotonicNs() - begin) / 1e9;
        // Other methods than these are one name, so that strangers cannot make up series.
        std::string method = Holds(kMethods, request.method) ? ToLower(request.method) : "unknown";
        metrics_->durations.With({label, method, std::to_string(response.status)}).Observe(seconds);
        metrics_->sizes.With({label, method}).Observe(static_cast<double>(response.size()));
        return response;
      };
}

net::Response AlertingApi::Limited(const net::Request& request, const net::Handler& handler) {
  if (request.method != "GET") return handler(request);
  auto limit = static_cast<int64_t>(deps_.get_concurrency);
  if (running_gets_.fetch_add(1) >= limit) {
    running_gets_.fetch_sub(1);
    metrics_->limited.Increment();
    return PlainError(
        503,
        fmt::format("Limit of concurrent GET requests reached ({}), try again later.\n", limit));
  }
  struct Running {
    AlertingApi& api;
    explicit Running(AlertingApi& of) : api(of) { api.metrics_->in_flight.Increment(); }
    ~Running() {
      api.running_gets_.fetch_sub(1);
      api.metrics_->in_flight.Decrement();
    }
  } running(*this);
  return handler(request);
}

void AlertingApi::Path(net::Router& router, std::string pattern, std::string label,
                       std::vector<Operation> operations, Origin origin) {
  std::vector<std::string> allowed;
  for (const Operation& operation : operations) allowed.emplace_back(operation.method);
  for (std::string_view method : kMethods) {
    Method call = nullptr;
    for (const Operation& operation : operations) {
      if (operation.method == method) call = operation.call;
    }
    auto answer = [this, call, allowed, origin](const net::Request& request) {
      if (origin == Origin::kUpstream && IsPreflight(request)) return Preflight(request);
      net::Response response =
          call != nullptr ? (this->*call)(request) : WrongMethod(request, allowed);
      AddHeaders(request, origin == Origin::kUpstream, response);
      return response;
    };
    router.Handle(std::string(method), pattern, Measured(label, std::move(answer)), label);
  }
}

void AlertingApi::Register(net::Router& router) {
  auto upstream = [&](const std::string& path, const std::vector<Operation>& operations) {
    std::string label = ReplaceAll(path, ":id", "{silenceID}");
    Path(router, path, label, operations, Origin::kUpstream);
    Path(router, path + "/", label, operations, Origin::kUpstream);
  };
  upstream("/api/v2/status", {{"GET", &AlertingApi::GetStatus}});
  upstream("/api/v2/receivers", {{"GET", &AlertingApi::GetReceivers}});
  upstream("/api/v2/alerts",
           {{"GET", &AlertingApi::GetAlerts}, {"POST", &AlertingApi::PostAlerts}});
  upstream("/api/v2/alerts/groups", {{"GET", &AlertingApi::GetGroups}});
  upstream("/api/v2/silences",
           {{"GET", &AlertingApi::GetSilences}, {"POST", &AlertingApi::PostSilences}});
  upstream("/api/v2/silence/:id",
           {{"DELETE", &AlertingApi::DeleteSilence}, {"GET", &AlertingApi::GetSilence}});

  auto ours = [&](std::string path, std::string_view method, Method call) {
    Path(router, path, path, {{method, call}}, Origin::kOurs);
  };
  ours("/api/v2/deliveries", "GET", &AlertingApi::GetDeliveries);
  ours("/api/v2/deliveries/:id", "GET", &AlertingApi::GetDelivery);
  ours("/api/v2/explain", "GET", &AlertingApi::Explain);
  ours("/api/v2/routes", "GET", &AlertingApi::GetRoutes);
  ours("/api/v2/groups/state", "GET", &AlertingApi::GetGroupStates);
  ours("/api/v2/receivers/integrations", "GET", &AlertingApi::GetIntegrations);
  ours("/api/v2/receivers/test", "POST", &AlertingApi::TestReceiver);
  ours("/api/v2/config/dry_run", "POST", &AlertingApi::DryRun);
  ours("/api/v2/config/warnings", "GET", &AlertingApi::GetConfigWarnings);
  ours("/api/v2/alerts/:fingerprint/ack", "POST", &AlertingApi::Acknowledge);

  for (std::string_view method : kMethods) {
    router.Handle(std::string(method), "/api/v2/*rest", Measured("/api/v2/*", UnknownPath),
                  "/api/v2/*");
  }
}

void AlertingApi::RegisterServer(net::Router& router) {
  auto add = [&](const char* method, const std::string& path, net::Handler handler) {
    router.Handle(method, path, Measured(path, std::move(handler)), path);
  };
  auto ok = [](const net::Request&) { return net::Response::Text(200, "OK"); };
  add("GET", "/-/healthy", ok);
  add("GET", "/-/ready", ok);
  add("POST", "/-/reload", [this](const net::Request&) {
    Result<void> done =
        deps_.reload ? deps_.reload() : Error::Unavailable("there is no configuration file");
    if (done.ok()) return Empty(200);
    return PlainError(500, fmt::format("failed to reload config: {}", done.error().message()));
  });
  add("GET", "/metrics", [this](const net::Request&) {
    net::Response response = net::Response::Text(200, client::WriteText(deps_.registry->Gather()));
    response.headers.Set("Content-Type", std::string(client::kTextContentType));
    return response;
  });
  auto gone = [](const net::Request&) {
    return net::Response::Json(
        410,
        "{\"status\":\"deprecated\",\"error\":\"The Alertmanager v1 API was deprecated in version "
        "0.16.0 and is removed as of version 0.28.0 - please use the equivalent route in the v2 "
        "API\"}\n");
  };
  for (const char* path : {"/api/v1/status", "/api/v1/receivers", "/api/v1/alerts",
                           "/api/v1/silences", "/api/v1/silence/:sid"}) {
    add("GET", path, gone);
  }
  add("POST", "/api/v1/alerts", gone);
  add("POST", "/api/v1/silences", gone);
  add("DELETE", "/api/v1/silence/:sid", gone);
}

}  // namespace watchfire::api

#include "discovery/http_discovery.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/numbers.h"
#include "base/text.h"
#include "config/loader.h"
#include "discovery/convert.h"

namespace watchfire::discovery {
namespace {

// `application/json`, alone or with a UTF-8 charset.
bool IsJson(std::string_view content_type) {
  std::vector<std::string_view> parts = Split(content_type, ';');
  if (!EqualsIgnoreCase(parts[0], "application/json") || parts.size() > 2) return false;
  if (parts.size() == 1) return true;
  std::string_view charset = TrimSpace(parts[1]);
  return EqualsIgnoreCase(charset, "charset=utf-8") ||
         EqualsIgnoreCase(charset, "charset=\"utf-8\"");
}

}  // namespace

Result<std::unique_ptr<Discoverer>> HttpDiscovery::Make(config::HttpSdConfig config,
                                                        std::string job, Metrics& metrics) {
  net::HttpClientOptions options = TRY(ToHttpOptions(config.http_client, "Prometheus/3.14.0"));
  std::unique_ptr<net::HttpClient> client = TRY(net::HttpClient::Make(std::move(options)));
  return std::unique_ptr<Discoverer>(
      new HttpDiscovery(std::move(config), std::move(job), metrics, std::move(client)));
}

HttpDiscovery::HttpDiscovery(config::HttpSdConfig config, std::string job, Metrics& metrics,
                             std::unique_ptr<net::HttpClient> client)
    : config_(std::move(config)),
      job_(std::move(job)),
      metrics_(metrics),
      client_(std::move(client)) {}

void HttpDiscovery::Start(Report report) {
  report_ = std::move(report);
  refresher_ = std::make_unique<Refresher>(
      "sd-http", config_.refresh_interval_ms,
      [this](const Refresher::Cancelled& cancelled) { Refresh(cancelled); });
}

void HttpDiscovery::Refresh(const Refresher::Cancelled& cancelled) {
  int64_t start_ns = Clock::System()->MonotonicNs();
  Result<std::vector<TargetGroup>> groups = Ask(cancelled);
  if (*cancelled) return;
  metrics_.refresh_seconds.With({"http", job_})
      .Observe(static_cast<double>(Clock::System()->MonotonicNs() - start_ns) / 1e9);
  if (!groups.ok()) {
    metrics_.http_failures.Increment();
    metrics_.refresh_failures.With({"http", job_}).Increment();
    WF_LOG(kError, "Unable to refresh target groups", {"component", "discovery"},
           {"discovery", "http"}, {"config", job_}, {"err", groups.error()});
    return;
  }
  size_t count = groups->size();
  for (size_t i = count; i < known_groups_; ++i) {
    groups->push_back({{}, {}, fmt::format("{}:{}", config_.url, i)});
  }
  known_groups_ = count;
  report_(*std::move(groups));
}

Result<std::vector<TargetGroup>> HttpDiscovery::Ask(const Refresher::Cancelled& cancelled) {
  net::HttpRequest request;
  request.url = config_.url;
  request.timeout_ms = config_.refresh_interval_ms;
  request.body_limit = config::kMaxConfigFileBytes;
  request.cancelled = cancelled;
  request.headers.Set("Accept", "application/json");
  request.headers.Set("X-Prometheus-Refresh-Interval-Seconds",
                      FormatFloatGo(ToSeconds(config_.refresh_interval_ms)));
  net::HttpResponse response = TRY(client_->Do(request));
  if (response.status != 200) {
    return Error::Io("server returned HTTP status {} {}", response.status,
                     net::StatusText(response.status));
  }
  std::string_view content_type = response.headers.Get("Content-Type");
  if (!IsJson(TrimSpace(content_type))) {
    return Error::Invalid("unsupported content type {}", GoQuote(content_type));
  }
  std::vector<config::TargetGroup> read =
      TRY(config::LoadTargetGroups(response.body, "", /*is_json=*/true));
  std::vector<TargetGroup> groups;
  for (size_t i = 0; i < read.size(); ++i) {
    groups.push_back(
        FromConfig(read[i], fmt::format("{}:{}", config_.url, i), {{"__meta_url", config_.url}}));
  }
  return groups;
}

}  // namespace watchfire::discovery

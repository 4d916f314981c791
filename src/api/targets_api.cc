// Targets and metadata: /targets, /scrape_pools, /targets/metadata, /metadata.
#include <map>
#include <set>

#include "api/params.h"
#include "api/prometheus_api.h"
#include "api/query_json.h"
#include "base/numbers.h"
#include "base/text.h"
#include "model/duration.h"
#include "net/url.h"

namespace watchfire::api {
namespace {

constexpr std::string_view kNever = "0001-01-01T00:00:00Z";

bool IsLocalHost(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

// A target on this machine, as somebody elsewhere would reach it: by the host of the external URL.
std::string GlobalUrl(const std::string& scrape_url, const std::string& external_url) {
  auto url = net::Url::Parse(scrape_url);
  auto external = net::Url::Parse(external_url);
  if (!url.ok() || !external.ok() || !IsLocalHost(url->host)) return scrape_url;
  if (url->EffectivePort() == external->EffectivePort()) {
    url->scheme = external->scheme;
    url->port = external->port;
  }
  url->host = external->host;
  return url->Redacted();
}

void WriteActive(codec::JsonWriter& json, const scrape::TargetStatus& target,
                 const std::string& external_url) {
  json.BeginObject().Key("discoveredLabels");
  WriteLabels(json, target.discovered_labels);
  json.Key("labels");
  WriteLabels(json, target.labels);
  json.Field("scrapePool", target.pool)
      .Field("scrapeUrl", target.url)
      .Field("globalUrl", GlobalUrl(target.url, external_url))
      .Field("lastError", target.last_error)
      .Field("lastScrape",
             target.last_scrape == 0 ? std::string(kNever) : FormatRfc3339(target.last_scrape))
      .Field("lastScrapeDuration", target.last_duration_seconds)
      .Field("health", scrape::HealthName(target.health))
      .Field("scrapeInterval", model::FormatDuration(target.interval_ms))
      .Field("scrapeTimeout", model::FormatDuration(target.timeout_ms))
      .EndObject();
}

void WriteMetadata(codec::JsonWriter& json, const model::Metadata& metadata) {
  json.Field("type", model::MetricTypeName(metadata.type))
      .Field("help", metadata.help)
      .Field("unit", metadata.unit);
}

}  // namespace

net::Response PrometheusApi::Targets(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  std::string state = ToLower(form->Get("state"));
  bool known = state == "active" || state == "dropped";
  bool show_active = !known || state == "active";
  bool show_dropped = !known || state == "dropped";
  std::string_view pool = form->Get("scrapePool");
  auto wanted = [&](const std::string& name) { return pool.empty() || name == pool; };
  scrape::TargetsStatus status = deps_.scrape()->Targets();

  codec::JsonWriter json;
  json.BeginObject().Key("activeTargets").BeginArray();
  for (const scrape::TargetStatus& target : status.active) {
    if (show_active && wanted(target.pool)) WriteActive(json, target, deps_.external_url);
  }
  json.EndArray().Key("droppedTargets").BeginArray();
  for (const scrape::DroppedTarget& target : status.dropped) {
    if (!show_dropped || !wanted(target.pool)) continue;
    json.BeginObject().Key("discoveredLabels");
    WriteLabels(json, target.discovered_labels);
    json.Field("scrapePool", target.pool).EndObject();
  }
  json.EndArray().Key("droppedTargetCounts");
  if (show_dropped) {
    json.BeginObject();
    for (const auto& [name, count] : status.dropped_counts) {
      if (wanted(name)) json.Field(name, static_cast<uint64_t>(count));
    }
    json.EndObject();
  } else {
    json.Null();
  }
  json.EndObject();
  return Success(json.Take());
}

net::Response PrometheusApi::ScrapePools(const net::Request&) {
  codec::JsonWriter json;
  json.BeginObject().Key("scrapePools").BeginArray();
  for (const std::string& name : deps_.scrape()->PoolNames()) json.String(name);
  json.EndArray().EndObject();
  return Success(json.Take());
}

net::Response PrometheusApi::TargetsMetadata(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  int64_t limit = -1;
  if (form->Has("limit")) {
    std::optional<int64_t> number = ParseInt(form->Get("limit"));
    if (!number) return Failure(ErrorType::kBadData, "limit must be a number");
    limit = *number;
  }
  model::Matchers matchers;
  if (!form->Get("match_target").empty()) {
    auto parsed = promql::ParseSelector(form->Get("match_target"));
    if (!parsed.ok()) return InvalidParam("match_target", parsed.error());
    matchers = std::move(*parsed);
  }
  std::string family(form->Get("metric"));
  codec::JsonWriter json;
  json.BeginArray();
  int64_t count = 0;
  deps_.scrape()->VisitMetadata(family, [&](const scrape::TargetMetadata& row) {
    if (limit >= 0 && count >= limit) return false;
    if (!model::MatchesAll(matchers, row.target)) return true;
    ++count;
    json.BeginObject().Key("target");
    WriteLabels(json, row.target);
    if (family.empty()) json.Field("metric", row.family);
    WriteMetadata(json, row.metadata);
    json.EndObject();
    return true;
  });
  json.EndArray();
  return Success(json.Take());
}

net::Response PrometheusApi::Metadata(const net::Request& request) {
  Result<net::Values> form = request.Form();
  if (!form.ok()) return Failure(ErrorType::kBadData, form.error().message());
  int64_t limit = -1;
  int64_t per_metric = -1;
  for (auto [name, number] : {std::pair{"limit", &limit}, {"limit_per_metric", &per_metric}}) {
    if (!form->Has(name)) continue;
    std::optional<int64_t> parsed = ParseInt(form->Get(name));
    if (!parsed) return Failure(ErrorType::kBadData, fmt::format("{} must be a number", name));
    *number = *parsed;
  }
  struct Less {
    bool operator()(const model::Metadata& a, const model::Metadata& b) const {
      return std::tie(a.type, a.unit, a.help) < std::tie(b.type, b.unit, b.help);
    }
  };
  std::map<std::string, std::set<model::Metadata, Less>> families;
  deps_.scrape()->VisitMetadata(std::string(form->Get("metric")),
                                [&](const scrape::TargetMetadata& row) {
                                  families[row.family].insert(row.metadata);
                                  return true;
                                });
  codec::JsonWriter json;
  json.BeginObject();
  int64_t count = 0;
  for (const auto& [name, all] : families) {
    if (limit >= 0 && count++ >= limit) break;
    json.Key(name).BeginArray();
    int64_t rows = 0;
    for (const model::Metadata& metadata : all) {
      if (per_metric > 0 && rows++ >= per_metric) break;
      json.BeginObject()
          .Field("type", model::MetricTypeName(metadata.type))
          .Field("unit", metadata.unit)
          .Field("help", metadata.help)
          .EndObject();
    }
    json.EndArray();
  }
  json.EndObject();
  return Success(json.Take());
}

}  // namespace watchfire::api

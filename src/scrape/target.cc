#include "scrape/target.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "model/duration.h"
#include "model/relabel.h"
#include "net/http.h"

namespace watchfire::scrape {
namespace {

// Targets are due at multiples of this, or of a fiftieth of the interval.
constexpr int64_t kMostSlotMs = 100;

constexpr std::string_view kAddress = "__address__";
constexpr std::string_view kScheme = "__scheme__";
constexpr std::string_view kMetricsPath = "__metrics_path__";
constexpr std::string_view kInterval = "__scrape_interval__";
constexpr std::string_view kTimeout = "__scrape_timeout__";
constexpr std::string_view kUnixSocket = "__unix_socket__";
constexpr std::string_view kParamPrefix = "__param_";
constexpr std::string_view kMetaPrefix = "__meta_";

void SetDefault(model::LabelsBuilder& labels, std::string_view name, std::string_view value) {
  if (labels.Get(name).empty()) labels.Set(name, value);
}

void SetDefaults(const config::ScrapeConfig& config, model::LabelsBuilder& labels) {
  auto flag = [](const std::optional<bool>& value) {
    return value.value_or(false) ? "true" : "false";
  };
  SetDefault(labels, "job", config.job_name);
  SetDefault(labels, kInterval, model::FormatDuration(config.scrape_interval_ms));
  SetDefault(labels, kTimeout, model::FormatDuration(config.scrape_timeout_ms));
  SetDefault(labels, kMetricsPath, config.metrics_path);
  SetDefault(labels, kScheme, config.scheme);
  SetDefault(labels, "__scrape_native_histograms__", flag(config.scrape_native_histograms));
  SetDefault(labels, "__convert_classic_histograms_to_nhcb__",
             flag(config.convert_classic_histograms_to_nhcb));
  SetDefault(labels, "__always_scrape_classic_histograms__",
             flag(config.always_scrape_classic_histograms));
  for (const auto& [name, values] : config.params) {
    if (!values.empty()) SetDefault(labels, std::string(kParamPrefix) + name, values[0]);
  }
}

// Go's url.URL.EscapedPath for a path that is not escaped yet.
std::string EscapePath(std::string_view path) {
  std::string out;
  for (char c : path) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 std::string_view("-_.~$&+,/:;=@").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string UrlOf(const config::ScrapeConfig& config, const model::LabelsBuilder& labels) {
  std::map<std::string, std::vector<std::string>> params = config.params;
  for (const auto& [name, value] : labels.pairs()) {
    if (!name.starts_with(kParamPrefix)) continue;
    std::vector<std::string>& values = params[name.substr(kParamPrefix.size())];
    if (values.empty()) {
      values.push_back(value);
    } else {
      values[0] = value;
    }
  }
  net::Values query;
  for (const auto& [name, values] : params) {
    for (const std::string& value : values) query.Add(name, value);
  }
  std::string path = EscapePath(labels.Get(kMetricsPath));
  if (!path.empty() && path[0] != '/') path.insert(0, "/");
  std::string url = fmt::format("{}://{}{}", labels.Get(kScheme), labels.Get(kAddress), path);
  if (!query.empty()) url += "?" + query.Encode();
  return url;
}

Result<int64_t> ParsePeriod(std::string_view text, std::string_view what) {
  Result<int64_t> ms = model::ParseDurationMs(text);
  if (!ms.ok()) return ms.error().With("error parsing scrape {}", what);
  if (*ms == 0) return Error::Invalid("scrape {} cannot be 0", what);
  return *ms;
}

Result<Target> Check(const config::ScrapeConfig& config, model::LabelsBuilder& labels) {
  std::string address(labels.Get(kAddress));
  if (address.empty()) return Error::Invalid("no address");
  if (address.find('/') != std::string::npos) {
    return Error::Invalid("{} is not a valid hostname", GoQuote(address));
  }
  Target target;
  target.interval_ms = TRY(ParsePeriod(labels.Get(kInterval), "interval"));
  target.timeout_ms = TRY(ParsePeriod(labels.Get(kTimeout), "timeout"));
  if (target.timeout_ms > target.interval_ms) {
    return Error::Invalid("scrape timeout cannot be greater than scrape interval ({} > {})",
                          GoQuote(labels.Get(kTimeout)), GoQuote(labels.Get(kInterval)));
  }
  target.url = UrlOf(config, labels);
  target.unix_socket = labels.Get(kUnixSocket);
  SetDefault(labels, "instance", address);

  std::vector<model::LabelView> all;
  std::vector<model::LabelView> visible;
  for (const auto& [name, value] : labels.pairs()) {
    if (!IsValidUtf8(value)) {
      return Error::Invalid("invalid label value for {}: {}", GoQuote(name), GoQuote(value));
    }
    if (!name.starts_with(kMetaPrefix)) all.push_back({name, value});
    if (!name.starts_with("__")) visible.push_back({name, value});
  }
  target.labels = model::Labels::FromPairs(std::move(visible));
  target.key = model::Labels::FromPairs(std::move(all)).bytes();
  target.key += '\0';
  target.key += target.url;
  target.hash = Hash(target.key);
  return target;
}

}  // namespace

Result<TargetOutcome> MakeTarget(const config::ScrapeConfig& config,
                                 const model::Labels& target_labels,
                                 const model::Labels& group_labels) {
  model::LabelsBuilder labels(group_labels);
  for (const model::LabelView& label : target_labels) labels.Set(label.name, label.value);
  SetDefaults(config, labels);
  TargetOutcome outcome;
  outcome.discovered_labels = labels.Build();
  if (!model::Relabel(config.relabel_configs, labels)) return outcome;
  outcome.target = TRY(Check(config, labels));
  outcome.target->discovered_labels = outcome.discovered_labels;
  return outcome;
}

TimeMs SampleTime(TimeMs scheduled, TimeMs started, int64_t interval_ms, int64_t tolerance_ms) {
  bool near = started - scheduled <= std::min(tolerance_ms, interval_ms / 100);
  return near ? scheduled : started;
}

TimeMs NextScheduled(uint64_t hash, uint64_t seed, int64_t interval_ms, TimeMs now) {
  auto offset = static_cast<int64_t>((hash ^ seed) % static_cast<uint64_t>(interval_ms));
  // Targets that are due together cost far less than targets that each wake the threads and find
  // their caches cold; yet a moment must not bring more answers than a network port can queue.
  offset -= offset % std::clamp<int64_t>(interval_ms / 50, 1, kMostSlotMs);
  TimeMs base = now - now % interval_ms + offset;
  if (base - interval_ms >= now) return base - interval_ms;
  return base >= now ? base : base + interval_ms;
}

}  // namespace watchfire::scrape

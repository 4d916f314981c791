#include "app/alerting_settings.h"

#include <algorithm>

#include "app/web_address.h"
#include "base/text.h"

namespace watchfire::app {
namespace {

constexpr uint16_t kDefaultPort = 9093;

// Names that are features of Alertmanager and mean nothing here, or are always on.
constexpr std::string_view kAcceptedFeatures[] = {
    "alert-names-in-metrics", "receiver-name-in-metrics", "group-key-in-metrics",
    "auto-gomemlimit",        "auto-gomaxprocs",          "event-recorder"};

Result<amconfig::MatcherSyntax> ReadSyntax(const std::vector<std::string>& lists) {
  bool classic = false;
  bool utf8 = false;
  for (const std::string& list : lists) {
    for (std::string_view name : Split(list, ',')) {
      if (name.empty()) continue;
      if (name == "classic-mode") {
        classic = true;
      } else if (name == "utf8-strict-mode") {
        utf8 = true;
      } else if (std::ranges::find(kAcceptedFeatures, name) == std::end(kAcceptedFeatures)) {
        return Error::Invalid("unknown feature flag {} of Alertmanager", GoQuote(name));
      }
    }
  }
  if (classic && utf8) {
    return Error::Invalid("cannot use both classic-mode and utf8-strict-mode");
  }
  using enum amconfig::MatcherSyntax;
  return classic ? kClassic : utf8 ? kUtf8 : kFallback;
}

Result<std::optional<alerting::ClusterOptions>> ReadCluster(const Flags& flags,
                                                            const std::string& p) {
  if (!flags.String(p + "cluster.tls-config").empty()) {
    return Error::Invalid("flag '--{}cluster.tls-config': TLS between peers is not supported", p);
  }
  alerting::ClusterOptions options;
  options.listen_address = flags.String(p + "cluster.listen-address");
  if (options.listen_address.empty()) return std::optional<alerting::ClusterOptions>();
  options.advertise_address = flags.String(p + "cluster.advertise-address");
  options.peer_name = flags.String(p + "cluster.peer-name");
  options.peers = flags.List(p + "cluster.peer");
  options.label = flags.String(p + "cluster.label");
  options.gossip_interval_ms = flags.DurationMs(p + "cluster.gossip-interval");
  options.pushpull_interval_ms = flags.DurationMs(p + "cluster.pushpull-interval");
  options.tcp_timeout_ms = flags.DurationMs(p + "cluster.tcp-timeout");
  options.probe_timeout_ms = flags.DurationMs(p + "cluster.probe-timeout");
  options.probe_interval_ms = flags.DurationMs(p + "cluster.probe-interval");
  options.settle_timeout_ms = flags.DurationMs(p + "cluster.settle-timeout");
  options.reconnect_interval_ms = flags.DurationMs(p + "cluster.reconnect-interval");
  options.reconnect_timeout_ms = flags.DurationMs(p + "cluster.reconnect-timeout");
  options.peers_resolve_timeout_ms = flags.DurationMs(p + "cluster.peers-resolve-timeout");
  options.allow_public_advertise =
      flags.Bool(p + "cluster.allow-insecure-public-advertise-address-discovery");
  return std::optional<alerting::ClusterOptions>(std::move(options));
}

size_t Count(const Flags& flags, const std::string& name) {
  return static_cast<size_t>(std::max<int64_t>(0, flags.Int(name)));
}

}  // namespace

Result<AlertingSettings> ReadAlertingSettings(const Flags& flags, const std::string& prefix,
                                              const std::string& data_path) {
  const std::string& p = prefix;
  AlertingSettings settings;
  settings.config_file = flags.String(p + "config.file");
  for (const std::string& address : flags.List(p + "web.listen-address")) {
    if (!address.empty()) settings.listen_addresses.push_back(address);
  }
  // A listener nobody asked for could take the port of the Alertmanager that is still running.
  bool unsaid = !flags.IsSet(p + "web.listen-address");
  if (unsaid && !p.empty() && !settings.config_file.empty()) {
    settings.listen_addresses = {fmt::format("0.0.0.0:{}", kDefaultPort)};
  }
  settings.web_config_file = flags.String(p + "web.config.file");
  settings.external_url = TRY(
      ExternalUrl(flags.String(p + "web.external-url"), settings.listen_addresses, kDefaultPort));
  std::string asked = flags.String(p + "web.route-prefix");
  settings.prefix =
      RoutePrefix(settings.external_url, flags.IsSet(p + "web.route-prefix") ? &asked : nullptr);
  settings.get_concurrency = Count(flags, p + "web.get-concurrency");

  alerting::AlertmanagerOptions& manager = settings.manager;
  manager.storage_path = flags.String(p + "storage.path");
  if (manager.storage_path.empty()) manager.storage_path = JoinPath(data_path, "alertmanager");
  manager.retention_ms = flags.DurationMs(p + "data.retention");
  manager.maintenance_interval_ms = flags.DurationMs(p + "data.maintenance-interval");
  manager.gc_interval_ms = flags.DurationMs(p + "alerts.gc-interval");
  manager.dispatch_start_delay_ms = flags.DurationMs(p + "dispatch.start-delay");
  manager.per_alertname_limit = Count(flags, p + "alerts.per-alertname-limit");
  manager.max_silences = Count(flags, p + "silences.max-silences");
  manager.max_silence_size_bytes = Count(flags, p + "silences.max-silence-size-bytes");
  manager.log_silences = flags.Bool(p + "log.silences");
  manager.syntax = TRY(ReadSyntax(flags.List(p + "enable-feature")));
  manager.external_url = settings.external_url;
  manager.version = std::string(kAlertmanagerVersion);
  manager.cluster = TRY(ReadCluster(flags, p));
  manager.peer_timeout_ms = flags.DurationMs(p + "cluster.peer-timeout");
  return settings;
}

}  // namespace watchfire::app

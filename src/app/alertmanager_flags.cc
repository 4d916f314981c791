// The flags of an Alertmanager, and the whole program's table with them.
#include <deque>
#include <map>
#include <vector>

#include "app/flags.h"

namespace watchfire::app {
namespace {

using enum FlagKind;
constexpr bool kHidden = true;

constexpr FlagSpec kFlags[] = {
    {"config.file", kString, "alertmanager.yml", "Alertmanager configuration file."},
    {"storage.path", kString, "data/", "Directory of silences and of what was notified."},
    {"data.retention", kDuration, "120h", "How long silences and notifications are remembered."},
    {"data.maintenance-interval", kDuration, "15m",
     "How often they are written down and the old ones forgotten."},
    {"silences.max-silences", kInt, "0", "Most silences, expired ones included; 0: no limit."},
    {"silences.max-silence-size-bytes", kInt, "0", "Most bytes of a silence; 0: no limit."},
    {"log.silences", kBool, "false", "Log when silences are created, changed and expired."},
    {"alerts.gc-interval", kDuration, "30m", "How often resolved alerts are forgotten."},
    {"alerts.per-alertname-limit", kInt, "0", "Most alerts of one name; 0: no limit."},
    {"dispatch.maintenance-interval", kDuration, "30s", "Accepted; empty groups go at once.",
     kHidden},
    {"dispatch.start-delay", kDuration, "0s", "How long after the start nothing is sent."},
    {"web.listen-address", kList, "0.0.0.0:9093", "Address to listen on; may be repeated."},
    {"web.systemd-socket", kBool, "false", "Accepted; sockets of systemd are not used.", kHidden},
    {"web.config.file", kString, "", "File that switches on TLS or authentication."},
    {"web.external-url", kString, "",
     "URL under which this is reachable from outside, for links in notifications."},
    {"web.route-prefix", kString, "",
     "Prefix of all routes. Default: the path of the external URL."},
    {"web.get-concurrency", kInt, "0",
     "Most GET requests at a time; 0: the number of processors, at least 8."},
    {"web.timeout", kDuration, "0s", "Accepted; handlers do not take long.", kHidden},
    {"auto-gomemlimit.ratio", kFloat, "0.9", "Accepted; means something to Go programs only.",
     kHidden},
    {"cluster.listen-address", kString, "0.0.0.0:9094",
     "Address of the cluster; empty: this server is alone."},
    {"cluster.advertise-address", kString, "", "Address that peers are told."},
    {"cluster.peer-name", kString, "", "Name among the peers; default: a random one."},
    {"cluster.peer", kList, "", "Address of a peer; may be repeated."},
    {"cluster.peer-timeout", kDuration, "15s", "How long to wait for a peer that notifies first."},
    {"cluster.peers-resolve-timeout", kDuration, "15s", "How long to look for peers."},
    {"cluster.gossip-interval", kDuration, "200ms", "How often news are passed on."},
    {"cluster.pushpull-interval", kDuration, "1m", "How often everything is compared."},
    {"cluster.tcp-timeout", kDuration, "10s", "Longest time of a connection to a peer."},
    {"cluster.probe-timeout", kDuration, "500ms", "How long a peer may take to answer a probe."},
    {"cluster.probe-interval", kDuration, "1s", "How often peers are probed."},
    {"cluster.settle-timeout", kDuration, "1m",
     "Longest time to wait for the cluster before notifying."},
    {"cluster.reconnect-interval", kDuration, "10s", "How often lost peers are tried again."},
    {"cluster.reconnect-timeout", kDuration, "6h", "How long lost peers are tried."},
    {"cluster.tls-config", kString, "", "TLS between peers; not supported."},
    {"cluster.allow-insecure-public-advertise-address-discovery", kBool, "false",
     "Allow a public address to be told to peers."},
    {"cluster.label", kString, "", "Only peers with the same label are listened to."},
    {"enable-feature", kList, "",
     "Features to switch on: classic-mode, utf8-strict-mode; others are accepted."},
    {"log.level", kString, "info", "Lines to log: debug, info, warn, error."},
    {"log.format", kString, "logfmt", "Form of log lines: logfmt or json."},
};

// What another default means beside the rest of the program: no file, no listener; the snapshots
// lie below the samples; alone.
const std::map<std::string_view, FlagSpec> kWithin = {
    {"config.file",
     {"", kString, "",
      "Alertmanager configuration file; without one, alerts are shown but nobody is told."}},
    {"storage.path",
     {"", kString, "",
      "Directory of silences and of what was notified. Default: alertmanager/ below that of the "
      "samples."}},
    {"web.listen-address",
     {"", kList, "",
      "Address of Alertmanager's API; may be repeated. Default: 0.0.0.0:9093 if there is a "
      "configuration file."}},
    {"web.config.file", {"", kString, "", "As --web.config.file, for Alertmanager's address."}},
    {"web.external-url",
     {"", kString, "",
      "URL for links in notifications. Default: that of this machine and the listening port."}},
    {"cluster.listen-address",
     {"", kString, "", "Address of the cluster, such as 0.0.0.0:9094; empty: alone."}},
};
constexpr std::string_view kNotWithin[] = {"log.level", "log.format", "web.systemd-socket",
                                           "auto-gomemlimit.ratio"};

}  // namespace

std::span<const FlagSpec> AlertmanagerFlags() {
  return kFlags;
}

std::span<const FlagSpec> AllFlags() {
  // Specs have views of their names; a deque never moves them.
  static std::deque<std::string> names;
  static const std::vector<FlagSpec> all = [] {
    std::vector<FlagSpec> table(PrometheusFlags().begin(), PrometheusFlags().end());
    for (FlagSpec spec : kFlags) {
      if (std::ranges::find(kNotWithin, spec.name) != std::end(kNotWithin)) continue;
      if (auto within = kWithin.find(spec.name); within != kWithin.end()) {
        spec.initial = within->second.initial;
        spec.help = within->second.help;
      }
      spec.name = names.emplace_back("alertmanager." + std::string(spec.name));
      table.push_back(spec);
    }
    table.insert(table.end(), GrafanaFlags().begin(), GrafanaFlags().end());
    return table;
  }();
  return all;
}

}  // namespace watchfire::app

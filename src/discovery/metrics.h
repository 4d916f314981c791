#pragma once
// The prometheus_sd_* metrics. One object for each discovery manager; managers that share a
// registry share the families. Thread-safe.

#include "client/registry.h"

namespace watchfire::discovery {

struct Metrics {
  explicit Metrics(client::Registry& registry);

  client::Family<client::Gauge>& discovered_targets;   // name, config
  client::Family<client::Gauge>& failed_configs;       // name
  client::Family<client::Counter>& received_updates;   // name
  client::Family<client::Counter>& sent_updates;       // name
  client::Family<client::Counter>& delayed_updates;    // name
  client::Family<client::Gauge>& last_update_seconds;  // name
  client::Family<client::Summary>& refresh_seconds;    // mechanism, config
  client::Family<client::Counter>& refresh_failures;   // mechanism, config
  client::Family<client::Gauge>& file_mtime;           // filename
  client::Counter& file_read_errors;
  client::Summary& file_scan_seconds;
  client::Counter& file_watcher_errors;
  client::Counter& http_failures;
  client::Counter& dns_lookups;
  client::Counter& dns_lookup_failures;
};

}  // namespace watchfire::discovery

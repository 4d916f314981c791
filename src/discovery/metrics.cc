#include "discovery/metrics.h"

namespace watchfire::discovery {

Metrics::Metrics(client::Registry& registry)
    : discovered_targets(registry.AddGaugeFamily("prometheus_sd_discovered_targets",
                                                 "Current number of discovered targets.",
                                                 {"name", "config"})),
      failed_configs(registry.AddGaugeFamily(
          "prometheus_sd_failed_configs",
          "Current number of service discovery configurations that failed to load.", {"name"})),
      received_updates(registry.AddCounterFamily(
          "prometheus_sd_received_updates_total",
          "Total number of update events received from the SD providers.", {"name"})),
      sent_updates(registry.AddCounterFamily(
          "prometheus_sd_updates_total", "Total number of update events sent to the SD consumers.",
          {"name"})),
      delayed_updates(registry.AddCounterFamily(
          "prometheus_sd_updates_delayed_total",
          "Total number of update events that couldn't be sent immediately.", {"name"})),
      last_update_seconds(registry.AddGaugeFamily(
          "prometheus_sd_last_update_timestamp_seconds",
          "Timestamp of the last update sent to the SD consumers.", {"name"})),
      refresh_seconds(registry.AddSummaryFamily(
          "prometheus_sd_refresh_duration_seconds",
          "The duration of a refresh in seconds for the given SD mechanism.", {0.5, 0.9, 0.99},
          {"mechanism", "config"})),
      refresh_failures(registry.AddCounterFamily(
          "prometheus_sd_refresh_failures_total",
          "Number of refresh failures for the given SD mechanism.", {"mechanism", "config"})),
      file_mtime(registry.AddGaugeFamily(
          "prometheus_sd_file_mtime_seconds",
          "Timestamp (mtime) of files read by FileSD. Timestamp is set at read time.",
          {"filename"})),
      file_read_errors(registry.AddCounter("prometheus_sd_file_read_errors_total",
                                           "The number of File-SD read errors.")),
      file_scan_seconds(registry.AddSummary("prometheus_sd_file_scan_duration_seconds",
                                            "The duration of the File-SD scan in seconds.",
                                            {0.5, 0.9, 0.99})),
      file_watcher_errors(
          registry.AddCounter("prometheus_sd_file_watcher_errors_total",
                              "The number of File-SD errors caused by filesystem watch failures.")),
      http_failures(registry.AddCounter("prometheus_sd_http_failures_total",
                                        "Number of HTTP service discovery refresh failures.")),
      dns_lookups(
          registry.AddCounter("prometheus_sd_dns_lookups_total", "The number of DNS-SD lookups.")),
      dns_lookup_failures(registry.AddCounter("prometheus_sd_dns_lookup_failures_total",
                                              "The number of DNS-SD lookup failures.")) {}

}  // namespace watchfire::discovery

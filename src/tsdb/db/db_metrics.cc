#include "tsdb/db/db_metrics.h"

namespace watchfire::tsdb {

Db::Metrics::Metrics(client::Registry& registry)
    : triggered(registry.AddCounter("prometheus_tsdb_compactions_triggered_total",
                                    "Total number of triggered compactions for the partition.")),
      clean_start(registry.AddGauge(
          "prometheus_tsdb_clean_start",
          "-1: lockfile is disabled. 0: a lockfile from a previous execution was replaced. 1: "
          "lockfile creation was clean")),
      retention_seconds(registry.AddGauge("prometheus_tsdb_retention_limit_seconds",
                                          "How long to retain samples in storage.")),
      retention_bytes(registry.AddGauge(
          "prometheus_tsdb_retention_limit_bytes",
          "Max number of bytes to be retained in the tsdb blocks, configured 0 means disabled")),
      lowest_time(registry.AddGauge("prometheus_tsdb_lowest_timestamp",
                                    "Lowest timestamp value stored in the database.")),
      lowest_time_seconds(registry.AddGauge("prometheus_tsdb_lowest_timestamp_seconds",
                                            "Lowest timestamp value stored in the database.")),
      tombstone_cleanup_seconds(
          registry.AddHistogram("prometheus_tsdb_tombstone_cleanup_seconds",
                                "The time taken to recompact blocks to remove tombstones.",
                                {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10})) {}

}  // namespace watchfire::tsdb

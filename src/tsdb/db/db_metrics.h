#pragma once
// The database's own measurements under upstream's names (prometheus_tsdb_*).

#include "client/registry.h"
#include "tsdb/db/db.h"

namespace watchfire::tsdb {

struct Db::Metrics {
  explicit Metrics(client::Registry& registry);

  client::Counter& triggered;
  client::Gauge& clean_start;
  client::Gauge& retention_seconds;
  client::Gauge& retention_bytes;
  client::Gauge& lowest_time;
  client::Gauge& lowest_time_seconds;
  client::Histogram& tombstone_cleanup_seconds;
};

}  // namespace watchfire::tsdb

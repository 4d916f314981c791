#pragma once
// The metrics of silences, under upstream's names. Internal to the room.

#include "client/registry.h"

namespace watchfire::alerting {

struct SilenceMetrics {
  explicit SilenceMetrics(client::Registry& registry);

  client::Summary& gc_duration;
  client::Counter& gc_errors;
  client::Summary& snapshot_duration;
  client::Gauge& snapshot_size;
  client::Counter& maintenance;
  client::Counter& maintenance_errors;
  client::Counter& compile_errors_index;
  client::Counter& compile_errors_load;
  client::Counter& queries;
  client::Counter& query_errors;
  client::Histogram& query_duration;
  client::Counter& scanned;
  client::Counter& skipped;
  client::Counter& propagated;
  client::Gauge& state_size;
  client::Gauge& matcher_index_size;
  client::Gauge& version_index_size;
};

}  // namespace watchfire::alerting

#pragma once
// The prometheus_target_* metrics; owned by the manager, shared by its pools and loops.
// Thread-safe.

#include "client/registry.h"

namespace watchfire::scrape {

struct Metrics {
  explicit Metrics(client::Registry& registry);

  client::Family<client::Summary>& interval_length;  // interval
  client::Counter& pools;
  client::Counter& pools_failed;
  client::Counter& pool_reloads;
  client::Counter& pool_reloads_failed;
  client::Counter& pool_exceeded_target_limit;
  client::Counter& pool_exceeded_label_limits;
  client::Family<client::Counter>& pool_syncs;       // scrape_job
  client::Family<client::Gauge>& pool_targets;       // scrape_job
  client::Family<client::Gauge>& pool_target_limit;  // scrape_job
  client::Family<client::Summary>& sync_length;      // scrape_job
  client::Family<client::Counter>& sync_failed;      // scrape_job
  client::Family<client::Summary>& reload_length;    // interval
  client::Counter& exceeded_sample_limit;
  client::Counter& exceeded_body_size_limit;
  client::Counter& sample_duplicate;
  client::Counter& sample_out_of_order;
  client::Counter& sample_out_of_bounds;
  client::Counter& cache_flush_forced;
  client::Counter& exemplar_out_of_order;
  client::Histogram& scrape_duration;
};

}  // namespace watchfire::scrape

#pragma once
// The head's own measurements under upstream's names (prometheus_tsdb_head_*). References stay
// valid as long as the registry; updates are lock-free.

#include "client/registry.h"
#include "tsdb/head/head.h"

namespace watchfire::head {

struct Head::Metrics {
  explicit Metrics(client::Registry& registry);
  void AddCounters(client::Registry& registry);

  client::Gauge* series;
  client::Gauge* chunks;
  client::Gauge* min_time;
  client::Gauge* max_time;
  client::Gauge* min_time_seconds;
  client::Gauge* max_time_seconds;
  client::Counter* series_created;
  client::Counter* series_removed;
  client::Counter* series_not_found;
  client::Gauge* active_appenders;
  client::Counter* appended_floats;
  client::Counter* appended_histograms;
  client::Counter* late_floats;  // taken out of order
  client::Counter* late_histograms;
  // Refused, by what the sample was.
  struct ByType {
    client::Counter* floats;
    client::Counter* histograms;
  };
  ByType out_of_order;
  ByType out_of_bounds;
  ByType too_old;
  client::Histogram* late_by_seconds;
  client::Counter* truncations;
  client::Counter* truncations_failed;
  client::Gauge* replay_seconds;
  client::Counter* mmap_chunk_corruptions;
  client::Counter* unknown_refs;
  client::Counter* wbl_unknown_refs;
  client::Counter* checkpoint_creations;
  client::Counter* checkpoint_creations_failed;
  client::Counter* checkpoint_deletions;
  client::Counter* checkpoint_deletions_failed;
};

}  // namespace watchfire::head

#include "tsdb/head/head_metrics.h"

namespace watchfire::head {

Head::Metrics::Metrics(client::Registry& r) {
  series = &r.AddGauge("prometheus_tsdb_head_series", "Total number of series in the head block.");
  chunks = &r.AddGauge("prometheus_tsdb_head_chunks", "Total number of chunks in the head block.");
  min_time = &r.AddGauge("prometheus_tsdb_head_min_time",
                         "Minimum time bound of the head block. The unit is decided by the library "
                         "consumer.");
  max_time = &r.AddGauge("prometheus_tsdb_head_max_time",
                         "Maximum timestamp of the head block. The unit is decided by the library "
                         "consumer.");
  min_time_seconds =
      &r.AddGauge("prometheus_tsdb_head_min_time_seconds", "Minimum time bound of the head block.");
  max_time_seconds =
      &r.AddGauge("prometheus_tsdb_head_max_time_seconds", "Maximum timestamp of the head block.");
  AddCounters(r);
}

void Head::Metrics::AddCounters(client::Registry& r) {
  series_created = &r.AddCounter("prometheus_tsdb_head_series_created_total",
                                 "Total number of series created in the head");
  series_removed = &r.AddCounter("prometheus_tsdb_head_series_removed_total",
                                 "Total number of series removed in the head");
  series_not_found = &r.AddCounter("prometheus_tsdb_head_series_not_found_total",
                                   "Total number of requests for series that were not found.");
  active_appenders = &r.AddGauge("prometheus_tsdb_head_active_appenders",
                                 "Number of currently active appender transactions");
  auto& appended = r.AddCounterFamily("prometheus_tsdb_head_samples_appended_total",
                                      "Total number of appended samples.", {"type"});
  appended_floats = &appended.With({"float"});
  appended_histograms = &appended.With({"histogram"});
  auto by_type = [&](const char* name, const char* help) -> ByType {
    auto& family = r.AddCounterFamily(name, help, {"type"});
    return {&family.With({"float"}), &family.With({"histogram"})};
  };
  ByType late = by_type("prometheus_tsdb_head_out_of_order_samples_appended_total",
                        "Total number of appended out of order samples.");
  late_floats = late.floats;
  late_histograms = late.histograms;
  out_of_order = by_type("prometheus_tsdb_out_of_order_samples_total",
                         "Total number of out of order samples ingestion failed attempts due to "
                         "out of order being disabled.");
  out_of_bounds = by_type("prometheus_tsdb_out_of_bound_samples_total",
                          "Total number of out of bound samples ingestion failed attempts with out "
                          "of order support disabled.");
  too_old = by_type("prometheus_tsdb_too_old_samples_total",
                    "Total number of out of order samples ingestion failed attempts with out of "
                    "support enabled, but sample outside of time window.");
  late_by_seconds = &r.AddHistogram(
      "prometheus_tsdb_sample_ooo_delta",
      "Delta in seconds by which a sample is considered out of order (reported regardless of OOO "
      "time window and whether sample is accepted or not).",
      {600, 1800, 3600, 7200, 10800, 21600, 43200});
  truncations = &r.AddCounter("prometheus_tsdb_head_truncations_total",
                              "Total number of head truncations attempted.");
  truncations_failed = &r.AddCounter("prometheus_tsdb_head_truncations_failed_total",
                                     "Total number of head truncations that failed.");
  mmap_chunk_corruptions = &r.AddCounter("prometheus_tsdb_mmap_chunk_corruptions_total",
                                         "Total number of memory-mapped chunk corruptions.");
  replay_seconds = &r.AddGauge("prometheus_tsdb_data_replay_duration_seconds",
                               "Time taken to replay the data on disk.");
  auto& unknown = r.AddCounterFamily("prometheus_tsdb_wal_replay_unknown_refs_total",
                                     "Total number of unknown series references encountered "
                                     "during WAL replay.",
                                     {"type"});
  unknown_refs = &unknown.With({"samples"});
  wbl_unknown_refs = &r.AddCounterFamily("prometheus_tsdb_wbl_replay_unknown_refs_total",
                                         "Total number of unknown series references encountered "
                                         "during WBL replay.",
                                         {"type"})
                          .With({"samples"});
  checkpoint_creations = &r.AddCounter("prometheus_tsdb_checkpoint_creations_total",
                                       "Total number of checkpoint creations attempted.");
  checkpoint_creations_failed = &r.AddCounter("prometheus_tsdb_checkpoint_creations_failed_total",
                                              "Total number of checkpoint creations that failed.");
  checkpoint_deletions = &r.AddCounter("prometheus_tsdb_checkpoint_deletions_total",
                                       "Total number of checkpoint deletions attempted.");
  checkpoint_deletions_failed = &r.AddCounter("prometheus_tsdb_checkpoint_deletions_failed_total",
                                              "Total number of checkpoint deletions that failed.");
}

}  // namespace watchfire::head

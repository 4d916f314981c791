#include "alerting/silences/silence_metrics.h"

namespace watchfire::alerting {

namespace {

// Look-ups take microseconds, the bounds are those that dashboards know.
const std::vector<double> kSeconds = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

client::Counter& CompileErrors(client::Registry& registry, const char* stage) {
  return registry.AddCounter("alertmanager_silences_matcher_compile_errors_total",
                             "How many silence matcher compilations failed.", {{"stage", stage}});
}

}  // namespace

SilenceMetrics::SilenceMetrics(client::Registry& registry)
    : gc_duration(registry.AddSummary("alertmanager_silences_gc_duration_seconds",
                                      "Duration of the last silence garbage collection cycle.",
                                      {})),
      gc_errors(registry.AddCounter("alertmanager_silences_gc_errors_total",
                                    "How many silence GC errors were encountered.")),
      snapshot_duration(registry.AddSummary("alertmanager_silences_snapshot_duration_seconds",
                                            "Duration of the last silence snapshot.", {})),
      snapshot_size(registry.AddGauge("alertmanager_silences_snapshot_size_bytes",
                                      "Size of the last silence snapshot in bytes.")),
      maintenance(registry.AddCounter("alertmanager_silences_maintenance_total",
                                      "How many maintenances were executed for silences.")),
      maintenance_errors(
          registry.AddCounter("alertmanager_silences_maintenance_errors_total",
                              "How many maintenances were executed for silences that failed.")),
      compile_errors_index(CompileErrors(registry, "index")),
      compile_errors_load(CompileErrors(registry, "load_snapshot")),
      queries(registry.AddCounter("alertmanager_silences_queries_total",
                                  "How many silence queries were received.")),
      query_errors(registry.AddCounter("alertmanager_silences_query_errors_total",
                                       "How many silence received queries did not succeed.")),
      query_duration(registry.AddHistogram("alertmanager_silences_query_duration_seconds",
                                           "Duration of silence query evaluation.", kSeconds)),
      scanned(registry.AddCounter("alertmanager_silences_query_silences_scanned_total",
                                  "How many silences were scanned during query evaluation.")),
      skipped(registry.AddCounter(
          "alertmanager_silences_query_silences_skipped_total",
          "How many silences were skipped during query evaluation using the version index.")),
      propagated(registry.AddCounter(
          "alertmanager_silences_gossip_messages_propagated_total",
          "Number of received gossip messages that have been further gossiped.")),
      state_size(registry.AddGauge("alertmanager_silences_state_size",
                                   "The number of silences in the state map.")),
      matcher_index_size(registry.AddGauge("alertmanager_silences_matcher_index_size",
                                           "The number of entries in the matcher cache index.")),
      version_index_size(registry.AddGauge("alertmanager_silences_version_index_size",
                                           "The number of entries in the version index.")) {}

}  // namespace watchfire::alerting

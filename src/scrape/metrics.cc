#include "scrape/metrics.h"

namespace watchfire::scrape {

Metrics::Metrics(client::Registry& registry)
    : interval_length(registry.AddSummaryFamily("prometheus_target_interval_length_seconds",
                                                "Actual intervals between scrapes.",
                                                {0.01, 0.05, 0.5, 0.90, 0.99}, {"interval"})),
      pools(registry.AddCounter("prometheus_target_scrape_pools_total",
                                "Total number of scrape pool creation attempts.")),
      pools_failed(registry.AddCounter("prometheus_target_scrape_pools_failed_total",
                                       "Total number of scrape pool creations that failed.")),
      pool_reloads(registry.AddCounter("prometheus_target_scrape_pool_reloads_total",
                                       "Total number of scrape pool reloads.")),
      pool_reloads_failed(registry.AddCounter("prometheus_target_scrape_pool_reloads_failed_total",
                                              "Total number of failed scrape pool reloads.")),
      pool_exceeded_target_limit(registry.AddCounter(
          "prometheus_target_scrape_pool_exceeded_target_limit_total",
          "Total number of times scrape pools hit the target limit, during sync or config "
          "reload.")),
      pool_exceeded_label_limits(registry.AddCounter(
          "prometheus_target_scrape_pool_exceeded_label_limits_total",
          "Total number of times scrape pools hit the label limits, during sync or config "
          "reload.")),
      pool_syncs(registry.AddCounterFamily("prometheus_target_scrape_pool_sync_total",
                                           "Total number of syncs that were executed on a scrape "
                                           "pool.",
                                           {"scrape_job"})),
      pool_targets(registry.AddGaugeFamily("prometheus_target_scrape_pool_targets",
                                           "Current number of targets in this scrape pool.",
                                           {"scrape_job"})),
      pool_target_limit(registry.AddGaugeFamily(
          "prometheus_target_scrape_pool_target_limit",
          "Maximum number of targets allowed in this scrape pool.", {"scrape_job"})),
      sync_length(registry.AddSummaryFamily("prometheus_target_sync_length_seconds",
                                            "Actual interval to sync the scrape pool.",
                                            {0.01, 0.05, 0.5, 0.90, 0.99}, {"scrape_job"})),
      sync_failed(registry.AddCounterFamily("prometheus_target_sync_failed_total",
                                            "Total number of target sync failures.",
                                            {"scrape_job"})),
      reload_length(registry.AddSummaryFamily(
          "prometheus_target_reload_length_seconds",
          "Actual interval to reload the scrape pool with a given configuration.",
          {0.01, 0.05, 0.5, 0.90, 0.99}, {"interval"})),
      exceeded_sample_limit(registry.AddCounter(
          "prometheus_target_scrapes_exceeded_sample_limit_total",
          "Total number of scrapes that hit the sample limit and were rejected.")),
      exceeded_body_size_limit(
          registry.AddCounter("prometheus_target_scrapes_exceeded_body_size_limit_total",
                              "Total number of scrapes that hit the body size limit")),
      sample_duplicate(registry.AddCounter(
          "prometheus_target_scrapes_sample_duplicate_timestamp_total",
          "Total number of samples rejected due to duplicate timestamps but different values.")),
      sample_out_of_order(registry.AddCounter(
          "prometheus_target_scrapes_sample_out_of_order_total",
          "Total number of samples rejected due to not being out of the expected order.")),
      sample_out_of_bounds(registry.AddCounter(
          "prometheus_target_scrapes_sample_out_of_bounds_total",
          "Total number of samples rejected due to timestamp falling outside of the time "
          "bounds.")),
      cache_flush_forced(registry.AddCounter(
          "prometheus_target_scrapes_cache_flush_forced_total",
          "How many times a scrape cache was flushed due to getting big while scrapes are "
          "failing.")),
      exemplar_out_of_order(registry.AddCounter(
          "prometheus_target_scrapes_exemplar_out_of_order_total",
          "Total number of exemplar rejected due to not being out of the expected order.")),
      scrape_duration(registry.AddHistogram(
          "prometheus_target_scrape_duration_seconds",
          "Duration of scrapes, from the request to the end of parsing.",
          {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30})) {}

}  // namespace watchfire::scrape

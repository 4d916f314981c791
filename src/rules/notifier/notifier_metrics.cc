#include "rules/notifier/notifier_metrics.h"

namespace watchfire::rules {
namespace {

const std::vector<std::string> kLabel = {"alertmanager"};

}  // namespace

NotifierMetrics::NotifierMetrics(client::Registry& registry, size_t queue_capacity)
    : discovered(registry.AddGauge("prometheus_notifications_alertmanagers_discovered",
                                   "The number of alertmanagers discovered and active.")),
      sent_(registry.AddCounterFamily("prometheus_notifications_sent_total",
                                      "Total number of alerts sent.", kLabel)),
      errors_(registry.AddCounterFamily("prometheus_notifications_errors_total",
                                        "Total number of sent alerts affected by errors.", kLabel)),
      dropped_(registry.AddCounterFamily(
          "prometheus_notifications_dropped_total",
          "Total number of alerts dropped due to errors when sending to Alertmanager.", kLabel)),
      queue_length_(registry.AddGaugeFamily("prometheus_notifications_queue_length",
                                            "The number of alert notifications in the queue.",
                                            kLabel)),
      latency_(registry.AddSummaryFamily("prometheus_notifications_latency_seconds",
                                         "Latency quantiles for sending alert notifications.",
                                         {0.5, 0.9, 0.99}, kLabel)),
      latency_histogram_(registry.AddHistogramFamily(
          "prometheus_notifications_latency_histogram_seconds",
          "Latency histogram for sending alert notifications.", {.01, .1, 1, 10}, kLabel)) {
  registry
      .AddGauge("prometheus_notifications_queue_capacity",
                "The capacity of the alert notifications queue.")
      .Set(static_cast<double>(queue_capacity));
}

std::shared_ptr<UrlMetrics> NotifierMetrics::Of(const std::string& url) {
  MutexLock lock(mutex_);
  ++users_[url];
  auto* metrics = new UrlMetrics{sent_.With({url}),    errors_.With({url}),
                                 dropped_.With({url}), queue_length_.With({url}),
                                 latency_.With({url}), latency_histogram_.With({url})};
  return {metrics, [self = shared_from_this(), url](UrlMetrics* done) {
            delete done;
            self->Release(url);
          }};
}

void NotifierMetrics::Release(const std::string& url) {
  MutexLock lock(mutex_);
  if (--users_[url] > 0) return;
  users_.erase(url);
  sent_.Remove({url});
  errors_.Remove({url});
  dropped_.Remove({url});
  queue_length_.Remove({url});
  latency_.Remove({url});
  latency_histogram_.Remove({url});
}

}  // namespace watchfire::rules

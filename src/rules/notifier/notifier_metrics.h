#pragma once
// Upstream's prometheus_notifications_* metrics. Those of one address exist as long as somebody
// sends to it: several sections may name the same. Thread-safe; the registry must outlive all.

#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "client/registry.h"

namespace watchfire::rules {

struct UrlMetrics {
  client::Counter& sent;
  client::Counter& errors;
  client::Counter& dropped;
  client::Gauge& queue_length;
  client::Summary& latency;
  client::Histogram& latency_histogram;
};

class NotifierMetrics : public std::enable_shared_from_this<NotifierMetrics> {
 public:
  NotifierMetrics(client::Registry& registry, size_t queue_capacity);

  // `url` as it is shown.
  std::shared_ptr<UrlMetrics> Of(const std::string& url);
  client::Gauge& discovered;

 private:
  void Release(const std::string& url);

  client::Family<client::Counter>& sent_;
  client::Family<client::Counter>& errors_;
  client::Family<client::Counter>& dropped_;
  client::Family<client::Gauge>& queue_length_;
  client::Family<client::Summary>& latency_;
  client::Family<client::Histogram>& latency_histogram_;

  Mutex mutex_;
  std::map<std::string, int> users_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::rules

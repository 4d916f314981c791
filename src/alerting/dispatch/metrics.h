#pragma once
// Metrics of notifying, under upstream's names. Every integration that exists is there from the
// start, so that a rate over a first failure sees it. The references of one integration are looked
// up once and kept.

#include <map>
#include <memory>
#include <string>

#include "alerting/alerts/flush_record.h"
#include "base/mutex.h"
#include "client/registry.h"

namespace watchfire::alerting {

class DispatchMetrics {
 public:
  struct Integration {
    client::Counter* notifications;
    client::Counter* requests;
    client::Counter* requests_failed;
    client::Histogram* latency;
    client::Counter* failed[7];  // by FailureKind
  };

  // `registry` may be null.
  explicit DispatchMetrics(client::Registry* registry);

  const Integration& Of(std::string_view integration);
  void Suppressed(MuteKind kind, size_t alerts);
  void Processed(int64_t batch_ns, size_t alerts);
  client::Gauge& groups() { return *groups_; }

 private:
  const Integration& Make(std::string_view integration) REQUIRES(mutex_);

  std::unique_ptr<client::Registry> own_;  // if nobody wants them
  client::Registry* registry_;
  client::Family<client::Counter>* notifications_;
  client::Family<client::Counter>* failed_;
  client::Family<client::Counter>* requests_;
  client::Family<client::Counter>* requests_failed_;
  client::Family<client::Histogram>* latency_;
  client::Family<client::Counter>* suppressed_;
  client::Gauge* groups_;
  client::Summary* processing_;
  Mutex mutex_;
  std::map<std::string, Integration, std::less<>> integrations_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::alerting

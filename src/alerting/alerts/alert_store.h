#pragma once
// AlertStore: the alerts that are known, by fingerprint. A report of a known alert is merged into
// it; resolved alerts stay until Gc. Subscribers hear of every stored alert in the order in which
// that alert changed.
//
// Thread-safe. Subscribers are called in the thread that put the alert, after the store was
// unlocked; they must not put alerts.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "alerting/alerts/alert_sink.h"
#include "base/clock.h"
#include "client/registry.h"

namespace watchfire::alerting {

class AlertStore : public AlertSink {
 public:
  struct Options {
    size_t per_alertname_limit = 0;  // 0: none
    const Clock* clock = nullptr;
    client::Registry* registry = nullptr;  // may be null
  };
  using Subscriber = std::function<void(const std::vector<AlertPtr>&)>;

  explicit AlertStore(Options options);
  ~AlertStore() override;

  // Before the first Put, or while nobody puts.
  void Subscribe(Subscriber subscriber);

  void Put(std::vector<Alert> alerts) override;
  AlertPtr Get(uint64_t fingerprint) const;  // null: not known
  // By fingerprint. Resolved ones too.
  std::vector<AlertPtr> All() const;
  size_t size() const;
  // Forgets what is resolved at `now`; returns it.
  std::vector<AlertPtr> Gc(TimeMs now);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::alerting

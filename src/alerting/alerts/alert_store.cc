#include "alerting/alerts/alert_store.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/hash_map.h"
#include "base/mutex.h"

namespace watchfire::alerting {
namespace {

// The alerts of one name that were let in, soonest end first.
class NameBucket {
 public:
  // Whether this alert may be kept: known ones always, others if there is room or if the one that
  // ends first has ended.
  bool Admit(uint64_t fingerprint, int64_t ends_ns, size_t capacity, int64_t now_ns) {
    auto known = ends_.find(fingerprint);
    if (known != ends_.end()) {
      order_.erase({known->second, fingerprint});
    } else if (ends_.size() >= capacity) {
      auto first = order_.begin();
      if (first == order_.end() || first->first > now_ns) return false;
      ends_.erase(first->second);
      order_.erase(first);
    }
    ends_[fingerprint] = ends_ns;
    order_.emplace(ends_ns, fingerprint);
    return true;
  }
  void Remove(uint64_t fingerprint) {
    auto known = ends_.find(fingerprint);
    if (known == ends_.end()) return;
    order_.erase({known->second, fingerprint});
    ends_.erase(known);
  }
  bool empty() const { return ends_.empty(); }

 private:
  std::map<uint64_t, int64_t> ends_;
  std::set<std::pair<int64_t, uint64_t>> order_;
};

}  // namespace

struct AlertStore::Impl {
  explicit Impl(const Options& options_in) : options(options_in) {
    WF_CHECK(options.clock != nullptr);
    if (options.registry == nullptr) return;
    options.registry
        ->AddGauge("alertmanager_alerts_per_alert_limit",
                   "Current limit on number of alerts per alert name")
        .Set(static_cast<double>(options.per_alertname_limit));
    limited = &options.registry->AddCounter(
        "alertmanager_alerts_limited_total",
        "Total number of alerts that were dropped due to per alert name limit");
  }

  bool Admit(const Alert& alert, TimeMs now) REQUIRES(mutex) {
    if (options.per_alertname_limit == 0) return true;
    return buckets[std::string(alert.name())].Admit(alert.fingerprint, alert.ends_at.unix_ns,
                                                    options.per_alertname_limit, now * 1'000'000);
  }
  void Forget(const Alert& alert) REQUIRES(mutex) {
    auto bucket = buckets.find(alert.name());
    if (bucket == buckets.end()) return;
    bucket->second.Remove(alert.fingerprint);
    if (bucket->second.empty()) buckets.erase(bucket);
  }
  // What is known of it afterwards; null: dropped.
  AlertPtr Store(Alert alert, TimeMs now) REQUIRES(mutex) {
    auto known = alerts.find(alert.fingerprint);
    if (known != alerts.end() && Overlap(*known->second, alert)) {
      alert = Merge(*known->second, alert, now);
    }
    if (!Admit(alert, now)) return nullptr;
    auto stored = std::make_shared<const Alert>(std::move(alert));
    alerts.insert_or_assign(stored->fingerprint, stored);
    return stored;
  }

  const Options options;
  client::Counter* limited = nullptr;
  std::vector<Subscriber> subscribers;

  // Held from storing until the subscribers know, so that they hear of changes in their order;
  // readers do not wait for it. Taken before `mutex`.
  Mutex put_mutex;
  mutable Mutex mutex;
  HashMap<uint64_t, AlertPtr> alerts GUARDED_BY(mutex);
  std::map<std::string, NameBucket, std::less<>> buckets GUARDED_BY(mutex);
};

AlertStore::AlertStore(Options options) : impl_(std::make_unique<Impl>(options)) {}
AlertStore::~AlertStore() = default;

void AlertStore::Subscribe(Subscriber subscriber) {
  MutexLock lock(impl_->put_mutex);
  impl_->subscribers.push_back(std::move(subscriber));
}

void AlertStore::Put(std::vector<Alert> alerts) {
  TimeMs now = impl_->options.clock->Now();
  std::vector<AlertPtr> stored;
  stored.reserve(alerts.size());
  size_t dropped = 0;
  MutexLock put_lock(impl_->put_mutex);
  {
    MutexLock lock(impl_->mutex);
    for (Alert& alert : alerts) {
      AlertPtr result = impl_->Store(std::move(alert), now);
      if (result != nullptr) {
        stored.push_back(std::move(result));
      } else {
        ++dropped;
      }
    }
  }
  if (dropped > 0 && impl_->limited != nullptr) {
    impl_->limited->Increment(static_cast<double>(dropped));
  }
  for (const Subscriber& subscriber : impl_->subscribers) subscriber(stored);
}

AlertPtr AlertStore::Get(uint64_t fingerprint) const {
  MutexLock lock(impl_->mutex);
  auto known = impl_->alerts.find(fingerprint);
  return known == impl_->alerts.end() ? nullptr : known->second;
}

std::vector<AlertPtr> AlertStore::All() const {
  std::vector<AlertPtr> all;
  {
    MutexLock lock(impl_->mutex);
    all.reserve(impl_->alerts.size());
    for (const auto& [fingerprint, alert] : impl_->alerts) all.push_back(alert);
  }
  std::sort(all.begin(), all.end(),
            [](const AlertPtr& a, const AlertPtr& b) { return a->fingerprint < b->fingerprint; });
  return all;
}

size_t AlertStore::size() const {
  MutexLock lock(impl_->mutex);
  return impl_->alerts.size();
}

std::vector<AlertPtr> AlertStore::Gc(TimeMs now) {
  std::vector<AlertPtr> gone;
  MutexLock lock(impl_->mutex);
  for (auto it = impl_->alerts.begin(); it != impl_->alerts.end();) {
    if (it->second->ResolvedAt(now)) {
      impl_->Forget(*it->second);
      gone.push_back(std::move(it->second));
      impl_->alerts.erase(it++);
    } else {
      ++it;
    }
  }
  return gone;
}

}  // namespace watchfire::alerting

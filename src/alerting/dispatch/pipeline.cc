#include "alerting/dispatch/pipeline.h"

#include <algorithm>
#include <set>

#include "alerting/dispatch/backoff.h"
#include "alerting/dispatch/dedup.h"
#include "base/log.h"
#include "base/mutex.h"
#include "model/duration.h"

namespace watchfire::alerting {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
// Upstream's least time for a flush, however short the group's interval.
constexpr int64_t kMinFlushMs = 10'000;
constexpr int64_t kReadyPollMs = 100;

// Who may touch a flush or a delivery: whoever made it busy. What waits belongs to its timer, and
// to CancelAll.
enum class State : uint8_t { kBusy, kWaiting, kDone };

struct Delivery {
  Notifier* notifier = nullptr;
  State state = State::kBusy;
  NflogKey key;
  Notification notification;  // once something is to be said
  Backoff backoff;
  size_t tries = 0;
  std::string last_error;
  FailureKind last_failure = FailureKind::kOther;
  std::string error;  // how it ended; "": well
  IntegrationRecord record;
};

struct Flush {
  FlushInput in;
  Pipeline::OnMuted on_muted;
  Pipeline::OnDone on_done;
  State state = State::kBusy;
  FlushRecord record;
  std::vector<AlertPtr> audible;  // not muted; sorted when somebody is to be told
  bool sorted = false;
  std::vector<uint64_t> firing;
  std::vector<uint64_t> resolved;
  std::vector<Delivery> deliveries;
  size_t open = 0;  // deliveries that have not ended
};
using FlushPtr = std::shared_ptr<Flush>;

// As BeforeInGroup, with its first two keys looked up once for each alert.
void SortForNotification(std::vector<AlertPtr>* alerts) {
  struct Key {
    std::string_view job;
    std::string_view instance;
    AlertPtr alert;
  };
  std::vector<Key> keys;
  keys.reserve(alerts->size());
  for (AlertPtr& alert : *alerts) {
    std::string_view job = alert->labels.Get("job");
    std::string_view instance = alert->labels.Get("instance");
    keys.push_back({job, instance, std::move(alert)});
  }
  std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
    if (a.job != b.job) return !a.job.empty() && (b.job.empty() || a.job < b.job);
    if (a.instance != b.instance) {
      return !a.instance.empty() && (b.instance.empty() || a.instance < b.instance);
    }
    return CompareLabelSets(a.alert->labels, b.alert->labels) < 0;
  });
  for (size_t i = 0; i < keys.size(); ++i) (*alerts)[i] = std::move(keys[i].alert);
}

std::string NameOf(const Delivery& delivery) {
  return fmt::format("{}/{}[{}]", delivery.key.receiver, delivery.key.integration,
                     delivery.key.index);
}

}  // namespace

struct Pipeline::Impl {
  explicit Impl(Options options_in)
      : options(std::move(options_in)), era(std::make_shared<std::atomic<bool>>(false)) {
    if (options.random == nullptr) options.random = [] { return 0.5; };
  }

  // ---- the flush as a whole

  void Proceed(const FlushPtr& flush) {
    if (*flush->in.cancelled) return End(flush, "context canceled");
    if (options.ready != nullptr && !options.ready()) return WaitUntilReady(flush);
    Filter(*flush);
    if (flush->audible.empty()) return End(flush, {});
    const ReceiverNotifiers* receiver = flush->in.routing->Find(flush->in.route->receiver);
    if (receiver == nullptr || receiver->notifiers.empty()) {
      IntegrationRecord nobody;
      nobody.decision = "The receiver has no integrations: nobody is told.";
      flush->record.integrations.push_back(std::move(nobody));
      return End(flush, {});
    }
    Fan(flush, *receiver);
  }

  void WaitUntilReady(const FlushPtr& flush) {
    int64_t now_ns = options.clock->MonotonicNs();
    if (now_ns >= flush->in.deadline_ns) return End(flush, "context deadline exceeded");
    bool cancelled = false;
    {
      MutexLock lock(mutex);
      cancelled = *flush->in.cancelled;
      if (!cancelled) flush->state = State::kWaiting;
    }
    if (cancelled) return End(flush, "context canceled");
    options.timers->At(now_ns + kReadyPollMs * kNsPerMs, [this, flush] {
      {
        MutexLock lock(mutex);
        if (flush->state != State::kWaiting) return;
        flush->state = State::kBusy;
      }
      Proceed(flush);
    });
  }

  void Filter(Flush& flush) {
    FlushInput& in = flush.in;
    std::vector<FlushedAlert>& alerts = flush.record.alerts;
    alerts.resize(in.alerts.size());
    for (size_t i = 0; i < alerts.size(); ++i) {
      alerts[i].resolved = in.alerts[i]->ResolvedAt(in.now);
      alerts[i].alert = std::move(in.alerts[i]);
    }
    RouteMute mute =
        FilterMuted(*in.routing, *options.silences, *in.route, in.tick, in.now, &alerts);
    size_t muted[static_cast<size_t>(MuteKind::kActiveInterval) + 1] = {};
    for (size_t i = 0; i < alerts.size(); ++i) {
      ++muted[static_cast<size_t>(alerts[i].muted)];
      if (alerts[i].muted != MuteKind::kNone) continue;
      flush.audible.push_back(alerts[i].alert);
      (alerts[i].resolved ? flush.resolved : flush.firing).push_back(in.hashes[i]);
    }
    in.alerts.clear();
    std::sort(flush.firing.begin(), flush.firing.end());
    std::sort(flush.resolved.begin(), flush.resolved.end());
    for (size_t kind = 1; kind < std::size(muted); ++kind) {
      if (muted[kind] > 0) options.metrics->Suppressed(static_cast<MuteKind>(kind), muted[kind]);
    }
    if (flush.on_muted != nullptr) flush.on_muted(alerts, mute);
  }

  void Fan(const FlushPtr& flush, const ReceiverNotifiers& receiver) {
    size_t position = options.position != nullptr ? options.position() : 0;
    int64_t wait_ms = static_cast<int64_t>(position) * options.peer_timeout_ms;
    std::vector<Delivery> deliveries(receiver.notifiers.size());
    for (size_t i = 0; i < deliveries.size(); ++i) {
      Delivery& delivery = deliveries[i];
      delivery.notifier = receiver.notifiers[i].get();
      delivery.key = {flush->in.group_key, flush->in.route->receiver,
                      std::string(delivery.notifier->integration()),
                      static_cast<uint32_t>(delivery.notifier->index())};
      delivery.record.integration = delivery.key.integration;
      delivery.record.index = delivery.key.index;
    }
    {
      MutexLock lock(mutex);
      flush->open = deliveries.size();
      flush->deliveries = std::move(deliveries);
    }
    for (size_t i = 0; i < receiver.notifiers.size(); ++i) {
      if (wait_ms == 0) {
        Compare(flush, i);
        continue;
      }
      flush->deliveries[i].record.decision =
          fmt::format("Waited {} for {} first in the cluster. ", model::FormatDuration(wait_ms),
                      position == 1 ? "the peer that comes" : "the peers that come");
      Park(flush, i, options.clock->MonotonicNs() + wait_ms * kNsPerMs,
           [this, flush, i] { Compare(flush, i); });
    }
  }

  // `failure`: of the flush as a whole; "" if its deliveries tell.
  void End(const FlushPtr& flush, const std::string& failure) {
    {
      MutexLock lock(mutex);
      flush->state = State::kDone;
      active.erase(flush);
    }
    FlushOutcome outcome;
    outcome.cancelled = *flush->in.cancelled;
    outcome.ok = failure.empty();
    std::string errors = failure;
    for (Delivery& delivery : flush->deliveries) {
      if (!delivery.error.empty()) {
        outcome.ok = false;
        errors += (errors.empty() ? "" : "; ") + delivery.error;
      }
      outcome.failures.push_back(
          {delivery.key.integration, delivery.key.index, delivery.error, options.clock->Now()});
      flush->record.integrations.push_back(std::move(delivery.record));
    }
    if (!outcome.ok && !outcome.cancelled) {
      WF_LOG(kError, "Notify for alerts failed", {"component", "dispatcher"},
             {"num_alerts", flush->record.alerts.size()}, {"aggrGroup", flush->in.group_key},
             {"err", errors});
    }
    // Whoever was not even looked at is in the record too.
    for (AlertPtr& alert : flush->in.alerts) {
      bool resolved = alert->ResolvedAt(flush->in.now);
      flush->record.alerts.push_back({std::move(alert), resolved, MuteKind::kNone, {}});
    }
    if (!failure.empty()) {
      IntegrationRecord nobody;
      nobody.decision = outcome.cancelled ? "Ended by a reload or shutdown."
                                          : "The cluster did not settle in the time of this tick.";
      flush->record.integrations.push_back(std::move(nobody));
    }
    if (options.flush_log != nullptr) options.flush_log->Record(std::move(flush->record));
    flush->on_done(outcome);
  }

  // ---- one integration

  // Lets a delivery wait until `due_ns`, then takes the step.
  void Park(const FlushPtr& flush, size_t i, int64_t due_ns, std::function<void()> step) {
    bool cancelled = false;
    {
      MutexLock lock(mutex);
      cancelled = *flush->in.cancelled;
      if (!cancelled) flush->deliveries[i].state = State::kWaiting;
    }
    if (cancelled) return GiveUp(flush, i);
    options.timers->At(due_ns, [this, flush, i, step = std::move(step)] {
      {
        MutexLock lock(mutex);
        if (flush->deliveries[i].state != State::kWaiting) return;
        flush->deliveries[i].state = State::kBusy;
      }
      step();
    });
  }

  void Compare(const FlushPtr& flush, size_t i) {
    Delivery& delivery = flush->deliveries[i];
    if (*flush->in.cancelled) return GiveUp(flush, i);
    const routing::RouteNode& route = *flush->in.route;
    std::shared_ptr<const NflogEntry> entry = options.nflog->Find(delivery.key);
    DedupInput input{entry.get(),
                     &flush->firing,
                     &flush->resolved,
                     delivery.notifier->send_resolved(),
                     route.repeat_interval_ms,
                     flush->in.tick};
    Reason reason = Decide(input);
    delivery.record.reason = reason;
    delivery.record.decision += DecisionText(input, reason);
    if (reason == Reason::kNone) return Finish(flush, i);
    Notification& notification = delivery.notification;
    if (entry != nullptr && reason != Reason::kFirst) notification.data = entry->data;
    if (!input.send_resolved && flush->firing.empty()) {
      options.metrics->Of(delivery.key.integration).notifications->Increment();
      WriteDown(*flush, delivery, notification.data);
      return Finish(flush, i);
    }
    Prepare(*flush, delivery, reason);
    options.metrics->Of(delivery.key.integration).notifications->Increment();
    Try(flush, i);
  }

  void Prepare(Flush& flush, Delivery& delivery, Reason reason) {
    if (!flush.sorted) SortForNotification(&flush.audible);
    flush.sorted = true;
    const routing::RouteNode& route = *flush.in.route;
    Notification& notification = delivery.notification;
    notification.receiver = route.receiver;
    notification.group_key = flush.in.group_key;
    notification.group_labels = flush.in.group_labels;
    notification.route_labels = route.labels;
    notification.now = flush.in.now;
    notification.reason = reason;
    notification.repeat_interval_ms = route.repeat_interval_ms;
    if (delivery.notifier->send_resolved()) {
      notification.alerts = flush.audible;
      return;
    }
    for (const AlertPtr& alert : flush.audible) {
      if (!alert->ResolvedAt(flush.in.now)) notification.alerts.push_back(alert);
    }
  }

  void Try(const FlushPtr& flush, size_t i) {
    {
      MutexLock lock(mutex);
      ++sending;
    }
    options.executor->Submit(flush->deliveries[i].notifier, [this, flush, i] {
      Send(flush, i);
      MutexLock lock(mutex);
      if (--sending == 0) all_sent.NotifyAll();
    });
  }

  void Send(const FlushPtr& flush, size_t i) {
    Delivery& delivery = flush->deliveries[i];
    int64_t start_ns = options.clock->MonotonicNs();
    if (*flush->in.cancelled || start_ns >= flush->in.deadline_ns) return GiveUp(flush, i);
    NotifyContext context;
    context.timeout_ms = std::max<int64_t>((flush->in.deadline_ns - start_ns) / kNsPerMs, 1);
    context.cancelled = flush->in.cancelled;
    AttemptRecord record;
    record.at = options.clock->Now();
    ++delivery.tries;
    record.attempt = delivery.notifier->Notify(delivery.notification, context);
    int64_t took_ns = options.clock->MonotonicNs() - start_ns;
    record.duration_ms = took_ns / kNsPerMs;
    const DispatchMetrics::Integration& metrics = options.metrics->Of(delivery.key.integration);
    metrics.latency->Observe(static_cast<double>(took_ns) / 1e9);
    metrics.requests->Increment();
    if (!record.attempt.delivered) metrics.requests_failed->Increment();
    delivery.record.attempts.push_back(std::move(record));
    OnAttempt(flush, i, start_ns);
  }

  void OnAttempt(const FlushPtr& flush, size_t i, int64_t start_ns) {
    Delivery& delivery = flush->deliveries[i];
    const Attempt& attempt = delivery.record.attempts.back().attempt;
    if (attempt.delivered) {
      if (delivery.tries > 1) {
        WF_LOG(kInfo, "Notify success", {"component", "dispatcher"},
               {"receiver", delivery.key.receiver}, {"integration", NameOf(delivery)},
               {"attempts", delivery.tries});
      }
      delivery.record.delivered = true;
      WriteDown(*flush, delivery, attempt.data ? *attempt.data : delivery.notification.data);
      return Finish(flush, i);
    }
    delivery.last_failure = attempt.failure;
    bool same = delivery.last_error == attempt.error;
    delivery.last_error = attempt.error;
    if (!attempt.retry) {
      return Fail(flush, i,
                  fmt::format("{}: notify retry canceled due to unrecoverable error after {} "
                              "attempts: {}",
                              NameOf(delivery), delivery.tries, attempt.error));
    }
    if (!same) {
      WF_LOG(kWarn, "Notify attempt failed, will retry later", {"component", "dispatcher"},
             {"receiver", delivery.key.receiver}, {"integration", NameOf(delivery)},
             {"attempts", delivery.tries}, {"err", attempt.error});
    }
    // From start to start: a try that took long is followed at once, as upstream's ticker does.
    int64_t next_ns = start_ns + delivery.backoff.NextMs(options.random()) * kNsPerMs;
    if (next_ns >= flush->in.deadline_ns) {
      return Park(flush, i, flush->in.deadline_ns, [this, flush, i] { GiveUp(flush, i); });
    }
    Park(flush, i, next_ns, [this, flush, i] { Try(flush, i); });
  }

  void WriteDown(const Flush& flush, const Delivery& delivery, ReceiverData data) {
    const routing::RouteNode& route = *flush.in.route;
    options.nflog->Log(delivery.key, flush.firing, flush.resolved, std::move(data),
                       EntryExpiryMs(route.repeat_interval_ms, route.group_interval_ms));
  }

  // No time left, or no longer wanted.
  void GiveUp(const FlushPtr& flush, size_t i) {
    Delivery& delivery = flush->deliveries[i];
    bool cancelled = *flush->in.cancelled;
    if (delivery.tries == 0) {
      delivery.last_failure =
          cancelled ? FailureKind::kContextCanceled : FailureKind::kContextDeadlineExceeded;
      delivery.last_error = cancelled ? "context canceled" : "context deadline exceeded";
    }
    delivery.record.decision += cancelled ? " Ended by a reload or shutdown."
                                          : " Given up when the time of this tick was over.";
    Fail(flush, i,
         fmt::format("{}: notify retry canceled after {} attempts: {}", NameOf(delivery),
                     delivery.tries, delivery.last_error));
  }

  void Fail(const FlushPtr& flush, size_t i, std::string error) {
    Delivery& delivery = flush->deliveries[i];
    options.metrics->Of(delivery.key.integration)
        .failed[static_cast<size_t>(delivery.last_failure)]
        ->Increment();
    delivery.error = std::move(error);
    Finish(flush, i);
  }

  void Finish(const FlushPtr& flush, size_t i) {
    bool last = false;
    {
      MutexLock lock(mutex);
      flush->deliveries[i].state = State::kDone;
      last = --flush->open == 0;
    }
    if (last) End(flush, {});
  }

  // ---- all of them

  void CancelAll() {
    std::vector<FlushPtr> waiting;
    std::vector<std::pair<FlushPtr, size_t>> deliveries;
    {
      MutexLock lock(mutex);
      *era = true;
      era = std::make_shared<std::atomic<bool>>(false);
      for (const FlushPtr& flush : active) {
        if (flush->state == State::kWaiting) {
          flush->state = State::kBusy;
          waiting.push_back(flush);
        }
        for (size_t i = 0; i < flush->deliveries.size(); ++i) {
          if (flush->deliveries[i].state != State::kWaiting) continue;
          flush->deliveries[i].state = State::kBusy;
          deliveries.emplace_back(flush, i);
        }
      }
    }
    for (const FlushPtr& flush : waiting) End(flush, "context canceled");
    for (const auto& [flush, i] : deliveries) GiveUp(flush, i);
  }

  Options options;
  mutable Mutex mutex;
  CondVar all_sent;
  std::shared_ptr<std::atomic<bool>> era GUARDED_BY(mutex);
  // States and `open` of these are guarded by the mutex too.
  std::set<FlushPtr> active GUARDED_BY(mutex);
  size_t sending GUARDED_BY(mutex) = 0;
};

Pipeline::Pipeline(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Pipeline::~Pipeline() = default;

std::shared_ptr<const std::atomic<bool>> Pipeline::Token() const {
  MutexLock lock(impl_->mutex);
  return impl_->era;
}

void Pipeline::Start(FlushInput input, OnMuted on_muted, OnDone on_done) {
  auto flush = std::make_shared<Flush>();
  flush->record.tick = input.tick;
  flush->record.route_id = input.route->id;
  flush->record.group_key = input.group_key;
  flush->record.group_labels = input.group_labels;
  flush->record.receiver = input.route->receiver;
  flush->in = std::move(input);
  flush->on_muted = std::move(on_muted);
  flush->on_done = std::move(on_done);
  {
    MutexLock lock(impl_->mutex);
    impl_->active.insert(flush);
  }
  impl_->Proceed(flush);
}

void Pipeline::CancelAll() {
  impl_->CancelAll();
}

bool Pipeline::WaitForSends(int64_t timeout_ms) {
  MutexLock lock(impl_->mutex);
  while (impl_->sending > 0) {
    if (!impl_->all_sent.WaitFor(impl_->mutex, timeout_ms)) return impl_->sending == 0;
  }
  return true;
}

int64_t FlushTimeoutMs(int64_t group_interval_ms, size_t position, int64_t peer_timeout_ms) {
  return std::max(group_interval_ms, kMinFlushMs) +
         static_cast<int64_t>(position) * peer_timeout_ms;
}

int64_t EntryExpiryMs(int64_t repeat_interval_ms, int64_t group_interval_ms) {
  // Upstream says twice the repeat interval, and means the collection after that, minutes later. An
  // entry must at least outlive the next tick, else the end of an alert is never told.
  return std::max(2 * repeat_interval_ms, 2 * group_interval_ms + 60'000);
}

}  // namespace watchfire::alerting

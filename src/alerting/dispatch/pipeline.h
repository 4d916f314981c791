#pragma once
// Pipeline: the way of one flush of one group: wait until the cluster has settled, leave out what
// is muted, and for each integration of the receiver, all at once: wait for peers that come first,
// compare with what was told last, say it until it is heard, write down what was told.
//
// A flush is a chain of short steps on the dispatcher's thread; only Notify runs elsewhere, on the
// executor. A notification that waits, for a peer or for its next try, is a timer and holds no
// thread. Every flush ends in `done` and in one FlushRecord. Thread-safe.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "alerting/alerts/flush_record.h"
#include "alerting/dispatch/metrics.h"
#include "alerting/dispatch/mute_filter.h"
#include "alerting/dispatch/routing_state.h"
#include "alerting/dispatch/send_pool.h"
#include "alerting/dispatch/timers.h"
#include "alerting/nflog/notification_log.h"
#include "alerting/silences/silences.h"
#include "base/clock.h"

namespace watchfire::alerting {

struct FlushInput {
  std::shared_ptr<const Routing> routing;
  const routing::RouteNode* route = nullptr;
  model::Labels group_labels;
  std::string group_key;
  TimeMs tick = 0;          // when it was due
  TimeMs now = 0;           // when it began; what is resolved is so at this moment
  int64_t deadline_ns = 0;  // monotonic
  std::vector<AlertPtr> alerts;
  std::vector<uint64_t> hashes;                        // AlertHash of each
  std::shared_ptr<const std::atomic<bool>> cancelled;  // Token(), of when this was put together
};

struct IntegrationFailure {
  std::string integration;
  size_t index = 0;
  std::string error;  // "": it went well
  TimeMs at = 0;
};

struct FlushOutcome {
  bool ok = true;
  bool cancelled = false;
  // Those that were not muted: one for each integration, with what went wrong.
  std::vector<IntegrationFailure> failures;
};

class Pipeline {
 public:
  struct Options {
    const Clock* clock = nullptr;
    const Silences* silences = nullptr;
    NotificationLog* nflog = nullptr;
    FlushLog* flush_log = nullptr;  // may be null
    DispatchMetrics* metrics = nullptr;
    Timers* timers = nullptr;
    Executor* executor = nullptr;
    std::function<bool()> ready;       // unset: always
    std::function<size_t()> position;  // unset: alone
    std::function<double()> random;    // in [0, 1)
    int64_t peer_timeout_ms = 15'000;
  };
  // Called once the muted alerts are known, in the thread that started the flush.
  using OnMuted = std::function<void(const std::vector<FlushedAlert>&, const RouteMute&)>;
  using OnDone = std::function<void(const FlushOutcome&)>;

  explicit Pipeline(Options options);
  // Nothing may be sent any more: CancelAll and WaitForSends come first.
  ~Pipeline();

  // What CancelAll sets. Whoever looks at groups takes it at that moment, so that a flush of groups
  // that are forgotten before it starts is ended as well.
  std::shared_ptr<const std::atomic<bool>> Token() const;
  void Start(FlushInput input, OnMuted on_muted, OnDone on_done);
  // Ends what waits; what is just being sent ends by itself, and is written down if it was heard.
  void CancelAll();
  // False: some still run after that time.
  bool WaitForSends(int64_t timeout_ms);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// How long a notification may take: at least ten seconds, and the wait for peers besides.
int64_t FlushTimeoutMs(int64_t group_interval_ms, size_t position, int64_t peer_timeout_ms);
// How long what was told is remembered.
int64_t EntryExpiryMs(int64_t repeat_interval_ms, int64_t group_interval_ms);

}  // namespace watchfire::alerting

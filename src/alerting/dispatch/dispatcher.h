#pragma once
// Dispatcher: puts alerts into groups and lets every group speak when its time has come: after
// group_wait at first, then every group_interval, measured from start to start. A group that is
// still speaking when its time comes again speaks once more right after. What a group says is the
// pipeline's business (pipeline.h).
//
// One thread, `dispatch`, runs all timers; without it (tests) RunDue does. Insert takes one lock
// for a moment and never waits for a receiver. An alert costs its group a pointer and a hash; the
// alert itself is shared with the store. Thread-safe but for Apply, Clear and Stop, which one
// thread calls.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alerting/dispatch/pipeline.h"

namespace watchfire::alerting {

enum class AlertMark : uint8_t { kUnprocessed, kActive, kSuppressed };

// A group at one moment. `route` lives as long as `routing`.
struct GroupState {
  std::shared_ptr<const Routing> routing;
  const routing::RouteNode* route = nullptr;
  model::Labels labels;
  std::string key;
  std::vector<AlertPtr> alerts;       // in no order
  std::vector<std::string> muted_by;  // names of intervals, at the last flush
  TimeMs created = 0;
  TimeMs last_flush = 0;  // 0: never
  TimeMs next_flush = 0;  // by the wall clock of now
  bool flushing = false;
  std::vector<IntegrationFailure> failures;  // of the last flush
};

struct MarkCounts {
  size_t unprocessed = 0;
  size_t active = 0;
  size_t suppressed = 0;
};

class Dispatcher {
 public:
  struct Options {
    const Clock* clock = nullptr;
    const Silences* silences = nullptr;
    NotificationLog* nflog = nullptr;
    FlushLog* flush_log = nullptr;         // may be null
    client::Registry* registry = nullptr;  // may be null
    std::function<bool()> ready;           // whether the cluster has settled; unset: always
    std::function<size_t()> position;      // among the peers; unset: alone
    int64_t peer_timeout_ms = 15'000;
    // No group speaks before that long after the construction.
    int64_t start_delay_ms = 0;
    // For tests: who sends (null: a SendPool), what spreads retries, and no thread of its own.
    Executor* executor = nullptr;
    std::function<double()> random;
    bool own_thread = true;
  };

  explicit Dispatcher(Options options);
  // Stop, if that was not called.
  ~Dispatcher();

  // New routes; groups are built from these alerts. Clear must have been called.
  void Apply(std::shared_ptr<const Routing> routing, const std::vector<AlertPtr>& alerts);
  // Forgets routes and groups, ends what they say, and waits a few seconds for what is just being
  // sent. Until Apply, alerts are not taken in.
  void Clear();
  void Stop();

  void Insert(const std::vector<AlertPtr>& alerts);

  // With its alerts or (cheaper) without.
  std::vector<GroupState> Groups(bool with_alerts = true) const;
  std::optional<GroupState> FindGroup(const routing::RouteNode& route,
                                      const model::Labels& group_labels) const;
  std::shared_ptr<const Routing> routing() const;
  // Each alert once, whatever its groups.
  MarkCounts CountMarks() const;

  // For tests without a thread.
  void RunDue();
  std::optional<int64_t> NextDueNs() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::alerting

#include "alerting/dispatch/dispatcher.h"

#include <algorithm>
#include <random>

#include "base/hash_map.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "base/waiter.h"

namespace watchfire::alerting {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
// How long a reload or shutdown waits for receivers that are just being talked to; their notifiers
// are told to stop.
constexpr int64_t kClearWaitMs = 5'000;

struct Member {
  AlertPtr alert;
  uint64_t hash = 0;  // AlertHash of its labels
  AlertMark mark = AlertMark::kUnprocessed;
};

struct Group {
  const routing::RouteNode* route = nullptr;
  model::Labels labels;
  std::string key;
  HashMap<uint64_t, Member> members;  // by fingerprint
  std::vector<std::string> muted_by;
  std::vector<IntegrationFailure> failures;
  TimeMs created = 0;
  TimeMs last_flush = 0;
  int64_t next_ns = 0;
  bool flushing = false;
  bool overdue = false;  // its time came while it was speaking
  bool dead = false;
};
using GroupPtr = std::shared_ptr<Group>;

struct LabelsHash {
  size_t operator()(const model::Labels& labels) const { return labels.Hash(); }
};
using GroupMap = HashMap<model::Labels, GroupPtr, LabelsHash>;

// An alert on its way into a group, worked out before the lock is taken.
struct Placement {
  const AlertPtr* alert = nullptr;
  const routing::RouteNode* route = nullptr;
  model::Labels group_labels;
};

std::vector<Placement> Place(const Routing& routing, const std::vector<AlertPtr>& alerts) {
  std::vector<Placement> placements;
  placements.reserve(alerts.size());
  for (const AlertPtr& alert : alerts) {
    for (const routing::RouteNode* route : routing.tree->Match(alert->labels)) {
      placements.push_back({&alert, route, route->GroupLabels(alert->labels)});
    }
  }
  return placements;
}

}  // namespace

struct Dispatcher::Impl {
  explicit Impl(Options options_in)
      : options(std::move(options_in)),
        metrics(options.registry),
        own_pool(options.executor == nullptr ? std::make_unique<SendPool>(SendPool::Options{})
                                             : nullptr),
        start_ns(options.clock->MonotonicNs() + options.start_delay_ms * kNsPerMs),
        pipeline(PipelineOptions()) {}

  Pipeline::Options PipelineOptions() {
    Pipeline::Options out;
    out.clock = options.clock;
    out.silences = options.silences;
    out.nflog = options.nflog;
    out.flush_log = options.flush_log;
    out.metrics = &metrics;
    out.timers = &timers;
    out.executor = options.executor != nullptr ? options.executor : own_pool.get();
    out.ready = options.ready;
    out.position = options.position;
    out.peer_timeout_ms = options.peer_timeout_ms;
    // Called by several senders at once; the generator is theirs one at a time.
    out.random = options.random != nullptr ? options.random : [this] {
      MutexLock lock(random_mutex);
      return std::uniform_real_distribution<double>(0, 1)(random);
    };
    return out;
  }

  // ---- alerts into groups

  void Insert(const std::vector<AlertPtr>& alerts) {
    std::shared_ptr<const Routing> now_routing;
    {
      MutexLock lock(mutex);
      now_routing = routing;
    }
    if (now_routing == nullptr) return;
    int64_t begin_ns = options.clock->MonotonicNs();
    std::vector<Placement> placements = Place(*now_routing, alerts);
    {
      MutexLock lock(mutex);
      // Another configuration came in between: it took these alerts from the store.
      if (routing != now_routing) return;
      std::vector<GroupPtr> made;
      for (Placement& placement : placements) InsertOne(placement, &made);
      for (const GroupPtr& group : made) StartTimer(group);
      metrics.groups().Set(static_cast<double>(group_count));
    }
    metrics.Processed(options.clock->MonotonicNs() - begin_ns, alerts.size());
  }

  void InsertOne(Placement& placement, std::vector<GroupPtr>* made) REQUIRES(mutex) {
    const AlertPtr& alert = *placement.alert;
    GroupPtr& group = groups[placement.route->index][placement.group_labels];
    if (group == nullptr) {
      group = std::make_shared<Group>();
      group->route = placement.route;
      group->key = placement.route->GroupKey(placement.group_labels);
      group->labels = std::move(placement.group_labels);
      group->created = options.clock->Now();
      ++group_count;
      made->push_back(group);
    }
    Member& member = group->members[alert->fingerprint];
    if (member.alert == nullptr) member.hash = AlertHash(alert->labels);
    member.alert = alert;
  }

  // A group that came late, because its alerts are older than group_wait (after a restart or
  // reload), does not wait again.
  void StartTimer(const GroupPtr& group) REQUIRES(mutex) {
    int64_t now_ns = options.clock->MonotonicNs();
    TimeMs now = options.clock->Now();
    int64_t wait_ms = group->route->group_wait_ms;
    for (const auto& [fingerprint, member] : group->members) {
      if (member.alert->starts_at.ms() + wait_ms < now) wait_ms = 0;
    }
    group->next_ns = std::max(now_ns + wait_ms * kNsPerMs, start_ns);
    Arm(group);
  }

  void Arm(const GroupPtr& group) {
    timers.At(group->next_ns, [this, weak = std::weak_ptr<Group>(group)] {
      if (GroupPtr alive = weak.lock()) Tick(alive);
    });
  }

  // ---- groups speak

  void Tick(const GroupPtr& group) {
    FlushInput input;
    {
      MutexLock lock(mutex);
      if (group->dead) return;
      if (group->flushing) {
        group->overdue = true;
        return;
      }
      input = Begin(group);
    }
    std::vector<AlertPtr> resolved;
    for (const AlertPtr& alert : input.alerts) {
      if (alert->ResolvedAt(input.now)) resolved.push_back(alert);
    }
    pipeline.Start(
        std::move(input),
        [this, group](const std::vector<FlushedAlert>& alerts, const RouteMute& mute) {
          Mark(*group, alerts, mute);
        },
        [this, group, resolved = std::move(resolved)](const FlushOutcome& outcome) {
          Complete(group, resolved, outcome);
        });
  }

  FlushInput Begin(const GroupPtr& group) REQUIRES(mutex) {
    int64_t now_ns = options.clock->MonotonicNs();
    const routing::RouteNode& route = *group->route;
    int64_t interval_ns = route.group_interval_ms * kNsPerMs;
    int64_t late_ns = std::max<int64_t>(now_ns - group->next_ns, 0);
    // The lateness of our own thread must not add up; that of a slow flush moves later ticks.
    bool in_time = !group->overdue && late_ns < interval_ns;
    FlushInput input;
    input.cancelled = pipeline.Token();
    input.routing = routing;
    input.route = group->route;
    input.group_labels = group->labels;
    input.group_key = group->key;
    input.now = options.clock->Now();
    input.tick = input.now - late_ns / kNsPerMs;
    size_t position = options.position != nullptr ? options.position() : 0;
    input.deadline_ns =
        now_ns +
        FlushTimeoutMs(route.group_interval_ms, position, options.peer_timeout_ms) * kNsPerMs;
    input.alerts.reserve(group->members.size());
    input.hashes.reserve(group->members.size());
    for (const auto& [fingerprint, member] : group->members) {
      input.alerts.push_back(member.alert);
      input.hashes.push_back(member.hash);
    }
    group->flushing = true;
    group->overdue = false;
    group->last_flush = input.now;
    group->next_ns = (in_time ? group->next_ns : now_ns) + interval_ns;
    Arm(group);
    return input;
  }

  void Mark(Group& group, const std::vector<FlushedAlert>& alerts, const RouteMute& mute) {
    MutexLock lock(mutex);
    group.muted_by = mute.by;
    for (const FlushedAlert& flushed : alerts) {
      auto member = group.members.find(flushed.alert->fingerprint);
      if (member == group.members.end()) continue;
      bool suppressed =
          flushed.muted == MuteKind::kSilence || flushed.muted == MuteKind::kInhibition;
      member->second.mark = suppressed ? AlertMark::kSuppressed : AlertMark::kActive;
    }
  }

  void Complete(const GroupPtr& group, const std::vector<AlertPtr>& resolved,
                const FlushOutcome& outcome) {
    MutexLock lock(mutex);
    group->flushing = false;
    if (group->dead) return;
    group->failures = outcome.failures;
    std::erase_if(group->failures, [](const IntegrationFailure& f) { return f.error.empty(); });
    if (outcome.ok) {
      for (const AlertPtr& alert : resolved) {
        // One that was reported again since has another pointer: its change was not told yet.
        auto member = group->members.find(alert->fingerprint);
        if (member->second.alert == alert) group->members.erase(member);
      }
    }
    if (group->members.empty()) {
      Destroy(*group);
    } else if (group->overdue) {
      // On the dispatcher's thread, not on that of whoever sent last.
      timers.At(options.clock->MonotonicNs(), [this, group] { Tick(group); });
    }
  }

  void Destroy(Group& group) REQUIRES(mutex) {
    group.dead = true;
    groups[group.route->index].erase(group.labels);
    --group_count;
    metrics.groups().Set(static_cast<double>(group_count));
  }

  // ---- life

  void Run() {
    while (true) {
      {
        MutexLock lock(mutex);
        if (stopping) return;
      }
      timers.RunDue(options.clock->MonotonicNs());
      std::optional<int64_t> next = timers.NextDueNs();
      int64_t wait_ms = -1;
      if (next) {
        int64_t left_ns = *next - options.clock->MonotonicNs();
        // Rounded up: waking too early would spin.
        wait_ms = std::max<int64_t>((left_ns + kNsPerMs - 1) / kNsPerMs, 0);
      }
      if (wait_ms != 0) waiter.Wait(wait_ms);
    }
  }

  void Clear() {
    {
      MutexLock lock(mutex);
      for (GroupMap& map : groups) {
        for (auto& [labels, group] : map) group->dead = true;
      }
      groups.clear();
      group_count = 0;
      routing = nullptr;
    }
    pipeline.CancelAll();
    pipeline.WaitForSends(kClearWaitMs);
    timers.Clear();
  }

  GroupState StateOf(const Group& group, bool with_alerts) const REQUIRES(mutex) {
    GroupState state;
    state.routing = routing;
    state.route = group.route;
    state.labels = group.labels;
    state.key = group.key;
    if (with_alerts) {
      state.alerts.reserve(group.members.size());
      for (const auto& [fingerprint, member] : group.members) state.alerts.push_back(member.alert);
    }
    state.muted_by = group.muted_by;
    state.created = group.created;
    state.last_flush = group.last_flush;
    state.next_flush =
        options.clock->Now() + (group.next_ns - options.clock->MonotonicNs()) / kNsPerMs;
    state.flushing = group.flushing;
    state.failures = group.failures;
    return state;
  }

  Options options;
  DispatchMetrics metrics;
  Waiter waiter;
  Timers timers;
  std::unique_ptr<SendPool> own_pool;
  const int64_t start_ns;
  Mutex random_mutex;
  std::mt19937_64 random GUARDED_BY(random_mutex){std::random_device()()};

  mutable Mutex mutex;
  std::shared_ptr<const Routing> routing GUARDED_BY(mutex);
  std::vector<GroupMap> groups GUARDED_BY(mutex);  // by index of the route
  size_t group_count GUARDED_BY(mutex) = 0;
  bool stopping GUARDED_BY(mutex) = false;

  Pipeline pipeline;
  Thread thread;
};

Dispatcher::Dispatcher(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {
  if (!impl_->options.own_thread) return;
  impl_->timers.SetWake([this] { impl_->waiter.Wake(); });
  impl_->thread = Thread("dispatch", [this] { impl_->Run(); });
}

Dispatcher::~Dispatcher() {
  Stop();
}

void Dispatcher::Apply(std::shared_ptr<const Routing> routing,
                       const std::vector<AlertPtr>& alerts) {
  {
    MutexLock lock(impl_->mutex);
    WF_CHECK(impl_->routing == nullptr && !impl_->stopping);
    impl_->groups.resize(routing->tree->nodes().size());
    impl_->routing = std::move(routing);
  }
  impl_->Insert(alerts);
}

void Dispatcher::Clear() {
  impl_->Clear();
}

void Dispatcher::Stop() {
  Clear();
  {
    MutexLock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->waiter.Wake();
  impl_->thread.Join();
  impl_->own_pool.reset();
}

void Dispatcher::Insert(const std::vector<AlertPtr>& alerts) {
  impl_->Insert(alerts);
}

std::vector<GroupState> Dispatcher::Groups(bool with_alerts) const {
  std::vector<GroupState> states;
  MutexLock lock(impl_->mutex);
  states.reserve(impl_->group_count);
  for (const GroupMap& map : impl_->groups) {
    for (const auto& [labels, group] : map) states.push_back(impl_->StateOf(*group, with_alerts));
  }
  return states;
}

std::optional<GroupState> Dispatcher::FindGroup(const routing::RouteNode& route,
                                                const model::Labels& group_labels) const {
  MutexLock lock(impl_->mutex);
  if (route.index >= impl_->groups.size()) return std::nullopt;
  const GroupMap& map = impl_->groups[route.index];
  auto found = map.find(group_labels);
  // The same place in the tree of another configuration is another route.
  if (found == map.end() || found->second->route != &route) return std::nullopt;
  return impl_->StateOf(*found->second, true);
}

std::shared_ptr<const Routing> Dispatcher::routing() const {
  MutexLock lock(impl_->mutex);
  return impl_->routing;
}

MarkCounts Dispatcher::CountMarks() const {
  HashMap<uint64_t, AlertMark> marks;
  {
    MutexLock lock(impl_->mutex);
    for (const GroupMap& map : impl_->groups) {
      for (const auto& [labels, group] : map) {
        for (const auto& [fingerprint, member] : group->members) {
          AlertMark& mark = marks[fingerprint];
          mark = std::max(mark, member.mark);
        }
      }
    }
  }
  MarkCounts counts;
  for (const auto& [fingerprint, mark] : marks) {
    ++(mark == AlertMark::kSuppressed ? counts.suppressed
       : mark == AlertMark::kActive   ? counts.active
                                      : counts.unprocessed);
  }
  return counts;
}

void Dispatcher::RunDue() {
  impl_->timers.RunDue(impl_->options.clock->MonotonicNs());
}

std::optional<int64_t> Dispatcher::NextDueNs() const {
  return impl_->timers.NextDueNs();
}

}  // namespace watchfire::alerting

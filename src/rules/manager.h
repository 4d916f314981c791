#pragma once
// Manager: all rule groups of the configuration, evaluated when their slots come.
//
// A reload replaces the whole rule set or, if any file is wrong, none of it: Load reads and checks,
// Replace takes. Groups that did not change are not touched; others continue with the state of
// their rules. Groups run beside each other on a few threads, one evaluation of a group at a time;
// one that takes longer than its interval skips slots, which are counted. After the machine's clock
// was set back, slots begin anew from there.
//
// Constructed with ParseOptions alone, it only reads and shows. Load, Replace, Start and Stop
// belong to one thread; readers may be anywhere and wait for no evaluation.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/thread.h"
#include "base/waiter.h"
#include "client/registry.h"
#include "rules/dependencies.h"
#include "rules/group.h"
#include "rules/loader.h"
#include "rules/services.h"
#include "rules/view.h"

namespace watchfire::rules {

using GroupKey = std::pair<std::string, std::string>;  // file, name

struct ManagerOptions {
  promql::ParseOptions parse;
  Services services;                     // metrics, slots and cancelled are the manager's own
  client::Registry* registry = nullptr;  // may be null
  size_t threads = 4;                    // groups evaluated at the same time
  // --enable-feature=concurrent-rule-eval: rules of one group beside each other, in all at most
  // so many beside the first of each group. 0: off.
  size_t max_concurrent_evals = 0;
};

class Manager {
 public:
  explicit Manager(promql::ParseOptions parse);
  explicit Manager(ManagerOptions options);
  ~Manager();

  // What exists only after the manager does; before Start. `sink` may be null.
  void Attach(storage::Queryable* queryable, storage::Appendable* appendable,
              alerting::AlertSink* sink);

  // Reads and checks everything, changes nothing: what Replace takes later, when everything else
  // of a new configuration has turned out well too.
  Result<std::shared_ptr<const GroupSpecs>> Load(const config::Config& config,
                                                 FileSystem& files) const;
  // Waits for running evaluations of groups that change or go. The groups of the first call restore
  // how long their alerts were pending.
  void Replace(std::shared_ptr<const GroupSpecs> specs);

  // Evaluation begins with the next slots.
  void Start();
  // Cancels running queries and waits for their threads. Writes no stale markers: a restarted
  // process goes on.
  void Stop();

  // What the scheduler thread does, on this one, if Start is not called: evaluates each group whose
  // slot has come by `now` once, in order of slots. For tests and tools.
  void EvaluateDue(TimeMs now);
  // When the next slot comes; kMaxTime: no group.
  TimeMs NextDue() const;

  // Sorted by file, then name.
  std::vector<GroupView> Views(bool with_alerts = true) const;
  // Pending and firing alerts of all rules, in the same order.
  std::vector<AlertView> Alerts() const;
  // The rule that this alert comes from: whose labels it has, or whose with more labels (external
  // ones, added on the way). Unset: no rule, or several that might be it.
  std::optional<AlertOrigin> FindAlert(const model::Labels& labels) const;

 private:
  struct Entry {
    std::shared_ptr<Group> group;
    TimeMs next = 0;
    bool running = false;
  };
  // Series of a group that is gone; they end unless somebody has gone on with them till then.
  struct Ending {
    TimeMs due = 0;
    TimeMs t = 0;
    std::vector<model::Labels> series;
  };
  struct Job {
    GroupKey key;
    std::shared_ptr<Group> group;
    TimeMs slot = 0;
    uint64_t missed = 0;
  };

  TimeMs Now() const { return services_.clock->Now(); }
  // Groups or their slots are others now.
  void Changed();
  void RunScheduler();
  // Whether anything is due; entries of jobs are marked running.
  bool TakeDue(TimeMs now, std::vector<Job>* jobs, std::vector<Ending>* endings) REQUIRES(mutex_);
  TimeMs NextDueLocked() const REQUIRES(mutex_);
  void Run(const Job& job);
  std::shared_ptr<Group> Claim(const GroupKey& key);
  void Release(const GroupKey& key, std::shared_ptr<Group> group);
  void Insert(std::shared_ptr<Group> group);
  void Retire(const GroupKey& key);

  const promql::ParseOptions parse_;
  const std::shared_ptr<std::atomic<bool>> cancelled_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<EvaluationSlots> slots_;
  Services services_;
  const size_t threads_;
  bool loaded_ = false;  // Replace was called

  mutable Mutex mutex_;
  CondVar changed_;
  Waiter waiter_;  // the scheduler's: it must not sleep on when the machine's clock is set back
  std::map<GroupKey, Entry> groups_ GUARDED_BY(mutex_);
  std::vector<Ending> endings_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;

  std::unique_ptr<ThreadPool> pool_;
  Thread scheduler_;
};

}  // namespace watchfire::rules

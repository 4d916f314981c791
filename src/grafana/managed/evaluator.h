#pragma once
// Evaluator: knows which group of managed rules is due, evaluates it, keeps the state of every
// alert and says what changed. One thread waits for what is due and evaluates it; with more than
// one group a small pool does, so that one silent data source does not stop the others. No thread
// at all while there are no rules.
//
// A group is evaluated at its slots (its offset in the interval comes from its name) and, when it
// is new, at once. Thread-safe; no lock is held while queries run or others are told.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "base/waiter.h"
#include "client/registry.h"
#include "grafana/managed/evaluation.h"
#include "grafana/managed/rule_state.h"
#include "grafana/managed/rule_store.h"
#include "grafana/managed/source_watch.h"
#include "storage/appender.h"

namespace watchfire::grafana {

struct EvaluatorOptions {
  RuleStore* rules = nullptr;
  const Clock* clock = nullptr;
  EvaluationSources sources;
  std::function<std::string(std::string_view uid)> folder_title;
  std::function<void(std::vector<alerting::Alert>)> send;
  // Of the linked panel: dashboard, panel, old and new state, text. May be empty.
  std::function<void(const std::string&, int64_t, const std::string&, const std::string&,
                     const std::string&)>
      annotate;
  std::function<std::unique_ptr<storage::Appender>()> appender;  // empty: nothing is recorded
  std::function<bool()> ready;                                   // empty: it is
  client::Registry* registry = nullptr;                          // may be null
  std::string external_url;
};

// A copy of what is known of a rule.
struct RuleStatus {
  std::shared_ptr<const RuleGroup> group;
  const ManagedRule* rule = nullptr;  // in `group`
  std::string folder_title;
  std::string health = "unknown";
  std::string last_error;
  TimeMs evaluated_at = 0;
  double evaluation_seconds = 0;
  std::vector<Instance> instances;
  // "firing", "pending", "recovering", "inactive"
  std::string_view State() const;
};

class Evaluator {
 public:
  explicit Evaluator(EvaluatorOptions options);
  ~Evaluator();

  // What was firing before the restart; before the first Reload.
  Result<void> Restore();
  // Takes the groups as the store has them now. Alerts of rules that are gone end.
  void Reload();
  // Begins to evaluate by itself, as soon as there are rules.
  void Start();
  void Stop();

  // Without threads: evaluates what is due now, here.
  void RunDue();
  std::optional<TimeMs> NextDue() const;  // unset: no rules

  std::vector<RuleStatus> Statuses() const;
  // Of one rule; unset: there is none.
  std::optional<RuleStatus> StatusOf(std::string_view uid) const;
  EvaluationSources& sources() { return options_.sources; }
  std::string FolderTitle(std::string_view uid) const { return options_.folder_title(uid); }

 private:
  struct Group;
  struct Metrics;
  using GroupPtr = std::shared_ptr<Group>;

  void Loop();
  void EnsureThreads();
  std::vector<GroupPtr> TakeDue(TimeMs now);
  void EvaluateGroup(Group& group, TimeMs at);
  void EvaluateRule(Group& group, const std::string& uid, TimeMs at,
                    std::map<std::string, Error>& down);
  void Record(const ManagedRule& rule, const Evaluation& evaluation, TimeMs at);
  void WatchSources(const ManagedRule& rule, const Evaluation& evaluation, TimeMs at,
                    int64_t interval_ms, Effects& effects);
  RulePlace PlaceOf(const RuleGroup& group) const;
  // The titles and effects of rules that changed or are gone.
  void TakeGroups(std::vector<std::pair<std::string, Effects>>& all,
                  std::vector<std::string>& titles);
  void TakeRule(Group& group, bool fresh, std::shared_ptr<const ManagedRule> rule,
                const RulePlace& place, TimeMs now,
                std::map<std::string, std::unique_ptr<RuleState>>& states,
                std::vector<std::pair<std::string, Effects>>& all, std::vector<std::string>& titles)
      REQUIRES(mutex_);
  void Publish(const std::vector<std::pair<std::string, Effects>>& all);
  void Tell(const std::string& title, const Effects& effects);
  RuleStatus StatusOf(const Group& group, const ManagedRule& rule) const REQUIRES(mutex_);

  EvaluatorOptions options_;
  std::unique_ptr<Metrics> metrics_;
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  TimeMs started_at_ = 0;

  Mutex reload_mutex_;  // from the look at the store to the taking; before `mutex_`
  mutable Mutex mutex_;
  std::map<std::pair<std::string, std::string>, GroupPtr> groups_ GUARDED_BY(mutex_);
  std::map<std::string, std::unique_ptr<RuleState>> states_ GUARDED_BY(mutex_);
  std::map<std::string, std::vector<Instance>> restored_ GUARDED_BY(mutex_);
  SourceWatch source_watch_ GUARDED_BY(mutex_);
  bool wanted_ GUARDED_BY(mutex_) = false;  // Start was called

  Waiter waiter_;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<ThreadPool> pool_;  // touched by the loop's thread alone until it has ended
  Thread thread_;
};

}  // namespace watchfire::grafana

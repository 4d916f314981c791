#pragma once
// RuleState: what the evaluator remembers of one rule between evaluations: its alerts, its
// templates, how the last run went; and what an evaluation changes. No clock, no threads, no I/O:
// what is to be told to others comes back as Effects. The evaluator's lock guards it.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "alerting/alerts/alert.h"
#include "grafana/managed/evaluation.h"
#include "grafana/managed/instance.h"
#include "grafana/managed/rule.h"
#include "grafana/managed/rule_store.h"

namespace watchfire::grafana {

// What others hear of a change.
struct Effects {
  std::vector<alerting::Alert> alerts;  // sealed
  std::vector<HistoryEntry> history;
  bool changed = false;  // what is kept of the rule is to be written
};

// Where a rule stands; outlives nothing.
struct RulePlace {
  int64_t interval_ms = 60'000;
  std::string folder_title;
  std::string external_url;
  // Unknown outcomes change nothing and are told to nobody (the server has just started).
  bool grace = false;
};

class RuleState {
 public:
  explicit RuleState(std::shared_ptr<const ManagedRule> rule);

  const ManagedRule& rule() const { return *rule_; }
  const std::shared_ptr<const ManagedRule>& shared_rule() const { return rule_; }
  // The same rule, changed. Alerts stay unless they would be others.
  Effects Replace(std::shared_ptr<const ManagedRule> rule, TimeMs t, const RulePlace& place);
  // Ends all alerts.
  Effects Clear(TimeMs t, std::string_view reason, const RulePlace& place);
  void Restore(Instance instance);
  // The outcome of an evaluation at `t`. Of a recording rule: health alone.
  Effects Apply(const Evaluation& evaluation, TimeMs t, const RulePlace& place);

  std::set<model::Labels> Firing() const;  // keys
  const std::map<model::Labels, Instance>& instances() const { return instances_; }
  std::vector<std::string> StoredInstances() const;

  // ---- of the last evaluation
  std::string health = "unknown";  // "ok", "error", "nodata"
  std::string last_error;
  TimeMs evaluated_at = 0;  // 0: never
  double evaluation_seconds = 0;

 private:
  struct Text {
    std::string name;
    std::optional<templates::RuleTemplate> parsed;
    std::string error;
  };
  void Prepare();
  Instance& Find(const model::Labels& key);
  void ApplyToAll(const Evaluation& evaluation, TimeMs t);
  void ApplyOutcomes(const Evaluation& evaluation, TimeMs t);
  void Missing(const std::set<model::Labels>& seen, bool has_data, TimeMs t);
  void Describe(Instance& instance, const RulePlace& place);
  std::string Expand(const Text& text, const model::Labels& labels, const Instance& instance,
                     const RulePlace& place) const;
  void Tell(Instance& instance, TimeMs t, const RulePlace& place, Effects& effects) const;
  // Compares with what was there before, tells and forgets what is over.
  void Finish(const std::map<model::Labels, std::string>& before, TimeMs t, const RulePlace& place,
              Effects& effects);
  std::map<model::Labels, std::string> StatesNow() const;

  std::shared_ptr<const ManagedRule> rule_;
  std::vector<Text> labels_, annotations_;
  std::map<model::Labels, Instance> instances_;
  std::set<model::Labels> over_;  // to be forgotten at the end of Apply
};

}  // namespace watchfire::grafana

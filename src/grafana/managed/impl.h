#pragma once
// The inside of ManagedAlerting: the parts, and what is done to several of them at once. For the
// API of managed alerts, which is thin over it, and for the room's own sources. Thread-safe.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alerting/alerts/notification.h"
#include "base/mutex.h"
#include "grafana/contacts/contacts.h"
#include "grafana/managed/evaluator.h"
#include "grafana/managed/managed_alerting.h"
#include "grafana/managed/rule_store.h"

namespace watchfire::grafana {

struct ManagedAlerting::Impl {
  explicit Impl(ManagedDependencies dependencies) : deps(std::move(dependencies)) {}

  Result<void> Open();

  // ---- rules
  // Checked, then stored, then evaluated. Folders must exist (kNotFound).
  Result<void> PutGroups(std::vector<RuleGroup> groups, const RuleEditor& editor);
  Result<ManagedRule> PutRule(ManagedRule rule, const RuleEditor& editor);
  Result<void> DeleteRule(std::string_view uid, const RuleEditor& editor);
  Result<void> DeleteGroup(std::string_view folder_uid, std::string_view name,
                           const RuleEditor& editor);
  // A run of the rule as it is, kept nowhere.
  Evaluation Preview(const ManagedRule& rule, TimeMs at) const;
  int64_t MinIntervalMs() const;
  std::string FolderTitle(std::string_view uid) const;

  // ---- where alerts go
  // Null while nothing needs one.
  alerting::Alertmanager* Manager() const;
  // Makes it if need be.
  Result<alerting::Alertmanager*> EnsureManager();
  // Tells one made-up alert (with these labels and annotations besides) to one contact point.
  Result<alerting::Attempt> TestPoint(const ContactPoint& point, const model::Labels& labels,
                                      const alerting::Annotations& annotations) const;
  // What does not work as somebody may think: of policies, contact points that are not told.
  std::vector<std::string> Warnings() const;

  // ---- files
  Result<void> Provision(const codec::Json& document, const std::string& file);

  ManagedDependencies deps;
  client::Registry manager_metrics;  // of an Alertmanager beside the one whose metrics are shown
  std::unique_ptr<RuleStore> rules;
  std::unique_ptr<Contacts> contacts;
  std::unique_ptr<Evaluator> evaluator;
  Mutex provision_mutex;
  std::vector<std::string> provisioned_files GUARDED_BY(provision_mutex);

 private:
  Result<void> CheckGroups(const std::vector<RuleGroup>& groups) const;
  std::vector<RuleRoute> RoutesOf(const RuleGroups& groups) const;
  // After a change of rules.
  void RulesChanged(const std::vector<RuleRoute>& routes_before);
  // The Alertmanager follows contacts and rules; errors are logged, as what was stored was checked.
  void ApplyContacts();
  bool NeedsManager() const;
  void Send(std::vector<alerting::Alert> alerts);

  Mutex apply_mutex;  // one at a time makes or configures; before `manager_mutex`
  mutable Mutex manager_mutex;
  std::unique_ptr<alerting::Alertmanager> manager GUARDED_BY(manager_mutex);
};

}  // namespace watchfire::grafana

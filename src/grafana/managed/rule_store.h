#pragma once
// RuleStore: managed rules and their groups, with versions, and what must survive a restart of
// their alerts; one set of tables of the server's database. Readers get a snapshot of all groups.
// Thread-safe.
//
// Bounds: 10,000 rules, 20 versions each, 20,000 entries of history.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "codec/json.h"
#include "grafana/contacts/contacts.h"
#include "grafana/managed/rule.h"
#include "store/database.h"

namespace watchfire::grafana {

using RuleGroups = std::vector<std::shared_ptr<const RuleGroup>>;  // by folder's uid and name

struct FoundRule {
  std::shared_ptr<const RuleGroup> group;
  const ManagedRule* rule = nullptr;  // in `group`
};

struct RuleVersion {
  int64_t version = 0;
  TimeMs created = 0;
  std::string created_by;
  codec::Json rule;  // as the provisioning API has it
};

// A change of an alert's state.
struct HistoryEntry {
  TimeMs at = 0;
  std::string rule_uid;
  std::string labels;  // JSON
  std::string previous, current;
  std::string values;  // JSON
  std::string dashboard_uid;
  int64_t panel_id = 0;
};

// Who changes rules, for provenance and versions.
struct RuleEditor {
  From from = From::kPages;
  std::string login;
};

class RuleStore {
 public:
  static Result<std::unique_ptr<RuleStore>> Open(store::Database* database, const Clock* clock);

  std::shared_ptr<const RuleGroups> groups() const;
  std::shared_ptr<const RuleGroup> FindGroup(std::string_view folder_uid,
                                             std::string_view name) const;
  // `rule` null: there is none.
  FoundRule Find(std::string_view uid) const;

  // Groups as they are to be: rules that a group had and has no more are deleted, a group without
  // rules too; rules without uid get one. Everything or nothing. kDenied: something of it came
  // from a file; kExists: a uid is another group's and `from` is not a file.
  Result<void> PutGroups(std::vector<RuleGroup> groups, const RuleEditor& editor);
  // One rule, in its place or at the end of its group, whose interval stays (new ones: a minute).
  Result<ManagedRule> PutRule(ManagedRule rule, const RuleEditor& editor);
  Result<void> DeleteRule(std::string_view uid, const RuleEditor& editor);
  Result<void> DeleteGroup(std::string_view folder_uid, std::string_view name,
                           const RuleEditor& editor);
  Result<std::vector<RuleVersion>> Versions(std::string_view uid) const;

  // ---- alerts
  struct StoredInstance {
    std::string rule_uid;
    codec::Json body;
  };
  Result<std::vector<StoredInstance>> Instances() const;
  // All that are kept of these rules, in place of what was kept.
  struct RuleInstances {
    std::string rule_uid;
    std::vector<std::string> bodies;
  };
  Result<void> SaveInstances(const std::vector<RuleInstances>& rules,
                             const std::vector<HistoryEntry>& history);
  Result<std::vector<HistoryEntry>> History(std::string_view rule_uid, TimeMs from, TimeMs to,
                                            size_t limit) const;

 private:
  RuleStore(store::Database* database, const Clock* clock) : database_(database), clock_(clock) {}
  Result<void> Load();
  Result<void> Write(std::vector<std::shared_ptr<const RuleGroup>> next,
                     std::vector<ManagedRule>& changed, const std::vector<std::string>& gone);
  Result<void> Apply(std::vector<RuleGroup> wanted, const RuleEditor& editor);

  store::Database* database_;
  const Clock* clock_;
  Mutex change_mutex_;  // one change from its look at the groups to their taking; before `mutex_`
  int64_t saved_history_ GUARDED_BY(change_mutex_) = 0;
  mutable Mutex mutex_;
  std::shared_ptr<const RuleGroups> groups_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::grafana

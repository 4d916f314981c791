#include "grafana/managed/rule_store.h"

#include <algorithm>
#include <map>
#include <set>

#include "secrets/secrets.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr size_t kMaxRules = 10'000;
constexpr int64_t kVersionsToKeep = 20;
constexpr int64_t kHistoryToKeep = 20'000;
constexpr int64_t kTrimHistoryEvery = 500;

constexpr std::string_view kMigrations[] = {
    "CREATE TABLE managed_groups (folder_uid TEXT NOT NULL, name TEXT NOT NULL, "
    "interval_ms INTEGER NOT NULL, PRIMARY KEY (folder_uid, name))",
    "CREATE TABLE managed_rules (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, "
    "folder_uid TEXT NOT NULL, group_name TEXT NOT NULL, position INTEGER NOT NULL, "
    "body TEXT NOT NULL, provenance TEXT NOT NULL, version INTEGER NOT NULL, "
    "updated INTEGER NOT NULL, updated_by TEXT NOT NULL)",
    "CREATE TABLE managed_rule_versions (uid TEXT NOT NULL, version INTEGER NOT NULL, "
    "body TEXT NOT NULL, created INTEGER NOT NULL, created_by TEXT NOT NULL, "
    "PRIMARY KEY (uid, version))",
    "CREATE TABLE managed_instances (rule_uid TEXT NOT NULL, position INTEGER NOT NULL, "
    "body TEXT NOT NULL, PRIMARY KEY (rule_uid, position))",
    "CREATE TABLE managed_history (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, "
    "rule_uid TEXT NOT NULL, labels TEXT NOT NULL, previous TEXT NOT NULL, current TEXT NOT NULL, "
    "vals TEXT NOT NULL, dashboard_uid TEXT NOT NULL, panel_id INTEGER NOT NULL)",
    "CREATE INDEX managed_history_of_rule ON managed_history (rule_uid, at)",
};

bool Before(const RuleGroup& a, const RuleGroup& b) {
  return std::tie(a.folder_uid, a.name) < std::tie(b.folder_uid, b.name);
}

// Everything that makes a new version.
bool SameRule(const ManagedRule& a, const ManagedRule& b) {
  auto body = [](const ManagedRule& rule) {
    ManagedRule plain = rule;
    plain.id = 0;
    plain.updated = 0;
    return RuleJson(plain, Spelling::kProvisioning);
  };
  return a.position == b.position && body(a) == body(b);
}

std::string NewUid() {
  return "wf" + secrets::RandomText(12);
}

}  // namespace

Result<std::unique_ptr<RuleStore>> RuleStore::Open(store::Database* database, const Clock* clock) {
  std::unique_ptr<RuleStore> rules(new RuleStore(database, clock));
  TRY(database->Migrate("managed", kMigrations));
  TRY(rules->Load());
  return rules;
}

Result<void> RuleStore::Load() {
  std::map<std::pair<std::string, std::string>, RuleGroup> groups;
  store::Rows rows =
      TRY(database_->Read("SELECT folder_uid, name, interval_ms FROM managed_groups"));
  for (const store::Row& row : rows) {
    RuleGroup& group = groups[{store::TextOf(row[0]), store::TextOf(row[1])}];
    group.folder_uid = store::TextOf(row[0]);
    group.name = store::TextOf(row[1]);
    group.interval_ms = store::IntOf(row[2]);
  }
  rows = TRY(database_->Read(
      "SELECT id, uid, folder_uid, group_name, position, body, provenance, version, updated, "
      "updated_by FROM managed_rules ORDER BY position"));
  for (const store::Row& row : rows) {
    Json body = TRY(Json::Parse(store::TextOf(row[5])));
    ManagedRule rule = TRY(ParseRule(body));
    rule.id = store::IntOf(row[0]);
    rule.uid = store::TextOf(row[1]);
    rule.folder_uid = store::TextOf(row[2]);
    rule.group = store::TextOf(row[3]);
    rule.position = store::IntOf(row[4]);
    rule.provenance = store::TextOf(row[6]);
    rule.version = store::IntOf(row[7]);
    rule.updated = store::IntOf(row[8]);
    rule.updated_by = store::TextOf(row[9]);
    RuleGroup& group = groups[{rule.folder_uid, rule.group}];
    group.folder_uid = rule.folder_uid;
    group.name = rule.group;
    group.rules.push_back(std::move(rule));
  }
  auto all = std::make_shared<RuleGroups>();
  for (auto& [key, group] : groups) {
    if (!group.rules.empty()) all->push_back(std::make_shared<const RuleGroup>(std::move(group)));
  }
  MutexLock lock(mutex_);
  groups_ = std::move(all);
  return {};
}

std::shared_ptr<const RuleGroups> RuleStore::groups() const {
  MutexLock lock(mutex_);
  return groups_;
}

std::shared_ptr<const RuleGroup> RuleStore::FindGroup(std::string_view folder_uid,
                                                      std::string_view name) const {
  for (const auto& group : *groups()) {
    if (group->folder_uid == folder_uid && group->name == name) return group;
  }
  return nullptr;
}

FoundRule RuleStore::Find(std::string_view uid) const {
  for (const auto& group : *groups()) {
    for (const ManagedRule& rule : group->rules) {
      if (rule.uid == uid) return {group, &rule};
    }
  }
  return {};
}

Result<void> RuleStore::PutGroups(std::vector<RuleGroup> groups, const RuleEditor& editor) {
  MutexLock change(change_mutex_);
  return Apply(std::move(groups), editor);
}

namespace {

// What the wanted groups make of those that are there.
class Change {
 public:
  Change(const RuleGroups& groups, const RuleEditor& editor, TimeMs now)
      : editor_(editor), now_(now), next(groups) {
    for (const auto& group : groups) {
      for (const ManagedRule& rule : group->rules) {
        known_[rule.uid] = &rule;
        uids_.insert(rule.uid);
      }
    }
  }

  Result<void> Put(RuleGroup group) {
    const RuleGroup* old = nullptr;
    auto at = std::ranges::find_if(next, [&](const auto& other) {
      return other->folder_uid == group.folder_uid && other->name == group.name;
    });
    std::shared_ptr<const RuleGroup> keep = at == next.end() ? nullptr : *at;
    old = keep.get();
    std::set<std::string> titles;
    std::set<std::string> mine;
    for (size_t i = 0; i < group.rules.size(); ++i) {
      ManagedRule& rule = group.rules[i];
      rule.folder_uid = group.folder_uid;
      rule.group = group.name;
      rule.position = static_cast<int64_t>(i);
      if (!titles.insert(rule.title).second) {
        return Error::Invalid("group \"{}\": two rules are called \"{}\"", group.name, rule.title);
      }
      TRY(Put(rule));
      if (!mine.insert(rule.uid).second) {
        return Error::Invalid("group \"{}\": two rules have the uid \"{}\"", group.name, rule.uid);
      }
    }
    if (old != nullptr) {
      for (const ManagedRule& rule : old->rules) {
        if (mine.contains(rule.uid)) continue;
        TRY(CheckEditable(rule));
        gone.push_back(rule.uid);
      }
      next.erase(at);
    }
    if (!group.rules.empty()) next.push_back(std::make_shared<const RuleGroup>(std::move(group)));
    return {};
  }

  std::vector<ManagedRule> changed;
  std::vector<std::string> gone;

 private:
  Result<void> CheckEditable(const ManagedRule& rule) const {
    if (rule.provenance == "file" && !IsFile(editor_.from)) {
      return Error::Denied("rule \"{}\" comes from a provisioning file: change it there",
                           rule.title);
    }
    return {};
  }

  Result<void> Put(ManagedRule& rule) {
    if (rule.uid.empty()) {
      do rule.uid = NewUid();
      while (!uids_.insert(rule.uid).second);
    }
    auto found = known_.find(rule.uid);
    if (found == known_.end()) {
      rule.provenance = ProvenanceOf(editor_.from);
      rule.version = 1;
    } else {
      const ManagedRule& old = *found->second;
      rule.id = old.id;
      rule.version = old.version;
      rule.updated = old.updated;
      rule.updated_by = old.updated_by;
      rule.provenance = old.provenance;
      bool moved = old.folder_uid != rule.folder_uid || old.group != rule.group;
      bool file = IsFile(editor_.from);
      bool owned = !file || old.provenance == ProvenanceOf(editor_.from);
      if (SameRule(old, rule) && !moved && owned) return {};
      TRY(CheckEditable(old));
      if (moved) LeaveGroup(old);
      rule.provenance = ProvenanceOf(editor_.from);
      ++rule.version;
    }
    rule.updated = now_;
    rule.updated_by = editor_.login;
    changed.push_back(rule);
    return {};
  }

  // Out of the group it was in, which others may share.
  void LeaveGroup(const ManagedRule& rule) {
    std::string uid = rule.uid;  // the rule may go with its group
    for (size_t i = 0; i < next.size(); ++i) {
      bool here = next[i]->folder_uid == rule.folder_uid && next[i]->name == rule.group;
      if (!here) continue;
      auto rest = std::make_shared<RuleGroup>(*next[i]);
      std::erase_if(rest->rules, [&](const ManagedRule& other) { return other.uid == uid; });
      if (rest->rules.empty()) {
        next.erase(next.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        next[i] = std::move(rest);
      }
      return;
    }
  }

  const RuleEditor& editor_;
  TimeMs now_;
  std::map<std::string, const ManagedRule*> known_;
  std::set<std::string> uids_;

 public:
  RuleGroups next;
};

}  // namespace

Result<void> RuleStore::Apply(std::vector<RuleGroup> wanted, const RuleEditor& editor) {
  std::shared_ptr<const RuleGroups> now = groups();
  Change change(*now, editor, clock_->Now());
  for (RuleGroup& group : wanted) TRY(change.Put(std::move(group)));
  // Moved from one wanted group to another: not gone.
  std::set<std::string> there;
  size_t rules = 0;
  for (const auto& group : change.next) {
    for (const ManagedRule& rule : group->rules) {
      ++rules;
      if (!there.insert(rule.uid).second) {
        return Error::Exists("two rules have the uid \"{}\"", rule.uid);
      }
    }
  }
  if (rules > kMaxRules) return Error::Limit("more than {} rules", kMaxRules);
  std::erase_if(change.gone, [&](const std::string& uid) { return there.contains(uid); });
  std::ranges::sort(change.next, [](const auto& a, const auto& b) { return Before(*a, *b); });
  return Write(std::move(change.next), change.changed, change.gone);
}

Result<void> RuleStore::Write(std::vector<std::shared_ptr<const RuleGroup>> next,
                              std::vector<ManagedRule>& changed,
                              const std::vector<std::string>& gone) {
  std::map<std::string, int64_t> ids;
  Result<void> written = database_->Write([&](store::Connection& c) -> Result<void> {
    for (const std::string& uid : gone) {
      for (const char* sql : {"DELETE FROM managed_rules WHERE uid = ?",
                              "DELETE FROM managed_rule_versions WHERE uid = ?",
                              "DELETE FROM managed_instances WHERE rule_uid = ?"}) {
        TRY(c.Run(sql, {uid}));
      }
    }
    for (const ManagedRule& rule : changed) {
      std::string body = RuleJson(rule, Spelling::kProvisioning).ToString();
      TRY(c.Run(
          "INSERT INTO managed_rules (uid, folder_uid, group_name, position, body, provenance, "
          "version, updated, updated_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uid) DO "
          "UPDATE SET folder_uid = excluded.folder_uid, group_name = excluded.group_name, "
          "position = excluded.position, body = excluded.body, provenance = excluded.provenance, "
          "version = excluded.version, updated = excluded.updated, "
          "updated_by = excluded.updated_by",
          {rule.uid, rule.folder_uid, rule.group, rule.position, body, rule.provenance,
           rule.version, rule.updated, rule.updated_by}));
      store::Rows row = TRY(c.Query("SELECT id FROM managed_rules WHERE uid = ?", {rule.uid}));
      ids[rule.uid] = store::IntOf(row[0][0]);
      TRY(c.Run("INSERT OR REPLACE INTO managed_rule_versions VALUES (?, ?, ?, ?, ?)",
                {rule.uid, rule.version, body, rule.updated, rule.updated_by}));
      TRY(c.Run("DELETE FROM managed_rule_versions WHERE uid = ? AND version <= ?",
                {rule.uid, rule.version - kVersionsToKeep}));
    }
    TRY(c.Run("DELETE FROM managed_groups"));
    for (const auto& group : next) {
      TRY(c.Run("INSERT INTO managed_groups VALUES (?, ?, ?)",
                {group->folder_uid, group->name, group->interval_ms}));
    }
    return {};
  });
  TRY(std::move(written));
  for (auto& group : next) {
    bool news = std::ranges::any_of(
        group->rules, [&](const ManagedRule& rule) { return ids.contains(rule.uid); });
    if (!news) continue;
    auto copy = std::make_shared<RuleGroup>(*group);
    for (ManagedRule& rule : copy->rules) {
      if (ids.contains(rule.uid)) rule.id = ids[rule.uid];
    }
    group = std::move(copy);
  }
  MutexLock lock(mutex_);
  groups_ = std::make_shared<const RuleGroups>(std::move(next));
  return {};
}

Result<ManagedRule> RuleStore::PutRule(ManagedRule rule, const RuleEditor& editor) {
  MutexLock change(change_mutex_);
  if (rule.group.empty()) return Error::Invalid("rule \"{}\": ruleGroup is required", rule.title);
  RuleGroup group;
  group.folder_uid = rule.folder_uid;
  group.name = rule.group;
  if (auto there = FindGroup(rule.folder_uid, rule.group)) group = *there;
  if (rule.uid.empty()) rule.uid = NewUid();
  std::string uid = rule.uid;
  auto at = std::ranges::find(group.rules, uid, &ManagedRule::uid);
  if (at != group.rules.end()) {
    *at = std::move(rule);
  } else {
    group.rules.push_back(std::move(rule));
  }
  TRY(Apply({std::move(group)}, editor));
  return *Find(uid).rule;
}

Result<void> RuleStore::DeleteRule(std::string_view uid, const RuleEditor& editor) {
  MutexLock change(change_mutex_);
  FoundRule found = Find(uid);
  if (found.rule == nullptr) return Error::NotFound("rule \"{}\" not found", uid);
  RuleGroup group = *found.group;
  std::erase_if(group.rules, [&](const ManagedRule& rule) { return rule.uid == uid; });
  return Apply({std::move(group)}, editor);
}

Result<void> RuleStore::DeleteGroup(std::string_view folder_uid, std::string_view name,
                                    const RuleEditor& editor) {
  MutexLock change(change_mutex_);
  std::shared_ptr<const RuleGroup> found = FindGroup(folder_uid, name);
  if (found == nullptr) return Error::NotFound("rule group \"{}\" not found", name);
  RuleGroup group = *found;
  group.rules.clear();
  return Apply({std::move(group)}, editor);
}

Result<std::vector<RuleVersion>> RuleStore::Versions(std::string_view uid) const {
  store::Rows rows = TRY(database_->Read(
      "SELECT version, created, created_by, body FROM managed_rule_versions WHERE uid = ? "
      "ORDER BY version DESC",
      {std::string(uid)}));
  std::vector<RuleVersion> versions;
  for (const store::Row& row : rows) {
    versions.push_back({store::IntOf(row[0]), store::IntOf(row[1]), store::TextOf(row[2]),
                        TRY(Json::Parse(store::TextOf(row[3])))});
  }
  return versions;
}

// ---- alerts

Result<std::vector<RuleStore::StoredInstance>> RuleStore::Instances() const {
  store::Rows rows = TRY(database_->Read("SELECT rule_uid, body FROM managed_instances"));
  std::vector<StoredInstance> instances;
  for (const store::Row& row : rows) {
    instances.push_back({store::TextOf(row[0]), TRY(Json::Parse(store::TextOf(row[1])))});
  }
  return instances;
}

Result<void> RuleStore::SaveInstances(const std::vector<RuleInstances>& rules,
                                      const std::vector<HistoryEntry>& history) {
  MutexLock change(change_mutex_);
  saved_history_ += static_cast<int64_t>(history.size());
  bool trim = saved_history_ >= kTrimHistoryEvery;
  if (trim) saved_history_ = 0;
  return database_->Write([&](store::Connection& c) -> Result<void> {
    for (const RuleInstances& rule : rules) {
      TRY(c.Run("DELETE FROM managed_instances WHERE rule_uid = ?", {rule.rule_uid}));
      int64_t position = 0;
      for (const std::string& body : rule.bodies) {
        TRY(c.Run("INSERT INTO managed_instances VALUES (?, ?, ?)",
                  {rule.rule_uid, position++, body}));
      }
    }
    for (const HistoryEntry& entry : history) {
      TRY(
          c.Run("INSERT INTO managed_history (at, rule_uid, labels, previous, current, vals, "
                "dashboard_uid, panel_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                {entry.at, entry.rule_uid, entry.labels, entry.previous, entry.current,
                 entry.values, entry.dashboard_uid, entry.panel_id}));
    }
    if (!trim) return {};
    return c.Run(
        "DELETE FROM managed_history WHERE id <= (SELECT MAX(id) FROM managed_history) - ?",
        {kHistoryToKeep});
  });
}

Result<std::vector<HistoryEntry>> RuleStore::History(std::string_view rule_uid, TimeMs from,
                                                     TimeMs to, size_t limit) const {
  store::Rows rows = TRY(database_->Read(
      "SELECT at, rule_uid, labels, previous, current, vals, dashboard_uid, panel_id FROM "
      "managed_history WHERE (? = '' OR rule_uid = ?) AND at BETWEEN ? AND ? "
      "ORDER BY id DESC LIMIT ?",
      {std::string(rule_uid), std::string(rule_uid), from, to, static_cast<int64_t>(limit)}));
  std::vector<HistoryEntry> entries;
  for (const store::Row& row : rows) {
    entries.push_back({store::IntOf(row[0]), store::TextOf(row[1]), store::TextOf(row[2]),
                       store::TextOf(row[3]), store::TextOf(row[4]), store::TextOf(row[5]),
                       store::TextOf(row[6]), store::IntOf(row[7])});
  }
  return entries;
}

}  // namespace watchfire::grafana

#pragma once
// Recording and alerting rules, as the configuration names them: files read, checked and parsed.
//
// A reload replaces the whole rule set or, if any file is wrong, none of it. Readers take a
// snapshot of the groups and are not disturbed by a reload. Rules are shown (state and health
// "unknown") but not evaluated yet. Thread-safe.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/mutex.h"
#include "base/result.h"
#include "config/config.h"
#include "model/labels.h"
#include "promql/parser/parser.h"

namespace watchfire::rules {

struct Rule {
  bool alerting = false;
  std::string name;   // of the alert or the recorded metric
  std::string query;  // the expression in its canonical form
  std::shared_ptr<const promql::Expr> expr;
  int64_t for_ms = 0;
  int64_t keep_firing_for_ms = 0;
  model::Labels labels;  // the group's under the rule's own
  std::map<std::string, std::string> annotations;
};

struct Group {
  std::string name;
  std::string file;
  int64_t interval_ms = 0;
  int64_t query_offset_ms = 0;
  int64_t limit = 0;
  std::vector<Rule> rules;
};

using Groups = std::vector<Group>;  // sorted by file, then as in the file

// Reads one rule file; errors name the file and the place.
Result<Groups> LoadGroups(const std::string& path, const config::Config& config,
                          const promql::ParseOptions& parse, FileSystem& files);

class Manager {
 public:
  explicit Manager(promql::ParseOptions parse) : parse_(parse) {}

  // Reads and checks everything, changes nothing: what Replace takes later, when everything else
  // of a new configuration has turned out well too.
  Result<std::shared_ptr<const Groups>> Load(const config::Config& config, FileSystem& files) const;
  void Replace(std::shared_ptr<const Groups> groups);
  std::shared_ptr<const Groups> groups() const;

 private:
  const promql::ParseOptions parse_;
  mutable Mutex mutex_;
  std::shared_ptr<const Groups> groups_ GUARDED_BY(mutex_) = std::make_shared<Groups>();
};

}  // namespace watchfire::rules

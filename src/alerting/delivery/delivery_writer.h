#pragma once
// DeliveryWriter: turns records of flushes into rows, each fact once: a group's names, an alert's
// labels, which alerts a group had when. It remembers the last set and the last rows of each group,
// so that a tick that changes nothing is one update of one row.
//
// Owned by the log's thread. What it remembers must agree with the file: after a transaction that
// failed, call Forget.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "alerting/alerts/flush_record.h"
#include "alerting/delivery/tables.h"
#include "base/result.h"
#include "store/database.h"

namespace watchfire::alerting {

class DeliveryWriter {
 public:
  // What was written since the last call of TakeCounts.
  struct Counts {
    std::map<Outcome, int64_t> ticks;  // those counted on an earlier row too
    int64_t new_rows = 0;
  };

  Result<void> Write(store::Connection& c, const FlushRecord& record);
  Counts TakeCounts() { return std::exchange(counts_, {}); }
  void Forget();

  // Removes at most `most` deliveries, those whose last tick is longest ago, with all that only
  // they needed; with `before`, only if it was before that. Returns how many.
  Result<int64_t> Trim(store::Connection& c, TimeMs before, int64_t most);

 private:
  struct LastRow {
    int64_t id = 0;
    int64_t set_id = 0;
    Outcome outcome = Outcome::kDelivered;
    std::string reason;
  };
  struct Group {
    int64_t id = 0;
    int64_t set_id = 0;  // 0: none yet
    std::string alerts;  // encoded
    std::map<std::pair<std::string, size_t>, LastRow> rows;
  };
  using GroupKey = std::tuple<std::string, std::string, std::string>;

  Result<Group*> FindGroup(store::Connection& c, const FlushRecord& record);
  Result<void> LoadGroup(store::Connection& c, Group& group);
  Result<void> UpdateSet(store::Connection& c, Group& group, const FlushRecord& record);
  Result<void> WriteRow(store::Connection& c, Group& group, const FlushRecord& record,
                        const IntegrationRecord& integration, Outcome outcome);
  Result<bool> CountOnLastRow(store::Connection& c, const Group& group, const FlushRecord& record,
                              const LastRow& last, std::string_view decision);
  Result<void> WriteAttempts(store::Connection& c, int64_t delivery,
                             const std::vector<AttemptRecord>& attempts);
  Result<void> TrimGroup(store::Connection& c, int64_t group);

  std::map<GroupKey, Group> groups_;
  Counts counts_;
};

}  // namespace watchfire::alerting

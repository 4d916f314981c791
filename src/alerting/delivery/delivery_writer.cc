#include "alerting/delivery/delivery_writer.h"

#include <algorithm>

#include "alerting/delivery/alert_set.h"
#include "codec/compress.h"

namespace watchfire::alerting {
namespace {

using store::IntOf;
using store::TextOf;

constexpr size_t kMaxGroups = 20'000;
constexpr size_t kMaxText = 4 << 10;
constexpr size_t kCompressFrom = 256;
// Of more attempts the first and the last are kept.
constexpr size_t kMaxAttempts = 64;

int64_t Stored(uint64_t fingerprint) {
  return static_cast<int64_t>(fingerprint);
}

std::string Clip(std::string_view text, size_t limit = kMaxText) {
  return std::string(text.substr(0, limit));
}

Outcome OutcomeOf(const IntegrationRecord& record) {
  if (record.delivered) return Outcome::kDelivered;
  return record.attempts.empty() ? Outcome::kSkipped : Outcome::kFailed;
}

bool IsQuiet(Outcome outcome) {
  return outcome == Outcome::kSkipped || outcome == Outcome::kMuted;
}

std::pair<BodyEncoding, std::string> EncodeBody(std::string_view body, std::string_view before) {
  body = body.substr(0, kMaxKeptBody);
  if (!body.empty() && body == before.substr(0, kMaxKeptBody)) return {BodyEncoding::kAsBefore, {}};
  if (body.size() <= kCompressFrom) return {BodyEncoding::kPlain, std::string(body)};
  return {BodyEncoding::kZstd, codec::ZstdCompress(body)};
}

}  // namespace

void DeliveryWriter::Forget() {
  groups_.clear();
  counts_ = {};
}

Result<void> DeliveryWriter::Write(store::Connection& c, const FlushRecord& record) {
  Group* group = TRY(FindGroup(c, record));
  TRY(UpdateSet(c, *group, record));
  if (record.integrations.empty()) return WriteRow(c, *group, record, {}, Outcome::kMuted);
  for (const IntegrationRecord& integration : record.integrations) {
    TRY(WriteRow(c, *group, record, integration, OutcomeOf(integration)));
  }
  return {};
}

Result<DeliveryWriter::Group*> DeliveryWriter::FindGroup(store::Connection& c,
                                                         const FlushRecord& record) {
  GroupKey key(record.group_key, record.receiver, record.route_id);
  auto known = groups_.find(key);
  if (known != groups_.end()) return &known->second;
  Group group;
  store::Rows rows = TRY(c.Query(
      "SELECT id FROM delivery_groups WHERE group_key = ? AND receiver = ? AND route_id = ?",
      {record.group_key, record.receiver, record.route_id}));
  if (rows.empty()) {
    TRY(c.Run(
        "INSERT INTO delivery_groups (group_key, receiver, route_id, labels) VALUES (?, ?, ?, ?)",
        {record.group_key, record.receiver, record.route_id, LabelsToJson(record.group_labels)}));
    group.id = c.last_insert_id();
  } else {
    group.id = IntOf(rows[0][0]);
    TRY(LoadGroup(c, group));
  }
  if (groups_.size() >= kMaxGroups) groups_.clear();
  return &groups_.emplace(std::move(key), std::move(group)).first->second;
}

Result<void> DeliveryWriter::LoadGroup(store::Connection& c, Group& group) {
  store::Rows sets = TRY(
      c.Query("SELECT id, alerts FROM delivery_sets WHERE group_id = ? ORDER BY id DESC LIMIT 1",
              {group.id}));
  if (!sets.empty()) {
    group.set_id = IntOf(sets[0][0]);
    group.alerts = TextOf(sets[0][1]);
  }
  // Beside max(), the other columns are those of the row that has it.
  store::Rows rows =
      TRY(c.Query("SELECT integration, number, set_id, outcome, reason, max(id) FROM deliveries "
                  "WHERE group_id = ? GROUP BY integration, number",
                  {group.id}));
  for (const store::Row& row : rows) {
    LastRow& last = group.rows[{TextOf(row[0]), static_cast<size_t>(IntOf(row[1]))}];
    last.set_id = IntOf(row[2]);
    last.outcome = static_cast<Outcome>(IntOf(row[3]));
    last.reason = TextOf(row[4]);
    last.id = IntOf(row[5]);
  }
  return {};
}

Result<void> DeliveryWriter::UpdateSet(store::Connection& c, Group& group,
                                       const FlushRecord& record) {
  std::string alerts = EncodeAlertSet(record.alerts);
  if (group.set_id != 0 && alerts == group.alerts) return {};
  AlertSet before;
  if (group.set_id != 0) before = TRY(DecodeAlertSet(group.alerts));
  AlertSet after = TRY(DecodeAlertSet(alerts));
  int64_t previous = group.set_id;
  TRY(c.Run("INSERT INTO delivery_sets (group_id, alerts) VALUES (?, CAST(? AS BLOB))",
            {group.id, alerts}));
  group.set_id = c.last_insert_id();
  group.alerts = std::move(alerts);
  for (uint64_t left : MissingFrom(after, before)) {
    TRY(
        c.Run("UPDATE delivery_members SET last_set = ? "
              "WHERE fingerprint = ? AND group_id = ? AND last_set = ?",
              {previous, Stored(left), group.id, kStillMember}));
  }
  std::vector<uint64_t> joined = MissingFrom(before, after);
  for (const FlushedAlert& flushed : record.alerts) {
    uint64_t fingerprint = flushed.alert->fingerprint;
    if (!std::binary_search(joined.begin(), joined.end(), fingerprint)) continue;
    TRY(c.Run("INSERT OR IGNORE INTO delivery_members VALUES (?, ?, ?, ?)",
              {Stored(fingerprint), group.id, group.set_id, kStillMember}));
    TRY(c.Run("INSERT OR IGNORE INTO delivery_labels VALUES (?, ?)",
              {Stored(fingerprint), LabelsToJson(flushed.alert->labels)}));
  }
  return {};
}

Result<void> DeliveryWriter::WriteRow(store::Connection& c, Group& group, const FlushRecord& record,
                                      const IntegrationRecord& integration, Outcome outcome) {
  ++counts_.ticks[outcome];
  std::string reason(outcome == Outcome::kMuted ? "" : ReasonText(integration.reason));
  std::string decision = Clip(integration.decision);
  LastRow& last = group.rows[{integration.integration, integration.index}];
  if (IsQuiet(outcome) && last.outcome == outcome && last.reason == reason && last.id != 0 &&
      !record.test && TRY(CountOnLastRow(c, group, record, last, decision))) {
    return {};
  }
  TRY(c.Run(
      "INSERT INTO deliveries (group_id, set_id, tick, last_tick, ticks, integration, number, "
      "outcome, test, reason, decision) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)",
      {group.id, group.set_id, record.tick, record.tick, integration.integration,
       static_cast<int64_t>(integration.index), static_cast<int64_t>(outcome), int64_t{record.test},
       reason, std::move(decision)}));
  last = {c.last_insert_id(), group.set_id, outcome, std::move(reason)};
  ++counts_.new_rows;
  return WriteAttempts(c, last.id, integration.attempts);
}

Result<bool> DeliveryWriter::CountOnLastRow(store::Connection& c, const Group& group,
                                            const FlushRecord& record, const LastRow& last,
                                            std::string_view decision) {
  if (last.set_id != group.set_id) return false;
  TRY(c.Run("UPDATE deliveries SET ticks = ticks + 1, last_tick = ?, decision = ? WHERE id = ?",
            {record.tick, std::string(decision), last.id}));
  return c.changes() == 1;
}

Result<void> DeliveryWriter::WriteAttempts(store::Connection& c, int64_t delivery,
                                           const std::vector<AttemptRecord>& attempts) {
  std::string_view before;
  for (size_t i = 0; i < attempts.size(); ++i) {
    size_t left = attempts.size() - i;
    if (i >= kMaxAttempts / 2 && left > kMaxAttempts / 2) continue;
    const Attempt& attempt = attempts[i].attempt;
    auto [encoding, body] = EncodeBody(attempt.body, before);
    before = attempt.body;
    TRY(
        c.Run("INSERT INTO delivery_attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
              "CAST(? AS BLOB))",
              {delivery, static_cast<int64_t>(i), attempts[i].at, attempts[i].duration_ms,
               int64_t{attempt.delivered}, int64_t{attempt.retry},
               static_cast<int64_t>(attempt.failure), int64_t{attempt.status},
               Clip(attempt.request), Clip(attempt.error), Clip(attempt.response, kMaxKeptResponse),
               static_cast<int64_t>(encoding), std::move(body)}));
  }
  return {};
}

Result<int64_t> DeliveryWriter::Trim(store::Connection& c, TimeMs before, int64_t most) {
  store::Rows rows =
      TRY(c.Query("SELECT id, set_id, group_id FROM deliveries WHERE last_tick < ? "
                  "ORDER BY last_tick LIMIT ?",
                  {before, most}));
  std::set<int64_t> sets;
  std::set<int64_t> groups;
  for (const store::Row& row : rows) {
    TRY(c.Run("DELETE FROM delivery_attempts WHERE delivery_id = ?", {row[0]}));
    TRY(c.Run("DELETE FROM deliveries WHERE id = ?", {row[0]}));
    sets.insert(IntOf(row[1]));
    groups.insert(IntOf(row[2]));
  }
  for (int64_t set : sets) {
    TRY(
        c.Run("DELETE FROM delivery_sets WHERE id = ? "
              "AND NOT EXISTS (SELECT 1 FROM deliveries WHERE set_id = ?)",
              {set, set}));
  }
  for (int64_t group : groups) TRY(TrimGroup(c, group));
  std::erase_if(groups_, [&](const auto& entry) { return groups.contains(entry.second.id); });
  return static_cast<int64_t>(rows.size());
}

Result<void> DeliveryWriter::TrimGroup(store::Connection& c, int64_t group) {
  store::Rows oldest =
      TRY(c.Query("SELECT min(id) FROM delivery_sets WHERE group_id = ?", {group}));
  bool gone = IntOf(oldest[0][0]) == 0;
  int64_t first_set = gone ? kStillMember : IntOf(oldest[0][0]);
  store::Rows members =
      TRY(c.Query("DELETE FROM delivery_members WHERE group_id = ? AND (last_set < ? OR ?) "
                  "RETURNING fingerprint",
                  {group, first_set, int64_t{gone}}));
  for (const store::Row& member : members) {
    TRY(
        c.Run("DELETE FROM delivery_labels WHERE fingerprint = ? "
              "AND NOT EXISTS (SELECT 1 FROM delivery_members WHERE fingerprint = ?)",
              {member[0], member[0]}));
  }
  if (gone) TRY(c.Run("DELETE FROM delivery_groups WHERE id = ?", {group}));
  return {};
}

}  // namespace watchfire::alerting

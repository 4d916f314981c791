#include "alerting/delivery/delivery_reader.h"

#include <algorithm>
#include <unordered_map>

#include "alerting/delivery/alert_set.h"
#include "alerting/delivery/tables.h"
#include "codec/compress.h"

namespace watchfire::alerting {
namespace {

using store::IntOf;
using store::TextOf;

constexpr size_t kMaxLimit = 1000;

// CROSS JOIN: SQLite is to walk the deliveries, newest first, and look up their groups.
constexpr std::string_view kSelect =
    "SELECT d.id, d.tick, d.last_tick, d.ticks, d.integration, d.number, d.outcome, d.test, "
    "d.reason, d.decision, d.set_id, g.receiver, g.route_id, g.group_key, g.labels "
    "FROM deliveries d CROSS JOIN delivery_groups g ON g.id = d.group_id ";

Result<FailureKind> FailureOf(int64_t stored) {
  if (stored < 0 || stored > static_cast<int64_t>(FailureKind::kContextDeadlineExceeded)) {
    return Error::Corrupt("delivery log: unknown kind of failure {}", stored);
  }
  return static_cast<FailureKind>(stored);
}

class Reader {
 public:
  // `most_alerts`: of each delivery. `wanted` is among them if it is in the delivery.
  Reader(store::Connection& c, size_t most_alerts, std::optional<uint64_t> wanted, bool bodies)
      : c_(c), most_alerts_(most_alerts), wanted_(wanted), bodies_(bodies) {}

  Result<Delivery> Read(const store::Row& row) {
    Delivery d;
    d.id = IntOf(row[0]);
    d.tick = IntOf(row[1]);
    d.last_tick = IntOf(row[2]);
    d.ticks = IntOf(row[3]);
    d.integration = TextOf(row[4]);
    d.index = static_cast<size_t>(IntOf(row[5]));
    auto outcome = static_cast<Outcome>(IntOf(row[6]));
    d.outcome = OutcomeText(outcome);
    d.test = IntOf(row[7]) != 0;
    d.reason = TextOf(row[8]);
    d.decision = TextOf(row[9]);
    d.receiver = TextOf(row[11]);
    d.route_id = TextOf(row[12]);
    d.group_key = TextOf(row[13]);
    d.group_labels = TRY(LabelsFromJson(TextOf(row[14])));
    const AlertSet* set = TRY(SetOf(IntOf(row[10])));
    TRY(AddAlerts(*set, d));
    if (outcome == Outcome::kDelivered || outcome == Outcome::kFailed) TRY(AddAttempts(d));
    return d;
  }

 private:
  Result<const AlertSet*> SetOf(int64_t id) {
    if (id == set_id_) return &set_;
    store::Rows rows = TRY(c_.Query("SELECT alerts FROM delivery_sets WHERE id = ?", {id}));
    if (rows.empty()) return Error::Corrupt("delivery log: alert set {} is missing", id);
    set_ = TRY(DecodeAlertSet(TextOf(rows[0][0])));
    set_id_ = id;
    return &set_;
  }

  Result<model::Labels> LabelsOf(uint64_t fingerprint) {
    auto known = labels_.find(fingerprint);
    if (known != labels_.end()) return known->second;
    store::Rows rows = TRY(c_.Query("SELECT labels FROM delivery_labels WHERE fingerprint = ?",
                                    {static_cast<int64_t>(fingerprint)}));
    if (rows.empty()) return Error::Corrupt("delivery log: labels are missing");
    model::Labels labels = TRY(LabelsFromJson(TextOf(rows[0][0])));
    labels_.emplace(fingerprint, labels);
    return labels;
  }

  Result<void> AddAlerts(const AlertSet& set, Delivery& d) {
    d.alert_count = set.alerts.size();
    bool missing = wanted_.has_value() && set.alerts.size() > most_alerts_;
    for (const SetAlert& alert : set.alerts) {
      bool is_wanted = missing && alert.fingerprint == *wanted_;
      // The last place is kept free for the one that was asked for.
      if (!is_wanted && d.alerts.size() + (missing ? 1 : 0) >= most_alerts_) continue;
      if (is_wanted) missing = false;
      Delivery::AlertPart& part = d.alerts.emplace_back();
      part.fingerprint = alert.fingerprint;
      part.labels = TRY(LabelsOf(alert.fingerprint));
      part.resolved = alert.resolved;
      if (alert.cause == 0) continue;
      part.muted = MuteKindText(set.causes[alert.cause - 1].kind);
      part.muted_by = set.causes[alert.cause - 1].by;
    }
    std::sort(d.alerts.begin(), d.alerts.end(),
              [](const Delivery::AlertPart& a, const Delivery::AlertPart& b) {
                return CompareLabelSets(a.labels, b.labels) < 0;
              });
    return {};
  }

  Result<void> AddAttempts(Delivery& d) {
    std::string_view sql =
        bodies_ ? "SELECT at, duration_ms, delivered, retry, failure, status, request, error, "
                  "response, encoding, body FROM delivery_attempts "
                  "WHERE delivery_id = ? ORDER BY number"
                : "SELECT at, duration_ms, delivered, retry, failure, status, request, error, "
                  "response FROM delivery_attempts WHERE delivery_id = ? ORDER BY number";
    store::Rows rows = TRY(c_.Query(sql, {d.id}));
    for (const store::Row& row : rows) {
      AttemptRecord& record = d.attempts.emplace_back();
      record.at = IntOf(row[0]);
      record.duration_ms = IntOf(row[1]);
      Attempt& attempt = record.attempt;
      attempt.delivered = IntOf(row[2]) != 0;
      attempt.retry = IntOf(row[3]) != 0;
      attempt.failure = TRY(FailureOf(IntOf(row[4])));
      attempt.status = static_cast<int>(IntOf(row[5]));
      attempt.request = TextOf(row[6]);
      attempt.error = TextOf(row[7]);
      attempt.response = TextOf(row[8]);
      if (bodies_) TRY(AddBody(row, d));
    }
    return {};
  }

  static Result<void> AddBody(const store::Row& row, Delivery& d) {
    std::string& body = d.attempts.back().attempt.body;
    switch (static_cast<BodyEncoding>(IntOf(row[9]))) {
      case BodyEncoding::kPlain:
        body = TextOf(row[10]);
        return {};
      case BodyEncoding::kZstd: {
        Result<std::string> plain = codec::ZstdDecompress(TextOf(row[10]), kMaxKeptBody);
        if (!plain.ok()) return Error::Corrupt("delivery log: damaged body of delivery {}", d.id);
        body = *std::move(plain);
        return {};
      }
      case BodyEncoding::kAsBefore:
        if (d.attempts.size() > 1) body = d.attempts[d.attempts.size() - 2].attempt.body;
        return {};
    }
    return Error::Corrupt("delivery log: unknown encoding of a body of delivery {}", d.id);
  }

  store::Connection& c_;
  const size_t most_alerts_;
  const std::optional<uint64_t> wanted_;
  const bool bodies_;
  int64_t set_id_ = 0;  // the last one read: integrations of a flush share theirs
  AlertSet set_;
  std::unordered_map<uint64_t, model::Labels> labels_;
};

struct Statement {
  std::string sql;
  store::Row values;
};

// First the ids, then their rows: where groups are asked for, the index alone tells most of what
// matters, and only the rows that are shown are read. Else the newest are looked at one by one.
Result<Statement> ToSql(const DeliveryQuery& query) {
  std::string conditions;
  store::Row values;
  auto filter = [&](std::string_view condition, store::Value value) {
    conditions.append(" AND ").append(condition);
    values.push_back(std::move(value));
  };
  filter("i.id < ?", query.before_id);
  if (query.fingerprint) {
    auto fingerprint = static_cast<int64_t>(*query.fingerprint);
    filter("i.group_id IN (SELECT group_id FROM delivery_members WHERE fingerprint = ?)",
           fingerprint);
    filter(
        "EXISTS (SELECT 1 FROM delivery_members m WHERE m.fingerprint = ? "
        "AND m.group_id = i.group_id AND i.set_id BETWEEN m.first_set AND m.last_set)",
        fingerprint);
  }
  if (!query.group_key.empty()) {
    filter("i.group_id IN (SELECT id FROM delivery_groups WHERE group_key = ?)", query.group_key);
  }
  if (!query.receiver.empty()) {
    filter("i.group_id IN (SELECT id FROM delivery_groups WHERE receiver = ?)", query.receiver);
  }
  if (!query.integration.empty()) filter("i.integration = ?", query.integration);
  if (!query.outcome.empty()) {
    filter("i.outcome = ?", static_cast<int64_t>(TRY(ParseOutcome(query.outcome))));
  }
  if (query.start != kMinTime) filter("i.last_tick >= ?", query.start);
  if (query.end != kMaxTime) filter("i.tick <= ?", query.end);
  values.emplace_back(static_cast<int64_t>(std::min(query.limit, kMaxLimit)));
  bool by_group = query.fingerprint || !query.group_key.empty() || !query.receiver.empty();
  return Statement{
      fmt::format("{}WHERE d.id IN (SELECT i.id FROM deliveries i {} WHERE 1{} "
                  "ORDER BY i.id DESC LIMIT ?) ORDER BY d.id DESC",
                  kSelect, by_group ? "INDEXED BY deliveries_by_group" : "NOT INDEXED", conditions),
      std::move(values)};
}

}  // namespace

Result<std::vector<Delivery>> FindDeliveries(store::Connection& c, const DeliveryQuery& query) {
  Statement statement = TRY(ToSql(query));
  store::Rows rows = TRY(c.Query(statement.sql, statement.values));
  Reader reader(c, kMaxAlertsFound, query.fingerprint, /*bodies=*/false);
  std::vector<Delivery> found;
  found.reserve(rows.size());
  for (const store::Row& row : rows) found.push_back(TRY(reader.Read(row)));
  return found;
}

Result<Delivery> GetDelivery(store::Connection& c, int64_t id) {
  store::Rows rows = TRY(c.Query(fmt::format("{}WHERE d.id = ?", kSelect), {id}));
  if (rows.empty()) return Error::NotFound("no delivery {}", id);
  return Reader(c, SIZE_MAX, std::nullopt, /*bodies=*/true).Read(rows[0]);
}

}  // namespace watchfire::alerting

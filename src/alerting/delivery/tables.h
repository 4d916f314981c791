#pragma once
// The tables of the delivery log, drawn in docs/format/watchfire-db.md, and the numbers in them
// that its writer and its reader must agree on. Shipped texts and numbers never change.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/labels.h"

namespace watchfire::alerting {

inline constexpr std::string_view kDeliveryMigrations[] = {R"sql(
CREATE TABLE delivery_groups (
  id INTEGER PRIMARY KEY,
  group_key TEXT NOT NULL,
  receiver TEXT NOT NULL,
  route_id TEXT NOT NULL,
  labels TEXT NOT NULL,
  UNIQUE (group_key, receiver, route_id)
);
CREATE TABLE delivery_labels (
  fingerprint INTEGER PRIMARY KEY,
  labels TEXT NOT NULL
);
CREATE TABLE delivery_sets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  group_id INTEGER NOT NULL,
  alerts BLOB NOT NULL
);
CREATE INDEX delivery_sets_by_group ON delivery_sets (group_id);
CREATE TABLE delivery_members (
  fingerprint INTEGER NOT NULL,
  group_id INTEGER NOT NULL,
  first_set INTEGER NOT NULL,
  last_set INTEGER NOT NULL,
  PRIMARY KEY (fingerprint, group_id, first_set)
) WITHOUT ROWID;
CREATE INDEX delivery_members_by_group ON delivery_members (group_id, last_set);
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  group_id INTEGER NOT NULL,
  set_id INTEGER NOT NULL,
  tick INTEGER NOT NULL,
  last_tick INTEGER NOT NULL,
  ticks INTEGER NOT NULL,
  integration TEXT NOT NULL,
  number INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  test INTEGER NOT NULL,
  reason TEXT NOT NULL,
  decision TEXT NOT NULL
);
CREATE INDEX deliveries_by_group ON deliveries (group_id, outcome, integration);
CREATE INDEX deliveries_by_set ON deliveries (set_id);
CREATE INDEX deliveries_by_last_tick ON deliveries (last_tick);
CREATE TABLE delivery_attempts (
  delivery_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  retry INTEGER NOT NULL,
  failure INTEGER NOT NULL,
  status INTEGER NOT NULL,
  request TEXT NOT NULL,
  error TEXT NOT NULL,
  response TEXT NOT NULL,
  encoding INTEGER NOT NULL,
  body BLOB,
  PRIMARY KEY (delivery_id, number)
) WITHOUT ROWID;
)sql"};

// deliveries.outcome
enum class Outcome : uint8_t { kDelivered = 1, kFailed = 2, kSkipped = 3, kMuted = 4 };
// delivery_attempts.encoding
enum class BodyEncoding : uint8_t {
  kPlain = 0,
  kZstd = 1,
  kAsBefore = 2,  // no bytes: a retry, with the body of the attempt before
};

// delivery_members.last_set while the alert is in its group.
inline constexpr int64_t kStillMember = INT64_MAX;

std::string_view OutcomeText(Outcome outcome);
// kInvalid.
Result<Outcome> ParseOutcome(std::string_view text);

// A JSON object in order of names.
std::string LabelsToJson(const model::Labels& labels);
// kCorrupt.
Result<model::Labels> LabelsFromJson(std::string_view json);

}  // namespace watchfire::alerting

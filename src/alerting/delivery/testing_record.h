#pragma once
// Records of flushes for the tests and benchmarks of this room.

#include <string>
#include <vector>

#include "alerting/alerts/flush_record.h"

namespace watchfire::alerting {

inline AlertPtr MakeAlert(std::string_view name, std::string_view instance) {
  auto alert = std::make_shared<Alert>();
  alert->labels = model::Labels::Of({{"alertname", name}, {"instance", instance}});
  alert->Seal();
  return alert;
}

inline FlushedAlert Firing(std::string_view instance) {
  return {MakeAlert("Down", instance), false, MuteKind::kNone, {}};
}

inline FlushedAlert Muted(std::string_view instance, MuteKind kind, std::vector<std::string> by) {
  return {MakeAlert("Down", instance), false, kind, std::move(by)};
}

inline IntegrationRecord Skipped(std::string decision, std::string integration = "slack") {
  IntegrationRecord record;
  record.integration = std::move(integration);
  record.decision = std::move(decision);
  return record;
}

inline IntegrationRecord Delivered(std::string body, std::string integration = "slack") {
  IntegrationRecord record;
  record.integration = std::move(integration);
  record.reason = Reason::kFirst;
  record.decision = "never told before";
  record.delivered = true;
  AttemptRecord& attempt = record.attempts.emplace_back();
  attempt.at = 5;
  attempt.duration_ms = 7;
  attempt.attempt.delivered = true;
  attempt.attempt.status = 200;
  attempt.attempt.request = "POST https://hooks.example/<secret>";
  attempt.attempt.body = std::move(body);
  attempt.attempt.response = "ok";
  return record;
}

inline FlushRecord Flush(TimeMs tick, std::string group, std::vector<FlushedAlert> alerts,
                         std::vector<IntegrationRecord> integrations = {}) {
  FlushRecord record;
  record.tick = tick;
  record.route_id = "{}/0";
  record.group_key = "{}:{team=\"" + group + "\"}";
  record.group_labels = model::Labels::Of({{"team", group}});
  record.receiver = "team-" + group;
  record.alerts = std::move(alerts);
  record.integrations = std::move(integrations);
  return record;
}

}  // namespace watchfire::alerting

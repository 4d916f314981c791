#pragma once
// Views: what readers see of groups, rules and alerts. Plain values, copied out of running groups,
// valid for ever.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alerting/alerts/alert.h"
#include "base/clock.h"
#include "rules/alert_state.h"
#include "rules/loader.h"

namespace watchfire::rules {

struct AlertView {
  model::Labels labels;
  std::shared_ptr<const alerting::Annotations> annotations;  // never null
  AlertState state = AlertState::kPending;
  TimeMs active_at = 0;
  std::optional<TimeMs> keep_firing_since;
  double value = 0;  // 0 for histograms
  uint64_t fingerprint = 0;
};

enum class Health : uint8_t { kUnknown, kOk, kError };
std::string_view HealthText(Health health);  // "unknown", "ok", "err"

struct RuleView {
  const RuleSpec* spec = nullptr;  // of the group's
  Health health = Health::kUnknown;
  std::string last_error;
  double evaluation_seconds = 0;
  std::optional<TimeMs> last_evaluation;
  uint64_t samples = 0;  // series of the last answer
  // Alerting rules. Unset: never evaluated ("unknown").
  std::optional<AlertState> state;
  std::vector<AlertView> alerts;  // pending and firing, by labels; empty if not asked for
};

struct GroupView {
  std::shared_ptr<const GroupSpec> spec;
  double evaluation_seconds = 0;
  std::optional<TimeMs> last_evaluation;  // when it began, not its slot
  std::optional<TimeMs> next_evaluation;
  uint64_t missed_iterations = 0;
  std::vector<RuleView> rules;
};

// The rule that an alert comes from, and what it knows of it.
struct AlertOrigin {
  std::shared_ptr<const GroupSpec> group;
  RuleView rule;                   // without alerts
  std::optional<AlertView> alert;  // unset: not active now
};

}  // namespace watchfire::rules

#pragma once
// Instance: one alert of a managed rule: its state and how an outcome moves it. Normal, then
// Pending while it breaches for less than `for`, then Alerting, then Recovering for keep_firing_for
// after it ended; NoData and Error where the rule says so. No clock, no threads, no queries.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/alerts/alert.h"
#include "base/clock.h"
#include "codec/json.h"
#include "grafana/managed/evaluation.h"
#include "grafana/managed/rule.h"
#include "model/labels.h"

namespace watchfire::grafana {

enum class InstanceState : uint8_t { kNormal, kPending, kAlerting, kRecovering, kNoData, kError };
std::string_view StateText(InstanceState state);  // "Normal"
bool ParseState(std::string_view text, InstanceState* state);

inline constexpr std::string_view kReasonNoData = "NoData";
inline constexpr std::string_view kReasonError = "Error";
inline constexpr std::string_view kReasonKeepLast = "KeepLast";
inline constexpr std::string_view kReasonMissingSeries = "MissingSeries";
inline constexpr std::string_view kReasonPaused = "Paused";
inline constexpr std::string_view kReasonUpdated = "Updated";
inline constexpr std::string_view kReasonDeleted = "RuleDeleted";

struct Instance {
  model::Labels key;  // of the query; what tells it apart within its rule
  model::Labels labels;
  std::map<std::string, std::string> annotations;
  InstanceState state = InstanceState::kNormal;
  std::string reason;
  TimeMs since = 0;      // in this state
  TimeMs active_at = 0;  // since it breaches; 0: it does not
  TimeMs firing_at = 0;  // since it fires; 0: it does not
  TimeMs evaluated_at = 0;
  int64_t missing = 0;  // evaluations in a row that did not have it
  std::vector<templates::RefValue> values;
  std::string value_string;
  std::string error;
  std::string ref_id, datasource_uid;  // of NoData and Error

  // The alert that the Alertmanager knows as firing; empty: none.
  model::Labels sent_labels;
  TimeMs sent_starts_at = 0;

  bool firing() const {
    return state != InstanceState::kNormal && state != InstanceState::kPending;
  }
  // "Alerting (NoData)"
  std::string StateWithReason() const;
};

struct InstanceTiming {
  int64_t for_ms = 0;
  int64_t keep_firing_ms = 0;
};

void BecomeNormal(Instance& instance, TimeMs t, std::string_view reason,
                  const InstanceTiming& timing);
void BecomeBreaching(Instance& instance, TimeMs t, std::string_view reason,
                     const InstanceTiming& timing);
// Pending first, if the rule has a `for`; `state` is kNoData or kError.
void BecomeUnknown(Instance& instance, TimeMs t, InstanceState state, const InstanceTiming& timing);
// As it was, with time passing.
void KeepLast(Instance& instance, TimeMs t, std::string_view reason, const InstanceTiming& timing);
// What the rule's policies make of an outcome.
void Advance(Instance& instance, Verdict outcome, TimeMs t, const ManagedRule& rule);

// What survives a restart.
codec::Json ToJson(const Instance& instance);
Result<Instance> InstanceOf(const codec::Json& json);

}  // namespace watchfire::grafana

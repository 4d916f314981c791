#pragma once
// Inhibitor: alerts that make others needless. A rule mutes a target alert while a source alert
// fires that agrees with it in the labels of `equal`; an alert that matches both sides is not muted
// by one that does too, so that nothing mutes itself.
//
// Each rule keeps its sources in an index by the values of `equal`, so an answer never walks over
// all alerts. All sources of a key are kept, not one: a two-sided one cannot hide another. Built
// for one configuration and fed by the alert store. Thread-safe.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alerting/alerts/alert.h"
#include "alerting/amconfig/config.h"
#include "base/clock.h"
#include "model/labels.h"

namespace watchfire::alerting {

struct Inhibition {
  uint64_t source = 0;    // fingerprint of the alert that mutes
  size_t rule = 0;        // index into inhibit_rules
  std::string rule_name;  // may be ""
};

class Inhibitor {
 public:
  explicit Inhibitor(const std::vector<amconfig::InhibitRule>& rules);
  ~Inhibitor();

  void Update(const std::vector<AlertPtr>& alerts);
  // By the first rule that mutes it.
  std::optional<Inhibition> Mutes(const model::Labels& labels, TimeMs now) const;
  // Drops sources that are resolved at `now`.
  void Gc(TimeMs now);
  size_t rules() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::alerting

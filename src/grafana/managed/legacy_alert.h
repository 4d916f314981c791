#pragma once
// Alerts that dashboards of old Grafana carried in their panels (`panel.alert`), as managed rules.
// Pure.

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "codec/json.h"
#include "grafana/managed/rule.h"

namespace watchfire::grafana {

struct LegacyAlert {
  ManagedRule rule;  // without folder and group
  int64_t interval_ms = 60'000;
  std::vector<std::string> notes;  // what could not be taken over
};

// `panel` has `alert` and `targets`. `source_uid` makes a uid of what the panel's or a target's
// "datasource" says. kInvalid: there is no alert, or a condition reads a target that is not there.
Result<LegacyAlert> RuleOfPanel(
    const codec::Json& panel, const std::string& dashboard_uid,
    const std::function<std::string(const codec::Json& datasource)>& source_uid);

}  // namespace watchfire::grafana

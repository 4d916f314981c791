#pragma once
// Named time intervals: whether a route speaks at a moment. Built from a loaded configuration;
// both its sections of intervals are one set of names here. Immutable, thread-safe.

#include <map>
#include <string>
#include <vector>

#include "alerting/amconfig/config.h"
#include "base/clock.h"

namespace watchfire::routing {

// One specification: every field that is there must hold, on the clocks of its location.
bool ActiveAt(const amconfig::TimeSpec& spec, TimeMs t);
// Any of them.
bool ActiveAt(const std::vector<amconfig::TimeSpec>& specs, TimeMs t);

class TimeIntervals {
 public:
  TimeIntervals() = default;
  explicit TimeIntervals(const amconfig::Config& config);

  // Those of `names` that are on at `t`; unknown names are not.
  std::vector<std::string> ActiveAt(const std::vector<std::string>& names, TimeMs t) const;

 private:
  std::map<std::string, std::vector<amconfig::TimeSpec>> by_name_;
};

}  // namespace watchfire::routing

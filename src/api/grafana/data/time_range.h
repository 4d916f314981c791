#pragma once
// Times as dashboards write them: "now-6h", "now/d", "now-1d/d", milliseconds as a number or text,
// RFC 3339. Pure functions; days are those of UTC.

#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"

namespace watchfire::api {

// `end`: a rounded time is the end of the day (week, …) rather than its beginning.
Result<TimeMs> ParseDashboardTime(const codec::Json& value, TimeMs now, bool end);

struct TimeRange {
  TimeMs from = 0;
  TimeMs to = 0;
};
// Of {"from":…,"to":…}; the last hour without.
Result<TimeRange> ParseTimeRange(const codec::Json& object, TimeMs now);

}  // namespace watchfire::api

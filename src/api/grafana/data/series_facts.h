#pragma once
// What the storage knows of a selector: whether it has samples in a range of time, and if not, when
// it had. Internal to this room; bounded by the number of series looked at.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "storage/querier.h"

namespace watchfire::api {

struct SeriesFacts {
  bool known = false;      // false: the storage could not be read
  bool in_window = false;  // some series has a sample
  // Of the series looked at: most samples that lie within one range, and the usual gap.
  size_t most_in_range = 0;
  int64_t interval_ms = 0;  // 0: not known
  // Only if there is nothing in the window.
  std::optional<TimeMs> last_before;
  std::optional<TimeMs> first_after;
  std::vector<model::Labels> elsewhere;  // some of the series that have samples at other times
};

struct FactsWindow {
  TimeMs mint = 0, maxt = 0;  // inclusive
  int64_t range_ms = 0;       // 0: no range selector
  TimeMs now = 0;
};

SeriesFacts LookUpFacts(storage::Queryable& storage, const model::Matchers& matchers,
                        const FactsWindow& window);

}  // namespace watchfire::api

#pragma once
// From a panel's query to what is asked of the data source: the step, the ends moved to multiples
// of it, and the expression with its macros replaced. The arithmetic is that of Grafana's data
// source, to the millisecond, so that a dashboard shows the same points here. Internal to this
// room; pure functions.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "grafana/queries/queries.h"

namespace watchfire::grafana {

inline constexpr int64_t kDefaultScrapeMs = 15'000;
inline constexpr int64_t kMaxSteps = 11'000;  // what Prometheus answers

struct QueryPlan {
  std::string ref_id;
  std::string expr;
  std::string legend;
  bool range = true;
  bool instant = false;
  bool exemplars = false;
  int64_t step_ms = 0;
  TimeMs start = 0, end = 0;  // aligned
  TimeMs time = 0;            // of the instant query; as it was asked for
};

// `scrape_ms`: the data source's interval. kInvalid: no expression, a bad minimum step, a range
// that ends before it begins.
Result<QueryPlan> MakePlan(const PanelQuery& query, int64_t scrape_ms);

// ---- the parts, for tests
// The nearest of the steps that people like: 1s, 2s, 5s, 10s, …
int64_t RoundInterval(int64_t ms);
// "30s", "1m", "1h30m", ">10s", and bare seconds. kInvalid: anything else.
Result<int64_t> ParseInterval(std::string_view text);
// "1m0s", "30s", "2h0m0s", "1500ms": Go's form where that is PromQL, too.
std::string IntervalText(int64_t ms);
// Down to a multiple of the step on a clock that is `offset_s` east of Greenwich.
TimeMs AlignDown(TimeMs t, int64_t step_ms, int64_t offset_s);

}  // namespace watchfire::grafana

#pragma once
// Which leaves need no buckets: under histogram_count, histogram_sum and histogram_avg only count
// and sum of native histograms matter, and whether a counter was reset between two of them. Leaves
// then look for resets while they read and drop the buckets, so that all above works on three
// numbers. Not below what looks at buckets after all, and not in subqueries, whose samples are not
// neighbours.

#include "promql/plan/plan.h"

namespace watchfire::promql {

// Sets PlanNode::histogram_stats.
void MarkHistogramStats(PlanNode& root);

}  // namespace watchfire::promql

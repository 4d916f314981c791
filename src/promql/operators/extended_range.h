#pragma once
// Selectors that are `anchored` or `smoothed`: they look at samples beside their window, too. Their
// functions are few (rate, increase, delta; anchored also changes and resets) and rare, so they
// have operators of their own and the plain ones pay nothing for them. One thread.

#include "promql/operators/scan.h"

namespace watchfire::promql {

// A range that is.
bool IsExtended(const PlanNode& node);

// A call of one of the functions above over an extended range.
StreamPtr MakeExtendedRange(QueryContext& context, const PlanNode& call, const Grid& grid);
// A smoothed instant selector: values on the line between the samples around each step.
StreamPtr MakeSmoothedSelector(QueryContext& context, const PlanNode& node, const Grid& grid);
// An extended range as the whole query: its samples, with one at each edge.
std::unique_ptr<RangeSource> MakeExtendedSource(QueryContext& context, const PlanNode& node,
                                                const Grid& grid);

}  // namespace watchfire::promql

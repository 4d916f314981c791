#pragma once
// Exemplars for graphs: what /api/v1/query_exemplars answered, thinned to the highest of each step,
// as one frame. Internal to this room; pure functions over bytes from outside, which the caller
// bounds.

#include <string>
#include <string_view>

#include "grafana/queries/query_plan.h"

namespace watchfire::grafana {

// The path with its query.
std::string ExemplarsPath(const QueryPlan& plan);
// One frame as JSON text; "" if there are none, or the body is something else.
std::string ExemplarFrame(const QueryPlan& plan, std::string_view body);

}  // namespace watchfire::grafana

#pragma once
// What a plan can do without: Optimise rewrites a plan so that it gives the same answer, errors
// included, from less work. It reads no data.
//
//   * Matchers are pushed through joins: in `a{job="x"} / b` only series of b with that job can
//   find
//     a partner. Only where no error about series that would be left out can be lost.
//   * Parts that are written twice and evaluated on the same steps are computed once.

#include "promql/plan/plan.h"

namespace watchfire::promql {

void Optimise(PlanNode& root);

}  // namespace watchfire::promql

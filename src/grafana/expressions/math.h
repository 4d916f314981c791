#pragma once
// Evaluates math expressions over numbers and series. Internal to this room; pure functions.
//
// Values meet by their labels: equal ones, one side within the other, or one side without any. One
// value on each side meet whatever they are called. Where nothing meets by that, the metric's name
// is left out of the comparison, so that `$A / $B` of two metrics of one target works. Series meet
// series at the times that both have. Null with anything is null; NaN is NaN, but where && and ||
// are certain without it.

#include "base/result.h"
#include "codec/json.h"
#include "grafana/expressions/expressions.h"

namespace watchfire::grafana {

Result<NodeValue> EvaluateMath(const codec::Json& model, const ExpressionContext& context);

}  // namespace watchfire::grafana

#pragma once
// Reducers of the reduce and resample expressions: many values to one. What is not a number is
// handled by the mode: kept (which makes most results NaN), dropped, or replaced. Internal to this
// room; pure functions.

#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "codec/json.h"
#include "grafana/expressions/expressions.h"

namespace watchfire::grafana {

enum class Reducer : uint8_t { kLast, kMin, kMax, kMean, kMedian, kSum, kCount };
Result<Reducer> ParseReducer(std::string_view name);

// Strictly: null and NaN are what the values come to, but for `last` and `count`.
std::optional<double> ReduceStrictly(Reducer reducer,
                                     std::span<const std::optional<double>> values);

Result<NodeValue> EvaluateReduce(const codec::Json& model, const ExpressionContext& context);
Result<NodeValue> EvaluateResample(const codec::Json& model, const ExpressionContext& context);

}  // namespace watchfire::grafana

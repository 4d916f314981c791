#pragma once
// Evaluators ("is above 5", "is outside 1 and 3") of thresholds and classic conditions, and the
// threshold expression with its way back. Internal to this room.

#include <optional>
#include <string>

#include "base/result.h"
#include "codec/json.h"
#include "grafana/expressions/expressions.h"

namespace watchfire::grafana {

enum class EvaluatorKind : uint8_t {
  kAbove,
  kBelow,
  kEqual,
  kNotEqual,
  kAtLeast,
  kAtMost,
  kWithin,
  kOutside,
  kWithinIncluded,
  kOutsideIncluded,
  kNoValue,
};

class Evaluator {
 public:
  // `{"type":"gt","params":[5]}`; `no_value` has none.
  static Result<Evaluator> Of(const codec::Json& json);

  // Null is met by kNoValue alone; NaN by kNotEqual alone.
  bool Met(std::optional<double> value) const;
  EvaluatorKind kind() const { return kind_; }
  // "IS BELOW 1", "IS WITHIN RANGE 1 TO 3", "HAS NO VALUE".
  std::string Words() const;

 private:
  EvaluatorKind kind_ = EvaluatorKind::kAbove;
  double first_ = 0;   // the lower end of a range
  double second_ = 0;  // its upper end
};

Result<NodeValue> EvaluateThreshold(const codec::Json& model, const ExpressionContext& context);

}  // namespace watchfire::grafana

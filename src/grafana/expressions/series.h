#pragma once
// Values of the expression nodes that managed rules and panels put on top of queries: numbers and
// series with labels. Plain values.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "model/labels.h"

namespace watchfire::grafana {

// Unset is null, which is not NaN.
struct Number {
  model::Labels labels;
  std::optional<double> value;
};

struct TimeSeries {
  model::Labels labels;
  std::vector<TimeMs> t;
  std::vector<std::optional<double>> v;
};

struct NoData {};

// What one refId has become; vectors may not mix.
struct NodeValue {
  std::variant<NoData, std::vector<Number>, std::vector<TimeSeries>> data;
};

}  // namespace watchfire::grafana

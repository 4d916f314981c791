#pragma once
// Which values of two sides of an operator belong together, by their labels. Internal to this
// room; pure functions. Costs a table for each pair of label-name sets, not a comparison for each
// pair of values.

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "model/labels.h"

namespace watchfire::grafana {

struct JoinedPair {
  uint32_t left = 0;
  uint32_t right = 0;
  model::Labels labels;  // those of the side that has more
};

inline constexpr size_t kMaxJoined = 100'000;

// In order of the left side, then of the right. kLimit: more than kMaxJoined.
Result<std::vector<JoinedPair>> JoinByLabels(const std::vector<model::Labels>& left,
                                             const std::vector<model::Labels>& right);

}  // namespace watchfire::grafana

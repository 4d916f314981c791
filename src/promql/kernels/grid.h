#pragma once
// The grid of steps that an expression is evaluated on, and the value of a step that has none:
// kAbsent, the bits of the stale marker, which is never a value inside the engine.

#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "model/sample.h"

namespace watchfire::promql {

inline const double kAbsent = model::kStaleNan;
inline bool IsAbsent(double v) {
  return model::IsStaleNan(v);
}

// The steps start, start + step, …; `count` of them, at least one.
struct Grid {
  TimeMs start = 0;
  int64_t step_ms = 1;
  size_t count = 1;
  TimeMs at(size_t i) const { return start + static_cast<int64_t>(i) * step_ms; }
  TimeMs end() const { return at(count - 1); }
};

}  // namespace watchfire::promql

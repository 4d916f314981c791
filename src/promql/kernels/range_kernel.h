#pragma once
// Functions of range vectors as kernels: one call computes all steps of one series from its columns
// and windows. Kernels live for one operator and may keep what they derive from the windows as long
// as RangeInput::version stays the same (series of one scrape target share it).

#include <memory>
#include <string_view>
#include <vector>

#include "promql/kernels/grid.h"
#include "promql/kernels/windows.h"

namespace watchfire::promql {

// Who counts what a kernel does amid a series and may throw to end it.
class Pace {
 public:
  virtual ~Pace() = default;
  virtual void Spend(size_t samples) = 0;
};

struct RangeInput {
  const TimeMs* t = nullptr;
  const double* v = nullptr;
  const TimeMs* st = nullptr;  // start timestamps to be used, if there are any
  size_t size = 0;
  const Windows* windows = nullptr;
  uint64_t version = 0;
  const WindowGrid* grid = nullptr;
  const Grid* steps = nullptr;
  // The scalar arguments in order.
  const std::vector<std::vector<double>>* scalars = nullptr;

  Pace* pace = nullptr;  // may be null

  size_t count() const { return windows->lo.size(); }
  // For kernels that look at every sample of every window; null if all of that is little.
  Pace* LongPace() const { return windows->total > kLongTotal ? pace : nullptr; }
  static constexpr uint64_t kLongTotal = 1 << 18;
};

class RangeKernel {
 public:
  virtual ~RangeKernel() = default;
  // Writes all steps; kAbsent where the window gives no value.
  virtual void Run(const RangeInput& in, double* out) = 0;
  // Whether start timestamps of the last input contradicted its timestamps.
  virtual bool start_times_overlap() const { return false; }
};
using RangeKernelPtr = std::unique_ptr<RangeKernel>;

// Null when the name is not of the family. rate increase delta irate idelta:
RangeKernelPtr MakeRateKernel(std::string_view name);
// …_over_time, changes, resets:
RangeKernelPtr MakeOverTimeKernel(std::string_view name);
// deriv, predict_linear, double_exponential_smoothing:
RangeKernelPtr MakeTrendKernel(std::string_view name);

}  // namespace watchfire::promql

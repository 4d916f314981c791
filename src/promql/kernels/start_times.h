#pragma once
// Counters whose samples say when their counting began (start timestamps): rate, increase, irate
// and resets then see resets that the values do not show, and count a first sample in full when its
// counting began inside the window. Only used when the storage gives start timestamps and the
// engine is told to look at them; pure functions, any thread.

#include "promql/kernels/range_kernel.h"

namespace watchfire::promql {

// When one sample was taken and when its counting began; st 0: unknown.
struct SampleTimes {
  TimeMs t = 0;
  TimeMs st = 0;
};

// The counter of `current` began anew after `before`.
bool IsStartTimeReset(SampleTimes before, SampleTimes current);
// A sample that says it began counting before the last one was taken, but not when that one did.
bool StartTimesOverlap(SampleTimes before, SampleTimes current);
// The sample began to count inside (start, t): it can be counted in full.
bool BeganInside(SampleTimes sample, TimeMs start);

// rate, increase, irate and resets look at start timestamps where RangeInput has some; other
// kernels come back as they are.
RangeKernelPtr WithStartTimes(std::string_view name, RangeKernelPtr kernel);

}  // namespace watchfire::promql

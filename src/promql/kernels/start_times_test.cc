#include "promql/kernels/start_times.h"

#include <gtest/gtest.h>

namespace watchfire::promql {
namespace {

TEST(StartTimes, ACounterThatBeganAfterTheLastSampleWasReset) {
  EXPECT_TRUE(IsStartTimeReset({100, 10}, {200, 150}));
  EXPECT_TRUE(IsStartTimeReset({100, 0}, {200, 101}));
  EXPECT_FALSE(IsStartTimeReset({100, 10}, {200, 10}));
  EXPECT_FALSE(IsStartTimeReset({100, 10}, {200, 0})) << "unknown";
  EXPECT_FALSE(IsStartTimeReset({100, 10}, {200, 200})) << "nobody knows";
  EXPECT_FALSE(IsStartTimeReset({100, 10}, {200, 201})) << "cannot be";
}

TEST(StartTimes, ADeltaBeginsWithTheSampleBefore) {
  EXPECT_TRUE(IsStartTimeReset({100, 50}, {200, 100}));
  EXPECT_FALSE(IsStartTimeReset({100, 0}, {200, 100})) << "a cumulative counter, start unknown";
  EXPECT_FALSE(IsStartTimeReset({100, 100}, {200, 100}));
  EXPECT_FALSE(IsStartTimeReset({100, 150}, {200, 100}));
}

TEST(StartTimes, OverlapsAreFound) {
  EXPECT_TRUE(StartTimesOverlap({100, 10}, {200, 50}));
  EXPECT_FALSE(StartTimesOverlap({100, 10}, {200, 10}));
  EXPECT_FALSE(StartTimesOverlap({100, 10}, {200, 100}));
  EXPECT_FALSE(StartTimesOverlap({100, 10}, {200, 0}));
}

TEST(StartTimes, AStartInsideTheWindowCountsTheFirstSampleInFull) {
  EXPECT_TRUE(BeganInside({100, 50}, 20));
  EXPECT_FALSE(BeganInside({100, 20}, 20)) << "the window is open there";
  EXPECT_FALSE(BeganInside({100, 100}, 20));
  EXPECT_FALSE(BeganInside({100, 0}, -20));
}

TEST(StartTimes, KernelsWithoutThemAreLeftAlone) {
  const std::vector<TimeMs> t = {60'000, 120'000};
  const std::vector<TimeMs> st = {60'000 - 1, 120'000 - 1};
  const std::vector<double> v = {60, 60};
  WindowGrid grid{{120'000}, 120'000};
  Windows windows;
  ComputeWindows(t, grid, &windows);
  RangeInput in;
  in.t = t.data();
  in.v = v.data();
  in.size = t.size();
  in.windows = &windows;
  in.version = 1;
  in.grid = &grid;
  double out = 0;
  RangeKernelPtr increase = WithStartTimes("increase", MakeRateKernel("increase"));
  increase->Run(in, &out);
  EXPECT_EQ(out, 0);
  in.st = st.data();
  increase->Run(in, &out);
  EXPECT_NEAR(out, 120, 1e-9);
  EXPECT_FALSE(increase->start_times_overlap());
  RangeKernelPtr delta = WithStartTimes("delta", MakeRateKernel("delta"));
  delta->Run(in, &out);
  EXPECT_EQ(out, 0);
}

}  // namespace
}  // namespace watchfire::promql

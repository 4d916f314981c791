#include "promql/kernels/extended_rate.h"

#include <gtest/gtest.h>

namespace watchfire::promql {
namespace {

const std::vector<TimeMs> kTimes = {0, 60'000, 120'000, 180'000};
const std::vector<double> kCounter = {0, 10, 4, 14};  // reset between 60 s and 120 s

double Increase(TimeMs start, TimeMs end, bool smoothed) {
  return ExtendedRate(kTimes, kCounter.data(), {start, end, smoothed}, RateKind::kIncrease);
}

TEST(ExtendedRate, AnAnchoredRangeBeginsWithTheSampleBeforeIt) {
  EXPECT_EQ(Increase(30'000, 60'000, false), 24);  // the caller gives no samples after the end
  std::span<const TimeMs> until_one(kTimes.data(), 2);
  ExtendedRange range{30'000, 90'000, false};
  EXPECT_EQ(ExtendedRate(until_one, kCounter.data(), range, RateKind::kIncrease), 10);
  EXPECT_EQ(ExtendedRate(until_one, kCounter.data(), range, RateKind::kRate), 10.0 / 60);
}

TEST(ExtendedRate, WithoutASampleInsideThereIsNoValue) {
  EXPECT_TRUE(IsAbsent(Increase(180'000, 240'000, false)));
  EXPECT_TRUE(IsAbsent(Increase(180'000, 240'000, true)));
  EXPECT_TRUE(IsAbsent(Increase(-60'000, -1, true)));
  EXPECT_TRUE(IsAbsent(ExtendedRate({}, nullptr, {0, 1, true}, RateKind::kDelta)));
}

TEST(ExtendedRate, ASmoothedRangeHasValuesAtItsEdges) {
  EXPECT_EQ(Increase(15'000, 45'000, true), 5);
  // From 5 to 10, then from zero to 2 on the way to 4.
  EXPECT_EQ(Increase(30'000, 90'000, true), 7);
  // Both edges after the reset: from zero, at both.
  EXPECT_EQ(Increase(75'000, 105'000, true), 2);
  EXPECT_EQ(Increase(75'000, 150'000, true), 8);
}

TEST(ExtendedRate, ADeltaKnowsNoResets) {
  ExtendedRange range{30'000, 90'000, true};
  EXPECT_EQ(ExtendedRate(kTimes, kCounter.data(), range, RateKind::kDelta), 2);
}

TEST(ExtendedRate, SamplesOnTheEdgesAreTheirValues) {
  EXPECT_EQ(Increase(0, 60'000, true), 10);
  EXPECT_EQ(Increase(60'000, 120'000, true), 4);
  EXPECT_EQ(Increase(0, 180'000, true), 24);
}

}  // namespace
}  // namespace watchfire::promql

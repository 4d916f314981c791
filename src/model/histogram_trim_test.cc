#include "model/histogram_trim.h"

#include <limits>

#include <gtest/gtest.h>

#include "model/histogram_buckets.h"
#include "model/histogram_math.h"
#include "model/histogram_test_text.h"

namespace watchfire::model {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr TrimSide kBelow = TrimSide::kKeepBelow;
constexpr TrimSide kAbove = TrimSide::kKeepAbove;

FloatHistogram BothSides() {
  return WithNegative(WithZero(Exponential(0, 34, 123.75, 0, {2, 4, 8, 16}), 0.001, 1), 0, {1, 2});
}

TEST(HistogramTrim, AtABoundOnlyWholeBucketsGo) {
  FloatHistogram below = Trim(BothSides(), 2, kBelow);
  EXPECT_EQ(below.count, 10);
  EXPECT_DOUBLE_EQ(below.sum, 3.5355339059327373);
  FloatHistogram above = Trim(BothSides(), 2, kAbove);
  EXPECT_EQ(above.positive_spans, (std::vector<Span>{{2, 2}}));
  EXPECT_EQ(above.zero_count, 0);
  EXPECT_DOUBLE_EQ(above.sum, 113.13708498984761);
}

TEST(HistogramTrim, NothingCutOffMeansNothingChanges) {
  EXPECT_TRUE(SameHistogram(Trim(BothSides(), kInf, kBelow), BothSides()));
  EXPECT_TRUE(SameHistogram(Trim(BothSides(), -kInf, kAbove), BothSides()));
  EXPECT_EQ(Trim(BothSides(), kInf, kAbove).count, 0);
  EXPECT_EQ(Trim(BothSides(), -kInf, kBelow).count, 0);
}

TEST(HistogramTrim, CutsExponentialBucketsByTheLogarithm) {
  FloatHistogram below = Trim(BothSides(), std::sqrt(2), kBelow);
  EXPECT_NEAR(below.positive_buckets[1], 2, 1e-9);
  FloatHistogram negative = Trim(BothSides(), -std::sqrt(2), kBelow);
  EXPECT_NEAR(negative.count, 1, 1e-9);
}

TEST(HistogramTrim, CutsTheZeroBucketByItsWidth) {
  FloatHistogram zero = WithZero(FloatHistogram(), 0.1, 5);
  zero.count = 5;
  EXPECT_DOUBLE_EQ(Trim(zero, 0.05, kAbove).count, 1.25);
  EXPECT_DOUBLE_EQ(Trim(zero, 0.05, kAbove).sum, 0.09375);
  // With positive buckets only, it begins at zero.
  FloatHistogram positive = WithZero(Exponential(0, 12, 8, 0, {10}), 0.5, 2);
  EXPECT_DOUBLE_EQ(Trim(positive, 0.1, kBelow).count, 0.4);
}

TEST(HistogramTrim, CustomBucketsWithoutAnEndGoWhole) {
  FloatHistogram h = Custom(15, 172.5, {5, 10, 15, 20}, {1, 6, 4, 3, 1});
  EXPECT_DOUBLE_EQ(Trim(h, 13, kBelow).count, 9.4);
  EXPECT_DOUBLE_EQ(Trim(h, 13, kBelow).sum, 75.1);
  EXPECT_DOUBLE_EQ(Trim(h, 50, kBelow).count, 14);
  EXPECT_TRUE(SameHistogram(Trim(h, 0, kAbove), h));
  FloatHistogram negative = Custom(101, 33, {-5}, {1, 100});
  EXPECT_DOUBLE_EQ(Trim(negative, -10, kBelow).sum, -10);
  EXPECT_DOUBLE_EQ(Trim(negative, 10, kAbove).sum, 1000);
}

}  // namespace
}  // namespace watchfire::model

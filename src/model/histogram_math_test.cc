#include "model/histogram_math.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "model/histogram_bounds.h"
#include "model/histogram_buckets.h"
#include "model/histogram_test_text.h"
#include "model/sample.h"

namespace watchfire::model {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(HistogramBounds, ArePowersOfTwoAndTheirPartsToTheBit) {
  EXPECT_EQ(ExponentialBound(0, 0), 1);
  EXPECT_EQ(ExponentialBound(3, 0), 8);
  EXPECT_EQ(ExponentialBound(-2, 0), 0.25);
  EXPECT_EQ(ExponentialBound(1, -2), 16);
  EXPECT_EQ(ExponentialBound(1, 1), 1.414213562373095);
  EXPECT_EQ(ExponentialBound(-1, 1), 0.7071067811865475);
  EXPECT_EQ(ExponentialBound(255, 8), 1.9945921121709396);
  EXPECT_EQ(ExponentialBound(256, 8), 2);
}

TEST(HistogramBounds, EndBeforeTheBucketOfInfinities) {
  EXPECT_EQ(ExponentialBound(1024, 0), std::numeric_limits<double>::max());
  EXPECT_EQ(ExponentialBound(1025, 0), kInf);
  EXPECT_EQ(ExponentialBound(64, -4), std::numeric_limits<double>::max());
  EXPECT_EQ(ExponentialBound(2048, 1), std::numeric_limits<double>::max());
  EXPECT_EQ(ExponentialBound(2049, 1), kInf);
  EXPECT_EQ(ExponentialBound(INT32_MAX, -4), kInf);
  EXPECT_EQ(ExponentialBound(INT32_MIN, 8), 0);
}

TEST(HistogramBuckets, OfAnOverlappedBucketOnlyTheRestIsShown) {
  FloatHistogram h = WithNegative(WithZero(Exponential(0, 5, 0, 1, {2}), 1.5, 1), 1, {2});
  std::vector<HistogramBucket> buckets = BucketsOf(h);
  ASSERT_EQ(buckets.size(), 3u);
  EXPECT_EQ(buckets[0].upper, -1.5);
  EXPECT_EQ(buckets[2].lower, 1.5);
  EXPECT_EQ(ToString(h), "{count:5, sum:0, [-2,-1):2, [-1.5,1.5]:1, (1,2]:2}");
}

TEST(HistogramMath, AddsBucketsThatLieElsewhere) {
  FloatHistogram h = Exponential(0, 4, 5, 0, {1, 2, 1});
  EXPECT_TRUE(Add(h, Exponential(0, 3, 2, 4, {3})).compatible);
  EXPECT_EQ(ToString(h), "{count:7, sum:7, (0.5,1]:1, (1,2]:2, (2,4]:1, (8,16]:3}");
  EXPECT_TRUE(Add(h, Exponential(0, 2, 2, -2, {1, 1})).compatible);
  EXPECT_EQ(ToString(h),
            "{count:9, sum:9, (0.125,0.25]:1, (0.25,0.5]:1, (0.5,1]:1, (1,2]:2, (2,4]:1, "
            "(8,16]:3}");
  EXPECT_EQ(h.positive_spans.size(), 2u);
}

TEST(HistogramMath, AddsNegativeBuckets) {
  FloatHistogram h = WithNegative(FloatHistogram(), 0, {1, 1});
  Add(h, WithNegative(FloatHistogram(), 1, {5, 1}));
  EXPECT_EQ(ToString(h), "{count:0, sum:0, [-4,-2):1, [-2,-1):6, [-1,-0.5):1}");
}

TEST(HistogramMath, TakesTheCoarserSchema) {
  FloatHistogram fine = Exponential(1, 4, 4, 1, {1, 1, 1, 1});
  FloatHistogram coarse = Exponential(0, 2, 3, 0, {1, 1});
  FloatHistogram sum = fine;
  Add(sum, coarse);
  EXPECT_EQ(sum.schema, 0);
  EXPECT_EQ(ToString(sum), "{count:6, sum:7, (0.5,1]:1, (1,2]:3, (2,4]:2}");
  Add(coarse, fine);
  EXPECT_TRUE(SameHistogram(sum, coarse));
}

TEST(HistogramMath, TakesTheWiderZeroBucket) {
  FloatHistogram narrow = WithZero(Exponential(0, 9, 9, -1, {1, 2, 4}), 0.001, 2);
  FloatHistogram wide = WithZero(Exponential(0, 7, 7, 1, {6}), 1, 1);
  FloatHistogram sum = narrow;
  Add(sum, wide);
  EXPECT_EQ(ToString(sum), "{count:16, sum:16, [-1,1]:6, (1,2]:10}");
  Add(wide, narrow);
  EXPECT_TRUE(SameHistogram(sum, wide));
}

TEST(HistogramMath, AZeroBucketDoesNotCutAFilledBucket) {
  // 1.5 is inside (1,2] of the first; its end at 2 is inside no filled bucket of the second.
  FloatHistogram h = WithZero(Exponential(0, 3, 3, 1, {3}), 0, 0);
  Add(h, WithZero(Exponential(1, 4, 4, 3, {4}), 1.5, 1));
  EXPECT_EQ(ToString(h), "{count:7, sum:7, [-2,2]:4, (2,4]:4}");
  // An empty bucket may be cut.
  FloatHistogram empty = WithZero(Exponential(0, 0, 0, 1, {0}), 0, 0);
  Add(empty, WithZero(FloatHistogram(), 1.5, 1));
  EXPECT_EQ(empty.zero_threshold, 1.5);
}

TEST(HistogramMath, NegativeBucketsStopAZeroBucketToo) {
  FloatHistogram h = WithNegative(Exponential(0, 3, 0, 1, {1}), 2, {1});
  GrowZeroBucket(h, 3);
  EXPECT_EQ(h.zero_threshold, 4);
  EXPECT_EQ(h.zero_count, 2);
  EXPECT_TRUE(h.positive_buckets.empty());
  EXPECT_TRUE(h.negative_spans.empty());
}

TEST(HistogramMath, AThresholdThatIsNoNumberEndsNothing) {
  FloatHistogram h = WithZero(FloatHistogram(), kNormalNan, 1);
  EXPECT_TRUE(Add(h, WithZero(FloatHistogram(), 1, 2)).compatible);
  EXPECT_EQ(h.zero_count, 3);
}

TEST(HistogramMath, CustomBoundsAreReducedToTheCommonOnes) {
  FloatHistogram h = Custom(10, 1, {1, 2, 4, 8}, {1, 2, 3, 4, 5});
  Combination result = Add(h, Custom(6, 1, {2, 3, 8}, {1, 1, 1, 3}));
  EXPECT_TRUE(result.compatible);
  EXPECT_TRUE(result.bounds_reconciled);
  EXPECT_EQ(h.custom_values, (std::vector<double>{2, 8}));
  EXPECT_EQ(h.positive_buckets, (std::vector<double>{4, 9, 8}));
}

TEST(HistogramMath, SubtractsWithBoundsInCommon) {
  FloatHistogram h =
      Custom(450, 555, {1, 2, 3, 4, 5, 6, 7, 8}, {10, 20, 30, 40, 50, 60, 70, 80, 90});
  EXPECT_TRUE(Subtract(h, Custom(15, 55, {2, 4, 6}, {1, 2, 5, 7})).bounds_reconciled);
  EXPECT_EQ(h.positive_buckets, (std::vector<double>{29, 68, 105, 233}));
  EXPECT_EQ(h.count, 435);
}

TEST(HistogramMath, RefusesToMixExponentialAndCustomBuckets) {
  FloatHistogram h = Exponential(0, 1, 1, 0, {1});
  FloatHistogram before = h;
  EXPECT_FALSE(Add(h, Custom(1, 1, {5}, {1})).compatible);
  EXPECT_TRUE(SameHistogram(h, before));
}

TEST(HistogramMath, RefusesSpansThatDoNotFitTheCounts) {
  FloatHistogram broken = Exponential(0, 1, 1, 0, {1, 2});
  broken.positive_spans[0].length = 7;
  FloatHistogram h = Exponential(0, 1, 1, 0, {1});
  EXPECT_FALSE(Add(h, broken).compatible);
  EXPECT_TRUE(HasReset(h, broken));
  broken.positive_spans = {{5, 1}, {-3, 1}};
  EXPECT_FALSE(Add(h, broken).compatible);
}

TEST(HistogramMath, HintsOfASumFollowTheLeastCertain) {
  using enum CounterReset;
  bool conflict = false;
  EXPECT_EQ(CombineHints(kNo, kNo, &conflict), kNo);
  EXPECT_EQ(CombineHints(kNo, kGauge, &conflict), kGauge);
  EXPECT_EQ(CombineHints(kUnknown, kGauge, &conflict), kGauge);
  EXPECT_EQ(CombineHints(kUnknown, kYes, &conflict), kUnknown);
  EXPECT_FALSE(conflict);
  EXPECT_EQ(CombineHints(kYes, kNo, &conflict), kUnknown);
  EXPECT_TRUE(conflict);
}

TEST(HistogramMath, ANegativeFactorMakesAGauge) {
  FloatHistogram h = WithZero(Exponential(0, 4, 5, 0, {1, 2, 1}), 0.5, 2);
  Multiply(h, -2);
  EXPECT_EQ(ToString(h), "{count:-8, sum:-10, [-0.5,0.5]:-4, (0.5,1]:-2, (1,2]:-4, (2,4]:-2}");
  EXPECT_EQ(h.reset_hint, CounterReset::kGauge);
  Divide(h, -4);
  EXPECT_EQ(h.count, 2);
}

TEST(HistogramMath, DivisionByZeroLeavesNoBuckets) {
  FloatHistogram h = Exponential(0, 4, 5, 0, {1, 2, 1});
  Divide(h, 0);
  EXPECT_EQ(h.count, kInf);
  EXPECT_TRUE(std::isnan(h.zero_count));
  EXPECT_TRUE(h.positive_spans.empty());
  EXPECT_TRUE(h.positive_buckets.empty());
}

TEST(HistogramMath, CompactsWhatIsEmpty) {
  FloatHistogram h = Exponential(0, 4, 5, -3, {0, 1, 0, 0, 2, 3, 0});
  Compact(h);
  EXPECT_EQ(h.positive_spans, (std::vector<Span>{{-2, 1}, {2, 2}}));
  EXPECT_EQ(h.positive_buckets, (std::vector<double>{1, 2, 3}));
  h.positive_spans = {{-2, 1}, {0, 0}, {0, 2}};
  Compact(h);
  EXPECT_EQ(h.positive_spans, (std::vector<Span>{{-2, 3}}));
  h = Exponential(0, 0, 0, 7, {0, 0});
  Compact(h);
  EXPECT_TRUE(h.positive_spans.empty());
}

TEST(HistogramReset, HintsDecide) {
  FloatHistogram more = Exponential(0, 4, 5, 0, {1, 2, 1});
  FloatHistogram less = Exponential(0, 3, 5, 0, {1, 1, 1});
  EXPECT_TRUE(HasReset(WithHint(more, CounterReset::kYes), less));
  EXPECT_FALSE(HasReset(WithHint(less, CounterReset::kNo), more));
  EXPECT_TRUE(HasReset(WithHint(less, CounterReset::kGauge), more));
}

TEST(HistogramReset, CountsMustNotFall) {
  FloatHistogram before = WithZero(Exponential(0, 4, 5, 0, {1, 2, 1}), 0.1, 2);
  EXPECT_FALSE(HasReset(before, before));
  FloatHistogram now = before;
  now.sum = -100;
  EXPECT_FALSE(HasReset(now, before));
  now.count = 3;
  EXPECT_TRUE(HasReset(now, before));
  now = before;
  now.zero_count = 1;
  EXPECT_TRUE(HasReset(now, before));
  now = before;
  now.positive_buckets[1] = 1;
  EXPECT_TRUE(HasReset(now, before));
  EXPECT_FALSE(HasReset(before, WithNegative(before, 3, {0})));
  EXPECT_TRUE(HasReset(before, WithNegative(before, 3, {1})));
}

TEST(HistogramReset, BucketsMayAppearButNotVanish) {
  FloatHistogram few = Exponential(0, 4, 5, 1, {1, 2});
  FloatHistogram many = Exponential(0, 9, 9, -1, {1, 1, 3, 2, 1});
  EXPECT_FALSE(HasReset(many, few));
  few.count = 9;
  EXPECT_TRUE(HasReset(few, many));
}

TEST(HistogramReset, ACoarserSchemaIsNoReset) {
  FloatHistogram fine = Exponential(1, 4, 4, 1, {1, 1, 1, 1});
  EXPECT_FALSE(HasReset(Exponential(0, 4, 4, 1, {2, 2}), fine));
  EXPECT_TRUE(HasReset(Exponential(0, 4, 4, 1, {1, 3}), fine));
  EXPECT_TRUE(HasReset(fine, Exponential(0, 4, 4, 1, {2, 2})));
}

TEST(HistogramReset, AWiderZeroBucketIsNoResetUnlessItCutsABucket) {
  FloatHistogram narrow = WithZero(Exponential(0, 9, 9, -1, {1, 2, 4}), 0.001, 2);
  EXPECT_FALSE(HasReset(WithZero(Exponential(0, 9, 9, 1, {4}), 1, 5), narrow));
  EXPECT_TRUE(HasReset(WithZero(Exponential(0, 9, 9, 1, {4}), 1, 4), narrow));
  EXPECT_TRUE(HasReset(WithZero(Exponential(0, 9, 9, 1, {4}), 0.75, 9), narrow));
  EXPECT_TRUE(HasReset(WithZero(Exponential(0, 9, 9, -1, {1, 2, 4}), 0, 2), narrow));
}

TEST(HistogramReset, CustomBucketsAreComparedWhereBoundsAgree) {
  FloatHistogram before = Custom(15, 55, {2, 4, 6}, {1, 2, 5, 7});
  EXPECT_TRUE(HasReset(Custom(15, 56, {2, 3, 4, 6}, {1, 0, 1, 5, 8}), before));
  EXPECT_FALSE(HasReset(Custom(16, 56, {2, 3, 4, 6}, {1, 0, 2, 5, 8}), before));
  EXPECT_TRUE(HasReset(before, Exponential(0, 1, 1, 0, {1})));
  EXPECT_TRUE(HasReset(Exponential(0, 20, 1, 0, {20}), before));
}

TEST(HistogramMath, EqualityDoesNotSeeEmptyBuckets) {
  FloatHistogram a = Exponential(0, 4, 5, 0, {1, 0, 2});
  FloatHistogram b = a;
  Compact(b);
  EXPECT_TRUE(SameHistogram(a, b));
  EXPECT_TRUE(SameHistogram(b, a));
  b.positive_buckets[1] = 3;
  EXPECT_FALSE(SameHistogram(a, b));
  b = a;
  b.sum = kNormalNan;
  EXPECT_FALSE(SameHistogram(a, b));
  EXPECT_TRUE(SameHistogram(b, b));
}

TEST(HistogramMath, SizesAreUpstreams) {
  EXPECT_EQ(SizeInSamples(FloatHistogram()), 11u);
  EXPECT_EQ(SizeInSamples(Exponential(0, 4, 5, 0, {1, 2, 1})), 13u);
}

}  // namespace
}  // namespace watchfire::model

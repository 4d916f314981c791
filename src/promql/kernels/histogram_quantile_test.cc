#include "promql/kernels/histogram_quantile.h"

#include <cmath>

#include <gtest/gtest.h>

#include "model/histogram_test_text.h"
#include "model/sample.h"

namespace watchfire::promql {
namespace {

using model::Custom;
using model::Exponential;
using model::FloatHistogram;
using model::WithNegative;
using model::WithZero;

constexpr double kInf = std::numeric_limits<double>::infinity();

double Quantile(double q, const FloatHistogram& h) {
  NanEffect effect;
  return NativeQuantile(q, h, &effect);
}

double Fraction(double lower, double upper, const FloatHistogram& h) {
  NanEffect effect;
  std::vector<model::HistogramBucket> scratch;
  return NativeFraction(lower, upper, h, &scratch, &effect);
}

FloatHistogram BothSides() {
  return WithNegative(WithZero(Exponential(0, 24, 100, 0, {2, 3, 0, 1, 4}), 0.001, 4), 0,
                      {2, 3, 0, 1, 4});
}

TEST(NativeQuantile, InterpolatesOnALogarithmicScale) {
  EXPECT_DOUBLE_EQ(Quantile(0.5, Exponential(0, 4, 5, 0, {1, 2, 1})), std::sqrt(2));
  EXPECT_DOUBLE_EQ(Quantile(0.7, BothSides()), 1.2030250360821164);
  EXPECT_DOUBLE_EQ(Quantile(0.1, BothSides()), -10.556063286183155);
}

TEST(NativeQuantile, IsLinearInTheZeroBucket) {
  EXPECT_NEAR(Quantile(0.55, BothSides()), 0.0006, 1e-15);
  // On one side only, if all others are.
  EXPECT_DOUBLE_EQ(Quantile(0.1, WithZero(Exponential(0, 12, 1, 0, {10}), 0.001, 2)), 0.0006);
}

TEST(NativeQuantile, HasItsEdges) {
  FloatHistogram h = Exponential(0, 4, 5, 0, {1, 2, 1});
  EXPECT_EQ(Quantile(-0.1, h), -kInf);
  EXPECT_EQ(Quantile(1.1, h), kInf);
  EXPECT_EQ(Quantile(1, h), 4);
  EXPECT_EQ(Quantile(0, h), 0.5);
  EXPECT_TRUE(std::isnan(Quantile(model::kNormalNan, h)));
  EXPECT_TRUE(std::isnan(Quantile(0.5, FloatHistogram())));
}

TEST(NativeQuantile, CustomBucketsAreLinearAndEndAtTheirLastBound) {
  FloatHistogram h = Custom(4, 5, {5, 10}, {1, 2, 1});
  EXPECT_DOUBLE_EQ(Quantile(0.5, h), 7.5);
  EXPECT_DOUBLE_EQ(Quantile(0.125, h), 2.5);
  EXPECT_EQ(Quantile(1, h), 10);
  EXPECT_EQ(Quantile(0.5, Custom(2, 5, {-5}, {2})), -5);
}

TEST(NativeQuantile, ObservationsThatAreNoNumbersAreAboveAllBuckets) {
  NanEffect effect;
  FloatHistogram h = Exponential(0, 15, model::kNormalNan, 0, {12});
  EXPECT_DOUBLE_EQ(NativeQuantile(0.4, h, &effect), std::sqrt(0.5));
  EXPECT_EQ(effect, NanEffect::kSkewed);
  EXPECT_TRUE(std::isnan(NativeQuantile(0.9, h, &effect)));
  EXPECT_EQ(effect, NanEffect::kResultIsNan);
  // Infinite observations make such a sum, too, but they have buckets.
  NativeQuantile(0.4, Exponential(0, 12, model::kNormalNan, 0, {12}), &effect);
  EXPECT_EQ(effect, NanEffect::kNone);
  std::vector<model::HistogramBucket> scratch;
  EXPECT_DOUBLE_EQ(NativeFraction(-kInf, kInf, h, &scratch, &effect), 0.8);
  EXPECT_EQ(effect, NanEffect::kExcluded);
}

TEST(NativeFraction, IsTheInverseOfTheQuantile) {
  FloatHistogram h = BothSides();
  for (double q : {0.01, 0.1, 0.3, 0.45, 0.5, 0.55, 0.7, 0.9, 0.99}) {
    EXPECT_NEAR(Fraction(-kInf, Quantile(q, h), h), q, 1e-12) << q;
  }
}

TEST(NativeFraction, HasItsEdges) {
  FloatHistogram h = BothSides();
  EXPECT_EQ(Fraction(-kInf, kInf, h), 1);
  EXPECT_EQ(Fraction(2, 1, h), 0);
  EXPECT_EQ(Fraction(1, 1, h), 0);
  EXPECT_TRUE(std::isnan(Fraction(model::kNormalNan, 1, h)));
  EXPECT_TRUE(std::isnan(Fraction(0, 1, FloatHistogram())));
  // Buckets without an end: nothing is known of their inside.
  FloatHistogram custom = Custom(4, 5, {5, 10}, {1, 2, 1});
  EXPECT_EQ(Fraction(5, 100, custom), 0.5);
}

TEST(NativeVariance, TakesTheMiddlesOfTheBuckets) {
  std::vector<model::HistogramBucket> scratch;
  FloatHistogram h = WithNegative(FloatHistogram(), 4, {10});
  h.count = 10;
  h.sum = -100;
  EXPECT_NEAR(NativeVariance(h, &scratch), 1.725830020304794, 1e-12);
  EXPECT_EQ(NativeVariance(Custom(2, 10, {0, 10}, {0, 2}), &scratch), 0);
}

TEST(ClassicQuantile, SetsBucketsThatShrinkToTheOneBefore) {
  std::vector<ClassicBucket> buckets = {{0.1, 2}, {1, 1}, {10, 5}, {100, 4}, {1000, 9}, {kInf, 8}};
  MonotonicityFixes fixes;
  EXPECT_DOUBLE_EQ(ClassicQuantile(0.5, buckets, &fixes), 8.5);
  EXPECT_TRUE(fixes.forced);
  EXPECT_EQ(fixes.min_bucket, 1);
  EXPECT_EQ(fixes.max_bucket, kInf);
  EXPECT_EQ(fixes.max_diff, 1);
}

}  // namespace
}  // namespace watchfire::promql

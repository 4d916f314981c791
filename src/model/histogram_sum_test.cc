#include "model/histogram_sum.h"

#include <cmath>

#include <gtest/gtest.h>

#include "model/histogram_buckets.h"
#include "model/histogram_test_text.h"

namespace watchfire::model {
namespace {

TEST(HistogramSum, KeepsWhatRoundingWouldLose) {
  HistogramSum sum;
  for (double v : {1.0, 1e100, 1.0, -1e100}) {
    sum.Add(WithNegative(WithZero(Exponential(0, v, v, 0, {v}), 0.1, v), 0, {v}));
  }
  EXPECT_EQ(ToString(sum.Value()), "{count:2, sum:2, [-1,-0.5):2, [-0.1,0.1]:2, (0.5,1]:2}");
}

TEST(HistogramSum, KeepsItAcrossSchemasLayoutsAndZeroBuckets) {
  HistogramSum sum;
  sum.Add(Exponential(2, 1, 1, 5, {1, 1e100}));
  sum.Add(Exponential(1, 1, 1, 3, {1}));
  sum.Add(Exponential(1, 1, 1, 3, {-1e100}));
  sum.Add(Exponential(1, 1, 1, 20, {7}));
  EXPECT_EQ(ToString(sum.Value()).substr(0, 18), "{count:4, sum:4, (");
  EXPECT_EQ(sum.Value().positive_buckets, (std::vector<double>{2, 7}));
  sum.Add(WithZero(FloatHistogram(), 3, 1));
  EXPECT_EQ(sum.Value().zero_count, 3);
  EXPECT_EQ(sum.Value().positive_buckets, (std::vector<double>{7}));
}

TEST(HistogramSum, AddsAsAddDoes) {
  std::vector<FloatHistogram> some = {
      WithZero(Exponential(0, 9, 9, -1, {1, 2, 4}), 0.001, 2),
      WithZero(Exponential(1, 7, 7, 1, {6}), 1, 1),
      WithNegative(Exponential(-1, 3, 1, 3, {1, 0, 1}), 2, {1}),
      Exponential(0, 1, 1, 9, {1}),
  };
  HistogramSum sum;
  FloatHistogram plain = some[0];
  sum.Add(some[0]);
  for (size_t i = 1; i < some.size(); ++i) {
    EXPECT_TRUE(sum.Add(some[i]).compatible);
    Add(plain, some[i]);
    FloatHistogram compact = plain;
    Compact(compact);
    EXPECT_TRUE(SameHistogram(sum.Value(), compact)) << ToString(sum.Value()) << ToString(compact);
  }
}

TEST(HistogramSum, TellsOfBoundsAndHintsThatDoNotAgree) {
  HistogramSum sum;
  sum.Add(WithHint(Custom(1, 1, {5, 10}, {1}), CounterReset::kYes));
  Combination result = sum.Add(WithHint(Custom(1, 1, {10}, {1}), CounterReset::kNo));
  EXPECT_TRUE(result.bounds_reconciled);
  EXPECT_TRUE(result.resets_conflict);
  EXPECT_FALSE(sum.Add(Exponential(0, 1, 1, 0, {1})).compatible);
  EXPECT_EQ(ToString(sum.Value()), "{count:2, sum:2, [-Inf,10]:2}");
}

TEST(HistogramSum, PartsMakeTheWhole) {
  HistogramSum whole;
  HistogramSum parts[2];
  for (int i = 0; i < 10; ++i) {
    FloatHistogram h = Exponential(i % 3, i, i * 1e90, i, {1, i * 1e60});
    whole.Add(h);
    parts[i / 5].Add(h);
  }
  parts[0].Merge(parts[1]);
  parts[0].Merge(HistogramSum());
  EXPECT_TRUE(SameHistogram(parts[0].Value(), whole.Value()));
}

TEST(HistogramMean, IsTheSumDividedByTheNumber) {
  HistogramMean mean;
  for (double v : {1.0, 1e100, 1.0, -1e100}) mean.Add(Exponential(0, 4, v, 0, {v}));
  EXPECT_EQ(ToString(mean.Value()), "{count:4, sum:0.5, (0.5,1]:0.5}");
}

TEST(HistogramMean, DoesNotOverflow) {
  HistogramMean mean;
  for (int i = 0; i < 4; ++i) mean.Add(Exponential(0, 1.5e308, 1, 0, {1}));
  EXPECT_DOUBLE_EQ(mean.Value().count, 1.5e308);
  EXPECT_DOUBLE_EQ(mean.Value().sum, 1);
}

TEST(HistogramMean, PartsMakeTheWhole) {
  for (double large : {1.0, 1.5e308}) {
    HistogramMean parts[3];
    for (int i = 0; i < 5; ++i) parts[i / 2].Add(Exponential(0, large, i, 0, {1}));
    EXPECT_TRUE(parts[0].Merge(parts[1]).compatible);
    EXPECT_TRUE(parts[0].Merge(parts[2]).compatible);
    EXPECT_DOUBLE_EQ(parts[0].Value().count, large);
    EXPECT_DOUBLE_EQ(parts[0].Value().sum, 2);
    HistogramMean none;
    none.Merge(parts[0]);
    EXPECT_DOUBLE_EQ(none.Value().sum, 2);
  }
}

}  // namespace
}  // namespace watchfire::model

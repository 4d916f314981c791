#include "model/histogram_buckets.h"

#include <gtest/gtest.h>

namespace watchfire::model {
namespace {

TEST(HistogramBuckets, AHistogramReadsFromItsLowestBucketToItsHighest) {
  FloatHistogram h;
  h.schema = 0;
  h.count = 9;
  h.sum = 18.5;
  h.zero_threshold = 0.001;
  h.zero_count = 2;
  h.positive_spans = {{0, 2}, {1, 1}};
  h.positive_buckets = {1, 0, 3};
  h.negative_spans = {{0, 2}};
  h.negative_buckets = {1, 2};
  EXPECT_EQ(ToString(h),
            "{count:9, sum:18.5, [-2,-1):2, [-1,-0.5):1, [-0.001,0.001]:2, (0.5,1]:1, (4,8]:3}");
}

TEST(HistogramBuckets, CustomBoundsBeginAtMinusInfinityAndEndAtInfinity) {
  FloatHistogram h;
  h.schema = kCustomBucketsSchema;
  h.count = 6;
  h.custom_values = {5, 10};
  h.positive_spans = {{0, 3}};
  h.positive_buckets = {1, 2, 3};
  EXPECT_EQ(ToString(h), "{count:6, sum:0, [-Inf,5]:1, (5,10]:2, (10,+Inf]:3}");
}

TEST(HistogramBuckets, BoundsOfFineSchemasLieBetweenPowersOfTwo) {
  FloatHistogram h;
  h.schema = 1;
  EXPECT_DOUBLE_EQ(BucketBound(h, 1), 1.4142135623730951);
  EXPECT_EQ(BucketBound(h, 2), 2);
  h.schema = -1;
  EXPECT_EQ(BucketBound(h, 1), 4);
}

}  // namespace
}  // namespace watchfire::model

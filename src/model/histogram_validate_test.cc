#include "model/histogram_validate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace watchfire::model {
namespace {

Histogram Good() {
  Histogram h;
  h.schema = 1;
  h.zero_threshold = 0.001;
  h.zero_count = 2;
  h.positive_spans = {{-3, 2}, {1, 1}};
  h.positive_deltas = {3, -1, 4};  // 3, 2, 6
  h.negative_spans = {{0, 1}};
  h.negative_deltas = {5};
  h.count = 18;
  h.sum = 1.5;
  return h;
}

Histogram Custom() {
  Histogram h;
  h.schema = kCustomBucketsSchema;
  h.custom_values = {0.1, 1, 5};
  h.positive_spans = {{0, 2}, {1, 1}};
  h.positive_deltas = {1, 0, 0};
  h.count = 3;
  return h;
}

template <typename H>
std::string Refusal(const H& h) {
  Result<void> result = Validate(h);
  return result.ok() ? "" : result.error().message();
}

template <typename Change>
std::string RefusalOf(Histogram h, Change change) {
  change(h);
  return Refusal(h);
}

TEST(ValidateHistogram, TakesWhatIsRight) {
  EXPECT_EQ(Refusal(Good()), "");
  EXPECT_EQ(Refusal(Good().ToFloat()), "");
  EXPECT_EQ(Refusal(Custom()), "");
  EXPECT_EQ(Refusal(Custom().ToFloat()), "");
  Histogram stale;
  stale.sum = kStaleNan;
  EXPECT_EQ(Refusal(stale), "");
  EXPECT_EQ(Refusal(stale.ToFloat()), "");
}

TEST(ValidateHistogram, RefusesSpansThatDoNotFitInUpstreamsWords) {
  EXPECT_EQ(RefusalOf(Good(), [](auto& h) { h.positive_spans[1].offset = -1; }),
            "positive side: span number 2 with offset -1: histogram has a span whose offset is "
            "negative");
  EXPECT_EQ(RefusalOf(Good(), [](auto& h) { h.negative_spans[0].length = 2; }),
            "negative side: spans need 2 buckets, have 1 buckets: histogram spans specify "
            "different number of buckets than provided");
}

TEST(ValidateHistogram, RefusesCountsThatDoNotAddUpInUpstreamsWords) {
  EXPECT_EQ(RefusalOf(Good(), [](auto& h) { h.count = 17; }),
            "18 observations found in buckets, but the Count field is 17: histogram's observation "
            "count should equal the number of observations found in the buckets (in absence of "
            "NaN)");
  EXPECT_EQ(RefusalOf(Good(), [](auto& h) { h.count = 17, h.sum = std::nan(""); }),
            "18 observations found in buckets, but the Count field is 17: histogram's observation "
            "count should be at least the number of observations found in the buckets");
  EXPECT_EQ(RefusalOf(Good(), [](auto& h) { h.count = 20, h.sum = std::nan(""); }), "");
  EXPECT_EQ(RefusalOf(Good(), [](auto& h) { h.positive_deltas[1] = -4; }),
            "positive side: bucket number 2 has observation count of -1: histogram has a bucket "
            "whose observation count is negative");
  EXPECT_EQ(RefusalOf(Good(), [](auto& h) { h.negative_deltas[0] = -4; }),
            "negative side: bucket number 1 has observation count of -4: histogram has a bucket "
            "whose observation count is negative");
}

TEST(ValidateHistogram, RefusesNegativeFloatCountsInUpstreamsWords) {
  FloatHistogram h = Good().ToFloat();
  h.count = 1000;  // float counts are not added up
  EXPECT_EQ(Refusal(h), "");
  h.count = -1;
  EXPECT_EQ(Refusal(h), "observation count is  -1: histogram's observation count is negative");
  h.count = 1;
  h.zero_count = -2.5;
  EXPECT_EQ(Refusal(h),
            "zero bucket has observation count of -2.5: histogram has a bucket whose observation "
            "count is negative");
  h.zero_count = 0;
  h.positive_buckets[2] = -0.5;
  EXPECT_EQ(Refusal(h),
            "positive side: bucket number 3 has observation count of -0.5: histogram has a bucket "
            "whose observation count is negative");
}

TEST(ValidateHistogram, RefusesForeignSchemasAndBounds) {
  EXPECT_EQ(RefusalOf(Good(), [](auto& h) { h.schema = 9; }),
            "histogram has an invalid schema, which must be between -4 and 8 for exponential "
            "buckets, or -53 for custom buckets, got schema 9");
  EXPECT_EQ(RefusalOf(Good(), [](auto& h) { h.custom_values = {1}; }),
            "histogram with exponential schema must not have custom bounds");
}

TEST(ValidateHistogram, RefusesCustomBucketsThatAreNone) {
  EXPECT_EQ(RefusalOf(Custom(),
                      [](auto& h) {
                        h.custom_values = {1, 1, 2};
                      }),
            "custom buckets: previous bound is 1.000000 and current is 1.000000: histogram custom "
            "bounds must be in strictly increasing order");
  EXPECT_EQ(
      RefusalOf(Custom(),
                [](auto& h) { h.custom_values[2] = std::numeric_limits<double>::infinity(); }),
      "custom buckets: last +Inf bound must not be explicitly defined: histogram custom "
      "bounds must be finite");
  EXPECT_EQ(RefusalOf(Custom(), [](auto& h) { h.custom_values[1] = std::nan(""); }),
            "custom buckets: histogram custom bounds must not be NaN");
  EXPECT_EQ(RefusalOf(Custom(),
                      [](auto& h) {
                        h.custom_values = {1, 2};
                      }),
            "custom buckets: only 2 custom bounds defined which is insufficient to cover total "
            "span length of 4: histogram custom bounds are too few");
  EXPECT_EQ(RefusalOf(Custom(), [](auto& h) { h.positive_spans[0].offset = -1; }),
            "custom buckets: span number 1 with offset -1: histogram has a span whose offset is "
            "negative");
  EXPECT_EQ(RefusalOf(Custom(), [](auto& h) { h.zero_count = 1; }),
            "custom buckets: must have zero count of 0");
  EXPECT_EQ(RefusalOf(Custom(), [](auto& h) { h.zero_threshold = 1; }),
            "custom buckets: must have zero threshold of 0");
  EXPECT_EQ(RefusalOf(Custom(),
                      [](auto& h) {
                        h.negative_spans = {{0, 0}};
                      }),
            "custom buckets: must not have negative spans");
  EXPECT_EQ(RefusalOf(Custom(), [](auto& h) { h.negative_deltas = {1}; }),
            "custom buckets: must not have negative buckets");
}

}  // namespace
}  // namespace watchfire::model

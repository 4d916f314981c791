// The small value types: histograms, samples, metadata.
#include <cmath>

#include "model/exemplar.h"
#include "model/histogram.h"
#include "model/metadata.h"
#include "model/sample.h"

namespace watchfire::model {
namespace {

TEST(Histogram, TurnsDifferencesIntoCounts) {
  Histogram histogram;
  histogram.schema = 1;
  histogram.reset_hint = CounterReset::kGauge;
  histogram.zero_threshold = 0.001;
  histogram.count = 12;
  histogram.zero_count = 2;
  histogram.sum = 18.4;
  histogram.positive_spans = {{0, 2}, {1, 2}};
  histogram.positive_deltas = {1, 1, -1, 0};
  histogram.negative_spans = {{-3, 1}};
  histogram.negative_deltas = {5};
  histogram.custom_values = {1, 2};
  FloatHistogram floats = histogram.ToFloat();
  EXPECT_EQ(floats.schema, 1);
  EXPECT_EQ(floats.reset_hint, CounterReset::kGauge);
  EXPECT_EQ(floats.zero_threshold, 0.001);
  EXPECT_EQ(floats.count, 12);
  EXPECT_EQ(floats.zero_count, 2);
  EXPECT_EQ(floats.sum, 18.4);
  EXPECT_EQ(floats.positive_spans, histogram.positive_spans);
  EXPECT_EQ(floats.positive_buckets, (std::vector<double>{1, 2, 1, 1}));
  EXPECT_EQ(floats.negative_buckets, (std::vector<double>{5}));
  EXPECT_EQ(floats.custom_values, histogram.custom_values);
}

TEST(Histogram, KeepsTheBitsOfAStaleSum) {
  Histogram histogram;
  histogram.sum = kStaleNan;
  EXPECT_TRUE(IsStaleNan(histogram.ToFloat().sum));
}

TEST(Sample, KnowsTheStaleMarkerByItsBits) {
  EXPECT_TRUE(std::isnan(kStaleNan));
  EXPECT_TRUE(IsStaleNan(kStaleNan));
  EXPECT_FALSE(IsStaleNan(kNormalNan));
  EXPECT_FALSE(IsStaleNan(std::nan("")));
  EXPECT_FALSE(IsStaleNan(0));
  EXPECT_TRUE(SameBits(kNormalNan, kNormalNan));
  EXPECT_FALSE(SameBits(0.0, -0.0));
}

TEST(Metadata, NamesTypesAsTheApiDoes) {
  EXPECT_EQ(MetricTypeName(MetricType::kCounter), "counter");
  EXPECT_EQ(MetricTypeName(MetricType::kGaugeHistogram), "gaugehistogram");
  EXPECT_EQ(MetricTypeName(MetricType::kStateset), "stateset");
  EXPECT_EQ(MetricTypeName(Metadata().type), "unknown");
}

}  // namespace
}  // namespace watchfire::model

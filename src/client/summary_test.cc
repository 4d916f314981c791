#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "client/quantile_stream.h"
#include "client/registry.h"

namespace watchfire::client {
namespace {

constexpr int64_t kMinuteNs = 60'000'000'000;

TEST(Summary, IsNanUntilSomethingWasObserved) {
  Summary summary({0.5});
  MetricPoint point = summary.Collect();
  ASSERT_EQ(point.parts.size(), 1u);
  EXPECT_TRUE(std::isnan(point.parts[0].second));
}

TEST(Summary, IsExactForFewObservations) {
  Summary summary({0.5, 0.9, 0.99});
  for (int i = 100; i >= 1; --i) summary.Observe(i);
  MetricPoint point = summary.Collect();
  EXPECT_EQ(point.parts[0].second, 50);
  EXPECT_EQ(point.parts[1].second, 90);
  EXPECT_EQ(point.parts[2].second, 99);
  EXPECT_EQ(point.count, 100);
  EXPECT_EQ(point.sum, 5050);
}

TEST(Summary, ForgetsWhatIsOlderThanTenMinutesButKeepsItsCount) {
  int64_t now = 0;
  Summary summary({0.5}, [&now] { return now; });
  summary.Observe(1000);
  now = 7 * kMinuteNs;
  summary.Observe(1);
  EXPECT_EQ(summary.Collect().parts[0].second, 1);  // rank 1 of {1, 1000}
  now = 11 * kMinuteNs;
  EXPECT_EQ(summary.Collect().parts[0].second, 1);
  now = 30 * kMinuteNs;
  EXPECT_TRUE(std::isnan(summary.Collect().parts[0].second));
  EXPECT_EQ(summary.Collect().count, 2);
}

TEST(Summary, StillSeesNineMinutesBackAtAnyPhase) {
  for (int64_t start = 0; start < 4; ++start) {
    int64_t now = start * kMinuteNs / 2;
    Summary summary({0.5}, [&now] { return now; });
    now += kMinuteNs;
    summary.Observe(5);
    now += 7 * kMinuteNs;
    EXPECT_EQ(summary.Collect().parts[0].second, 5) << start;
  }
}

TEST(QuantileStream, StaysWithinItsErrorForLongStreams) {
  std::vector<double> quantiles = {0.01, 0.5, 0.9, 0.99};
  QuantileStream stream(quantiles);
  std::mt19937 random(7);
  std::vector<double> all;
  for (int i = 0; i < 50000; ++i) {
    double v = std::exp(static_cast<double>(random() % 10000) / 1000);
    all.push_back(v);
    stream.Insert(v);
  }
  std::sort(all.begin(), all.end());
  for (double q : quantiles) {
    double error = std::min(q, 1 - q) / 10;
    double v = stream.Query(q);
    auto n = static_cast<double>(all.size());
    double low = static_cast<double>(std::lower_bound(all.begin(), all.end(), v) - all.begin()) / n;
    double high =
        static_cast<double>(std::upper_bound(all.begin(), all.end(), v) - all.begin()) / n;
    EXPECT_LE(low, q + error) << q;
    EXPECT_GE(high, q - error) << q;
  }
  EXPECT_LT(stream.kept(), 3000u);
}

}  // namespace
}  // namespace watchfire::client

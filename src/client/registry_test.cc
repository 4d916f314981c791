#include "client/registry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "client/text_writer.h"

namespace watchfire::client {
namespace {

TEST(Registry, GathersFamiliesSortedByName) {
  Registry registry;
  registry.AddGauge("b_seconds", "B.").Set(2);
  registry.AddCounter("a_total", "A.").Increment(1.5);
  std::vector<MetricFamily> families = registry.Gather();
  ASSERT_EQ(families.size(), 2u);
  EXPECT_EQ(families[0].name, "a_total");
  EXPECT_EQ(families[0].points[0].value, 1.5);
  EXPECT_EQ(families[1].name, "b_seconds");
}

TEST(Registry, AnswersTheExistingMetricWhenRegisteredAgain) {
  Registry registry;
  Counter& first = registry.AddCounter("x_total", "X.");
  EXPECT_EQ(&first, &registry.AddCounter("x_total", "X."));
}

TEST(Registry, OtherLabelValuesMakeAnotherChildOfTheFamily) {
  Registry registry;
  Counter& a = registry.AddCounter("x_total", "X.", {{"type", "float"}});
  Counter& b = registry.AddCounter("x_total", "X.", {{"type", "histogram"}});
  EXPECT_NE(&a, &b);
  a.Increment();
  EXPECT_EQ(WriteText(registry.Gather()),
            "# HELP x_total X.\n# TYPE x_total counter\nx_total{type=\"float\"} 1\n"
            "x_total{type=\"histogram\"} 0\n");
}

TEST(RegistryDeathTest, AbortsOnAnotherKindOrOtherLabelNames) {
  Registry registry;
  registry.AddCounter("x_total", "X.");
  EXPECT_DEATH(registry.AddGauge("x_total", "X."), "different kinds");
  EXPECT_DEATH(registry.AddCounter("x_total", "X.", {{"a", "b"}}), "different labels");
  EXPECT_DEATH(registry.AddCounter("1x", "X."), "not a valid name");
}

TEST(Registry, LeavesOutFamiliesWithoutChildren) {
  Registry registry;
  Family<Gauge>& family = registry.AddGaugeFamily("g", "G.", {"a"});
  EXPECT_TRUE(registry.Gather().empty());
  family.With({"1"}).Set(1);
  EXPECT_EQ(registry.Gather().size(), 1u);
  family.Remove({"1"});
  EXPECT_TRUE(registry.Gather().empty());
}

TEST(Registry, MergesCollectedFamiliesWithItsOwn) {
  Registry registry;
  registry.AddGauge("g", "G.", {{"a", "2"}}).Set(2);
  registry.AddCollector([] {
    MetricPoint point;
    point.labels = {{"a", "1"}};
    point.value = 1;
    return std::vector<MetricFamily>{{"g", "other", MetricKind::kGauge, {point}}};
  });
  EXPECT_EQ(WriteText(registry.Gather()),
            "# HELP g G.\n# TYPE g gauge\ng{a=\"1\"} 1\ng{a=\"2\"} 2\n");
}

TEST(Registry, AsksCallbacksAtEachGathering) {
  Registry registry;
  double value = 1;
  registry.AddCallback("g", "G.", MetricKind::kGauge, [&value] { return value; });
  EXPECT_EQ(registry.Gather()[0].points[0].value, 1);
  value = 2;
  EXPECT_EQ(registry.Gather()[0].points[0].value, 2);
}

TEST(Registry, CountsFromManyThreadsWithoutLoss) {
  Registry registry;
  Counter& counter = registry.AddCounter("x_total", "X.");
  Summary& summary = registry.AddSummary("s", "S.", {0.5});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        counter.Increment();
        summary.Observe(n);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 4000);
  EXPECT_EQ(summary.Collect().count, 4000);
}

TEST(Histogram, PutsABoundaryValueIntoItsBucket) {
  Histogram histogram({1, 2});
  for (double v : {0.5, 1.0, 1.5, 2.0, 3.0}) histogram.Observe(v);
  MetricPoint point = histogram.Collect();
  ASSERT_EQ(point.parts.size(), 3u);
  EXPECT_EQ(point.parts[0], std::make_pair(1.0, 2.0));
  EXPECT_EQ(point.parts[1], std::make_pair(2.0, 4.0));
  EXPECT_TRUE(std::isinf(point.parts[2].first));
  EXPECT_EQ(point.parts[2].second, 5);
  EXPECT_EQ(point.count, 5);
  EXPECT_EQ(point.sum, 8);
}

TEST(Histogram, CountsNanInTheLastBucketOnly) {
  Histogram histogram({1});
  histogram.Observe(std::nan(""));
  EXPECT_EQ(histogram.Collect().parts[0].second, 0);
  EXPECT_EQ(histogram.Collect().parts[1].second, 1);
}

}  // namespace
}  // namespace watchfire::client

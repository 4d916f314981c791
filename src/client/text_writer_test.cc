#include "client/text_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace watchfire::client {
namespace {

std::string GoFloat(double v) {
  std::string out;
  AppendGoFloat(out, v);
  return out;
}

TEST(AppendGoFloat, WritesNumbersAsGoDoes) {
  EXPECT_EQ(GoFloat(0), "0");
  EXPECT_EQ(GoFloat(-0.0), "-0");
  EXPECT_EQ(GoFloat(1), "1");
  EXPECT_EQ(GoFloat(0.1), "0.1");
  EXPECT_EQ(GoFloat(100000), "100000");
  EXPECT_EQ(GoFloat(999999), "999999");
  EXPECT_EQ(GoFloat(1e6), "1e+06");
  EXPECT_EQ(GoFloat(1234567), "1.234567e+06");
  EXPECT_EQ(GoFloat(0.0001), "0.0001");
  EXPECT_EQ(GoFloat(0.00001), "1e-05");
  EXPECT_EQ(GoFloat(1.7e308), "1.7e+308");
  EXPECT_EQ(GoFloat(std::nan("")), "NaN");
  EXPECT_EQ(GoFloat(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(GoFloat(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(WriteText, EscapesHelpAndLabelValues) {
  MetricPoint point;
  point.labels = {{"path", "C:\\dir\n\"x\""}};
  point.value = 1;
  EXPECT_EQ(WriteText({{"m", "back\\slash\nand \"quote\"", MetricKind::kUntyped, {point}}}),
            "# HELP m back\\\\slash\\nand \"quote\"\n# TYPE m untyped\n"
            "m{path=\"C:\\\\dir\\n\\\"x\\\"\"} 1\n");
}

TEST(WriteText, WritesHistogramsAndSummariesWithTheirParts) {
  Histogram histogram({0.5});
  histogram.Observe(0.2);
  histogram.Observe(3);
  Summary summary({0.9});
  summary.Observe(4);
  MetricPoint h = histogram.Collect();
  h.labels = {{"a", "b"}};
  EXPECT_EQ(WriteText({{"h", "H.", MetricKind::kHistogram, {h}},
                       {"s", "S.", MetricKind::kSummary, {summary.Collect()}}}),
            "# HELP h H.\n# TYPE h histogram\nh_bucket{a=\"b\",le=\"0.5\"} 1\n"
            "h_bucket{a=\"b\",le=\"+Inf\"} 2\nh_sum{a=\"b\"} 3.2\nh_count{a=\"b\"} 2\n"
            "# HELP s S.\n# TYPE s summary\ns{quantile=\"0.9\"} 4\ns_sum 4\ns_count 1\n");
}

}  // namespace
}  // namespace watchfire::client

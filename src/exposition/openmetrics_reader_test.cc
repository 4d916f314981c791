#include "exposition/openmetrics_reader.h"

#include <gtest/gtest.h>

namespace watchfire::exposition {
namespace {

std::string ReadAll(std::string_view text) {
  OpenMetricsReader reader(text);
  OpenMetricsSampleView sample;
  std::string out;
  while (true) {
    Result<bool> more = reader.Next(&sample);
    if (!more.ok()) return out + "error: " + more.error().message();
    if (!*more) return out;
    out += fmt::format("{}{}|{}|{}\n", sample.same_series ? "=" : "", sample.series, sample.value,
                       sample.has_timestamp ? std::to_string(sample.t) : "now");
  }
}

TEST(OpenMetricsReader, SamplesComeWithTheirSeriesTextAndMilliseconds) {
  EXPECT_EQ(ReadAll("# HELP a some { \" text\n# TYPE a counter\n# UNIT a seconds\n"
                    "a_total{x=\"1\",y=\"} \\\" 7\"} 1027 1395066363.123\n"
                    "a_total{x=\"1\",y=\"} \\\" 7\"} 1.5e3 1395066378\n"
                    "a_total 5\n"
                    "a_total 5 -1.5\n"
                    "# EOF\n"),
            "a_total{x=\"1\",y=\"} \\\" 7\"}|1027|1395066363123\n"
            "=a_total{x=\"1\",y=\"} \\\" 7\"}|1500|1395066378000\n"
            "a_total|5|now\n"
            "=a_total|5|-1500\n");
}

TEST(OpenMetricsReader, FractionsFinerThanMillisecondsAreCutOff) {
  EXPECT_EQ(ReadAll("a 1 1.9999999\na 1 1e3\n# EOF"), "a|1|1999\n=a|1|1000000\n");
}

TEST(OpenMetricsReader, AGuessAtTheNextSeriesChangesNothingButTheWork) {
  std::string_view text = "a{x=\"1\"} 1 1\na{x=\"2\"} 2 1\na{x=\"2\"} 3 2\na{x=\"1\"} 4 3\n# EOF\n";
  for (std::string_view guess : {"a{x=\"2\"}", "a{x=\"1\"}", "a", "a{x=\"2\"", "", "b"}) {
    OpenMetricsReader reader(text);
    OpenMetricsSampleView sample;
    std::string read;
    std::string right;
    while (reader.Next(&sample).value()) {
      read += fmt::format("{} {};", sample.series, sample.value);
      right += sample.as_expected ? 'y' : sample.same_series ? '=' : 'n';
      reader.Expect(guess);
    }
    EXPECT_EQ(read, "a{x=\"1\"} 1;a{x=\"2\"} 2;a{x=\"2\"} 3;a{x=\"1\"} 4;") << guess;
    EXPECT_EQ(right, guess == "a{x=\"2\"}" ? "ny=n" : guess == "a{x=\"1\"}" ? "nn=y" : "nn=n");
  }
}

TEST(OpenMetricsReader, ExemplarsPass) {
  EXPECT_EQ(ReadAll("a_bucket{le=\"1\"} 11 1.5 # {trace_id=\"KOO\"} 0.67 1.2\n"
                    "a_bucket{le=\"2\"} 12 # {} 0.67\n# EOF\n"),
            "a_bucket{le=\"1\"}|11|1500\na_bucket{le=\"2\"}|12|now\n");
}

TEST(OpenMetricsReader, ErrorsNameTheLine) {
  EXPECT_EQ(ReadAll("a 1 1\nb 2 2"),
            "a|1|1000\nerror: line 2: data does not end with # EOF while parsing: \"b 2 2\"");
  EXPECT_EQ(ReadAll("a 1 1\n# EOF\nb 2\n"),
            "a|1|1000\nerror: line 3: unexpected data after # EOF while parsing: \"b 2\"");
  EXPECT_EQ(ReadAll("a{b=\"c\n"),
            "error: line 1: unexpected end of line in the labels while parsing: \"a{b=\\\"c\"");
  EXPECT_EQ(ReadAll("a x\n# EOF\n"), "error: line 1: invalid value while parsing: \"a x\"");
  EXPECT_EQ(ReadAll("a 1 1x\n# EOF\n"),
            "error: line 1: invalid timestamp while parsing: \"a 1 1x\"");
  EXPECT_EQ(ReadAll("a 1 1 2\n# EOF\n"),
            "error: line 1: expected the end of the line while parsing: \"a 1 1 2\"");
  EXPECT_EQ(ReadAll("# TYPE a nonsense\n# EOF\n"),
            "error: line 1: invalid metric type \"nonsense\" while parsing: \"# TYPE a nonsense\"");
  EXPECT_EQ(ReadAll(""), "error: line 1: data does not end with # EOF while parsing: \"\"");
  EXPECT_EQ(ReadAll("\n# EOF\n"),
            "error: line 1: expected a value behind the series while parsing: \"\"");
}

}  // namespace
}  // namespace watchfire::exposition

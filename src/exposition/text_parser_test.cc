#include "exposition/text_parser.h"

#include <gtest/gtest.h>

#include "model/sample.h"

namespace watchfire::exposition {
namespace {

// Reads a page with Next() alone, building its layout.
std::shared_ptr<const PageLayout> LayoutOf(std::string_view page, std::vector<double>* values) {
  PageLayoutBuilder builder;
  TextParser parser(page);
  while (true) {
    Result<EntryKind> kind = parser.Next();
    EXPECT_TRUE(kind.ok()) << (kind.ok() ? "" : kind.error().message());
    if (!kind.ok() || *kind == EntryKind::kEnd) break;
    const EntryView& entry = parser.entry();
    if (*kind != EntryKind::kSample) {
      builder.Add(PageLayout::LineKind::kMeta, entry.line);
      continue;
    }
    builder.Add(
        entry.has_timestamp ? PageLayout::LineKind::kTimedSample : PageLayout::LineKind::kSample,
        entry.line);
    values->push_back(entry.value);
  }
  return builder.Finish();
}

constexpr std::string_view kPage =
    "# HELP a A.\n# TYPE a counter\na{x=\"1\"} 1\na{x=\"2\"} 2.5\n\n# note\nb\t3e2\n"
    "c{y=\"z\"}  -4 1000\nd NaN\n";

TEST(TextParser, TakesAPageItKnowsInOneCall) {
  std::vector<double> values;
  std::shared_ptr<const PageLayout> layout = LayoutOf(kPage, &values);
  TextParser parser(kPage);
  PageValues known;
  EXPECT_EQ(parser.MatchKnown(*layout, 0, known), layout->line_count());
  ASSERT_EQ(known.values.size(), values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_TRUE(model::SameBits(known.values[i], values[i])) << i;
  }
  EXPECT_EQ(known.timestamps, std::vector<TimeMs>{1000});
  EXPECT_EQ(*parser.Next(), EntryKind::kEnd);
}

TEST(TextParser, StopsBeforeTheFirstLineThatDiffersAndGoesOnThere) {
  std::vector<double> values;
  std::shared_ptr<const PageLayout> layout = LayoutOf(kPage, &values);
  for (std::string line : {"a{x=\"3\"} 2", "a {x=\"2\"} 2", "a{x=\"2\"}2", "a{x=\"2\"} x",
                           "a{x=\"2\"} 2 5", "  a{x=\"2\"} 2", "a{x=\"2\"} 2 ", "# TYPE a gauge"}) {
    std::string page = "# HELP a A.\n# TYPE a counter\na{x=\"1\"} 7\n" + line + "\nb 3\n";
    TextParser parser(page);
    PageValues known;
    EXPECT_EQ(parser.MatchKnown(*layout, 0, known), 3u) << line;
    EXPECT_EQ(known.values, std::vector<double>{7}) << line;
    EXPECT_EQ(parser.Next().ok(), line != "a{x=\"2\"} x") << line;
  }
}

TEST(TextParser, LeavesALastLineWithoutNewlineToNext) {
  std::vector<double> values;
  std::shared_ptr<const PageLayout> layout = LayoutOf("a 1\nb 2\n", &values);
  std::string_view page = "a 5\nb 6";
  TextParser parser(page);
  PageValues known;
  EXPECT_EQ(parser.MatchKnown(*layout, 0, known), 1u);
  EXPECT_EQ(*parser.Next(), EntryKind::kSample);
  EXPECT_EQ(parser.entry().value, 6);
}

TEST(TextParser, NeverMatchesPastACutPage) {
  std::vector<double> values;
  std::shared_ptr<const PageLayout> layout = LayoutOf(kPage, &values);
  for (size_t size = 0; size <= kPage.size(); ++size) {
    std::string page(kPage.substr(0, size));  // Heap memory, so that ASan sees every overrun.
    TextParser parser(page);
    PageValues known;
    parser.MatchKnown(*layout, 0, known);
    EXPECT_LE(known.values.size(), values.size());
    while (true) {
      Result<EntryKind> kind = parser.Next();
      if (!kind.ok() || *kind == EntryKind::kEnd) break;
    }
  }
}

TEST(TextParser, KnowsTheTypeThatASkippedLineAnnounced) {
  std::vector<double> values;
  std::shared_ptr<const PageLayout> layout =
      LayoutOf("# TYPE g gauge\ng 1\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\n", &values);
  std::string_view page =
      "# TYPE g gauge\ng 1\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"2\"} 1\n";
  TextParser parser(page);
  PageValues known;
  EXPECT_EQ(parser.MatchKnown(*layout, 0, known), 4u);
  EXPECT_EQ(*parser.Next(), EntryKind::kSample);
  SeriesLabelsView labels;
  ASSERT_TRUE(parser.Labels(labels).ok());
  EXPECT_EQ(labels.labels[1].value, "2.0");
}

TEST(TextParser, RefusesATimestampThatDoesNotFit) {
  std::vector<double> values;
  std::shared_ptr<const PageLayout> layout = LayoutOf("a 1 5\n", &values);
  std::string_view page = "a 1 99999999999999999999\n";
  TextParser parser(page);
  PageValues known;
  EXPECT_EQ(parser.MatchKnown(*layout, 0, known), 0u);
  EXPECT_FALSE(parser.Next().ok());
}

TEST(TextParser, CanonicalisesEveryNan) {
  std::vector<double> values;
  LayoutOf("a NaN\nb nan\n", &values);
  for (double v : values) EXPECT_TRUE(model::SameBits(v, model::kNormalNan));
}

TEST(NormalizeBoundary, WritesOpenMetricsFloats) {
  EXPECT_EQ(NormalizeBoundary("1"), "1.0");
  EXPECT_EQ(NormalizeBoundary("0"), "0.0");
  EXPECT_EQ(NormalizeBoundary("-1"), "-1.0");
  EXPECT_EQ(NormalizeBoundary("0.5"), "0.5");
  EXPECT_EQ(NormalizeBoundary("1000000"), "1e+06");
  EXPECT_EQ(NormalizeBoundary("+Inf"), "+Inf");
  EXPECT_EQ(NormalizeBoundary("Inf"), "+Inf");
  EXPECT_EQ(NormalizeBoundary("nan"), "NaN");
  EXPECT_EQ(NormalizeBoundary("lots"), "lots");
}

TEST(ParseSeriesText, KeepsItsViewsThroughManyEscapesAndBoundaries) {
  std::string text = "m{";
  for (int i = 0; i < 200; ++i) {
    text += "l" + std::to_string(i) + "=\"a\\\\b\\\"c\\nd\\q\",le=\"1e" + std::to_string(i) + "\",";
  }
  text += "}";
  SeriesLabelsView out;
  ASSERT_TRUE(ParseSeriesText(text, model::MetricType::kHistogram, out).ok());
  ASSERT_EQ(out.labels.size(), 401u);
  for (size_t i = 1; i < out.labels.size(); i += 2) {
    EXPECT_EQ(out.labels[i].value, "a\\b\"c\nd\\q");
    EXPECT_EQ(out.labels[i + 1].value, NormalizeBoundary("1e" + std::to_string(i / 2)));
  }
}

}  // namespace
}  // namespace watchfire::exposition

#include "exposition/page_layout.h"

#include <gtest/gtest.h>

#include "exposition/text_parser.h"

namespace watchfire::exposition {
namespace {

using LineKind = PageLayout::LineKind;

std::shared_ptr<const PageLayout> Example() {
  PageLayoutBuilder builder;
  builder.Add(LineKind::kMeta, "# HELP a A\\nb\\\\c\\\"");
  builder.Add(LineKind::kMeta, "# TYPE a counter");
  builder.Add(LineKind::kSample, "a{x=\"1\"}");
  builder.Add(LineKind::kTimedSample, "a{x=\"2\"}");
  builder.Add(LineKind::kMeta, "# a comment");
  builder.Add(LineKind::kMeta, "# TYPE \"b.c\" gauge");
  builder.Add(LineKind::kSample, "{\"b.c\"}");
  builder.Add(LineKind::kSample, "a{x=\"1\"}");
  return builder.Finish();
}

TEST(PageLayout, KeepsKeysKindsAndSampleNumbers) {
  std::shared_ptr<const PageLayout> layout = Example();
  EXPECT_EQ(layout->line_count(), 8u);
  EXPECT_EQ(layout->sample_count(), 4u);
  EXPECT_EQ(layout->key(3), "a{x=\"2\"}");
  EXPECT_EQ(layout->kind(3), LineKind::kTimedSample);
  EXPECT_EQ(layout->sample_index(6), 2u);
  EXPECT_EQ(layout->sample_index(4), 2u);
}

TEST(PageLayout, FindsTheFirstLineOfASeries) {
  std::shared_ptr<const PageLayout> layout = Example();
  EXPECT_EQ(layout->FindSample("a{x=\"1\"}"), 2u);
  EXPECT_EQ(layout->FindSample("{\"b.c\"}"), 6u);
  EXPECT_FALSE(layout->FindSample("# a comment"));
  EXPECT_FALSE(layout->FindSample("b"));
  EXPECT_FALSE(PageLayoutBuilder().Finish()->FindSample(""));
}

TEST(PageLayout, ReadsMetadataFromItsLines) {
  auto metadata = Example()->Metadata();
  ASSERT_EQ(metadata.size(), 2u);
  EXPECT_EQ(metadata[0].first, "a");
  EXPECT_EQ(metadata[0].second.type, model::MetricType::kCounter);
  EXPECT_EQ(metadata[0].second.help, "A\nb\\c\\\"");
  EXPECT_EQ(metadata[1].first, "b.c");
  EXPECT_EQ(metadata[1].second.type, model::MetricType::kGauge);
}

TEST(PageLayout, EqualsOneBuiltFromItsRangesAndNoOther) {
  std::shared_ptr<const PageLayout> layout = Example();
  PageLayoutBuilder builder;
  builder.AddRange(*layout, 0, 5);
  builder.AddRange(*layout, 5, 3);
  std::shared_ptr<const PageLayout> copy = builder.Finish();
  EXPECT_EQ(*copy, *layout);
  EXPECT_EQ(copy->hash(), layout->hash());

  // The same bytes, cut elsewhere.
  builder.Add(LineKind::kSample, "ab");
  builder.Add(LineKind::kSample, "c");
  std::shared_ptr<const PageLayout> one = builder.Finish();
  builder.Add(LineKind::kSample, "a");
  builder.Add(LineKind::kSample, "bc");
  EXPECT_FALSE(*one == *builder.Finish());
}

}  // namespace
}  // namespace watchfire::exposition

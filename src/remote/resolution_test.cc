#include "remote/resolution.h"

#include <gtest/gtest.h>

#include <map>

namespace watchfire::remote {
namespace {

// Index → count, empty buckets left out.
template <typename T>
std::map<int64_t, double> Buckets(const std::vector<model::Span>& spans,
                                  const std::vector<T>& counts, bool deltas) {
  std::map<int64_t, double> out;
  int64_t index = 0;
  size_t next = 0;
  double sum = 0;
  for (const model::Span& span : spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length; ++i, ++index) {
      sum = deltas ? sum + static_cast<double>(counts[next]) : static_cast<double>(counts[next]);
      ++next;
      if (sum != 0) out[index] = sum;
    }
  }
  return out;
}

TEST(Resolution, MergesBucketsIntoThoseOfSchemaEight) {
  model::Histogram h;
  h.schema = 10;  // four buckets become one
  h.positive_spans = {{-6, 3}, {2, 5}, {1, 1}};
  h.positive_deltas = {1, 1, 1, -2, 4, 0, 1, -1, 7};
  h.negative_spans = {{0, 2}};
  h.negative_deltas = {5, -3};
  std::map<int64_t, double> expected;
  for (const auto& [index, count] : Buckets(h.positive_spans, h.positive_deltas, true)) {
    expected[((index - 1) >> 2) + 1] += count;
  }
  ASSERT_TRUE(ReduceToFinestSchema(&h).ok());
  EXPECT_EQ(h.schema, 8);
  EXPECT_EQ(Buckets(h.positive_spans, h.positive_deltas, true), expected);
  EXPECT_EQ(Buckets(h.negative_spans, h.negative_deltas, true),
            (std::map<int64_t, double>{{0, 5}, {1, 2}}));
}

TEST(Resolution, MergesFloatsTheSameWay) {
  model::FloatHistogram h;
  h.schema = 9;
  h.positive_spans = {{1, 4}};
  h.positive_buckets = {1, 2, 4, 8};
  ASSERT_TRUE(ReduceToFinestSchema(&h).ok());
  EXPECT_EQ(h.positive_spans, (std::vector<model::Span>{{1, 2}}));
  EXPECT_EQ(h.positive_buckets, (std::vector<double>{3, 12}));
}

TEST(Resolution, LeavesOtherSchemasAlone) {
  for (int32_t schema : {-4, 8, 53, -53}) {
    model::Histogram h;
    h.schema = schema;
    h.positive_spans = {{0, 9}};  // not even looked at
    ASSERT_TRUE(ReduceToFinestSchema(&h).ok());
    EXPECT_EQ(h.schema, schema);
  }
}

TEST(Resolution, RefusesSpansThatDoNotFitTheBuckets) {
  for (uint32_t length : {0u, 1u, 3u, UINT32_MAX}) {
    model::Histogram h;
    h.schema = 12;
    h.positive_spans = {{0, length}};
    h.positive_deltas = {1, 2};
    EXPECT_FALSE(ReduceToFinestSchema(&h).ok()) << length;
  }
  model::Histogram backwards;
  backwards.schema = 12;
  backwards.positive_spans = {{100, 1}, {-90, 1}};
  backwards.positive_deltas = {1, 2};
  EXPECT_FALSE(ReduceToFinestSchema(&backwards).ok());
}

}  // namespace
}  // namespace watchfire::remote

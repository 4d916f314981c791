#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>

#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/chunk/test_text.h"

namespace watchfire::chunk {
namespace {

using model::CounterReset;

constexpr TimeMs kMin = std::numeric_limits<TimeMs>::min();
constexpr TimeMs kMax = std::numeric_limits<TimeMs>::max();

// Bucket index → count.
using Buckets = std::map<int32_t, int64_t>;

std::vector<model::Span> Spans(const Buckets& buckets) {
  std::vector<model::Span> spans;
  int32_t next = 0;
  for (const auto& [index, count] : buckets) {
    if (spans.empty() || index != next) spans.push_back({index - next, 0});
    ++spans.back().length;
    next = index + 1;
  }
  return spans;
}

struct Shape {
  Buckets positive = {};
  Buckets negative = {};
  uint64_t zero_count = 0;
  double sum = 1.5;
  int32_t schema = 3;
  double zero_threshold = 0x1p-128;
  CounterReset hint = CounterReset::kUnknown;
  std::vector<double> bounds = {};
};

HistogramPoint Point(TimeMs t, const Shape& shape, bool is_float) {
  HistogramPoint point;
  point.t = t;
  point.is_float = is_float;
  model::Histogram& h = point.integer;
  h.schema = shape.schema;
  h.reset_hint = shape.hint;
  h.zero_threshold = shape.zero_threshold;
  h.positive_spans = Spans(shape.positive);
  h.negative_spans = Spans(shape.negative);
  h.custom_values = shape.bounds;
  h.sum = shape.sum;
  h.zero_count = shape.zero_count;
  h.count = shape.zero_count;
  for (bool negative : {false, true}) {
    int64_t last = 0;
    for (const auto& [index, count] : negative ? shape.negative : shape.positive) {
      (negative ? h.negative_deltas : h.positive_deltas).push_back(count - last);
      last = count;
      h.count += static_cast<uint64_t>(count);
    }
  }
  if (is_float) {
    point.floating = h.ToFloat();
    point.integer = {};
  }
  return point;
}

HistogramPoint Stale(TimeMs t, bool is_float) {
  HistogramPoint point;
  point.t = t;
  point.is_float = is_float;
  (is_float ? point.floating.sum : point.integer.sum) = model::kStaleNan;
  return point;
}

uint8_t Flags(const OwnedChunk& chunk) {
  bool started =
      chunk.encoding == Encoding::kHistogramSt || chunk.encoding == Encoding::kFloatHistogramSt;
  return static_cast<uint8_t>(chunk.data[started ? 0 : 2]) >> 6;
}

std::vector<OwnedChunk> Encode(const std::vector<HistogramPoint>& points, bool starts = false,
                               const ChunkLimits& limits = kHistogramLimits) {
  std::vector<OwnedChunk> chunks;
  EncodeHistograms(points, starts, &chunks, limits);
  return chunks;
}

std::vector<HistogramPoint> Decode(const std::vector<OwnedChunk>& chunks, TimeMs mint = kMin,
                                   TimeMs maxt = kMax) {
  std::vector<HistogramPoint> points;
  for (const OwnedChunk& chunk : chunks) {
    Result<void> result = DecodeHistograms(chunk.view(), mint, maxt, &points);
    EXPECT_TRUE(result.ok()) << result.error().message();
  }
  return points;
}

std::vector<std::string> Texts(const std::vector<HistogramPoint>& points) {
  std::vector<std::string> texts;
  for (const HistogramPoint& point : points) texts.push_back(PointText(point));
  return texts;
}

// "samples@flags" of every chunk.
std::string Cuts(const std::vector<OwnedChunk>& chunks) {
  std::string out;
  for (const OwnedChunk& chunk : chunks) {
    out += fmt::format("{}{}@{}", out.empty() ? "" : " ", SampleCount(chunk.view()), Flags(chunk));
  }
  return out;
}

class HistogramChunk : public testing::TestWithParam<bool> {
 protected:
  bool is_float() const { return GetParam(); }
  std::vector<HistogramPoint> Points(const std::vector<Shape>& shapes) const {
    std::vector<HistogramPoint> points;
    for (const Shape& shape : shapes) {
      points.push_back(Point(1000 + 15000 * static_cast<TimeMs>(points.size()), shape, is_float()));
    }
    return points;
  }
};
INSTANTIATE_TEST_SUITE_P(Kinds, HistogramChunk, testing::Bool(),
                         [](const auto& param) { return param.param ? "Float" : "Integer"; });

TEST_P(HistogramChunk, KeepsEveryNumber) {
  auto points = Points({{{{-3, 4}, {-2, 5}, {7, 1}}, {{2, 9}}, 3, -2.25},
                        {{{-3, 4}, {-2, 8}, {7, 2}}, {{2, 10}}, 5, 1e300},
                        {{{-3, 9}, {-2, 8}, {7, 2}}, {{2, 12}}, 5, -0.0}});
  auto chunks = Encode(points);
  EXPECT_EQ(Cuts(chunks), "3@0");
  EXPECT_EQ(chunks[0].mint, points[0].t);
  EXPECT_EQ(chunks[0].maxt, points[2].t);
  EXPECT_EQ(Texts(Decode(chunks)), Texts(points));
  auto middle = Decode(chunks, points[1].t, points[1].t);
  EXPECT_EQ(Texts(middle), Texts({points[1]}));
}

TEST_P(HistogramChunk, HintsAreUnknownFirstAndThenNoReset) {
  auto points = Decode(Encode(Points({{{{1, 1}}, {}}, {{{1, 2}}, {}}, {{{1, 1}}, {}}})));
  ASSERT_EQ(points.size(), 3U);
  auto hint = [&](size_t i) {
    return is_float() ? points[i].floating.reset_hint : points[i].integer.reset_hint;
  };
  EXPECT_EQ(hint(0), CounterReset::kUnknown);
  EXPECT_EQ(hint(1), CounterReset::kNo);
  EXPECT_EQ(hint(2), CounterReset::kUnknown);
}

TEST_P(HistogramChunk, KeepsThresholdsAndBounds) {
  for (double threshold : {0.0, 0x1p-243, 0x1p-128, 0x1p10, 0x1p11, 0x1p-244, 0.1, 1e-300}) {
    auto points = Points({{{{1, 1}}, {}, 1, 1, -4, threshold}});
    EXPECT_EQ(Texts(Decode(Encode(points))), Texts(points));
  }
  std::vector<double> bounds{-1, 0, 0.001, 0.005, 0.1, 1.0 / 3, 33554.43, 33554.431, 1e18};
  auto points = Points({{{{0, 1}, {8, 2}},
                         {},
                         0,
                         1,
                         model::kCustomBucketsSchema,
                         0,
                         CounterReset::kUnknown,
                         bounds}});
  EXPECT_EQ(Texts(Decode(Encode(points))), Texts(points));
}

TEST_P(HistogramChunk, NewBucketsWidenTheWholeChunk) {
  auto points = Points({{{{2, 4}}, {}}, {{{2, 5}}, {}}, {{{2, 5}, {4, 1}}, {{0, 1}}}});
  auto chunks = Encode(points);
  EXPECT_EQ(Cuts(chunks), "3@0");
  auto wide = Points(
      {{{{2, 4}, {4, 0}}, {{0, 0}}}, {{{2, 5}, {4, 0}}, {{0, 0}}}, {{{2, 5}, {4, 1}}, {{0, 1}}}});
  EXPECT_EQ(Texts(Decode(chunks)), Texts(wide));
}

TEST_P(HistogramChunk, BucketsThatWereEmptyMayBeMissing) {
  auto points =
      Points({{{{1, 0}, {2, 4}, {3, 0}}, {}}, {{{2, 5}, {9, 1}}, {}}, {{{2, 6}, {9, 1}}, {}}});
  auto chunks = Encode(points);
  EXPECT_EQ(Cuts(chunks), "3@0");
  auto wide = Points({{{{1, 0}, {2, 4}, {3, 0}, {9, 0}}, {}},
                      {{{1, 0}, {2, 5}, {3, 0}, {9, 1}}, {}},
                      {{{1, 0}, {2, 6}, {3, 0}, {9, 1}}, {}}});
  EXPECT_EQ(Texts(Decode(chunks)), Texts(wide));
}

struct CutCase {
  const char* name;
  std::vector<Shape> shapes;
  std::string cuts;
};

TEST_P(HistogramChunk, CutsWherePrometheusDoes) {
  const Shape base{{{1, 5}, {2, 5}}, {{1, 5}}, 5};
  auto with = [&](auto change) {
    Shape shape = base;
    change(shape);
    return shape;
  };
  Shape custom = with([](Shape& s) {
    s.schema = model::kCustomBucketsSchema;
    s.bounds = {1, 2};
  });
  auto gauge = [&](const Shape& shape) {
    Shape out = shape;
    out.hint = CounterReset::kGauge;
    return out;
  };
  std::vector<CutCase> cases{
      {"the same", {base, base}, "2@0"},
      {"count decreases", {base, with([](Shape& s) { s.positive[1] = 4; })}, "1@0 1@2"},
      {"a bucket decreases",
       {base, with([](Shape& s) {
          s.positive = {{1, 9}, {2, 4}};
        })},
       "1@0 1@2"},
      {"a negative bucket decreases",
       {base, with([](Shape& s) {
          s.negative = {{1, 4}};
          s.zero_count = 9;
        })},
       "1@0 1@2"},
      {"a bucket vanishes",
       {base, with([](Shape& s) {
          s.positive = {{1, 99}};
        })},
       "1@0 1@2"},
      {"zero count decreases",
       {base, with([](Shape& s) {
          s.zero_count = 4;
          s.positive[1] = 50;
        })},
       "1@0 1@2"},
      {"schema changes", {base, with([](Shape& s) { s.schema = 2; })}, "1@0 1@0"},
      {"zero threshold changes", {base, with([](Shape& s) { s.zero_threshold = 1; })}, "1@0 1@0"},
      {"explicit reset first", {with([](Shape& s) { s.hint = CounterReset::kYes; })}, "1@2"},
      {"explicit reset", {base, with([](Shape& s) { s.hint = CounterReset::kYes; })}, "1@0 1@2"},
      {"bounds change",
       {custom, custom,
        [&] {
          Shape s = custom;
          s.bounds = {1, 3};
          return s;
        }()},
       "2@0 1@2"},
      {"gauges go up and down",
       {gauge(base), gauge(with([](Shape& s) { s.positive[1] = 1; }))},
       "2@3"},
      {"gauge after counter", {base, gauge(base)}, "1@0 1@3"},
      {"counter after gauge", {gauge(base), base}, "1@3 1@0"},
      {"gauge changes schema",
       {gauge(base), gauge(with([](Shape& s) { s.schema = 1; }))},
       "1@3 1@3"},
  };
  for (const CutCase& c : cases) {
    auto points = Points(c.shapes);
    auto chunks = Encode(points);
    EXPECT_EQ(Cuts(chunks), c.cuts) << c.name;
    EXPECT_EQ(Texts(Decode(chunks)), Texts(points)) << c.name;
  }
}

TEST_P(HistogramChunk, GaugesMergeTheirBuckets) {
  Shape a{{{1, 5}}, {}, 0, 1, 3, 0, CounterReset::kGauge};
  Shape b{{{3, 2}}, {{-1, 1}}, 0, 1, 3, 0, CounterReset::kGauge};
  auto chunks = Encode(Points({a, b, a}));
  EXPECT_EQ(Cuts(chunks), "3@3");
  Shape wide_a = a;
  wide_a.positive[3] = 0;
  wide_a.negative[-1] = 0;
  Shape wide_b = b;
  wide_b.positive[1] = 0;
  auto decoded = Decode(chunks);
  EXPECT_EQ(Texts(decoded), Texts(Points({wide_a, wide_b, wide_a})));
  for (const HistogramPoint& point : decoded) {
    EXPECT_EQ(is_float() ? point.floating.reset_hint : point.integer.reset_hint,
              CounterReset::kGauge);
  }
}

TEST_P(HistogramChunk, StaleMarkersEndTheirChunk) {
  auto points = Points({{{{1, 1}}, {}}, {{{1, 2}}, {}}});
  TimeMs t = points.back().t;
  points.push_back(Stale(t + 1, is_float()));
  points.push_back(Stale(t + 2, is_float()));
  points.push_back(Point(t + 3, {{{1, 3}}, {}}, is_float()));
  auto chunks = Encode(points);
  EXPECT_EQ(Cuts(chunks), "4@0 1@0");
  EXPECT_EQ(Texts(Decode(chunks)), Texts(points));

  std::vector<HistogramPoint> only{Stale(1, is_float()), Stale(2, is_float())};
  EXPECT_EQ(Texts(Decode(Encode(only))), Texts(only));
}

TEST_P(HistogramChunk, FullChunksAreContinuedWithoutReset) {
  std::vector<Shape> shapes;
  for (int i = 0; i < 30; ++i) shapes.push_back({{{1, i}, {2, 3 * i}}, {}});
  auto points = Points(shapes);
  EXPECT_EQ(Cuts(Encode(points, false, {12, 4096, false})), "12@0 12@1 6@1");
  EXPECT_EQ(Cuts(Encode(points, false, {100, 1, false})), "10@0 10@1 10@1");
  EXPECT_EQ(Texts(Decode(Encode(points, false, {12, 4096, false}))), Texts(points));
}

TEST_P(HistogramChunk, KeepsStartTimes) {
  for (size_t change : {0, 1, 2, 50, 126, 127, 128, 150, 999}) {
    std::vector<Shape> shapes;
    for (int i = 0; i < 160; ++i) shapes.push_back({{{1, i}}, {}});
    auto points = Points(shapes);
    for (size_t i = 0; i < points.size(); ++i) {
      points[i].st = i < change ? 0 : 500 + 13000 * static_cast<TimeMs>(i / 60);
    }
    auto chunks = Encode(points, true);
    ASSERT_EQ(Cuts(chunks), "160@0");
    EXPECT_EQ(chunks[0].encoding,
              is_float() ? Encoding::kFloatHistogramSt : Encoding::kHistogramSt);
    EXPECT_EQ(Texts(Decode(chunks)), Texts(points)) << change;
  }
}

TEST_P(HistogramChunk, ReducesResolutionsThatQueriesDoNotKnow) {
  auto points = Points({{{{-5, 1}, {0, 1}, {1, 2}, {4, 3}, {5, 4}}, {}, 0, 1, 10, 0}});
  auto reduced = Points({{{{-1, 1}, {0, 1}, {1, 5}, {2, 4}}, {}, 0, 1, 8, 0}});
  EXPECT_EQ(Texts(Decode(Encode(points))), Texts(reduced));
}

TEST_P(HistogramChunk, TakesCountsThatDoNotFitTheirSpans) {
  auto points = Points({{{{1, 1}, {2, 2}, {5, 4}}, {}}});
  auto broken = points;
  auto& layout = is_float() ? static_cast<model::HistogramLayout&>(broken[0].floating)
                            : static_cast<model::HistogramLayout&>(broken[0].integer);
  layout.positive_spans.push_back({3, 4'000'000'000});
  EXPECT_EQ(Texts(Decode(Encode(broken))), Texts(points));
  layout.positive_spans = {{2, 1}, {-2, 2}};
  EXPECT_EQ(Decode(Encode(broken)).size(), 1U);
}

TEST_P(HistogramChunk, KeepsRandomCounters) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 20; ++round) {
    Shape shape;
    std::vector<Shape> shapes;
    for (int i = 0; i < 150; ++i) {
      for (uint64_t n = random() % 4; n > 0; --n) {
        auto index = static_cast<int32_t>(random() % 40) - 20;
        (random() % 5 == 0 ? shape.negative : shape.positive)[index] +=
            static_cast<int64_t>(random() % (uint64_t{1} << random() % 40));
      }
      shape.zero_count += random() % 3;
      shape.sum = random() % 3 == 0 ? std::bit_cast<double>(random()) : shape.sum + 0.25;
      if (random() % 70 == 0) shape = Shape{};
      shapes.push_back(shape);
    }
    auto points = Points(shapes);
    for (bool starts : {false, true}) {
      auto chunks = Encode(points, starts);
      auto decoded = Decode(chunks);
      ASSERT_EQ(decoded.size(), points.size());
      // What comes back may have empty buckets more; it encodes to the same chunks, or wider ones.
      for (size_t i = 0; i < points.size(); ++i) {
        EXPECT_EQ(decoded[i].t, points[i].t);
        EXPECT_EQ(decoded[i].integer.count, points[i].integer.count);
        EXPECT_EQ(decoded[i].floating.count, points[i].floating.count);
      }
      EXPECT_EQ(Texts(Decode(Encode(decoded, starts))).back(), Texts(decoded).back());
    }
  }
}

TEST_P(HistogramChunk, SurvivesDamage) {
  std::mt19937_64 random(2);
  std::vector<Shape> shapes;
  for (int i = 0; i < 20; ++i) {
    shapes.push_back({{{-2, i}, {-1, 2 * i}, {5, i * i}}, {{3, i}}, 0, i * 0.3});
  }
  auto points = Points(shapes);
  for (size_t i = 0; i < points.size(); ++i) points[i].st = static_cast<TimeMs>(i / 5);
  points.push_back(Stale(points.back().t + 5, is_float()));
  for (bool starts : {false, true}) {
    auto chunks = Encode(points, starts);
    ASSERT_EQ(chunks.size(), 1U);
    const std::string& data = chunks[0].data;
    for (size_t n = 0; n < data.size(); ++n) {
      std::vector<char> cut(data.begin(), data.begin() + static_cast<ptrdiff_t>(n));
      ChunkView view = chunks[0].view();
      view.data = {cut.data(), cut.size()};
      std::vector<HistogramPoint> out;
      EXPECT_FALSE(DecodeHistograms(view, kMin, kMax, &out).ok()) << "cut at " << n;
      EXPECT_TRUE(out.empty());
      for (int bit = 0; bit < 8; ++bit) {
        OwnedChunk damaged = chunks[0];
        damaged.data[n] = static_cast<char>(damaged.data[n] ^ (1 << bit));
        out.clear();
        Result<void> result = DecodeHistograms(damaged.view(), kMin, kMax, &out);
        if (result.ok()) {
          EXPECT_EQ(out.size(), SampleCount(damaged.view()));
          for (const HistogramPoint& point : out) PointText(point);
        } else {
          EXPECT_EQ(result.error().code(), ErrorCode::kCorrupt);
          EXPECT_TRUE(out.empty());
        }
      }
    }
  }
}

TEST(HistogramChunks, AlternatingKindsAreCut) {
  std::vector<HistogramPoint> points;
  for (int i = 0; i < 6; ++i) points.push_back(Point(i, {{{1, i}}, {}}, i % 3 == 2));
  auto chunks = Encode(points);
  EXPECT_EQ(Cuts(chunks), "2@0 1@0 2@0 1@0");
  EXPECT_EQ(Texts(Decode(chunks)), Texts(points));
}

TEST(HistogramChunks, RefusesFloatChunks) {
  std::vector<HistogramPoint> out;
  ChunkView chunk{0, 0, Encoding::kXor, std::string_view("\0\1aaaaaaaaaaaaaaaaaaaaaa", 24)};
  EXPECT_FALSE(DecodeHistograms(chunk, kMin, kMax, &out).ok());
}

}  // namespace
}  // namespace watchfire::chunk

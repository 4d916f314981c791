#include "tsdb/chunk/change_list.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <random>

#include "tsdb/chunk/change_decode.h"

namespace watchfire::chunk {
namespace {

constexpr uint64_t kStale = 0x7ff0000000000002ULL;

// One column of a series; nullopt before its first sample.
using Column = std::vector<std::optional<uint64_t>>;

Segment Encode(Arena& arena, const Column& column) {
  Segment segment;
  for (size_t i = 0; i < column.size(); ++i) {
    auto index = static_cast<uint16_t>(i);
    if (!column[i]) continue;
    if (segment.kind == SegmentKind::kEmpty) {
      BeginSegment(segment, index, *column[i]);
    } else if (segment.last_bits != *column[i]) {
      AppendChange(arena, segment, index, *column[i]);
    }
  }
  return segment;
}

Column Decode(const Arena& arena, const Segment& segment, size_t end) {
  Column out(end);
  SegmentReader reader(arena, segment, static_cast<uint32_t>(end));
  SegmentReader::Run run;
  while (reader.Next(&run)) {
    EXPECT_LT(run.begin, run.end);
    for (uint32_t i = run.begin; i < run.end; ++i) out[i] = run.bits;
  }
  return out;
}

// Stretches of the column at once give what its runs give.
void ExpectStretches(const Arena& arena, const Segment& segment, const Column& column) {
  if (segment.kind == SegmentKind::kEmpty) return;
  auto size = static_cast<uint32_t>(column.size());
  uint32_t first = FirstIndex(arena, segment);
  std::mt19937 random(size);
  ChangeDecoder decoder;
  for (int round = 0; round < 20; ++round) {
    uint32_t begin = round == 0 ? first : first + random() % (size - first);
    uint32_t end = round <= 1 ? size : begin + 1 + random() % (size - begin);
    std::vector<double> values(end - begin + ChangeDecoder::kSlack);
    decoder.Add(arena, segment, begin, end, values.data());
    decoder.Finish();
    for (uint32_t i = begin; i < end; ++i) {
      ASSERT_EQ(std::bit_cast<uint64_t>(values[i - begin]), column[i]) << begin << " " << end;
    }
  }
}

void ExpectRoundTrip(const Column& column) {
  Arena arena;
  Segment segment = Encode(arena, column);
  // Every earlier moment is still readable: a query may have started before later samples came.
  for (size_t end : {size_t{0}, size_t{1}, column.size() / 2, column.size()}) {
    Column expected(column.begin(), column.begin() + static_cast<ptrdiff_t>(end));
    EXPECT_EQ(Decode(arena, segment, end), expected) << "cut at " << end;
  }
  ExpectStretches(arena, segment, column);
}

uint64_t Bits(double v) {
  return std::bit_cast<uint64_t>(v);
}

Column Make(size_t n, const std::function<double(size_t)>& value) {
  Column column;
  for (size_t i = 0; i < n; ++i) column.push_back(Bits(value(i)));
  return column;
}

TEST(ChangeList, AConstantTakesNoArena) {
  Arena arena;
  Segment segment = Encode(arena, Make(500, [](size_t) { return 42.0; }));
  EXPECT_EQ(arena.bytes(), 0u);
  EXPECT_EQ(Decode(arena, segment, 500), Make(500, [](size_t) { return 42.0; }));
}

TEST(ChangeList, KeepsCountersGaugesDecimalsAndFloats) {
  std::mt19937_64 random(7);
  auto uniform = [&](int n) { return static_cast<double>(random() % static_cast<uint64_t>(n)); };
  double total = 1e15;
  ExpectRoundTrip(Make(480, [](size_t i) { return static_cast<double>(i) * 15; }));
  ExpectRoundTrip(Make(480, [&](size_t) { return total += uniform(5000); }));
  ExpectRoundTrip(Make(480, [&](size_t) { return uniform(3) - 1; }));
  ExpectRoundTrip(Make(480, [](size_t i) { return static_cast<double>(i / 7) * 0.01; }));
  ExpectRoundTrip(Make(480, [](size_t i) { return std::sqrt(static_cast<double>(i)); }));
  ExpectRoundTrip(Make(480, [&](size_t i) { return i < 200 ? uniform(9) : uniform(9) / 8; }));
  ExpectRoundTrip(Make(480, [&](size_t) { return std::bit_cast<double>(random()); }));
}

TEST(ChangeList, KeepsExtremeValuesBitByBit) {
  const double inf = std::numeric_limits<double>::infinity();
  const double values[] = {0.0,
                           -0.0,
                           1,
                           -1,
                           inf,
                           -inf,
                           std::bit_cast<double>(kStale),
                           1e308,
                           5e-324,
                           0.1,
                           9007199254740993.0,
                           -9007199254740991.0,
                           1e-9,
                           std::numeric_limits<double>::quiet_NaN()};
  for (double a : values) {
    for (double b : values) {
      for (double c : values) ExpectRoundTrip({Bits(a), Bits(b), Bits(c), Bits(a), Bits(c)});
    }
  }
}

TEST(ChangeList, KeepsALateStartAndStaleMarkers) {
  ExpectRoundTrip({Bits(1), Bits(1), kStale, Bits(2), kStale, Bits(2), Bits(2), kStale});
  ExpectRoundTrip({std::nullopt, std::nullopt, kStale, kStale, Bits(0.5), Bits(0.5), kStale});
}

TEST(ChangeList, KeepsLongGaps) {
  Column column;
  for (size_t gap : {0, 1, 8, 9, 10, 72, 73, 74, 1096, 1097, 20000}) {
    column.insert(column.end(), gap + 1, Bits(static_cast<double>(column.size())));
  }
  ExpectRoundTrip(column);
}

TEST(ChangeList, RandomColumnsComeBack) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    Column column;
    double v = static_cast<double>(random() % 1000);
    uint64_t kind = random() % 4;
    for (size_t i = 0, n = random() % 700; i < n; ++i) {
      uint64_t dice = random() % 100;
      if (dice < 4) {
        column.push_back(kStale);
        continue;
      }
      if (dice < 40) v += kind == 0 ? static_cast<double>(random() % 100) : 0;
      if (dice < 40 && kind == 1) v = static_cast<double>(random() % 1000) / 100;
      if (dice < 40 && kind == 2) v *= 1.0000001;
      if (dice < 40 && kind == 3) v = std::bit_cast<double>(random());
      column.push_back(Bits(v));
    }
    ExpectRoundTrip(column);
  }
}

TEST(ChangeList, ASteadyCounterTakesAFewBitsASample) {
  Arena arena;
  Encode(arena, Make(480, [](size_t i) { return static_cast<double>(i * 15); }));
  EXPECT_LT(arena.bytes(), 480u / 2);
}

}  // namespace
}  // namespace watchfire::chunk

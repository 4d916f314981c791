#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <random>

#include "tsdb/chunk/chunk_codec.h"
#include "tsdb/chunk/xor_encoder.h"

namespace watchfire::chunk {
namespace {

constexpr TimeMs kMin = std::numeric_limits<TimeMs>::min();
constexpr TimeMs kMax = std::numeric_limits<TimeMs>::max();

struct Series {
  std::vector<TimeMs> times;
  std::vector<double> values;
  std::vector<TimeMs> starts;  // empty, or one a sample

  void Add(TimeMs t, double v) {
    times.push_back(t);
    values.push_back(v);
  }
  size_t size() const { return times.size(); }
};

std::vector<uint64_t> Bits(const std::vector<double>& values) {
  std::vector<uint64_t> bits;
  for (double v : values) bits.push_back(std::bit_cast<uint64_t>(v));
  return bits;
}

std::string Hex(std::string_view bytes) {
  std::string out;
  for (char c : bytes) out += fmt::format("{:02x}", static_cast<uint8_t>(c));
  return out;
}

std::vector<OwnedChunk> Encode(const Series& series, Encoding encoding, const ChunkLimits& limits) {
  std::vector<OwnedChunk> chunks;
  EncodeFloats(series.times, series.values, limits, encoding, &chunks, series.starts);
  return chunks;
}

Series DecodeAll(const std::vector<OwnedChunk>& chunks, TimeMs mint = kMin, TimeMs maxt = kMax) {
  Series out;
  for (const OwnedChunk& chunk : chunks) {
    Result<void> result =
        DecodeFloats(chunk.view(), mint, maxt, &out.times, &out.values, &out.starts);
    EXPECT_TRUE(result.ok()) << result.error().message();
  }
  return out;
}

void ExpectSame(const Series& actual, const Series& expected) {
  EXPECT_EQ(actual.times, expected.times);
  EXPECT_EQ(Bits(actual.values), Bits(expected.values));
  std::vector<TimeMs> starts = expected.starts;
  starts.resize(expected.size());
  EXPECT_EQ(actual.starts, starts);
}

Series Part(const Series& series, TimeMs mint, TimeMs maxt) {
  Series out;
  for (size_t i = 0; i < series.size(); ++i) {
    if (series.times[i] < mint || series.times[i] > maxt) continue;
    out.Add(series.times[i], series.values[i]);
    if (!series.starts.empty()) out.starts.push_back(series.starts[i]);
  }
  return out;
}

// All ways to encode, and of decoding: whole, from and up to moments, the newest sample.
void ExpectRoundTrip(const Series& series) {
  std::vector<ChunkLimits> all_limits{kUpstreamLimits, kFullLimits, {65535, 1 << 21, false}};
  for (Encoding encoding : {Encoding::kXor, Encoding::kXor2}) {
    Series wanted = series;
    if (encoding == Encoding::kXor) wanted.starts.clear();
    for (const ChunkLimits& limits : all_limits) {
      std::vector<OwnedChunk> chunks = Encode(wanted, encoding, limits);
      uint32_t count = 0;
      for (const OwnedChunk& chunk : chunks) {
        EXPECT_LE(SampleCount(chunk.view()), limits.max_samples);
        EXPECT_LE(chunk.data.size(), limits.max_bytes);
        EXPECT_EQ(chunk.mint, wanted.times[count]);
        count += SampleCount(chunk.view());
        EXPECT_EQ(chunk.maxt, wanted.times[count - 1]);
      }
      EXPECT_EQ(count, wanted.size());
      ExpectSame(DecodeAll(chunks), wanted);
      if (wanted.size() < 2) continue;
      TimeMs low = wanted.times[wanted.size() / 3];
      TimeMs high = wanted.times[wanted.size() * 2 / 3];
      TimeMs before_low = low == kMin ? low : low - 1;
      for (auto [from, to] : {std::pair{low, high},
                              {low + 1, std::max(high, kMin + 1) - 1},
                              {kMin, high},
                              {low, kMax},
                              {high, before_low},
                              {high, high}}) {
        ExpectSame(DecodeAll(chunks, from, to), Part(wanted, from, to));
      }
      for (size_t i : {size_t{0}, size_t{1}, wanted.size() / 2, wanted.size() - 1}) {
        std::optional<model::Sample> last;
        for (const OwnedChunk& chunk : chunks) {
          auto found = LastFloat(chunk.view(), wanted.times[i]);
          ASSERT_TRUE(found.ok()) << found.error().message();
          if (*found) last = **found;
        }
        ASSERT_TRUE(last);
        EXPECT_EQ(last->t, wanted.times[i]);
        EXPECT_TRUE(model::SameBits(last->v, wanted.values[i]));
      }
    }
  }
}

Series Every(TimeMs step, size_t n, const std::function<double(size_t)>& value) {
  Series series;
  for (size_t i = 0; i < n; ++i) {
    series.Add(1'700'000'000'000 + static_cast<TimeMs>(i) * step, value(i));
  }
  return series;
}

TEST(FloatChunk, KeepsOneSample) {
  ExpectRoundTrip(Every(1, 1, [](size_t) { return 4.25; }));
}

TEST(FloatChunk, KeepsConstants) {
  ExpectRoundTrip(Every(15000, 500, [](size_t) { return 1.0; }));
}

TEST(FloatChunk, KeepsCounters) {
  ExpectRoundTrip(Every(15000, 700, [](size_t i) { return static_cast<double>(i * i * 7); }));
}

TEST(FloatChunk, KeepsBitsOfSpecialValues) {
  const double values[] = {0.0,
                           -0.0,
                           std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::denorm_min(),
                           std::numeric_limits<double>::max(),
                           model::kStaleNan,
                           model::kNormalNan,
                           std::bit_cast<double>(0xfff8000000000123ULL),
                           std::bit_cast<double>(~0ULL),
                           1.0,
                           model::kStaleNan,
                           1.0};
  ExpectRoundTrip(Every(1000, 300, [&](size_t i) { return values[i % std::size(values)]; }));
  ExpectRoundTrip(Every(1000, 300, [&](size_t i) { return values[i * i % std::size(values)]; }));
  ExpectRoundTrip(Every(1000, 3, [&](size_t) { return model::kStaleNan; }));
}

TEST(FloatChunk, KeepsTimesAtTheEndsOfTheWorld) {
  Series series;
  for (TimeMs t : {kMin, kMin + 1, TimeMs{-1}, TimeMs{0}, TimeMs{1}, kMax - 1, kMax}) {
    series.Add(t, static_cast<double>(series.size()));
  }
  ExpectRoundTrip(series);
  ExpectRoundTrip({{kMin, kMax}, {1, 2}, {}});
  ExpectRoundTrip({{kMin, kMax - 1, kMax}, {1, 1, 1}, {}});
  ExpectRoundTrip({{kMin, -1, kMax - 1}, {1, 1, 1}, {}});
}

// Every class of time differences has a border on either side.
TEST(FloatChunk, KeepsTimeDifferencesAtTheBordersOfTheirClasses) {
  for (unsigned bits : {12U, 13U, 14U, 17U, 19U, 20U, 30U, 50U}) {
    for (int64_t sign : {-1, 1}) {
      for (int64_t near = -2; near <= 2; ++near) {
        int64_t dod = sign * (int64_t{1} << (bits - 1)) + near;
        int64_t delta = int64_t{1} << 51;
        Series series;
        series.Add(5, 1);
        series.Add(5 + delta, 1);
        series.Add(series.times.back() + delta + dod, 2);
        series.Add(series.times.back() + delta + dod, 2);
        ExpectRoundTrip(series);
      }
    }
  }
}

TEST(FloatChunk, KeepsRandomSeries) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 60; ++round) {
    Series series;
    TimeMs t = static_cast<TimeMs>(random() % 1'000'000'000'000);
    double v = 0;
    TimeMs start = random() % 2 == 0 ? 0 : t - 1000;
    bool with_starts = round % 3 == 0;
    unsigned jitter = static_cast<unsigned>(random() % 40);
    unsigned changes = 1 + static_cast<unsigned>(random() % 20);
    size_t n = 1 + random() % 1500;
    for (size_t i = 0; i < n; ++i) {
      t += 15000 + (jitter > 5 ? static_cast<TimeMs>(random() % jitter) : 0);
      if (random() % 50 == 0) t += static_cast<TimeMs>(random() % (uint64_t{1} << random() % 40));
      if (random() % changes == 0) {
        v = random() % 8 == 0 ? std::bit_cast<double>(random())
                              : v + static_cast<double>(random() % 1000) / 8;
      }
      series.Add(t, random() % 100 == 0 ? model::kStaleNan : v);
      if (random() % 200 == 0) start = random() % 5 == 0 ? 0 : t - 7;
      if (with_starts) series.starts.push_back(start);
    }
    ExpectRoundTrip(series);
  }
}

TEST(FloatChunk, KeepsStartTimesThatChangeAtAnySample) {
  for (size_t change = 0; change < 140; ++change) {
    Series series = Every(1000, 140, [](size_t i) { return static_cast<double>(i / 3); });
    for (size_t i = 0; i < series.size(); ++i) series.starts.push_back(i < change ? 0 : 17);
    ExpectRoundTrip(series);
  }
}

TEST(FloatChunk, HoldsAsManySamplesAsTheHeaderCounts) {
  Series series = Every(1, 70'000, [](size_t i) { return static_cast<double>(i % 3); });
  std::vector<OwnedChunk> chunks = Encode(series, Encoding::kXor, {100'000, 1 << 24, true});
  ASSERT_EQ(chunks.size(), 2U);
  EXPECT_EQ(SampleCount(chunks[0].view()), 65535U);
  ExpectSame(DecodeAll(chunks), series);
}

TEST(FloatChunk, PlannedWindowsAreNeverLongerAndOftenShorter) {
  std::mt19937_64 random(7);
  size_t greedy_bytes = 0;
  size_t planned_bytes = 0;
  for (int round = 0; round < 30; ++round) {
    double v = 0;
    Series series = Every(15000, 480, [&](size_t) {
      return v += static_cast<double>(random() % (uint64_t{1} << random() % 20));
    });
    for (Encoding encoding : {Encoding::kXor, Encoding::kXor2}) {
      size_t greedy = Encode(series, encoding, {480, 8192, false})[0].data.size();
      size_t planned = Encode(series, encoding, {480, 8192, true})[0].data.size();
      EXPECT_LE(planned, greedy);
      greedy_bytes += greedy;
      planned_bytes += planned;
    }
  }
  EXPECT_LT(planned_bytes, greedy_bytes * 95 / 100);
}

TEST(FloatChunk, EncodesSampleBySampleWhatItEncodesInColumns) {
  std::mt19937_64 random(3);
  Series series = Every(1000, 1000, [&](size_t) { return static_cast<double>(random() % 10000); });
  XorEncoder encoder;
  std::vector<OwnedChunk> chunks;
  for (size_t i = 0; i < series.size(); ++i) {
    if (encoder.count() == kUpstreamLimits.max_samples ||
        (encoder.count() > 0 && encoder.bytes() + kMaxXorSampleBytes > kUpstreamLimits.max_bytes)) {
      size_t bytes = encoder.bytes();
      chunks.push_back(encoder.Finish());
      EXPECT_EQ(chunks.back().data.size(), bytes);
    }
    encoder.Append(series.times[i], series.values[i]);
    EXPECT_EQ(encoder.maxt(), series.times[i]);
  }
  chunks.push_back(encoder.Finish());
  EXPECT_EQ(encoder.count(), 0U);
  std::vector<OwnedChunk> columns = Encode(series, Encoding::kXor, kUpstreamLimits);
  ASSERT_EQ(chunks.size(), columns.size());
  for (size_t i = 0; i < chunks.size(); ++i) {
    EXPECT_EQ(Hex(chunks[i].data), Hex(columns[i].data));
    EXPECT_EQ(chunks[i].mint, columns[i].mint);
    EXPECT_EQ(chunks[i].maxt, columns[i].maxt);
  }
}

TEST(FloatChunk, EncoderForgetsOnReset) {
  XorEncoder encoder;
  encoder.Append(5, 1);
  encoder.Append(6, 2);
  encoder.Reset();
  EXPECT_EQ(encoder.count(), 0U);
  EXPECT_EQ(encoder.bytes(), 2U);
  encoder.Append(1, 3);
  OwnedChunk chunk = encoder.Finish();
  EXPECT_EQ(chunk.mint, 1);
  EXPECT_EQ(SampleCount(chunk.view()), 1U);
}

// Whatever is cut off or wrong: an error that leaves the columns alone, or samples that ascend.
void ExpectHarmless(const ChunkView& chunk) {
  std::vector<TimeMs> times{1};
  std::vector<double> values{2};
  std::vector<TimeMs> starts{3};
  Result<void> result = DecodeFloats(chunk, kMin, kMax, &times, &values, &starts);
  ASSERT_EQ(times.size(), values.size());
  ASSERT_EQ(times.size(), starts.size());
  if (!result.ok()) {
    EXPECT_EQ(result.error().code(), ErrorCode::kCorrupt);
    EXPECT_EQ(times.size(), 1U);
    return;
  }
  EXPECT_EQ(times.size(), SampleCount(chunk) + 1);
  EXPECT_TRUE(std::is_sorted(times.begin() + 1, times.end()));
  auto last = LastFloat(chunk, kMax);
  ASSERT_TRUE(last.ok());
  if (*last) {
    EXPECT_EQ((*last)->t, times.back());
  }
}

TEST(FloatChunk, SurvivesDamage) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 6; ++round) {
    Series series = Every(15000, 150, [&](size_t i) {
      return i % 4 == 0 ? std::bit_cast<double>(random()) : static_cast<double>(i);
    });
    if (round % 2 == 0) {
      for (size_t i = 0; i < series.size(); ++i) series.starts.push_back(i < 90 ? 5 : 1000);
    }
    for (Encoding encoding : {Encoding::kXor, Encoding::kXor2}) {
      OwnedChunk chunk = Encode(series, encoding, kFullLimits)[0];
      for (size_t n = 0; n < chunk.data.size(); ++n) {
        // In memory of its own, so that a reader beyond the end is found out.
        std::vector<char> cut(chunk.data.begin(), chunk.data.begin() + static_cast<ptrdiff_t>(n));
        ChunkView view = chunk.view();
        view.data = {cut.data(), cut.size()};
        std::vector<TimeMs> times;
        std::vector<double> values;
        EXPECT_FALSE(DecodeFloats(view, kMin, kMax, &times, &values).ok()) << "cut at " << n;
        EXPECT_FALSE(LastFloat(view, kMax).ok()) << "cut at " << n;
      }
      for (size_t n = 0; n < chunk.data.size(); ++n) {
        for (int bit = 0; bit < 8; ++bit) {
          OwnedChunk damaged = chunk;
          damaged.data[n] = static_cast<char>(damaged.data[n] ^ (1 << bit));
          damaged.data.shrink_to_fit();
          ExpectHarmless(damaged.view());
        }
      }
    }
  }
}

TEST(FloatChunk, RefusesOtherEncodings) {
  std::vector<TimeMs> times;
  std::vector<double> values;
  for (Encoding encoding : {Encoding::kNone, Encoding::kHistogram, Encoding{77}}) {
    ChunkView chunk{0, 0, encoding, std::string_view("\0\1aaaaaaaaaaaaaaaaaaaaaa", 24)};
    EXPECT_FALSE(DecodeFloats(chunk, kMin, kMax, &times, &values).ok());
    EXPECT_FALSE(LastFloat(chunk, kMax).ok());
  }
}

}  // namespace
}  // namespace watchfire::chunk

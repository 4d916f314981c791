#include "tsdb/chunk/xor_join.h"

#include <gtest/gtest.h>

#include <random>

#include "model/sample.h"
#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::chunk {
namespace {

struct Columns {
  std::vector<TimeMs> times;
  std::vector<double> values;
};

std::vector<OwnedChunk> Encode(const Columns& columns, const ChunkLimits& limits) {
  std::vector<OwnedChunk> chunks;
  EncodeFloats(columns.times, columns.values, limits, Encoding::kXor, &chunks);
  return chunks;
}

std::vector<ChunkView> Views(const std::vector<OwnedChunk>& chunks) {
  std::vector<ChunkView> views;
  for (const OwnedChunk& chunk : chunks) views.push_back(chunk.view());
  return views;
}

void ExpectHolds(const OwnedChunk& chunk, const Columns& want) {
  Columns got;
  DecodeFloats(chunk.view(), kMinTime, kMaxTime, &got.times, &got.values).value();
  EXPECT_EQ(chunk.mint, want.times.front());
  EXPECT_EQ(chunk.maxt, want.times.back());
  EXPECT_EQ(SampleCount(chunk.view()), want.times.size());
  EXPECT_EQ(got.times, want.times);
  ASSERT_EQ(got.values.size(), want.values.size());
  for (size_t i = 0; i < want.values.size(); ++i) {
    EXPECT_TRUE(model::SameBits(got.values[i], want.values[i])) << i;
  }
}

Columns Random(uint64_t seed) {
  std::mt19937_64 random(seed);
  Columns columns;
  TimeMs t = static_cast<TimeMs>(random() % 1000) - 500;
  double v = 0;
  uint64_t kind = random() % 5;
  for (size_t n = random() % 300; columns.times.size() <= n;) {
    columns.times.push_back(t);
    columns.values.push_back(v);
    t += 15000;
    if (random() % 8 == 0) t += static_cast<TimeMs>(random() % (1ULL << random() % 40));
    if (kind == 1 && random() % 6 == 0) v += 1;
    if (kind == 2) v = static_cast<double>(random() % 1000) / 10;
    if (kind == 3) v = std::bit_cast<double>(random());
    if (kind == 4) v = random() % 9 == 0 ? model::kStaleNan : 17;
  }
  return columns;
}

TEST(JoinXor, KeepsEverySampleHoweverTheChunksAreCut) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Columns columns = Random(seed);
    ChunkLimits limits{static_cast<uint32_t>(1 + seed % 90), 65536, seed % 3 == 0};
    OwnedChunk joined = JoinXor(Views(Encode(columns, limits))).value();
    ExpectHolds(joined, columns);
    if (::testing::Test::HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(JoinXor, GivesOneChunkBackAsItIs) {
  std::vector<OwnedChunk> chunks = Encode(Random(2), {1000, 65536});
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_EQ(JoinXor(Views(chunks))->data, chunks[0].data);
}

TEST(JoinXor, IsAboutAsShortAsEncodingAgain) {
  Columns columns;
  std::mt19937_64 random(5);
  for (int i = 0; i < 1440; ++i) {
    columns.times.push_back(i * 15000);
    columns.values.push_back(static_cast<double>(random() % 1000));
  }
  size_t again = Encode(columns, {2000, 65536, true})[0].data.size();
  size_t joined = JoinXor(Views(Encode(columns, {480, 65536, true})))->data.size();
  EXPECT_LE(joined, again + again / 50);
}

TEST(JoinXor, RefusesWhatIsNotInOrder) {
  std::vector<OwnedChunk> chunks = Encode(Random(2), {50, 65536});
  ASSERT_GT(chunks.size(), 1U);
  std::swap(chunks[0], chunks[1]);
  EXPECT_EQ(JoinXor(Views(chunks)).error().code(), ErrorCode::kCorrupt);
}

TEST(JoinXor, NeverReadsBeyondDamagedChunks) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<OwnedChunk> chunks = Encode(Random(seed), {60, 65536});
    OwnedChunk& damaged = chunks[random() % chunks.size()];
    if (random() % 2 == 0) {
      damaged.data.resize(random() % damaged.data.size());
    } else {
      damaged.data[random() % damaged.data.size()] ^= static_cast<char>(1 << random() % 8);
    }
    damaged.data = std::string(damaged.data.begin(), damaged.data.end());
    auto joined = JoinXor(Views(chunks));
    if (joined.ok()) continue;
    EXPECT_NE(joined.error().code(), ErrorCode::kInternal);
  }
}

}  // namespace
}  // namespace watchfire::chunk

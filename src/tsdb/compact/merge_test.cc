#include "tsdb/compact/merge.h"

#include <gtest/gtest.h>

#include <random>

#include "tsdb/compact/testing_source.h"

namespace watchfire::compact {
namespace {

using block::Interval;
using block::Tombstones;
using chunk::ChunkView;
using chunk::Encoding;
using chunk::HistogramPoint;
using chunk::OwnedChunk;
using model::CounterReset;
using model::Labels;
using testing::Encode;
using testing::FakeSource;
using testing::Ramp;
using testing::Samples;

const Labels kUp = Labels::Of({{"__name__", "up"}});

struct Merged {
  std::vector<OwnedChunk> chunks;
  Samples samples;
  std::vector<uint32_t> counts;  // samples of each chunk
};

class MergeTest : public ::testing::Test {
 protected:
  FakeSource& AddSource(std::vector<OwnedChunk> chunks = {}, Tombstones tombstones = {}) {
    FakeSource& source = *sources_.emplace_back(std::make_unique<FakeSource>());
    if (!chunks.empty()) source.series[kUp] = std::move(chunks);
    inputs_.push_back({&source, std::make_shared<const Tombstones>(std::move(tombstones))});
    return source;
  }

  Result<std::map<Labels, Merged>> TryMerge() {
    MergeSource merge(inputs_, options_);
    auto set = TRY(merge.Series());
    std::map<Labels, Merged> out;
    const Labels* before = nullptr;
    while (set->Next()) {
      auto [place, is_new] = out.try_emplace(set->labels());
      EXPECT_TRUE(is_new);
      EXPECT_TRUE(before == nullptr || *before < set->labels());
      before = &place->first;
      Merged& merged = place->second;
      TimeMs end = INT64_MIN;
      EXPECT_FALSE(set->chunks().empty());
      for (const ChunkView& chunk : set->chunks()) {
        EXPECT_GT(chunk.mint, end);
        end = chunk.maxt;
        merged.chunks.push_back({chunk.mint, chunk.maxt, chunk.encoding, std::string(chunk.data)});
        merged.counts.push_back(chunk::SampleCount(chunk));
        if (!chunk::HoldsFloats(chunk.encoding)) continue;
        std::vector<TimeMs> times;
        std::vector<double> values;
        TRY(chunk::DecodeFloats(chunk, kMinTime, kMaxTime, &times, &values));
        EXPECT_EQ(times.front(), chunk.mint);
        EXPECT_EQ(times.back(), chunk.maxt);
        for (size_t i = 0; i < times.size(); ++i) merged.samples[times[i]] = values[i];
      }
    }
    TRY(set->status());
    return out;
  }
  // Of the only series.
  Merged Merge() {
    auto all = TryMerge();
    EXPECT_TRUE(all.ok()) << all.error().message();
    if (!all.ok() || all->empty()) return {};
    EXPECT_EQ(all->size(), 1U);
    return all->begin()->second;
  }

  std::vector<std::unique_ptr<FakeSource>> sources_;
  std::vector<MergeInput> inputs_;
  MergeOptions options_;
};

TEST_F(MergeTest, LetsChunksThroughThatNeedNoWork) {
  std::vector<OwnedChunk> chunks = Encode(Ramp(0, 4000), 2000);
  AddSource(chunks);
  AddSource(Encode(Ramp(100000, 1500), 2000));
  Merged merged = Merge();
  EXPECT_EQ(merged.counts, (std::vector<uint32_t>{2000, 2000, 1500}));
  EXPECT_EQ(merged.chunks[0].data, chunks[0].data);
  EXPECT_EQ(merged.chunks[1].data, chunks[1].data);
}

TEST_F(MergeTest, JoinsSmallChunksIntoFullOnes) {
  Samples samples = Ramp(0, 120 * 40);
  AddSource(Encode(samples));
  Merged merged = Merge();
  EXPECT_EQ(merged.samples, samples);
  EXPECT_EQ(merged.counts, (std::vector<uint32_t>{17 * 120, 17 * 120, 6 * 120}));
  for (const OwnedChunk& chunk : merged.chunks) EXPECT_LE(chunk.data.size(), 8192U);
}

TEST_F(MergeTest, JoinsAcrossSources) {
  AddSource(Encode(Ramp(0, 480), 480));
  AddSource(Encode(Ramp(4800, 480), 480));
  AddSource(Encode(Ramp(9600, 480), 480));
  Merged merged = Merge();
  EXPECT_EQ(merged.samples, Ramp(0, 1440));
  EXPECT_EQ(merged.counts, std::vector<uint32_t>{1440});
}

TEST_F(MergeTest, KeepsJoinedChunksBelowTheLimitOfBytes) {
  std::mt19937_64 random(3);
  Samples samples;
  for (TimeMs t = 0; t < 3000; ++t) samples[t * 1000 + random() % 500] = random() * 1e-3;
  AddSource(Encode(samples));
  Merged merged = Merge();
  EXPECT_EQ(merged.samples, samples);
  EXPECT_LT(merged.chunks.size(), 6U);
  for (const OwnedChunk& chunk : merged.chunks) EXPECT_LE(chunk.data.size(), 8192U);
}

TEST_F(MergeTest, LeavesSmallChunksAloneWhenToldTo) {
  std::vector<OwnedChunk> chunks = Encode(Ramp(0, 480));
  AddSource(chunks);
  options_.fill_chunks = false;
  Merged merged = Merge();
  ASSERT_EQ(merged.chunks.size(), 4U);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(merged.chunks[i].data, chunks[i].data);
}

TEST_F(MergeTest, WritesAChunkOnceThatSeveralSourcesHave) {
  std::vector<OwnedChunk> chunks = Encode(Ramp(0, 2000), 2000);
  for (int i = 0; i < 3; ++i) AddSource(chunks);
  Merged merged = Merge();
  ASSERT_EQ(merged.chunks.size(), 1U);
  EXPECT_EQ(merged.chunks[0].data, chunks[0].data);
}

TEST_F(MergeTest, PutsOverlapsTogetherSampleBySample) {
  Samples even = Ramp(0, 500, 20);
  Samples odd = Ramp(10, 500, 20);
  AddSource(Encode(even));
  AddSource(Encode(odd, 77));
  Samples want = even;
  want.insert(odd.begin(), odd.end());
  EXPECT_EQ(Merge().samples, want);
}

TEST_F(MergeTest, KeepsTheEarlierSourcesSampleOfEqualTimestamps) {
  Samples first = Ramp(1000, 100);
  Samples second;
  for (auto [t, v] : Ramp(0, 300)) second[t] = -v;
  AddSource(Encode(first));
  AddSource(Encode(second));
  Samples want = first;
  want.insert(second.begin(), second.end());
  EXPECT_EQ(Merge().samples, want);
}

TEST_F(MergeTest, LeavesOutWhatIsDeleted) {
  Tombstones tombstones = {{10, {{500, 1999}, {3000, 3000}}}};
  AddSource(Encode(Ramp(0, 400), 100), tombstones);
  Samples want = Ramp(0, 400);
  for (auto it = want.begin(); it != want.end();) {
    bool deleted = (it->first >= 500 && it->first <= 1999) || it->first == 3000;
    it = deleted ? want.erase(it) : std::next(it);
  }
  options_.fill_chunks = false;
  Merged merged = Merge();
  EXPECT_EQ(merged.samples, want);
  EXPECT_EQ(merged.counts, (std::vector<uint32_t>{50, 100, 99}));
}

TEST_F(MergeTest, AppliesTombstonesToTheirOwnSourceAlone) {
  AddSource(Encode(Ramp(0, 100)), {{10, {{0, 500}}}});
  AddSource(Encode(Ramp(0, 50)), {{10, {{0, 100}}}, {20, {{0, 10000}}}});
  Samples want = Ramp(110, 39);
  want.merge(Ramp(510, 49));
  EXPECT_EQ(Merge().samples, want);
}

TEST_F(MergeTest, ShowsNoSeriesWithoutSamples) {
  FakeSource& source = AddSource(Encode(Ramp(0, 100)), {{10, {{kMinTime, kMaxTime}}}});
  source.series[Labels::Of({{"__name__", "z"}})] = {};
  EXPECT_TRUE(TryMerge()->empty());
  inputs_[0].tombstones = nullptr;
  options_.mint = 1000;
  EXPECT_TRUE(TryMerge()->empty());
}

TEST_F(MergeTest, CutsOffWhatIsOutOfRange) {
  AddSource(Encode(Ramp(0, 1000)));
  options_.mint = 1005;
  options_.maxt = 5000;
  EXPECT_EQ(Merge().samples, Ramp(1010, 399));
}

TEST_F(MergeTest, MergesSeriesAndSymbolsInOrder) {
  auto labels = [](std::string_view name, std::string_view job) {
    return Labels::Of({{"__name__", name}, {"job", job}});
  };
  FakeSource& first = AddSource();
  FakeSource& second = AddSource();
  FakeSource& third = AddSource();
  first.series[labels("b", "x")] = Encode(Ramp(0, 10));
  first.series[labels("d", "x")] = Encode(Ramp(0, 10));
  second.series[labels("a", "y")] = Encode(Ramp(0, 10));
  second.series[labels("b", "x")] = Encode(Ramp(100, 10));
  third.series[labels("b", "x")] = Encode(Ramp(200, 10));
  third.series[labels("e", "z")] = Encode(Ramp(0, 10));
  auto merged = TryMerge().value();
  ASSERT_EQ(merged.size(), 4U);
  EXPECT_EQ(merged[labels("b", "x")].samples, Ramp(0, 30));
  MergeSource merge(inputs_, options_);
  EXPECT_EQ(merge.Symbols().value(),
            (std::vector<std::string_view>{"__name__", "a", "b", "d", "e", "job", "x", "y", "z"}));
}

TEST_F(MergeTest, TellsWhyASourceEndedEarly) {
  AddSource(Encode(Ramp(0, 10)));
  AddSource().end = Error::Corrupt("broken index");
  EXPECT_EQ(TryMerge().error().message(), "broken index");
}

TEST_F(MergeTest, TellsOfAChunkThatCannotBeDecoded) {
  std::vector<OwnedChunk> broken = Encode(Ramp(0, 100));
  broken[0].data.resize(broken[0].data.size() / 2);
  AddSource(broken);
  AddSource(Encode(Ramp(5, 100)));
  auto merged = TryMerge();
  ASSERT_FALSE(merged.ok());
  EXPECT_EQ(merged.error().code(), ErrorCode::kCorrupt);
  EXPECT_TRUE(merged.error().message().starts_with("series {__name__=\"up\"}"))
      << merged.error().message();
}

TEST_F(MergeTest, KeepsStartTimestamps) {
  std::vector<TimeMs> times, starts;
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) {
    times.push_back(i * 10);
    values.push_back(i);
    starts.push_back(i < 100 ? -5 : 995);
  }
  for (size_t part = 0; part < 2; ++part) {
    std::vector<OwnedChunk> chunks;
    auto half = [&](auto& column) { return std::span(column).subspan(part * 100, 100); };
    chunk::EncodeFloats(half(times), half(values), chunk::kUpstreamLimits, Encoding::kXor2, &chunks,
                        half(starts));
    AddSource(chunks);
  }
  AddSource(Encode(Ramp(5, 30)));  // overlaps the first
  Merged merged = Merge();
  Samples by_time;
  for (const OwnedChunk& chunk : merged.chunks) {
    EXPECT_EQ(chunk.encoding, Encoding::kXor2);
    std::vector<TimeMs> t, st;
    std::vector<double> v;
    chunk::DecodeFloats(chunk.view(), kMinTime, kMaxTime, &t, &v, &st).value();
    for (size_t i = 0; i < t.size(); ++i) by_time[t[i]] = static_cast<double>(st[i]);
  }
  EXPECT_EQ(by_time.size(), 230U);
  for (size_t i = 0; i < times.size(); ++i) EXPECT_EQ(by_time[times[i]], starts[i]);
  EXPECT_EQ(by_time[5], 0);
}

TEST_F(MergeTest, EncodesAsToldWhatItEncodes) {
  AddSource(Encode(Ramp(0, 300)));
  options_.float_encoding = Encoding::kXor2;
  Merged merged = Merge();
  ASSERT_EQ(merged.chunks.size(), 1U);
  EXPECT_EQ(merged.chunks[0].encoding, Encoding::kXor2);
  EXPECT_EQ(merged.samples, Ramp(0, 300));
}

// ---- against an oracle

struct RandomSource {
  Samples samples;
  block::Intervals deleted;
};

TEST_F(MergeTest, AgreesWithAMapForAnySourcesDeletionsAndRanges) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    std::mt19937_64 random(seed);
    auto below = [&](uint64_t n) { return static_cast<TimeMs>(random() % n); };
    sources_.clear();
    inputs_.clear();
    options_ = {};
    if (below(3) == 0) options_.mint = below(2000);
    if (below(3) == 0) options_.maxt = options_.mint + below(5000);
    options_.fill_chunks = below(4) != 0;
    options_.limits = {static_cast<uint32_t>(20 + below(500)), 8192, below(2) == 0};
    Samples want;
    for (TimeMs s = below(4); s >= 0; --s) {
      Samples samples;
      TimeMs t = below(5000);
      for (TimeMs n = below(600); n >= 0; --n) {
        samples[t] = below(4) == 0 ? below(1000) * 0.1 : static_cast<double>(s);
        t += 1 + (below(20) == 0 ? below(300) : below(4));
      }
      block::Intervals deleted;
      for (TimeMs n = below(4); n > 0; --n) {
        TimeMs from = below(6000);
        block::AddInterval({from, from + below(400)}, &deleted);
      }
      for (auto [at, v] : samples) {
        bool in_range = at >= options_.mint && at < options_.maxt;
        if (in_range && !block::IsCovered(at, deleted)) want.emplace(at, v);
      }
      AddSource(Encode(samples, static_cast<uint32_t>(1 + below(200))), {{10, deleted}});
    }
    ASSERT_EQ(Merge().samples, want) << "seed " << seed;
  }
}

// ---- histograms

HistogramPoint Point(TimeMs t, uint64_t count, CounterReset hint = CounterReset::kUnknown) {
  HistogramPoint point;
  point.t = t;
  point.integer.reset_hint = hint;
  point.integer.count = count;
  point.integer.sum = static_cast<double>(count) * 3;
  point.integer.positive_spans = {{0, 2}};
  auto first = static_cast<int64_t>(count / 2);
  point.integer.positive_deltas = {first, static_cast<int64_t>(count) - 2 * first};
  return point;
}

std::vector<HistogramPoint> Points(TimeMs start, int count, uint64_t first_count) {
  std::vector<HistogramPoint> points;
  for (int i = 0; i < count; ++i) points.push_back(Point(start + i * 10, first_count + i * 2));
  return points;
}

// The flag of the first chunk is set as told: 0 unknown, 1 no reset, 2 reset.
std::vector<OwnedChunk> EncodePoints(const std::vector<HistogramPoint>& points, int flag = 0) {
  std::vector<OwnedChunk> chunks;
  chunk::EncodeHistograms(points, false, &chunks);
  EXPECT_EQ(chunks.size(), 1U);
  chunks[0].data[2] = static_cast<char>(flag << 6);
  return chunks;
}

int FlagOf(const OwnedChunk& chunk) {
  return static_cast<uint8_t>(chunk.data[2]) >> 6;
}

std::map<TimeMs, uint64_t> CountsOf(const Merged& merged) {
  std::map<TimeMs, uint64_t> counts;
  for (const OwnedChunk& chunk : merged.chunks) {
    if (chunk::HoldsFloats(chunk.encoding)) continue;
    std::vector<HistogramPoint> points;
    chunk::DecodeHistograms(chunk.view(), kMinTime, kMaxTime, &points).value();
    for (const HistogramPoint& point : points) counts[point.t] = point.integer.count;
  }
  return counts;
}

TEST_F(MergeTest, JoinsHistogramsThatGoOn) {
  AddSource(EncodePoints(Points(0, 20, 5), 1));
  AddSource(EncodePoints(Points(200, 20, 45), 1));
  AddSource(EncodePoints(Points(400, 20, 1), 2));
  AddSource(EncodePoints(Points(600, 20, 41), 0));
  Merged merged = Merge();
  ASSERT_EQ(merged.counts, (std::vector<uint32_t>{40, 20, 20}));
  EXPECT_EQ(FlagOf(merged.chunks[0]), 1);
  EXPECT_EQ(FlagOf(merged.chunks[1]), 2);
  EXPECT_EQ(FlagOf(merged.chunks[2]), 0);
  auto counts = CountsOf(merged);
  EXPECT_EQ(counts.size(), 80U);
  EXPECT_EQ(counts[390], 45U + 38);
}

TEST_F(MergeTest, ForgetsWhatAHistogramSaidOfAChunkThatIsNotBeforeItAnyMore) {
  // The source says that nothing was reset between its chunks, but another chunk lies there now.
  std::vector<OwnedChunk> chunks = EncodePoints(Points(0, 20, 5), 0);
  chunks.push_back(EncodePoints(Points(1000, 20, 45), 1)[0]);
  AddSource(chunks);
  AddSource(EncodePoints(Points(500, 20, 500), 2));
  Merged merged = Merge();
  ASSERT_EQ(merged.chunks.size(), 3U);
  EXPECT_EQ(FlagOf(merged.chunks[1]), 0);
  EXPECT_EQ(FlagOf(merged.chunks[2]), 0);
  EXPECT_EQ(CountsOf(merged).size(), 60U);
}

TEST_F(MergeTest, ForgetsWhatAHistogramSaidOfSamplesThatAreDeleted) {
  std::vector<OwnedChunk> chunks = EncodePoints(Points(0, 20, 500), 0);
  chunks.push_back(EncodePoints(Points(1000, 20, 5), 2)[0]);
  chunks.push_back(EncodePoints(Points(2000, 20, 45), 1)[0]);
  AddSource(chunks, {{10, {{900, 1500}}}});
  Merged merged = Merge();
  ASSERT_EQ(merged.chunks.size(), 2U);
  EXPECT_EQ(FlagOf(merged.chunks[1]), 0);
}

TEST_F(MergeTest, KeepsFloatsAndHistogramsOfOneSeriesApart) {
  AddSource(Encode(Ramp(0, 10)));
  AddSource(EncodePoints(Points(55, 10, 1)));
  AddSource(Encode(Ramp(200, 10)));
  Merged merged = Merge();
  Samples want = Ramp(0, 10);
  want.merge(Ramp(200, 10));
  EXPECT_EQ(merged.samples, want);
  std::map<TimeMs, uint64_t> histograms;
  for (TimeMs t = 55; t < 155; t += 10) histograms[t] = 1 + (t - 55) / 10 * 2;
  EXPECT_EQ(CountsOf(merged), histograms);
}

}  // namespace
}  // namespace watchfire::compact

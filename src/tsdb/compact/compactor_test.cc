#include "tsdb/compact/compactor.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <sstream>

#include "base/log.h"
#include "client/text_writer.h"
#include "model/matcher.h"
#include "testing/fault_file_system.h"
#include "tsdb/compact/plan.h"
#include "tsdb/compact/testing_source.h"

namespace watchfire::compact {
namespace {

using block::Block;
using block::BlockMeta;
using compact::testing::Encode;
using compact::testing::FakeSource;
using compact::testing::Ramp;
using compact::testing::Samples;
using model::Labels;
using watchfire::testing::FaultFileSystem;
using Contents = std::map<Labels, Samples>;
using Blocks = std::vector<std::shared_ptr<Block>>;

Labels Named(std::string_view name) {
  return Labels::Of({{"__name__", name}, {"job", "test"}});
}

// One range of a fine clock: 480 samples a series.
constexpr TimeMs kRange = 4800;

FakeSource SourceOf(const Contents& contents) {
  FakeSource source;
  for (const auto& [labels, samples] : contents) source.series[labels] = Encode(samples, 2048);
  return source;
}

Contents RangeContents(int number, int num_series = 5) {
  Contents contents;
  for (int i = 0; i < num_series; ++i) {
    contents[Named(fmt::format("m{}", i))] = Ramp(number * kRange, 480);
  }
  contents[Named(fmt::format("only_{}", number))] = Ramp(number * kRange, 100);
  return contents;
}

Contents ContentsOf(Block& block) {
  Contents contents;
  auto source = block.Source();
  auto set = source->Series().value();
  while (set->Next()) {
    Samples& samples = contents[set->labels()];
    for (const chunk::ChunkView& chunk : set->chunks()) {
      std::vector<TimeMs> times;
      std::vector<double> values;
      chunk::DecodeFloats(chunk, kMinTime, kMaxTime, &times, &values).value();
      for (size_t i = 0; i < times.size(); ++i) samples[times[i]] = values[i];
    }
  }
  EXPECT_TRUE(set->status().ok());
  return contents;
}

void Add(const Contents& more, Contents* to) {
  for (const auto& [labels, samples] : more) (*to)[labels].insert(samples.begin(), samples.end());
}

class CompactorTest : public ::testing::Test {
 protected:
  CompactorTest() {
    fs_.CreateDirectories("data").value();
    CaptureLogs(&log_);
  }
  ~CompactorTest() override { CaptureLogs(nullptr); }

  CompactorOptions Options(FileSystem& fs) {
    CompactorOptions options;
    options.fs = &fs;
    options.directory = "data";
    options.stop = &stop_;
    return options;
  }
  std::shared_ptr<Block> Open(const BlockMeta& meta) {
    return Block::Open(fs_, "data/" + meta.ulid.ToString()).value();
  }
  std::shared_ptr<Block> MakeBlock(const Contents& contents, TimeMs mint, TimeMs maxt,
                                   std::vector<std::string> hints = {}) {
    FakeSource source = SourceOf(contents);
    WriteOptions options;
    options.mint = mint;
    options.maxt = maxt;
    options.hints = std::move(hints);
    return Open(compactor_.Write(source, options).value().value());
  }
  // Of the nth range.
  std::shared_ptr<Block> MakeBlock(int number) {
    return MakeBlock(RangeContents(number), number * kRange, (number + 1) * kRange);
  }
  std::vector<std::string> Names(FileSystem& fs) {
    std::vector<std::string> names;
    std::vector<DirEntry> entries = fs.ListDirectory("data").value();
    for (const DirEntry& entry : entries) names.push_back(entry.name);
    return names;
  }
  BlockMeta MetaOnDisk(const Block& block) {
    return block::ReadMeta(fs_, block.directory()).value();
  }
  double Measured(const std::string& name) {
    for (const client::MetricFamily& family : registry_.Gather()) {
      if (family.name != name) continue;
      bool counted = family.kind == client::MetricKind::kHistogram;
      return counted ? family.points[0].count : family.points[0].value;
    }
    ADD_FAILURE() << name;
    return -1;
  }

  std::string log_;
  FaultFileSystem fs_;
  std::atomic<bool> stop_{false};
  client::Registry registry_;
  Compactor compactor_{Options(fs_), registry_};
};

// ---- new blocks

TEST_F(CompactorTest, WritesABlockOfLevelOne) {
  FakeSource source = SourceOf(RangeContents(0));
  WriteOptions options;
  options.maxt = kRange;
  options.hints = {std::string(block::kFromOutOfOrder)};
  BlockMeta meta = compactor_.Write(source, options).value().value();
  EXPECT_EQ(meta.level, 1);
  EXPECT_EQ(meta.sources, std::vector{meta.ulid});
  EXPECT_TRUE(meta.parents.empty());
  EXPECT_EQ(meta.mint, 0);
  EXPECT_EQ(meta.maxt, kRange);
  EXPECT_TRUE(meta.HasHint(block::kFromOutOfOrder));
  EXPECT_EQ(meta.stats.num_series, 6U);
  EXPECT_EQ(meta.stats.num_samples, 5U * 480 + 100);
  auto block = Open(meta);
  EXPECT_EQ(block->meta(), meta);
  EXPECT_EQ(ContentsOf(*block), RangeContents(0));
  EXPECT_EQ(Measured("prometheus_tsdb_compactions_total"), 1);
  EXPECT_EQ(Measured("prometheus_tsdb_compaction_duration_seconds"), 1);
  EXPECT_EQ(Measured("prometheus_tsdb_compaction_chunk_samples"), 6);
  EXPECT_EQ(Measured("prometheus_tsdb_compaction_chunk_size_bytes"), 6);
  EXPECT_EQ(Measured("prometheus_tsdb_compaction_chunk_range_seconds"), 6);
  EXPECT_EQ(Measured("prometheus_tsdb_compaction_populating_block"), 0);
}

TEST_F(CompactorTest, WritesNoBlockWithoutSamples) {
  FakeSource source = SourceOf(RangeContents(0));
  WriteOptions options;
  options.mint = kRange;
  options.maxt = 2 * kRange;
  EXPECT_FALSE(compactor_.Write(source, options).value().has_value());
  EXPECT_TRUE(Names(fs_).empty());
}

TEST_F(CompactorTest, WritesOnlyWhatLiesInTheRange) {
  Contents all = {{Named("m"), Ramp(0, 2000)}};
  auto block = MakeBlock(all, kRange, 2 * kRange);
  EXPECT_EQ(ContentsOf(*block), (Contents{{Named("m"), Ramp(kRange, 480)}}));
}

TEST_F(CompactorTest, WritesSnapshotsElsewhere) {
  fs_.CreateDirectories("data/snapshots/1").value();
  FakeSource source = SourceOf(RangeContents(0));
  WriteOptions options;
  options.maxt = kRange;
  options.directory = "data/snapshots/1";
  BlockMeta meta = compactor_.Write(source, options).value().value();
  EXPECT_TRUE(fs_.Exists("data/snapshots/1/" + meta.ulid.ToString() + "/index"));
}

TEST_F(CompactorTest, RemovesABlockWhoseSourceFails) {
  FakeSource source = SourceOf(RangeContents(0));
  source.end = Error::Corrupt("broken");
  EXPECT_EQ(compactor_.Write(source, {.maxt = kRange}).error().message(), "broken");
  EXPECT_TRUE(Names(fs_).empty());
  EXPECT_EQ(Measured("prometheus_tsdb_compactions_failed_total"), 1);
}

TEST_F(CompactorTest, StopsBetweenSeriesWhenAsked) {
  FakeSource source = SourceOf(RangeContents(0));
  source.met = [&](const Labels& labels) { stop_ = labels == Named("m2"); };
  auto written = compactor_.Write(source, {.maxt = kRange});
  EXPECT_EQ(written.error().code(), ErrorCode::kCancelled);
  EXPECT_TRUE(Names(fs_).empty());
  EXPECT_EQ(Measured("prometheus_tsdb_compactions_failed_total"), 0);
}

// ---- compaction

TEST_F(CompactorTest, MakesOneBlockOfThree) {
  Blocks blocks = {MakeBlock(2), MakeBlock(0), MakeBlock(1)};
  BlockMeta meta = compactor_.Compact(blocks).value().value();
  EXPECT_EQ(meta.level, 2);
  EXPECT_EQ(meta.mint, 0);
  EXPECT_EQ(meta.maxt, 3 * kRange);
  std::vector<block::Ulid> sources;
  std::vector<block::BlockDesc> parents;
  for (int i : {1, 2, 0}) {
    sources.push_back(blocks[i]->meta().ulid);
    parents.push_back({blocks[i]->meta().ulid, blocks[i]->meta().mint, blocks[i]->meta().maxt});
  }
  std::sort(sources.begin(), sources.end());
  EXPECT_EQ(meta.sources, sources);
  EXPECT_EQ(meta.parents, parents);
  EXPECT_EQ(meta.stats.num_series, 5U + 3);
  // Each series in one full chunk.
  EXPECT_EQ(meta.stats.num_chunks, 8U);
  Contents want;
  for (int i = 0; i < 3; ++i) Add(RangeContents(i), &want);
  EXPECT_EQ(ContentsOf(*Open(meta)), want);
  EXPECT_EQ(Measured("prometheus_tsdb_vertical_compactions_total"), 0);
  // The old ones are as they were.
  for (const auto& block : blocks) EXPECT_EQ(MetaOnDisk(*block), block->meta());
  EXPECT_EQ(Names(fs_).size(), 4U);
}

TEST_F(CompactorTest, MergesBlocksThatOverlap) {
  auto first = MakeBlock(0);
  Contents shifted;
  for (auto& [labels, samples] : RangeContents(0)) {
    for (auto [t, v] : samples) shifted[labels][t + 5] = -v;
  }
  auto second = MakeBlock(shifted, 0, 2 * kRange);
  Blocks blocks = {first, second};
  BlockMeta meta = compactor_.Compact(blocks).value().value();
  Contents want = RangeContents(0);
  Add(shifted, &want);
  EXPECT_EQ(ContentsOf(*Open(meta)), want);
  EXPECT_EQ(Measured("prometheus_tsdb_vertical_compactions_total"), 1);
}

TEST(MergedMeta, KeepsHintsByTheirRules) {
  auto hinted = [](std::initializer_list<std::string_view> hints) {
    BlockMeta meta;
    meta.ulid = block::Ulid::New(1);
    for (std::string_view hint : hints) meta.hints.emplace_back(hint);
    return meta;
  };
  auto merged = [](std::vector<BlockMeta> metas) {
    return MergedMeta(metas, block::Ulid::New(2)).hints;
  };
  using Hints = std::vector<std::string>;
  BlockMeta none = hinted({});
  BlockMeta ooo = hinted({block::kFromOutOfOrder});
  BlockMeta stale = hinted({block::kFromStaleSeries});
  BlockMeta selected = hinted({block::kFromSelectedSeries});
  EXPECT_EQ(merged({ooo, ooo}), Hints{std::string(block::kFromOutOfOrder)});
  EXPECT_EQ(merged({ooo, none}), Hints{});
  EXPECT_EQ(merged({stale, none}), Hints{std::string(block::kFromStaleSeries)});
  EXPECT_EQ(merged({none, selected}), Hints{std::string(block::kFromSelectedSeries)});
}

TEST(MergedMeta, IsOneLevelAboveTheHighest) {
  BlockMeta low, high;
  low.level = 1;
  high.level = 3;
  low.sources = {block::Ulid::New(1)};
  high.sources = {block::Ulid::New(2), low.sources[0]};
  BlockMeta merged = MergedMeta(std::vector{low, high}, block::Ulid::New(3));
  EXPECT_EQ(merged.level, 4);
  EXPECT_EQ(merged.sources, (std::vector{low.sources[0], high.sources[0]}));
}

model::Matchers NameIs(const std::string& name) {
  return {model::Matcher::Make(model::MatchType::kEqual, "__name__", name).value()};
}

TEST_F(CompactorTest, LeavesDeletedSamplesOut) {
  Blocks blocks = {MakeBlock(0), MakeBlock(1)};
  blocks[0]->Delete(1000, 1990, NameIs("m1")).value();
  blocks[1]->Delete(kMinTime, kMaxTime, NameIs("only_1")).value();
  Contents want = RangeContents(0);
  Add(RangeContents(1), &want);
  want.erase(Named("only_1"));
  std::erase_if(want[Named("m1")],
                [](const auto& sample) { return sample.first >= 1000 && sample.first <= 1990; });
  BlockMeta meta = compactor_.Compact(blocks).value().value();
  EXPECT_EQ(ContentsOf(*Open(meta)), want);
  EXPECT_EQ(meta.stats.num_tombstones, 0U);
}

TEST_F(CompactorTest, MarksBlocksDeletableOfWhichNothingIsLeft) {
  Blocks blocks = {MakeBlock(0), MakeBlock(1)};
  for (const auto& block : blocks) {
    auto matcher = model::Matcher::Make(model::MatchType::kRegex, "__name__", ".*").value();
    block->Delete(kMinTime, kMaxTime, {matcher}).value();
  }
  EXPECT_FALSE(compactor_.Compact(blocks).value().has_value());
  EXPECT_EQ(Names(fs_).size(), 2U);
  for (const auto& block : blocks) EXPECT_TRUE(MetaOnDisk(*block).deletable);
}

TEST_F(CompactorTest, MarksBlocksFailedThatCannotBeCompacted) {
  Blocks blocks = {MakeBlock(0), MakeBlock(1), MakeBlock(2), MakeBlock(3), MakeBlock(4)};
  auto plan = [&] {
    return Plan(block::ListBlocks(fs_, "data").value().blocks, std::vector{kRange, 3 * kRange});
  };
  EXPECT_EQ(plan().size(), 3U);
  std::string chunks = blocks[1]->directory() + "/chunks/000001";
  std::string content = fs_.Content(chunks);
  content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
  fs_.SetContent(chunks, content);
  blocks[1] = Block::Open(fs_, blocks[1]->directory()).value();
  Blocks first(blocks.begin(), blocks.begin() + 3);
  EXPECT_EQ(compactor_.Compact(first).error().code(), ErrorCode::kCorrupt);
  for (const auto& block : first) EXPECT_TRUE(MetaOnDisk(*block).failed);
  EXPECT_EQ(Names(fs_).size(), 5U);
  EXPECT_TRUE(plan().empty());
  EXPECT_EQ(Measured("prometheus_tsdb_compactions_failed_total"), 1);
}

TEST_F(CompactorTest, MarksNothingWhenItIsStopped) {
  Blocks blocks = {MakeBlock(0), MakeBlock(1)};
  stop_ = true;
  EXPECT_EQ(compactor_.Compact(blocks).error().code(), ErrorCode::kCancelled);
  for (const auto& block : blocks) EXPECT_FALSE(MetaOnDisk(*block).failed);
  EXPECT_EQ(Names(fs_).size(), 2U);
}

TEST_F(CompactorTest, RewritesABlockWithoutItsTombstones) {
  auto old = MakeBlock(RangeContents(0), 0, kRange, {std::string(block::kFromStaleSeries)});
  EXPECT_FALSE(compactor_.CleanTombstones(*old).value().has_value());
  old->Delete(0, 100, NameIs("m0")).value();
  BlockMeta meta = compactor_.CleanTombstones(*old).value().value();
  EXPECT_EQ(meta.level, 1);
  EXPECT_EQ(meta.sources, std::vector{meta.ulid});
  ASSERT_EQ(meta.parents.size(), 1U);
  EXPECT_EQ(meta.parents[0].ulid, old->meta().ulid);
  EXPECT_TRUE(meta.HasHint(block::kFromStaleSeries));
  Contents want = RangeContents(0);
  std::erase_if(want[Named("m0")], [](const auto& sample) { return sample.first <= 100; });
  EXPECT_EQ(ContentsOf(*Open(meta)), want);

  auto tiny = MakeBlock({{Named("x"), Ramp(0, 5)}}, 0, kRange);
  tiny->Delete(kMinTime, kMaxTime, NameIs("x")).value();
  EXPECT_FALSE(compactor_.CleanTombstones(*tiny).value().has_value());
  EXPECT_TRUE(MetaOnDisk(*tiny).deletable);
}

TEST_F(CompactorTest, LosesNothingInACrashAtEveryOperation) {
  Contents want;
  for (int i = 0; i < 2; ++i) Add(RangeContents(i, 2), &want);
  auto build = [&](FaultFileSystem& fs, Blocks* blocks) {
    fs.CreateDirectories("data").value();
    client::Registry registry;
    Compactor compactor(Options(fs), registry);
    for (int i = 0; i < 2; ++i) {
      FakeSource source = SourceOf(RangeContents(i, 2));
      BlockMeta meta =
          compactor.Write(source, {.mint = i * kRange, .maxt = (i + 1) * kRange}).value().value();
      blocks->push_back(Block::Open(fs, "data/" + meta.ulid.ToString()).value());
    }
  };
  uint64_t operations = 0;
  for (uint64_t at = 0; at == 0 || at <= operations; ++at) {
    for (bool keep_unsynced : {false, true}) {
      FaultFileSystem fs;
      Blocks blocks;
      build(fs, &blocks);
      client::Registry registry;
      Compactor compactor(Options(fs), registry);
      uint64_t before = fs.operations();
      if (at > 0) fs.CrashAfter(at - 1, at * 13);
      auto made = compactor.Compact(blocks);
      if (at == 0) operations = fs.operations() - before;
      EXPECT_EQ(made.ok(), at == 0);
      fs.Recover(keep_unsynced);
      // Either the old blocks alone or with them the whole new one.
      size_t whole = 0;
      for (const std::string& name : Names(fs)) {
        if (name.ends_with(block::kCreationSuffix)) continue;
        auto block = Block::Open(fs, "data/" + name);
        ASSERT_TRUE(block.ok()) << at << ": " << block.error().message();
        ++whole;
        if ((*block)->meta().level == 2) {
          EXPECT_EQ(ContentsOf(**block), want);
        }
      }
      EXPECT_GE(whole, 2U);
      EXPECT_LE(whole, 3U);
    }
  }
  EXPECT_GT(operations, 10U);
}

TEST_F(CompactorTest, RemovesWhatAFullDiskDidNotTake) {
  Blocks blocks = {MakeBlock(0), MakeBlock(1)};
  fs_.SetCapacity(10000);
  auto made = compactor_.Compact(blocks);
  ASSERT_FALSE(made.ok());
  EXPECT_NE(made.error().message().find("no space left"), std::string::npos);
  EXPECT_EQ(Names(fs_).size(), 2U);
  // Nothing is wrong with them; once there is room it will be done.
  for (const auto& block : blocks) EXPECT_FALSE(MetaOnDisk(*block).failed);
}

// ---- judged by Prometheus' own tool

class PromtoolCompactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "promtool is not installed";
    }
    std::string pattern = ::testing::TempDir() + "/compact_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    fs_.CreateDirectories(JoinPath(directory_, "wal")).value();
  }
  void TearDown() override {
    if (!directory_.empty()) fs_.RemoveRecursively(directory_).value();
  }
  std::vector<std::string> Dump() {
    std::string out = directory_ + ".out";
    int status = std::system(("promtool tsdb dump " + directory_ + " >" + out + " 2>&1").c_str());
    std::string text = fs_.ReadFile(out).value();
    fs_.Remove(out).value();
    EXPECT_EQ(status, 0) << text;
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  FileSystem& fs_ = *FileSystem::Local();
  std::string directory_;
};

TEST_F(PromtoolCompactionTest, ReadsTheSameBeforeAndAfter) {
  std::string log;
  CaptureLogs(&log);
  client::Registry registry;
  CompactorOptions options;
  options.directory = directory_;
  Compactor compactor(options, registry);
  Blocks blocks;
  size_t samples = 0;
  for (int i = 0; i < 3; ++i) {
    FakeSource source = SourceOf(RangeContents(i));
    BlockMeta meta =
        compactor.Write(source, {.mint = i * kRange, .maxt = (i + 1) * kRange}).value().value();
    samples += meta.stats.num_samples;
    blocks.push_back(Block::Open(fs_, JoinPath(directory_, meta.ulid.ToString())).value());
  }
  std::vector<std::string> before = Dump();
  EXPECT_EQ(before.size(), samples);
  ASSERT_TRUE(compactor.Compact(blocks).value().has_value());
  for (const auto& block : blocks) fs_.RemoveRecursively(block->directory()).value();
  EXPECT_EQ(Dump(), before);
  CaptureLogs(nullptr);
}

}  // namespace
}  // namespace watchfire::compact

#include "tsdb/block/block_writer.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <map>

#include "base/log.h"
#include "model/sample.h"
#include "testing/fault_file_system.h"
#include "tsdb/block/tombstones.h"
#include "tsdb/chunk/chunk_codec.h"

namespace watchfire::block {
namespace {

using model::Labels;
using testing::FaultFileSystem;

struct TestSeries {
  std::vector<TimeMs> times;
  std::vector<double> values;
};
using TestBlock = std::map<Labels, TestSeries>;

constexpr TimeMs kStart = 1'700'000'000'000;
constexpr TimeMs kEnd = kStart + 7'200'000;

std::vector<std::string> SymbolsOf(const TestBlock& block) {
  std::set<std::string> symbols;
  for (const auto& [labels, series] : block) {
    for (const model::LabelView& label : labels) {
      symbols.emplace(label.name);
      symbols.emplace(label.value);
    }
  }
  return {symbols.begin(), symbols.end()};
}

// Series of all shapes: counters, gauges, constants, special values, one sample, full chunks.
TestBlock SomeSeries(int num) {
  TestBlock block;
  for (int i = 0; i < num; ++i) {
    Labels labels = Labels::Of({{"__name__", i % 3 == 0 ? "up" : "load"},
                                {"instance", fmt::format("host-{}:9100", i / 5)},
                                {"text", i % 7 == 0 ? "quote \" and \\ and ü" : "plain"},
                                {"n", std::to_string(i)}});
    TestSeries& series = block[labels];
    int samples = i == 0 ? 1 : 480;
    for (int k = 0; k < samples; ++k) {
      series.times.push_back(kStart + i + k * 15000);
      double v = i % 3 == 0 ? 1 : std::sin(k * 0.1 + i) * 1000;
      if (i % 11 == 3) v = k * 17;
      if (i == 5 && k == 100) v = std::numeric_limits<double>::infinity();
      if (i == 5 && k == 101) v = -0.0;
      if (i == 5 && k == 102) v = model::kStaleNan;
      series.values.push_back(v);
    }
  }
  return block;
}

BlockMeta NewMeta() {
  BlockMeta meta;
  meta.ulid = Ulid::New(kEnd);
  meta.mint = kStart;
  meta.maxt = kEnd;
  meta.sources = {meta.ulid};
  return meta;
}

Result<BlockMeta> WriteBlock(FileSystem& fs, const std::string& parent, const TestBlock& block,
                             const chunk::ChunkLimits& limits = chunk::kFullLimits) {
  std::vector<std::string> texts = SymbolsOf(block);
  std::vector<std::string_view> symbols(texts.begin(), texts.end());
  auto writer = TRY(BlockWriter::Create({.fs = &fs, .parent = parent}, NewMeta(), symbols));
  for (const auto& [labels, series] : block) {
    std::vector<chunk::OwnedChunk> chunks;
    chunk::EncodeFloats(series.times, series.values, limits, chunk::Encoding::kXor, &chunks);
    std::vector<chunk::ChunkView> views;
    for (const chunk::OwnedChunk& chunk : chunks) views.push_back(chunk.view());
    TRY(writer->Add(labels, views));
  }
  return writer->Finish();
}

std::vector<std::string> Names(FileSystem& fs, const std::string& directory) {
  std::vector<std::string> names;
  std::vector<DirEntry> entries = fs.ListDirectory(directory).value();
  for (const DirEntry& entry : entries) names.push_back(entry.name);
  return names;
}

TEST(BlockWriter, CountsWhatItWritesAndLeavesAWholeDirectory) {
  FaultFileSystem fs;
  fs.CreateDirectories("data").value();
  BlockMeta meta = WriteBlock(fs, "data", SomeSeries(20), {120, 1024}).value();
  EXPECT_EQ(meta.stats.num_series, 20U);
  EXPECT_EQ(meta.stats.num_samples, 19U * 480 + 1);
  EXPECT_EQ(meta.stats.num_float_samples, meta.stats.num_samples);
  EXPECT_EQ(meta.stats.num_histogram_samples, 0U);
  EXPECT_GE(meta.stats.num_chunks, 19U * 4 + 1);
  std::string directory = "data/" + meta.ulid.ToString();
  EXPECT_EQ(Names(fs, "data"), std::vector<std::string>{meta.ulid.ToString()});
  EXPECT_EQ(Names(fs, directory),
            (std::vector<std::string>{"chunks", "index", "meta.json", "tombstones"}));
  EXPECT_EQ(Names(fs, directory + "/chunks"), std::vector<std::string>{"000001"});
  EXPECT_EQ(ReadMeta(fs, directory).value(), meta);
  EXPECT_TRUE(ReadTombstones(fs, directory).value().empty());
}

TEST(BlockWriter, LeavesNothingOfABlockWithoutSamples) {
  FaultFileSystem fs;
  fs.CreateDirectories("data").value();
  std::vector<std::string_view> symbols = {"a", "b"};
  auto writer = BlockWriter::Create({.fs = &fs, .parent = "data"}, NewMeta(), symbols).value();
  writer->Add(Labels::Of({{"a", "b"}}), {}).value();
  EXPECT_EQ(writer->Finish().value().stats, BlockStats());
  writer.reset();
  EXPECT_TRUE(Names(fs, "data").empty());
}

TEST(BlockWriter, RemovesAnUnfinishedBlock) {
  FaultFileSystem fs;
  fs.CreateDirectories("data").value();
  std::vector<std::string_view> symbols = {"a", "b"};
  auto writer = BlockWriter::Create({.fs = &fs, .parent = "data"}, NewMeta(), symbols).value();
  EXPECT_EQ(Names(fs, "data").size(), 1U);
  EXPECT_TRUE(Names(fs, "data")[0].ends_with(kCreationSuffix));
  writer.reset();
  EXPECT_TRUE(Names(fs, "data").empty());
}

TEST(BlockWriter, IsOfNoMoreUseAfterAnError) {
  FaultFileSystem fs;
  fs.CreateDirectories("data").value();
  std::vector<std::string_view> symbols = {"a", "b"};
  auto writer = BlockWriter::Create({.fs = &fs, .parent = "data"}, NewMeta(), symbols).value();
  std::vector<chunk::ChunkView> empty = {{0, 0, chunk::Encoding::kXor, ""}};
  EXPECT_EQ(writer->Add(Labels::Of({{"a", "b"}}), empty).error().code(), ErrorCode::kInvalid);
  EXPECT_FALSE(writer->Finish().ok());
  writer.reset();
  EXPECT_TRUE(Names(fs, "data").empty());
}

TEST(BlockWriter, RemovesWhatAFullDiskDidNotTake) {
  FaultFileSystem fs;
  fs.CreateDirectories("data").value();
  TestBlock block = SomeSeries(20);
  for (uint64_t capacity : {0, 1000, 5000, 20000}) {
    fs.SetCapacity(capacity);
    auto written = WriteBlock(fs, "data", block);
    ASSERT_FALSE(written.ok());
    EXPECT_NE(written.error().message().find("no space left"), std::string::npos);
    EXPECT_TRUE(Names(fs, "data").empty());
  }
}

// Whatever is there after a crash is a block that is whole, or one that was never finished.
TEST(BlockWriter, SurvivesACrashAtEveryOperation) {
  TestBlock block = SomeSeries(12);
  FaultFileSystem whole;
  whole.CreateDirectories("data").value();
  uint64_t before = whole.operations();
  BlockMeta meta = WriteBlock(whole, "data", block).value();
  uint64_t operations = whole.operations() - before;
  ASSERT_GT(operations, 10U);
  std::string reference = "data/" + meta.ulid.ToString();
  std::string log;
  CaptureLogs(&log);
  int finished = 0;
  for (uint64_t at = 0; at < operations; ++at) {
    for (bool keep_unsynced : {false, true}) {
      FaultFileSystem fs;
      fs.CreateDirectories("data").value();
      fs.CrashAfter(at, /*torn_bytes=*/at * 37);
      EXPECT_FALSE(WriteBlock(fs, "data", block).ok());
      fs.Recover(keep_unsynced);
      for (const std::string& name : Names(fs, "data")) {
        if (name.ends_with(kCreationSuffix)) continue;
        ++finished;
        std::string directory = "data/" + name;
        EXPECT_EQ(ReadMeta(fs, directory).value().stats, meta.stats);
        for (std::string file : {"/index", "/tombstones", "/chunks/000001"}) {
          EXPECT_EQ(fs.Content(directory + file), whole.Content(reference + file)) << file;
        }
      }
    }
  }
  CaptureLogs(nullptr);
  // The crash while the data directory is synced.
  EXPECT_EQ(finished, 2);
}

class PromtoolTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "promtool is not installed";
    }
    std::string pattern = ::testing::TempDir() + "/block_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    // promtool wants a log, if an empty one.
    FileSystem::Local()->CreateDirectories(JoinPath(directory_, "wal")).value();
  }
  void TearDown() override {
    if (!directory_.empty()) FileSystem::Local()->RemoveRecursively(directory_).value();
  }
  // Runs promtool and returns what it prints; it must succeed.
  std::string Run(const std::string& arguments) {
    std::string out = directory_ + ".out";
    int status = std::system(("promtool " + arguments + " > " + out + " 2>&1").c_str());
    std::string text = FileSystem::Local()->ReadFile(out).value();
    FileSystem::Local()->Remove(out).value();
    EXPECT_EQ(status, 0) << text;
    return text;
  }

  std::string directory_;
};

TEST_F(PromtoolTest, ReadsExactlyTheSamplesThatWereWritten) {
  TestBlock block = SomeSeries(60);
  for (const chunk::ChunkLimits& limits : {chunk::kFullLimits, chunk::kUpstreamLimits}) {
    BlockMeta meta = WriteBlock(*FileSystem::Local(), directory_, block, limits).value();
    EXPECT_NE(Run("tsdb list " + directory_).find(meta.ulid.ToString()), std::string::npos);
    std::string analysis = Run("tsdb analyze " + directory_ + " " + meta.ulid.ToString());
    EXPECT_NE(analysis.find("\nSeries: 60\n"), std::string::npos) << analysis;
    EXPECT_NE(analysis.find("(total label pairs): 240\n"), std::string::npos) << analysis;

    std::istringstream dump(Run("tsdb dump " + directory_));
    std::map<std::string, std::vector<std::pair<TimeMs, double>>> dumped;
    for (std::string line; std::getline(dump, line);) {
      size_t close = line.rfind("} ");
      ASSERT_NE(close, std::string::npos) << line;
      char* end = nullptr;
      double v = ::strtod(line.c_str() + close + 2, &end);
      dumped[line.substr(0, close + 1)].emplace_back(::strtoll(end, nullptr, 10), v);
    }
    EXPECT_EQ(dumped.size(), block.size());
    for (const auto& [labels, series] : block) {
      const auto& samples = dumped[labels.ToString()];
      ASSERT_EQ(samples.size(), series.times.size()) << labels.ToString();
      for (size_t i = 0; i < samples.size(); ++i) {
        EXPECT_EQ(samples[i].first, series.times[i]);
        if (std::isnan(series.values[i])) {
          EXPECT_TRUE(std::isnan(samples[i].second));
        } else {
          EXPECT_TRUE(model::SameBits(samples[i].second, series.values[i])) << labels.ToString();
        }
      }
    }
    FileSystem::Local()->RemoveRecursively(JoinPath(directory_, meta.ulid.ToString())).value();
  }
}

}  // namespace
}  // namespace watchfire::block

// Blocks that Prometheus made, and ours as Prometheus sees them after we deleted from them.
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>

#include "tsdb/block/testing_blocks.h"

namespace watchfire::block {
namespace {

using testing::kStart;
using testing::kStep;
using testing::MatchersOf;
using Lines = std::vector<std::string>;

// Samples as `promtool tsdb dump` prints them, but with the bits of values; sorted.
Lines SamplesOf(Block& block) {
  Lines lines;
  auto querier = block.NewQuerier(kMinTime, kMaxTime);
  auto set = querier->Select(true, {}, {});
  while (set->Next()) {
    storage::Columns columns = set->At().Read(kMinTime, kMaxTime);
    for (size_t i = 0; i < columns.t.size(); ++i) {
      lines.push_back(
          fmt::format("{} {} {}", set->At().labels().ToString(), columns.v[i], columns.t[i]));
    }
  }
  EXPECT_TRUE(set->status().ok()) << set->status().error().message();
  std::sort(lines.begin(), lines.end());
  return lines;
}

class PromtoolBlocks : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "promtool is not installed";
    }
    std::string pattern = ::testing::TempDir() + "/blocks_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    // promtool wants a log, if an empty one.
    fs_.CreateDirectories(JoinPath(directory_, "wal")).value();
  }
  void TearDown() override {
    if (!directory_.empty()) fs_.RemoveRecursively(directory_).value();
  }

  void Run(const std::string& command) {
    std::string out = directory_ + ".out";
    int status = std::system((command + " >" + out + " 2>&1").c_str());
    EXPECT_EQ(status, 0) << command << "\n" << fs_.ReadFile(out).value_or("");
    fs_.Remove(out).value();
  }
  void MakeBlocks(const std::string& openmetrics) {
    std::string input = directory_ + ".txt";
    fs_.WriteFileAtomically(input, openmetrics).value();
    Run("promtool tsdb create-blocks-from openmetrics " + input + " " + directory_);
    fs_.Remove(input).value();
  }
  std::vector<std::shared_ptr<Block>> Open() {
    std::vector<std::shared_ptr<Block>> blocks;
    Result<BlockListing> listing = ListBlocks(fs_, directory_);
    EXPECT_TRUE(listing.ok() && listing->broken.empty());
    for (const BlockDirectory& found : listing->blocks) {
      Result<std::shared_ptr<Block>> block = Block::Open(fs_, found.path);
      EXPECT_TRUE(block.ok()) << block.error().message();
      if (block.ok()) blocks.push_back(*std::move(block));
    }
    return blocks;
  }
  Lines Ours() {
    Lines lines;
    for (const std::shared_ptr<Block>& block : Open()) {
      Lines of_block = SamplesOf(*block);
      lines.insert(lines.end(), of_block.begin(), of_block.end());
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }
  Lines Theirs() {
    std::string out = directory_ + ".dump";
    std::string command = "promtool tsdb dump " + directory_ + " >" + out;
    EXPECT_EQ(std::system(command.c_str()), 0);
    std::istringstream dump(fs_.ReadFile(out).value_or(""));
    fs_.Remove(out).value();
    Lines lines;
    for (std::string line; std::getline(dump, line);) {
      size_t behind_labels = line.rfind("} ") + 2;
      double v = std::strtod(line.c_str() + behind_labels, nullptr);
      lines.push_back(
          fmt::format("{}{}{}", line.substr(0, behind_labels), v, line.substr(line.rfind(' '))));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  FileSystem& fs_ = *FileSystem::Local();
  std::string directory_;
};

std::string Page(int targets, int samples) {
  std::string page = "# TYPE load gauge\n";
  for (const char* metric : {"load", "up"}) {
    if (std::string_view(metric) == "up") page += "# TYPE up gauge\n";
    for (int target = 0; target < targets; ++target) {
      for (int i = 0; i < samples; ++i) {
        page += fmt::format("{}{{instance=\"host-{}\",text=\"q\\\"ü{}\"}} {} {}\n", metric, target,
                            target % 3, i * 0.5 + target * (i % 7), kStart / 1000 + i * 15);
      }
    }
  }
  return page + "# EOF\n";
}

TEST_F(PromtoolBlocks, AreReadSampleForSample) {
  MakeBlocks(Page(40, 700));
  std::vector<std::shared_ptr<Block>> blocks = Open();
  ASSERT_GE(blocks.size(), 2U);  // more than two hours
  Lines ours = Ours();
  EXPECT_EQ(ours.size(), 2U * 40 * 700);
  EXPECT_EQ(ours, Theirs());
  for (const std::shared_ptr<Block>& block : blocks) {
    EXPECT_EQ(block->meta().stats.num_series, 80U);
    // What the meta counts is what is there, and our print of it is theirs.
    EXPECT_EQ(block->meta().stats.num_samples, SamplesOf(*block).size());
    EXPECT_EQ(PrintMeta(block->meta()),
              fs_.ReadFile(JoinPath(block->directory(), kMetaFile)).value_or(""));
    EXPECT_EQ(block->index().LabelNames({}, 0).value_or({}),
              (Lines{"__name__", "instance", "text"}));
    EXPECT_EQ(block->index().LabelValues("instance", {}, 0).value_or({}).size(), 40U);
    EXPECT_EQ(block->index().Select(MatchersOf({{"instance", "=~", "host-3.*"}}))->size(), 22U);
    EXPECT_EQ(block->index().Select(MatchersOf({{"text", "!=", "q\"ü1"}}))->size(), 54U);
  }
}

TEST_F(PromtoolBlocks, ShowPrometheusWhatWeDeleted) {
  MakeBlocks(Page(5, 300));
  for (const std::shared_ptr<Block>& block : Open()) {
    auto matchers = MatchersOf({{"instance", "=~", "host-[12]"}});
    ASSERT_TRUE(block->Delete(kStart + 10 * kStep, kStart + 250 * kStep, matchers).ok());
    ASSERT_TRUE(block->Delete(kStart, kMaxTime, MatchersOf({{"__name__", "=", "up"}})).ok());
  }
  Lines ours = Ours();
  EXPECT_EQ(ours.size(), 3U * 300 + 2U * 59);
  EXPECT_EQ(ours, Theirs());
}

TEST_F(PromtoolBlocks, OfVersionOneAreRead) {
  const char* set = std::getenv("WATCHFIRE_CONFORMANCE");
  std::string folder =
      JoinPath(set != nullptr ? set : "../shared/conformance", "prometheus/tsdb/index_format_v1");
  if (!fs_.Exists(folder)) {
    GTEST_SKIP() << "no conformance data at " << folder << "; set WATCHFIRE_CONFORMANCE";
  }
  Result<BlockMeta> meta = ReadMeta(fs_, folder);
  ASSERT_TRUE(meta.ok()) << meta.error().message();
  std::string copy = JoinPath(directory_, meta->ulid.ToString());
  Run("cp -r " + folder + " " + copy + " && chmod -R u+w " + copy);
  Lines ours = Ours();
  EXPECT_EQ(ours.size(), meta->stats.num_samples);
  EXPECT_EQ(ours, Theirs());
  std::shared_ptr<Block> block = Open().at(0);
  EXPECT_EQ(block->index().version(), 1);
  EXPECT_EQ(block->index().Select(MatchersOf({{"foo", "=", "bar"}}))->size(), 1U);
  EXPECT_EQ(block->index().Select(MatchersOf({{"bar", "=~", "1.?"}}))->size(), 11U);
  EXPECT_EQ(block->Delete(kMinTime, kMaxTime, MatchersOf({{"bar", "=~", "1.?"}})).value_or(0), 11U);
  ours = Ours();
  EXPECT_EQ(ours.size(), meta->stats.num_samples - 11);
  EXPECT_EQ(ours, Theirs());
}

}  // namespace
}  // namespace watchfire::block

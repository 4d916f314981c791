#include "tsdb/block/block.h"

#include <random>
#include <thread>

#include "testing/fault_file_system.h"
#include "tsdb/block/chunk_reader.h"
#include "tsdb/block/testing_blocks.h"

namespace watchfire::block {
namespace {

using model::Labels;
using testing::BlockData;
using testing::Counting;
using testing::kStart;
using testing::kStep;
using testing::MatchersOf;
using testing::Query;
using testing::SeriesData;
using watchfire::testing::FaultFileSystem;
using Lines = std::vector<std::string>;

class BlockTest : public ::testing::Test {
 protected:
  BlockTest() { EXPECT_TRUE(fs_.CreateDirectories("/data").ok()); }

  std::shared_ptr<Block> Write(const BlockData& data,
                               const chunk::ChunkLimits& limits = chunk::kUpstreamLimits) {
    Result<std::string> directory = testing::WriteBlock(fs_, "/data", data, limits);
    EXPECT_TRUE(directory.ok()) << directory.error().message();
    directory_ = *directory;
    return Opened();
  }
  std::shared_ptr<Block> Opened() {
    Result<std::shared_ptr<Block>> block = Block::Open(fs_, directory_);
    EXPECT_TRUE(block.ok()) << block.error().message();
    return block.value_or(nullptr);
  }
  std::string ErrorOfOpening() {
    Result<std::shared_ptr<Block>> block = Block::Open(fs_, directory_);
    if (block.ok()) return "opened";
    EXPECT_EQ(block.error().code(), ErrorCode::kCorrupt) << block.error().message();
    std::string prefix = "corrupted block " + BaseName(directory_) + ": ";
    std::string text = block.error().message();
    EXPECT_EQ(text.substr(0, prefix.size()), prefix);
    return text.substr(std::min(prefix.size(), text.size()));
  }
  std::string File(const std::string& name) { return JoinPath(directory_, name); }

  FaultFileSystem fs_;
  std::string directory_;
};

TimeMs At(int sample) {
  return kStart + sample * kStep;
}

Labels Named(std::string_view name, std::string_view instance = {}) {
  return Labels::Of({{"__name__", name}, {"instance", instance}});
}

// ---- queries

TEST_F(BlockTest, ShowsSeriesInLabelOrderWithTheirSamplesInTheRange) {
  std::shared_ptr<Block> block = Write({{Named("up", "b"), Counting(kStart, 3, 10)},
                                        {Named("up", "a"), Counting(kStart, 2)},
                                        {Named("load"), Counting(kStart, 1)}});
  EXPECT_EQ(Query(*block, kMinTime, kMaxTime, {}),
            (Lines{"{__name__=\"load\"} 0@0", "{__name__=\"up\", instance=\"a\"} 0@0 1@15000",
                   "{__name__=\"up\", instance=\"b\"} 10@0 11@15000 12@30000"}));
  EXPECT_EQ(Query(*block, At(1), At(1), {{"instance", "=", "b"}}),
            (Lines{"{__name__=\"up\", instance=\"b\"} 11@15000"}));
  EXPECT_EQ(Query(*block, At(2), At(9), {{"__name__", "=", "up"}}),
            (Lines{"{__name__=\"up\", instance=\"b\"} 12@30000"}));
  EXPECT_EQ(Query(*block, At(3), At(9), {}), Lines{});
  EXPECT_EQ(Query(*block, At(-3), At(-1), {}), Lines{});
}

TEST_F(BlockTest, ReadsAnyStretchOfManyChunks) {
  constexpr int kSamples = 1000;
  const SeriesData data = Counting(kStart, kSamples);
  std::shared_ptr<Block> block = Write({{Named("up"), data}});
  auto querier = block->NewQuerier(kMinTime, kMaxTime);
  auto set = querier->Select(false, {}, {});
  ASSERT_TRUE(set->Next());
  for (int first = -1; first < kSamples + 1; first += 37) {
    for (int last = first - 1; last < kSamples + 2; last += 83) {
      storage::Columns columns = set->At().Read(At(first) - 1, At(last) + 1);
      int from = std::max(first, 0);
      int to = std::min(last, kSamples - 1);
      ASSERT_EQ(columns.t.size(), static_cast<size_t>(std::max(0, to - from + 1)));
      for (size_t i = 0; i < columns.t.size(); ++i) {
        ASSERT_EQ(columns.t[i], At(from + static_cast<int>(i)));
        ASSERT_EQ(columns.v[i], from + static_cast<int>(i));
      }
      model::Sample latest;
      bool found = set->At().Latest(At(first) - 1, At(last) + 1, &latest);
      ASSERT_EQ(found, !columns.t.empty());
      if (found) {
        EXPECT_EQ(latest.t, columns.t.back());
        EXPECT_EQ(latest.v, columns.v.back());
      }
    }
  }
  EXPECT_FALSE(set->Next());
  EXPECT_TRUE(set->status().ok());
}

TEST_F(BlockTest, ShowsNothingOutsideOfTheQueriersOwnRange) {
  std::shared_ptr<Block> block = Write({{Named("up"), Counting(kStart, 300)}});
  auto querier = block->NewQuerier(At(10), At(20));
  auto set = querier->Select(false, {}, {});
  ASSERT_TRUE(set->Next());
  storage::Columns columns = set->At().Read(kMinTime, kMaxTime);
  EXPECT_EQ(columns.t.size(), 11U);
  EXPECT_EQ(columns.t.front(), At(10));
  model::Sample latest;
  ASSERT_TRUE(set->At().Latest(kMinTime, kMaxTime, &latest));
  EXPECT_EQ(latest.t, At(20));
  EXPECT_FALSE(set->At().Latest(At(21), kMaxTime, &latest));
}

TEST_F(BlockTest, SharesTheTimestampsOfSeriesThatWereScrapedTogether) {
  BlockData data;
  for (int i = 0; i < 10; ++i) {
    // Targets alternate in label order.
    data[Labels::Of({{"__name__", "up"}, {"n", std::to_string(i)}})] =
        Counting(kStart + i % 2, 200, i);
  }
  std::shared_ptr<Block> block = Write(data);
  auto querier = block->NewQuerier(kMinTime, kMaxTime);
  auto set = querier->Select(true, {}, {});
  std::vector<std::span<const TimeMs>> arrays;
  while (set->Next()) arrays.push_back(set->At().Read(kMinTime, kMaxTime).t);
  ASSERT_EQ(arrays.size(), 10U);
  for (size_t i = 2; i < arrays.size(); ++i) {
    EXPECT_EQ(arrays[i].data(), arrays[i % 2].data());
    EXPECT_EQ(arrays[i].size(), 200U);
  }
  EXPECT_NE(arrays[0].data(), arrays[1].data());
  // Earlier arrays are still what they were.
  for (size_t k = 0; k < 200; ++k) ASSERT_EQ(arrays[1][k], At(static_cast<int>(k)) + 1);
}

TEST_F(BlockTest, KeepsToTheLimitAndTheTimesOfTheHints) {
  std::shared_ptr<Block> block = Write({{Named("a"), Counting(kStart, 1)},
                                        {Named("b"), Counting(At(500), 2)},
                                        {Named("c"), Counting(At(500), 2)}});
  auto querier = block->NewQuerier(kMinTime, kMaxTime);
  storage::SelectHints hints;
  hints.limit = 2;
  auto set = querier->Select(true, hints, {});
  EXPECT_EQ(testing::Shown(*set, kMinTime, kMaxTime).size(), 2U);
  hints.limit = 1;
  hints.start = At(400);
  hints.end = At(500);
  set = querier->Select(true, hints, {});
  EXPECT_EQ(testing::Shown(*set, kMinTime, kMaxTime), (Lines{"{__name__=\"b\"} 0@7500000"}));
}

TEST_F(BlockTest, ListsNamesAndValues) {
  std::shared_ptr<Block> block = Write({{Named("up", "a"), Counting(kStart, 1)},
                                        {Named("up", "b"), Counting(kStart, 1)},
                                        {Named("load"), Counting(kStart, 1)}});
  auto querier = block->NewQuerier(kStart, kStart);
  EXPECT_EQ(querier->LabelNames({}, 0).value_or({}), (Lines{"__name__", "instance"}));
  EXPECT_EQ(querier->LabelNames(MatchersOf({{"__name__", "=", "load"}}), 0).value_or({}),
            (Lines{"__name__"}));
  EXPECT_EQ(querier->LabelValues("instance", {}, 0).value_or({}), (Lines{"a", "b"}));
  EXPECT_EQ(querier->LabelValues("instance", {}, 1).value_or({}), (Lines{"a"}));
  auto elsewhere = block->NewQuerier(kStart + 1, kMaxTime);
  EXPECT_EQ(elsewhere->LabelNames({}, 0).value_or({"error"}), Lines{});
  EXPECT_EQ(elsewhere->LabelValues("instance", {}, 0).value_or({"error"}), Lines{});
}

TEST_F(BlockTest, LivesAsLongAsItsQueriers) {
  std::shared_ptr<Block> block = Write({{Named("up"), Counting(kStart, 2)}});
  auto querier = block->NewQuerier(kMinTime, kMaxTime);
  auto source = block->Source();
  std::weak_ptr<Block> watched = block;
  block.reset();
  ASSERT_TRUE(fs_.RemoveRecursively(directory_).ok());
  auto set = querier->Select(true, {}, {});
  EXPECT_EQ(testing::Shown(*set, kMinTime, kMaxTime).size(), 1U);
  set.reset();
  querier.reset();
  EXPECT_FALSE(watched.expired());
  source.reset();
  EXPECT_TRUE(watched.expired());
}

// ---- what compaction reads

TEST_F(BlockTest, GivesEverySeriesAndChunkToCompaction) {
  BlockData data{{Named("a", "x"), Counting(kStart, 250)}, {Named("b"), Counting(kStart, 1)}};
  std::shared_ptr<Block> block = Write(data);
  ASSERT_TRUE(block->Delete(kMinTime, kMaxTime, MatchersOf({{"__name__", "=", "a"}})).ok());
  auto source = block->Source();
  EXPECT_EQ(source->Symbols().value_or({}),
            (std::vector<std::string_view>{"__name__", "a", "b", "instance", "x"}));
  auto set = source->Series();
  ASSERT_TRUE(set.ok());
  std::set<uint64_t> refs;
  for (const auto& [labels, series] : data) {
    ASSERT_TRUE((*set)->Next());
    EXPECT_EQ((*set)->labels(), labels);
    refs.insert((*set)->ref());
    std::vector<TimeMs> times;
    std::vector<double> values;
    for (const chunk::ChunkView& chunk : (*set)->chunks()) {
      EXPECT_EQ(chunk.mint, At(static_cast<int>(times.size())));
      ASSERT_TRUE(chunk::DecodeFloats(chunk, kMinTime, kMaxTime, &times, &values).ok());
      EXPECT_EQ(chunk.maxt, times.back());
    }
    EXPECT_EQ(times, series.times);
    EXPECT_EQ(values, series.values);
  }
  EXPECT_FALSE((*set)->Next());
  EXPECT_TRUE((*set)->status().ok());
  EXPECT_EQ(refs.size(), 2U);
  ASSERT_EQ(block->tombstones()->size(), 1U);
  EXPECT_TRUE(refs.contains(block->tombstones()->begin()->first));
}

// ---- deletions

TEST_F(BlockTest, HidesWhatWasDeleted) {
  std::shared_ptr<Block> block =
      Write({{Named("up", "a"), Counting(kStart, 4)}, {Named("up", "b"), Counting(kStart, 4)}});
  auto before = block->NewQuerier(kMinTime, kMaxTime);
  Result<uint64_t> added = block->Delete(At(1), At(2), MatchersOf({{"instance", "=", "a"}}));
  ASSERT_TRUE(added.ok()) << added.error().message();
  EXPECT_EQ(*added, 1U);
  const Lines shown = {"{__name__=\"up\", instance=\"a\"} 0@0 3@45000",
                       "{__name__=\"up\", instance=\"b\"} 0@0 1@15000 2@30000 3@45000"};
  EXPECT_EQ(Query(*block, kMinTime, kMaxTime, {}), shown);
  EXPECT_EQ(block->meta().stats.num_tombstones, 1U);
  // In a range with deleted samples alone there is no series.
  EXPECT_EQ(Query(*block, At(1), At(2), {{"instance", "=", "a"}}), Lines{});
  EXPECT_EQ(Query(*block, At(1) - 5, At(2) + 5, {{"instance", "=", "a"}}), Lines{});
  auto querier = block->NewQuerier(kMinTime, kMaxTime);
  auto set = querier->Select(true, {}, {});
  ASSERT_TRUE(set->Next());
  model::Sample latest;
  ASSERT_TRUE(set->At().Latest(kMinTime, At(2), &latest));
  EXPECT_EQ(latest.t, At(0));
  // A querier shows what there was when it was made.
  auto old_set = before->Select(true, {}, MatchersOf({{"instance", "=", "a"}}));
  EXPECT_EQ(testing::Shown(*old_set, kMinTime, kMaxTime),
            (Lines{"{__name__=\"up\", instance=\"a\"} 0@0 1@15000 2@30000 3@45000"}));
  // And after a restart it is the same.
  EXPECT_EQ(Query(*Opened(), kMinTime, kMaxTime, {}), shown);
  EXPECT_EQ(Opened()->meta().stats.num_tombstones, 1U);
}

TEST_F(BlockTest, ClampsDeletionsToTheChunksOfEachSeries) {
  std::shared_ptr<Block> block = Write({{Named("a"), Counting(At(2), 5)},
                                        {Named("b"), Counting(At(100), 5)},
                                        {Named("c"), Counting(At(0), 1)}});
  Result<uint64_t> added = block->Delete(At(4), kMaxTime, {});
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(*added, 2U);
  std::vector<Intervals> intervals;
  for (const auto& [ref, of_series] : *block->tombstones()) intervals.push_back(of_series);
  EXPECT_EQ(intervals, (std::vector<Intervals>{{{At(4), At(6)}}, {{At(100), At(104)}}}));
  added = block->Delete(At(3), At(4) - 1, {});
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(block->tombstones()->begin()->second, (Intervals{{At(3), At(6)}}));
  EXPECT_EQ(block->meta().stats.num_tombstones, 2U);
  EXPECT_EQ(block->Delete(At(50), At(60), {}).value_or(99), 0U);
}

TEST_F(BlockTest, ShowsNoDeletionThatIsNotOnDisk) {
  std::shared_ptr<Block> block = Write({{Named("up"), Counting(kStart, 4)}});
  const Lines before = Query(*block, kMinTime, kMaxTime, {});
  fs_.CrashAfter(0);
  EXPECT_FALSE(block->Delete(kMinTime, kMaxTime, {}).ok());
  EXPECT_EQ(Query(*block, kMinTime, kMaxTime, {}), before);
  EXPECT_EQ(block->meta().stats.num_tombstones, 0U);
  fs_.Recover(false);
  EXPECT_EQ(Query(*Opened(), kMinTime, kMaxTime, {}), before);
  EXPECT_EQ(block->Delete(kMinTime, kMaxTime, {}).value_or(0), 1U);
  EXPECT_EQ(Query(*block, kMinTime, kMaxTime, {}), Lines{});
}

TEST_F(BlockTest, KeepsTheDeletionsOfSeveralThreads) {
  BlockData data;
  for (int i = 0; i < 16; ++i) data[Named("up", std::to_string(i))] = Counting(kStart, 3);
  std::shared_ptr<Block> block = Write(data);
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      auto matchers = MatchersOf({{"instance", "=", std::to_string(i)}});
      EXPECT_EQ(block->Delete(At(1), At(1), matchers).value_or(0), 1U);
      EXPECT_GT(block->meta().stats.num_tombstones, 0U);
      EXPECT_GT(block->size_bytes(), 0U);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(CountIntervals(*block->tombstones()), 16U);
  EXPECT_EQ(CountIntervals(*Opened()->tombstones()), 16U);
  EXPECT_EQ(Opened()->meta().stats.num_tombstones, 16U);
}

TEST_F(BlockTest, KnowsItsSize) {
  std::shared_ptr<Block> block = Write({{Named("up"), Counting(kStart, 4)}});
  auto files = [&] {
    uint64_t sum = 0;
    for (const char* name : {"index", "chunks/000001", "meta.json", "tombstones"}) {
      sum += fs_.Content(File(name)).size();
    }
    return sum;
  };
  EXPECT_EQ(block->size_bytes(), files());
  ASSERT_TRUE(block->Delete(kMinTime, kMaxTime, {}).ok());
  EXPECT_EQ(block->size_bytes(), files());
}

// ---- directories

TEST_F(BlockTest, IsListedByTimeAmongTheBlocksOfADirectory) {
  Write({{Named("late"), Counting(At(100), 1)}});
  std::string late = directory_;
  Write({{Named("early"), Counting(At(0), 1)}});
  std::string early = directory_;
  ASSERT_TRUE(fs_.CreateDirectories("/data/wal").ok());
  ASSERT_TRUE(fs_.CreateDirectories("/data/" + BaseName(early) + ".tmp-for-creation").ok());
  const std::string unfinished = "/data/01ARZ3NDEKTSV4RRFFQ69G5FAV";
  ASSERT_TRUE(fs_.CreateDirectories(unfinished).ok());
  Result<BlockListing> listing = ListBlocks(fs_, "/data");
  ASSERT_TRUE(listing.ok());
  ASSERT_EQ(listing->blocks.size(), 2U);
  EXPECT_EQ(listing->blocks[0].path, early);
  EXPECT_EQ(listing->blocks[1].path, late);
  EXPECT_EQ(listing->blocks[1].meta.mint, At(100));
  ASSERT_EQ(listing->broken.size(), 1U);
  EXPECT_EQ(listing->broken[0].path, unfinished);
  EXPECT_EQ(listing->broken[0].error.code(), ErrorCode::kNotFound);
  EXPECT_FALSE(ListBlocks(fs_, "/nowhere").ok());
}

// ---- damage

TEST_F(BlockTest, SaysWhichBlockIsCorrupt) {
  Write({{Named("up"), Counting(kStart, 4)}});
  auto damaged = [&](const std::string& name, size_t at, std::string_view bytes) {
    std::string sound = fs_.Content(File(name));
    std::string content = sound;
    content.replace(at, bytes.size(), bytes);
    fs_.SetContent(File(name), content);
    std::string error = ErrorOfOpening();
    fs_.SetContent(File(name), sound);
    return error;
  };
  EXPECT_EQ(damaged("index", 0, std::string(4, '\0')), "invalid magic number 0");
  EXPECT_EQ(damaged("index", 4, "\x09"), "unknown index file version 9");
  EXPECT_EQ(damaged("index", 12, "\xff"), "read symbols: invalid checksum");
  EXPECT_EQ(damaged("index", fs_.Content(File("index")).size() - 1, "x"),
            "read TOC: invalid checksum");
  EXPECT_EQ(damaged("index", fs_.Content(File("index")).size() - 54, "x"),
            "read postings table: invalid checksum");
  EXPECT_EQ(damaged("chunks/000001", 0, std::string(4, '\0')), "invalid magic number 0");
  EXPECT_EQ(damaged("chunks/000001", 4, "\x02"), "invalid chunk format version 2");
  EXPECT_EQ(damaged("tombstones", 4, "\x02"), "tombstones: invalid format version 2");
  EXPECT_NE(damaged("meta.json", 0, "x").find("meta.json: line 1, column 1"), std::string::npos);
  EXPECT_EQ(ErrorOfOpening(), "opened");
}

TEST_F(BlockTest, FailsTheQueryThatNeedsABrokenChunk) {
  std::shared_ptr<Block> block =
      Write({{Named("a"), Counting(kStart, 200)}, {Named("b"), Counting(kStart, 200)}});
  std::string chunks = fs_.Content(File("chunks/000001"));
  chunks[20] = static_cast<char>(chunks[20] ^ 1);
  fs_.SetContent(File("chunks/000001"), chunks);
  block = Opened();
  ASSERT_TRUE(block);
  EXPECT_EQ(Query(*block, At(150), At(150), {{"__name__", "=", "a"}}).size(), 1U);
  EXPECT_EQ(Query(*block, At(10), At(10), {{"__name__", "=", "b"}}).size(), 1U);
  auto querier = block->NewQuerier(kMinTime, kMaxTime);
  auto set = querier->Select(true, {}, {});
  ASSERT_TRUE(set->Next());
  EXPECT_TRUE(set->At().Read(kMinTime, kMaxTime).t.empty());
  EXPECT_FALSE(set->Next());
  Result<void> status = set->status();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::kCorrupt);
  std::string prefix = "cannot populate chunk 8 from block " + BaseName(directory_) +
                       ": checksum mismatch expected:";
  EXPECT_EQ(status.error().message().substr(0, prefix.size()), prefix);
  auto walk = block->Source()->Series();
  ASSERT_TRUE(walk.ok());
  EXPECT_FALSE((*walk)->Next());
  EXPECT_EQ((*walk)->status().error().message(), status.error().message());
}

void ExpectCorruptOrOk(const Result<void>& result) {
  if (result.ok()) return;
  EXPECT_EQ(result.error().code(), ErrorCode::kCorrupt) << result.error().message();
}

// Opens the block and touches all of it; whatever fails must say that it is corrupt.
void UseAll(FileSystem& fs, const std::string& directory) {
  Result<std::shared_ptr<Block>> block = Block::Open(fs, directory);
  if (!block.ok()) {
    ExpectCorruptOrOk(block.error());
    return;
  }
  auto querier = (*block)->NewQuerier(kMinTime, kMaxTime);
  auto set = querier->Select(true, {}, {});
  while (set->Next()) {
    set->At().labels();
    storage::Columns columns = set->At().Read(kMinTime, kMaxTime);
    ASSERT_EQ(columns.t.size(), columns.v.size());
    set->At().ReadHistograms(kMinTime, kMaxTime);
    model::Sample sample;
    set->At().Latest(kMinTime, kMaxTime, &sample);
  }
  ExpectCorruptOrOk(set->status());
  auto walk = (*block)->Source()->Series();
  ExpectCorruptOrOk(walk.ok() ? Result<void>() : walk.error());
  if (!walk.ok()) return;
  while ((*walk)->Next()) {
  }
  ExpectCorruptOrOk((*walk)->status());
}

class DamagedBlockTest : public BlockTest, public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    std::shared_ptr<Block> block = Write({{Named("a", "1"), Counting(kStart, 130)},
                                          {Named("a", "2"), Counting(kStart, 3)},
                                          {Named("b"), Counting(kStart + 7, 5)}});
    ASSERT_TRUE(block->Delete(At(1), At(1), {}).ok());
    path_ = File(GetParam());
    sound_ = fs_.Content(path_);
  }
  std::string path_;
  std::string sound_;
};

TEST_P(DamagedBlockTest, SurvivesBeingCutOffAnywhere) {
  for (size_t n = 0; n < sound_.size(); ++n) {
    fs_.SetContent(path_, sound_.substr(0, n));
    UseAll(fs_, directory_);
    ASSERT_FALSE(HasFailure()) << n;
  }
}

TEST_P(DamagedBlockTest, SurvivesFlippedBits) {
  std::mt19937 random(3);
  for (size_t byte = 0; byte < sound_.size(); ++byte) {
    std::string damaged = sound_;
    damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << random() % 8));
    fs_.SetContent(path_, damaged);
    UseAll(fs_, directory_);
    ASSERT_FALSE(HasFailure()) << byte;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, DamagedBlockTest,
                         ::testing::Values("index", "chunks/000001", "tombstones", "meta.json"));

}  // namespace
}  // namespace watchfire::block

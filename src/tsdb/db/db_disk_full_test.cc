// A disk that fills up at every byte of what maintenance writes (head blocks, merged blocks,
// checkpoints, late samples), at deletions and at snapshots: an error that says so, nothing lost,
// nothing half made left, and everything by itself once there is room again.

#include <gtest/gtest.h>

#include <algorithm>

#include "testing/fault_file_system.h"
#include "tsdb/db/testing_db.h"

namespace watchfire::tsdb {
namespace {

using model::Labels;
using testing::FaultFileSystem;

constexpr int64_t kMinute = 60'000;
constexpr int64_t kHour = 60 * kMinute;
constexpr TimeMs kStart = 1'700'006'400'000;
constexpr uint64_t kNoLimit = UINT64_MAX;

Labels SeriesOf(int i) {
  return Labels::Of({{"__name__", "m"}, {"i", std::to_string(i)}});
}

class DiskFullTest : public ::testing::Test {
 protected:
  std::unique_ptr<Db> Open(FaultFileSystem* fs, int64_t max_block_ms = 0) {
    DbOptions options;
    options.path = "data";
    options.fs = fs;
    options.clock = &clock_;
    options.wal_segment_bytes = 32 * 1024;
    options.max_block_ms = max_block_ms;
    options.out_of_order_window_ms = 24 * kHour;
    options.no_lockfile = true;
    options.background = false;
    Result<std::unique_ptr<Db>> db = Db::Open(options);
    EXPECT_TRUE(db.ok()) << db.error().message();
    return db.ok() ? std::move(*db) : nullptr;
  }

  Result<void> Append(Db& db, int series, TimeMs t) {
    auto appender = db.NewAppender();
    auto v = static_cast<double>(t % 1013) / (series + 1);
    TRY(appender->Append(0, SeriesOf(series), t, v));
    TRY(appender->Commit());
    written_[{SeriesOf(series).ToMetricString(), t}] = TextOf(v);
    return {};
  }

  // Eight series in order, one late.
  void Fill(Db& db, TimeMs from, TimeMs to) {
    for (TimeMs t = from; t < to; t += 20 * kMinute) {
      for (int i = 0; i < 8; ++i) ASSERT_TRUE(Append(db, i, t).ok());
    }
    for (TimeMs t = from; t < to - kHour; t += 33 * kMinute) {
      ASSERT_TRUE(Append(db, 8, to - 1).ok());
      ASSERT_TRUE(Append(db, 8, t + 1).ok());
    }
  }

  static void SetRoom(FaultFileSystem* fs, uint64_t bytes) {
    uint64_t used = 0;
    for (const auto& [path, content] : fs->Contents()) used += content.size();
    fs->SetCapacity(used + bytes);
  }

  static uint64_t LogBytes(const FaultFileSystem& fs) {
    uint64_t bytes = 0;
    for (const auto& [path, content] : fs.Contents()) {
      if (path.starts_with("data/wal/")) bytes += content.size();
    }
    return bytes;
  }

  static void ExpectNothingHalfMade(FaultFileSystem* fs) {
    for (const auto& [path, content] : fs->Contents()) {
      EXPECT_EQ(path.find(".tmp"), std::string::npos) << path;
    }
    block::BlockListing listing = *block::ListBlocks(*fs, "data");
    EXPECT_TRUE(listing.broken.empty());
    for (const block::BlockDirectory& one : listing.blocks) {
      EXPECT_TRUE(block::Block::Open(*fs, one.path).ok());
      EXPECT_FALSE(one.meta.failed) << one.path;
    }
  }

  static void CopyTo(const FaultFileSystem& from, FaultFileSystem* to) {
    for (const auto& [path, content] : from.Contents()) {
      static_cast<void>(to->CreateDirectories(DirName(path)));
      to->SetContent(path, content);
    }
  }

  // A full disk refuses an append whole and says why, also where a part of it fits.
  void ExpectAppendsRefused(FaultFileSystem* fs, Db* db) {
    SetRoom(fs, 5);
    Samples before = written_;
    Result<void> appended = Append(*db, 0, kStart + 20 * kHour);
    ASSERT_FALSE(appended.ok());
    EXPECT_NE(appended.error().message().find("no space left"), std::string::npos);
    EXPECT_EQ(Ask(*db).samples, before);
  }

  StoppedClock clock_{kStart + 24 * kHour};
  Samples written_;
  LogCapture log_;
};

TEST_F(DiskFullTest, MaintenanceThatDoesNotFitIsDoneOnceItDoes) {
  FaultFileSystem filled;
  Fill(*Open(&filled), kStart, kStart + 13 * kHour);
  const Samples everything = written_;
  uint64_t clean_log_bytes = 0;
  {
    FaultFileSystem fs;
    CopyTo(filled, &fs);
    ASSERT_TRUE(Open(&fs)->Maintain().ok());
    clean_log_bytes = LogBytes(fs);
  }
  bool fitted = false;
  size_t failures = 0;
  for (uint64_t room = 0; !fitted; room += 211) {
    SCOPED_TRACE(room);
    ASSERT_LT(room, 1u << 20);
    written_ = everything;
    FaultFileSystem fs;
    CopyTo(filled, &fs);
    auto db = Open(&fs);
    SetRoom(&fs, room);
    Result<void> done = db->Maintain();
    fitted = done.ok();
    if (!fitted) {
      ++failures;
      EXPECT_NE(done.error().message().find("no space left"), std::string::npos)
          << done.error().message();
    }
    EXPECT_EQ(NotIn(Ask(*db).samples, everything), "");
    ExpectNothingHalfMade(&fs);
    ExpectAppendsRefused(&fs, db.get());
    fs.SetCapacity(kNoLimit);
    Result<void> again = db->Maintain();
    ASSERT_TRUE(again.ok()) << again.error().message();
    ExpectNothingHalfMade(&fs);
    EXPECT_GE(db->BlockMetas().size(), 2u);
    // The log was cut, too.
    EXPECT_LE(LogBytes(fs), clean_log_bytes + 100);
    ASSERT_TRUE(Append(*db, 0, kStart + 13 * kHour).ok());
    EXPECT_EQ(Ask(*db).samples, written_);
    db.reset();
    db = Open(&fs);
    EXPECT_EQ(Ask(*db).samples, written_);
    // The head has nothing that is in blocks.
    TimeMs held = 0;
    for (const block::BlockMeta& meta : db->BlockMetas()) {
      if (!meta.HasHint(block::kFromOutOfOrder)) held = std::max(held, meta.maxt);
    }
    EXPECT_GE(db->GetStats().min_time, held);
    if (HasFailure()) return;
  }
  EXPECT_GT(failures, 10u);
}

TEST_F(DiskFullTest, ADeletionThatDoesNotFitHidesNothingElseAndCanBeRepeated) {
  FaultFileSystem filled;
  {
    auto db = Open(&filled);
    Fill(*db, kStart, kStart + 6 * kHour);
    ASSERT_TRUE(db->Maintain().ok());
    ASSERT_GE(db->BlockMetas().size(), 1u);
  }
  TimeMs from = kStart + kHour;
  TimeMs to = kStart + 5 * kHour;
  model::Matchers one = {model::Matcher::Equal("i", "3")};
  auto goes = [&](const auto& sample) {
    return sample.first.first == SeriesOf(3).ToMetricString() && sample.first.second >= from &&
           sample.first.second <= to;
  };
  Samples kept = written_;
  std::erase_if(kept, goes);
  ASSERT_LT(kept.size(), written_.size());
  bool fitted = false;
  for (uint64_t room = 0; !fitted; room += 7) {
    SCOPED_TRACE(room);
    ASSERT_LT(room, 1u << 16);
    FaultFileSystem fs;
    CopyTo(filled, &fs);
    auto db = Open(&fs);
    SetRoom(&fs, room);
    Result<void> done = db->Delete(from, to, one);
    fitted = done.ok();
    if (!fitted) {
      EXPECT_NE(done.error().message().find("no space left"), std::string::npos);
    }
    Samples left = Ask(*db).samples;
    EXPECT_EQ(NotIn(left, kept), "");
    if (room == 0) {
      EXPECT_EQ(left, written_);
    }
    ExpectNothingHalfMade(&fs);
    fs.SetCapacity(kNoLimit);
    ASSERT_TRUE(db->Delete(from, to, one).ok());
    EXPECT_EQ(Ask(*db).samples, kept);
    db.reset();
    EXPECT_EQ(Ask(*Open(&fs)).samples, kept);
    if (HasFailure()) return;
  }
}

TEST_F(DiskFullTest, ASnapshotThatDoesNotFitLeavesNothing) {
  FaultFileSystem fs;
  auto db = Open(&fs);
  Fill(*db, kStart, kStart + 6 * kHour);
  ASSERT_TRUE(db->Maintain().ok());
  for (uint64_t room : {uint64_t{0}, uint64_t{100}, uint64_t{1000}}) {
    SetRoom(&fs, room);
    Result<std::string> name = db->Snapshot(true);
    ASSERT_FALSE(name.ok());
    EXPECT_NE(name.error().message().find("no space left"), std::string::npos);
    EXPECT_TRUE(fs.ListDirectory("data/snapshots")->empty());
    EXPECT_EQ(Ask(*db).samples, written_);
  }
  fs.SetCapacity(kNoLimit);
  Result<std::string> name = db->Snapshot(true);
  ASSERT_TRUE(name.ok()) << name.error().message();
  DbOptions options;
  options.path = "data/snapshots/" + *name;
  options.fs = &fs;
  options.clock = &clock_;
  options.no_lockfile = true;
  options.background = false;
  EXPECT_EQ(Ask(**Db::Open(options)).samples, written_);
}

// A merge may wait: it must not fill what is left for the log.
TEST_F(DiskFullTest, BlocksAreNotMergedWhereThereIsNoRoomForIt) {
  FaultFileSystem fs;
  {
    auto db = Open(&fs, 2 * kHour);
    Fill(*db, kStart, kStart + 13 * kHour);
    ASSERT_TRUE(db->Maintain().ok());
    ASSERT_GE(db->BlockMetas().size(), 5u);
  }
  auto db = Open(&fs);
  auto before = fs.Contents();
  SetRoom(&fs, 1000);
  Result<void> done = db->Maintain();
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.error().message().find("no space left on device to merge"), std::string::npos);
  EXPECT_EQ(fs.Contents(), before);
  fs.SetCapacity(kNoLimit);
  ASSERT_TRUE(db->Maintain().ok());
  EXPECT_LT(db->BlockMetas().size(), 5u);
  EXPECT_EQ(Ask(*db).samples, written_);
}

// ---- the machine's clock is set back

class ClockTest : public DiskFullTest {
 protected:
  storage::AppendError Try(Db& db, TimeMs t) {
    auto appender = db.NewAppender();
    storage::AppendError kind = storage::AppendError::kNone;
    static_cast<void>(appender->Append(0, SeriesOf(0), t, 1, &kind));
    return kind;
  }
  std::unique_ptr<Db> OpenInOrder(FaultFileSystem* fs) {
    auto db = Open(fs);
    db->SetOutOfOrderWindow(0);
    return db;
  }
};

TEST_F(ClockTest, AnHourBackSamplesAreRefusedAndNothingIsLost) {
  FaultFileSystem fs;
  auto db = OpenInOrder(&fs);
  TimeMs now = kStart;
  auto scrape_until = [&](TimeMs end) {
    for (; now < end; now += 5 * kMinute) {
      clock_.Set(now);
      ASSERT_TRUE(Append(*db, 0, now).ok()) << now;
    }
  };
  scrape_until(kStart + 6 * kHour);
  ASSERT_TRUE(db->Maintain().ok());
  ASSERT_GE(db->BlockMetas().size(), 1u);
  TimeMs newest = now - 5 * kMinute;
  // In the window in which series may begin, and before it.
  clock_.Set(newest - kHour);
  EXPECT_EQ(Try(*db, newest - kHour), storage::AppendError::kOutOfOrder);
  EXPECT_EQ(Try(*db, newest - kHour - 1), storage::AppendError::kOutOfBounds);
  EXPECT_EQ(Try(*db, newest - 1), storage::AppendError::kOutOfOrder);
  EXPECT_EQ(Ask(*db).samples, written_);
  db->SetRetention({.duration_ms = 24 * kHour});
  ASSERT_TRUE(db->Maintain().ok());
  EXPECT_EQ(Ask(*db).samples, written_);
  // A restart does not change that, also where all that there is lies in blocks.
  db.reset();
  db = OpenInOrder(&fs);
  EXPECT_FALSE(log_.Has("level=WARN")) << log_.text();
  EXPECT_EQ(Try(*db, newest - kHour - 1), storage::AppendError::kOutOfBounds);
  EXPECT_EQ(Ask(*db).samples, written_);
  scrape_until(now + 6 * kHour);
  ASSERT_TRUE(db->Maintain().ok());
  EXPECT_EQ(Ask(*db).samples, written_);
  db.reset();
  EXPECT_EQ(Ask(*OpenInOrder(&fs)).samples, written_);
}

}  // namespace
}  // namespace watchfire::tsdb

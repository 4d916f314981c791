// Every file of a small data directory, cut at every byte, with a bit flipped at every byte, empty
// and gone: the database opens or says why not, shows nothing that was not written, tells what it
// lost, and serves what is whole in full.
//
// What no checksum of the format covers, and how far a flipped bit gets there:
//  - meta.json: a digit of minTime or maxTime hides samples of this block, untold;
//  - the log's fragment headers: a compression flag loses the record, told as one of unknown type.
// A log that is cut between two records is a shorter log, and one whose newest segment is gone,
// too: nobody can tell.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "testing/fault_file_system.h"
#include "tsdb/db/testing_db.h"

namespace watchfire::tsdb {
namespace {

using model::Labels;
using testing::FaultFileSystem;

constexpr int64_t kHour = 3'600'000;
// A multiple of two hours, so that blocks begin there; in digits that a flipped bit can raise.
constexpr TimeMs kStart = 1'700'006'400'000;

using Files = std::map<std::string, std::string>;

Labels SeriesOf(const std::string& name) {
  return Labels::Of({{"__name__", name}, {"job", "j"}});
}

model::Histogram HistogramAt(int i) {
  model::Histogram h;
  h.count = static_cast<uint64_t>(4 + i);
  h.sum = 1.5 * i;
  h.positive_spans = {{0, 2}, {1, 1}};
  h.positive_deltas = {1, 1 + i, -i};
  h.count = static_cast<uint64_t>(1 + (2 + i) + 2);
  return h;
}

class Directory {
 public:
  Directory() : clock_(kStart + 6 * kHour) {}

  std::unique_ptr<Db> Open(FaultFileSystem* fs, std::string* error = nullptr) const {
    DbOptions options;
    options.path = "data";
    options.fs = fs;
    options.clock = &clock_;
    options.retention.duration_ms = 15 * 24 * kHour;
    options.wal_segment_bytes = 32 * 1024;
    options.max_chunk_segment_bytes = 512;
    options.out_of_order_window_ms = 4 * kHour;
    options.no_lockfile = true;
    options.background = false;
    Result<std::unique_ptr<Db>> db = Db::Open(options);
    if (error != nullptr) *error = db ? "" : db.error().message();
    return db ? std::move(*db) : nullptr;
  }

  void Add(Db& db, const std::string& name, TimeMs t, double v) {
    auto appender = db.NewAppender();
    ASSERT_TRUE(appender->Append(0, SeriesOf(name), t, v).ok());
    ASSERT_TRUE(appender->Commit().ok());
    written[{SeriesOf(name).ToMetricString(), t}] = TextOf(v);
  }
  void AddHistograms(Db& db, TimeMs t, int i) {
    auto appender = db.NewAppender();
    model::Histogram h = HistogramAt(i);
    ASSERT_TRUE(appender->AppendHistogram(0, SeriesOf("h"), t, h).ok());
    ASSERT_TRUE(appender->AppendFloatHistogram(0, SeriesOf("fh"), t, h.ToFloat()).ok());
    ASSERT_TRUE(appender->Commit().ok());
    written[{SeriesOf("h").ToMetricString(), t}] = TextOf(h.ToFloat(), true);
    written[{SeriesOf("fh").ToMetricString(), t}] = TextOf(h.ToFloat(), false);
  }

  // One transaction, so that its record is worth compressing.
  void AddLate(Db& db, const std::string& name, TimeMs from, TimeMs to) {
    auto appender = db.NewAppender();
    for (TimeMs t = from; t < to; t += 60'000) {
      auto v = static_cast<double>(t % 7);
      ASSERT_TRUE(appender->Append(0, SeriesOf(name), t, v).ok());
      written[{SeriesOf(name).ToMetricString(), t}] = TextOf(v);
    }
    ASSERT_TRUE(appender->Commit().ok());
  }

  // Two blocks and the head, from kStart on; see the parts of DamageTest.
  void Build() {
    FaultFileSystem fs;
    auto db = Open(&fs);
    auto fill = [&](TimeMs from, TimeMs to) {
      for (TimeMs t = from; t < to; t += kHour / 6) {
        int i = static_cast<int>((t - kStart) / 600'000);
        for (const char* name : {"a", "b", "c", "d"}) {
          Add(*db, name, t, name[0] == 'a' ? 1 : (name[0] - 'a') * 0.1 * i * i);
        }
        if (t < kStart + 2 * kHour || t >= kStart + 5 * kHour) AddHistograms(*db, t, i);
      }
    };
    fill(kStart, kStart + 3 * kHour + kHour / 2);
    ASSERT_TRUE(db->Maintain().ok());
    fill(kStart + 3 * kHour + kHour / 2, kStart + 5 * kHour + kHour / 2);
    ASSERT_TRUE(db->Maintain().ok());
    ASSERT_EQ(db->BlockMetas().size(), 2u);
    // From block two, and from the head.
    auto c = model::Matcher::Equal("__name__", "c");
    ASSERT_TRUE(db->Delete(kStart + 2 * kHour, kStart + 3 * kHour, {c}).ok());
    ASSERT_TRUE(db->Delete(kStart + 4 * kHour, kStart + 4 * kHour + kHour / 3, {c}).ok());
    // Segments of the log, and of the one for late samples.
    for (int i = 0; i < 3; ++i) {
      db.reset();
      db = Open(&fs);
      TimeMs t = kStart + 5 * kHour + kHour / 2 + i * kHour / 10;
      std::string late = fmt::format("late{}", i);
      Add(*db, "a", t, i);
      Add(*db, late, t, i);
      AddLate(*db, late, kStart + 4 * kHour, kStart + 4 * kHour + kHour / 4);
    }
    Answer answer = Ask(*db);
    ASSERT_TRUE(answer.status.ok());
    shown = answer.samples;
    for (const block::BlockMeta& meta : db->BlockMetas()) {
      blocks.push_back("data/" + meta.ulid.ToString());
    }
    db.reset();
    files = fs.Contents();
  }

  StoppedClock clock_;
  Files files;
  Samples written;  // ever
  Samples shown;    // and not deleted
  std::vector<std::string> blocks;
};

const Directory& TheDirectory() {
  static const Directory* directory = [] {
    auto* made = new Directory();
    made->Build();
    return made;
  }();
  return *directory;
}

enum class Kind { kCut, kFlip, kGone };

struct Damage {
  std::string path;
  Kind kind = Kind::kCut;
  size_t at = 0;
  size_t bit = 0;  // of a flip
};

void Restore(const Files& files, FaultFileSystem* fs) {
  static_cast<void>(fs->CreateDirectories("data"));
  for (const auto& [path, content] : files) {
    static_cast<void>(fs->CreateDirectories(DirName(path)));
    fs->SetContent(path, content);
  }
}

void Apply(const Damage& damage, FaultFileSystem* fs) {
  std::string content = fs->Content(damage.path);
  if (damage.kind == Kind::kGone) {
    ASSERT_TRUE(fs->Remove(damage.path).ok());
  } else if (damage.kind == Kind::kCut) {
    fs->SetContent(damage.path, content.substr(0, damage.at));
  } else {
    content[damage.at] = static_cast<char>(content[damage.at] ^ (1 << damage.bit));
    fs->SetContent(damage.path, content);
  }
}

std::vector<size_t> Places(size_t size) {
  std::vector<size_t> places;
  for (size_t at = 0; at < size; at += at < 300 || at + 300 >= size ? 1 : 97) places.push_back(at);
  return places;
}

class DamageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(directory_.blocks.size(), 2u);
    parts_ = {{directory_.blocks[0], kStart, kStart + 2 * kHour},
              {directory_.blocks[1], kStart + 2 * kHour, kStart + 4 * kHour},
              {"data/w", kStart + 4 * kHour, kMaxTime}};  // wal and wbl
  }

  // A stretch of time and the files that hold it.
  struct Part {
    std::string prefix;
    TimeMs mint = 0;
    TimeMs end = 0;
  };

  std::vector<std::string> FilesOf(const std::string& prefix) {
    std::vector<std::string> paths;
    for (const auto& [path, content] : directory_.files) {
      if (path.starts_with(prefix)) paths.push_back(path);
    }
    EXPECT_FALSE(paths.empty()) << prefix;
    return paths;
  }

  // `check(damage, db)`, where the database opened.
  using Check = std::function<void(const Damage&, FaultFileSystem*, std::unique_ptr<Db>)>;

  void DamageEverywhere(const std::string& path, const Check& check) {
    const std::string& content = directory_.files.at(path);
    Try({path, Kind::kGone}, check);
    for (size_t at : Places(content.size())) {
      Try({path, Kind::kCut, at}, check);
      Try({path, Kind::kFlip, at, at % 8}, check);
      if (HasFailure()) return;
    }
  }

  void Try(const Damage& damage, const Check& check) {
    SCOPED_TRACE(fmt::format("{} {} at {}.{} of {}", damage.path,
                             damage.kind == Kind::kCut    ? "cut"
                             : damage.kind == Kind::kFlip ? "flipped"
                                                          : "gone",
                             damage.at, damage.bit, directory_.files.at(damage.path).size()));
    FaultFileSystem fs;
    Restore(directory_.files, &fs);
    Apply(damage, &fs);
    log_.Clear();
    std::string error;
    std::unique_ptr<Db> db = directory_.Open(&fs, &error);
    ++tried_;
    if (db == nullptr) {
      ++refused_;
      EXPECT_TRUE(MayRefuse(damage)) << error;
      // Checkpoints are named; of segments that are missing, the neighbour.
      std::string named = damage.path.find("checkpoint") != std::string::npos
                              ? DirName(damage.path)
                              : "segments are not sequential: data/w";
      EXPECT_NE(error.find(named), std::string::npos) << error;
      return;
    }
    CheckAnswers(damage, *db);
    if (!HasFailure()) check(damage, &fs, std::move(db));
  }

  // A damaged checkpoint, as upstream; and a segment missing between two others.
  static bool MayRefuse(const Damage& damage) {
    return damage.path.find("checkpoint") != std::string::npos || damage.kind == Kind::kGone;
  }

  void CheckAnswers(const Damage& damage, Db& db) {
    lost_ = revived_ = 0;
    bool refused = false;
    for (const Part& part : parts_) {
      Answer answer = Ask(db, part.mint, part.end - 1);
      EXPECT_EQ(NotIn(directory_.written, answer.samples), "") << "invented\n" << log_.text();
      Samples expected = Between(directory_.shown, part.mint, part.end);
      if (damage.path.starts_with(part.prefix)) {
        for (const auto& [key, text] : expected) lost_ += answer.samples.contains(key) ? 0 : 1;
        for (const auto& [key, text] : answer.samples) revived_ += expected.contains(key) ? 0 : 1;
        refused = !answer.status.ok();
        if (!refused) continue;
        EXPECT_EQ(answer.status.error().code(), ErrorCode::kCorrupt);
        EXPECT_NE(answer.status.error().message().find(BaseName(part.prefix)), std::string::npos)
            << answer.status.error().message();
        continue;
      }
      EXPECT_TRUE(answer.status.ok()) << answer.status.error().message();
      EXPECT_EQ(NotIn(answer.samples, expected), "") << "lost\n" << log_.text();
    }
    auto querier = db.NewQuerier(kMinTime, kMaxTime);
    ASSERT_TRUE(querier.ok());
    static_cast<void>((*querier)->LabelNames({}, 0));
    static_cast<void>((*querier)->LabelValues("__name__", {}, 0));
    Answer all = Ask(db);
    EXPECT_EQ(NotIn(directory_.written, all.samples), "") << "invented\n" << log_.text();
    if (lost_ > 0) ++lossy_;
    told_ = refused || log_.Warned();
  }

  const Directory& directory_ = TheDirectory();
  LogCapture log_;
  std::vector<Part> parts_;
  // By the damage last tried:
  size_t lost_ = 0;     // samples
  size_t revived_ = 0;  // samples that were deleted
  bool told_ = false;   // something, by the log or by the query
  size_t tried_ = 0;
  size_t refused_ = 0;
  size_t lossy_ = 0;
};

TEST_F(DamageTest, TheUndamagedDirectoryShowsEverythingQuietly) {
  FaultFileSystem fs;
  Restore(directory_.files, &fs);
  auto db = directory_.Open(&fs);
  ASSERT_NE(db, nullptr);
  EXPECT_FALSE(log_.Warned()) << log_.text();
  EXPECT_EQ(Ask(*db).samples, directory_.shown);
  EXPECT_GT(directory_.shown.size(), 200u);
  EXPECT_GT(directory_.written.size(), directory_.shown.size());
  // What the tests below rely on.
  EXPECT_TRUE(fs.Exists(directory_.blocks[0] + "/chunks/000002"));
  EXPECT_FALSE(FilesOf("data/wal/checkpoint.").empty());
  EXPECT_GE(FilesOf("data/wal/0").size(), 3u);
  EXPECT_EQ(FilesOf("data/wbl/").size(), 3u);
}

TEST_F(DamageTest, ADamagedBlockIsToldAndTheOthersAreServed) {
  for (const std::string& block : directory_.blocks) {
    for (const std::string& path : FilesOf(block + "/")) {
      if (path.ends_with("meta.json")) continue;  // below
      DamageEverywhere(path, [&](const Damage&, FaultFileSystem* fs, std::unique_ptr<Db>) {
        if (lost_ > 0 || revived_ > 0) {
          EXPECT_TRUE(told_) << lost_ << " samples";
        }
        // Nothing goes because it cannot be read.
        EXPECT_TRUE(fs->Exists(directory_.blocks[0] + "/chunks/000001") ||
                    path.find("000001") != std::string::npos);
        EXPECT_TRUE(fs->Exists(directory_.blocks[1] + "/chunks/000001") ||
                    path.find("000001") != std::string::npos);
        if (log_.Has("cannot be read")) {
          EXPECT_TRUE(log_.Has(block)) << log_.text();
        }
      });
    }
  }
  EXPECT_EQ(refused_, 0u);
  EXPECT_GT(lossy_, 1000u);
}

TEST_F(DamageTest, ADamagedMetaCostsNoOtherBlockAndNoAppend) {
  for (const std::string& block : directory_.blocks) {
    DamageEverywhere(block + "/meta.json",
                     [&](const Damage&, FaultFileSystem*, std::unique_ptr<Db> db) {
                       auto appender = db->NewAppender();
                       EXPECT_TRUE(appender->Append(0, SeriesOf("a"), kStart + 6 * kHour, 1).ok());
                       EXPECT_TRUE(appender->Commit().ok());
                       appender.reset();
                       EXPECT_TRUE(db->Maintain().ok()) << log_.text();
                     });
  }
}

// After the repair new series get numbers in the log; samples of lost ones must not become theirs.
void LiveOn(const Directory& directory, FaultFileSystem* fs, std::unique_ptr<Db> db) {
  Samples written = directory.written;
  for (const char* name : {"new1", "new2", "new3", "new4"}) {
    auto appender = db->NewAppender();
    TimeMs t = kStart + 6 * kHour;
    ASSERT_TRUE(appender->Append(0, SeriesOf(name), t, 42).ok());
    ASSERT_TRUE(appender->Commit().ok());
    written[{SeriesOf(name).ToMetricString(), t}] = TextOf(42);
  }
  Samples before = Ask(*db).samples;
  db.reset();
  std::string error;
  db = directory.Open(fs, &error);
  ASSERT_NE(db, nullptr) << error;
  Answer after = Ask(*db);
  EXPECT_EQ(NotIn(written, after.samples), "") << "invented";
  EXPECT_EQ(NotIn(after.samples, before), "") << "lost";
}

TEST_F(DamageTest, ALogWithoutItsBeginIsReadAndTold) {
  std::string checkpoint = DirName(FilesOf("data/wal/checkpoint.").front());
  for (const std::string& path : {FilesOf("data/wal/0").front(), checkpoint}) {
    SCOPED_TRACE(path);
    FaultFileSystem fs;
    Restore(directory_.files, &fs);
    if (path == checkpoint) {
      ASSERT_TRUE(fs.RemoveRecursively(path).ok());
    } else {
      ASSERT_TRUE(fs.Remove(path).ok());
    }
    log_.Clear();
    auto db = directory_.Open(&fs);
    ASSERT_NE(db, nullptr);
    EXPECT_TRUE(log_.Has("Segments of the write-ahead log are missing")) << log_.text();
    CheckAnswers({path}, *db);
    EXPECT_GT(lost_ + revived_, 0u);
  }
}

// The first byte of a fragment has its type and its compression, and no checksum.
TEST_F(DamageTest, EveryBitOfAFragmentsTypeIsMissed) {
  size_t fragments = 0;
  for (const std::string& path : FilesOf("data/w")) {
    const std::string& content = directory_.files.at(path);
    ASSERT_LT(content.size(), wal::kPageBytes);
    for (size_t at = 0; at + wal::kFragmentHeaderBytes <= content.size();) {
      ++fragments;
      for (size_t bit = 0; bit < 8; ++bit) {
        Try({path, Kind::kFlip, at, bit}, [&](const Damage&, FaultFileSystem*, auto) {
          if (lost_ > 0 || revived_ > 0) {
            EXPECT_TRUE(told_) << lost_ << " samples";
          }
        });
      }
      if (HasFailure()) return;
      at += wal::kFragmentHeaderBytes + static_cast<uint8_t>(content[at + 1]) * 256u +
            static_cast<uint8_t>(content[at + 2]);
    }
  }
  EXPECT_GT(fragments, 20u);
  EXPECT_GT(lossy_, 50u);
}

TEST_F(DamageTest, ADamagedLogIsRepairedAndLivesOn) {
  for (const std::string& path : FilesOf("data/w")) {
    // Nobody misses the newest segment; and the first of the late samples' log goes by itself
    // whenever they are in blocks.
    bool end = path == FilesOf("data/wal/0").back() || path == FilesOf("data/wbl/").back() ||
               path == FilesOf("data/wbl/").front();
    DamageEverywhere(path, [&](const Damage& damage, FaultFileSystem* fs, std::unique_ptr<Db> db) {
      if ((lost_ > 0 || revived_ > 0) && damage.kind == Kind::kFlip) {
        EXPECT_TRUE(told_) << lost_ << " samples";
      }
      if (lost_ > 0 && damage.kind == Kind::kGone && !end) {
        EXPECT_TRUE(told_) << lost_ << " samples";
      }
      if (damage.at % 3 == 0) LiveOn(directory_, fs, std::move(db));
    });
  }
  EXPECT_GT(refused_, 100u);  // the checkpoint
  EXPECT_GT(lossy_, 500u);
}

}  // namespace
}  // namespace watchfire::tsdb

// What others put into a data directory, and blocks whose meta.json says what is not so: the rest
// is served, and nothing goes that is not the database's.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include "tsdb/db/testing_db.h"

namespace watchfire::tsdb {
namespace {

namespace fs = std::filesystem;
using model::Labels;

constexpr int64_t kHour = 3'600'000;
constexpr TimeMs kStart = 1'700'006'400'000;
constexpr const char* kStrangeUlid = "01BX5ZZKBKACTAV9WEVGEMMVRZ";

std::string ReadText(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteText(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

class ForeignTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "wf_foreign_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    data_ = root_ / "data";
    auto db = Open();
    ASSERT_NE(db, nullptr);
    Fill(*db, kStart, kStart + 5 * kHour + kHour / 2);
    ASSERT_TRUE(db->Maintain().ok());
    for (const block::BlockMeta& meta : db->BlockMetas()) blocks_.push_back(meta);
    ASSERT_EQ(blocks_.size(), 2u);
  }
  void TearDown() override { fs::remove_all(root_); }

  std::unique_ptr<Db> Open() {
    DbOptions options;
    options.path = data_.string();
    options.clock = &clock_;
    options.retention.duration_ms = 15 * 24 * kHour;
    options.max_block_ms = options.min_block_ms;  // blocks stay as they are
    options.background = false;
    Result<std::unique_ptr<Db>> db = Db::Open(options);
    EXPECT_TRUE(db.ok()) << db.error().message();
    return db.ok() ? std::move(*db) : nullptr;
  }

  void Fill(Db& db, TimeMs from, TimeMs to) {
    Labels labels = Labels::Of({{"__name__", "m"}});
    auto appender = db.NewAppender();
    for (TimeMs t = from; t < to; t += kHour / 6) {
      ASSERT_TRUE(appender->Append(0, labels, t, static_cast<double>(t)).ok()) << t;
      ASSERT_TRUE(appender->Commit().ok());
      written_[{labels.ToMetricString(), t}] = TextOf(static_cast<double>(t));
    }
  }

  fs::path DirectoryOf(size_t block) const { return data_ / blocks_[block].ulid.ToString(); }

  StoppedClock clock_{kStart + 6 * kHour};
  fs::path root_;
  fs::path data_;
  std::vector<block::BlockMeta> blocks_;
  Samples written_;
  LogCapture log_;
};

TEST_F(ForeignTest, WhatIsNotTheDatabasesStaysAndDoesNotDisturb) {
  std::vector<fs::path> foreign = {
      data_ / "README",
      data_ / (std::string(kStrangeUlid) + ".txt"),
      data_ / (std::string(kStrangeUlid) + ".bak") / "x",
      data_ / "01ARZ3NDEKTSV4RRFFQ69G5FAV",  // a file with the name of a block
      data_ / "lost+found" / "#123",
      data_ / "wal.tmp" / "00000000",
      data_ / "wal" / "README",
      data_ / "wal" / "0000000x",
      data_ / "wal" / "checkpoint.backup" / "00000000",
      data_ / "wal" / "checkpoint.00000099",  // a file
      data_ / "wbl" / "notes.txt",
      data_ / "chunks_head" / "notes.txt",
      data_ / "snapshots" / "mine" / "index",
      DirectoryOf(0) / "chunks" / "README",
      DirectoryOf(0) / "chunks" / "7",
      DirectoryOf(0) / "notes.txt",
      root_ / "elsewhere" / "precious",
  };
  for (const fs::path& path : foreign) WriteText(path, "not yours");
  fs::create_directories(data_ / kStrangeUlid);
  foreign.push_back(data_ / kStrangeUlid);
  auto link = [&](const fs::path& to, const std::string& name) {
    fs::create_symlink(to, data_ / name);
    foreign.push_back(data_ / name);
  };
  link("nowhere", "dangling");
  link("loop", "loop");
  link("nowhere", "01BX5ZZKBKACTAV9WEVGEMMVS0");
  link(root_ / "elsewhere", "01BX5ZZKBKACTAV9WEVGEMMVS1");
  link(root_ / "elsewhere", "wal.link");

  for (int round = 0; round < 2; ++round) {
    log_.Clear();
    auto db = Open();
    ASSERT_NE(db, nullptr);
    EXPECT_EQ(Ask(*db).samples, written_);
    EXPECT_TRUE(log_.Has(kStrangeUlid)) << log_.text();
    EXPECT_TRUE(log_.Has("01BX5ZZKBKACTAV9WEVGEMMVS1")) << log_.text();
    // Another block out of the head, another checkpoint.
    clock_.Set(clock_.Now() + 4 * kHour);
    TimeMs from = db->GetStats().max_time + kHour / 6;
    Fill(*db, from, from + 4 * kHour);
    ASSERT_TRUE(db->Maintain().ok()) << log_.text();
    ASSERT_TRUE(db->CleanTombstones().ok());
    EXPECT_EQ(Ask(*db).samples, written_);
    db.reset();
    for (const fs::path& path : foreign) {
      EXPECT_TRUE(fs::exists(fs::symlink_status(path))) << path << " is gone";
      if (!fs::is_regular_file(fs::symlink_status(path))) continue;
      EXPECT_EQ(ReadText(path), "not yours");
    }
  }
}

TEST_F(ForeignTest, WhatACrashLeftIsRemovedAndWhatOnlyLooksLikeItIsNot) {
  std::string ulid = kStrangeUlid;
  for (const char* suffix : {".tmp-for-creation", ".tmp-for-deletion", ".tmp"}) {
    WriteText(data_ / (ulid + suffix) / "chunks" / "000001", "half");
  }
  WriteText(data_ / "wal" / "checkpoint.00000050.tmp" / "00000000", "half");
  WriteText(data_ / ("x" + ulid + ".tmp") / "index", "not yours");
  WriteText(data_ / (ulid + ".tmp-for-later") / "index", "not yours");
  WriteText(data_ / "wal" / "checkpoint.mine.tmp" / "00000000", "not yours");
  auto db = Open();
  ASSERT_NE(db, nullptr);
  EXPECT_EQ(Ask(*db).samples, written_);
  for (const char* suffix : {".tmp-for-creation", ".tmp-for-deletion", ".tmp"}) {
    EXPECT_FALSE(fs::exists(data_ / (ulid + suffix)));
    EXPECT_TRUE(log_.Has(ulid + suffix));
  }
  EXPECT_FALSE(fs::exists(data_ / "wal" / "checkpoint.00000050.tmp"));
  EXPECT_TRUE(fs::exists(data_ / ("x" + ulid + ".tmp") / "index"));
  EXPECT_TRUE(fs::exists(data_ / (ulid + ".tmp-for-later") / "index"));
  EXPECT_TRUE(fs::exists(data_ / "wal" / "checkpoint.mine.tmp" / "00000000"));
}

TEST_F(ForeignTest, DirectoriesThatCannotBeReadAreTold) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  fs::create_directories(data_ / "lost+found");
  fs::create_directories(data_ / kStrangeUlid);
  ::chmod((data_ / "lost+found").c_str(), 0);
  ::chmod((data_ / kStrangeUlid).c_str(), 0);
  ::chmod(DirectoryOf(0).c_str(), 0);
  {
    auto db = Open();
    ASSERT_NE(db, nullptr);
    EXPECT_TRUE(log_.Has(kStrangeUlid)) << log_.text();
    EXPECT_TRUE(log_.Has(DirectoryOf(0).string())) << log_.text();
    EXPECT_EQ(NotIn(Ask(*db).samples, Between(written_, blocks_[1].mint, kMaxTime)), "");
    EXPECT_TRUE(db->Maintain().ok());
  }
  for (const fs::path& path : {data_ / "lost+found", data_ / kStrangeUlid, DirectoryOf(0)}) {
    ::chmod(path.c_str(), 0700);
  }
  EXPECT_EQ(Ask(*Open()).samples, written_);
}

// ---- wrong metas

class WrongMetaTest : public ForeignTest {
 protected:
  std::string MetaOf(size_t block) const { return ReadText(DirectoryOf(block) / "meta.json"); }

  static std::string Replaced(std::string text, const std::string& from, const std::string& to) {
    size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from << " in " << text;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  }

  std::string Parent(size_t block, int64_t shift_ms) const {
    return fmt::format(R"("parents": [{{"ulid": "{}", "minTime": {}, "maxTime": {}}}], "level": 1)",
                       blocks_[block].ulid.ToString(), blocks_[block].mint + shift_ms,
                       blocks_[block].maxt + shift_ms);
  }

  // `text` as the meta of the first block: everything else is served, goes on and stays.
  void Check(const std::string& text, bool still_served) {
    std::string good = MetaOf(0);
    WriteText(DirectoryOf(0) / "meta.json", text);
    for (int round = 0; round < 2; ++round) {
      log_.Clear();
      auto db = Open();
      ASSERT_NE(db, nullptr);
      Samples others = Between(written_, blocks_[1].mint, kMaxTime);
      for (int i = 0; i < 2; ++i) {
        Answer answer = Ask(*db);
        EXPECT_EQ(NotIn(answer.samples, others), "") << "lost\n" << log_.text();
        EXPECT_EQ(NotIn(written_, answer.samples), "") << "invented";
        if (still_served) {
          EXPECT_EQ(answer.samples, written_);
        } else {
          EXPECT_TRUE(log_.Has(DirectoryOf(0).string())) << log_.text();
        }
        EXPECT_TRUE(log_.Warned());
        auto appender = db->NewAppender();
        TimeMs next = std::max(clock_.Now(), db->GetStats().max_time + 1);
        Fill(*db, next, next + 1);
        EXPECT_TRUE(db->Maintain().ok()) << log_.text();
        others = Between(written_, blocks_[1].mint, kMaxTime);
      }
      db.reset();
      for (size_t block : {size_t{0}, size_t{1}}) {
        EXPECT_TRUE(fs::exists(DirectoryOf(block) / "index")) << block;
        EXPECT_TRUE(fs::exists(DirectoryOf(block) / "chunks" / "000001")) << block;
      }
    }
    WriteText(DirectoryOf(0) / "meta.json", good);
    EXPECT_EQ(Ask(*Open()).samples, written_);
  }
};

TEST_F(WrongMetaTest, ABlockWithoutASensibleMetaIsLeftAlone) {
  std::string good = MetaOf(0);
  std::string mint = std::to_string(blocks_[0].mint);
  std::string maxt = std::to_string(blocks_[0].maxt);
  std::string ulid = blocks_[0].ulid.ToString();
  for (const std::string& text : {
           Replaced(good, ulid, kStrangeUlid),
           Replaced(good, ulid, blocks_[1].ulid.ToString()),
           Replaced(good, ulid, "not a ulid"),
           Replaced(good, "\"maxTime\": " + maxt, "\"maxTime\": 5"),
           Replaced(good, "\"version\": 1", "\"version\": 3"),
           Replaced(good, "\"version\": 1", "\"version\": 9223372036854775807"),
           Replaced(good, maxt, "9223372036854775807"),
           Replaced(good, maxt, "99999999999999999999"),
           Replaced(good, maxt, "1e300"),
           Replaced(good, mint, "-9223372036854775808"),
           Replaced(good, "\"level\": 1", "\"level\": 4294967297"),
           Replaced(good, "\"level\": 1", "\"level\": \"1\""),
           good.substr(0, good.size() / 2),
           good + good,
           std::string(),
           std::string("null"),
           std::string("[]"),
           std::string("{}"),
           std::string(200'000, '['),
           std::string("{\"ulid\": \"\xff\xfe\"}"),
       }) {
    SCOPED_TRACE(text.substr(0, 400));
    Check(text, false);
    if (HasFailure()) return;
  }
}

TEST_F(WrongMetaTest, ABlockFromTheFutureMakesNoOtherOld) {
  std::string maxt = std::to_string(blocks_[0].maxt);
  // A century ahead, and what one flipped bit can do.
  Check(Replaced(MetaOf(0), "\"maxTime\": " + maxt, "\"maxTime\": 4900000000000"), true);
  Check(Replaced(MetaOf(0), "\"maxTime\": 170", "\"maxTime\": 174"), true);
}

TEST_F(WrongMetaTest, ALivingBlockIsNotReplacedByOneThatCannotHoldIt) {
  Check(Replaced(MetaOf(0), "\"level\": 1", Parent(1, 0)), true);
  Check(Replaced(MetaOf(0), "\"level\": 1", Parent(0, 0)), true);
}

}  // namespace
}  // namespace watchfire::tsdb

#include "tool/read_only_files.h"

#include "tool/testing_tool.h"
#include "tsdb/db/db.h"

namespace watchfire::tool {
namespace {

using model::Labels;

class ReadOnlyFilesTest : public testing::ToolTest {
 protected:
  std::unique_ptr<tsdb::Db> OpenForWriting() {
    tsdb::DbOptions options;
    options.path = directory_;
    options.background = false;
    options.out_of_order_window_ms = 3600 * 1000;
    return tsdb::Db::Open(options).value();
  }
  static void Append(tsdb::Db& db, std::string_view name, TimeMs t, double v) {
    auto appender = db.NewAppender();
    ASSERT_TRUE(appender->Append(0, Labels::Of({{"__name__", name}}), t, v).ok());
    ASSERT_TRUE(appender->Commit().ok());
  }
  // Blocks, a log with an open end and late samples.
  void Fill() {
    auto db = OpenForWriting();
    for (TimeMs t = 0; t < 12 * 3'600'000; t += 60'000) Append(*db, "a", t, 1);
    ASSERT_TRUE(db->Maintain().ok());
    ASSERT_FALSE(db->BlockMetas().empty());
    Append(*db, "b", 12 * 3'600'000, 2);
    Append(*db, "a", 12 * 3'600'000 - 90'001, 3);
    ASSERT_TRUE(db->Close().ok());
  }
  std::string LastSegment() {
    auto segments = fs_.ListDirectory(PathOf("wal")).value();
    for (size_t i = segments.size(); i-- > 0;) {
      if (!segments[i].is_directory) return JoinPath(PathOf("wal"), segments[i].name);
    }
    return "";
  }
  // A dump that leaves no byte different.
  std::string DumpUnchanged() {
    std::map<std::string, std::string> before = Everything(directory_);
    std::string dumped = Dump(directory_);
    EXPECT_EQ(Everything(directory_), before);
    return dumped;
  }
};

TEST_F(ReadOnlyFilesTest, ADumpHasBlocksLogAndLateSamplesAndChangesNothing) {
  Fill();
  std::string dumped = DumpUnchanged();
  EXPECT_EQ(std::count(dumped.begin(), dumped.end(), '\n'), 12 * 60 + 2);
  EXPECT_NE(dumped.find("{__name__=\"a\"} 1 0\n"), std::string::npos);
  EXPECT_NE(dumped.find("{__name__=\"a\"} 3 43109999\n"), std::string::npos);
  EXPECT_NE(dumped.find("{__name__=\"b\"} 2 43200000\n"), std::string::npos);
}

TEST_F(ReadOnlyFilesTest, ATornLogIsReadUpToTheTearAndLeftAsItIs) {
  {
    auto db = OpenForWriting();
    for (TimeMs t = 1; t <= 5; ++t) Append(*db, "a", t, static_cast<double>(t));
    ASSERT_TRUE(db->Close().ok());
  }
  std::string whole = fs_.ReadFile(LastSegment()).value();
  std::string segment = LastSegment();
  std::string dumped_before;
  for (size_t cut = 1; cut < 40; ++cut) {
    fs_.WriteFileAtomically(segment, whole.substr(0, whole.size() - cut)).value();
    std::string dumped = DumpUnchanged();
    EXPECT_EQ(dumped.find("} 5 5\n"), std::string::npos) << cut;
    EXPECT_NE(dumped.find("} 1 1\n"), std::string::npos) << cut;
  }
  fs_.WriteFileAtomically(segment, whole + std::string(7, '\x13')).value();
  EXPECT_NE(DumpUnchanged().find("} 5 5\n"), std::string::npos);
}

TEST_F(ReadOnlyFilesTest, WhatACrashLeftHalfMadeStays) {
  Fill();
  fs_.CreateDirectories(PathOf("01HF000000000000000000000A.tmp-for-creation")).value();
  Write("01HF000000000000000000000A.tmp-for-creation/index", "half");
  fs_.CreateDirectories(PathOf("01HF000000000000000000000B.tmp-for-deletion")).value();
  fs_.CreateDirectories(PathOf("wal/checkpoint.00000099.tmp")).value();
  Write("wal/checkpoint.00000099.tmp/00000000", "half");
  fs_.CreateDirectories(PathOf("01HF000000000000000000000C")).value();  // no meta.json
  std::string dumped = DumpUnchanged();
  EXPECT_EQ(std::count(dumped.begin(), dumped.end(), '\n'), 12 * 60 + 2);
}

TEST_F(ReadOnlyFilesTest, AWriterMayHaveTheDirectoryOpen) {
  auto db = OpenForWriting();
  for (TimeMs t = 1; t <= 100; ++t) {
    Append(*db, "a", t, static_cast<double>(t));
    if (t % 10 != 0) continue;
    std::string dumped = DumpUnchanged();
    EXPECT_EQ(std::count(dumped.begin(), dumped.end(), '\n'), t);
  }
  // It goes on as if nobody had looked.
  ASSERT_TRUE(db->Close().ok());
  db = nullptr;
  std::string dumped = DumpUnchanged();
  EXPECT_EQ(std::count(dumped.begin(), dumped.end(), '\n'), 100);
}

TEST_F(ReadOnlyFilesTest, EveryChangeIsForgotten) {
  ReadOnlyFiles files(&fs_);
  Write("file", "content");
  std::map<std::string, std::string> before = Everything(directory_);
  auto appended = files.OpenAppend(PathOf("file"), false).value();
  EXPECT_EQ(appended->size(), 7U);
  EXPECT_TRUE(appended->Append("more").ok());
  EXPECT_EQ(appended->size(), 11U);
  EXPECT_TRUE(appended->Truncate(2).ok() && appended->Sync().ok() && appended->Close().ok());
  EXPECT_EQ(files.OpenAppend(PathOf("file"), true).value()->size(), 0U);
  EXPECT_TRUE(files.OpenAppend(PathOf("new"), false).ok());
  EXPECT_TRUE(files.WriteFileAtomically(PathOf("file"), "other").ok());
  EXPECT_TRUE(files.CreateDirectories(PathOf("a/b")).ok());
  EXPECT_TRUE(files.Rename(PathOf("file"), PathOf("moved")).ok());
  EXPECT_TRUE(files.HardLink(PathOf("file"), PathOf("linked")).ok());
  EXPECT_TRUE(files.Remove(PathOf("file")).ok());
  EXPECT_TRUE(files.RemoveRecursively(directory_).ok());
  EXPECT_EQ(Everything(directory_), before);
}

}  // namespace
}  // namespace watchfire::tool

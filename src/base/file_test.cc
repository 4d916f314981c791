#include "base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace watchfire {
namespace {

class Files : public testing::Test {
 protected:
  Files() {
    char name[] = "/tmp/watchfire_file_XXXXXX";
    directory_ = mkdtemp(name);
  }
  ~Files() override { std::filesystem::remove_all(directory_); }
  std::string Path(const std::string& name) const { return JoinPath(directory_, name); }
  FileSystem& files() { return *FileSystem::Local(); }

  std::string directory_;
};

TEST_F(Files, AreWrittenAtomicallyAndReadBack) {
  ASSERT_TRUE(files().WriteFileAtomically(Path("a"), "one").ok());
  ASSERT_TRUE(files().WriteFileAtomically(Path("a"), "two").ok());
  EXPECT_EQ(*files().ReadFile(Path("a")), "two");
  EXPECT_FALSE(files().Exists(Path("a.tmp")));
}

TEST_F(Files, GrowAtTheirEndAndAreCut) {
  auto file = files().OpenAppend(Path("log"), false);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("hello ").ok());
  ASSERT_TRUE((*file)->Append("world").ok());
  EXPECT_EQ((*file)->size(), 11u);
  ASSERT_TRUE((*file)->Truncate(5).ok());
  ASSERT_TRUE((*file)->Append("!").ok());
  ASSERT_TRUE((*file)->Sync().ok());
  ASSERT_TRUE((*file)->Close().ok());
  EXPECT_EQ(*files().ReadFile(Path("log")), "hello!");
  auto again = files().OpenAppend(Path("log"), false);
  EXPECT_EQ((*again)->size(), 6u);
  EXPECT_EQ((*files().OpenAppend(Path("log"), true))->size(), 0u);
}

TEST_F(Files, NameThemselvesInErrors) {
  Result<std::string> missing = files().ReadFile(Path("none"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(missing.error().message(), "open " + Path("none") + ": No such file or directory");
  EXPECT_EQ(files().ReadFile(directory_).error().message(),
            "read " + directory_ + ": is a directory");
  EXPECT_EQ(files().Remove(Path("none")).error().code(), ErrorCode::kNotFound);
}

TEST_F(Files, AreNotReadBeyondTheLimit) {
  ASSERT_TRUE(files().WriteFileAtomically(Path("a"), "12345").ok());
  EXPECT_EQ(*files().ReadFile(Path("a"), 5), "12345");
  EXPECT_EQ(files().ReadFile(Path("a"), 4).error().code(), ErrorCode::kLimit);
  // Endless ones have no size that could be asked beforehand.
  EXPECT_EQ(files().ReadFile("/dev/zero", 1000).error().code(), ErrorCode::kLimit);
}

TEST_F(Files, OfTerabytesAreRefusedBeforeMemoryIsReserved) {
  ASSERT_TRUE(files().OpenAppend(Path("sparse"), true).ok());
  ASSERT_EQ(truncate(Path("sparse").c_str(), 1LL << 42), 0);
  EXPECT_EQ(files().ReadFile(Path("sparse"), 1 << 20).error().code(), ErrorCode::kLimit);
}

TEST_F(Files, AreListedInOrder) {
  ASSERT_TRUE(files().CreateDirectories(Path("d/e/f")).ok());
  ASSERT_TRUE(files().WriteFileAtomically(Path("d/b"), "22").ok());
  ASSERT_TRUE(files().WriteFileAtomically(Path("d/a"), "1").ok());
  auto entries = files().ListDirectory(Path("d"));
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 3u);
  EXPECT_EQ((*entries)[0].name, "a");
  EXPECT_EQ((*entries)[1].size, 2u);
  EXPECT_TRUE((*entries)[2].is_directory);
  ASSERT_TRUE(files().Rename(Path("d/a"), Path("d/c")).ok());
  ASSERT_TRUE(files().RemoveRecursively(Path("d")).ok());
  EXPECT_FALSE(files().Exists(Path("d")));
}

TEST_F(Files, AreReadInPieces) {
  ASSERT_TRUE(files().WriteFileAtomically(Path("a"), "0123456789").ok());
  auto file = files().OpenRead(Path("a"));
  ASSERT_TRUE(file.ok());
  char buffer[4];
  EXPECT_EQ(*(*file)->ReadAt(2, buffer, 4), 4u);
  EXPECT_EQ(std::string_view(buffer, 4), "2345");
  EXPECT_EQ(*(*file)->ReadAt(8, buffer, 4), 2u);
  EXPECT_EQ(*(*file)->ReadAt(20, buffer, 4), 0u);
  EXPECT_EQ((*file)->size(), 10u);
}

TEST_F(Files, AreMapped) {
  ASSERT_TRUE(files().WriteFileAtomically(Path("a"), "content").ok());
  ASSERT_TRUE(files().WriteFileAtomically(Path("empty"), "").ok());
  Result<MappedFile> map = MappedFile::Open(Path("a"));
  ASSERT_TRUE(map.ok());
  MappedFile moved = std::move(*map);
  EXPECT_EQ(moved.bytes(), "content");
  EXPECT_EQ(MappedFile::Open(Path("empty"))->bytes(), "");
  EXPECT_FALSE(MappedFile::Open(Path("none")).ok());
}

TEST_F(Files, AreLockedByOneOwner) {
  bool existed = true;
  auto lock = FileLock::Acquire(Path("lock"), &existed);
  ASSERT_TRUE(lock.ok());
  EXPECT_FALSE(existed);
  auto second = FileLock::Acquire(Path("lock"), &existed);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::kUnavailable);
  lock->reset();
  EXPECT_FALSE(files().Exists(Path("lock")));
  EXPECT_TRUE(FileLock::Acquire(Path("lock"), &existed).ok());
}

TEST_F(Files, OfAnOwnerThatDiedAreTakenOver) {
  ASSERT_TRUE(files().WriteFileAtomically(Path("lock"), "").ok());
  bool existed = false;
  EXPECT_TRUE(FileLock::Acquire(Path("lock"), &existed).ok());
  EXPECT_TRUE(existed);
}

TEST(Paths, AreJoinedAndSplit) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("a", "/b"), "/b");
  EXPECT_EQ(JoinPath(".", "b"), "b");
  EXPECT_EQ(JoinPath("", "b"), "b");
  EXPECT_EQ(DirName("a/b/c"), "a/b");
  EXPECT_EQ(DirName("c"), ".");
  EXPECT_EQ(DirName("/c"), "/");
  EXPECT_EQ(BaseName("a/b"), "b");
  EXPECT_EQ(BaseName("b"), "b");
}

}  // namespace
}  // namespace watchfire

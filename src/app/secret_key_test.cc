#include "app/secret_key.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"

namespace watchfire::app {
namespace {

class SecretKey : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "secret_keyXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string Path() const { return directory_ + "/key"; }
  const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
};

TEST_F(SecretKey, IsMadeOnceAndFoundAgain) {
  auto first = ReadOrMakeSecretKey(Path());
  auto second = ReadOrMakeSecretKey(Path());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->reveal(), second->reveal());
  EXPECT_GE(first->reveal().size(), 32u);
}

TEST_F(SecretKey, IsReadableByItsOwnerAlone) {
  ASSERT_TRUE(ReadOrMakeSecretKey(Path()).ok());
  struct stat info = {};
  ASSERT_EQ(stat(Path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(SecretKey, NothingIsLeftBesideIt) {
  ASSERT_TRUE(ReadOrMakeSecretKey(Path()).ok());
  EXPECT_EQ(FileSystem::Local()->ListDirectory(directory()).value().size(), 1u);
}

// Of a process with our number that was killed while it wrote.
TEST_F(SecretKey, ARestOfAnAbortedStartIsNoHindrance) {
  std::string rest = Path() + "." + std::to_string(getpid()) + ".tmp";
  ASSERT_TRUE(FileSystem::Local()->WriteFileAtomically(rest, "half").ok());
  auto key = ReadOrMakeSecretKey(Path());
  ASSERT_TRUE(key.ok());
  EXPECT_GE(key->reveal().size(), 32u);
}

TEST_F(SecretKey, AnEmptyFileIsNoKey) {
  ASSERT_TRUE(FileSystem::Local()->WriteFileAtomically(Path(), "\n").ok());
  auto key = ReadOrMakeSecretKey(Path());
  ASSERT_FALSE(key.ok());
  EXPECT_EQ(key.error().code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace watchfire::app

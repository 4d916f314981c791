#include "app/secret_key.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "base/file.h"
#include "base/text.h"
#include "secrets/secrets.h"

namespace watchfire::app {
namespace {

constexpr uint64_t kMaxBytes = 4096;
constexpr size_t kCharacters = 48;

Result<Secret> ReadKey(const std::string& path) {
  std::string text = TRY(FileSystem::Local()->ReadFile(path, kMaxBytes));
  std::string key(TrimSpace(text));
  if (key.empty()) return Error::Corrupt("{} is empty: it held the key of sealed secrets", path);
  return Secret(std::move(key));
}

Result<void> WriteNew(const std::string& path, std::string_view text) {
  int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Error::Io("create {}: {}", path, strerror(errno));
  bool written =
      write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  int reason = errno;
  close(fd);
  if (!written) return Error::Io("write {}: {}", path, strerror(reason));
  return {};
}

}  // namespace

Result<Secret> ReadOrMakeSecretKey(const std::string& path) {
  if (access(path.c_str(), F_OK) == 0) return ReadKey(path);
  // Written beside its place and linked there when it is whole: whoever is killed in between leaves
  // no empty key behind, and of two processes both go on with the first one's.
  std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
  unlink(temporary.c_str());
  Result<void> made = WriteNew(temporary, secrets::RandomText(kCharacters) + "\n");
  // Some file systems have no links.
  if (made.ok() && link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST &&
      rename(temporary.c_str(), path.c_str()) != 0) {
    made = Error::Io("rename to {}: {}", path, strerror(errno));
  }
  unlink(temporary.c_str());
  TRY(std::move(made));
  TRY(FileSystem::Local()->SyncDirectory(DirName(path)));
  return ReadKey(path);
}

}  // namespace watchfire::app

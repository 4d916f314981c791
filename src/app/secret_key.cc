#include "app/secret_key.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

#include "base/file.h"
#include "base/text.h"
#include "secrets/secrets.h"

namespace watchfire::app {
namespace {

constexpr uint64_t kMaxBytes = 4096;
constexpr size_t kCharacters = 48;

}  // namespace

Result<Secret> ReadOrMakeSecretKey(const std::string& path) {
  // Whoever makes it is alone with it; a second process finds the file.
  int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno != EEXIST) return Error::Io("create {}: {}", path, strerror(errno));
  if (fd < 0) {
    std::string text = TRY(FileSystem::Local()->ReadFile(path, kMaxBytes));
    std::string key(TrimSpace(text));
    if (key.empty()) return Error::Corrupt("{} is empty: it held the key of sealed secrets", path);
    return Secret(std::move(key));
  }
  std::string key = secrets::RandomText(kCharacters);
  std::string line = key + "\n";
  bool written =
      write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && fsync(fd) == 0;
  int reason = errno;
  close(fd);
  if (written) return Secret(std::move(key));
  unlink(path.c_str());
  return Error::Io("write {}: {}", path, strerror(reason));
}

}  // namespace watchfire::app

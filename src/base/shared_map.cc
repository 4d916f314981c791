#include "base/shared_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace watchfire {

Result<SharedMap> SharedMap::Create(const std::string& path, size_t size) {
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return Error::Io("open {}: {}", path, std::strerror(errno));
  int failed = ::posix_fallocate(fd, 0, static_cast<off_t>(size));
  void* data = MAP_FAILED;
  if (failed == 0) {
    data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED) failed = errno;
  }
  ::close(fd);
  if (failed != 0) return Error::Io("map {}: {}", path, std::strerror(failed));
  return SharedMap(static_cast<char*>(data), size);
}

SharedMap::SharedMap(SharedMap&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SharedMap& SharedMap::operator=(SharedMap&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SharedMap::~SharedMap() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace watchfire

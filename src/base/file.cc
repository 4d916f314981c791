#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace watchfire {
namespace {

Error Errno(std::string_view action, const std::string& path) {
  int code = errno;
  ErrorCode kind = code == ENOENT                      ? ErrorCode::kNotFound
                   : (code == EACCES || code == EPERM) ? ErrorCode::kDenied
                   : code == EEXIST                    ? ErrorCode::kExists
                                                       : ErrorCode::kIo;
  char buffer[128];
  return Error::Make(kind, "{} {}: {}", action, path, strerror_r(code, buffer, sizeof buffer));
}

Error FromStd(std::string_view action, const std::string& path, const std::error_code& error) {
  errno = error.value();
  return Errno(action, path);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

class LocalAppendFile final : public AppendFile {
 public:
  LocalAppendFile(std::string path, int fd, uint64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}

  Result<void> Append(std::string_view bytes) override {
    while (!bytes.empty()) {
      ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
      if (n < 0) {
        if (errno == EINTR) continue;
        return Errno("write", path_);
      }
      size_ += static_cast<uint64_t>(n);
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }
  Result<void> Sync() override {
    if (::fdatasync(fd_.get()) != 0) return Errno("sync", path_);
    return {};
  }
  Result<void> Truncate(uint64_t size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) return Errno("truncate", path_);
    size_ = size;
    return {};
  }
  Result<void> Close() override {
    int fd = fd_.release();
    if (fd >= 0 && ::close(fd) != 0) return Errno("close", path_);
    return {};
  }
  uint64_t size() const override { return size_; }

 private:
  std::string path_;
  Descriptor fd_;
  uint64_t size_;
};

class LocalReadFile final : public ReadFileHandle {
 public:
  LocalReadFile(std::string path, int fd, uint64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}

  Result<size_t> ReadAt(uint64_t offset, char* out, size_t n) override {
    size_t done = 0;
    while (done < n) {
      ssize_t got = ::pread(fd_.get(), out + done, n - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Errno("read", path_);
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }
  uint64_t size() const override { return size_; }

 private:
  std::string path_;
  Descriptor fd_;
  uint64_t size_;
};

Result<std::string> ReadAll(int fd, const std::string& path, uint64_t limit) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return Errno("stat", path);
  if (S_ISDIR(info.st_mode)) return Error::Invalid("read {}: is a directory", path);
  if (info.st_size > 0 && static_cast<uint64_t>(info.st_size) > limit) {
    return Error::Limit("read {}: larger than {} bytes", path, limit);
  }
  std::string content;
  content.reserve(static_cast<size_t>(info.st_size));
  char buffer[65536];
  while (true) {
    ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0) {
      if (errno == EINTR) continue;
      return Errno("read", path);
    }
    if (n == 0) return content;
    if (content.size() + static_cast<size_t>(n) > limit) {
      return Error::Limit("read {}: larger than {} bytes", path, limit);
    }
    content.append(buffer, static_cast<size_t>(n));
  }
}

class LocalFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<AppendFile>> OpenAppend(const std::string& path, bool truncate) override {
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (truncate ? O_TRUNC : 0);
    Descriptor fd(::open(path.c_str(), flags, 0644));
    if (fd.get() < 0) return Errno("open", path);
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return Errno("stat", path);
    return std::unique_ptr<AppendFile>(
        new LocalAppendFile(path, fd.release(), static_cast<uint64_t>(info.st_size)));
  }

  Result<std::unique_ptr<ReadFileHandle>> OpenRead(const std::string& path) override {
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) return Errno("open", path);
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return Errno("stat", path);
    return std::unique_ptr<ReadFileHandle>(
        new LocalReadFile(path, fd.release(), static_cast<uint64_t>(info.st_size)));
  }

  Result<std::string> ReadFile(const std::string& path, uint64_t limit) override {
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) return Errno("open", path);
    return ReadAll(fd.get(), path, limit);
  }

  Result<MappedFile> Map(const std::string& path) override { return MappedFile::Open(path); }

  Result<void> HardLink(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) != 0) return Errno("link", to);
    return {};
  }

  Result<void> WriteFileAtomically(const std::string& path, std::string_view content) override {
    std::string temporary = path + ".tmp";
    auto write = [&]() -> Result<void> {
      auto file = TRY(OpenAppend(temporary, true));
      TRY(file->Append(content));
      TRY(file->Sync());
      TRY(file->Close());
      return Rename(temporary, path);
    };
    if (Result<void> written = write(); !written) {
      ::unlink(temporary.c_str());
      return written;
    }
    return SyncDirectory(DirName(path));
  }

  Result<void> CreateDirectories(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return FromStd("create directory", path, error);
    return {};
  }

  Result<std::vector<DirEntry>> ListDirectory(const std::string& path) override {
    DIR* directory = ::opendir(path.c_str());
    if (directory == nullptr) return Errno("open directory", path);
    std::vector<DirEntry> entries;
    while (const dirent* entry = ::readdir(directory)) {
      std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct stat info {};
      // A file may vanish between the listing and here: then it is not there.
      if (::stat(JoinPath(path, name).c_str(), &info) != 0) continue;
      entries.push_back({name, S_ISDIR(info.st_mode), static_cast<uint64_t>(info.st_size)});
    }
    ::closedir(directory);
    std::sort(entries.begin(), entries.end(),
              [](const DirEntry& a, const DirEntry& b) { return a.name < b.name; });
    return entries;
  }

  Result<void> Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return Errno("rename", from);
    return {};
  }

  Result<void> Remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0) return Errno("remove", path);
    return {};
  }

  Result<void> RemoveRecursively(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) return FromStd("remove", path, error);
    return {};
  }

  Result<void> SyncDirectory(const std::string& path) override {
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return Errno("open directory", path);
    if (::fsync(fd.get()) != 0) return Errno("sync directory", path);
    return {};
  }

  bool Exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  uint64_t FreeBytes(const std::string& path) override {
    struct statvfs info {};
    if (::statvfs(path.c_str(), &info) != 0) return UINT64_MAX;
    return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
  }
};

}  // namespace

FileSystem* FileSystem::Local() {
  static LocalFileSystem file_system;
  return &file_system;
}

Result<MappedFile> MappedFile::Open(const std::string& path) {
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return Errno("open", path);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return Errno("stat", path);
  auto size = static_cast<size_t>(info.st_size);
  if (size == 0) return MappedFile(nullptr, 0);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (data == MAP_FAILED) return Errno("map", path);
  return MappedFile(static_cast<const char*>(data), size);
}

MappedFile MappedFile::OfCopy(std::string bytes) {
  auto copy = std::make_unique<std::string>(std::move(bytes));
  MappedFile file(copy->data(), copy->size());
  file.copy_ = std::move(copy);
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      copy_(std::move(other.copy_)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(copy_, other.copy_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr && copy_ == nullptr) ::munmap(const_cast<char*>(data_), size_);
}

void MappedFile::Forget(size_t offset, size_t size) const {
  if (data_ == nullptr || copy_ != nullptr) return;
  constexpr size_t kPage = 4096;
  size_t begin = (offset + kPage - 1) / kPage * kPage;
  size_t end = std::min(offset + size, size_) / kPage * kPage;
  if (begin < end) ::madvise(const_cast<char*>(data_) + begin, end - begin, MADV_DONTNEED);
}

Result<std::unique_ptr<FileLock>> FileLock::Acquire(const std::string& path, bool* existed) {
  *existed = ::access(path.c_str(), F_OK) == 0;
  Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (fd.get() < 0) return Errno("open lock file", path);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return Error::Unavailable("lock file {}: held by another process", path);
    }
    return Errno("lock", path);
  }
  // The last owner may have removed the file between our open and our lock; then what we locked
  // has no name any more and somebody else can lock a new one.
  struct stat held {};
  struct stat named {};
  if (::fstat(fd.get(), &held) != 0 || ::stat(path.c_str(), &named) != 0 ||
      held.st_ino != named.st_ino || held.st_dev != named.st_dev) {
    return Error::Unavailable("lock file {}: held by another process", path);
  }
  return std::unique_ptr<FileLock>(new FileLock(path, fd.release()));
}

FileLock::~FileLock() {
  ::unlink(path_.c_str());
  ::close(fd_);
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  if (!name.empty() && name[0] == '/') return std::string(name);
  if (directory.empty() || directory == ".") return std::string(name);
  std::string path(directory);
  if (path.back() != '/') path += '/';
  return path.append(name);
}

std::string DirName(std::string_view path) {
  size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string BaseName(std::string_view path) {
  size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

}  // namespace watchfire

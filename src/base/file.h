#pragma once
// Files and directories, with errors that name the path. Everything that watchfire keeps on disk
// goes through a FileSystem, so that tests can make the disk full, tear a write or lose what was
// not synced. Paths are plain UTF-8 strings. Objects are thread-compatible; FileSystem is
// thread-safe.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace watchfire {

// An open file that only grows at its end. Close() reports what the destructor would swallow.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  // All of `bytes` or an error; after an error the file may hold a part of them.
  virtual Result<void> Append(std::string_view bytes) = 0;
  virtual Result<void> Sync() = 0;
  virtual Result<void> Truncate(uint64_t size) = 0;
  virtual Result<void> Close() = 0;
  virtual uint64_t size() const = 0;
};

// An open file read in pieces, for files too large to hold.
class ReadFileHandle {
 public:
  virtual ~ReadFileHandle() = default;
  // Reads up to `n` bytes at `offset` into `out`; fewer only at the end of the file.
  virtual Result<size_t> ReadAt(uint64_t offset, char* out, size_t n) = 0;
  virtual uint64_t size() const = 0;
};

struct DirEntry {
  std::string name;
  bool is_directory = false;
  uint64_t size = 0;
};

// The bytes of a whole file, mapped read-only (or copied, by a file system that has nothing to
// map); empty files give an empty view.
class MappedFile {
 public:
  static Result<MappedFile> Open(const std::string& path);
  static MappedFile OfCopy(std::string bytes);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::string_view bytes() const { return {data_, size_}; }
  // Tells the kernel that these pages will not be needed soon.
  void Forget(size_t offset, size_t size) const;

 private:
  MappedFile(const char* data, size_t size) : data_(data), size_(size) {}
  const char* data_ = nullptr;
  size_t size_ = 0;
  std::unique_ptr<std::string> copy_;  // if not mapped
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Opens for appending; creates it if needed (`truncate`: empty).
  virtual Result<std::unique_ptr<AppendFile>> OpenAppend(const std::string& path,
                                                         bool truncate) = 0;
  // At most `limit` bytes are read; a larger file is a kLimit error.
  virtual Result<std::string> ReadFile(const std::string& path, uint64_t limit = UINT64_MAX) = 0;
  virtual Result<std::unique_ptr<ReadFileHandle>> OpenRead(const std::string& path) = 0;
  virtual Result<MappedFile> Map(const std::string& path) = 0;
  // A second name for a file, on the same disk.
  virtual Result<void> HardLink(const std::string& from, const std::string& to) = 0;
  // Writes beside the target, syncs and renames, so that a reader sees the old or the new content.
  virtual Result<void> WriteFileAtomically(const std::string& path, std::string_view content) = 0;
  virtual Result<void> CreateDirectories(const std::string& path) = 0;
  // Sorted by name; "." and ".." are left out.
  virtual Result<std::vector<DirEntry>> ListDirectory(const std::string& path) = 0;
  virtual Result<void> Rename(const std::string& from, const std::string& to) = 0;
  // Removes a file or an empty directory; a missing one is a kNotFound error.
  virtual Result<void> Remove(const std::string& path) = 0;
  virtual Result<void> RemoveRecursively(const std::string& path) = 0;
  virtual Result<void> SyncDirectory(const std::string& path) = 0;
  virtual bool Exists(const std::string& path) = 0;
  // What can still be written on the disk of that directory; UINT64_MAX if nobody knows.
  virtual uint64_t FreeBytes(const std::string&) { return UINT64_MAX; }

  // The machine's disk; lives for the whole process.
  static FileSystem* Local();
};

// An exclusive lock on a file for the life of the object, as two processes on one data directory
// must not be. kUnavailable when another process holds it.
class FileLock {
 public:
  // `existed` tells whether the file was there before, i.e. the last owner did not stop cleanly.
  static Result<std::unique_ptr<FileLock>> Acquire(const std::string& path, bool* existed);
  ~FileLock();  // removes the file

 private:
  FileLock(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::string path_;
  int fd_;
};

std::string JoinPath(std::string_view directory, std::string_view name);
std::string DirName(std::string_view path);
std::string BaseName(std::string_view path);

}  // namespace watchfire

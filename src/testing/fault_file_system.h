#pragma once
// FaultFileSystem: files in memory, with a disk that can fill up, fail, tear a write and lose
// power. For tests of whatever keeps data: count the operations of a run once, then repeat it with
// a crash at each of them. Thread-safe.
//
// What a crash leaves is the worst that Linux promises: with `keep_unsynced` false only synced
// bytes survive (the machine lost power), else everything that was written (the process was
// killed), and of the write that crashed its first `torn_bytes`.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/file.h"
#include "base/mutex.h"

namespace watchfire::testing {

class FaultFileSystem final : public FileSystem {
 public:
  FaultFileSystem();
  ~FaultFileSystem() override;

  // ---- faults
  // After so many more changing operations (writes, syncs, truncations, renames, …) every one
  // fails, until Recover. The failing write leaves its first `torn_bytes` behind.
  void CrashAfter(uint64_t operations, size_t torn_bytes = 0);
  // Writes fail with "no space left on device" once the files hold so many bytes; a write that
  // does not fit leaves what did.
  void SetCapacity(uint64_t bytes);
  // Also cutting files back fails, as long as this is set.
  void FailTruncations(bool fail);
  // The machine is back: faults are off, and unsynced bytes are gone unless kept.
  void Recover(bool keep_unsynced);
  uint64_t operations() const;
  bool crashed() const;

  // ---- files, for tests that damage them
  std::map<std::string, std::string> Contents() const;  // of all files, by path
  std::string Content(const std::string& path) const;
  void SetContent(const std::string& path, std::string content);

  Result<std::unique_ptr<AppendFile>> OpenAppend(const std::string& path, bool truncate) override;
  Result<std::unique_ptr<ReadFileHandle>> OpenRead(const std::string& path) override;
  Result<std::string> ReadFile(const std::string& path, uint64_t limit) override;
  Result<MappedFile> Map(const std::string& path) override;
  Result<void> HardLink(const std::string& from, const std::string& to) override;
  Result<void> WriteFileAtomically(const std::string& path, std::string_view content) override;
  Result<void> CreateDirectories(const std::string& path) override;
  Result<std::vector<DirEntry>> ListDirectory(const std::string& path) override;
  Result<void> Rename(const std::string& from, const std::string& to) override;
  Result<void> Remove(const std::string& path) override;
  Result<void> RemoveRecursively(const std::string& path) override;
  Result<void> SyncDirectory(const std::string& path) override;
  bool Exists(const std::string& path) override;
  uint64_t FreeBytes(const std::string& path) override;

 private:
  class Handle;
  class ReadHandle;
  struct File {
    std::string content;
    size_t synced = 0;
  };

  // Counts an operation; an error when the disk is gone.
  Result<void> Step(const std::string& path) REQUIRES(mutex_);
  Result<void> AppendTo(const std::string& path, std::string_view bytes) REQUIRES(mutex_);
  uint64_t UsedBytes() const REQUIRES(mutex_);
  uint64_t Room() const REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, File> files_ GUARDED_BY(mutex_);
  std::set<std::string> directories_ GUARDED_BY(mutex_);
  uint64_t operations_ GUARDED_BY(mutex_) = 0;
  uint64_t crash_at_ GUARDED_BY(mutex_) = UINT64_MAX;
  size_t torn_bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t capacity_ GUARDED_BY(mutex_) = UINT64_MAX;
  bool fail_truncations_ GUARDED_BY(mutex_) = false;
  bool crashed_ GUARDED_BY(mutex_) = false;
};

}  // namespace watchfire::testing

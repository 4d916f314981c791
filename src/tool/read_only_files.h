#pragma once
// ReadOnlyFiles: a file system whose changes are accepted and forgotten, so that a database can be
// opened for reading with everything that opening does (mending the log's end, clearing away what a
// crash left) while the directory stays as it is, also under a running server. What was "removed"
// or "renamed" still shows: callers must not depend on seeing their own changes.

#include "base/file.h"

namespace watchfire::tool {

class ReadOnlyFiles final : public FileSystem {
 public:
  explicit ReadOnlyFiles(FileSystem* under) : under_(under) {}

  Result<std::unique_ptr<AppendFile>> OpenAppend(const std::string& path, bool truncate) override;
  Result<std::string> ReadFile(const std::string& path, uint64_t limit) override {
    return under_->ReadFile(path, limit);
  }
  Result<std::unique_ptr<ReadFileHandle>> OpenRead(const std::string& path) override {
    return under_->OpenRead(path);
  }
  Result<MappedFile> Map(const std::string& path) override { return under_->Map(path); }
  Result<void> HardLink(const std::string&, const std::string&) override { return {}; }
  Result<void> WriteFileAtomically(const std::string&, std::string_view) override { return {}; }
  Result<void> CreateDirectories(const std::string&) override { return {}; }
  Result<std::vector<DirEntry>> ListDirectory(const std::string& path) override {
    return under_->ListDirectory(path);
  }
  Result<void> Rename(const std::string&, const std::string&) override { return {}; }
  Result<void> Remove(const std::string&) override { return {}; }
  Result<void> RemoveRecursively(const std::string&) override { return {}; }
  Result<void> SyncDirectory(const std::string&) override { return {}; }
  bool Exists(const std::string& path) override { return under_->Exists(path); }

 private:
  FileSystem* under_;
};

}  // namespace watchfire::tool

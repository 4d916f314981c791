#include "testing/fault_file_system.h"

#include <algorithm>

namespace watchfire::testing {
namespace {

Error Missing(const std::string& path) {
  return Error::NotFound("open {}: no such file or directory", path);
}

}  // namespace

class FaultFileSystem::Handle final : public AppendFile {
 public:
  Handle(FaultFileSystem* fs, std::string path) : fs_(fs), path_(std::move(path)) {}

  Result<void> Append(std::string_view bytes) override {
    MutexLock lock(fs_->mutex_);
    return fs_->AppendTo(path_, bytes);
  }
  Result<void> Sync() override {
    MutexLock lock(fs_->mutex_);
    TRY(fs_->Step(path_));
    File& file = fs_->files_[path_];
    file.synced = file.content.size();
    return {};
  }
  Result<void> Truncate(uint64_t size) override {
    MutexLock lock(fs_->mutex_);
    if (fs_->fail_truncations_) return Error::Io("truncate {}: input/output error", path_);
    TRY(fs_->Step(path_));
    File& file = fs_->files_[path_];
    file.content.resize(static_cast<size_t>(size));
    file.synced = std::min(file.synced, file.content.size());
    return {};
  }
  Result<void> Close() override { return {}; }
  uint64_t size() const override {
    MutexLock lock(fs_->mutex_);
    return fs_->files_[path_].content.size();
  }

 private:
  FaultFileSystem* fs_;
  std::string path_;
};

class FaultFileSystem::ReadHandle final : public ReadFileHandle {
 public:
  explicit ReadHandle(std::string content) : content_(std::move(content)) {}
  Result<size_t> ReadAt(uint64_t offset, char* out, size_t n) override {
    if (offset >= content_.size()) return size_t{0};
    return content_.copy(out, n, static_cast<size_t>(offset));
  }
  uint64_t size() const override { return content_.size(); }

 private:
  std::string content_;
};

FaultFileSystem::FaultFileSystem() = default;
FaultFileSystem::~FaultFileSystem() = default;

void FaultFileSystem::CrashAfter(uint64_t operations, size_t torn_bytes) {
  MutexLock lock(mutex_);
  crash_at_ = operations_ + operations;
  torn_bytes_ = torn_bytes;
}

void FaultFileSystem::SetCapacity(uint64_t bytes) {
  MutexLock lock(mutex_);
  capacity_ = bytes;
}

void FaultFileSystem::FailTruncations(bool fail) {
  MutexLock lock(mutex_);
  fail_truncations_ = fail;
}

void FaultFileSystem::Recover(bool keep_unsynced) {
  MutexLock lock(mutex_);
  crash_at_ = UINT64_MAX;
  crashed_ = false;
  fail_truncations_ = false;
  capacity_ = UINT64_MAX;
  for (auto& [path, file] : files_) {
    if (!keep_unsynced) file.content.resize(file.synced);
    file.synced = file.content.size();
  }
}

uint64_t FaultFileSystem::operations() const {
  MutexLock lock(mutex_);
  return operations_;
}

bool FaultFileSystem::crashed() const {
  MutexLock lock(mutex_);
  return crashed_;
}

std::map<std::string, std::string> FaultFileSystem::Contents() const {
  MutexLock lock(mutex_);
  std::map<std::string, std::string> all;
  for (const auto& [path, file] : files_) all[path] = file.content;
  return all;
}

std::string FaultFileSystem::Content(const std::string& path) const {
  MutexLock lock(mutex_);
  auto found = files_.find(path);
  return found == files_.end() ? "" : found->second.content;
}

void FaultFileSystem::SetContent(const std::string& path, std::string content) {
  MutexLock lock(mutex_);
  directories_.insert(DirName(path));
  size_t size = content.size();
  files_[path] = {std::move(content), size};
}

Result<void> FaultFileSystem::Step(const std::string& path) {
  if (!crashed_ && operations_++ < crash_at_) return {};
  crashed_ = true;
  return Error::Io("{}: the disk is gone", path);
}

uint64_t FaultFileSystem::UsedBytes() const {
  uint64_t used = 0;
  for (const auto& [path, file] : files_) used += file.content.size();
  return used;
}

uint64_t FaultFileSystem::Room() const {
  uint64_t used = UsedBytes();
  return capacity_ > used ? capacity_ - used : 0;
}

uint64_t FaultFileSystem::FreeBytes(const std::string&) {
  MutexLock lock(mutex_);
  return Room();
}

Result<void> FaultFileSystem::AppendTo(const std::string& path, std::string_view bytes) {
  bool was_crashed = crashed_;
  Result<void> step = Step(path);
  std::string& content = files_[path].content;
  if (!step) {
    if (!was_crashed) content.append(bytes.substr(0, torn_bytes_));
    return step;
  }
  uint64_t room = Room();
  content.append(bytes.substr(0, static_cast<size_t>(std::min<uint64_t>(room, bytes.size()))));
  if (room < bytes.size()) return Error::Io("write {}: no space left on device", path);
  return {};
}

Result<std::unique_ptr<AppendFile>> FaultFileSystem::OpenAppend(const std::string& path,
                                                                bool truncate) {
  MutexLock lock(mutex_);
  TRY(Step(path));
  if (!directories_.contains(DirName(path))) return Missing(path);
  File& file = files_[path];
  if (truncate) file = {};
  return std::unique_ptr<AppendFile>(std::make_unique<Handle>(this, path));
}

Result<std::unique_ptr<ReadFileHandle>> FaultFileSystem::OpenRead(const std::string& path) {
  return std::unique_ptr<ReadFileHandle>(
      std::make_unique<ReadHandle>(TRY(ReadFile(path, UINT64_MAX))));
}

Result<std::string> FaultFileSystem::ReadFile(const std::string& path, uint64_t limit) {
  MutexLock lock(mutex_);
  if (crashed_) return Error::Io("{}: the disk is gone", path);
  auto found = files_.find(path);
  if (found == files_.end()) return Missing(path);
  if (found->second.content.size() > limit) return Error::Limit("read {}: too large", path);
  return found->second.content;
}

Result<void> FaultFileSystem::WriteFileAtomically(const std::string& path,
                                                  std::string_view content) {
  MutexLock lock(mutex_);
  TRY(Step(path));
  // For a moment the old and the new content are there.
  if (content.size() > Room()) return Error::Io("write {}: no space left on device", path);
  files_[path] = {std::string(content), content.size()};
  return {};
}

Result<void> FaultFileSystem::CreateDirectories(const std::string& path) {
  MutexLock lock(mutex_);
  TRY(Step(path));
  for (std::string at = path; at != "." && at != "/"; at = DirName(at)) directories_.insert(at);
  return {};
}

Result<std::vector<DirEntry>> FaultFileSystem::ListDirectory(const std::string& path) {
  MutexLock lock(mutex_);
  if (crashed_) return Error::Io("{}: the disk is gone", path);
  if (!directories_.contains(path)) return Missing(path);
  std::vector<DirEntry> entries;
  for (const std::string& directory : directories_) {
    if (DirName(directory) == path) entries.push_back({BaseName(directory), true, 0});
  }
  for (const auto& [name, file] : files_) {
    if (DirName(name) == path) entries.push_back({BaseName(name), false, file.content.size()});
  }
  std::sort(entries.begin(), entries.end(),
            [](const DirEntry& a, const DirEntry& b) { return a.name < b.name; });
  return entries;
}

Result<MappedFile> FaultFileSystem::Map(const std::string& path) {
  return MappedFile::OfCopy(TRY(ReadFile(path, UINT64_MAX)));
}

// A copy will do: nobody writes to a file that has two names.
Result<void> FaultFileSystem::HardLink(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  TRY(Step(from));
  auto file = files_.find(from);
  if (file == files_.end()) return Missing(from);
  files_[to] = file->second;
  return {};
}

Result<void> FaultFileSystem::Rename(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  TRY(Step(from));
  if (auto file = files_.find(from); file != files_.end()) {
    files_[to] = std::move(file->second);
    files_.erase(from);
    return {};
  }
  if (!directories_.contains(from)) return Missing(from);
  std::map<std::string, File> moved;
  for (auto& [path, file] : files_) {
    bool inside = path.starts_with(from + "/");
    moved[inside ? to + path.substr(from.size()) : path] = std::move(file);
  }
  files_ = std::move(moved);
  std::set<std::string> directories;
  for (const std::string& path : directories_) {
    bool inside = path == from || path.starts_with(from + "/");
    directories.insert(inside ? to + path.substr(from.size()) : path);
  }
  directories_ = std::move(directories);
  return {};
}

Result<void> FaultFileSystem::Remove(const std::string& path) {
  MutexLock lock(mutex_);
  TRY(Step(path));
  if (files_.erase(path) == 0 && directories_.erase(path) == 0) return Missing(path);
  return {};
}

Result<void> FaultFileSystem::RemoveRecursively(const std::string& path) {
  MutexLock lock(mutex_);
  TRY(Step(path));
  std::erase_if(files_, [&](const auto& item) { return item.first.starts_with(path + "/"); });
  std::erase_if(directories_,
                [&](const std::string& d) { return d == path || d.starts_with(path + "/"); });
  return {};
}

Result<void> FaultFileSystem::SyncDirectory(const std::string& path) {
  MutexLock lock(mutex_);
  return Step(path);
}

bool FaultFileSystem::Exists(const std::string& path) {
  MutexLock lock(mutex_);
  return files_.contains(path) || directories_.contains(path);
}

}  // namespace watchfire::testing

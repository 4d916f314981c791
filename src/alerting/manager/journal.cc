#include "alerting/manager/journal.h"

#include <utility>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/log.h"

namespace watchfire::alerting {
namespace {

constexpr uint64_t kMaxJournal = 1ULL << 30;

std::string Frame(std::string_view records) {
  ByteWriter frame;
  frame.Uvarint(records.size());
  frame.Be32(Crc32c(records));
  frame.Bytes(records);
  return frame.Take();
}

void Warn(const std::string& path, const Error& error) {
  WF_LOG(kWarn, "Journal failed", {"component", "alertmanager"}, {"file", path}, {"err", error});
}

// Hands over the records of a file until one is not whole, as the last of a write that never ended;
// returns where the whole ones end.
size_t ReplayWhole(const std::string& path, std::string_view bytes,
                   const std::function<Result<void>(std::string_view)>& take) {
  ByteReader reader(bytes);
  size_t whole = 0;
  while (!reader.empty()) {
    uint64_t size = reader.Uvarint();
    uint32_t sum = reader.Be32();
    std::string_view records = reader.Bytes(size);
    if (!reader.ok() || Crc32c(records) != sum) break;
    whole = reader.offset();
    Result<void> taken = take(records);
    if (!taken.ok()) Warn(path, taken.error());
  }
  return whole;
}

}  // namespace

Journal::Journal(std::string path, FileSystem* files)
    : path_(path + ".journal"), old_path_(path + ".journal.old"), files_(files) {}

void Journal::Replay(const std::function<Result<void>(std::string_view)>& take) {
  for (const std::string& path : {old_path_, path_}) {
    if (!files_->Exists(path)) continue;
    Result<std::string> bytes = files_->ReadFile(path, kMaxJournal);
    if (!bytes.ok()) {
      Warn(path, bytes.error());
      continue;
    }
    size_t whole = ReplayWhole(path, *bytes, take);
    if (path == path_ && whole < bytes->size()) CutBack(whole);
  }
}

void Journal::CutBack(uint64_t size) {
  MutexLock lock(mutex_);
  auto cut = [&]() -> Result<void> {
    file_ = TRY(files_->OpenAppend(path_, false));
    return file_->Truncate(size);
  };
  Result<void> done = cut();
  if (!done.ok()) Warn(path_, done.error());
}

void Journal::Append(std::string_view records) {
  MutexLock lock(mutex_);
  Result<void> written = Write(Frame(records));
  if (!written.ok() && !failing_) Warn(path_, written.error());
  failing_ = !written.ok();
}

Result<void> Journal::Write(std::string_view frame) {
  if (file_ == nullptr) file_ = TRY(files_->OpenAppend(path_, false));
  uint64_t before = file_->size();
  Result<void> written = file_->Append(frame);
  // Half a record would hide those after it. If that stays, the next snapshot begins anew.
  if (!written.ok() && !file_->Truncate(before).ok()) file_.reset();
  return written;
}

void Journal::BeginSnapshot() {
  MutexLock lock(mutex_);
  // Left by a snapshot that failed: what is in it is still needed.
  if (files_->Exists(old_path_) || !files_->Exists(path_)) return;
  file_.reset();
  Result<void> moved = files_->Rename(path_, old_path_);
  if (!moved.ok()) Warn(path_, moved.error());
}

void Journal::EndSnapshot() {
  MutexLock lock(mutex_);
  if (!files_->Exists(old_path_)) return;
  Result<void> removed = files_->Remove(old_path_);
  if (!removed.ok()) Warn(old_path_, removed.error());
}

}  // namespace watchfire::alerting

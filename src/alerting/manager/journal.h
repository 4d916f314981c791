#pragma once
// Journal: what changed since the last snapshot, so that a process that is killed loses neither a
// silence it has promised nor the memory of whom it has told. Beside `silences` and `nflog`, which
// are upstream's files, each has a `….journal` of ours: records are appended as they change, and
// taken in after the snapshot at the start. A snapshot makes what came before it needless: that
// moves to `….journal.old` before the snapshot is made, and away once it is safe.
//
// Written without waiting for the disk: a machine that loses power may lose the last seconds. What
// cannot be written is logged once until it works again, and never holds up a notification.
//
// Thread-safe; records of one journal are written one after the other. Format:
// docs/format/alertmanager-state.md.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/mutex.h"
#include "base/result.h"

namespace watchfire::alerting {

class Journal {
 public:
  // The journal of the snapshot at `path`.
  Journal(std::string path, FileSystem* files);

  // Hands over everything that is whole, the oldest first. Before the first Append.
  void Replay(const std::function<Result<void>(std::string_view)>& take);
  void Append(std::string_view records);
  // Around a snapshot: begun before the state is read, ended when it is on disk.
  void BeginSnapshot();
  void EndSnapshot();

 private:
  // Takes away what is not whole, which would hide what is appended.
  void CutBack(uint64_t size);
  Result<void> Write(std::string_view frame) REQUIRES(mutex_);

  const std::string path_;
  const std::string old_path_;
  FileSystem* const files_;
  Mutex mutex_;
  std::unique_ptr<AppendFile> file_ GUARDED_BY(mutex_);
  bool failing_ GUARDED_BY(mutex_) = false;
};

}  // namespace watchfire::alerting

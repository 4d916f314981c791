#pragma once
// The files of `chunks_head/`: chunks of the head that Prometheus moved out of its memory, each
// under the number that the log gives its series. We keep no such chunks of our own; we read those
// that a Prometheus left, to recover what a damaged log lacks, and remove them when they are old.
// The writer makes what that Prometheus would read. Layout: docs/format/wal.md.
//
// A last file without a header is what a crash leaves, and is removed. Damage further on ends a
// file there: what comes before it is good; RemoveHeadChunks makes the directory end before that
// file, as upstream does. One thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "tsdb/wal/record.h"

namespace watchfire::wal {

inline constexpr uint64_t kMaxHeadChunksBytes = 128 * 1024 * 1024;

struct HeadChunk {
  Ref series = 0;
  TimeMs mint = 0;
  TimeMs maxt = 0;
  uint8_t encoding = 0;  // as in blocks
  bool out_of_order = false;
  std::string_view data;
};

// The number of the file and the offset in it: how upstream refers to a chunk.
using HeadChunkRef = uint64_t;
inline constexpr HeadChunkRef MakeHeadChunkRef(uint32_t file, uint32_t offset) {
  return static_cast<uint64_t>(file) << 32 | offset;
}

struct HeadChunksFile {
  uint32_t number = 0;  // from 1
  std::string path;
  uint64_t size = 0;
};
std::string HeadChunksName(uint32_t number);
// In order; kCorrupt when a number is missing between two. Removes a last file without a header. A
// directory that does not exist has none.
Result<std::vector<HeadChunksFile>> ListHeadChunks(FileSystem& fs, const std::string& directory);

// Walks over the chunks of a file's bytes. Views live as long as those.
class HeadChunksReader {
 public:
  explicit HeadChunksReader(std::string_view file);
  // False at the end or at damage.
  bool Next(HeadChunk* chunk);
  // Of the chunk that Next gave.
  uint32_t offset() const { return offset_; }
  // After Next returned false: ok, or what is damaged.
  const Result<void>& status() const { return status_; }

 private:
  bool Damaged(std::string_view what);

  std::string_view file_;
  size_t next_ = 0;
  uint32_t offset_ = 0;
  Result<void> status_;
};

// Removes the file of that number and the later ones.
Result<void> RemoveHeadChunks(FileSystem& fs, const std::string& directory, uint32_t from);
// Removes the oldest files as long as all their chunks end before `mint`. Returns how many.
Result<uint64_t> TruncateHeadChunks(FileSystem& fs, const std::string& directory, TimeMs mint);

class HeadChunksWriter {
 public:
  // Begins a file behind those that are there.
  static Result<std::unique_ptr<HeadChunksWriter>> Open(FileSystem& fs, std::string directory,
                                                        uint64_t max_bytes = kMaxHeadChunksBytes);
  // A full file is synced and closed, and the next one begun.
  Result<HeadChunkRef> Write(const HeadChunk& chunk);
  Result<void> Close();

 private:
  HeadChunksWriter(FileSystem& fs, std::string directory, uint64_t max_bytes)
      : fs_(fs), directory_(std::move(directory)), max_bytes_(max_bytes) {}
  Result<void> OpenFile(uint32_t number);

  FileSystem& fs_;
  const std::string directory_;
  const uint64_t max_bytes_;
  uint32_t number_ = 0;
  std::unique_ptr<AppendFile> file_;
};

}  // namespace watchfire::wal

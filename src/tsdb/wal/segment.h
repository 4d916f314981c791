#pragma once
// The files of the write-ahead log: `wal/00000000`, `00000001` … (segments) and
// `wal/checkpoint.00000007/` (what is left of the segments up to 7). The frame around a record is
// drawn in docs/format/wal.md. Here are its constants and the listing of a directory; writing is
// in writer.h, reading in reader.h.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace watchfire::wal {

inline constexpr size_t kPageBytes = 32 * 1024;
inline constexpr size_t kFragmentHeaderBytes = 7;
inline constexpr uint64_t kDefaultSegmentBytes = 128 * 1024 * 1024;
// A larger record is taken for damage when read and refused when written.
inline constexpr uint64_t kMaxRecordBytes = 256 * 1024 * 1024;

enum class FragmentType : uint8_t { kPadding = 0, kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };
inline constexpr uint8_t kFragmentTypeMask = 7;
inline constexpr uint8_t kSnappyFlag = 8;
inline constexpr uint8_t kZstdFlag = 16;

// kAuto: what DetectCompression says.
enum class Compression : uint8_t { kNone, kSnappy, kZstd, kAuto };
// "none", "snappy", "zstd", "auto", as the flag --storage.tsdb.wal-compression-type has them.
std::string_view CompressionName(Compression compression);
Result<Compression> ParseCompression(std::string_view text);

struct SegmentFile {
  uint64_t number = 0;
  std::string path;
  uint64_t size = 0;
};

std::string SegmentName(uint64_t number);

// Segments of a directory in order; kCorrupt when a number is missing between two. A directory that
// does not exist has none.
Result<std::vector<SegmentFile>> ListSegments(FileSystem& fs, const std::string& directory);

struct CheckpointDirectory {
  uint64_t number = 0;  // of the last segment it replaces
  std::string path;
};
// The newest checkpoint, if there is one.
Result<std::optional<CheckpointDirectory>> FindCheckpoint(FileSystem& fs,
                                                          const std::string& directory);
std::string CheckpointName(uint64_t number);

// What the newest compressible records of the log have, so that whoever wrote them can read on;
// zstd for a log that has none (docs/decisions/0007-wal-compression.md). Never kAuto.
Result<Compression> DetectCompression(FileSystem& fs, const std::string& directory);

// Removes what a crash may leave: unfinished checkpoints, and what the newest one replaces.
Result<void> RemoveObsolete(FileSystem& fs, const std::string& directory);

}  // namespace watchfire::wal

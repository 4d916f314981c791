#pragma once
// ChunkWriter: the chunk segment files of one block, `chunks/000001` and on. A file is the magic
// number, version and padding (8 bytes), then one entry for each chunk:
//
//   uvarint length of data | u8 encoding | data | be32 CRC-32C of encoding and data
//
// A chunk's reference is the number of its file (from 0) times 2^32 plus the offset of its entry.
// Files end before they would exceed the limit, unless a single chunk does. One thread.

#include <optional>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "tsdb/block/output_file.h"
#include "tsdb/chunk/encoded_chunk.h"

namespace watchfire::block {

inline constexpr uint32_t kChunkFileMagic = 0x85BD40DD;
inline constexpr uint8_t kChunkFileVersion = 1;
inline constexpr size_t kChunkFileHeaderBytes = 8;

class ChunkWriter {
 public:
  // `directory` must exist.
  ChunkWriter(FileSystem& fs, std::string directory, uint64_t max_segment_bytes);

  // Returns the chunk's reference.
  Result<uint64_t> Add(const chunk::ChunkView& chunk);
  // Everything is on the disk then.
  Result<void> Finish();

 private:
  Result<void> NextSegment();

  FileSystem& fs_;
  const std::string directory_;
  const uint64_t max_segment_bytes_;
  uint32_t num_segments_ = 0;
  std::optional<OutputFile> segment_;
};

}  // namespace watchfire::block

#pragma once
// ChunkReader: the chunk files of a block (chunks/000001 …), mapped and read in place. A chunk's
// reference is the number of its file, from 0, and the offset in it (docs/format/chunks.md). Each
// chunk is checked whenever it is read: bounds, length, encoding and checksum. Immutable,
// thread-safe; views live as long as the reader.

#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "tsdb/block/index_reader.h"
#include "tsdb/chunk/encoded_chunk.h"

namespace watchfire::block {

class ChunkReader {
 public:
  // `directory`: the block's chunks directory. Files whose names are no numbers are let be.
  static Result<std::unique_ptr<ChunkReader>> Open(FileSystem& fs, const std::string& directory);

  // kCorrupt, in upstream's words.
  Result<chunk::ChunkView> Read(const ChunkMeta& meta) const;
  uint64_t size_bytes() const { return size_bytes_; }
  // Tells the kernel that what is in memory of these files will not be needed soon.
  void Forget() const;

 private:
  ChunkReader() = default;
  std::vector<MappedFile> files_;
  uint64_t size_bytes_ = 0;
};

}  // namespace watchfire::block

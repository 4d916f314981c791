#pragma once
// BlockWriter: writes one block from series in label order. Everything goes to
// `<ulid>.tmp-for-creation`; Finish syncs it and renames it to `<ulid>`, so a crash leaves either a
// whole block or a directory that the next start removes. Memory: 8–16 bytes a symbol and some 12
// MiB (index_writer.h). One thread. Formats: docs/format/{block,index,chunks}.md.
//
//   auto writer = TRY(BlockWriter::Create(fs, data_directory, meta, symbols));
//   TRY(writer->Add(labels, chunks));        // per series, in label order
//   BlockMeta done = TRY(writer->Finish());  // stats and final meta.json

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "model/labels.h"
#include "tsdb/block/meta.h"
#include "tsdb/chunk/encoded_chunk.h"

namespace watchfire::block {

inline constexpr std::string_view kCreationSuffix = ".tmp-for-creation";
inline constexpr std::string_view kDeletionSuffix = ".tmp-for-deletion";
inline constexpr uint64_t kDefaultChunkSegmentBytes = 512ULL << 20;

struct BlockWriterOptions {
  FileSystem* fs = nullptr;  // required
  std::string parent;        // the data directory
  uint64_t max_chunk_segment_bytes = kDefaultChunkSegmentBytes;
};

class BlockWriter {
 public:
  // `meta`: ulid, range, level, sources, parents and hints as they shall be; stats are counted
  // here. `symbols`: sorted, distinct, all that the labels will need; they and their texts outlive
  // the writer.
  static Result<std::unique_ptr<BlockWriter>> Create(const BlockWriterOptions& options,
                                                     BlockMeta meta,
                                                     std::span<const std::string_view> symbols);
  // Removes what was written unless Finish succeeded.
  virtual ~BlockWriter() = default;

  // Series without chunks are left out. kInvalid when labels or chunks are out of order.
  virtual Result<void> Add(const model::Labels& labels,
                           std::span<const chunk::ChunkView> chunks) = 0;
  // The meta with its stats. With no sample there is no block: the directory is removed and the
  // returned stats are zero.
  virtual Result<BlockMeta> Finish() = 0;
};

}  // namespace watchfire::block

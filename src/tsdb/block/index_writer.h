#pragma once
// IndexWriter: the index file of a block, version 2, written from front to back (docs/format/
// index.md draws it): symbols, series in label order, postings of each label pair, their table, and
// the table of contents. CRC-32C everywhere, big-endian.
//
// Per series it keeps nothing: postings are made at the end by reading the series section again, a
// few label names at a time (postings_writer.h). Memory: 8–16 bytes a symbol and some 10 MiB.
// One thread. After an error the writer is of no use; whoever owns the block removes the file.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "model/labels.h"
#include "tsdb/block/output_file.h"
#include "tsdb/block/postings_writer.h"
#include "tsdb/block/symbol_ordinals.h"

namespace watchfire::block {

inline constexpr uint32_t kIndexMagic = 0xBAAAD700;
inline constexpr uint8_t kIndexVersion = 2;
inline constexpr size_t kIndexHeaderBytes = 5;
inline constexpr size_t kSeriesAlignment = 16;

// A chunk as the index tells of it.
struct ChunkEntry {
  TimeMs mint = 0;
  TimeMs maxt = 0;  // inclusive
  uint64_t ref = 0;
};

class IndexWriter {
 public:
  // `symbols`: sorted bytewise, distinct (kInvalid if not); they and their texts outlive the
  // writer.
  static Result<std::unique_ptr<IndexWriter>> Create(FileSystem& fs, const std::string& path,
                                                     std::span<const std::string_view> symbols,
                                                     size_t postings_batch = kPostingsBatch);

  // kInvalid: labels not above those of the series before, or not among the symbols; chunks not
  // ascending, or overlapping. Nothing is written then.
  Result<void> Add(const model::Labels& labels, std::span<const ChunkEntry> chunks);
  // Everything is on the disk then.
  Result<void> Finish();

  uint64_t num_series() const { return num_series_; }

 private:
  // A label of the series before: most labels of a series are at the same place in the next.
  struct Label {
    uint32_t name = 0;  // ordinals of symbols
    uint32_t value = 0;
    size_t name_index = 0;  // in names_
    bool operator==(const Label& other) const { return name == other.name && value == other.value; }
  };

  IndexWriter(FileSystem& fs, OutputFile file, std::span<const std::string_view> symbols,
              size_t postings_batch)
      : fs_(fs),
        file_(std::move(file)),
        symbols_(symbols),
        ordinals_(symbols),
        postings_batch_(postings_batch) {}
  Result<void> WriteSymbols();
  Result<void> ResolveLabels(const model::Labels& labels);
  size_t NameIndex(uint32_t ordinal);
  Result<void> EncodeChunks(std::span<const ChunkEntry> chunks);
  Result<void> WriteContents(uint64_t series_end, uint64_t postings_table);

  FileSystem& fs_;
  OutputFile file_;
  const std::span<const std::string_view> symbols_;  // the caller's
  const SymbolOrdinals ordinals_;
  const size_t postings_batch_;
  uint64_t series_begin_ = 0;
  uint64_t num_series_ = 0;
  std::vector<PostingsName> names_;  // in order of appearance
  std::unordered_map<uint32_t, size_t> name_index_;
  std::vector<Label> labels_;
  std::vector<Label> next_labels_;
  ByteWriter entry_;
};

}  // namespace watchfire::block

#pragma once
// IndexReader: the index file of a block, mapped and read in place (docs/format/index.md): symbols,
// series with their chunks, and postings, that is the sorted series of a label pair. Versions 1 to
// 3 of the file. In memory are the label names and one in 32 places of symbols and values.
//
// Opening checks what upstream checks: header, table of contents, checksum and order of symbols and
// postings table. Series and postings are checked when they are read. The file may be damaged
// anywhere; the worst that happens is kCorrupt. Immutable, thread-safe; what it returns as views
// lives as long as the reader. A query pays per postings list 4 bytes a series once (and the
// checksum; of long lists only the first time), per series some 100 ns.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "tsdb/block/postings_table.h"
#include "tsdb/block/symbol_table.h"
#include "tsdb/block/tombstones.h"

namespace watchfire::block {

// A chunk as the index tells of it.
struct ChunkMeta {
  TimeMs mint = 0;
  TimeMs maxt = 0;   // inclusive
  uint64_t ref = 0;  // for ChunkReader
};

// A list of series references as it lies in the file: ascending, big-endian.
class PostingsView {
 public:
  PostingsView() = default;
  explicit PostingsView(std::string_view bytes) : bytes_(bytes) {}
  size_t size() const { return bytes_.size() / 4; }
  bool empty() const { return bytes_.empty(); }
  uint32_t operator[](size_t i) const {
    uint32_t ref;
    std::memcpy(&ref, bytes_.data() + 4 * i, sizeof ref);
    return __builtin_bswap32(ref);
  }

 private:
  std::string_view bytes_;  // a multiple of four
};

// A series as it lies in the file; a buffer to be used again. References of series have 32 bits.
struct SeriesEntry {
  std::vector<std::pair<uint32_t, uint32_t>> labels;  // symbols of name and value
  std::vector<ChunkMeta> chunks;                      // ascending by mint, as they were written
};

class IndexReader {
 public:
  static Result<std::unique_ptr<IndexReader>> Open(FileSystem& fs, const std::string& path);
  static Result<std::unique_ptr<IndexReader>> Open(MappedFile file);

  int version() const { return version_; }
  const SymbolTable& symbols() const { return symbols_; }
  const PostingsTable& postings_table() const { return table_; }
  uint64_t size_bytes() const { return file_.bytes().size(); }
  // Tells the kernel that what is in memory of the file will not be needed soon.
  void Forget() const { file_.Forget(0, file_.bytes().size()); }
  // What it keeps beside the mapping.
  uint64_t memory_bytes() const { return symbols_.memory_bytes() + table_.memory_bytes(); }

  // kNotFound is no error here: an unknown pair has no series.
  Result<PostingsView> Postings(std::string_view name, std::string_view value) const;
  Result<PostingsView> AllPostings() const;
  // The list at a place that the postings table told.
  Result<PostingsView> PostingsAt(uint64_t offset) const;

  // Series that match all of the matchers, strictly ascending, that is in label order.
  Result<std::vector<uint32_t>> Select(const model::Matchers& matchers) const;
  // Sorted, distinct; only of series that match, if matchers are given; 0 = no limit.
  Result<std::vector<std::string>> LabelNames(const model::Matchers& matchers,
                                              uint64_t limit) const;
  Result<std::vector<std::string>> LabelValues(std::string_view name,
                                               const model::Matchers& matchers,
                                               uint64_t limit) const;

  Result<void> ReadSeries(SeriesRef ref, SeriesEntry* out) const;
  // Leaves the chunks empty.
  Result<void> ReadSeriesLabels(SeriesRef ref, SeriesEntry* out) const;
  Result<model::Labels> LabelsOf(const SeriesEntry& entry, SymbolCache* cache) const;

 private:
  class Selection;

  explicit IndexReader(MappedFile file) : file_(std::move(file)) {}
  Result<void> ReadTables();
  Result<std::string_view> SeriesBytes(SeriesRef ref) const;
  Result<std::vector<std::string>> NamesOf(std::span<const uint32_t> refs) const;
  Result<std::vector<std::string>> ValuesOf(const PostingsTable::Name& name,
                                            std::span<const uint32_t> refs) const;

  MappedFile file_;
  int version_ = 0;
  SymbolTable symbols_;
  PostingsTable table_;
  // Places of long lists whose checksums were compared already.
  mutable Mutex mutex_;
  mutable std::unordered_set<uint64_t> verified_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::block

#pragma once
// PostingsWriter: the postings of an index file and the table that finds them, made from the series
// section that was just written. Label names are taken a few at a time; for these the section is
// read again and (value, series) pairs are collected and sorted. So memory is bounded by the batch
// of pairs (8 MiB), or by the series of the most frequent name, whatever the number of labels; and
// what the table needs is kept as two small varints for each label pair. One thread.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"
#include "base/result.h"
#include "tsdb/block/output_file.h"

namespace watchfire::block {

inline constexpr size_t kPostingsBatch = size_t{1} << 20;

// A label name that series have.
struct PostingsName {
  uint32_t ordinal = 0;  // of its symbol
  uint32_t num_series = 0;
};

// Where the series section lies in the file.
struct SeriesSection {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t num_series = 0;
};

class PostingsWriter {
 public:
  // `series`: the index file as it is so far; `file`: the same, to write to; both and the
  // symbols outlive this. `batch`: pairs to collect at a time.
  PostingsWriter(ReadFileHandle& series, const SeriesSection& section,
                 std::span<const std::string_view> symbols, size_t batch, OutputFile* file)
      : series_(series), section_(section), symbols_(symbols), batch_(batch), file_(file) {}

  // `names`: in order of ordinals, all that the series have; the same for both.
  Result<void> WritePostings(std::span<const PostingsName> names);
  Result<void> WriteTable(std::span<const PostingsName> names);

 private:
  // value ordinal · 2^32 + series reference
  using Pair = uint64_t;

  Result<void> WriteAll();
  Result<void> WriteBatch(std::span<const PostingsName> names);
  Result<void> CollectPairs(std::span<const PostingsName> names,
                            std::vector<std::span<Pair>>* pairs_by_name);
  Result<void> WriteName(std::span<Pair> pairs);
  Result<void> BeginList(uint64_t size);
  Result<void> AddToList(uint32_t ref);
  Result<void> EndList();
  Result<void> FlushList();
  template <typename Visit>
  Result<void> ForEachTableEntry(std::span<const PostingsName> names, Visit visit) const;

  ReadFileHandle& series_;
  const SeriesSection section_;
  const std::span<const std::string_view> symbols_;  // the caller's
  const size_t batch_;
  OutputFile* const file_;
  uint64_t first_list_ = 0;
  uint64_t num_lists_ = 0;
  std::vector<Pair> pairs_;  // of a batch
  ByteWriter list_;
  uint32_t list_crc_ = 0;
  // For each name the values that it has: gap to the value before, number of series, as varints;
  // in pieces, so that growing moves nothing.
  std::vector<std::string> log_;
};

}  // namespace watchfire::block

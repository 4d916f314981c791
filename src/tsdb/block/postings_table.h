#pragma once
// PostingsTable: where the postings of each label pair lie in an index file, read in place. In
// memory are the label names, and of each name's values the place of every 32nd (of all, in files
// of version 1, whose values have no order). A value is found by a binary search over these and a
// walk over at most 31 others.
//
// A view of the mapped file, whose owner keeps it alive. Immutable and thread-safe when open.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace watchfire::block {

class PostingsTable {
 public:
  // A label name that some series has.
  struct Name {
    std::string_view text;  // valid as long as the mapping
    uint32_t num_values = 0;
    std::vector<uint32_t> marks;  // offsets in the table of values 0, 32, 64 … or of all
  };
  // Values of a name with the places of their postings, in order.
  class Cursor {
   public:
    bool Next();
    std::string_view value() const { return value_; }  // valid as long as the mapping
    uint64_t offset() const { return offset_; }

   private:
    friend class PostingsTable;
    Cursor(const PostingsTable& table, const Name& name, uint32_t first_mark);
    const PostingsTable& table_;
    const Name& name_;
    uint32_t index_;          // of the next value
    ByteReader in_;           // at the next value
    std::string_view value_;  // valid as long as the mapping
    uint64_t offset_ = 0;
  };

  PostingsTable() = default;
  // Walks over the whole table once. kCorrupt: damaged, or not in order.
  static Result<PostingsTable> Open(std::string_view file, uint64_t offset, int version);

  // In order; without the empty name, under which the list of all series is kept.
  const std::vector<Name>& names() const { return names_; }
  const Name* FindName(std::string_view text) const;
  // Where the list of a pair, or of all series, lies.
  std::optional<uint64_t> Find(const Name& name, std::string_view value) const;
  std::optional<uint64_t> all_series() const { return all_series_; }
  Cursor Values(const Name& name) const { return Cursor(*this, name, 0); }
  // From the first value that is not below `from` on, or from some before it.
  Cursor ValuesFrom(const Name& name, std::string_view from) const;

  uint32_t size() const { return count_; }
  uint64_t size_bytes() const { return section_.size(); }
  uint64_t memory_bytes() const;

 private:
  struct Entry {
    std::string_view name;
    std::string_view value;
    uint64_t offset = 0;
  };
  static Entry ReadEntry(ByteReader* in);
  Entry EntryAt(uint32_t mark) const;
  Result<void> Add(const Entry& entry, const Entry& previous, uint32_t mark);
  void SortUnordered();
  uint32_t MarkBelow(const Name& name, std::string_view value) const;

  bool ordered_ = true;
  uint32_t every_ = 1;
  uint32_t count_ = 0;
  std::string_view section_;  // valid as long as the mapping
  std::vector<Name> names_;
  std::optional<uint64_t> all_series_;
};

}  // namespace watchfire::block

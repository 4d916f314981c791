#pragma once
// SymbolTable: the texts of an index file, read in place. Series name them by number (by their
// offset in files of version 1). In memory is the place of every 32nd symbol only, so looking one
// up walks over at most 31 others; SymbolCache spares that where the same ones come again.
//
// A view of the mapped file, whose owner keeps it alive. Immutable and thread-safe when open; a
// SymbolCache belongs to one thread.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace watchfire::block {

class SymbolTable {
 public:
  SymbolTable() = default;
  // Walks over the whole section once. kCorrupt: damaged, or not in order.
  static Result<SymbolTable> Open(std::string_view file, uint64_t offset, int version);

  uint32_t size() const { return count_; }
  uint64_t size_bytes() const { return section_.size(); }
  uint64_t memory_bytes() const { return marks_.size() * sizeof(marks_[0]); }

  // kCorrupt: no such symbol.
  Result<std::string_view> Text(uint32_t ref) const;
  std::optional<uint32_t> Find(std::string_view text) const;
  // Sorted, distinct.
  std::vector<std::string_view> All() const;

 private:
  // The text at an offset in the section.
  std::string_view TextAt(uint32_t mark) const;
  std::optional<uint32_t> FindByWalk(std::string_view text) const;

  int version_ = 0;
  uint32_t count_ = 0;
  std::string_view file_;        // valid as long as the mapping
  std::string_view section_;     // the same
  std::vector<uint32_t> marks_;  // offsets in section_ of symbols 0, 32, 64 …
};

// The texts of symbols met lately, each in the place that its number gives it.
class SymbolCache {
 public:
  Result<std::string_view> Text(const SymbolTable& table, uint32_t ref) {
    if (entries_.empty()) entries_.resize(kEntries);
    Entry& entry = entries_[ref % kEntries];
    if (entry.ref != ref || !entry.used) {
      entry.text = TRY(table.Text(ref));
      entry.ref = ref;
      entry.used = true;
    }
    return entry.text;
  }

 private:
  static constexpr uint32_t kEntries = 1024;
  struct Entry {
    std::string_view text;  // valid as long as the mapping
    uint32_t ref = 0;
    bool used = false;
  };
  std::vector<Entry> entries_;
};

}  // namespace watchfire::block

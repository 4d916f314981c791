#pragma once
// IdTable: finds dense 32-bit ids by what they stand for, at 4 bytes a cell. It holds ids only; the
// caller hashes and compares the things themselves (label parts, texts, pairs of ids), so nothing
// is kept twice. Open addressing with linear probing, at most 4/5 full; ids are never removed.
// Not thread-safe.

#include <cstdint>
#include <optional>
#include <vector>

namespace watchfire::index {

class IdTable {
 public:
  // `equals(id)`: is that the one?
  template <typename Equals>
  std::optional<uint32_t> Find(uint64_t hash, Equals equals) const {
    if (cells_.empty()) return std::nullopt;
    for (size_t i = Slot(hash);; i = (i + 1) & (cells_.size() - 1)) {
      if (cells_[i] == 0) return std::nullopt;
      if (equals(cells_[i] - 1)) return cells_[i] - 1;
    }
  }

  // `id` must not be there yet; `hash_of(id)` is asked for the others when the table grows.
  template <typename HashOf>
  void Insert(uint32_t id, uint64_t hash, HashOf hash_of) {
    if ((size_ + 1) * 5 > cells_.size() * 4) {
      std::vector<uint32_t> old(cells_.empty() ? 8 : cells_.size() * 2);
      old.swap(cells_);
      for (uint32_t cell : old) {
        if (cell != 0) Place(cell, hash_of(cell - 1));
      }
    }
    Place(id + 1, hash);
    ++size_;
  }

  size_t size() const { return size_; }
  size_t bytes() const { return cells_.capacity() * sizeof(uint32_t); }

 private:
  size_t Slot(uint64_t hash) const { return static_cast<size_t>(hash) & (cells_.size() - 1); }
  void Place(uint32_t cell, uint64_t hash) {
    size_t i = Slot(hash);
    while (cells_[i] != 0) i = (i + 1) & (cells_.size() - 1);
    cells_[i] = cell;
  }

  std::vector<uint32_t> cells_;  // id + 1; 0 is empty; a power of two of them
  size_t size_ = 0;
};

}  // namespace watchfire::index

#pragma once
// IdTable: finds dense 32-bit ids by what they stand for, at 5 bytes a cell. It holds ids and eight
// bits of their hash, which spare most comparisons; the caller hashes and compares the things
// themselves (label parts, texts, pairs of ids), so nothing is kept twice. Open addressing with
// linear probing, at most 4/5 full; what follows a removed id moves up. Not thread-safe.

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
      if (tags_[i] == TagOf(hash) && equals(cells_[i] - 1)) return cells_[i] - 1;
    }
  }

  // `id` must not be there yet; `hash_of(id)` is asked for the others when the table grows.
  template <typename HashOf>
  void Insert(uint32_t id, uint64_t hash, HashOf hash_of) {
    if ((size_ + 1) * 5 > cells_.size() * 4) {
      std::vector<uint32_t> old(cells_.empty() ? 8 : cells_.size() * 2);
      old.swap(cells_);
      tags_.assign(cells_.size(), 0);
      for (uint32_t cell : old) {
        if (cell != 0) Place(cell, hash_of(cell - 1));
      }
    }
    Place(id + 1, hash);
    ++size_;
  }

  // `id` must be there; `hash` is its.
  template <typename HashOf>
  void Remove(uint32_t id, uint64_t hash, HashOf hash_of) {
    size_t mask = cells_.size() - 1;
    size_t hole = Slot(hash);
    while (cells_[hole] != id + 1) hole = (hole + 1) & mask;
    for (size_t i = (hole + 1) & mask; cells_[i] != 0; i = (i + 1) & mask) {
      // It may move up unless its own place lies behind the hole.
      size_t home = Slot(hash_of(cells_[i] - 1));
      if (((i - home) & mask) < ((i - hole) & mask)) continue;
      cells_[hole] = cells_[i];
      tags_[hole] = tags_[i];
      hole = i;
    }
    cells_[hole] = 0;
    tags_[hole] = 0;
    --size_;
  }

  size_t size() const { return size_; }
  size_t bytes() const { return cells_.capacity() * (sizeof(uint32_t) + 1); }

 private:
  size_t Slot(uint64_t hash) const { return static_cast<size_t>(hash) & (cells_.size() - 1); }
  void Place(uint32_t cell, uint64_t hash) {
    size_t i = Slot(hash);
    while (cells_[i] != 0) i = (i + 1) & (cells_.size() - 1);
    cells_[i] = cell;
    tags_[i] = TagOf(hash);
  }
  static uint8_t TagOf(uint64_t hash) { return static_cast<uint8_t>(hash >> 56); }

  std::vector<uint32_t> cells_;  // id + 1; 0 is empty; a power of two of them
  std::vector<uint8_t> tags_;    // top bits of the hashes
  size_t size_ = 0;
};

}  // namespace watchfire::index

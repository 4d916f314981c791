#include "remote/series_cache.h"

#include <algorithm>

#include "base/check.h"

namespace watchfire::remote {
namespace {

constexpr int64_t kEpochMs = 5 * 60 * 1000;
constexpr size_t kSlotsPerLine = 4;  // of 64 bytes
constexpr size_t kLinesProbed = 8;
constexpr size_t kFirstLines = 64;

// An entry's first word: number (48 bits), length (8), epoch of its last use (8).
constexpr unsigned kRefBits = 48;
constexpr uint64_t kRefMask = (uint64_t{1} << kRefBits) - 1;

uint64_t MakeWord(SeriesKey key, storage::SeriesRef ref, uint8_t epoch) {
  return ref | uint64_t{key.length} << kRefBits | uint64_t{epoch} << 56;
}
uint8_t EpochOf(uint64_t word) {
  return static_cast<uint8_t>(word >> 56);
}
uint8_t LengthOf(uint64_t word) {
  return static_cast<uint8_t>(word >> kRefBits);
}

struct Slot {
  std::atomic<uint64_t> word{0};  // 0: free
  std::atomic<uint64_t> mixed{0};

  // Relaxed: the two prove each other.
  void Store(uint64_t new_word, uint64_t hash) {
    word.store(new_word, std::memory_order_relaxed);
    mixed.store(new_word ^ hash, std::memory_order_relaxed);
  }
  uint64_t Word() const { return word.load(std::memory_order_relaxed); }
  uint64_t HashFor(uint64_t read_word) const {
    return mixed.load(std::memory_order_relaxed) ^ read_word;
  }
};

struct alignas(64) Line {
  Slot slots[kSlotsPerLine];
};

}  // namespace

struct SeriesCache::Table {
  explicit Table(size_t num_lines) : lines(num_lines) {}

  // Lines probed for a key lie side by side; the last ones have their followers at the front.
  size_t Home(uint64_t hash) const {
    return static_cast<size_t>(static_cast<unsigned __int128>(hash) * lines.size() >> 64);
  }
  Line& Probed(size_t home, size_t i) {
    size_t at = home + i;
    return lines[at < lines.size() ? at : at - lines.size()];
  }
  size_t capacity() const { return lines.size() * kSlotsPerLine; }
  bool IsFull() const { return used.load(std::memory_order_relaxed) * 10 > capacity() * 6; }

  // Returns the entry of the key, or a free one, or else the one that was used longest ago.
  Slot& SlotFor(uint64_t hash, uint8_t epoch) {
    size_t home = Home(hash);
    Slot* oldest = nullptr;
    uint8_t greatest_age = 0;
    for (size_t i = 0; i < kLinesProbed; ++i) {
      for (Slot& slot : Probed(home, i).slots) {
        uint64_t word = slot.Word();
        if (word == 0 || slot.HashFor(word) == hash) return slot;
        auto age = static_cast<uint8_t>(epoch - EpochOf(word));
        if (oldest == nullptr || age > greatest_age) {
          oldest = &slot;
          greatest_age = age;
        }
      }
    }
    return *oldest;
  }

  std::vector<Line> lines;
  std::atomic<size_t> used{0};
  uint8_t renewed = 0;  // epoch in which it was made
};

SeriesCache::SeriesCache(size_t max_entries)
    : max_entries_(std::max(max_entries, kFirstLines * kSlotsPerLine)),
      table_(std::make_shared<Table>(kFirstLines)) {}
SeriesCache::~SeriesCache() = default;

std::shared_ptr<SeriesCache::Table> SeriesCache::Current() const {
  MutexLock lock(mutex_);
  return table_;
}

size_t SeriesCache::entries() const {
  return Current()->used.load(std::memory_order_relaxed);
}

size_t SeriesCache::bytes() const {
  return Current()->capacity() * sizeof(Slot);
}

std::shared_ptr<SeriesCache::Table> SeriesCache::Renew(const std::shared_ptr<Table>& full,
                                                       uint8_t epoch) {
  MutexLock lock(mutex_);
  if (table_ != full) return table_;
  // At the limit, once an epoch is enough: until then old entries give way one by one.
  if (full->capacity() >= max_entries_ && full->renewed == epoch) return full;
  std::vector<std::pair<uint64_t, uint64_t>> kept;  // word, hash
  for (Line& line : full->lines) {
    for (Slot& slot : line.slots) {
      uint64_t word = slot.Word();
      auto age = static_cast<uint8_t>(epoch - EpochOf(word));
      if (word != 0 && age <= 1) kept.emplace_back(word, slot.HashFor(word));
    }
  }
  size_t wanted = std::clamp(kept.size() * 5 / 2, kFirstLines * kSlotsPerLine, max_entries_);
  auto table = std::make_shared<Table>((wanted + kSlotsPerLine - 1) / kSlotsPerLine);
  table->renewed = epoch;
  for (const auto& [word, hash] : kept) {
    Slot& slot = table->SlotFor(hash, epoch);
    if (slot.Word() == 0) table->used.fetch_add(1, std::memory_order_relaxed);
    slot.Store(word, hash);
  }
  table_ = table;
  return table;
}

SeriesCache::Lease::Lease(SeriesCache& cache, TimeMs now)
    : cache_(cache), table_(cache.Current()), epoch_(static_cast<uint8_t>(now / kEpochMs)) {}

void SeriesCache::Lease::Prefetch(SeriesKey key) const {
  __builtin_prefetch(&table_->lines[table_->Home(key.hash)]);
}

storage::SeriesRef SeriesCache::Lease::Find(SeriesKey key) {
  Table& table = *table_;
  size_t home = table.Home(key.hash);
  for (size_t i = 0; i < kLinesProbed; ++i) {
    for (Slot& slot : table.Probed(home, i).slots) {
      uint64_t word = slot.Word();
      if (word == 0) return 0;
      if (slot.HashFor(word) != key.hash || LengthOf(word) != key.length) continue;
      if (EpochOf(word) != epoch_) slot.Store(MakeWord(key, word & kRefMask, epoch_), key.hash);
      return word & kRefMask;
    }
  }
  return 0;
}

void SeriesCache::Lease::Put(SeriesKey key, storage::SeriesRef ref) {
  if (ref == 0 || ref > kRefMask) return;
  if (table_->IsFull()) table_ = cache_.Renew(table_, epoch_);
  Slot& slot = table_->SlotFor(key.hash, epoch_);
  if (slot.Word() == 0) table_->used.fetch_add(1, std::memory_order_relaxed);
  slot.Store(MakeWord(key, ref, epoch_), key.hash);
}

}  // namespace watchfire::remote

#pragma once
// Arena: memory for the samples of one time range of the head. Cells are small pieces addressed by
// 32-bit handles, never freed one by one: the whole arena goes when its range is dropped. So there
// is no heap object per series, no fragmentation, and half a pointer per reference.
//
// One thread at a time may Allocate; cells are zero at first. Whoever got a handle under a lock may
// read its cell; the arena itself orders nothing else.

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/stable_array.h"

namespace watchfire::chunk {

class Arena {
 public:
  using Handle = uint32_t;  // 0 is no cell

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  // `bytes` is rounded up to a multiple of 8 and at most kMaxCellBytes.
  Handle Allocate(size_t bytes);
  char* At(Handle handle) const {
    return blocks_[handle >> kUnitBits] + size_t{handle & (kUnits - 1)} * kUnitBytes;
  }
  // Memory taken, readable from any thread.
  size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  static constexpr size_t kMaxCellBytes = 4096;

 private:
  static constexpr size_t kUnitBytes = 8;
  static constexpr uint32_t kUnitBits = 15;
  static constexpr uint32_t kUnits = 1U << kUnitBits;
  static constexpr size_t kBlockBytes = kUnitBytes * kUnits;  // 256 KiB

  StableArray<char*> blocks_;
  uint32_t num_blocks_ = 0;
  uint32_t next_unit_ = kUnits;  // in the last block
  std::atomic<size_t> bytes_{0};
};

}  // namespace watchfire::chunk

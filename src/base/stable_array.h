#pragma once
// StableArray<T>: an array that grows without moving its elements, so that readers may hold on to
// them while a writer appends. Elements are plain bytes, zero until written; memory is taken in
// chunks that double, straight from the kernel when large, so that the untouched end costs
// addresses and no memory.
//
// One thread at a time may Grow. Any thread may read an element that was published to it (by a
// count with release order, or under a lock); the array itself orders only its chunk pointers.

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <type_traits>

#include "base/check.h"

namespace watchfire {

template <typename T>
class StableArray {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  StableArray() = default;
  StableArray(const StableArray&) = delete;
  StableArray& operator=(const StableArray&) = delete;
  ~StableArray() {
    for (size_t c = 0; c < chunks_.size(); ++c) {
      T* chunk = chunks_[c].load(std::memory_order_relaxed);
      if (chunk != nullptr) Release(chunk, ChunkSize(c) * sizeof(T));
    }
  }

  // Elements [0, n) exist afterwards.
  void Grow(size_t n) {
    while (capacity_ < n) {
      size_t size = ChunkSize(next_chunk_);
      chunks_[next_chunk_++].store(static_cast<T*>(Acquire(size * sizeof(T))),
                                   std::memory_order_release);
      capacity_ += size;
    }
  }

  T& operator[](size_t i) { return *Find(i); }
  const T& operator[](size_t i) const { return *Find(i); }

  // As many elements from `i` on as lie side by side, at most `limit`.
  std::span<T> Run(size_t i, size_t limit) {
    size_t left = ChunkSize(ChunkOf(i)) - OffsetOf(i);
    return {Find(i), limit < left ? limit : left};
  }
  std::span<const T> Run(size_t i, size_t limit) const {
    return const_cast<StableArray*>(this)->Run(i, limit);
  }

  // For those who walk over elements that are mostly neighbours.
  class Cursor {
   public:
    explicit Cursor(const StableArray& array) : array_(array) {}
    const T& At(size_t i) {
      if (i - first_ >= run_.size()) {
        run_ = array_.Run(i, SIZE_MAX);
        first_ = i;
      }
      return run_[i - first_];
    }

   private:
    const StableArray& array_;
    std::span<const T> run_;
    size_t first_ = 0;
  };

  // Upper bound of what the elements [0, n) take.
  static size_t BytesFor(size_t n) { return n * sizeof(T); }

 private:
  static constexpr size_t kFirst = 16;
  static constexpr size_t kMmapBytes = 256 * 1024;
  static size_t ChunkSize(size_t c) { return kFirst << c; }
  static size_t ChunkOf(size_t i) {
    return static_cast<size_t>(std::bit_width(i / kFirst + 1)) - 1;
  }
  static size_t OffsetOf(size_t i) { return i + kFirst - (kFirst << ChunkOf(i)); }

  T* Find(size_t i) const {
    size_t c = ChunkOf(i);
    return chunks_[c].load(std::memory_order_acquire) + (i + kFirst - (kFirst << c));
  }

  static void* Acquire(size_t bytes) {
    void* memory = nullptr;
    if (bytes >= kMmapBytes) {
      memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (memory == MAP_FAILED) memory = nullptr;
    } else {
      memory = std::calloc(1, bytes);
    }
    WF_CHECK(memory != nullptr);
    return memory;
  }
  static void Release(void* memory, size_t bytes) {
    if (bytes >= kMmapBytes) {
      ::munmap(memory, bytes);
    } else {
      std::free(memory);
    }
  }

  std::array<std::atomic<T*>, 36> chunks_{};
  size_t next_chunk_ = 0;
  size_t capacity_ = 0;
};

}  // namespace watchfire

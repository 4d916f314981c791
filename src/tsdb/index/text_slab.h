#pragma once
// TextSlab: bytes that are written once, stay where they are and are named by a 64-bit reference
// (place and length), so that texts cost their bytes and nothing else. One thread at a time adds;
// a reference that was published may be read from any thread.

#include <cstdint>
#include <string_view>

#include "base/stable_array.h"

namespace watchfire::index {

class TextSlab {
 public:
  using Ref = uint64_t;
  static constexpr size_t kMaxText = 512 * 1024;

  TextSlab() = default;
  TextSlab(const TextSlab&) = delete;
  TextSlab& operator=(const TextSlab&) = delete;
  ~TextSlab();

  // text.size() ≤ kMaxText.
  Ref Add(std::string_view text);
  std::string_view Get(Ref ref) const {
    return {blocks_[ref >> 40] + ((ref >> 20) & kLow20), static_cast<size_t>(ref & kLow20)};
  }
  size_t bytes() const { return bytes_; }

 private:
  static constexpr uint64_t kLow20 = (1U << 20) - 1;
  static constexpr size_t kBlockBytes = 1U << 20;

  StableArray<char*> blocks_;
  size_t num_blocks_ = 0;
  size_t used_ = kBlockBytes;  // of the last block
  size_t bytes_ = 0;
};

}  // namespace watchfire::index

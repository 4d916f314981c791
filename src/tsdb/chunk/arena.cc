#include "tsdb/chunk/arena.h"

#include <sys/mman.h>

#include "base/check.h"

namespace watchfire::chunk {

Arena::~Arena() {
  for (uint32_t i = 0; i < num_blocks_; ++i) ::munmap(blocks_[i], kBlockBytes);
}

Arena::Handle Arena::Allocate(size_t bytes) {
  auto units = static_cast<uint32_t>((bytes + kUnitBytes - 1) / kUnitBytes);
  WF_CHECK(units * kUnitBytes <= kMaxCellBytes);
  if (next_unit_ + units > kUnits) {
    WF_CHECK(num_blocks_ < (1U << (32 - kUnitBits)));
    // Pages that are not touched yet cost nothing, so a small head stays small.
    void* block =
        ::mmap(nullptr, kBlockBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    WF_CHECK(block != MAP_FAILED);
    blocks_.Grow(num_blocks_ + 1);
    blocks_[num_blocks_] = static_cast<char*>(block);
    next_unit_ = num_blocks_ == 0 ? 1 : 0;  // handle 0 stays unused
    ++num_blocks_;
  }
  Handle handle = ((num_blocks_ - 1) << kUnitBits) | next_unit_;
  next_unit_ += units;
  bytes_.fetch_add(units * kUnitBytes, std::memory_order_relaxed);
  return handle;
}

}  // namespace watchfire::chunk

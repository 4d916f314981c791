#include "tsdb/index/text_slab.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace watchfire::index {

TextSlab::~TextSlab() {
  for (size_t i = 0; i < num_blocks_; ++i) ::munmap(blocks_[i], kBlockBytes);
}

TextSlab::Ref TextSlab::Add(std::string_view text) {
  WF_CHECK(text.size() <= kMaxText);
  // An empty text, too, needs a place that the reference can name.
  if (used_ + std::max<size_t>(text.size(), 1) > kBlockBytes) {
    void* block =
        ::mmap(nullptr, kBlockBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    WF_CHECK(block != MAP_FAILED);
    blocks_.Grow(num_blocks_ + 1);
    blocks_[num_blocks_++] = static_cast<char*>(block);
    used_ = 0;
  }
  size_t at = used_;
  if (!text.empty()) std::memcpy(blocks_[num_blocks_ - 1] + at, text.data(), text.size());
  used_ += text.size();
  bytes_ += text.size();
  return (uint64_t{num_blocks_ - 1} << 40) | (uint64_t{at} << 20) | text.size();
}

}  // namespace watchfire::index

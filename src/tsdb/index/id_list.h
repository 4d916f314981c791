#pragma once
// IdList: an ascending list of 32-bit ids that only grows at its end, compressed. Stored as runs:
// varint(gap · 2 + is_longer_than_one), then the length if longer. Neighbours in a scrape page have
// neighbouring ids, so most lists are a few runs. Not thread-safe.

#include <cstdint>
#include <string>
#include <vector>

namespace watchfire::index {

class IdList {
 public:
  // `id` must be above every earlier one.
  void Append(uint32_t id);
  uint32_t size() const { return size_; }
  size_t heap_bytes() const { return bytes_.capacity() > 15 ? bytes_.capacity() + 1 : 0; }

  // visit(first, length) for every run, ascending.
  template <typename Visit>
  void ForEachRun(Visit visit) const {
    uint32_t next = 0;
    for (size_t at = 0; at < bytes_.size();) {
      uint64_t code = Take(&at);
      uint32_t first = next + static_cast<uint32_t>(code >> 1);
      uint32_t length = (code & 1) != 0 ? static_cast<uint32_t>(Take(&at)) : 1;
      visit(first, length);
      next = first + length;
    }
    if (run_length_ > 0) visit(run_first_, run_length_);
  }
  void AppendTo(std::vector<uint32_t>* out) const;

 private:
  uint64_t Take(size_t* at) const {
    uint64_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
      auto byte = static_cast<uint8_t>(bytes_[(*at)++]);
      v |= uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return v;
    }
  }
  void Put(uint64_t v);

  std::string bytes_;       // complete runs
  uint32_t end_ = 0;        // behind the last complete run
  uint32_t run_first_ = 0;  // the run that may still grow
  uint32_t run_length_ = 0;
  uint32_t size_ = 0;
};

}  // namespace watchfire::index
